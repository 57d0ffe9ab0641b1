/**
 * A thousand real alarms at once: one storm, nothing lost, and the page and the API still answer within 100 ms. Both are
 * printed of the page: the time from the click to the frame that shows its answer, and the work of its thread for it, which
 * is what is judged, beside the same click among four alarms: neither depends on what else the machine does.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlarmView } from '../../src/api/schemas.ts';
import type { ApiClient } from '../support/client.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { MANY_ALARMS, MANY_REGISTER, RAISING, writeManySite } from './many-alarms.ts';
import { toAnswerTime } from './page-scripts.ts';
import { type Site, startSite } from './site.ts';
import { openTab, type Tab } from './tab.ts';

/** Promised for every click and question while they stand (issue E; Nielsen: felt as at once). */
const LIMIT_MS = 100;
/** Register, poll, decision, one commit for all. */
const RAISED_MS = 110_000;
/** On a machine so busy that opening one of four alarms takes longer than that, a thousand may cost this much more. */
const BUSY_FACTOR = 2;
/** What the smallest question takes at most on a machine that does nothing else; one that is busy gets as many times longer. */
const QUIET_SITE_MS = 10;
const PAGE_ROWS = 500;
/** The list is as it was so long ago. */
const SETTLED_MS = 4_000;
const CLICKS = 20;
const QUESTIONS = 60;

interface Listed {
  readonly items: readonly AlarmView[];
  readonly total: number;
}

describeWithTools(['chromium'], 'a thousand alarms', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let api: ApiClient;
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium, undefined, writeManySite));
    api = await site.gateway().login('supervisor');
    tab = opened.use(await openTab(site.browser, site.url, { as: 'supervisor' }));
    page = tab.page;
    await page.getByTestId('nav-alarms').click();
    await control(site.plant, 'PUT', '/registers', { ...MANY_REGISTER, value: RAISING });
    const isAll = async () => (await api.read<Listed>('/api/v1/alarms?limit=1')).total >= MANY_ALARMS;
    await until(isAll, { timeoutMs: RAISED_MS, what: `${MANY_ALARMS} alarms` });
  });
  afterAll(() => opened.disposeAsync());

  test('all stand in one storm, and the page shows every one of them', async () => {
    let storms: readonly { readonly id: string; readonly members: number }[] = [];
    const isOne = async (): Promise<boolean> => {
      storms = (await api.read<{ items: { id: string; members: number }[] }>('/api/v1/storms')).items;
      return storms.length === 1 && (storms[0]?.members ?? 0) > MANY_ALARMS - 50;
    };
    await until(isOne, { timeoutMs: RAISED_MS, what: 'the storm of them' }).catch(() => null);
    expect(storms).toHaveLength(1);
    const [storm] = storms;
    expect(storm?.members).toBeGreaterThan(MANY_ALARMS - 50);
    await page.getByTestId(`storm-row-${storm?.id}`).waitFor();
    await page.getByTestId(`storm-fold-${storm?.id}`).click();
    await page.locator('[data-testid="alarm-table"][data-virtual="true"]').waitFor();
  });

  test(`a click answers within ${LIMIT_MS} ms: an alarm opens, a filter filters`, async () => {
    await using clock = await startWorkClock(page);
    expect((await untilSettled(page)).length, 'rows in the window').toBeGreaterThan(5);
    const opening: Answer[] = [];
    const filtering: Answer[] = [];
    for (let at = 0; at < CLICKS; at++) {
      const rows = await readRows(page);
      opening.push(await openAlarm(clock, page, rows[at % rows.length] ?? ''));
      const words = `${at + 100}号信号报警`;
      filtering.push(await clock.measure(toAnswerTime(`type:${WORDS}=${words}`, toOnly(words))));
      await clock.measure(toAnswerTime(`type:${WORDS}=`, MANY_ROWS));
    }
    await clock.measure(toAnswerTime(`type:${WORDS}=123号信号报警`, toOnly('123号信号报警')));
    const few = await readRows(page);
    const baseline: Answer[] = [];
    for (let at = 0; at < CLICKS; at++)
      baseline.push(await openAlarm(clock, page, few[at % few.length] ?? ''));
    const limitMs = Math.max(LIMIT_MS, BUSY_FACTOR * tell(`open an alarm among ${few.length}`, baseline));
    expect(tell(`open an alarm among ${MANY_ALARMS}`, opening)).toBeLessThanOrEqual(limitMs);
    expect(tell(`filter ${MANY_ALARMS}`, filtering)).toBeLessThanOrEqual(limitMs);
  });

  test(`the API lists them within ${LIMIT_MS} ms`, async () => {
    const times: number[] = [];
    const others: number[] = [];
    for (let at = 0; at < QUESTIONS; at++) {
      const offset = (at % 2) * PAGE_ROWS;
      const path = `/api/v1/alarms?state=open&limit=${PAGE_ROWS}&offset=${offset}`;
      const { ms, body } = await ask<Listed>(api, path);
      times.push(ms);
      expect(body.items).toHaveLength(PAGE_ROWS);
      others.push((await ask(api, '/api/v1/site')).ms);
    }
    const busy = Math.max(1, toP95('GET /site', others) / QUIET_SITE_MS);
    const p95 = toP95(`GET /alarms, ${PAGE_ROWS} of ${MANY_ALARMS}`, times);
    expect(p95).toBeLessThanOrEqual(LIMIT_MS * busy);
  });
});

async function ask<T>(api: ApiClient, path: string): Promise<{ readonly ms: number; readonly body: T }> {
  const fromMs = performance.now();
  const body = await api.read<T>(path);
  return { ms: performance.now() - fromMs, body };
}

/** Test ids of the rows in the window. */
function readRows(page: Page): Promise<readonly string[]> {
  return page
    .locator('[data-testid^="alarm-row-"]')
    .evaluateAll((all) => all.map((row) => row.getAttribute('data-testid') ?? ''));
}

/** What was raised has been told, grouped and ticketed, and the page has shown all of it. */
function untilSettled(page: Page): Promise<readonly string[]> {
  const look = async (): Promise<readonly string[] | null> => {
    const before = await readRows(page);
    await delay(SETTLED_MS);
    const rows = await readRows(page);
    return rows.join() === before.join() ? rows : null;
  };
  return until(look, { timeoutMs: RAISED_MS, what: 'a list that rests' });
}

/** And closes it again. */
async function openAlarm(clock: WorkClock, page: Page, row: string): Promise<Answer> {
  const answer = await clock.measure(toAnswerTime(`click:[data-testid="${row}"] .row-link`, DRAWER));
  await page.keyboard.press('Escape');
  await page.getByTestId('alarm-drawer').waitFor({ state: 'detached' });
  return answer;
}

/** The alarm itself stands in the drawer. */
const DRAWER = `document.querySelector('[data-testid="alarm-drawer"] .drawer-title') !== null`;
const WORDS = '[data-testid="alarm-words"]';
const MANY_ROWS = `document.querySelectorAll('[data-testid^="alarm-row-"]').length > 5`;

/** Rows, and all of them of these words. */
function toOnly(words: string): string {
  return `(() => {
    const rows = [...document.querySelectorAll('[data-testid^="alarm-row-"]')];
    return rows.length > 0 && rows.every((row) => row.textContent.includes('${words}'));
  })()`;
}

interface Answer {
  /** From the action to the frame that shows its answer, by the page's own marks. */
  readonly wallMs: number;
  /** What the page's thread has worked for it: other processes of a busy machine are not in it. */
  readonly workMs: number;
}

interface WorkClock extends AsyncDisposable {
  /** @param script as made by `toAnswerTime` */
  measure(script: string): Promise<Answer>;
}

async function startWorkClock(page: Page): Promise<WorkClock> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
  };
  return {
    async measure(script) {
      const fromMs = await read();
      const wallMs = await page.evaluate<number>(script);
      return { wallMs, workMs: (await read()) - fromMs };
    },
    [Symbol.asyncDispose]: () => session.detach(),
  };
}

/** Prints both. @returns the 95th percentile of the work */
function tell(what: string, answers: readonly Answer[]): number {
  toP95(
    `${what}, click to frame`,
    answers.map(({ wallMs }) => wallMs),
  );
  return toP95(
    `${what}, work of the page`,
    answers.map(({ workMs }) => workMs),
  );
}

function toP95(what: string, times: readonly number[]): number {
  const sorted = times.map(Math.round).toSorted((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.POSITIVE_INFINITY;
  const median = sorted[Math.ceil(sorted.length / 2) - 1];
  console.log(`${what}: median ${median}, p95 ${p95}, max ${sorted.at(-1)} ms (n = ${sorted.length})`);
  return p95;
}
