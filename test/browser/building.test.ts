/**
 * The whole demo building in a browser: every system, one alarm by each protocol from the first look to the closed
 * ticket in both languages, the pages of equipment, a phone, a silent device, a fire. One demo, whose time line brings
 * the first three faults while other things are looked at: the tests follow one another.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { type DemoUser, startDemo, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { openAudible, ROUND_TONES, tones, untilTones } from './sound.ts';
import { acknowledge, alarmRow, atStage, injectFaults, rowState, takeStep } from './steps.ts';
import { openTab, requireWebDirectory, type Tab, visit } from './tab.ts';
import { toTiles, untilInk, untilTexts } from './waits.ts';
import { INCIDENTS, LANGUAGES, type Language, SYSTEMS } from './words.ts';

/** The last fault of the time line comes 75 s after the start; its alarm waits a few seconds, the machine may too. */
const STORY_MS = 120_000;
/** A door may stand open for 30 s; the plant reacts, the gateway polls. */
const REACTION_MS = 100_000;
/** Of a point that changes all the time. */
const GROWTH_MS = 60_000;
const NOTE = { zh: '已通知责任班组', en: 'The crew has been told' } as const;

describeWithTools(['chromium'], 'the demo building in a browser', (chromium) => {
  let data: TemporaryDirectory;
  let browser: Browser;
  let demo: TestGateway;
  /** Of the supervisor, at a desk, in Chinese: where most of the tests are done; each begins by loading a page. */
  let office: Tab;

  beforeAll(async () => {
    requireWebDirectory();
    data = createTemporaryDirectory();
    browser = await launchBrowser(chromium);
    demo = await startDemo({ dataDirectory: data.path, env: { RISER_INFLUX_URL: undefined } });
    office = await open();
  });
  afterAll(async () => {
    try {
      await office?.[Symbol.asyncDispose]();
    } finally {
      await browser?.close();
      await demo?.stop();
      data?.remove();
    }
  });

  /** As the supervisor unless somebody else is named: each step of a ticket has its own people. */
  function open(
    path = '/',
    {
      by = 'supervisor',
      ...options
    }: { readonly language?: Language; readonly isPhone?: boolean; readonly by?: DemoUser } = {},
  ): Promise<Tab> {
    return openTab(browser, demo.url + path, { ...options, as: by });
  }

  /** Loads the page anew, so that nothing is left of the test before: neither a search nor a notice in the way. */
  async function begin(path: string, { page } = office): Promise<Page> {
    await page.goto(demo.url + path);
    return page;
  }

  describe('the overview', () => {
    test('has every system of the building with its equipment, zones and doors, all with data', async () => {
      const page = await begin('/');
      await page.getByTestId('system-fire').waitFor();
      const systems = page.locator('[data-testid^="system-"]');
      const readNames = async (): Promise<readonly string[]> =>
        (await systems.locator('h2').allInnerTexts())
          .map((text) => text.split('\n', 1)[0]?.trim() ?? '')
          .toSorted();
      await expect.poll(readNames).toEqual(SYSTEMS.map(({ zh }) => zh).toSorted());
      for (const { id, units } of SYSTEMS) {
        const panel = page.getByTestId(`system-${id}`);
        await panel.getByText(`${units} 台`).waitFor();
        await expect.poll(() => panel.locator('article').count(), { message: id }).toBe(units);
      }
      const zones = page.locator('[data-testid^="equipment-fire-panel-1-zone-"]');
      await untilTexts(zones, [...toTiles(6, '正常'), /^7\s*未编程$/, /^8\s*未编程$/]);
      const doors = page.locator('[data-testid^="equipment-acs-1-door-"]');
      await untilTexts(doors, toTiles(6, '(关闭|开启|开锁|开启 · 开锁)'));
      const missing = page.getByText('异常点位').locator('..');
      await missing.getByText('0', { exact: true }).waitFor({ timeout: REACTION_MS });
      await page.getByTestId('links-fold').click();
      await expect.poll(() => page.locator('[data-testid^="link-"][data-state="online"]').count()).toBe(7);
    });

    test('finds equipment by its place, and shows what has an alarm alone', async () => {
      const page = await begin('/');
      const shown = page.locator('article[data-testid^="equipment-"]');
      await page.getByTestId('overview-search').fill('电梯机房');
      await until(async () => (await shown.count()) === 1, { timeoutMs: 45_000, what: 'one equipment' });
      expect(await shown.getAttribute('data-testid')).toBe('equipment-climate-lift-room');
      await page.getByTestId('overview-search').fill('');
      await page.getByTestId('equipment-dws-1').locator('.alarm-lines').waitFor({ timeout: REACTION_MS });
      await page.getByTestId('overview-scope').getByText('有告警').click();
      await page.getByTestId('equipment-dws-1').waitFor();
      await page.getByTestId('system-fire').waitFor({ state: 'detached' });
    });
  });

  describe('the page of an equipment', () => {
    test('is reached from the overview, and shows live values, health and what it depends on', async () => {
      const page = await begin('/');
      await page.getByTestId('equipment-dws-1').getByText('1#生活变频供水设备').click();
      await page.getByTestId('equipment-page').waitFor();
      const seen = new Set<string | null>();
      const value = page.getByTestId('point-dws-1-outlet-pressure').locator('.value');
      await until(async () => seen.add(await value.textContent()).size >= 3, {
        timeoutMs: GROWTH_MS,
        what: 'the outlet pressure to take three values',
      });
      const count = await page.locator('.equipment-page .point').count();
      const health = page.getByTestId('equipment-health');
      await health.getByText(`${count} / ${count}`).waitFor();
      await expect.poll(() => health.innerText()).toMatch(/最近读数\s+\d\d-\d\d \d\d:\d\d:\d\d [0-9] 秒前/);
      const above = page.getByTestId('equipment-dependencies');
      await above.getByText('1#双电源切换柜（应急段）').click();
      await page.getByTestId('equipment-esb-1').waitFor();
      await page.getByTestId('equipment-dependencies').getByText('1#生活变频供水设备').waitFor();
    });

    test('draws the trend of a measured point, which grows', async () => {
      const page = await begin('/equipment/dws-1');
      await page.getByTestId('trend-of-dws-1-outlet-pressure').click();
      await page.getByTestId('trend-range').getByText('15 分钟').click();
      const first = await untilInk(page, () => true);
      // The right edge is now: the curve grows as its beginning moves to the left.
      const later = await untilInk(page, ({ left, right }) => right - left >= first.right - first.left + 4);
      expect(later.bottom - later.top, 'it is not a flat line').toBeGreaterThan(2);
    });

    test('draws the trend of a state, at an address that can be sent to a colleague', async () => {
      const page = await begin('/equipment/dws-1?point=dws-1-pump-1%2Ftripped');
      const panel = page.getByTestId('trend-panel');
      await panel.getByText('故障').waitFor();
      await page.getByTestId('trend-range').getByText('15 分钟').click();
      const plot = await page.getByTestId('trend-plot').boundingBox();
      const ink = await untilInk(page, ({ top, bottom }) => bottom - top > (plot?.height ?? 0) / 2);
      expect(ink.right, 'up to now').toBeGreaterThan((plot?.width ?? 0) * 0.9);
      await page.getByTestId('trend-of-dws-1-pump-2-running').click();
      await until(() => new URL(page.url()).searchParams.get('point') === 'dws-1-pump-2/running', {
        timeoutMs: 45_000,
        what: 'the address of the chosen point',
      });
      await page.reload();
      await page.locator('.equipment-side h3').getByText('2号水泵').waitFor();
    });

    test('that does not exist says so', async () => {
      const page = await begin('/equipment/no-such');
      await page.getByText('没有这台设备').waitFor();
    });
  });

  describe('every page', () => {
    const PAGES = [
      ['/', 'equipment-dws-1'],
      ['/alarms', 'alarm-filter'],
      ['/tickets', 'ticket-filter'],
      ['/tickets/new', 'new-ticket-content'],
      ['/equipment/acs-1', 'equipment-page'],
      ['/equipment/lift-1?point=lift-1%2Fdoor-status', 'trend-range'],
      ['/faults', 'fault-fire-panel-1-zone-3-fire'],
    ] as const;

    test.each(LANGUAGES)('fits on a phone and is reached from its lower edge (%s)', async (language) => {
      await using tab = await open('/', { language, isPhone: true });
      const { page } = tab;
      for (const [path, testId] of PAGES) {
        await visit(page, path);
        await page.getByTestId(testId).waitFor();
        await expectHandy(page, path);
        await expectNamed(page, path);
        await expectLanguage(page, language);
      }
      for (const name of ['overview', 'alarms', 'tickets', 'faults']) {
        const box = await page.getByTestId(`nav-${name}`).boundingBox();
        expect((box?.y ?? 0) + (box?.height ?? 0), name).toBeCloseTo(page.viewportSize()?.height ?? 0, -1);
        await page.getByTestId(`nav-${name}`).click();
        await page.locator(`[data-testid="nav-${name}"].active`).waitFor();
      }
    });

    test('says what each of its buttons, links and fields is', async () => {
      const page = await begin('/');
      for (const [path, testId] of PAGES) {
        await visit(page, path);
        await page.getByTestId(testId).waitFor();
        await expectNamed(page, path);
      }
    });
  });

  describe.each(LANGUAGES)('an alarm by each protocol (%s)', (language) => {
    const incidents = INCIDENTS[language];
    /** Whose tickets are worked on from end to end: the steps are those of the other language, only the words differ. */
    const worked = language === 'zh' ? incidents : incidents.slice(0, 1);
    const numbers: string[] = [];
    let tab: Tab;

    beforeAll(async () => {
      tab = language === 'zh' ? office : await open('/', { language });
    });
    afterAll(async () => {
      if (tab !== office) await tab[Symbol.asyncDispose]();
    });

    test(language === 'zh' ? 'comes by itself' : 'is injected on the panel, which finds it', async () => {
      const page = await begin('/faults', tab);
      if (language === 'en') await injectFaults(page, incidents);
      await page.getByTestId('nav-alarms').click();
      const timeoutMs = language === 'zh' ? STORY_MS : REACTION_MS;
      for (const { alarms, where } of incidents) {
        for (const alarm of alarms) {
          const row = alarmRow(page, alarm);
          await row.getByText(where).waitFor({ timeout: timeoutMs });
          await rowState(row, 'B').waitFor();
        }
      }
      await expectLanguage(page, language);
      await page.getByTestId('nav-overview').click();
      for (const { system, tile } of incidents) {
        await page.locator(`[data-testid="system-${system}"].is-pressing`).waitFor();
        if (tile !== null) await page.locator(tile).waitFor();
      }
      await expectLanguage(page, language);
    });

    test('is acknowledged, and its ticket worked on until it is done', async () => {
      const page = await begin('/alarms', tab);
      for (const alarm of incidents.flatMap(({ alarms }) => alarms)) {
        const row = alarmRow(page, alarm);
        await acknowledge(page, row, NOTE[language]);
        await rowState(row, 'C').waitFor();
      }
      for (const { alarms, where, worker, readBack, diagnosis, plan, result } of worked) {
        await page.getByTestId('nav-alarms').click();
        await alarmRow(page, alarms[0]).locator('[data-testid^="alarm-ticket-"]').click();
        const number = await readNumber(page);
        numbers.push(number);
        await expect.poll(() => page.locator('.ticket').innerText()).toContain(where);
        await takeStep(page, 'dispatch', 'dispatched', { assignee: worker });
        await using atWork = await open(`/tickets/${number}`, { language, by: worker });
        await takeStep(atWork.page, 'take', 'taken', { readBack });
        await takeStep(atWork.page, 'arrive', 'on-site');
        await takeStep(atWork.page, 'diagnose', 'diagnosed', { diagnosis });
        await takeStep(atWork.page, 'plan', 'planned', { plan });
        await takeStep(atWork.page, 'start', 'handling');
        await takeStep(atWork.page, 'done', 'done', { result });
        await expectLanguage(atWork.page, language);
        await atStage(page, 'done');
      }
      expect(new Set(numbers).size, 'a ticket each').toBe(worked.length);
    });

    test('returns to normal when all faults are cleared, and its ticket is accepted, visited and closed', async () => {
      const page = await begin('/faults', tab);
      await page.getByTestId('faults-clear-all').click();
      await page.getByTestId('faults-active').waitFor({ state: 'detached' });
      await page.getByTestId('nav-alarms').click();
      for (const alarm of incidents.flatMap(({ alarms }) => alarms)) {
        await alarmRow(page, alarm).waitFor({ state: 'detached', timeout: REACTION_MS });
      }
      await using atDesk = await open('/tickets', { language, by: 'desk' });
      for (const [at, { opinion }] of worked.entries()) {
        await page.getByTestId('nav-tickets').click();
        await page.getByTestId(`ticket-row-${numbers[at]}`).click();
        await takeStep(page, 'accept', 'accepted', { opinion });
        const answers = { how: 'phone', isRepaired: 'yes', isSatisfied: 'yes' };
        await visit(atDesk.page, `/tickets/${numbers[at]}`);
        await atDesk.page
          .getByTestId('ticket-number')
          .getByText(numbers[at] ?? '')
          .waitFor();
        await takeStep(atDesk.page, 'visit', 'visited', answers);
        await takeStep(atDesk.page, 'close', 'closed');
        await atStage(page, 'closed');
        await expectHistory(page, language);
      }
      await page.getByTestId('nav-tickets').click();
      await page.getByTestId('ticket-filter').waitFor();
      for (const number of numbers)
        await page.getByTestId(`ticket-row-${number}`).waitFor({ state: 'detached' });
    });
  });

  test('a device that falls silent is bad with its reason, and the others on its link are not', async () => {
    const page = await begin('/faults');
    await injectFaults(page, [
      { search: '控制器网络中断', found: ['acs-1-network-lost'], fault: 'acs-1-network-lost' },
    ]);
    await page.getByTestId('nav-overview').click();
    for (const door of [1, 2, 3, 4, 5, 6]) {
      await page.locator(`[data-testid="equipment-acs-1-door-${door}"][data-tone="bad"]`).waitFor({
        timeout: REACTION_MS,
      });
    }
    await page.getByTestId('equipment-acs-1').getByText('大堂门禁控制器').click();
    const points = page.locator('.equipment-page .point');
    await points.first().waitFor();
    const count = 54;
    await expect.poll(() => points.count(), { message: 'the controller and its six doors' }).toBe(count);
    await until(async () => (await page.locator('.equipment-page .point.is-bad').count()) === count, {
      timeoutMs: REACTION_MS,
      what: 'every point to be bad',
    });
    expect(await points.locator('.value').allTextContents()).toEqual(Array(count).fill('—'));
    await page.getByTestId('equipment-health').getByText(`0 / ${count}`).waitFor();
    await page.getByTestId('equipment-alarms').getByText('设备离线').waitFor();
    await visit(page, '/equipment/leak-1');
    await page.locator('[data-testid^="point-leak-1"]').first().waitFor();
    await expect.poll(() => page.locator('.point').count()).toBeGreaterThan(2);
    await expect.poll(() => page.locator('.point.is-bad').count()).toBe(0);
    await clearAll(page);
    await visit(page, '/equipment/acs-1');
    await page
      .getByTestId('equipment-health')
      .getByText(`${count} / ${count}`)
      .waitFor({ timeout: REACTION_MS });
  });

  test('a fire stands out and is heard until it is acknowledged, and what it switches is shown with what has caused it, without a ticket', async () => {
    await using listening = await open('/', { by: 'engineer' });
    const heard = await openAudible(listening.page, demo.url);
    const page = await begin('/faults');
    const fault = 'fire-panel-1-zone-3-fire';
    await injectFaults(page, [{ search: '3号防火分区', found: null, fault }]);
    await page.getByTestId('nav-overview').click();
    await page.locator('[data-testid="system-fire"].system-life-safety.is-pressing').waitFor();
    const zone = page.locator('[data-testid="equipment-fire-panel-1-zone-3"][data-tone="life-safety"]');
    await untilTexts(zone, [/^3\s*火警$/]);
    const mode = page.getByTestId('point-lift-1-mode').locator('.value');
    await untilTexts(mode, [/^(迫降（返基站）|火警迫降完成)$/]);
    const doors = page.locator('[data-testid^="equipment-acs-1-door-"][data-tone="moved"]');
    await untilTexts(doors, toTiles(6, '(开启 · )?消防释放'));

    await page.getByTestId('nav-alarms').click();
    const fire = alarmRow(page, '火灾报警').first();
    // Nobody writes to the engineer of a fire: what he hears is the alarm itself, until somebody has seen it.
    const siren = heard.getByTestId('siren');
    await siren.getByText('3号防火分区 · 火灾报警').waitFor();
    await untilTones(heard, (await tones(heard)) + 2 * ROUND_TONES);
    await acknowledge(page, fire, NOTE.zh);
    await siren.waitFor({ state: 'detached' });
    await expect.poll(() => fire.innerText()).toMatch(/生命安全[\s\S]+3号防火分区/);
    await fire.locator('[data-testid^="alarm-ticket-"]').waitFor();
    await page.getByTestId('alarm-tab-suppressed').click();
    const lost = alarmRow(page, '门禁控制器主电失电');
    const cause = lost.locator('[data-testid^="alarm-cause-"]');
    await cause.waitFor({ timeout: REACTION_MS });
    await expect
      .poll(async () => (await cause.innerText()).trim())
      .toBe('由 1#火灾报警控制器 消防联动已动作 引起');
    expect(await lost.locator('[data-testid^="alarm-ticket-"]').count()).toBe(0);
    await lost.getByText('门禁控制器主电失电').click();
    await page.getByTestId('alarm-cause').getByText('本告警不另行建单').waitFor();
    await page.getByTestId('alarm-trend').click();
    await page.getByTestId('trend-panel').getByText('失电').waitFor();
    await visit(page, '/tickets');
    await page
      .locator('[data-testid^="ticket-row-"]', { hasText: '火灾报警' })
      .getByText('突发紧急')
      .first()
      .waitFor();
    await clearAll(page);
  });

  /** On the panel, in Chinese. */
  async function clearAll(page: Page): Promise<void> {
    await page.getByTestId('nav-faults').click();
    await page.getByTestId('faults-clear-all').getByText('全部恢复').click();
    await page.getByTestId('faults-active').waitFor({ state: 'detached' });
  }
});

async function readNumber(page: Page): Promise<string> {
  const number = (await page.getByTestId('ticket-number').textContent())?.trim() ?? '';
  expect(number).toMatch(/^[A-Z]{2}\d{8}-\d{4}$/);
  return number;
}

async function expectLanguage(page: Page, language: Language): Promise<void> {
  if (language === 'en') await expectEnglish(page);
  else expect(await page.locator('html').getAttribute('lang')).toMatch(/^zh/);
}

/** The closed ticket on show has been through every stage. */
async function expectHistory(page: Page, language: Language): Promise<void> {
  const history = page.getByTestId('ticket-history');
  const stages = {
    zh: ['建单', '派单', '签收', '到场', '开始处理', '处理完毕', '告警恢复', '验收通过', '回访', '关闭'],
    en: [
      'Opened',
      'Dispatched',
      'Taken',
      'Arrived on site',
      'Handling begun',
      'Done',
      'Alarm returned to normal',
      'Accepted',
      'Return visit',
      'Closed',
    ],
  };
  await history
    .getByText(stages[language].at(-1) ?? '', { exact: true })
    .first()
    .waitFor();
  for (const stage of stages[language]) await expect.poll(() => history.innerText()).toContain(stage);
  await expectLanguage(page, language);
}
