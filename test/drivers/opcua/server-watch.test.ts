/** When a server is believed to be alive: its clock must move, however it comes to us. */
import { DataType, DataValue, StatusCodes } from 'node-opcua-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Session } from '../../../src/drivers/opcua/library.ts';
import { ServerWatch } from '../../../src/drivers/opcua/server-watch.ts';
import type { Subscription } from '../../../src/drivers/opcua/subscription.ts';

/** Three ticks of a server's clock: the shortest silence that is believed. */
const LIMIT_MS = 3_000;
const MARGIN_MS = 1_500;

let lost: string[] = [];
let end = new AbortController();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
  lost = [];
  end = new AbortController();
});

afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

const toClock = (value: Date, statusCode = StatusCodes.Good) =>
  new DataValue({ statusCode, value: { dataType: DataType.DateTime, value } });

/** @param read what the server says when its clock is read; null = it may be watched */
async function begin(read: (() => DataValue) | null): Promise<ServerWatch> {
  const { signal } = end;
  const watch = new ServerWatch({ silentAfterMs: 1_000, onLost: (reason) => lost.push(reason), signal });
  const made = { isMade: true, serverId: 1, samplingMs: 1_000 };
  const refused = { isMade: false, status: 'BadNodeIdUnknown' };
  const subscription = {
    publishingMs: 500,
    keepAliveMs: 1_000,
    add: () => Promise.resolve([read === null ? made : refused, made]),
  } as unknown as Subscription;
  const session = { read: () => Promise.resolve(read?.()) } as unknown as Session;
  await watch.begin(subscription, session, { ms: 1_000, signal, what: 'clock' });
  return watch;
}

/** Answers keep coming, and with each of them what the server says of its clock. */
async function pass(watch: ServerWatch, ms: number, clock: () => DataValue | null): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 500) {
    await vi.advanceTimersByTimeAsync(500);
    watch.noteAnswer();
    const data = clock();
    if (data !== null) watch.take({ handle: 1, data });
  }
}

it.each([true, false])('a clock that moves is life (watched, not read: %s)', async (isWatched) => {
  let nowMs = 0;
  const moving = () => toClock(new Date((nowMs += 500)));
  const watch = await begin(isWatched ? null : moving);
  await pass(watch, 5 * LIMIT_MS, isWatched ? moving : () => null);
  expect(lost).toEqual([]);
});

it('a clock that is set back is life', async () => {
  let nowMs = 1e12;
  await pass(await begin(null), 5 * LIMIT_MS, () => toClock(new Date((nowMs -= 500))));
  expect(lost).toEqual([]);
});

it.each([
  ['is sent again and again with one time', () => toClock(new Date(1e12))],
  ['is sent with an error', () => toClock(new Date(performance.now()), StatusCodes.BadInternalError)],
])('a watched clock that %s is silence', async (_what, clock) => {
  await pass(await begin(null), LIMIT_MS + MARGIN_MS, clock);
  expect(lost).toEqual(["nothing heard of the server's clock for 3000 ms"]);
});

it.each([
  ['stands still', () => toClock(new Date(1e12))],
  ['cannot be read', () => new DataValue({ statusCode: StatusCodes.BadUserAccessDenied })],
])('a clock that is read and %s is silence', async (_what, clock) => {
  await pass(await begin(clock), LIMIT_MS + MARGIN_MS, () => null);
  expect(lost).toEqual(["nothing heard of the server's clock for 3000 ms"]);
});

it('nothing is said after the end', async () => {
  const watch = await begin(null);
  end.abort();
  await pass(watch, 5 * LIMIT_MS, () => null);
  expect(lost).toEqual([]);
});
