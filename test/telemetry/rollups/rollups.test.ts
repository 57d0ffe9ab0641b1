/** The roll-ups of a running journal: whatever happens on the way, the sink ends up with what a slow count of the ledger gives. */
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { createRandom, testSeed } from '../../support/seed.ts';
import { until } from '../hosting.ts';
import { differences } from './ledger.ts';
import { createFigures, HOUR_MS, MINUTE_MS, QUICK, START_MS, useRig } from './rig.ts';

const rig = useRig();

test('buckets of a running gateway are those of the ledger', async () => {
  const opened = await rig.open();
  await rig.live(opened, createRandom(testSeed()), 2.5);
  rig.nowMs += 10_000;
  await rig.settle(opened);
  expect(opened.status.rollups).toMatchObject({ state: 'ok', isCatchingUp: false, lateReadings: 0 });
  expect(opened.status.rollups?.storedToMs).toBe(START_MS + 2 * HOUR_MS);
});

test.each([
  ['a fault', QUICK, true],
  ['a fault no more once that is long ago', { ...QUICK, refusalShownMs: 0 }, false],
])(
  'lines that the sink refuses are counted with their reasons, each once, and are %s',
  async (_what, limits, isRefusing) => {
    let writes = 0;
    rig.figures.write = () => {
      const lines = ++writes;
      const reason = lines % 2 === 0 ? 'too old' : `partial write: type conflict dropped=${lines}`;
      return Promise.resolve({ outcome: 'accepted', refused: { lines, reason } });
    };
    const opened = await rig.open(limits);
    await rig.live(opened, createRandom(testSeed()), 1);
    rig.nowMs += 10_000;
    await until(
      () => writes >= 4 && opened.status.rollups?.storedToMs === START_MS + HOUR_MS,
      () => JSON.stringify(opened.status.rollups),
    );
    expect(opened.status.rollups).toMatchObject({
      state: 'ok',
      refusedLines: (writes * (writes + 1)) / 2,
      refusals: ['partial write: type conflict', 'too old'],
      isRefusing,
    });
  },
);

test('a gateway that is stopped in the middle of an hour goes on where it was', async () => {
  const random = createRandom(testSeed() + 1);
  const first = await rig.open();
  await rig.live(first, random, 1.4);
  await first.close();
  const second = await rig.open();
  await rig.live(second, random, 1.3);
  rig.nowMs += 10_000;
  await rig.settle(second);
});

test('after kill -9 at any moment nothing is missing', async () => {
  const random = createRandom(testSeed() + 2);
  let opened = await rig.open();
  for (let run = 0; run < 4; run++) {
    await rig.live(opened, random, 0.2 + 0.6 * random(), 5 * MINUTE_MS);
    const copy = await rig.newDirectory();
    // What a killed process leaves: the files as they are, at a moment that nobody chose.
    await cp(rig.directory, copy, { recursive: true, filter: (path) => !path.endsWith('.tmp') });
    await opened.close();
    rig.directory = copy;
    opened = await rig.open();
  }
  rig.nowMs += 10_000;
  await rig.settle(opened);
});

test('a sink that was away for hours gets what it missed, in the end all of it', async () => {
  const random = createRandom(testSeed() + 3);
  const opened = await rig.open({ ...QUICK, waitingRows: 200, rowsPerPoint: 1 });
  await rig.live(opened, random, 0.5);
  rig.figures.isDown = true;
  await rig.live(opened, random, 3.2);
  await until(
    () => opened.status.rollups?.state === 'down' && (opened.status.rollups.droppedRows ?? 0) > 0,
    () => JSON.stringify(opened.status.rollups),
  );
  rig.figures.isDown = false;
  await rig.live(opened, random, 0.5);
  rig.nowMs += 10_000;
  await rig.settle(opened);
});

test('roll-ups that are switched on later are computed from all of the journal', async () => {
  const random = createRandom(testSeed() + 8);
  const plain = await rig.openPlain();
  await rig.live(plain, random, 2.2);
  await plain.close();
  rig.nowMs += 10_000;
  await rig.settle(await rig.open());
});

test('a checkpoint of the version without qualities is gone on from; only the hour that begins there does not know its worst', async () => {
  const random = createRandom(testSeed() + 11);
  const first = await rig.open();
  await rig.live(first, random, 1.5);
  rig.nowMs += 10_000;
  await rig.settle(first);
  await first.close();
  const path = `${rig.directory}/rollups.json`;
  const { quality, crc, ...old } = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>;
  const columns = [old['stampMs'], old['value']].map((text) => Buffer.from(text ?? '', 'base64'));
  await writeFile(path, JSON.stringify({ ...old, version: 1, crc: crc32(Buffer.concat(columns)) }));
  expect([typeof quality, typeof crc]).toEqual(['string', 'number']);
  const second = await rig.open();
  await until(
    () => second.status.rollups?.storedToMs === START_MS + HOUR_MS,
    () => JSON.stringify(second.status.rollups),
  );
  await rig.live(second, random, 1.5);
  rig.nowMs += 10_000;
  const isThatHour = (key: string): boolean =>
    key.startsWith('1h ') && key.endsWith(` ${START_MS + HOUR_MS}`);
  const expected = [...rig.expected()].map(
    ([key, bucket]) => [key, isThatHour(key) ? { ...bucket, worst: null } : bucket] as const,
  );
  await until(
    () => differences(new Map(expected), rig.figures.found()).length === 0,
    () => differences(new Map(expected), rig.figures.found()).slice(0, 3).join('\n'),
  );
});

test('a damaged checkpoint costs time, but no bucket', async () => {
  const random = createRandom(testSeed() + 9);
  const first = await rig.open();
  await rig.live(first, random, 1.5);
  await first.close();
  await writeFile(`${rig.directory}/rollups.json`, '{"version":1,"hourMs":');
  rig.figures = createFigures();
  rig.nowMs += 10_000;
  await rig.settle(await rig.open());
});

test('hours whose segments were sealed meanwhile are computed from the sealed files', async () => {
  const random = createRandom(testSeed() + 10);
  const plain = await rig.openPlain({
    segmentBytes: 2_000,
    sealing: { pointReadings: 1, waitMs: 0 },
  });
  await rig.live(plain, random, 2.2);
  const isSealed = async (): Promise<boolean> =>
    (await readdir(rig.directory)).filter((name) => name.endsWith('.sealed')).length > 0;
  await until(isSealed, () => JSON.stringify(plain.status));
  await plain.close();
  expect(await isSealed()).toBe(true);
  rig.nowMs += 10_000;
  await rig.settle(await rig.open());
});
