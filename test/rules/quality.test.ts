/**
 * Which alarm speaks of a value, by its quality and by what the rest of its equipment says: no combination that the
 * field can bring about leaves people without one. The leak cable of the demo stands for every equipment.
 */
import { describe, expect, test } from 'vitest';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { demo } from '../profiles/demo-plant.ts';
import { createTestLoop, type TestValue } from '../support/loop.ts';

const ALL = Object.keys(QUALITIES) as readonly QualityReason[];
/** Nobody answers. */
const SILENT: readonly QualityReason[] = ['comm-loss', 'timeout', 'stale', 'no-data'];
/** The value speaks for itself. */
const USABLE: readonly QualityReason[] = ['good', 'source-time', 'step'];
/** The value speaks, and there is something wrong with it. */
const DOUBTFUL: readonly QualityReason[] = ['unknown-state', 'source-uncertain', 'stuck'];

/** Alarms of the cable, a minute after the cable reads a leak of this quality and the rest of it says `others`. */
function raisedWith(quality: QualityReason, others: TestValue): readonly string[] {
  const loop = createTestLoop(demo);
  const leak: TestValue = { value: QUALITIES[quality].level === 'bad' ? Number.NaN : 1, quality };
  const values = { 'leak-1/leak': leak, 'leak-1/broken': others, 'leak-1/position': others };
  loop.feed(values);
  loop.advance(60_000, () => loop.feed(values));
  const alarms = loop.alarms().filter(({ equipment }) => equipment === 'leak-1');
  for (const { key, ticket } of alarms) expect(ticket, `${key} has its ticket`).not.toBeNull();
  return alarms.map(({ rule }) => rule).sort();
}

function expected(quality: QualityReason): readonly string[] {
  if (USABLE.includes(quality)) return ['leak'];
  return DOUBTFUL.includes(quality) ? ['leak', 'leak-bad-data'] : ['leak-bad-data'];
}

describe('while the rest of the equipment answers', () => {
  test.each(ALL.filter((quality) => !SILENT.includes(quality)))('%s', (quality) => {
    expect(raisedWith(quality, 0)).toEqual(expected(quality));
  });

  // What the field says of a single value of a device that answers is `missing`; that is acquisition's business.
  test.each(SILENT)('%s of one value is not taken for a fault of that value', (quality) => {
    expect(raisedWith(quality, 0)).toEqual([]);
  });
});

describe('while nobody answers for the rest', () => {
  test.each(['comm-loss', 'timeout', 'stale'] as const)('%s of all is one alarm: offline', (others) => {
    for (const quality of SILENT) expect(raisedWith(quality, others)).toEqual(['offline']);
  });

  test.each(ALL.filter((quality) => !SILENT.includes(quality) && quality !== 'missing'))(
    '%s comes from a device that answers, so it is not offline',
    (quality) => expect(raisedWith(quality, 'comm-loss')).toEqual(expected(quality)),
  );

  test('missing of one value and silence of the rest is offline as well', () => {
    expect(raisedWith('missing', 'timeout')).toEqual(['leak-bad-data', 'offline']);
  });

  test('an equipment that was never asked says nothing', () => {
    expect(raisedWith('no-data', 'no-data')).toEqual([]);
  });
});
