/** Asking a store behind another thread: answers, portions, failures, limits, and nothing left behind when nobody waits. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { HistoryClient } from '../../../src/telemetry/history/remote/client.ts';
import { REMOTE_LIMITS } from '../../../src/telemetry/history/remote/limits.ts';
import type { FromHistory, ToHistory } from '../../../src/telemetry/history/remote/messages.ts';
import { HistoryServer } from '../../../src/telemetry/history/remote/server.ts';
import type { HistorySource, ReadingColumns, SourceQuery } from '../../../src/telemetry/history/source.ts';
import { until } from '../../support/poll.ts';
import { createMemorySource, type MemoryOptions, type Row, toRows, toSummary } from './memory-source.ts';

const T0 = 1_800_000_000_000;
const rows = Array.from({ length: 100_000 }, (_, at): Row => [T0 + at * 1_000, at % 7, 0]);

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Two sides with a real message port between them: what cannot be cloned fails. */
function connect(source: HistorySource) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1);
  const told: FromHistory[] = [];
  const server = new HistoryServer({ journal: source }, (message, transfer) => {
    told.push({ ...message });
    port2.postMessage(message, [...transfer]);
  });
  const client = new HistoryClient((message) => port1.postMessage(message));
  port2.on('message', (message: ToHistory) => server.receive(message));
  port1.on('message', (message: FromHistory) => client.receive(message));
  return { server, client, told, remote: client.source('journal', 'journal') };
}

function open(options: Partial<MemoryOptions> = {}) {
  const memory = createMemorySource({ rows: new Map([[3, rows]]), portion: 1_000, ...options });
  return { memory, ...connect(memory) };
}

function toQuery(
  stop = new AbortController(),
  onMissing: (reason: string) => void = () => undefined,
): SourceQuery {
  return { point: 3, fromMs: T0, toMs: T0 + 1e12, signal: stop.signal, onMissing };
}

async function collect(items: AsyncIterable<ReadingColumns>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const columns of items) all.push(...toRows(columns));
  return all;
}

const idle = (server: HistoryServer) =>
  until(() => server.questions === 0, { timeoutMs: 15_000, what: 'no question under way' });

test('every question is answered as the store itself would', async () => {
  const { memory, remote, server } = open({ chunk: 50 });
  const { signal } = new AbortController();
  expect(await remote.coverage(3, T0, signal)).toEqual(await memory.coverage(3, T0, signal));
  expect(await remote.coverage(4, T0, signal)).toBeNull();
  expect(await remote.standing([3, 4], T0 + 5_500, signal)).toEqual([
    { stampMs: T0 + 5_000, value: 5, quality: 0, isSure: true },
    null,
  ]);
  expect(await remote.countAtLeast?.(toQuery())).toBe(50_000);
  expect(await collect(remote.readings(toQuery()))).toEqual(rows);
  const stretches = [];
  for await (const item of remote.stretches?.(toQuery(), 86_400_000) ?? []) stretches.push(item);
  expect(stretches).toHaveLength(2_000);
  await idle(server);
});

test('portions are sent ahead of being taken up to a limit, and no further', async () => {
  const { memory, remote, server, told } = open();
  const iterator = remote.readings(toQuery())[Symbol.asyncIterator]();
  const first = await iterator.next();
  const taken = first.done === true ? 0 : first.value.count;
  // Whatever the other side would send has come when an answer to a later question has.
  for (let asked = 0; asked < 50; asked++) await remote.coverage(4, T0, new AbortController().signal);
  expect(memory.open()).toBe(1);
  expect(told.filter(({ type }) => type === 'portion')).toHaveLength(REMOTE_LIMITS.portionsAhead + 1);
  const rest: Row[] = [];
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    rest.push(...toRows(next.value));
  }
  expect(taken + rest.length).toBe(rows.length);
  await idle(server);
});

test('a stream that is left is broken off on the other side', async () => {
  const { memory, remote, server } = open();
  for await (const _ of remote.readings(toQuery())) break;
  await idle(server);
  expect(memory.open()).toBe(0);
});

test('an aborted question rejects at once, and is dropped over there, also while it hangs for room', async () => {
  const { remote, server } = open();
  const stop = new AbortController();
  const iterator = remote.readings(toQuery(stop))[Symbol.asyncIterator]();
  await iterator.next();
  stop.abort(new Error('the client has gone'));
  await expect(
    (async () => {
      for (;;) if ((await iterator.next()).done === true) return;
    })(),
  ).rejects.toThrow('the client has gone');
  await idle(server);
});

test('a question to a store that never answers ends with its signal', async () => {
  const { remote } = open({ hangs: true });
  await expect(remote.coverage(3, T0, AbortSignal.timeout(20))).rejects.toThrow(/timeout/);
});

test('what has been read does not wait for the rest of its portion', async () => {
  const stuck: HistorySource = {
    ...createMemorySource({ rows: new Map() }),
    async *stretches() {
      for (const at of [0, 1, 2]) yield toSummary([[T0 + at, at, 0]]);
      await new Promise(() => {});
    },
  };
  const { remote } = connect(stuck);
  const stop = new AbortController();
  const items = remote.stretches?.(toQuery(stop), 60_000)[Symbol.asyncIterator]();
  for (const at of [0, 1, 2]) expect((await items?.next())?.value).toMatchObject({ fromMs: T0 + at });
  stop.abort(new Error('enough'));
  await expect(items?.next()).rejects.toThrow('enough');
});

test('what the store cannot read is told, and a store that fails fails the question in its words', async () => {
  const failing: HistorySource = {
    ...createMemorySource({ rows: new Map() }),
    async *readings({ onMissing }) {
      onMissing('chunk 7 is damaged');
      yield {
        count: 0,
        stampMs: new Float64Array(0),
        value: new Float64Array(0),
        quality: new Uint8Array(0),
      };
      throw new Error('the disk is gone');
    },
  };
  const { remote, server } = connect(failing);
  const missing: string[] = [];
  const query = toQuery(new AbortController(), (reason) => missing.push(reason));
  await expect(collect(remote.readings(query))).rejects.toThrow('the disk is gone');
  await idle(server);
});

test('what was missing is told with the last answer too', async () => {
  const damaged: HistorySource = {
    ...createMemorySource({ rows: new Map() }),
    async standing(points, _atMs, _signal, onMissing) {
      onMissing?.('chunk 7 is damaged');
      return points.map(() => null);
    },
  };
  const { remote } = connect(damaged);
  const missing: string[] = [];
  await remote.standing([3], T0, new AbortController().signal, (reason) => missing.push(reason));
  expect(missing).toEqual(['chunk 7 is damaged']);
});

test('more questions than may be under way are refused and counted', async () => {
  const { remote, server } = open({ hangs: true });
  const stop = new AbortController();
  const asked = Array.from({ length: REMOTE_LIMITS.questions + 2 }, () =>
    remote.coverage(3, T0, stop.signal).then(
      () => 'answered',
      (error: Error) => error.message,
    ),
  );
  await until(() => server.refusedQuestions === 2, { timeoutMs: 15_000, what: 'two refusals' });
  stop.abort(new Error('enough'));
  const answers = await Promise.all(asked);
  expect(answers.filter((answer) => answer === 'too many questions at once')).toHaveLength(2);
});

test('when the thread ends, every question fails, also a later one', async () => {
  const { remote, client } = open({ hangs: true });
  const { signal } = new AbortController();
  const asked = remote.coverage(3, T0, signal);
  client.end('the journal is closed');
  await expect(asked).rejects.toThrow('the journal is closed');
  await expect(remote.coverage(3, T0, signal)).rejects.toThrow('the journal is closed');
});

test('a store that is not there says so', async () => {
  const { client } = open();
  const remote = client.source('influx', 'InfluxDB');
  await expect(remote.coverage(3, T0, new AbortController().signal)).rejects.toThrow('not configured');
});
