/** What the page shows while a wire is cut or the gateway is dead: never an old value as the present one. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { OVERFLOW_PX, type PointWatch, toPointWatch } from './page-scripts.ts';
import { type Site, startSite } from './site.ts';
import { openTab } from './tab.ts';

/** Time-out of the link and a poll, the live stream, and a busy machine. */
const LOSS_MS = 45_000;
/** The longest pause between two attempts to connect, and some more. */
const RECONNECT_MS = 90_000;
/** 5 s on a broken stream make the page old (src/web/live/connection.ts), the watch looks every second. */
const STALE_MS = 45_000;
/** Retries of the page come 15 s apart at most. */
const RECOVERY_MS = 60_000;
/** 0.412 MPa (docs/register-maps.md), which the plant does not take by itself. */
const PRESSURE = { equipment: 'dws-1', table: 'holding', address: 0, value: 412 };
/** What a browser says of a gateway that has gone. */
const GONE = /net::ERR_\w+ \S*\/api\/v1\//;

describeWithTools(['chromium'], 'the page and its data', (chromium) => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite(chromium);
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  /** Every point of the booster set and its pumps, once all are good. */
  async function untilBoosterPoints(page: Page): Promise<Locator> {
    const points = page.getByTestId('equipment-page').locator('.point');
    await untilAll(points, ':not(.is-bad)', LOSS_MS);
    return points;
  }

  describe('when the wire of a link is cut', () => {
    test('every point of the link is bad with its reason and never shows its old value, until the wire is whole', async () => {
      await using tab = await openTab(site.browser, `${site.url}/equipment/dws-1`, { as: 'engineer' });
      await using atDesk = await openTab(site.browser, site.url, { as: 'engineer' });
      const { page } = tab;
      const overview = atDesk.page;
      await overview.getByTestId('equipment-dws-1').waitFor();
      const points = await untilBoosterPoints(page);
      const count = await points.count();
      expect(count).toBeGreaterThan(30);
      const pressure = page.getByTestId('point-dws-1-outlet-pressure');
      expect(Number(await pressure.locator('.value').textContent())).toBeGreaterThan(0.1);
      await page.evaluate(toPointWatch('.equipment-page'));
      await overview.evaluate(toPointWatch('.systems'));

      const cutMs = performance.now();
      site.wire.cut();
      await untilAll(points, '.is-bad', LOSS_MS);
      console.log(`all ${count} points were bad on the page ${ms(cutMs)} ms after the cut`);
      expect(await points.locator('.value').allTextContents()).toEqual(Array(count).fill('—'));
      expect(new Set(await points.locator('.bad-reason').allTextContents())).toEqual(new Set(['通信中断']));
      await expect
        .poll(() => pressure.locator('.last-good').textContent())
        .toMatch(/^最后有效值 0\.\d{3} MPa/);
      const health = page.getByTestId('equipment-health');
      await health.getByText(`0 / ${count}`).waitFor();
      await expect.poll(() => health.innerText()).toMatch(new RegExp(`通信中断 ${count} 点`));
      await page.locator('[data-testid="link-pump-room"][data-state="offline"]').first().waitFor();

      await overview.locator('[data-testid="link-pump-room"][data-state="offline"]').waitFor();
      await overview.locator('[data-testid="link-sump-room"][data-state="online"]').waitFor();
      const figure = overview.getByText('异常点位').locator('..');
      await figure.getByText(String(count), { exact: true }).waitFor();
      await expect
        .poll(() => overview.getByTestId('equipment-sump-1').locator('.point.is-bad').count())
        .toBe(0);
      await overview.locator('[data-testid="equipment-dws-1-pump-1"][data-tone="bad"]').waitFor();
      // The attempts to connect go on; none of them may bring an old value back.
      const offline = page.locator('.equipment-alarms').getByText('设备离线');
      await offline.first().waitFor({ timeout: RECONNECT_MS });
      expect(await readWatch(page)).toEqual({ shownWhileBad: [], goodAgain: [], seenBad: count });

      const restoredMs = performance.now();
      site.wire.restore();
      await untilAll(points, ':not(.is-bad)', RECONNECT_MS);
      console.log(`all points were good on the page ${ms(restoredMs)} ms after the wire was whole again`);
      // A point may have gone and come again on the way; none is left out.
      expect(new Set((await readWatch(page)).goodAgain).size).toBe(count);
      expect((await readWatch(overview)).shownWhileBad).toEqual([]);
      expect(Number(await pressure.locator('.value').textContent())).toBeGreaterThan(0.1);
      await page.locator('[data-testid="link-pump-room"][data-state="online"]').first().waitFor();
    });
  });

  describe('when the gateway can store nothing', () => {
    test('a banner says that no alarm will appear, and goes when it is over', async () => {
      await using tab = await openTab(site.browser, site.url);
      const { page } = tab;
      let trouble = [{ part: 'engine', detail: 'decisions cannot be stored' }];
      // Such a gateway is made in test/api; here its greeting is enough. The stream ends and is opened again.
      await page.route('**/api/v1/events', (route) => {
        const hello = { serverMs: Date.now(), version: 'test', trouble };
        const body = `retry: 500\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`;
        return route.fulfill({ contentType: 'text/event-stream', body });
      });
      await tab.login('engineer');
      const banner = page.getByTestId('trouble-banner');
      await banner.waitFor();
      expect(await banner.innerText()).toMatch(/新的告警和工单不会产生[\s\S]+decisions cannot be stored/);
      trouble = [];
      await banner.waitFor({ state: 'detached', timeout: RECOVERY_MS });
    });
  });

  describe('when the gateway is killed', () => {
    test('the page says that what it shows is old, and recovers without being loaded again', async () => {
      await using tab = await openTab(site.browser, site.url, { as: 'engineer', expects: [GONE] });
      const { page } = tab;
      const value = page.getByTestId('point-dws-1-outlet-pressure').locator('.value');
      await until(async () => Number(await value.textContent()) > 0.1, {
        timeoutMs: LOSS_MS,
        what: 'a value',
      });
      await page.evaluate('window.riserLoadedOnce = true');

      await site.kill();
      const killedMs = performance.now();
      await page.locator('[data-testid="live-state"]:not([data-phase="live"])').waitFor();
      const banner = page.getByTestId('stale-banner');
      await banner.waitFor({ timeout: STALE_MS });
      console.log(`the page said that its data is old ${ms(killedMs)} ms after the gateway was killed`);
      expect(await banner.innerText()).toMatch(
        /页面所示均为旧数据[\s\S]+最后一次收到数据：\d\d-\d\d \d\d:\d\d:\d\d/,
      );
      const look = `getComputedStyle(document.querySelector('.point .value')).textDecorationLine`;
      expect(await page.evaluate<string>(look), 'old values are struck through').toContain('line-through');

      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate(OVERFLOW_PX), 'wider than a phone').toBe(0);

      await site.restart();
      const startedMs = performance.now();
      await banner.waitFor({ state: 'detached', timeout: RECOVERY_MS });
      await page.locator('[data-testid="live-state"][data-phase="live"]').waitFor();
      console.log(`the page was live again ${ms(startedMs)} ms after the gateway was back`);
      await control(site.plant, 'PUT', '/registers', PRESSURE);
      await until(async () => (await value.textContent()) === '0.412', {
        timeoutMs: LOSS_MS,
        what: 'the changed pressure',
      });
      expect(await page.evaluate('window.riserLoadedOnce'), 'the page was not loaded again').toBe(true);
    });
  });
});

/** Waits until every one of the elements matches `selector`. */
async function untilAll(elements: Locator, selector: string, timeoutMs: number): Promise<void> {
  const matching = elements.and(elements.page().locator(`.point${selector}`));
  const isMet = async (): Promise<boolean> => {
    const count = await elements.count();
    return count > 0 && (await matching.count()) === count;
  };
  await until(isMet, { timeoutMs, what: `all points to be ${selector}` });
}

function readWatch(page: Page): Promise<PointWatch> {
  return page.evaluate('window.riserWatch');
}

function ms(fromMs: number): number {
  return Math.round(performance.now() - fromMs);
}
