/** The quarantine: bounded, crash-proof, sent again or discarded without holding anything up. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Rejection, SendResult, Sink, SinkBlock } from '../../../src/sinks/sink.ts';
import { FORWARDER_LIMITS } from '../../../src/telemetry/forwarder/limits.ts';
import { Quarantine } from '../../../src/telemetry/forwarder/quarantine/quarantine.ts';
import { parseRejectedLog } from '../../../src/telemetry/forwarder/quarantine/rejected-log.ts';
import type { NewLoss } from '../../../src/telemetry/journal/losses.ts';
import { temporaryDirectory } from '../../support/temp.ts';
import { ACCEPTED, createFakeSink, DOWN, START_MS } from '../hosting.ts';

const PLACE = { site: 'tower', equipment: 'pump-1', kind: 'pump' };

function refused(at: number, changes: Partial<Rejection> = {}): Rejection {
  return {
    point: { ...PLACE, name: `p${at % 3}` },
    stampMs: START_MS + at,
    value: at / 10,
    quality: 0,
    mark: 0,
    reason: `conflict of p${at % 3} dropped=${at}`,
    ...changes,
  };
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

function openQuarantine(
  directory: string,
  sink: Pick<Sink, 'send'> = createFakeSink(() => ACCEPTED),
  limits?: { fileBytes: number; files: number },
): Quarantine {
  return new Quarantine({
    directory,
    sink,
    wallMs: () => START_MS,
    ...(limits === undefined ? {} : { limits }),
  });
}

async function all(quarantine: Quarantine): Promise<readonly number[]> {
  const { items } = await quarantine.list();
  return items.map(({ stampMs }) => (stampMs ?? Number.NaN) - START_MS);
}

test('what is set aside is listed newest first, in pages, with all that is known of it', async () => {
  const quarantine = openQuarantine(temporaryDirectory());
  for (const at of range(5)) await quarantine.add([refused(at)]);
  const first = await quarantine.list(undefined, 2);
  expect(first.items).toMatchObject([{ stampMs: START_MS + 4 }, { stampMs: START_MS + 3 }]);
  expect(first.items[0]).toEqual({
    id: expect.any(Number),
    at: new Date(START_MS).toISOString(),
    reason: 'conflict of p1',
    point: { ...PLACE, name: 'p1' },
    stampMs: START_MS + 4,
    value: 0.4,
    quality: 0,
    mark: 0,
  });
  const second = await quarantine.list(first.nextBeforeId ?? 0, 2);
  const third = await quarantine.list(second.nextBeforeId ?? 0, 2);
  expect([...second.items, ...third.items].map(({ stampMs }) => stampMs)).toEqual([
    START_MS + 2,
    START_MS + 1,
    START_MS,
  ]);
  expect(third.nextBeforeId).toBeNull();
});

test('the same fault is counted as one reason, the most frequent first', async () => {
  const quarantine = openQuarantine(temporaryDirectory());
  await quarantine.add([refused(0), refused(3), refused(1), refused(6)]);
  expect(await quarantine.counts()).toEqual([
    { reason: 'conflict of p0', readings: 3 },
    { reason: 'conflict of p1', readings: 1 },
  ]);
});

test('more reasons than are counted by themselves share a line', async () => {
  const quarantine = openQuarantine(temporaryDirectory());
  const reasons = FORWARDER_LIMITS.quarantineReasons + 5;
  await quarantine.add(range(reasons).map((at) => refused(at, { reason: `fault ${at}` })));
  const counts = await quarantine.counts();
  expect(counts).toHaveLength(FORWARDER_LIMITS.quarantineReasons + 1);
  expect(counts.at(-1)).toEqual({ reason: null, readings: 5 });
});

test('after a restart it is as it was, and goes on with new ids', async () => {
  const directory = temporaryDirectory();
  const first = openQuarantine(directory);
  await first.add(range(4).map((at) => refused(at)));
  await first.close();
  const second = openQuarantine(directory);
  await second.add([refused(9)]);
  expect(await all(second)).toEqual([9, 3, 2, 1, 0]);
  const { items } = await second.list();
  expect(new Set(items.map(({ id }) => id)).size).toBe(5);
  expect(second.figures).toEqual({ readings: 5, droppedReadings: 0 });
});

test('an id is not used again when everything was discarded', async () => {
  const directory = temporaryDirectory();
  const first = openQuarantine(directory);
  await first.add([refused(0)]);
  const id = (await first.list()).items[0]?.id ?? 0;
  expect(await first.discard('all')).toBe(1);
  await first.add([refused(1)]);
  expect((await first.list()).items[0]?.id).toBeGreaterThan(id);
});

test('beyond its bound the oldest go, and are counted', async () => {
  const directory = temporaryDirectory();
  const quarantine = openQuarantine(directory, undefined, { fileBytes: 500, files: 3 });
  for (const at of range(40)) await quarantine.add([refused(at)]);
  const { readings, droppedReadings } = quarantine.figures;
  expect(readings + droppedReadings).toBe(40);
  expect(droppedReadings).toBeGreaterThan(20);
  expect(await readdir(join(directory, 'quarantine'))).toHaveLength(3);
  expect((await all(quarantine))[0]).toBe(39);
});

test('what it has no room for is entered before its file goes, to the reading and with its range', async () => {
  const directory = temporaryDirectory();
  const entered: NewLoss[] = [];
  const there: boolean[] = [];
  let last: string | null = null;
  const losses = {
    pushedOut: () => last,
    pushOut: async (name: string, loss: NewLoss) => {
      there.push((await readdir(join(directory, 'quarantine'))).includes(name));
      last = name;
      entered.push(loss);
    },
  };
  const make = () =>
    new Quarantine({
      directory,
      sink: createFakeSink(() => ACCEPTED),
      wallMs: () => START_MS,
      limits: { fileBytes: 500, files: 3 },
      losses,
    });
  const quarantine = make();
  for (const at of range(40)) await quarantine.add([refused(at)]);
  expect(there.every(Boolean)).toBe(true);
  const kept = quarantine.figures.readings;
  expect(entered.reduce((sum, { readings }) => sum + readings, 0)).toBe(40 - kept);
  expect(entered[0]).toMatchObject({
    kind: 'pushed-out',
    isExact: true,
    fromMs: START_MS,
    isConfirmed: false,
  });
  expect(entered.at(-1)?.toMs).toBe(START_MS + 40 - kept - 1);
  // A crash between the entry and the deletion: the file is there again.
  const name = String(last);
  await writeFile(join(directory, 'quarantine', name), '{"id":1,"reason":"x","point":null}\n');
  await make().open();
  expect(await readdir(join(directory, 'quarantine'))).not.toContain(name);
});

test('a loss that cannot be entered costs nothing: what is new is not taken over either', async () => {
  const directory = temporaryDirectory();
  const losses = { pushedOut: () => null, pushOut: () => Promise.reject(new Error('ENOSPC')) };
  const quarantine = new Quarantine({
    directory,
    sink: createFakeSink(() => ACCEPTED),
    wallMs: () => START_MS,
    limits: { fileBytes: 1, files: 1 },
    losses,
  });
  await quarantine.add([refused(0)]);
  await expect(quarantine.add([refused(1)])).rejects.toThrow('ENOSPC');
  expect(await all(quarantine)).toEqual([0]);
});

test('a torn tail costs the torn line only, and what follows is not glued to it', async () => {
  const directory = temporaryDirectory();
  const first = openQuarantine(directory);
  await first.add([refused(0), refused(1)]);
  const folder = join(directory, 'quarantine');
  const name = (await readdir(folder))[0] ?? '';
  const bytes = await readFile(join(folder, name));
  const firstLine = bytes.indexOf('\n');
  for (let length = bytes.length - 2; length > 0; length -= 5) {
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, name), bytes.subarray(0, length));
    const intact = length >= firstLine ? [0] : [];
    const again = openQuarantine(directory);
    expect(await all(again)).toEqual(intact);
    await again.add([refused(2)]);
    expect(await all(openQuarantine(directory))).toEqual([2, ...intact]);
  }
});

test('garbage and files of others are left alone', async () => {
  const directory = temporaryDirectory();
  await mkdir(join(directory, 'quarantine'));
  await writeFile(join(directory, 'quarantine', 'notes.txt'), 'mine');
  await writeFile(
    join(directory, 'quarantine', '0000000000000001.log'),
    '\0\0{"id":1}\nnull\n[1]\n{"id":"x"}\n',
  );
  const quarantine = openQuarantine(directory);
  expect(await all(quarantine)).toEqual([]);
  await quarantine.add([refused(1)]);
  expect(await all(quarantine)).toEqual([1]);
  expect(await readdir(join(directory, 'quarantine'))).toContain('notes.txt');
});

test('what the sink takes when it is sent again is gone, what it refuses stays with the new reason', async () => {
  const directory = temporaryDirectory();
  const isStubborn = ({ points, rows }: SinkBlock, at: number): boolean =>
    points[rows.point[at] as number]?.name === 'p1';
  const sink = createFakeSink(([block]) => ({
    outcome: 'accepted',
    rejected: range(block?.rows.count ?? 0)
      .filter((at) => isStubborn(block as SinkBlock, at))
      .map((at) =>
        refused(0, {
          point: (block as SinkBlock).points[at] ?? null,
          stampMs: (block as SinkBlock).rows.stampMs[at] ?? 0,
          reason: 'still wrong dropped=1',
        }),
      ),
  }));
  const quarantine = openQuarantine(directory, sink);
  await quarantine.add([
    ...range(9).map((at) => refused(at)),
    refused(9, { value: Number.NaN, quality: 130, mark: 1 }),
    refused(10, { point: null }),
    refused(11, { stampMs: 0.5 }),
  ]);
  expect(await quarantine.resend('all')).toEqual({ sentReadings: 7, keptReadings: 5, failure: null });
  const { items } = await openQuarantine(directory).list();
  expect(items.map(({ reason }) => reason)).toEqual([
    'conflict of p2',
    'conflict of p1',
    'still wrong',
    'still wrong',
    'still wrong',
  ]);
  const rows = sink.writes[0]?.[0]?.rows;
  expect(rows?.count).toBe(10);
  expect([rows?.value[9], rows?.quality[9], rows?.mark[9]]).toEqual([Number.NaN, 130, 1]);
});

test('only those that were chosen are sent again or discarded', async () => {
  const quarantine = openQuarantine(temporaryDirectory());
  await quarantine.add(range(6).map((at) => refused(at)));
  const { items } = await quarantine.list();
  const ids = items.map(({ id }) => id);
  expect(await quarantine.resend([ids[0] ?? 0, ids[3] ?? 0])).toMatchObject({ sentReadings: 2 });
  expect(await quarantine.discard([ids[1] ?? 0, 12345])).toBe(1);
  expect(await all(quarantine)).toEqual([3, 1, 0]);
});

test('a sink that goes away while they are sent again leaves what it has not taken', async () => {
  const directory = temporaryDirectory();
  const count = 2 * FORWARDER_LIMITS.resendReadings + 10;
  let writes = 0;
  const quarantine = openQuarantine(
    directory,
    createFakeSink(() => (++writes === 2 ? DOWN : ACCEPTED)),
  );
  await quarantine.add(range(count).map((at) => refused(at)));
  expect(await quarantine.resend('all')).toEqual({
    sentReadings: FORWARDER_LIMITS.resendReadings,
    keptReadings: 0,
    failure: 'connection refused',
  });
  const rest = openQuarantine(
    directory,
    createFakeSink(() => ACCEPTED),
  );
  await rest.open();
  expect(rest.figures.readings).toBe(count - FORWARDER_LIMITS.resendReadings);
  expect(await rest.resend('all')).toMatchObject({
    sentReadings: rest.figures.readings + 1010,
    failure: null,
  });
  expect(rest.figures.readings).toBe(0);
});

test('while a sink is slow to take what is sent again, readings are set aside, listed and discarded', async () => {
  const slow = Promise.withResolvers<SendResult>();
  const asked = Promise.withResolvers<void>();
  const quarantine = openQuarantine(temporaryDirectory(), {
    send: () => {
      asked.resolve();
      return slow.promise;
    },
  });
  await quarantine.add([refused(0), refused(1)]);
  const sending = quarantine.resend('all');
  await asked.promise;
  await quarantine.add([refused(2)]);
  const discarded = (await quarantine.list()).items.find(({ value }) => value === 0.1)?.id ?? 0;
  expect(await quarantine.discard([discarded])).toBe(1);
  expect(await quarantine.resend('all')).toMatchObject({ sentReadings: 0, failure: 'already sending' });
  slow.resolve(ACCEPTED);
  expect(await sending).toMatchObject({ failure: null });
  expect(await all(quarantine)).toEqual([2]);
});

test('a disk that refuses leaves the quarantine as it was', async () => {
  const directory = temporaryDirectory();
  await writeFile(join(directory, 'quarantine'), 'a file where the folder should be');
  const quarantine = openQuarantine(directory);
  await expect(quarantine.add([refused(0)])).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(quarantine.figures.readings).toBe(0);
});

const OLD_LINES = [
  { line: String.raw`big\ pump,equipment=a\,b,site=to\=wer pressure=1.5,pressure_quality=64 1700000000000` },
  { line: 'pump,equipment=e,site=s pressure_quality=130 5' },
  { line: 'pump,equipment=e,site=s p0=2 6' },
  {
    line: '{"point":{"site":"a\\nb","equipment":"e","kind":"k","name":"n"},"value":3,"quality":0,"stampMs":7}',
  },
  { line: '{"value":null,"quality":0,"stampMs":null}' },
  { line: 'garbage' },
];

test('readings of an old rejected.log are understood, torn lines left out', () => {
  const text = OLD_LINES.map((one) => JSON.stringify({ at: 'then', reason: 'no', ...one })).join('\n');
  const found = parseRejectedLog(`${text}\n{"at":"then","rea`).map(({ rejection }) => rejection);
  const reason = 'no';
  expect(found).toEqual([
    {
      point: { site: 'to=wer', equipment: 'a,b', kind: 'big pump', name: 'pressure' },
      stampMs: 1_700_000_000_000,
      value: 1.5,
      quality: 64,
      mark: 1,
      reason,
    },
    {
      point: { site: 's', equipment: 'e', kind: 'pump', name: 'pressure' },
      stampMs: 5,
      value: Number.NaN,
      quality: 130,
      mark: 1,
      reason,
    },
    {
      point: { site: 's', equipment: 'e', kind: 'pump', name: 'p0' },
      stampMs: 6,
      value: 2,
      quality: 0,
      mark: 0,
      reason,
    },
    {
      point: { site: 'a\nb', equipment: 'e', kind: 'k', name: 'n' },
      stampMs: 7,
      value: 3,
      quality: 0,
      mark: 1,
      reason,
    },
    { point: null, stampMs: Number.NaN, value: Number.NaN, quality: 0, mark: 1, reason },
  ]);
});

test('an old rejected.log is taken over once, oldest first, and kept beside', async () => {
  const directory = temporaryDirectory();
  const line = (stamp: number): string =>
    `${JSON.stringify({ at: 'then', reason: 'no', line: `pump,equipment=e,site=s p0=1 ${stamp}` })}\n`;
  await writeFile(join(directory, 'rejected.log.1'), line(START_MS));
  await writeFile(join(directory, 'rejected.log'), line(START_MS + 1));
  const quarantine = openQuarantine(directory);
  expect(await all(quarantine)).toEqual([1, 0]);
  expect(await all(openQuarantine(directory))).toEqual([1, 0]);
  expect(await readdir(directory)).toEqual(['quarantine']);
  expect(
    (await readdir(join(directory, 'quarantine'))).filter((name) => name.endsWith('.read')),
  ).toHaveLength(2);
});
