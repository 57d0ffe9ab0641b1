/**
 * What people decide about alarms, on the page of a real gateway: out of service with an approver chosen by name, reset of a
 * latched alarm, a drill from its beginning to its end.
 */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiClient } from '../support/client.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { acknowledge, alarmRow, rowState } from './steps.ts';
import { openTab } from './tab.ts';

const SECOND = '2号潜污泵';
const FIRST = '1号潜污泵';
/** A fault goes through plant, gateway and page. */
const REACTION_MS = 90_000;
/** A drawer goes out. */
const CLOSE_MS = 30_000;

describeWithTools(['chromium'], 'what people decide about alarms', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    await latchFaults(await site.gateway().login('supervisor'), await site.gateway().login('admin'));
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'supervisor' }));
    page = tab.page;
    await page.getByTestId('nav-alarms').click();
    await setTrip(site, 2, true);
    await rowState(alarmRow(page, SECOND), 'B').waitFor({ timeout: REACTION_MS });
  });
  afterAll(() => opened.disposeAsync());

  test('out of service asks for permit and another person, chosen by name, and hides the alarm until it is back', async () => {
    await alarmRow(page, SECOND).locator('.row-link').click();
    await page.getByTestId('alarm-drawer').locator('[data-testid^="alarm-service-"]').click();
    await page.getByTestId('service-reason').fill('更换机械密封');
    await page.getByTestId('service-permit').fill('GZP-1121');
    const submit = page.getByTestId('service-submit');
    expect(await submit.isDisabled(), 'without an approver').toBe(true);
    await page.getByTestId('service-approver').click();
    const choices = page.locator('.ant-select-item-option');
    await choices.first().waitFor();
    // Nobody who may not, and not oneself.
    await expect.poll(() => choices.allInnerTexts()).toEqual(['系统管理员 (admin)']);
    await choices.first().click();
    await page.getByTestId('service-for-4').click();
    await submit.click();
    await page.getByTestId('alarm-drawer').locator('[data-state="G"]').first().waitFor();
    await closeDrawer(page);
    await alarmRow(page, SECOND).waitFor({ state: 'detached' });
    await page.getByTestId('alarm-tab-service').click();
    const row = page.locator('[data-testid^="control-row-"]', { hasText: SECOND });
    await expect
      .poll(() => row.innerText())
      .toMatch(/报警中[\s\S]+更换机械密封[\s\S]+GZP-1121[\s\S]+系统管理员/);
    await row.locator('[data-testid^="alarm-in-service-"]').click();
    await page.getByTestId('alarm-in-service-submit').click();
    await row.waitFor({ state: 'detached' });
    await page.getByTestId('alarm-tab-current').click();
    await rowState(alarmRow(page, SECOND), 'B').waitFor();
  });

  test('a latched alarm stays when it has returned, and only its reset after the acknowledgement ends it', async () => {
    const row = alarmRow(page, SECOND);
    await row.locator('.row-link').click();
    await page.getByTestId('alarm-comment').waitFor();
    expect(await page.getByTestId('alarm-reset').count(), 'while it is not latched').toBe(0);
    await closeDrawer(page);
    await setTrip(site, 2, false);
    await row.getByText('待复位').waitFor({ timeout: REACTION_MS });
    await row.locator('.row-link').click();
    expect(await page.getByTestId('alarm-reset').isDisabled(), 'not acknowledged').toBe(true);
    await closeDrawer(page);
    await acknowledge(page, row, '');
    await row.locator('.row-link').click();
    await page.getByTestId('alarm-reset').click();
    await page.getByTestId('alarm-reset-note').fill('现场已复位');
    await page.getByTestId('alarm-reset-submit').click();
    await page.getByTestId('alarm-drawer').getByText('现场已复位').waitFor();
    await closeDrawer(page);
    await row.waitFor({ state: 'detached' });
  });

  test('a drill is begun with reason and end, and everything of it is marked as one', async () => {
    await page.getByTestId('alarm-tab-drills').click();
    await page.getByTestId('drill-start').click();
    const submit = page.getByTestId('drill-submit');
    expect(await submit.isDisabled()).toBe(true);
    await chooseEquipment(page, '1#集水坑');
    await page.getByTestId('drill-reason').fill('月度排水演练');
    await submit.click();
    const card = page.getByTestId('drill-sump-1');
    await expect.poll(() => card.innerText()).toMatch(/月度排水演练[\s\S]+主管[\s\S]+还有/);
    await page.getByTestId('drill-banner').getByText('1#集水坑').waitFor();
    await setTrip(site, 1, true);
    await page.getByTestId('alarm-tab-current').click();
    const row = alarmRow(page, FIRST);
    await row.getByTestId('drill-mark').waitFor({ timeout: REACTION_MS });
    await page.goto(`${site.url}/equipment/sump-1`);
    await page.getByTestId('drill-tag-sump-1').waitFor();
    await page.getByTestId('equipment-alarms').getByTestId('drill-mark').waitFor();
    await page.getByTestId('nav-overview').click();
    await page.getByTestId('equipment-sump-1').getByTestId('drill-mark').waitFor();
  });

  test('ended before its time, what still stands is a real alarm again', async () => {
    await page.goto(`${site.url}/alarms?tab=drills`);
    await page.getByTestId('drill-end-sump-1').click();
    await page.getByTestId('drill-end-note').fill('演练结束');
    await page.getByTestId('drill-end-submit').click();
    await page.getByTestId('drill-sump-1').waitFor({ state: 'detached' });
    await page.getByTestId('drill-banner').waitFor({ state: 'detached' });
    await page.getByTestId('alarm-tab-current').click();
    const row = alarmRow(page, FIRST);
    await rowState(row, 'B').waitFor();
    await row.getByTestId('drill-mark').waitFor({ state: 'detached' });
    await setTrip(site, 1, false);
  });

  test('who may not run drills sees them, and begins none', async () => {
    await using tab = await openTab(site.browser, `${site.url}/alarms?tab=drills`, { as: 'engineer' });
    await tab.page.getByTestId('drill-list').waitFor();
    expect(await tab.page.getByTestId('drill-start').count()).toBe(0);
  });

  test.each(['zh', 'en'] as const)(
    'the dialogs fit on a phone and have names for all (%s)',
    async (language) => {
      await using phone = await openTab(site.browser, `${site.url}/alarms?tab=drills`, {
        as: 'supervisor',
        isPhone: true,
        language,
      });
      await phone.page.getByTestId('drill-start').click();
      await phone.page.getByTestId('drill-submit').waitFor();
      await expectUsable(phone.page, 'drill', language);
      await phone.page.goto(`${site.url}/rules/sump-1-pump-2/fault`);
      await phone.page.locator('[data-testid^="alarm-service-"]').click();
      await phone.page.getByTestId('service-submit').waitFor();
      await expectUsable(phone.page, 'service', language);
    },
  );
});

async function expectUsable(page: Page, where: string, language: 'zh' | 'en'): Promise<void> {
  await expectHandy(page, where);
  await expectNamed(page, where);
  if (language === 'en') await expectEnglish(page);
}

/** Escape reaches the drawer only once it has come in and has the focus. */
async function closeDrawer(page: Page): Promise<void> {
  const drawer = page.getByTestId('alarm-drawer');
  await drawer.waitFor();
  const isClosed = async (): Promise<boolean> => {
    await page.keyboard.press('Escape');
    return !(await drawer.isVisible()) && (await page.locator('.ant-drawer-mask:visible').count()) === 0;
  };
  await until(isClosed, { timeoutMs: CLOSE_MS, what: 'the drawer to close' });
}

/** Both pump faults stay until somebody resets them: proposed by one, approved by another. */
async function latchFaults(author: ApiClient, approver: ApiClient): Promise<void> {
  const path = '/api/v1/rules/sump-1-pump-2/fault/changes';
  const body = { override: { latch: true }, reason: 'inspect before the reset' };
  const { change } = await author.send<{ change: { id: string } }>(path, body);
  await approver.send(`/api/v1/rule-changes/${change.id}/approve`, { withoutBacktest: true });
}

async function setTrip(site: Site, pump: 1 | 2, isOn: boolean): Promise<void> {
  const fault = { equipment: `sump-1-pump-${pump}`, fault: 'trip' };
  if (isOn) await control(site.plant, 'POST', '/faults', fault);
  else await control(site.plant, 'DELETE', `/faults/${fault.equipment}/${fault.fault}`);
}

async function chooseEquipment(page: Page, name: string): Promise<void> {
  await page.getByTestId('drill-equipment').click();
  const choice: Locator = page.locator('.ant-select-item-option').getByText(name, { exact: true });
  await choice.click();
}
