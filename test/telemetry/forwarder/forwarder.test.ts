/** Order and pace of forwarding: live first, backlog behind, confirmation per block. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendResult } from '../../../src/sinks/sink.ts';
import { setAside } from '../../../src/telemetry/forwarder/rejected.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { JOURNAL_LIMITS } from '../../../src/telemetry/journal/limits.ts';
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

test('refused readings are set aside with the reason, and count as settled', async () => {
  const rejected = [{ line: 'pump p0=1 5', reason: 'field type conflict' }];
  const host = await open({ sink: createFakeSink(() => ({ outcome: 'accepted', rejected })) });
  host.append(
    toBatch([
      [0, 1, START_MS],
      [1, 2, START_MS],
    ]),
  );
  await settle(host, 0);
  expect(host.status.influx).toMatchObject({ state: 'ok', sentReadings: 1, rejectedReadings: 1 });
  expect(JSON.parse(await readFile(join(directory, 'rejected.log'), 'utf8'))).toMatchObject(
    rejected[0] as object,
  );
});

test('rejected.log is bounded: one older file is kept', async () => {
  for (let at = 0; at < 6; at++)
    await setAside(directory, [{ line: `${at}`.repeat(100), reason: 'no' }], START_MS, 250);
  expect((await readdir(directory)).sort()).toEqual(['rejected.log', 'rejected.log.1']);
  expect(await readFile(join(directory, 'rejected.log'), 'utf8')).toContain('5555');
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
