/** Order and pace of forwarding: live first, backlog behind, confirmation per block. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendResult, Sink, SinkBlock } from '../../../src/sinks/sink.ts';
import { FORWARDER_LIMITS } from '../../../src/telemetry/forwarder/limits.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { JOURNAL_LIMITS } from '../../../src/telemetry/journal/limits.ts';
import { toInfluxSettings } from '../../support/influx-settings.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import {
  ACCEPTED,
  createFakeSink,
  DOWN,
  type HostTestOptions,
  openHost,
  START_MS,
  temporaryDirectory,
  until,
} from '../hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from '../model.ts';

const model = createTestModel(pumpPoints(1, 2));
const settle = (host: JournalHost, backlog: number): Promise<void> =>
  until(
    () => host.status.backlogReadings === backlog && host.status.durableReadings > 0,
    () => JSON.stringify(host.status),
  );

let directory = '';
const hosts: JournalHost[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  await rm(directory, { recursive: true, force: true });
});

async function open(options: Partial<HostTestOptions>): Promise<JournalHost> {
  const host = await openHost({ directory, model, ...options });
  hosts.push(host);
  return host;
}

test('what the sink confirmed is not sent again after a restart', async () => {
  const first = await open({ sink: createFakeSink(() => ACCEPTED) });
  first.append(toBatch([[0, 1, START_MS]]));
  await settle(first, 0);
  await first.close();
  const sink = createFakeSink(() => ACCEPTED);
  const second = await open({ sink });
  second.append(toBatch([[0, 2, START_MS + 1]]));
  await settle(second, 0);
  expect([...sink.stored.keys()]).toEqual([`pump-1/p0 ${START_MS + 1}`]);
});

test('without the file of confirmations everything is sent again, which is harmless', async () => {
  const first = await open({ sink: createFakeSink(() => ACCEPTED) });
  first.append(toBatch([[0, 1, START_MS]]));
  await settle(first, 0);
  await first.close();
  await rm(join(directory, 'confirmed.json'));
  const sink = createFakeSink(() => ACCEPTED);
  const second = await open({ sink });
  await until(
    () => second.status.backlogReadings === 0,
    () => JSON.stringify(second.status),
  );
  expect([...sink.stored.keys()]).toEqual([`pump-1/p0 ${START_MS}`]);
});

test('a sink that is away is tried again, and its state and the backlog are shown meanwhile', async () => {
  let answer: SendResult = DOWN;
  const sink = createFakeSink(() => answer);
  const host = await open({ sink });
  host.append(
    toBatch([
      [0, 1, START_MS],
      [1, 2, START_MS],
    ]),
  );
  await until(
    () => host.status.influx.retries >= 1,
    () => JSON.stringify(host.status),
  );
  expect(host.status).toMatchObject({
    backlogReadings: 2,
    oldestUnconfirmedMs: START_MS,
    confirmedReadings: 0,
    influx: { state: 'down', detail: 'connection refused', sentReadings: 0 },
  });
  answer = ACCEPTED;
  await settle(host, 0);
  expect(host.status).toMatchObject({
    oldestUnconfirmedMs: null,
    confirmedReadings: 2,
    influx: { state: 'ok', sentReadings: 2 },
  });
});

const REFUSED: SendResult = {
  outcome: 'accepted',
  rejected: [
    {
      point: { site: 'tower', equipment: 'pump-1', kind: 'pump', name: 'p0' },
      stampMs: START_MS,
      value: 1,
      quality: 0,
      mark: 1,
      reason: 'field type conflict',
    },
  ],
};

async function quarantined(): Promise<readonly string[]> {
  const folder = join(directory, 'quarantine');
  const names = await readdir(folder).catch(() => []);
  return await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

test('refused readings are set aside with the reason, and count as settled', async () => {
  const host = await open({ sink: createFakeSink(() => REFUSED) });
  host.append(
    toBatch([
      [0, 1, START_MS],
      [1, 2, START_MS],
    ]),
  );
  await settle(host, 0);
  expect(host.status.influx).toMatchObject({
    state: 'ok',
    sentReadings: 1,
    rejectedReadings: 1,
    quarantinedReadings: 1,
  });
  expect(JSON.parse((await quarantined())[0] ?? '')).toMatchObject({
    reason: 'field type conflict',
    stampMs: START_MS,
    value: 1,
  });
});

test('what is in the quarantine is shown after a restart', async () => {
  const first = await open({ sink: createFakeSink(() => REFUSED) });
  first.append(toBatch([[0, 1, START_MS]]));
  await settle(first, 0);
  await first.close();
  const second = await open({ sink: createFakeSink(() => ACCEPTED) });
  await until(
    () => second.status.influx.quarantinedReadings === 1,
    () => JSON.stringify(second.status),
  );
});

test('readings that are refused while the quarantine cannot be written stay unconfirmed until it can', async () => {
  // A file where the folder should be.
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'quarantine'), '');
  const host = await open({ sink: createFakeSink(() => REFUSED) });
  host.append(toBatch([[0, 1, START_MS]]));
  await until(
    () => host.status.influx.retries >= 2,
    () => JSON.stringify(host.status),
  );
  expect(host.status).toMatchObject({ backlogReadings: 1, influx: { state: 'down' } });
  await rm(join(directory, 'quarantine'));
  await settle(host, 0);
  expect(host.status.influx).toMatchObject({ state: 'ok', quarantinedReadings: 1 });
});

/** A sink whose answers the test gives, one by one. */
function createHeldSink(): Sink & {
  readonly held: { readonly blocks: readonly SinkBlock[]; answer(result: SendResult): void }[];
} {
  const held: { blocks: readonly SinkBlock[]; answer(result: SendResult): void }[] = [];
  return {
    held,
    send(blocks, signal) {
      const { promise, resolve } = Promise.withResolvers<SendResult>();
      signal.addEventListener('abort', () => resolve(DOWN));
      held.push({ blocks, answer: resolve });
      return promise;
    },
    close: () => undefined,
  };
}

const stampsOf = (blocks: readonly SinkBlock[]): readonly number[] =>
  blocks.flatMap(({ rows }) => [...rows.stampMs]);

test('some writes are under way at once, never more than allowed, and each block is in one of them', async () => {
  const sink = createHeldSink();
  const host = await open({ sink });
  const count = 40_000;
  host.append(toBatch(Array.from({ length: count }, (_, at): TestReading => [0, at, START_MS + at])));
  await until(
    () => sink.held.length === FORWARDER_LIMITS.writes && host.status.durableReadings === count,
    () => `${sink.held.length} writes`,
  );
  const stamps: number[] = [];
  for (let at = 0; host.status.backlogReadings > 0; at++) {
    await until(
      () => at < sink.held.length,
      () => JSON.stringify(host.status),
    );
    expect(sink.held.length - at).toBeLessThanOrEqual(FORWARDER_LIMITS.writes);
    stamps.push(...stampsOf(sink.held[at]?.blocks ?? []));
    sink.held[at]?.answer(ACCEPTED);
    await until(
      () => sink.held.length > at + 1 || host.status.backlogReadings === 0,
      () => JSON.stringify(host.status),
    );
  }
  expect(stamps).toHaveLength(count);
  expect(new Set(stamps).size).toBe(count);
});

test('a write that fails among others is sent again, those that were taken are not', async () => {
  const sink = createHeldSink();
  const host = await open({ sink });
  const count = 4 * JOURNAL_LIMITS.blockReadings;
  host.append(toBatch(Array.from({ length: count }, (_, at): TestReading => [0, at, START_MS + at])));
  await until(
    () => sink.held.length === FORWARDER_LIMITS.writes,
    () => `${sink.held.length} writes`,
  );
  const [first, second, third] = sink.held;
  const refused = stampsOf(second?.blocks ?? []);
  second?.answer(DOWN);
  first?.answer(ACCEPTED);
  third?.answer(ACCEPTED);
  await until(
    () => sink.held.length === 4,
    () => JSON.stringify(host.status),
  );
  // After a failure one write at a time.
  expect(sink.held).toHaveLength(4);
  expect(host.status.influx).toMatchObject({ state: 'down', retries: 1 });
  for (let at = 3; host.status.backlogReadings > 0; at++) {
    await until(
      () => at < sink.held.length,
      () => JSON.stringify(host.status),
    );
    sink.held[at]?.answer(ACCEPTED);
    await until(
      () => sink.held.length > at + 1 || host.status.backlogReadings === 0,
      () => JSON.stringify(host.status),
    );
  }
  const sent = sink.held.flatMap(({ blocks }) => stampsOf(blocks));
  expect(sent.toSorted((one, other) => one - other)).toEqual(
    [...Array.from({ length: count }, (_, at) => START_MS + at), ...refused].sort(
      (one, other) => one - other,
    ),
  );
  expect(host.status.influx.state).toBe('ok');
});

test('one write is always kept for live readings while a backlog is sent', async () => {
  const backlog = Array.from({ length: 30_000 }, (_, at): TestReading => [0, at, START_MS + at]);
  const first = await open({ sink: createFakeSink(() => DOWN) });
  first.append(toBatch(backlog));
  await first.close();
  const sink = createHeldSink();
  const host = await open({ sink });
  await until(
    () => sink.held.length === FORWARDER_LIMITS.writes - 1,
    () => `${sink.held.length} writes`,
  );
  host.append(toBatch([[1, 7, START_MS]]));
  await until(
    () => sink.held.length === FORWARDER_LIMITS.writes,
    () => JSON.stringify(host.status),
  );
  expect(sink.held.at(-1)?.blocks.map(({ rows }) => rows.count)).toEqual([1]);
});

test('a backlog is sent no faster than configured, and live readings do not wait for it', async () => {
  const count = 30_000;
  const first = await open({ sink: createFakeSink(() => DOWN) });
  first.append(toBatch(Array.from({ length: count }, (_, at): TestReading => [0, at, START_MS + at])));
  await first.close();
  const sink = createFakeSink(() => ACCEPTED);
  const influx = toInfluxSettings({ url: 'http://127.0.0.1:1', database: 'none', catchUpPerS: 10_000 });
  const fromMs = performance.now();
  const host = await open({ sink, influx });
  host.append(toBatch([[1, 7, START_MS]]));
  await until(
    () => sink.stored.has(`pump-1/p1 ${START_MS}`),
    () => JSON.stringify(host.status),
  );
  const before = [...sink.stored.keys()].indexOf(`pump-1/p1 ${START_MS}`);
  expect(before).toBeLessThan((2 * count) / 3);
  await settle(host, 0);
  // A tenth of a second's worth at once, and the last write overdrawn.
  const leastMs = ((count - 1_000 - JOURNAL_LIMITS.sinkReadings) / 10_000) * 1_000;
  expect(performance.now() - fromMs).toBeGreaterThan(leastMs);
  expect(sink.stored.size).toBe(count + 1);
});

/** Long enough for five commits on a slow disk. */
const GATHER_MS = 3_000;

test('small groups of live readings gather into one write, the first of them goes at once', async () => {
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink, gatherMs: GATHER_MS });
  using watch = startStopwatch();
  for (let at = 0; at < 5; at++) {
    host.append(toBatch([[0, at, START_MS + at]]));
    await until(
      () => host.status.durableReadings === at + 1,
      () => JSON.stringify(host.status),
    );
  }
  expect(sink.writes).toHaveLength(1);
  await settle(host, 0);
  expect(sink.writes.map((blocks) => stampsOf(blocks).length)).toEqual([1, 4]);
  expect(watch.readMs()).toBeLessThan(GATHER_MS + 2_000);
});

test('a backlog with damage in it is forwarded but for the damaged blocks, which are counted', async () => {
  const first = await open({ sink: createFakeSink(() => DOWN) });
  for (let at = 0; at < 3; at++) {
    first.append(
      toBatch([
        [0, at, START_MS + at],
        [1, at, START_MS + at],
      ]),
    );
    await until(
      () => first.status.durableReadings === 2 * (at + 1),
      () => JSON.stringify(first.status),
    );
  }
  await first.close();
  const name = (await readdir(directory)).find((one) => one.endsWith('.seg')) as string;
  const bytes = await readFile(join(directory, name));
  bytes.writeUInt8(bytes.readUInt8(bytes.length >>> 1) ^ 1, bytes.length >>> 1);
  await writeFile(join(directory, name), bytes);
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink });
  await until(
    () => host.status.backlogReadings === 0,
    () => JSON.stringify(host.status),
  );
  expect(sink.stored.size).toBe(4);
  expect(host.status.damagedReadings).toBe(2);
});

test('a backlog of a configuration whose point table is gone does not hold up the rest', async () => {
  const first = await open({ sink: createFakeSink(() => DOWN) });
  first.append(toBatch([[0, 1, START_MS]]));
  await first.close();
  const table = (await readdir(directory)).find((one) => one.startsWith('table-')) as string;
  await rm(join(directory, table));
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink, model: createTestModel(pumpPoints(3, 1)) });
  host.append(toBatch([[2, 1, START_MS + 5]]));
  await settle(host, 0);
  expect([...sink.stored.keys()]).toEqual([`pump-3/p0 ${START_MS + 5}`]);
  expect(host.status.damagedReadings).toBe(1);
});

test('the quality is marked on first sight, on change and every 60 s, whatever is sent twice', async () => {
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink });
  const at = (ms: number, quality = 0): readonly [number, number, number, number] => [
    0,
    1,
    START_MS + ms,
    quality,
  ];
  host.append(toBatch([at(0), at(1000), at(2000, 130), at(3000, 130), at(4000), at(63_999), at(64_000)]));
  await settle(host, 0);
  const [block] = sink.writes.flat();
  expect([...(block?.rows.mark ?? [])]).toEqual([1, 0, 1, 0, 1, 0, 1]);
});

test('no sink: the state is off and nothing counts as waiting', async () => {
  const host = await open({});
  host.append(toBatch([[0, 1, START_MS]]));
  await until(
    () => host.status.durableReadings === 1,
    () => JSON.stringify(host.status),
  );
  expect(host.status).toMatchObject({
    backlogReadings: 0,
    oldestUnconfirmedMs: null,
    influx: { state: 'off' },
  });
});

test('live readings overtake a backlog that takes several writes', async () => {
  const readings = Array.from({ length: 20_000 }, (_, at): TestReading => [0, at, START_MS + at]);
  const first = await open({ sink: createFakeSink(() => DOWN) });
  first.append(toBatch(readings));
  await first.close();
  let answer: SendResult = DOWN;
  const sink = createFakeSink(() => answer);
  const host = await open({ sink });
  host.append(toBatch([[1, 7, START_MS]]));
  await until(
    () => host.status.durableReadings === 1 && host.status.influx.retries > 0,
    () => JSON.stringify(host.status),
  );
  answer = ACCEPTED;
  await settle(host, 0);
  const order = [...sink.stored.keys()];
  expect(order).toHaveLength(20_001);
  expect(order.indexOf(`pump-1/p1 ${START_MS}`)).toBeLessThanOrEqual(JOURNAL_LIMITS.sinkReadings);
});

test('what does not fit into memory during an outage is read back from the journal', async () => {
  const count = JOURNAL_LIMITS.liveReadings + 20_000;
  let answer: SendResult = DOWN;
  const sink = createFakeSink(() => answer);
  const host = await open({ sink });
  host.append(toBatch(Array.from({ length: count }, (_, at): TestReading => [0, at, START_MS + at])));
  await until(
    () => host.status.durableReadings === count && host.status.influx.retries > 0,
    () => JSON.stringify(host.status),
  );
  expect(host.status.backlogReadings).toBe(count);
  answer = ACCEPTED;
  await settle(host, 0);
  expect(sink.stored.size).toBe(count);
  expect(Math.max(...new Set(sink.stored.values()))).toBe(1);
});

test('confirmations left over from a journal that is gone confirm no new block', async () => {
  await writeFile(join(directory, 'confirmed.json'), '{"version":1,"ranges":[[1,50]]}');
  const first = await open({ sink: createFakeSink(() => DOWN) });
  first.append(toBatch([[0, 1, START_MS]]));
  await first.close();
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink });
  await until(
    () => host.status.backlogReadings === 0,
    () => JSON.stringify(host.status),
  );
  expect([...sink.stored.keys()]).toEqual([`pump-1/p0 ${START_MS}`]);
});
