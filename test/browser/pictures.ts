/**
 * Makes the pictures of docs/images from the running demo: `npm run build && node test/browser/pictures.ts`.
 * Needs Chromium and a font with Chinese characters (test/support/tools.ts says which). Takes about a minute and a
 * half: the pictures are taken a minute after the start, with a pump tripped.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { PROJECT_DIRECTORY, startDemo } from '../support/gateway.ts';
import { findTool, TOOLS, type ToolName, toMissingLine } from '../support/tools.ts';
import { alarmRow, openTicket } from './steps.ts';
import { openTab } from './tab.ts';

const DIRECTORY = join(PROJECT_DIRECTORY, 'docs/images');
const MAX_BYTES = 200_000;
/** From the start of the demo: the pump has tripped, the standby has taken over, clocks run. */
const MOMENT_MS = 60_000;
const TRIP = '水泵故障跳闸';

const chromium = require('chromium');
require('cjk-font');
const startedMs = performance.now();
const data = mkdtempSync(join(tmpdir(), 'riser-pictures-'));
try {
  await using demo = await startDemo({ dataDirectory: data, env: { RISER_INFLUX_URL: undefined } });
  await using browser = await launchBrowser(chromium);
  await using tab = await openTab(browser, demo.url, { language: 'zh', theme: 'light' });
  const { page } = tab;
  mkdirSync(DIRECTORY, { recursive: true });
  await tab.login('engineer');
  await page.getByTestId('nav-alarms').click();
  await alarmRow(page, TRIP).waitFor({ timeout: MOMENT_MS });
  await delay(Math.max(0, MOMENT_MS - (performance.now() - startedMs)));
  await take(page, 'alarms');
  await page.getByTestId('nav-overview').click();
  await page.getByTestId('equipment-dws-1').waitFor();
  await take(page, 'overview');
  await openTicket(page, TRIP);
  await page.getByTestId('ticket-trend').locator('canvas').waitFor();
  await take(page, 'ticket');
} finally {
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}

function require(name: ToolName): string {
  const path = findTool(TOOLS[name]);
  if (path === null) throw new Error(toMissingLine(name));
  return path;
}

/** @throws Error when the picture is larger than a README should load. */
async function take(page: Page, name: string): Promise<void> {
  // The pointer must not leave a mark on what it clicked last.
  await page.mouse.move(0, 0);
  const picture = await page.screenshot({ animations: 'disabled' });
  if (picture.length > MAX_BYTES) throw new Error(`${name}.png has ${picture.length} bytes`);
  writeFileSync(join(DIRECTORY, `${name}.png`), picture);
  console.log(`docs/images/${name}.png  ${Math.round(picture.length / 1_000)} kB`);
}
