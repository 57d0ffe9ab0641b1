/** The reference model against alarms.md B3 by hand: delays, UNKNOWN, errors, good samples, limits, restart, first-out. */
import { describe, expect, test } from 'vitest';
import { findFirstOut } from '../support/reference/first-out.ts';
import {
  acknowledge,
  failed,
  HOUR_MS,
  no,
  play,
  restart,
  stepWall,
  toStates,
  unknown,
  wait,
  yes,
} from '../support/reference/play.ts';
import type { ScriptInput } from '../support/reference/script.ts';

const DELAYED = { onDelayMs: 10_000, unknownHoldMs: 30_000 };

function raisedAt(lines: readonly string[]): string | undefined {
  return lines.find((line) => line.includes(' raised '))?.split(' ')[0];
}

describe('on-delay', () => {
  test('starts again after FALSE', () => {
    const { lines } = play([DELAYED], [yes(), wait(9_999), no(), yes(), wait(20_000)]);
    expect(raisedAt(lines)).toBe('19999');
  });

  test.each([
    ['UNKNOWN', unknown()],
    ['an error', failed()],
  ])('stands still during %s', (_what, gap) => {
    const { lines } = play([DELAYED], [yes(), wait(4_000), gap, wait(30_000), yes(), wait(20_000)]);
    expect(raisedAt(lines)).toBe('40000');
  });

  test('starts again after UNKNOWN that was too long', () => {
    const { lines } = play([DELAYED], [yes(), wait(4_000), unknown(), wait(30_001), yes(), wait(20_000)]);
    expect(raisedAt(lines)).toBe('44001');
  });

  test('waits for its good samples as well', () => {
    const { lines } = play([{ ...DELAYED, minGoodSamples: 2 }], [yes(), wait(HOUR_MS), yes()]);
    expect(raisedAt(lines)).toBe(String(HOUR_MS));
    expect(play([{ ...DELAYED, minGoodSamples: 2 }], [yes(), wait(HOUR_MS)]).lines).toEqual([]);
  });

  test('tells the onset as an interval', () => {
    const { model } = play([DELAYED], [no(), wait(1_000), yes()]);
    const [raised] = model.apply(wait(10_000));
    const startMs = model.wallMs - 11_000;
    expect(raised).toMatchObject({ event: 'raised', onset: { afterMs: startMs, atMs: startMs + 1_000 } });
  });

  test('follows monotonic time, whatever the wall clock does', () => {
    const { model } = play([DELAYED], [yes(), wait(5_000), stepWall(HOUR_MS), stepWall(-2 * HOUR_MS)]);
    expect(model.apply(wait(4_999))).toEqual([]);
    expect(model.apply(wait(1))).toMatchObject([{ event: 'raised' }, {}, {}, {}]);
  });
});

describe('off-delay', () => {
  const rule = { offDelayMs: 4_000, unknownHoldMs: 30_000 };

  test('is cancelled by TRUE, which is no new occurrence', () => {
    const { lines, model } = play([rule], [yes(), no(), wait(3_999), yes(), wait(HOUR_MS)]);
    expect(toStates(lines)).toHaveLength(2);
    expect(model.view(0)).toMatchObject({ letter: 'B', count: 1 });
  });

  test('stands still during UNKNOWN and starts again when that was too long', () => {
    const short = play([rule], [yes(), no(), wait(3_000), unknown(), wait(30_000), no(), wait(1_000)]);
    expect(short.model.view(0).letter).toBe('D');
    const long = play([rule], [yes(), no(), wait(3_000), unknown(), wait(30_001), no(), wait(3_999)]);
    expect(long.model.view(0).letter).toBe('B');
    long.model.apply(wait(1));
    expect(long.model.view(0).letter).toBe('D');
  });
});

test('UNKNOWN and errors freeze an active alarm and are said after a while', () => {
  const { lines, model } = play(
    [{}],
    [yes(), unknown(), wait(3_000), failed(), wait(HOUR_MS), acknowledge(), yes()],
  );
  expect(toStates(lines).slice(2)).toEqual([
    '5000 0#1 blind B',
    `${HOUR_MS + 3_000} 0#1 acknowledged C`,
    `${HOUR_MS + 3_000} 0#1 sighted C`,
  ]);
  expect(model.view(0).errors).toBe(1);
});

test('UNKNOWN raises nothing', () => {
  expect(play([{}], [unknown(), wait(HOUR_MS), failed(), wait(HOUR_MS)]).lines).toEqual([]);
});

describe('restart', () => {
  test('keeps what was pending; downtime and reconcile do not count', () => {
    const { lines } = play(
      [DELAYED],
      [yes(), wait(4_000), restart(HOUR_MS), wait(10_000), yes(), wait(6_000)],
    );
    expect(raisedAt(lines)).toBe(String(HOUR_MS + 20_000));
  });

  test('keeps active alarms and acknowledgements without a word', () => {
    const { lines, model } = play([{}], [yes(), acknowledge(), restart(HOUR_MS), yes()]);
    expect(toStates(lines)).toHaveLength(3);
    expect(model.view(0)).toMatchObject({ letter: 'C', count: 1 });
  });

  test.each([
    ['nothing is read, once its grace and', [restart(0)], 20_000],
    ['it is read to be unknown, once', [restart(0), unknown()], 5_000],
  ])('says that it is blind when %s the usual time are over', (_, inputs, ms) => {
    const { model } = play([{}], [yes(), ...inputs, wait(ms - 1)]);
    expect(model.view(0).isBlind).toBe(false);
    expect(model.apply(wait(1))).toMatchObject([{ event: 'blind' }]);
  });

  test('ends what has returned meanwhile with the first good sample', () => {
    const { lines } = play([{}], [yes(), acknowledge(), restart(60_000), wait(100), no()]);
    expect(lines.at(-1)).toBe('60100 0#1 ended A returned');
  });
});

describe('limits', () => {
  const rule = {
    uncertain: 'unknown',
    limits: {
      hi: { limit: 10, deadband: 2 },
      hihi: { limit: 20, deadband: 1, severity: 'high' },
      lo: { limit: 0, deadband: 2 },
    },
  } as const;
  const read = (value: number | null, quality: 'good' | 'uncertain' | 'bad' = 'good'): ScriptInput => ({
    type: 'reading',
    alarm: 0,
    value,
    quality,
  });

  test.each([
    ['the limit itself is not beyond it', [10], 'A'],
    ['beyond the limit raises', [10.1], 'B'],
    ['within the dead-band it stays', [11, 8], 'B'],
    ['below the dead-band it returns', [11, 7.9], 'D'],
    ['low is mirrored', [-0.1, 2], 'B'],
    ['low returns above its dead-band', [-0.1, 2.1], 'D'],
    ['no value is no return', [11, null], 'B'],
  ] as const)('%s', (_what, values, letter) => {
    expect(
      play(
        [rule],
        [...values].map((value) => read(value)),
      ).model.view(0).letter,
    ).toBe(letter);
  });

  test('uncertain counts as the rule wishes, bad never', () => {
    expect(play([rule], [read(11, 'uncertain'), read(11, 'bad')]).lines).toEqual([]);
    expect(play([{ ...rule, uncertain: 'use' }], [read(11, 'uncertain')]).model.view(0).letter).toBe('B');
  });

  test('levels are one alarm: higher annunciates again, lower follows', () => {
    const { lines } = play([rule], [read(11), acknowledge(), read(21), read(19), read(18.9)]);
    expect(toStates(lines).slice(3)).toEqual([
      '0 0#1 severity-changed B high',
      '0 0#1 ! severity',
      '0 0#1 severity-changed B medium',
    ]);
  });

  test('that are moved are judged with the last good reading', () => {
    const by = (change: number): ScriptInput => ({ type: 'edit-limits', alarm: 0, by: change });
    expect(play([rule], [read(11), by(1)]).lines.at(-1)).toBe('0 0#1 rule-changed B');
    expect(play([rule], [read(11), by(4)]).lines.at(-1)).toBe('0 0#1 ended A rule-changed');
    expect(play([rule], [read(9), by(-2)]).model.view(0).letter).toBe('B');
  });
});

describe('first-out', () => {
  test('names the one that was surely first, or those that cannot be told apart', () => {
    const trip = { afterMs: 5_000, atMs: 10_000 };
    expect(findFirstOut([trip, { afterMs: 10_000, atMs: 12_000 }], 120_000)).toEqual([0]);
    expect(findFirstOut([trip, { afterMs: 9_999, atMs: 12_000 }], 120_000)).toEqual([0, 1]);
    expect(findFirstOut([{ afterMs: 11_000, atMs: 12_000 }, trip], 120_000)).toEqual([1]);
  });

  test('cannot tell what was never seen normal, and leaves out what came later', () => {
    const first = { afterMs: 5_000, atMs: 10_000 };
    expect(findFirstOut([first, { afterMs: null, atMs: 12_000 }], 120_000)).toEqual([0, 1]);
    expect(findFirstOut([first, { afterMs: null, atMs: 130_001 }], 120_000)).toEqual([0]);
  });
});
