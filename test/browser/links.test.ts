/**
 * The pages on communication, against the real wire: figures that move, an address that the device refuses since the
 * first request, a device that falls silent. The tests follow one another; each leaves the wire as the next needs it.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Only, PointQualityList } from '../../src/api/quality-schema.ts';
import type { ApiClient } from '../support/client.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { openTab, visit } from './tab.ts';
import { LANGUAGES, type Language } from './words.ts';

/** The pages ask every 5 s for links and every 10 s for data quality; a busy machine takes its time. */
const RECHECK_MS = 60_000;
/** A refused point is asked at a growing interval, at most a minute (src/acquisition/refusal.ts); then the page asks. */
const MENDED_MS = 60_000 + RECHECK_MS;
/** The alarm code of pump 2 (docs/register-maps.md), read together with the register before it. */
const HOLE = { kind: 'holes', table: 'holding', from: 41, to: 41 } as const;
const BLAMED = 'dws-1-pump-2/alarm-code';
const BLAMED_NAME = '故障代码 · 1#生活变频供水设备 2号水泵';

describeWithTools(['chromium'], 'the pages on communication', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let engineer: ApiClient;
  /** At a desk, in Chinese; each test begins by going to a page. */
  let page: Page;

  beforeAll(async () => {
    const hole = { endpoint: 'pump-room', unit: 1, fault: HOLE };
    site = opened.use(await startSite(chromium, (plant) => control(plant, 'PUT', '/wire', hole)));
    engineer = await site.gateway().login('engineer');
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'engineer' }));
    page = tab.page;
  });
  afterAll(() => opened.disposeAsync());

  function setWire(method: 'PUT' | 'DELETE', endpoint: string, fault?: object): Promise<void> {
    return control(site.plant, method, '/wire', { endpoint, unit: 1, ...(fault !== undefined && { fault }) });
  }

  function readQuality(only: Only, link?: string): Promise<PointQualityList> {
    const path = `/api/v1/points/quality?only=${only}`;
    return engineer.read(link === undefined ? path : `${path}&link=${link}`);
  }

  /** Requests that the simulator itself has served for the link of the booster set. */
  async function countServed(): Promise<number> {
    const { length } = await site.requests('pump-room');
    expect(length, 'the simulator keeps 20000').toBeLessThan(19_000);
    return length;
  }

  /** The counters of the link on show are those of the wire: at least what had been `served`, at most what is by now. */
  async function expectCounters(page: Page, served: number): Promise<void> {
    const requests = await until(
      async () => {
        const count = await readCounter(page, '请求');
        return count >= served && count;
      },
      { timeoutMs: RECHECK_MS, what: `${served} requests on the page` },
    );
    // One may be under way, counted and not yet served.
    expect(requests).toBeLessThanOrEqual((await countServed()) + 1);
    await expect.poll(() => readCounter(page, '应答')).toBeGreaterThan(0.9 * requests);
    await expect.poll(() => page.getByTestId('link-exceptions').innerText()).toMatch(/02\s+\S+\s+[1-9]/);
  }

  test('every link is listed with its state and its good points, and is found by its name', async () => {
    await page.goto(site.url);
    await page.getByTestId('nav-links').click();
    const { links } = (await readQuality('all')).summary;
    for (const { link, points } of links) {
      const row = page.getByTestId(`link-row-${link}`);
      await row.locator('[data-state="online"]').waitFor();
      const good = link === 'pump-room' ? points - 1 : points;
      await row.getByText(`${good} / ${points}`).waitFor({ timeout: RECHECK_MS });
    }
    await page.getByTestId('link-search').fill('集水坑');
    await page.getByTestId('link-row-pump-room').waitFor({ state: 'detached' });
    await page.getByTestId('link-row-sump-room').waitFor();
  });

  test('an address that the device refuses is split off, and its point is named wherever people look for it', async () => {
    await page.goto(site.url + '/links');
    await page.getByTestId('link-row-pump-room').click();
    await page.getByTestId('link-page').getByText('生活水泵房控制柜').waitFor();
    const served = await countServed();
    const refused = page.getByTestId('plan-refused');
    await refused.getByText(BLAMED_NAME).waitFor();
    await expect
      .poll(() => refused.innerText())
      .toMatch(/设备拒绝该地址（1 点）[\s\S]+1号站 保持寄存器 41[\s\S]+异常码 2 /);
    await page.getByTestId('plan-scope').getByText('有问题 1').click();
    const rows = page.locator('[data-testid^="request-unit"]');
    await until(async () => (await rows.count()) === 1, {
      timeoutMs: 45_000,
      what: 'the refused request alone',
    });
    await expect.poll(() => rows.innerText()).toMatch(/41\s+拆分/);
    await expectCounters(page, served);

    await page.getByTestId('link-quality').click();
    await page.getByTestId('quality-only').getByText('从未正常 1').click();
    const row = page.getByTestId(`quality-row-${BLAMED}`);
    await expect.poll(() => row.innerText()).toMatch(/设备返回异常码[\s\S]+从未/);
    await row.getByTestId(`quality-point-${BLAMED}`).click();
    const point = page.getByTestId(`point-${BLAMED.replace('/', '-')}`);
    await point.getByText('设备返回异常码').waitFor();
  });

  test('the figures of data quality are those of the API, for the site, for a link and for every filter', async () => {
    await page.goto(site.url + '/quality');
    const { summary } = await readQuality('all');
    expect(summary.neverGood).toBeGreaterThan(0);
    await expectTally(page, readQuality);
    for (const { link, good, points } of summary.links) {
      const line = page.getByTestId(`quality-link-${link}`);
      await expect.poll(() => line.innerText(), { message: link }).toContain(`${good} / ${points}`);
    }
    for (const only of ['never-good', 'bad', 'all'] as const) {
      await visit(page, `/quality?only=${only}&link=pump-room`);
      await expectRows(page, await readQuality(only, 'pump-room'));
    }
  });

  test('the address map is walked with the arrow keys and pointed at, and tells who lives where', async () => {
    await page.goto(site.url + '/links/pump-room');
    const map = page.getByTestId('map-unit 1 holding');
    const slider = map.getByRole('slider');
    await slider.focus();
    const facts = page.getByTestId('facts-unit 1 holding');
    const walk = async (key: string, address: number, text: RegExp): Promise<void> => {
      await page.keyboard.press(key);
      await facts.getByText(text).first().waitFor();
      await expect.poll(() => slider.getAttribute('aria-valuenow'), { message: key }).toBe(String(address));
    };
    await walk('ArrowRight', 0, /出水压力/);
    await walk('ArrowRight', 1, /设定压力/);
    // 33 is not asked for: the next that is.
    await walk('ArrowDown', 40, /运行状态/);
    await walk('ArrowRight', 41, /设备拒绝/);
    await expect.poll(() => facts.innerText()).toMatch(/地址 41[\s\S]+0x0029[\s\S]+异常码 2 [\s\S]+故障代码/);
    await walk('ArrowLeft', 40, /运行状态/);
    await walk('ArrowUp', 7, /累计电量/);
    await map.locator('rect.use-refused').hover();
    await facts.getByText('地址 41').waitFor();
    await facts.getByRole('link').click();
    await page.getByTestId('equipment-page').waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('point')).toBe(BLAMED);
  });

  test('a device that is silent and one that refuses an address for a while are told apart, and both are well again', async () => {
    await page.goto(`${site.url}/links`);
    const silent = page.getByTestId('link-row-sump-room');
    const online = page.locator('[data-testid="link-row-pump-room"] [data-state="online"]');
    await silent.locator('[data-state="online"]').waitFor();
    await setWire('PUT', 'pump-room', { ...HOLE, from: 21, to: 21 });
    await setWire('PUT', 'sump-room', { kind: 'silent' });
    await silent.locator('[data-state="offline"]').waitFor({ timeout: RECHECK_MS });
    await page.getByTestId('link-trouble-count').getByText('条需要处理').waitFor();
    const rows = page.locator('[data-testid^="link-row-"]');
    await expect
      .poll(() => rows.first().getAttribute('data-testid'), { message: 'the worst first' })
      .toBe('link-row-sump-room');
    await expect.poll(() => silent.locator('.link-reason').innerText()).not.toBe('');
    await online.click();
    const refused = page.getByTestId('plan-refused').getByText('故障代码 · 1#生活变频供水设备 1号水泵');
    await refused.waitFor({ timeout: RECHECK_MS });
    await page.getByTestId('request-unit 1 holding 20').waitFor();
    await setWire('PUT', 'pump-room', HOLE);

    await visit(page, '/links/sump-room');
    await page
      .getByText(/连续超时 \d+ 次/)
      .first()
      .waitFor({ timeout: RECHECK_MS });
    await setWire('DELETE', 'sump-room');
    await page.locator('[data-testid="link-page"] [data-state="online"]').waitFor({ timeout: RECHECK_MS });
    await page.getByTestId('plan-scope').getByText('有问题 0').waitFor({ timeout: RECHECK_MS });
    await expect.poll(() => readCounter(page, '超时')).toBeGreaterThan(0);

    await visit(page, '/links/pump-room');
    await page.getByTestId('request-unit 1 holding 20–21').waitFor({ timeout: MENDED_MS });
    await refused.waitFor({ state: 'detached' });
  });

  test('on a phone links, plan and data quality fit, whatever the trouble, in both languages', async () => {
    await using phone = await openTab(site.browser, site.url, { as: 'desk', isPhone: true });
    await phone.page.getByTestId('nav-links').click();
    for (const language of LANGUAGES) {
      await expectFieldPages(phone.page, language);
      await visit(phone.page, '/links');
      await phone.page.getByTestId('language-switch').click();
    }
  });

  /** From the list of links, which is on show. */
  async function expectFieldPages(phone: Page, language: Language): Promise<void> {
    const expectFit = async (where: string): Promise<void> => {
      await expectHandy(phone, where);
      await expectNamed(phone, where);
      if (language === 'en') await expectEnglish(phone);
    };
    await phone.getByTestId('link-row-pump-room').waitFor();
    await expectFit('/links');
    await phone.getByTestId('link-row-pump-room').click();
    await phone.getByTestId('plan-refused').waitFor({ timeout: RECHECK_MS });
    await phone.getByTestId('request-unit 1 holding 41').locator('summary').click();
    await phone.locator('.placed-points').waitFor();
    await expectFit('/links/pump-room');
    await visit(phone, '/quality?only=all');
    await phone.locator('[data-testid^="quality-row-"]').first().waitFor();
    await expectFit('/quality');
  }
});

/** On the page of a link. @param name as in Chinese. */
async function readCounter(page: Page, name: string): Promise<number> {
  const counter = page
    .getByTestId('link-counters')
    .locator('.counter')
    .filter({ has: page.getByText(name, { exact: true }) });
  return Number((await counter.locator('dd').innerText()).replaceAll(',', ''));
}

/** Waits until the figures of the site are those of the API. */
async function expectTally(page: Page, read: (only: Only) => Promise<PointQualityList>): Promise<void> {
  const names = ['points', 'good', 'uncertain', 'bad', 'neverGood'] as const;
  let [shown, told] = ['', ''];
  const isSame = async (): Promise<boolean> => {
    const figures = names.map((name) => page.getByTestId(`quality-${name}`).locator('dd').innerText());
    shown = (await Promise.all(figures)).join(' ');
    const { summary } = await read('all');
    told = names.map((name) => summary[name]).join(' ');
    return shown === told;
  };
  await until(isSame, { timeoutMs: RECHECK_MS, what: 'the figures of the API' }).catch(() =>
    expect(shown, names.join(' ')).toBe(told),
  );
  await expect.poll(() => page.getByTestId('quality-coverage').innerText()).toMatch(/9\d(\.\d)? %/);
}

/** Waits until the page has exactly the rows of the API, in its order; only the first of several pages. */
async function expectRows(page: Page, { items }: PointQualityList): Promise<void> {
  const rows = page.locator('[data-testid^="quality-row-"]');
  const read = async (): Promise<string[]> =>
    (await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-testid') ?? ''))).map((id) =>
      id.replace('quality-row-', ''),
    );
  const wanted = items.map(({ point }) => point);
  await until(async () => String((await read()).toSorted()) === String(wanted.toSorted()), {
    timeoutMs: RECHECK_MS,
    what: `${wanted.length} rows`,
  }).catch(async () => expect(await read()).toEqual(wanted));
}
