/**
 * Trends in a browser, on a quiet plant: points are found and drawn, zoomed into down to readings and back, a device that
 * falls silent leaves a gap with its reason, the whole building at a moment, the export, all of it from the address alone.
 */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { openTab } from './tab.ts';

/** What the page does by itself. */
const SOON_MS = 45_000;
const PRESSURE = 'dws-1/outlet-pressure';
const CURRENT = 'dws-1-pump-1/current';
const RUNNING = 'dws-1-pump-1/running';
const LEVEL = 'sump-1/level';
/** A silent device is given up after its time-outs; a busy machine takes its time. */
const REACTION_MS = 90_000;

describeWithTools(['chromium'], 'trends', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'engineer' }));
    page = tab.page;
  });
  afterAll(() => opened.disposeAsync());

  const chart = (): Locator => page.getByTestId('trend-chart');
  const valueOf = (id: string): Locator => page.getByTestId(`legend-${id}`).locator('.trend-legend-value');

  async function lengthOnShow(): Promise<number> {
    const [from, to] = [await chart().getAttribute('data-from'), await chart().getAttribute('data-to')];
    return Number(to) - Number(from);
  }

  async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await locator.boundingBox();
    if (box === null) throw new Error('not on show');
    return box;
  }

  test('a point is found by words of its equipment, drawn, and shows its value as it changes', async () => {
    await page.getByTestId('nav-trends').click();
    await page.getByTestId('trends-beginning').waitFor();
    await page.getByTestId('trend-picker').locator('input').fill('生活变频 出水压力');
    await page.keyboard.press('Enter');
    await page.getByTestId(`curve-${PRESSURE}`).locator('.curve-line').waitFor({ state: 'attached' });
    await expect.poll(() => new URL(page.url()).searchParams.get('p')).toBe(PRESSURE);
    const seen = new Set<string>();
    await until(async () => seen.add((await valueOf(PRESSURE).innerText()).split('\n')[0] ?? '').size >= 2, {
      timeoutMs: REACTION_MS,
      what: 'two values',
    });
    expect(
      [...seen].every((text) => /^0\.\d+ MPa$|^—$/.test(text)),
      [...seen].join(),
    ).toBe(true);
  });

  test('points of several units have an axis each, states a lane, and the address alone shows the same', async () => {
    await page.goto(`${site.url}/trends?p=${PRESSURE},${CURRENT},${RUNNING}&range=1h`);
    await page.getByTestId('trend-pane-MPa').waitFor();
    await page.getByTestId('trend-pane-A').waitFor();
    await page.getByTestId(`lane-${RUNNING}`).waitFor();
    await expect.poll(() => page.getByTestId('trend-legend').locator('li').count()).toBe(3);
    await page.getByTestId(`legend-remove-${CURRENT}`).click();
    await page.getByTestId('trend-pane-A').waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).searchParams.get('p')).toBe(`${PRESSURE},${RUNNING}`);
  });

  test('drawing zooms in, the wheel further down to readings, the button and the browser go back', async () => {
    await page.goto(`${site.url}/trends?p=${PRESSURE}&range=24h`);
    const { x, y, width } = await boxOf(chart());
    await page.mouse.move(x + width * 0.9, y + 100);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.99, y + 120, { steps: 4 });
    await page.mouse.up();
    await until(async () => (await lengthOnShow()) < 4 * 3_600_000, { timeoutMs: SOON_MS, what: 'the zoom' });
    const drawn = await lengthOnShow();
    await expect.poll(() => new URL(page.url()).searchParams.get('from')).not.toBeNull();
    await page.waitForTimeout(800); // A later wheel is a step of its own.
    await page.mouse.wheel(0, -100);
    await until(async () => (await lengthOnShow()) < drawn, { timeoutMs: SOON_MS, what: 'the wheel' });
    await page.getByTestId('trend-back').click();
    await until(async () => (await lengthOnShow()) === drawn, { timeoutMs: SOON_MS, what: 'the step back' });
    await page.goBack();
    await until(async () => (await lengthOnShow()) === 24 * 3_600_000, {
      timeoutMs: SOON_MS,
      what: 'the way back',
    });
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('24h');
  });

  test('by the keyboard the time is moved, zoomed around, and the building is opened at it', async () => {
    await page.goto(`${site.url}/trends?p=${PRESSURE}&range=1h`);
    await chart().focus();
    await page.keyboard.press('ArrowLeft');
    const at = () => new URL(page.url()).searchParams.get('at');
    await until(() => Promise.resolve(at() !== null), { timeoutMs: SOON_MS, what: 'a pinned time' });
    const first = Number(at());
    await page.keyboard.press('Shift+ArrowLeft');
    await until(() => Promise.resolve(Number(at()) < first), { timeoutMs: SOON_MS, what: 'an earlier time' });
    await page.keyboard.press('+');
    await until(async () => (await lengthOnShow()) < 3_600_000, { timeoutMs: SOON_MS, what: 'a zoom' });
    await page.keyboard.press('Enter');
    const building = page.getByTestId('building');
    await until(async () => (await building.getAttribute('data-at')) === at(), {
      timeoutMs: REACTION_MS,
      what: 'the building at that time',
    });
  });

  test('a device that falls silent leaves a gap with its reason, in the curve and in the building', async () => {
    const wire = { endpoint: 'sump-room', unit: 1 };
    await page.goto(`${site.url}/trends?p=${LEVEL}&range=1h`);
    await page.getByTestId(`curve-${LEVEL}`).locator('.curve-line').waitFor({ state: 'attached' });
    await control(site.plant, 'PUT', '/wire', { ...wire, fault: { kind: 'silent' } });
    await until(async () => (await valueOf(LEVEL).getAttribute('data-level')) === 'bad', {
      timeoutMs: REACTION_MS,
      what: 'the bad value',
    });
    await expect.poll(() => valueOf(LEVEL).innerText()).toMatch(/^—[\s\S]+(无应答|通信中断|数据过期)/);
    await until(
      async () =>
        ((await page.getByTestId(`strip-${LEVEL}`).locator('.strip-bad').getAttribute('d')) ?? '') !== '',
      { timeoutMs: REACTION_MS, what: 'the strip' },
    );
    await page.getByTestId('open-building').click();
    await page.getByTestId('building-only').getByText('异常和存疑').click();
    const row = page.locator(`[data-testid="building-row-${LEVEL}"][data-quality="bad"]`);
    await row.waitFor({ timeout: REACTION_MS });
    await expect.poll(() => row.innerText()).toMatch(/无应答|通信中断|过期/);
    await control(site.plant, 'DELETE', '/wire', wire);
  });

  test('what is on show is exported; an export can be broken off', async () => {
    await page.goto(`${site.url}/trends?p=${PRESSURE},${RUNNING}&range=1h`);
    await page.getByTestId('open-export').click();
    await page.getByTestId('export-kind-readings').click();
    const coming = page.waitForEvent('download');
    await page.getByTestId('export-start').click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^riser-[\w-]+\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    expect(text.split('\n').length).toBeGreaterThan(3);
    expect(text).toContain(PRESSURE);
    await page.locator('[data-testid="export-dialog"][data-step="done"]').waitFor();

    await page.route('**/history/export*', () => undefined);
    await page.getByTestId('export-format-xlsx').click();
    await page.getByTestId('export-start').click();
    await page.getByTestId('export-stop').click();
    await page.getByTestId('export-dialog').getByText('已停止').waitFor();
    await page.unroute('**/history/export*');
  });

  test('the small trend of an equipment leads here', async () => {
    await page.goto(`${site.url}/equipment/dws-1?point=${encodeURIComponent(PRESSURE)}`);
    await page.getByTestId('trend-open').click();
    await page.getByTestId(`legend-${PRESSURE}`).waitFor();
  });

  test('on a phone everything fits, has a name and a size for thumbs, in both languages', async () => {
    await using phone = await openTab(site.browser, site.url, { as: 'desk', isPhone: true });
    for (const language of ['zh', 'en']) {
      await phone.page.goto(`${site.url}/trends?p=${PRESSURE},${CURRENT},${RUNNING}&range=8h`);
      await phone.page.getByTestId(`lane-${RUNNING}`).waitFor();
      await expectHandy(phone.page, 'trends');
      await expectNamed(phone.page, 'trends');
      if (language === 'en') await expectEnglish(phone.page);
      await phone.page.getByTestId('trend-ranges').locator('label').last().click();
      await phone.page.getByTestId('trend-show').waitFor();
      await expectHandy(phone.page, 'own range');
      await phone.page.getByTestId('open-building').click();
      await phone.page.locator('[data-testid^="building-row-"]').first().waitFor({ timeout: REACTION_MS });
      await expectHandy(phone.page, 'building');
      if (language === 'en') await expectEnglish(phone.page);
      await phone.page.goto(site.url);
      await phone.page.getByTestId('language-switch').click();
    }
  });
});
