/**
 * Rules in a browser: found, read in words, changed by one person and approved by another, tried over history; what would
 * be missed stands in red (a made-up answer); a phone.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { openTab, visit } from './tab.ts';

const RULE = '/rules/dws-1/pressure-low';
/** A backtest of minutes of history, in a process of its own on a busy machine. */
const BACKTEST_MS = 110_000;
/** Playing the tests of a rule in a thread, on a busy machine. */
const TESTS_MS = 110_000;

describeWithTools(['chromium'], 'the pages of rules', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let author: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'supervisor' }));
    author = tab.page;
  });
  afterAll(() => opened.disposeAsync());

  test('a rule is found by words and tells its limits with units, and why there is no alarm', async () => {
    await author.getByTestId('nav-rules').click();
    await author.getByTestId('rule-search').fill('出水压力过低');
    await author.locator('[data-testid="rule-row-dws-1-pressure-low"] .row-link').click();
    const words = author.getByTestId('rule-definition');
    await words.getByText(/低限（中）：出水压力 低于 0\.38 MPa 报警，高于 0\.4 MPa 恢复/).waitFor();
    await author.locator('[data-testid="layer-condition"][data-verdict="false"]').waitFor();
    await author.getByText('为什么没报警').waitFor();
  });

  test('a change that does not fit is refused with every mistake, and nothing is stored', async () => {
    await using tab = await openTab(site.browser, site.url + RULE, {
      as: 'supervisor',
      expects: [/422 .*\/changes$/],
    });
    const { page } = tab;
    await page.getByTestId('rule-propose').click();
    expect(await page.getByTestId('propose-submit').isDisabled(), 'nothing changed').toBe(true);
    await page.getByTestId('propose-lolo.limit').fill('9');
    await page.getByTestId('propose-check').click();
    await page.getByTestId('propose-error').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-testid^="change-rc"]').count()).toBe(0);
  });

  test('a change is checked, proposed with its reason, and not approved by its author', async () => {
    await author.getByTestId('rule-propose').click();
    await author.getByTestId('propose-lo.limit').fill('0.36');
    await author.getByTestId('propose-onDelayMs').fill('20');
    await author.getByTestId('propose-check').click();
    await author
      .getByTestId('propose-ok')
      .getByText(/低于 0\.36 MPa/)
      .waitFor();
    expect(await author.getByTestId('propose-submit').isDisabled(), 'without a reason').toBe(true);
    await author.getByTestId('propose-reason').fill('夜间用水高峰误报多');
    await author.getByTestId('propose-submit').click();
    const change = author.locator('[data-state="proposed"]');
    await change.getByText('夜间用水高峰误报多').waitFor();
    await expect.poll(() => change.innerText()).toMatch(/低限：0\.36[\s\S]+报警延时（秒）：20/);
    expect(await change.getByTestId('change-approve').count()).toBe(0);
  });

  test('tried over history it says what it stands on, and never that a gap was quiet', async () => {
    await author.getByTestId('backtest-7').click();
    const result = author.getByTestId('consequences');
    await result.waitFor({ timeout: BACKTEST_MS });
    expect(await result.getByTestId('backtest-coverage').innerText()).toContain('更早的无法评估');
    await result.getByTestId('backtest-blind').waitFor();
    expect(await result.getByTestId('backtest-clear').count()).toBe(0);
  });

  test('another person approves it; it is in force at once, told with author and reason', async () => {
    await using tab = await openTab(site.browser, site.url + RULE, { as: 'admin' });
    const { page } = tab;
    await page.getByTestId('change-approve').click();
    await page.getByTestId('change-approve-submit').click();
    await page.locator('[data-state="approved"]').waitFor();
    const words = page.getByTestId('rule-definition');
    await words.getByText(/低于 0\.36 MPa/).waitFor();
    await words.getByText('夜间用水高峰误报多').waitFor();
    await author
      .getByTestId('rule-definition')
      .getByText(/低于 0\.36 MPa/)
      .waitFor();
  });

  test('a further change keeps what is in force and can be withdrawn by its author', async () => {
    await author.getByTestId('rule-propose').click();
    await author.getByTestId('propose-offDelayMs').fill('8');
    await author.getByTestId('propose-reason').fill('试一试');
    await author.getByTestId('propose-submit').click();
    const change = author.locator('[data-state="proposed"]');
    await change.waitFor();
    await expect.poll(() => change.innerText()).toMatch(/低限：0\.36[\s\S]+恢复延时（秒）：8/);
    await change.getByTestId('change-withdraw').click();
    await author.getByTestId('change-withdraw-submit').click();
    await author.locator('[data-state="withdrawn"]').waitFor();
  });

  test('a change is refused with a reason by another person', async () => {
    await author.getByTestId('rule-propose').click();
    await author.getByTestId('propose-offDelayMs').fill('9');
    await author.getByTestId('propose-reason').fill('再试一试');
    await author.getByTestId('propose-submit').click();
    await author.locator('[data-state="proposed"]').waitFor();
    await using tab = await openTab(site.browser, site.url + RULE, { as: 'admin' });
    const { page } = tab;
    await page.getByTestId('change-refuse').click();
    expect(await page.getByTestId('change-refuse-submit').isDisabled(), 'without a reason').toBe(true);
    await page.getByTestId('change-refuse-note').fill('恢复延时不宜过长');
    await page.getByTestId('change-refuse-submit').click();
    const refused = page.locator('[data-state="refused"]');
    await refused.getByText('恢复延时不宜过长').waitFor();
    await expect.poll(() => refused.innerText()).toContain('系统管理员');
    await page.getByTestId('change-approve').waitFor({ state: 'detached' });
    await author.locator('[data-state="refused"]').waitFor();
  });

  test('a change that needs two approvers has its second button only for a second person', async () => {
    const approval = { by: 'admin', atMs: 2, note: '', isUntested: false };
    let change: object = CHANGE;
    const serve = async (page: Page): Promise<void> => {
      await page.route('**/api/v1/rules/dws-1/pressure-low/changes?*', (route) =>
        route.fulfill({ json: { items: [change], total: 1 } }),
      );
      await page.route('**/api/v1/backtests/b-1', (route) => route.fulfill({ json: BACKTEST }));
      await page.route('**/api/v1/rule-changes/rc-9/approve', (route) => {
        change =
          change === CHANGE
            ? { ...CHANGE, approvals: [approval] }
            : { ...CHANGE, state: 'approved', reviewedBy: 'supervisor', reviewedAtMs: 3 };
        return route.fulfill({ json: change });
      });
    };
    await using first = await openTab(site.browser, site.url, { as: 'admin' });
    await serve(first.page);
    await visit(first.page, RULE);
    await first.page.getByTestId('change-approve').click();
    await first.page.getByText('须两名审批人同意后生效').waitFor();
    await first.page.getByTestId('change-approve-submit').click();
    await first.page.getByText('须两人审批（已 1 人）').waitFor();
    await first.page.getByTestId('change-approve').waitFor({ state: 'detached' });
    await using second = await openTab(site.browser, site.url, { as: 'supervisor' });
    await serve(second.page);
    await visit(second.page, RULE);
    await second.page.getByText('系统管理员 已同意').waitFor();
    await second.page.getByTestId('change-approve').click();
    await second.page.getByTestId('change-approve-submit').click();
    await second.page.locator('[data-testid="change-rc-9"][data-state="approved"]').waitFor();
  });

  test('a trial that takes too long is cancelled where its progress stands', async () => {
    await using tab = await openTab(site.browser, site.url, { as: 'supervisor' });
    const { page } = tab;
    const waiting = { ...CHANGE, by: 'engineer', needsApprovals: 1, backtest: null };
    const running = {
      ...BACKTEST,
      id: 'b-2',
      state: 'running',
      comparison: null,
      progress: { ratio: 0.4, readings: 9, reachedMs: 9 },
    };
    let isCancelled = false;
    const state = () => ({ ...running, ...(isCancelled && { state: 'cancelled' }) });
    let change: object = waiting;
    await page.route('**/api/v1/rules/dws-1/pressure-low/changes?*', (route) =>
      route.fulfill({ json: { items: [change], total: 1 } }),
    );
    await page.route('**/api/v1/backtests', (route) => {
      change = { ...waiting, backtest: { id: 'b-2', atMs: 1, verdict: null } };
      return route.fulfill({ status: 202, json: state() });
    });
    await page.route('**/api/v1/backtests/b-2', (route) => {
      if (route.request().method() !== 'DELETE') return route.fulfill({ json: state() });
      isCancelled = true;
      return route.fulfill({ status: 204 });
    });
    await visit(page, RULE);
    await page.getByTestId('backtest-30').click();
    await page.locator('[data-testid="backtest-running"][data-state="running"]').waitFor();
    await expect
      .poll(() => page.getByTestId('backtest-7').count(), { message: 'a second one beside it' })
      .toBe(0);
    await page.getByTestId('backtest-cancel').click();
    await page.getByText('试算已取消').waitFor();
    await page.getByTestId('backtest-7').waitFor();
  });

  test('preconditions, hours and texts are proposed, and what does not fit is told at its field', async () => {
    await using tab = await openTab(site.browser, site.url + RULE, {
      as: 'supervisor',
      expects: [/422 .*\/changes$/],
    });
    const { page } = tab;
    await page.getByTestId('rule-propose').click();
    await page.getByTestId('propose-text.en').fill('');
    await page.getByTestId('guard-add').click();
    await page.getByTestId('propose-check').click();
    await page.getByTestId('propose-refused-text.en').waitFor();
    await page.getByTestId('propose-refused-when').waitFor();
    await page.getByTestId('guard-point-0').click();
    await page.locator('.ant-select-item-option').getByText('运行方式').click();
    await page.getByTestId('guard-values-0').click();
    await page.locator('.ant-select-item-option').getByText('自动').click();
    await page.getByTestId('propose-text.en').fill('Supply pressure low');
    await page.getByTestId('propose-reAlarmMs').fill('45');
    const changes = page.getByTestId('propose-changes');
    await expect.poll(() => changes.innerText()).toMatch(/前提：无前提 → 运行方式 为 自动/);
    await page.getByTestId('propose-check').click();
    await page.getByTestId('propose-ok').waitFor();
    await page.getByTestId('propose-reason').fill('仅自动运行时报警');
    await page.getByTestId('propose-submit').click();
    const change = page.locator('[data-state="proposed"]');
    await change.waitFor();
    await expect
      .poll(() => change.innerText())
      .toMatch(/运行方式 为 自动[\s\S]+再次提示（分钟）：45[\s\S]+Supply pressure low/);
    await change.getByTestId('change-withdraw').click();
    await page.getByTestId('change-withdraw-submit').click();
    await change.waitFor({ state: 'detached' });
  });

  test('its tests are listed with their time lines, and pass when they are run', async () => {
    const tests = author.getByTestId('rule-tests');
    await tests.getByTestId('test-case-0').waitFor();
    expect(await tests.getByTestId('test-case-0').getAttribute('data-verdict')).toBe('open');
    await author.getByTestId('test-toggle-0').click();
    await expect
      .poll(() => tests.getByTestId('test-case-0').innerText())
      .toMatch(/出水压力[\s\S]+MPa[\s\S]+预期/);
    await author.getByTestId('rule-tests-run').click();
    const verdict = author.getByTestId('rule-tests-verdict');
    await verdict.waitFor({ timeout: TESTS_MS });
    expect(await verdict.getAttribute('data-failed')).toBe('0');
    await expect.poll(() => tests.locator('[data-verdict="open"]').count()).toBe(0);
  });

  test('confirmed incidents that would be missed stand in red above everything, and ask for two persons', async () => {
    await using tab = await openTab(site.browser, site.url, { as: 'admin' });
    const { page } = tab;
    await page.route('**/api/v1/rules/dws-1/pressure-low/changes?*', (route) =>
      route.fulfill({ json: { items: [CHANGE], total: 1 } }),
    );
    await page.route('**/api/v1/backtests/b-1', (route) => route.fulfill({ json: BACKTEST }));
    await visit(page, RULE);
    await page.getByTestId('backtest-missed').getByText('会漏报 1 次已确认的故障').waitFor();
    const incidents = page.locator('.incident');
    expect(await incidents.first().getAttribute('data-outcome')).toBe('missed');
    expect(await incidents.first().innerText()).toMatch(/漏报[\s\S]+已确认故障[\s\S]+GC-1/);
    const red = await page.evaluate("getComputedStyle(document.querySelector('.incident.missed')).color");
    expect(red).toBe('rgb(180, 20, 30)');
    await page.getByText('会漏报已确认的故障，须两人审批（已 0 人）').waitFor();
    expect(await incidents.nth(1).innerText()).toContain('推迟 1 分 0 秒');
  });

  test.each(['zh', 'en'] as const)(
    'list and rule fit on a phone and have names for all (%s)',
    async (language) => {
      await using phone = await openTab(site.browser, site.url, {
        as: 'supervisor',
        isPhone: true,
        language,
      });
      const { page } = phone;
      await page.getByTestId('user-menu').click();
      await page.getByTestId('nav-rules').click();
      await page.locator('[data-testid^="rule-row-"]').first().waitFor();
      await expectHandy(page, 'rules');
      await expectNamed(page, 'rules');
      if (language === 'en') await expectEnglish(page);
      await visit(page, RULE);
      await page.getByTestId('layer-ticket').waitFor();
      await expectHandy(page, 'rule');
      await expectNamed(page, 'rule');
      await page.getByTestId('rule-propose').click();
      await page.getByTestId('propose-reason').waitFor();
      await expectHandy(page, 'proposal');
    },
  );
});

const TEXT = { zh: '出水压力过低', en: 'Outlet pressure low' };
const REF = {
  key: 'demo/dws-1/pressure-low',
  equipment: 'dws-1',
  rule: 'pressure-low',
  severity: 'medium',
  equipmentName: { zh: '1#生活变频供水设备', en: 'Domestic booster set 1' },
  text: TEXT,
};
const CHANGE = {
  id: 'rc-9',
  equipment: 'dws-1',
  rule: 'pressure-low',
  override: { lo: { limit: 0.2 } },
  baseVersion: '1',
  state: 'proposed',
  by: 'engineer',
  atMs: 1,
  reason: '试',
  reviewedBy: null,
  reviewedAtMs: null,
  reviewNote: '',
  approvals: [],
  needsApprovals: 2,
  backtest: { id: 'b-1', atMs: 1, verdict: { fromMs: 0, toMs: 1, missed: 1, needsSecondApprover: true } },
  problems: [],
};
const TALLY = {
  raises: 5,
  nightRaises: 2,
  tickets: 3,
  nightTickets: 1,
  activeMs: 0,
  notEvaluableMs: 0,
  notEvaluableRatio: 0,
  notEvaluableBy: {},
  floods: 0,
  floodMs: 0,
};
const toIncident = (outcome: string, atMs: number, deltaMs: number | null) => ({
  ...REF,
  verdict: 'confirmed',
  outcome,
  occurrence: null,
  ticketNumber: 'GC-1',
  historyAtMs: atMs,
  beforeAtMs: atMs,
  afterAtMs: deltaMs === null ? null : atMs + deltaMs,
  deltaMs,
});
const BACKTEST = {
  id: 'b-1',
  type: 'compare',
  fromMs: 0,
  toMs: 86_400_000,
  overrides: [],
  by: 'engineer',
  state: 'done',
  askedAtMs: 1,
  startedAtMs: 1,
  endedAtMs: 2,
  progress: { ratio: 1, readings: 9, reachedMs: 9 },
  comparison: {
    coverage: {
      fromMs: 0,
      toMs: 86_400_000,
      heldFromMs: 0,
      readings: 1_234_567,
      elapsedMs: 4_000,
      readingsPerS: 1,
      gaps: [],
      notes: [],
    },
    before: TALLY,
    after: { ...TALLY, raises: 3, tickets: 2 },
    rules: [{ ...REF, isChanged: true, versionBefore: '1', versionAfter: '2', before: TALLY, after: TALLY }],
    incidents: [toIncident('later', 1_000, 60_000), toIncident('missed', 2_000, null)],
    incidentsLeftOut: 0,
    outcomes: { later: 1, missed: 1 },
    missed: [toIncident('missed', 2_000, null)],
    needsSecondApprover: true,
    disturbance: { tickets: -1, nightRaises: 0, raises: -2 },
  },
  selfCheck: null,
  error: null,
};
