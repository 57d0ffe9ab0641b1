/** Outages on the wire of a real server: what turns bad, how soon, and how it comes back. */
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestPoint } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { watchStalls } from '../../support/stalls.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { createWire, type Wire } from '../../support/wire.ts';
import {
  type OpcuaServerOptions,
  type ServedVariable,
  startOpcuaServer,
  type TestOpcuaServer,
} from './server.ts';
import { allOf, at, createSite, FAST, listen, NAMESPACE, type Running, run } from './site.ts';

/** Three ticks of a server's clock: sooner its silence is not believed. */
const CLOCK_LIMIT_MS = 3_000;
/** Beyond the limit: a look of the heartbeat, and a machine that runs other tests. */
const MARGIN_MS = 1_500;
/** Longest wait for being back: the back-off of acquisition, as far as it grows within a test. */
const BACK_MS = 30_000;

const variables: Readonly<Record<string, ServedVariable>> = {
  floor: { type: 'Int32', value: 3 },
  load: { type: 'Double', value: 12.5 },
};
const points: readonly TestPoint[] = [at('floor'), at('load')];

/** One for all tests, as making it takes a second; a test that stops or spoils it says so. */
let server: TestOpcuaServer;
let isSpoiled = true;
let site: Running | null = null;
let wire: Wire | null = null;

const start = (more: Partial<OpcuaServerOptions> = {}) =>
  startOpcuaServer({ namespace: NAMESPACE, variables, ...more });

beforeEach(async () => {
  if (isSpoiled) server = await start();
  isSpoiled = false;
});

afterEach(async () => {
  await site?.stop();
  await wire?.[Symbol.asyncDispose]();
  if (isSpoiled) await server.stop();
  site = null;
  wire = null;
});

afterAll(() => server.stop());

async function throughWire(): Promise<{ readonly site: Running; readonly wire: Wire }> {
  wire = await createWire(server.port);
  site = run(createSite(`opc.tcp://127.0.0.1:${wire.port}`, points));
  await allOf(site, 'good', BACK_MS);
  return { site, wire };
}

describe('silence', () => {
  it('of the values, while the clock goes on, is none', async () => {
    const heard = listen(createSite(server.url, points));
    try {
      await heard.connection.connect(new AbortController().signal);
      await heard.quality('load', 'good');
      const before = heard.connection.stats()['notifications'] ?? 0;
      const startMs = performance.now();
      const isQuiet = () => (heard.connection.stats()['notifications'] ?? 0) >= before + 4;
      await until(isQuiet, { timeoutMs: 30_000, what: 'four ticks of the clock' });
      expect(performance.now() - startMs).toBeGreaterThan(CLOCK_LIMIT_MS);
      expect(heard.batches.flat()).toHaveLength(points.length);
      expect(heard.lost).toEqual([]);
    } finally {
      await heard.connection.close();
    }
  });

  it('of a clock that the server lets nobody watch is told by reading it', async () => {
    isSpoiled = true;
    await server.stop();
    server = await start({ refused: ['ns=0;i=2258'] });
    using stalls = watchStalls();
    const fromMs = Date.now();
    const { site, wire } = await throughWire();
    const before = server.reads();
    const startMs = performance.now();
    await until(() => server.reads() >= before + 6, { timeoutMs: 30_000, what: 'six readings of the clock' });
    expect(performance.now() - startMs).toBeGreaterThan(FAST.silentAfterMs);
    // Where the machine held up both for longer than a silence may last, each was silent to the other.
    if (!stalls.isNear(Date.now(), Date.now() - fromMs, FAST.silentAfterMs / 2))
      expect(site.states.map(({ state }) => state)).toEqual(['connecting', 'online']);
    await allOf(site, 'good', BACK_MS);
    wire.mute();
    expect(await allOf(site, 'comm-loss', BACK_MS)).toBeLessThan(FAST.silentAfterMs + MARGIN_MS);
  });

  it('of a subscription that says no more than that it is alive turns all points bad', async () => {
    site = run(createSite(server.url, points));
    await allOf(site, 'good', BACK_MS);
    server.pausePublishing();
    await allOf(site, 'comm-loss', BACK_MS);
    expect(site.states.at(-1)?.reason).toMatch(/nothing heard of the server's clock/);
    await allOf(site, 'good', BACK_MS);
    expect([server.sessions(), server.subscriptions()]).toEqual([1, 1]);
  });

  it('of everything, with the connection still open, turns all points bad, and they come back', async () => {
    const { site, wire } = await throughWire();
    wire.mute();
    expect(await allOf(site, 'comm-loss', BACK_MS)).toBeLessThan(FAST.silentAfterMs + MARGIN_MS);
    expect(site.status().reason).toMatch(/nothing heard of any answer of the subscription for 1000 ms/);
    wire.restore();
    await allOf(site, 'good', BACK_MS);
    expect(site.last('load')).toMatchObject({ value: 12.5 });
    // The session before the silence lives until its time is over.
    isSpoiled = true;
  });
});

describe('a wire that is cut', () => {
  it('turns its points bad at once and no others, and good again with the values of now', async () => {
    const other = run(createSite(server.url, points));
    try {
      await allOf(other, 'good', BACK_MS);
      const { site, wire } = await throughWire();
      wire.cut();
      expect(await allOf(site, 'comm-loss', BACK_MS)).toBeLessThan(MARGIN_MS);
      isSpoiled = true;
      server.set('load', { value: 99 });
      wire.restore();
      await allOf(site, 'good', BACK_MS);
      expect(site.last('load')).toMatchObject({ value: 99 });
      expect(other.states.map(({ state }) => state)).toEqual(['connecting', 'online']);
      expect(other.qualities()).toEqual({ floor: 'good', load: 'good' });
    } finally {
      await other.stop();
    }
  });
});

describe('a server', () => {
  it('that restarts with other namespace indexes is found again, with everything good', async () => {
    site = run(createSite(server.url, [...points, at('missing-before')]));
    await until(() => site?.last('load')?.quality === 'good', {
      timeoutMs: BACK_MS,
      what: 'the first values',
    });
    const { port } = server;
    isSpoiled = true;
    await server.stop();
    await allOf(site, 'comm-loss', BACK_MS);
    const changed = { ...variables, 'missing-before': { type: 'Int32', value: 1 } as const };
    server = await start({ port, namespacesBefore: ['urn:a', 'urn:b'], variables: changed });
    await allOf(site, 'good', BACK_MS);
    expect(site.status()).toMatchObject({ state: 'online', reason: null });
    expect([server.sessions(), server.subscriptions()]).toEqual([1, 1]);
  });

  it('that closes the session gets one new session and one subscription, never two', async () => {
    site = run(createSite(server.url, points));
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, server.sessions(), server.subscriptions());
    }, 1);
    try {
      for (let round = 0; round < 2; round++) {
        await allOf(site, 'good', BACK_MS);
        server.closeSessions();
        await allOf(site, 'comm-loss', BACK_MS);
      }
      await allOf(site, 'good', BACK_MS);
      expect([server.sessions(), server.subscriptions(), server.monitoredItems()]).toEqual([1, 1, 4]);
      expect(most).toBe(1);
    } finally {
      clearInterval(watch);
    }
  });

  it('that says it is shutting down is not believed any more', async () => {
    site = run(createSite(server.url, points));
    await allOf(site, 'good', BACK_MS);
    isSpoiled = true;
    const stopping = server.stop(1_000);
    await allOf(site, 'comm-loss', BACK_MS);
    expect(site.states.map(({ reason }) => reason)).toContain('the server is shutting down');
    await stopping;
  });
});

describe('stopping', () => {
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

  it('leaves no session, no subscription and no socket', async () => {
    const before = sockets();
    site = run(createSite(server.url, points));
    await allOf(site, 'good', BACK_MS);
    using watch = startStopwatch();
    await site.stop();
    expect(watch.readMs()).toBeLessThan(3_000);
    expect([server.sessions(), server.subscriptions()]).toEqual([0, 0]);
    await until(() => sockets() <= before, { timeoutMs: 15_000, what: 'no socket left' });
  });

  it('takes three seconds at most when the server answers nothing any more', async () => {
    const before = sockets();
    const { site, wire } = await throughWire();
    wire.mute();
    isSpoiled = true;
    using watch = startStopwatch();
    await site.stop();
    expect(watch.readMs()).toBeLessThan(3_000);
    await wire[Symbol.asyncDispose]();
    await until(() => sockets() <= before, { timeoutMs: 15_000, what: 'no socket left' });
  });
});
