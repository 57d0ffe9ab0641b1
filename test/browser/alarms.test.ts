/**
 * The lists of alarms in a browser: one real alarm through shelf and comment with its explanation, a storm of 1,000 from a
 * made-up answer, rights, a phone.
 */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from '../support/client.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { watchStalls } from '../support/stalls.ts';
import { toAlarm } from '../web/samples.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { toAnswerTime } from './page-scripts.ts';
import { type Site, startSite } from './site.ts';
import { alarmRow, rowState } from './steps.ts';
import { openTab, visit } from './tab.ts';

const FAULT = '2号潜污泵';
/** A fault goes through plant, gateway and page. */
const REACTION_MS = 90_000;
const MANY = 1_000;
/** A page of the list, as the page asks for it. */
const PAGE_ROWS = 500;
/** The page must have answered a click by then, with a thousand rows behind it; the machine may be busy. */
const ANSWER_MS = 2_000;

describeWithTools(['chromium'], 'the lists of alarms', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    const fault = { equipment: 'sump-1-pump-2', fault: 'trip' };
    const answer = await request(site.plant.controlUrl, 'POST', '/faults', { body: fault });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'supervisor' }));
    page = tab.page;
    await page.getByTestId('nav-alarms').click();
  });
  afterAll(() => opened.disposeAsync());

  test('an alarm is explained layer by layer, with its value of now beside its severity', async () => {
    const row = alarmRow(page, FAULT);
    await rowState(row, 'B').waitFor({ timeout: REACTION_MS });
    await row.locator('.row-link').click();
    const now = page.getByTestId('alarm-now');
    await now.getByText('条件仍成立').waitFor();
    await expect.poll(() => now.locator('.severity').count()).toBe(1);
    await page.getByTestId('alarm-detail-explain').click();
    await page.locator('[data-testid="layer-condition"][data-verdict="true"]').waitFor();
    await expect.poll(() => page.locator('[data-testid^="layer-"]').count()).toBe(10);
    await page.getByTestId('alarm-detail-details').click();
  });

  test('a comment stands in its history with who wrote it', async () => {
    await page.getByTestId('alarm-comment').click();
    expect(await page.getByTestId('alarm-comment-submit').isDisabled()).toBe(true);
    await page.getByTestId('alarm-comment-note').fill('已联系厂家');
    await page.getByTestId('alarm-comment-submit').click();
    await page.getByTestId('alarm-drawer').getByText('已联系厂家').waitFor();
  });

  test('shelved with a reason it leaves the list, stands among the shelved, and comes back acknowledged', async () => {
    await page.getByTestId('alarm-drawer').locator('[data-testid^="alarm-shelve-"]').click();
    expect(await page.getByTestId('shelve-submit').isDisabled(), 'without a reason').toBe(true);
    await page.getByTestId('shelve-reason-parts').click();
    await page.getByTestId('shelve-submit').click();
    await page.getByTestId('alarm-drawer').locator('[data-state="E"]').first().waitFor();
    await page.keyboard.press('Escape');
    await alarmRow(page, FAULT).waitFor({ state: 'detached' });
    await page.getByTestId('alarm-tab-shelved').click();
    const shelved = page.locator('[data-testid^="control-row-"]', { hasText: FAULT });
    await expect.poll(() => shelved.innerText()).toMatch(/报警中[\s\S]+待备件[\s\S]+还有/);
    await shelved.locator('[data-testid^="alarm-unshelve-"]').click();
    await page.getByTestId('alarm-unshelve-submit').click();
    await shelved.waitFor({ state: 'detached' });
    await page.getByTestId('alarm-tab-current').click();
    await rowState(alarmRow(page, FAULT), 'C').waitFor();
  });

  test('the filters stand in the address and survive a reload; what does not match is not shown', async () => {
    await page.getByTestId('alarm-words').fill('没有这样的内容');
    await page.getByText('没有符合条件的告警').waitFor();
    await page.reload();
    await page.getByText('没有符合条件的告警').waitFor();
    await page.getByTestId('alarm-filter-clear').click();
    await alarmRow(page, FAULT).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('');
  });

  test('a thousand alarms fold into their storm, scroll, and are acknowledged together but for life safety', async () => {
    const asked: string[][] = [];
    await serveMany(page, (ids) => asked.push(ids));
    await page.reload();
    const storm = page.getByTestId('storm-row-s-1');
    await storm.waitFor();
    await expect.poll(() => storm.innerText()).toContain(`${MANY - 1} 条`);
    await alarmRow(page, '火灾报警').waitFor();
    // By the page's own clock: how long it takes to be asked is the machine's matter.
    const fold = toAnswerTime(
      'click:[data-testid="storm-fold-s-1"]',
      `document.querySelector('.role-root') !== null`,
    );
    using stalls = watchStalls();
    const beganMs = Date.now();
    const tookMs = await page.evaluate<number>(fold);
    expect(tookMs).toBeLessThan(ANSWER_MS + stalls.within(beganMs));
    await page.locator('.role-root').waitFor();
    const list = page.getByTestId('alarm-table');
    await list.and(page.locator('[data-virtual="true"]')).waitFor();
    await expect.poll(() => page.locator('[data-testid^="alarm-row-"]').count()).toBeLessThan(100);
    await page.mouse.move(700, 600);
    await page.mouse.wheel(0, 1e6);
    // The list is as long as it will be once all of it has come: a wheel that came before that has not reached its end.
    const last = page.getByTestId(`alarm-row-m-${MANY - 2}`);
    await until(
      async () => {
        if (await last.isVisible()) return true;
        await page.mouse.wheel(0, 1e6);
        return false;
      },
      { timeoutMs: 45_000, what: 'the last of the alarms', intervalMs: 250 },
    );
    await page.getByTestId('bulk-all').click();
    const question = page.getByRole('dialog');
    await expect.poll(() => question.innerText()).toMatch(/将确认 999 条[\s\S]+生命安全告警 1 条不在其内/);
    await page.getByTestId('bulk-ack-submit').click();
    await until(() => Promise.resolve(asked.length === 1), { timeoutMs: 45_000, what: 'the request' });
    expect(asked[0]).toHaveLength(MANY - 1);
    expect(asked[0]).not.toContain('fire');
    await page.unrouteAll({ behavior: 'wait' });
    await page.reload();
    await alarmRow(page, FAULT).waitFor();
  });

  test('who may not shelve high severity or take out of service is not offered it', async () => {
    await using desk = await openTab(site.browser, site.url, { as: 'desk' });
    await desk.page.getByTestId('nav-alarms').click();
    await alarmRow(desk.page, FAULT).locator('.row-link').click();
    await desk.page.getByTestId('alarm-comment').waitFor();
    expect(await desk.page.locator('[data-testid^="alarm-service-"]').count()).toBe(0);
    expect(await desk.page.locator('[data-testid^="alarm-shelve-"]').count()).toBe(0);
  });

  test.each(['zh', 'en'] as const)(
    'every tab fits on a phone and has names for all (%s)',
    async (language) => {
      await using phone = await openTab(site.browser, site.url, {
        as: 'supervisor',
        isPhone: true,
        language,
      });
      for (const tab of ['current', 'shelved', 'suppressed', 'service', 'storms', 'drills', 'history']) {
        await visit(phone.page, `/alarms?tab=${tab}`);
        await phone.page.locator('.ant-tabs-tab-active').getByTestId(`alarm-tab-${tab}`).waitFor();
        await phone.page.getByTestId('alarm-filter').waitFor();
        await expectHandy(phone.page, tab);
        await expectNamed(phone.page, tab);
        if (language === 'en') await expectEnglish(phone.page);
      }
      await visit(phone.page, '/alarms');
      await phone.page.locator('[data-testid^="alarm-row-"] .row-link').first().click();
      await phone.page.getByTestId('alarm-detail-explain').click();
      await phone.page.getByTestId('layer-ticket').waitFor();
      await expectHandy(phone.page, 'explain');
      if (language === 'en') await expectEnglish(phone.page);
    },
  );
});

/** One fire and a storm of the others, page by page; a bulk acknowledgement is answered and told. */
async function serveMany(page: Page, onAcknowledge: (ids: string[]) => void): Promise<void> {
  const fire = toAlarm('fire', {
    severity: 'life-safety',
    storm: 's-1',
    text: { zh: '火灾报警', en: 'Fire' },
    raisedAtMs: Date.now(),
  });
  const members = Array.from({ length: MANY - 1 }, (_, at) =>
    toAlarm(`m-${at}`, { storm: 's-1', raisedAtMs: Date.now() - at * 1_000, onsetAtMs: Date.now() }),
  );
  const all = [fire, ...members];
  const storm = {
    id: 's-1',
    beganAtMs: Date.now(),
    endedAtMs: null,
    root: 'm-7',
    members: MANY,
    peak: MANY,
    ticket: null,
  };
  await page.route('**/api/v1/alarms?state=open*', (route: Route) => {
    const offset = Number(new URL(route.request().url()).searchParams.get('offset'));
    return route.fulfill({ json: { items: all.slice(offset, offset + PAGE_ROWS), total: all.length } });
  });
  await page.route('**/api/v1/storms?*', (route) => route.fulfill({ json: { items: [storm], total: 1 } }));
  await page.route('**/api/v1/alarms/acknowledge', (route) => {
    const { ids } = route.request().postDataJSON() as { ids: string[] };
    onAcknowledge(ids);
    return route.fulfill({ json: { acknowledged: ids, leftOut: [] } });
  });
}
