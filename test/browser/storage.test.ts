/** The page of the stores in a browser: figures of the API, a backup by hand, rights, a phone. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StorageView } from '../../src/api/storage-schema.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { openTab } from './tab.ts';

/** The page asks every 5 s; a rate needs ten seconds. */
const RECHECK_MS = 60_000;

describeWithTools(['chromium'], 'the page of the stores', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'admin' }));
    page = tab.page;
  });
  afterAll(() => opened.disposeAsync());

  test('the journal writes, and its rate is that of the API', async () => {
    await page.getByTestId('nav-storage').click();
    await page.locator('[data-testid="journal-panel"] [data-state="ok"]').waitFor();
    const admin = await site.gateway().login('admin');
    await until(
      async () => {
        const { journal } = await admin.read<StorageView>('/api/v1/storage');
        const shown = await page.getByTestId('journal-rate').locator('dd').innerText();
        return journal.readingsPerS !== null && /^\d/.test(shown);
      },
      { timeoutMs: RECHECK_MS, what: 'a rate' },
    );
    await expect.poll(() => page.getByTestId('journal-lost').locator('dd').innerText()).toBe('无');
  });

  test('that the database is away, what waits for it, and that nothing is backed up stands there in words', async () => {
    const state = (panel: string, is: string) => page.getByTestId(panel).locator(`[data-state="${is}"]`);
    const down = state('forwarder-panel', 'down');
    await down.waitFor({ timeout: RECHECK_MS });
    await expect.poll(() => down.innerText()).toContain('无应答');
    await page
      .getByTestId('forwarder-backlog')
      .getByText(/[1-9][\d,]* 条/)
      .waitFor({ timeout: RECHECK_MS });
    await page.getByTestId('forwarder-eta').getByText('暂无法估计').waitFor();
    await state('quarantine-panel', 'empty').waitFor();
    const backups = page.getByTestId('backups-panel').locator('[data-state]');
    await expect.poll(() => backups.innerText()).toContain('未设置定时备份');
  });

  test('a loss is told by cause and range; only an administrator takes note, once and for good', async () => {
    const answer = await (await page.request.get(`${site.url}/api/v1/storage`)).json();
    const loss = {
      readings: 1_250,
      isExact: true,
      expired: 1_200,
      dropped: 50,
      pushedOut: 0,
      damaged: 0,
      kept: 0,
      fromMs: 0,
      toMs: 60_000,
    };
    const losses = [
      {
        id: 1,
        kind: 'expired',
        readings: 1_200,
        isExact: false,
        fromMs: 0,
        toMs: 60_000,
        noticedMs: Date.now(),
        noticedToMs: Date.now(),
        joined: 1,
        isConfirmed: false,
        isSeen: false,
      },
    ];
    const acknowledged = { by: 'admin', atMs: Date.now(), readings: 1_250 };
    let isSeen = false;
    await page.route('**/api/v1/storage', (route) =>
      route.fulfill({ json: { ...answer, losses, ...(isSeen ? { acknowledged } : { loss }) } }),
    );
    await page.route('**/api/v1/storage/loss/acknowledge', async (route) => {
      isSeen = true;
      await route.fulfill({ json: { ...answer, loss: null, acknowledged } });
    });
    await page.reload();
    const note = page.getByTestId('loss');
    await note.waitFor();
    expect(await note.innerText()).toMatch(/1,250[\s\S]+1,200[\s\S]+50[\s\S]+1970-01-01/);
    await expect
      .poll(() => page.getByTestId('loss-list').innerText())
      .toMatch(/空间不足被清除[\s\S]+至少 1,200/);
    await page.getByTestId('loss-acknowledge').click();
    await page.getByTestId('loss-confirm').click();
    await page.getByTestId('loss-acknowledged').waitFor();
    expect(await note.count()).toBe(0);
    await page.unroute('**/api/v1/storage');
    await page.unroute('**/api/v1/storage/loss/acknowledge');
  });

  test('refused readings are counted, listed and, after a question, sent again or discarded', async () => {
    const answer = await (await page.request.get(`${site.url}/api/v1/storage`)).json();
    const forwarder = { ...answer.forwarder, state: 'ok', quarantinedReadings: 2 };
    await page.route('**/api/v1/storage', (route) =>
      route.fulfill({ json: { ...answer, forwarder, hasQuarantine: true } }),
    );
    await page.route('**/api/v1/quarantine?*', (route) => route.fulfill({ json: QUARANTINE }));
    const asked: unknown[] = [];
    await page.route('**/api/v1/quarantine/*', (route) => {
      asked.push([route.request().url().split('/').at(-1), route.request().postDataJSON()]);
      return route.fulfill({
        json: { sentReadings: 1, keptReadings: 0, failure: null, discardedReadings: 2 },
      });
    });
    await page.reload();
    await page.getByTestId('quarantine-row-2').getByText('field type conflict').waitFor();
    expect(await page.getByTestId('quarantine-counts').innerText()).toContain('field type conflict');
    await page.getByTestId('quarantine-select-2').click();
    await page.getByTestId('quarantine-resend').click();
    await page.getByTestId('quarantine-confirm').click();
    await until(() => Promise.resolve(asked.length === 1), { timeoutMs: 45_000, what: 'the request' });
    await page.getByTestId('quarantine-confirm').waitFor({ state: 'detached' });
    await page.getByTestId('quarantine-discard').click();
    await page.getByTestId('quarantine-confirm').click();
    await until(() => Promise.resolve(asked.length === 2), { timeoutMs: 45_000, what: 'the second request' });
    expect(asked).toEqual([
      ['resend', { ids: [2] }],
      ['discard', { ids: null }],
    ]);
    // Elsewhere first: the page would ask the gateway for what it does not have.
    await page.goto(site.url);
    await page.unrouteAll();
  });

  test('what is due of other records stands there by kind, since when, and goes only after a question', async () => {
    await page.getByTestId('nav-storage').click();
    const line = page.getByTestId('words-feedback');
    await expect.poll(() => line.innerText()).toBe('客户反馈（期限：长期保存）：没有到期的');
    const answer = await (await page.request.get(`${site.url}/api/v1/records/words/due`)).json();
    const [first, ...rest] = answer.kinds;
    const items = ['FK-1', 'FK-2'].map((name) => ({ record: `feedback/${name}`, name, overAtMs: 0 }));
    const feedback = { ...first, days: 30, total: 2, sinceMs: 30 * 86_400_000, items };
    let isGone = false;
    const asked: unknown[] = [];
    await page.route('**/api/v1/records/words/due', (route) =>
      route.fulfill({ json: isGone ? answer : { kinds: [feedback, ...rest] } }),
    );
    await page.route('**/api/v1/records/words/destroy', (route) => {
      asked.push(route.request().postDataJSON());
      isGone = true;
      return route.fulfill({ json: { records: 2 } });
    });
    await page.reload();
    await expect
      .poll(() => line.innerText())
      .toMatch(/客户反馈（期限：30 天）：2 条到期，最早于 1970-01-31[\s\S]+销毁（2）/);
    expect(asked).toEqual([]);
    await page.getByTestId('words-destroy-feedback').click();
    await page.getByTestId('words-confirm').click();
    await expect.poll(() => line.innerText()).toContain('没有到期的');
    expect(asked).toMatchObject([{ records: ['feedback/FK-1', 'feedback/FK-2'] }]);
    await page.goto(site.url);
    await page.unrouteAll();
  });

  test('who may not act sees the figures without buttons', async () => {
    await using desk = await openTab(site.browser, `${site.url}/storage`, { as: 'desk' });
    await desk.page.locator('[data-testid="journal-panel"] [data-state="ok"]').waitFor();
    expect(await desk.page.getByTestId('storage-page').locator('button').count()).toBe(0);
  });

  test('on a phone it is found in the menu of the person and fits, in both languages', async () => {
    await using phone = await openTab(site.browser, site.url, { as: 'admin', isPhone: true });
    for (const language of ['zh', 'en']) {
      await phone.page.getByTestId('user-menu').click();
      await phone.page.getByTestId('nav-storage').click();
      await phone.page.locator('[data-testid="journal-panel"] [data-state="ok"]').waitFor();
      await phone.page.getByTestId('backups-panel').locator('[data-state]').waitFor();
      await expectHandy(phone.page, 'storage');
      await expectNamed(phone.page, 'storage');
      if (language === 'en') await expectEnglish(phone.page);
      await phone.page.getByTestId('language-switch').click();
    }
  });
});

const QUARANTINE = {
  items: [2, 1].map((id) => ({
    id,
    atMs: 60_000 * id,
    reason:
      'partial write: field type conflict: input field "level" is type float, already exists as type string',
    point: 'sump-1/level',
    text: { zh: '液位', en: 'Level' },
    equipmentName: { zh: '集水坑', en: 'Sump' },
    stampMs: 50_000,
    value: 1.25,
    unit: 'm',
    qualityCode: 0,
    isResendable: id === 2,
  })),
  nextBeforeId: null,
  counts: [{ reason: 'field type conflict', readings: 2 }],
  total: 2,
};
