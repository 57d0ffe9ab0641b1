/** Commissioning on the page of a real gateway: begun at the desk, worked on a phone, signed, taken back, ended. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommissionedPointView } from '../../src/api/commissioning-schema.ts';
import type { ApiClient } from '../support/client.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectHandy, expectNamed } from './handy.ts';
import { BOX, FIRE, FIRE_REGISTER, writeProvingSite } from './proving-site.ts';
import { type Site, startSite } from './site.ts';
import { openTab } from './tab.ts';

/** Until what the plant shows stands in the record. */
const NOTED_MS = 30_000;
/** The smallest picture that is one. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describeWithTools(['chromium'], 'commissioning', (chromium) => {
  let site: Site;
  let desk: ApiClient;

  beforeAll(async () => {
    site = await startSite(chromium, undefined, writeProvingSite);
    desk = await site.gateway().login('desk');
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  const look = async (name: string): Promise<CommissionedPointView> => {
    const { points } = await desk.read<{ points: readonly CommissionedPointView[] }>(
      `/api/v1/commissioning/${BOX}`,
    );
    const found = points.find(({ point }) => point === `${BOX}/${name}`);
    if (found === undefined) throw new Error(`no point ${name}`);
    return found;
  };
  const untilPoint = (name: string, what: string, isMet: (point: CommissionedPointView) => boolean) =>
    until(async () => isMet(await look(name)), { timeoutMs: NOTED_MS, what });
  const card = (page: Page, name: string) => page.getByTestId(`commission-point-${name}`);
  const send = (page: Page): Promise<void> => page.getByTestId('commissioning-submit').click();

  test('is begun at the desk, once it is said that life safety is watched by people', async () => {
    await using tab = await openTab(site.browser, site.url, { as: 'supervisor' });
    const { page } = tab;
    await page.getByTestId('user-menu').click();
    await page.getByTestId('nav-commissioning').click();
    await page.getByTestId('commissioning-begin').click();
    await page.getByTestId('commissioning-scope').click();
    await page.locator('.ant-select-item-option').getByText('1#验收箱', { exact: true }).click();
    await page
      .getByTestId('commissioning-preview')
      .filter({ hasText: '点位 2 个，其中生命安全告警 1 条' })
      .waitFor();
    await page.getByTestId('commissioning-reason').fill('新装烟感');
    await send(page);
    await page.getByText('请确认已安排人员值守').waitFor();
    expect(await desk.read(`/api/v1/commissioning`)).toMatchObject({ total: 0 });
    await page.getByTestId('commissioning-confirm').check();
    await page.getByTestId('commissioning-approver').click();
    await page.locator('.ant-select-item-option').getByText('(manager)').click();
    await send(page);

    await page.getByTestId('commission-silent-names').getByText('烟感报警').waitFor();
    const cards = page.locator('[data-testid^="commission-point-"]');
    expect(await cards.first().getAttribute('data-testid')).toBe('commission-point-smoke');
    await card(page, 'smoke').getByTestId('commission-life-safety').waitFor();
    await card(page, 'smoke')
      .getByTestId('commission-missing')
      .filter({ hasText: '触发并恢复告警“烟感报警”' })
      .waitFor();
    const banner = page.getByTestId('commissioning-banner');
    await banner.waitFor();
    await page.getByTestId('commissioning-banner-link').click();
    await page.getByTestId(`commission-${BOX}`).getByTestId('commission-silent').waitFor();
    await page.getByTestId(`commission-${BOX}`).getByText('已调试').waitFor();
    await expectNamed(page, 'the list');
  });

  test('a value is compared on a phone: what differs needs an explanation, and a photo goes with it', async () => {
    await untilPoint('level', 'its first value', ({ seen }) => seen !== null);
    await using tab = await openTab(site.browser, site.url, {
      as: 'engineer',
      isPhone: true,
      expects: [/422 .*points\/level\/value/],
    });
    const { page } = tab;
    await page.getByTestId('user-menu').click();
    await page.getByTestId('nav-commissioning').click();
    await page.getByTestId(`commission-${BOX}`).click();
    const level = card(page, 'level');
    await level.getByTestId('commission-toggle').click();
    await level
      .getByTestId('commissioning-shown')
      .getByText(/\d\.\d\d/)
      .waitFor();
    await page.getByTestId('commissioning-panel').fill('2.9');
    await send(page);
    await page.getByTestId('commissioning-error').filter({ hasText: '超出允差 0.058：' }).waitFor();
    await page.getByTestId('commissioning-explanation').fill('液位计量程待改');
    await expectHandy(page, 'a value that differs');
    await send(page);
    await level.getByTestId('commission-step-value').getByText('说明：液位计量程待改').waitFor();
    await untilPoint('level', 'the comparison', ({ value }) => value?.by === 'engineer');
    expect((await look('level')).value).toMatchObject({ panel: 2.9, isWithin: false });

    await level.getByTestId('commission-point-act-photo').click();
    const file = { name: 'panel.png', mimeType: 'image/png', buffer: PNG };
    await page.getByTestId('commissioning-photo-input').setInputFiles(file);
    await level.getByTestId('commission-photos').getByText('panel.png').waitFor();
    expect(await page.getByTestId('commission-point-act-sign').count(), 'not his to sign').toBe(0);
    await expectHandy(page, 'one point');
    await expectNamed(page, 'one point');
  });

  test('its alarm comes and goes, the desk confirms the ticket, and it is signed and taken back', async () => {
    await untilPoint('smoke', 'its first value', ({ seen }) => seen !== null);
    await control(site.plant, 'PUT', '/registers', { ...FIRE_REGISTER, value: FIRE });
    const isRaised = async () =>
      (await desk.read<{ total: number }>('/api/v1/alarms?state=open&equipment=box-1')).total > 0;
    await until(isRaised, { timeoutMs: NOTED_MS, what: 'the alarm' });
    await control(site.plant, 'PUT', '/registers', { ...FIRE_REGISTER, value: 0 });
    await untilPoint('smoke', 'the proof', ({ alarms }) => alarms[0]?.proof != null);

    await using tab = await openTab(site.browser, `${site.url}/commissioning/${BOX}`, { as: 'supervisor' });
    const { page } = tab;
    const smoke = card(page, 'smoke');
    await smoke.getByTestId('commission-toggle').click();
    await smoke.getByTestId('commission-step-alarm').getByText('恢复').waitFor();
    await page.getByTestId('commissioning-panel').fill('0');
    await send(page);
    await page
      .getByTestId('commission-point-act-ticket')
      .and(page.locator('[aria-selected="true"]'))
      .waitFor();
    await page.getByTestId('commissioning-note').fill('已收到演练通知');
    await send(page);
    await page.getByTestId('commission-point-act-sign').and(page.locator('[aria-selected="true"]')).waitFor();
    await send(page);
    await page.locator('[data-testid="commission-point-smoke"][data-state="signed"]').waitFor();
    expect(await look('smoke')).toMatchObject({ state: 'signed', signed: { by: 'supervisor' }, missing: [] });
    await page.getByTestId('commission-silent-names').waitFor({ state: 'detached' });

    await page.getByTestId('commissioning-reason').fill('烟感移位');
    await send(page);
    await smoke.getByTestId('commission-withdrawn').getByText('烟感移位').waitFor();
    expect((await look('smoke')).signed).toBeNull();
  });

  test('is ended with a reason, and taken along as a file, in English too', async () => {
    await using tab = await openTab(site.browser, `${site.url}/commissioning/${BOX}`, {
      as: 'supervisor',
      language: 'en',
    });
    const { page } = tab;
    const address = await page.getByTestId('commissioning-export-csv').getAttribute('href');
    const csv = await page.evaluate<string>(
      `fetch(${JSON.stringify(address)}).then((answer) => answer.text())`,
    );
    expect(csv).toContain('Smoke signal');
    await page.getByTestId('commission-act-end').click();
    await page.getByTestId('commissioning-reason').fill('the rest is done next week');
    await send(page);
    await page.getByTestId('commission-ended').getByText('the rest is done next week').waitFor();
    expect(await page.getByTestId('commission-act-end').count()).toBe(0);
    await page.locator('[data-testid="commission-point-smoke"][data-state="open"]').waitFor();
  });
});
