/**
 * Makes the pictures of docs/images from the running demo: `npm run build && node test/browser/pictures.ts`.
 * Needs Chromium and a font with Chinese characters (test/support/tools.ts says which). Takes about six minutes: the
 * three faults of the demo's time line, some minutes of a lift, the wire of the booster set, alarms with their rules and
 * figures, then a fire. With a name (`story`, `field`, `pages`, `fire`) only that part.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { request } from '../support/client.ts';
import { PROJECT_DIRECTORY, startDemo, type TestGateway } from '../support/gateway.ts';
import { findTool, TOOLS, type ToolName, toMissingLine } from '../support/tools.ts';
import { acknowledge, alarmRow, askToWrite, injectFaults } from './steps.ts';
import { openTab, type TabOptions } from './tab.ts';

const DIRECTORY = join(PROJECT_DIRECTORY, 'docs/images');
const MAX_BYTES = 400_000;
/** The last fault of the time line comes 75 s after the start. */
const STORY_MS = 120_000;
/** From the start of the demo: a lift has carried people for a while. */
const TREND_MS = 270_000;
/** From the smoke to the last that the linkage switches: lifts have homed, the access controller has lost its mains. */
const FIRE_MS = 40_000;
/** A new alarm is framed and announced for so long; life safety until somebody closes it. */
const FRESH_MS = 13_000;
/** Shares and latencies of a link look back on a minute; most of it will do. */
const FIGURES_MS = 40_000;
/** A dialog has come to its size. */
const GROWN_MS = 500;
const FAULTS = ['水泵故障跳闸', '门长时间未关', '电梯门故障', '电梯故障'] as const;

const chromium = require('chromium');
require('cjk-font');
const startedMs = performance.now();
const data = mkdtempSync(join(tmpdir(), 'riser-pictures-'));
try {
  await using demo = await startDemo({ dataDirectory: data, env: { RISER_INFLUX_URL: undefined } });
  await using browser = await launchBrowser(chromium);
  mkdirSync(DIRECTORY, { recursive: true });
  const part = process.argv[2];
  if (part === undefined || part === 'story') await takeStory(browser, demo.url);
  if (part === undefined || part === 'pages') await takePages(browser, demo.url);
  // Clears the faults that the pages tell of.
  if (part === undefined || part === 'field') await takeField(browser, demo);
  if (part === undefined || part === 'fire') await takeFire(browser, demo.url);
} finally {
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}

/** The three faults as they come, and a lift after some minutes. */
async function takeStory(browser: Browser, url: string): Promise<void> {
  await using tab = await openTab(browser, url, { language: 'zh', theme: 'light' });
  const { page } = tab;
  await tab.login('engineer');
  await untilStory(page);
  await page.getByTestId('nav-overview').click();
  await page.getByTestId('equipment-lift-2').locator('.alarm-lines').waitFor();
  // What tells of a new alarm would cover what it tells of.
  await delay(FRESH_MS);
  await take(page, 'overview');
  await page.getByTestId('nav-alarms').click();
  for (const text of FAULTS) await acknowledge(page, alarmRow(page, text), '');
  await delay(Math.max(0, TREND_MS - (performance.now() - startedMs)));
  await page.goto(`${url}/equipment/lift-1?point=lift-1%2Fcar-position`);
  await page.getByTestId('trend-range').getByText('15 分钟').click();
  await page.getByTestId('trend-plot').locator('canvas').waitFor();
  await take(page, 'equipment');
}

/** A link whose device refuses one address, after a minute of figures, and a set-point about to be changed. */
async function takeField(browser: Browser, { url, ports }: TestGateway): Promise<void> {
  await using tab = await openTab(browser, url, { language: 'zh', theme: 'light' });
  const { page } = tab;
  await tab.login('engineer');
  // What the faults switch would forbid the write.
  if (process.argv[2] !== undefined) await untilStory(page);
  await clearFaults(page);
  const hole = { kind: 'holes', table: 'holding', from: 41, to: 41 };
  await request(`http://127.0.0.1:${ports.simulatorControl}`, 'PUT', '/wire', {
    body: { endpoint: 'pump-room', unit: 1, fault: hole },
  });
  await page.goto(`${url}/links/pump-room`);
  await page.getByTestId('plan-refused').waitFor();
  await delay(Math.max(FIGURES_MS, FRESH_MS));
  const map = page.getByTestId('map-unit 1 holding');
  await map.scrollIntoViewIfNeeded();
  await map.locator('rect.use-refused').click();
  await take(page, 'link');
  await request(`http://127.0.0.1:${ports.simulatorControl}`, 'DELETE', '/wire', {
    body: { endpoint: 'pump-room' },
  });
  await page.goto(`${url}/equipment/dws-1`);
  await askToWrite(page, {
    equipment: 'dws-1',
    point: 'pressure-setpoint',
    value: '0.43',
    reason: '夜间降压，给排水班王工要求',
  });
  await delay(GROWN_MS);
  await take(page, 'write');
}

/** A fire in the other suits of the page: what follows from it, in the dark, on a phone. */
async function takeFire(browser: Browser, url: string): Promise<void> {
  await using tab = await openTab(browser, url, { language: 'zh', theme: 'light' });
  const { page } = tab;
  await tab.login('engineer');
  await clearFaults(page);
  const fault = 'fire-panel-1-zone-3-fire';
  await injectFaults(page, [{ search: '3号防火分区', found: null, fault }]);
  await page.getByTestId('nav-alarms').click();
  const lost = alarmRow(page, '门禁控制器主电失电');
  await page.getByTestId('alarm-tab-suppressed').click();
  await lost.locator('[data-testid^="alarm-cause-"]').waitFor({ timeout: FIRE_MS });
  await page.getByTestId('alarm-tab-current').click();
  await delay(FRESH_MS);
  await take(page, 'fire');
  await takeOverview(browser, url, 'dark', { theme: 'dark' });
  await takeOverview(browser, url, 'phone', { isPhone: true });
}

/** Pages that tell of a while: alarms, a rule with its tests, the alarm figures, trends, the stores. */
async function takePages(browser: Browser, url: string): Promise<void> {
  await using tab = await openTab(browser, url, { language: 'zh', theme: 'light' });
  const { page } = tab;
  await tab.login('supervisor');
  await untilStory(page);
  await delay(FRESH_MS);
  await page.goto(`${url}/alarms`);
  await alarmRow(page, FAULTS[0]).waitFor();
  await take(page, 'alarms');
  await page.goto(`${url}/rules/dws-1/pressure-low`);
  await page.getByTestId('rule-tests-run').click();
  await page.getByTestId('rule-tests-verdict').waitFor({ timeout: STORY_MS });
  await page.getByTestId('test-toggle-0').click();
  await page.getByTestId('rule-tests').scrollIntoViewIfNeeded();
  await take(page, 'rules');
  await page.goto(`${url}/reports`);
  await page.getByTestId('breakdown').locator('table').waitFor();
  await take(page, 'reports');
  await delay(Math.max(0, TREND_MS - (performance.now() - startedMs)));
  const points = ['dws-1/outlet-pressure', 'dws-1/flow', 'dws-1-pump-1/running', 'dws-1-pump-2/running'];
  await page.goto(`${url}/trends?p=${points.join(',')}&range=1h`);
  await page.getByTestId('trend-chart').locator('canvas').waitFor();
  await delay(GROWN_MS);
  await take(page, 'trends');
  await page.goto(`${url}/storage`);
  await page.getByTestId('forwarder-panel').waitFor();
  await delay(GROWN_MS);
  await take(page, 'storage');
}

/** The faults of the time line have come. */
async function untilStory(page: Page): Promise<void> {
  await page.getByTestId('nav-alarms').click();
  for (const text of FAULTS) await alarmRow(page, text).waitFor({ timeout: STORY_MS });
}

async function clearFaults(page: Page): Promise<void> {
  await page.getByTestId('nav-faults').click();
  await page.getByTestId('faults-clear-all').click();
  await page.getByTestId('faults-active').waitFor({ state: 'detached' });
}

async function takeOverview(browser: Browser, url: string, name: string, options: TabOptions): Promise<void> {
  await using tab = await openTab(browser, url, { language: 'zh', theme: 'light', ...options });
  await tab.login('engineer');
  await tab.page.locator('[data-testid="equipment-fire-panel-1-zone-3"][data-tone="life-safety"]').waitFor();
  await take(tab.page, name);
}

function require(name: ToolName): string {
  const path = findTool(TOOLS[name]);
  if (path === null) throw new Error(toMissingLine(name));
  return path;
}

/** @throws Error when the picture is larger than a README should load. */
async function take(page: Page, name: string): Promise<void> {
  // A clock may have warned meanwhile: its notice would cover the page.
  for (const notice of await page.locator('.ant-notification-notice-close').all()) await notice.click();
  // The pointer must not leave a mark on what it clicked last.
  await page.mouse.move(0, 0);
  const picture = await page.screenshot({ animations: 'disabled' });
  if (picture.length > MAX_BYTES) throw new Error(`${name}.png has ${picture.length} bytes`);
  writeFileSync(join(DIRECTORY, `${name}.png`), picture);
  console.log(`docs/images/${name}.png  ${Math.round(picture.length / 1_000)} kB`);
}
