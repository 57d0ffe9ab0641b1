/** Readings that come late, or stand in the wrong hour for a while: their hours are computed and written again. */
import { expect, test } from 'vitest';
import { createRandom, testSeed } from '../../support/seed.ts';
import { until } from '../hosting.ts';
import { differences, type ExpectedBucket } from './ledger.ts';
import { good, HOUR_MS, MINUTE_MS, QUICK, readings, START_MS, useRig } from './rig.ts';

const rig = useRig();

test('a reading whose bucket was written already makes it be written again', async () => {
  const random = createRandom(testSeed() + 4);
  const opened = await rig.open();
  await rig.journal(opened, [good(5, START_MS + 1_000, 1)]);
  const others = readings(random, START_MS, START_MS + HOUR_MS / 2).filter(({ point }) => point < 5);
  await rig.journal(opened, others);
  rig.nowMs = START_MS + HOUR_MS / 2 + 10_000;
  await rig.settle(opened);
  await rig.journal(opened, [good(5, START_MS + 5 * MINUTE_MS, 9)]);
  await rig.settle(opened);
  expect(opened.status.rollups?.lateReadings).toBe(1);
});

test('a reading that is hours late makes all its hours be written again', async () => {
  const random = createRandom(testSeed() + 5);
  const opened = await rig.open();
  await rig.journal(opened, [good(5, START_MS + 1_000, 1)]);
  for (let at = 0; at < 3; at++) {
    await rig.journal(
      opened,
      readings(random, rig.nowMs, rig.nowMs + HOUR_MS).filter(({ point }) => point < 5),
    );
    rig.nowMs += HOUR_MS;
  }
  rig.nowMs += 10_000;
  await rig.settle(opened);
  await rig.journal(opened, [good(5, START_MS + 20 * MINUTE_MS, 9)]);
  await rig.settle(opened);
});

test('a late reading that was journalled right before a crash is found at the next start', async () => {
  const random = createRandom(testSeed() + 6);
  const first = await rig.open({ ...QUICK, lateGatherMs: 1e9 });
  await rig.journal(first, [good(5, START_MS + 1_000, 1)]);
  await rig.journal(
    first,
    readings(random, rig.nowMs, rig.nowMs + HOUR_MS).filter(({ point }) => point < 5),
  );
  rig.nowMs += HOUR_MS + 10_000;
  await rig.settle(first);
  await until(
    () => first.status.rollups?.storedToMs === START_MS + HOUR_MS,
    () => JSON.stringify(first.status.rollups),
  );
  await rig.journal(first, [good(5, START_MS + 20 * MINUTE_MS, 9)]);
  await first.close();
  await rig.settle(await rig.open());
});

test('after the clock was set back, readings of hours that were written already count there', async () => {
  const random = createRandom(testSeed() + 7);
  const opened = await rig.open();
  await rig.journal(
    opened,
    readings(random, rig.nowMs, rig.nowMs + HOUR_MS / 2).filter(({ point }) => point < 4),
  );
  // Wrong by 80 minutes for a moment: points 0 and 1 are read, the others are not.
  rig.nowMs += HOUR_MS / 2 + 80 * MINUTE_MS;
  await rig.journal(
    opened,
    [0, 1].map((point) => good(point, rig.nowMs, 3)),
  );
  rig.nowMs += 2 * MINUTE_MS;
  await rig.settle(opened);
  rig.nowMs -= 82 * MINUTE_MS;
  await rig.journal(
    opened,
    readings(random, rig.nowMs, rig.nowMs + HOUR_MS / 2).filter(({ point }) => point > 1),
  );
  rig.nowMs += 3 * HOUR_MS;
  await rig.journal(opened, readings(random, rig.nowMs, rig.nowMs + MINUTE_MS));
  rig.nowMs += 3 * MINUTE_MS;
  await until(
    () => opened.status.rollups?.isCatchingUp === false && (opened.status.rollups.lateReadings ?? 0) > 0,
    () => JSON.stringify(opened.status.rollups),
  );
  const silentMs = HOUR_MS;
  const expected = rig.expected();
  const hasReadings = (key: string): boolean => {
    const hourMs = Math.floor(Number(key.split(' ')[2]) / silentMs) * silentMs;
    return rig.ledger.some(({ stampMs }) => stampMs >= hourMs && stampMs < hourMs + silentMs);
  };
  const wanted = new Map([...expected].filter(([key]) => hasReadings(key)));
  let problems: readonly string[] = [];
  await until(
    () => {
      const found = new Map(
        [...rig.figures.found()]
          .filter(([key]) => hasReadings(key))
          .map(([key, bucket]) => [key, withoutOld(bucket, wanted.get(key))]),
      );
      problems = differences(wanted, found);
      return problems.length === 0;
    },
    () => `${problems.length}: ${problems.slice(0, 3).join('\n')}`,
  );
});

/** A field that a bucket has no longer cannot be taken back: the last value before a gap, all values where all is gap. */
function withoutOld(found: ExpectedBucket, wanted: ExpectedBucket | undefined): ExpectedBucket {
  return {
    ...found,
    ...(wanted?.last === null && { last: null }),
    ...(wanted?.good === 0 && { min: null, max: null, mean: null }),
  };
}
