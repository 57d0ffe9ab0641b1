/**
 * The whole story on the real demo, as people see it in a browser: live values, the injected fault's alarm and ticket,
 * repair, acceptance, return visit and the closed ticket. The tests follow one another; English is building.test.ts.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { startDemo, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { expectHandy } from './handy.ts';
import {
  acknowledge,
  alarmRow,
  openTicket,
  rowState,
  setFault,
  submitStep,
  takeStep,
  ticketRow,
} from './steps.ts';
import { openTab, requireWebDirectory } from './tab.ts';

/** Promised: alarm and ticket on the page so soon after `npm start`. */
const STORY_MS = 60_000;
/** The plant reacts, the gateway polls, alarms have delays. */
const REACTION_MS = 90_000;
const TRIP = '水泵故障跳闸';
const REFUSED = /409 \(Conflict\) \S+\/accept$/;

describeWithTools(['chromium'], 'the demo in a browser', (chromium) => {
  let data: TemporaryDirectory;
  let browser: Browser;
  let demo: TestGateway;
  let startedMs = 0;
  let number = '';

  beforeAll(async () => {
    requireWebDirectory();
    data = createTemporaryDirectory();
    browser = await launchBrowser(chromium);
    startedMs = performance.now();
    demo = await startDemo({ dataDirectory: data.path, env: { RISER_INFLUX_URL: undefined } });
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    data?.remove();
  });

  const secondsSinceStart = (): string => ((performance.now() - startedMs) / 1_000).toFixed(1);

  test('the injected fault is an alarm and a ticket on the page within 60 s of the start', async () => {
    await using tab = await openTab(browser, demo.url);
    await tab.login('engineer');
    await tab.page.getByTestId('nav-alarms').click();
    await alarmRow(tab.page, TRIP).waitFor({ timeout: STORY_MS });
    console.log(`the alarm was on the page ${secondsSinceStart()} s after the start`);
    await tab.page.getByTestId('nav-tickets').click();
    await ticketRow(tab.page, TRIP).waitFor();
    console.log(`the ticket was on the page ${secondsSinceStart()} s after the start`);
    expect(performance.now() - startedMs).toBeLessThanOrEqual(STORY_MS);
    await openTicket(tab.page, TRIP);
    number = (await tab.page.getByTestId('ticket-number').textContent())?.trim() ?? '';
    expect(number).toMatch(/^GC\d{8}-\d{4}$/);
    const ticket = tab.page.locator('.ticket');
    for (const part of ['急修', '生活水泵房', '给排水班', '8801', '到场', '剩余', '备用泵', '现场数据'])
      await expect.poll(() => ticket.innerText()).toContain(part);
    await tab.page.getByTestId('ticket-trend').locator('canvas').waitFor();
  });

  test('values on the overview change by themselves, and a part with an alarm stands out', async () => {
    await using tab = await openTab(browser, demo.url, { as: 'engineer' });
    const pressure = tab.page.getByTestId('point-dws-1-outlet-pressure');
    const seen = new Set<string | null>();
    // A dash until it is known.
    await pressure.locator('.value', { hasText: /\d/ }).waitFor({ state: 'attached' });
    // Not innerText: it is empty until a card with `content-visibility: auto` has been painted.
    await until(async () => seen.add(await pressure.locator('.value').textContent()).size >= 3, {
      timeoutMs: REACTION_MS,
      what: 'the outlet pressure to take three values',
    });
    for (const value of seen) expect(Number(value)).toSatisfy((mpa: number) => mpa > 0.1 && mpa < 1);
    await tab.page.getByTestId('point-dws-1-pressure-setpoint').getByText('0.450').waitFor();
    await tab.page.locator('[data-testid="live-state"][data-phase="live"]').waitFor();
    const pump = tab.page.locator('[data-testid="equipment-dws-1-pump-1"][data-tone="high"]');
    await pump.getByText('故障').waitFor();
    expect(await pump.innerText()).toMatch(/^1\s+故障/);
  });

  test('the page of an equipment has every point of its parts, and one with an alarm stands out', async () => {
    await using tab = await openTab(browser, `${demo.url}/equipment/dws-1`, { as: 'engineer' });
    const { page } = tab;
    const tripped = page.getByTestId('point-dws-1-pump-1-tripped').locator('dd');
    await tripped.getByText('故障').waitFor();
    // A point with an alarm stands out, once the page knows of the alarm.
    await tripped.and(page.locator('.is-alarming')).waitFor();
    await expect.poll(() => page.locator('[data-testid^="point-dws-1-pump-2-"]').count()).toBe(12);
  });

  test('the panel of simulated faults fits on a phone', async () => {
    await using tab = await openTab(browser, demo.url, { as: 'engineer', isPhone: true });
    await tab.page.getByTestId('nav-faults').click();
    await tab.page.getByTestId('fault-dws-1-pump-1-trip').waitFor();
    await expectHandy(tab.page, 'faults');
  });

  test('the alarm is acknowledged with a note, which its details show', async () => {
    await using tab = await openTab(browser, demo.url, { as: 'engineer' });
    await tab.page.getByTestId('nav-alarms').click();
    const row = alarmRow(tab.page, TRIP);
    await rowState(row, 'B').waitFor();
    await acknowledge(tab.page, row, '已通知给排水班到场');
    await rowState(row, 'C').waitFor();
    await row.getByText(TRIP).click();
    const drawer = tab.page.getByTestId('alarm-drawer');
    await drawer.getByText('已通知给排水班到场').first().waitFor();
    await until(async () => (await drawer.innerText()).includes('专业责任人'), {
      timeoutMs: 30_000,
      what: 'the name of who acknowledged',
    });
  });

  test('the ticket is taken, worked on and reported done, but not accepted while the alarm is active', async () => {
    await using tab = await openTab(browser, demo.url, { as: 'engineer' });
    const { page } = tab;
    await openTicket(page, TRIP);
    await takeStep(page, 'take', 'taken', { readBack: '1号水泵过流跳闸，地下一层生活水泵房' });
    await takeStep(page, 'arrive', 'on-site', { how: 'by-hand' });
    await takeStep(page, 'diagnose', 'diagnosed', { diagnosis: '过电流，泵轴卡滞' });
    await takeStep(page, 'plan', 'planned', { plan: '断电后盘车清理，复位变频器' });
    await takeStep(page, 'start', 'handling');
    await takeStep(page, 'done', 'done', {
      result: '已清理异物，试运行正常',
      amountYuan: '120.5',
    });
    await using office = await openTab(browser, demo.url, { as: 'supervisor', expects: [REFUSED] });
    await openTicket(office.page, TRIP);
    await submitStep(office.page, 'accept', { opinion: '现场运行正常' });
    const refusal = office.page.getByTestId('ticket-form-error');
    await refusal.waitFor();
    expect(await refusal.innerText()).toContain('未恢复');
    await page.locator('[data-testid="ticket-stage"][data-stage="done"]').waitFor();
  });

  test('with the fault cleared on the panel the alarm returns to normal and the ticket is accepted', async () => {
    await using tab = await openTab(browser, demo.url, { as: 'supervisor' });
    const { page } = tab;
    await setFault(page, 'dws-1-pump-1-trip', false);
    await openTicket(page, TRIP);
    await page.locator('.attached-alarms .alarm-returned').waitFor({ timeout: REACTION_MS });
    await takeStep(page, 'accept', 'accepted', { opinion: '备用泵自动切换，压力正常，同意验收' });
    expect(await page.getByTestId('ticket-transition-close').count(), 'closing is up to the desk').toBe(0);
  });

  test('the desk makes the return visit and closes the ticket; the closed one has all its stages', async () => {
    await using tab = await openTab(browser, demo.url, { as: 'desk' });
    const { page } = tab;
    await openTicket(page, TRIP);
    await takeStep(page, 'visit', 'visited', {
      how: 'phone',
      isRepaired: 'yes',
      isSatisfied: 'yes',
      note: '业主反映水压正常',
    });
    await takeStep(page, 'close', 'closed');
    await page.getByTestId('nav-tickets').click();
    await page.getByTestId('ticket-filter').getByText('已关闭').click();
    await page.getByTestId(`ticket-row-${number}`).click();
    const history = page.getByTestId('ticket-history');
    await history.getByText('关闭').first().waitFor();
    const stages = [
      ['建单'],
      ['派单'],
      ['签收', '1号水泵过流跳闸'],
      ['到场', '手动确认'],
      ['诊断', '过电流，泵轴卡滞'],
      ['初拟方案', '断电后盘车清理'],
      ['开始处理'],
      ['处理完毕', '已清理异物'],
      ['告警恢复'],
      ['验收通过', '同意验收'],
      ['回访', '业主反映水压正常'],
      ['关闭'],
    ];
    for (const word of stages.flat()) await expect.poll(() => history.innerText()).toContain(word);
    await expect.poll(() => page.locator('.ticket-steps .ant-steps-item-finish').count()).toBe(12);
    await page.getByTestId('nav-overview').click();
    await page.getByTestId('equipment-dws-1').locator('.alarm-state-A').waitFor();
  });
});
