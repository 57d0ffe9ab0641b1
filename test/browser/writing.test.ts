/**
 * A set-point is changed in a browser: what the person reads before and after, and what reaches the device, which the
 * simulator itself tells. Lock-out as the people of a shift see it. The tests follow one another.
 */
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PointView } from '../../src/api/schemas.ts';
import type { DemoUser } from '../support/gateway.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { askToWrite, endOfWrite, type WriteWish } from './steps.ts';
import { openTab, type TabOptions } from './tab.ts';
import { LANGUAGES, type Language } from './words.ts';

/** Read-back within 5 s (devices/generic-booster-2p.yaml), and a busy machine. */
const WRITE_MS = 45_000;
/** The page of an equipment asks every 5 s for its points and every 10 s for tags; a busy machine takes its time. */
const LIVE_MS = 60_000;
/** What a browser says of the lost answer, of the refused write and of the tag that is not one's own. */
const REFUSALS = [
  /net::ERR_FAILED \S+\/write$/,
  /409 \(Conflict\) \S+\/write$/,
  /403 \(Forbidden\) \S+\/unlock$/,
];
const EQUIPMENT = '/equipment/dws-1';
const BUTTON = 'write-dws-1-pressure-setpoint';
/** Selector switch of the booster set in hand (docs/register-maps.md). */
const HAND = { equipment: 'dws-1', table: 'holding', address: 4, value: 1 };
const AUTOMATIC = 2;

describeWithTools(['chromium'], 'writing on the page', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  /** An engineer at a desk, in Chinese; each test begins with the page of the booster set. */
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    const tab = opened.use(await open('engineer', { expects: REFUSALS }));
    page = tab.page;
  });
  beforeEach(async () => {
    await page.goto(site.url + EQUIPMENT);
  });
  afterAll(() => opened.disposeAsync());

  async function open(user: DemoUser, options: TabOptions = {}) {
    const tab = await openTab(site.browser, site.url + EQUIPMENT, { ...options, as: user });
    await tab.page.getByTestId('equipment-page').waitFor();
    return tab;
  }

  /** Writes that the booster set was asked for; which function is not the page's choice. */
  async function written(): Promise<readonly string[]> {
    return (await site.requests('pump-room')).filter((frame) => /^01(05|06|0f|10|16|17)/.test(frame));
  }

  test('a set-point is changed: interlocks, check in words, confirmation, read-back, record, and one frame', async () => {
    const before = (await written()).length;
    await page.getByTestId(BUTTON).click();
    const interlocks = page.getByTestId('write-interlocks').locator('li');
    await expect
      .poll(() => interlocks.evaluateAll((all) => all.map((each) => each.getAttribute('data-state'))))
      .toEqual(['free', 'free']);
    await expect
      .poll(() => page.getByTestId('write-dialog').innerText())
      .toMatch(/0\.450\s*MPa[\s\S]+0\.300 ~ 0\.550 MPa/);
    await page.getByTestId('write-value').fill('0.56');
    await page.getByTestId('write-reason').fill(' ');
    await page.getByTestId('write-reason').press('Enter');
    await page.getByText('请填写允许范围内的值').waitFor();
    expect(await page.getByTestId('write-dialog').getAttribute('data-step')).toBe('form');
    await page.getByTestId('write-dialog').getByText('取消').click();
    await page.getByTestId('write-dialog').waitFor({ state: 'detached' });

    await askToWrite(page, toWish('0.43', '夜间降压，王工要求'));
    expect(await page.getByTestId('write-sentence').textContent()).toBe(
      '确认将 1#生活变频供水设备 的 设定压力 由 0.450 MPa 改为 0.430 MPa？',
    );
    expect(await written(), 'nothing is sent before it is confirmed').toHaveLength(before);
    await page.getByTestId('write-confirm').click();
    const result = await endOfWrite(page, 'confirmed');
    await expect.poll(() => result.innerText()).toMatch(/已写入并回读确认[\s\S]+设定压力 现为 0\.430 MPa/);
    await page.getByTestId('write-close').click();
    await expectSetpoint(page, '0.430');
    const row = page.locator('[data-testid^="write-row-"]').first();
    await row.and(page.locator('[data-state="confirmed"]')).waitFor();
    expect(await row.innerText()).toMatch(/0\.450 MPa → 0\.430 MPa[\s\S]+专业责任人 · 夜间降压，王工要求/);
    // 430 thousandths (docs/register-maps.md).
    expect((await written()).slice(before)).toEqual(['0106000101ae']);
  });

  test('a double click on the confirmation writes once, and so do two clicks at the same moment', async () => {
    const before = (await written()).length;
    let posts = 0;
    const count = (request: Request): void => {
      if (request.method() === 'POST') posts += 1;
    };
    page.on('request', count);
    const confirmations = [
      ['0.44', () => page.getByTestId('write-confirm').dblclick()],
      ['0.43', () => page.evaluate(TWO_CLICKS)],
    ] as const;
    for (const [at, [value, confirm]] of confirmations.entries()) {
      await askToWrite(page, toWish(value));
      await confirm();
      await endOfWrite(page, 'confirmed');
      await page.getByTestId('write-close').click();
      await expectSetpoint(page, `${value}0`);
      expect(posts, value).toBe(at + 1);
      expect((await written()).length - before, value).toBe(at + 1);
    }
    page.off('request', count);
  });

  test('when the answer is lost the page says that nobody knows, until the record of the gateway tells', async () => {
    const before = (await written()).length;
    const { promise: mayTell, resolve: tell } = Promise.withResolvers<void>();
    await page.route('**/api/v1/points/**/write', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.route('**/api/v1/writes?**', async (route) => {
      await mayTell;
      await route.continue();
    });
    await askToWrite(page, toWish('0.45'));
    await page.getByTestId('write-confirm').click();
    const lost = await endOfWrite(page, 'lost');
    expect(await lost.innerText()).toMatch(/结果未知[\s\S]+请勿重复写入/);
    expect(await page.getByTestId('write-change').count(), 'it is not offered again').toBe(0);
    tell();
    await endOfWrite(page, 'confirmed');
    await page.unrouteAll({ behavior: 'wait' });
    expect((await written()).length - before).toBe(1);
  });

  describe('an interlock', () => {
    afterEach(async () => {
      await control(site.plant, 'PUT', '/registers', { ...HAND, value: null });
      // The next one begins with a set in automatic, as the gateway sees it too.
      const engineer = await site.gateway().login('engineer');
      const isAutomatic = async (): Promise<boolean> => {
        const { items } = await engineer.read<{ items: PointView[] }>('/api/v1/points?equipment=dws-1');
        return items.some(({ id, value }) => id === 'dws-1/mode' && value === AUTOMATIC);
      };
      await until(isAutomatic, { timeoutMs: LIVE_MS, what: 'the set in automatic' });
    });

    test('that comes while somebody is about to confirm stops the write in words', async () => {
      const before = await written();
      await askToWrite(page, toWish('0.44'));
      await control(site.plant, 'PUT', '/registers', HAND);
      await page.getByTestId('write-obstacle').getByText('供水设备未投自动').waitFor({ timeout: LIVE_MS });
      await expect.poll(() => page.getByTestId('write-confirm').isDisabled()).toBe(true);
      await page.getByTestId('write-back').click();
      await page.locator('[data-testid="write-interlocks"] [data-state="present"]').waitFor();
      await expect.poll(() => page.getByTestId('write-next').isDisabled()).toBe(true);
      expect(await written()).toEqual(before);
    });
  });

  describe('lock-out', () => {
    test('hung by the supervisor refuses the write of an engineer, who cannot take it off; the supervisor can', async () => {
      await using boss = await open('supervisor');
      const before = await written();
      // The page asks for tags now and then; here it does not hear of this one before the gateway refuses.
      const { promise: mayLearn, resolve: learn } = Promise.withResolvers<void>();
      await page.route('**/api/v1/equipment', async (route) => {
        await mayLearn;
        await route.continue();
      });
      await askToWrite(page, toWish('0.44'));
      await boss.page.getByTestId('lock-out-dws-1').click();
      await boss.page.getByTestId('lock-out-reason').fill('更换机械密封，已停电');
      await boss.page.getByTestId('lock-out-submit').click();
      await boss.page.getByTestId('lock-out-bar').getByText('更换机械密封，已停电').waitFor();

      await page.getByTestId('write-confirm').click();
      const refused = await endOfWrite(page, 'refused');
      await expect
        .poll(() => refused.innerText())
        .toMatch(/本次未写入[\s\S]+已挂牌上锁[\s\S]+更换机械密封，已停电/);
      await page.getByTestId('write-close').click();
      learn();
      await page.unrouteAll({ behavior: 'wait' });
      await page.getByTestId('lock-out-bar').waitFor();
      await expect.poll(() => page.getByTestId(BUTTON).isDisabled()).toBe(true);
      await page.locator('[data-obstacle="locked-out"]').getByText('已挂牌上锁').waitFor();
      await page.getByTestId('unlock-dws-1').click();
      await page.getByTestId('unlock-submit').click();
      const error = page.getByTestId('lock-out-error');
      await error.waitFor();
      expect(await error.innerText()).toContain('只有挂牌人');
      await page.goto(site.url);
      await page.getByTestId('equipment-dws-1').getByTestId('lock-out-tag').waitFor();
      expect(await written()).toEqual(before);

      await boss.page.getByTestId('unlock-dws-1').click();
      await boss.page.getByTestId('unlock-submit').click();
      await boss.page.getByTestId('lock-out-bar').waitFor({ state: 'detached' });
      await page.goto(site.url + EQUIPMENT);
      await askToWrite(page, toWish('0.44'));
      await page.getByTestId('write-confirm').click();
      await endOfWrite(page, 'confirmed');
    });

    test('and writing are not for the desk, which reads the records', async () => {
      await using desk = await open('desk');
      await desk.page.locator('[data-testid^="write-row-"]').first().waitFor();
      await expectSetpoint(desk.page, '0.440');
      expect(await desk.page.getByTestId(BUTTON).count()).toBe(0);
      expect(await desk.page.getByTestId('lock-out-dws-1').count()).toBe(0);
    });
  });

  test('on a phone the dialog fits at every step and says what its fields are, in both languages', async () => {
    await using phone = await open('engineer', { isPhone: true });
    for (const language of LANGUAGES) {
      await expectDialog(phone.page, language, language === 'zh' ? '0.45' : '0.44');
      await phone.page.getByTestId('write-close').click();
      await phone.page.getByTestId('write-dialog').waitFor({ state: 'detached' });
      await phone.page.getByTestId('language-switch').click();
    }
  });
});

/** From the button to the confirmed result. */
async function expectDialog(page: Page, language: Language, value: string): Promise<void> {
  const expectFit = async (where: string): Promise<void> => {
    await expectHandy(page, where);
    await expectNamed(page, where);
    if (language === 'en') await expectEnglish(page);
  };
  await page.getByTestId(BUTTON).click();
  // Where less motion is asked for (tab.ts) it is there in its full size at once.
  await page.getByTestId('write-interlocks').waitFor();
  await expectFit('form');
  await page.getByTestId('write-value').fill(value);
  await page.getByTestId('write-reason').fill('8801');
  await page.getByTestId('write-next').click();
  await page.getByTestId('write-confirm').waitFor();
  await expectFit('check');
  await page.getByTestId('write-confirm').click();
  await endOfWrite(page, 'confirmed');
  await expectFit('result');
}

/** In one task, before the page can draw what came of the first. */
const TWO_CLICKS = `(() => {
  const button = document.querySelector('[data-testid="write-confirm"]');
  button.click();
  button.click();
})()`;

/** @param reason by default one that reads the same in both languages */
function toWish(value: string, reason = '8801'): WriteWish {
  return { equipment: 'dws-1', point: 'pressure-setpoint', value, reason };
}

/** Waits until the live value is so. */
async function expectSetpoint(page: Page, value: string): Promise<void> {
  const shown = page.getByTestId('point-dws-1-pressure-setpoint').locator('.value');
  await until(async () => (await shown.textContent()) === value, { timeoutMs: WRITE_MS, what: value });
}
