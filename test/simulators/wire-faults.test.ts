/** Which faults of the wire strike when, and how they are written down. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWireFault, WIRE_FAULT_KINDS } from '../../simulators/modbus/wire-fault-parse.ts';
import { createWireFaults, type WireFault } from '../../simulators/modbus/wire-faults.ts';
import { testSeed } from '../support/seed.ts';

const SPAN = { table: 'holding', address: 10, count: 5 } as const;

describe('a decision', () => {
  it('is nothing where nothing is set', () => {
    expect(createWireFaults().decide(1, [SPAN]).kinds).toEqual([]);
  });

  it('takes the fault of the unit before the same kind of the whole endpoint, and counts only that', () => {
    const faults = createWireFaults();
    faults.set(null, { kind: 'slow', ms: 10 });
    faults.set(2, { kind: 'slow', ms: 20 });
    expect(faults.decide(1, [SPAN]).get('slow')?.ms).toBe(10);
    expect(faults.decide(2, [SPAN]).get('slow')?.ms).toBe(20);
    expect(faults.list().map(({ unit, hits }) => [unit, hits])).toEqual([
      [null, 1],
      [2, 1],
    ]);
  });

  it('counts nothing else when there is no answer that could be spoilt', () => {
    const faults = createWireFaults();
    for (const kind of ['silent', 'crc', 'duplicate'] as const) faults.set(null, { kind });
    expect(faults.decide(1, [SPAN]).kinds).toEqual(['silent']);
    expect(faults.list().map(({ hits }) => hits)).toEqual([1, 0, 0]);
  });

  it('gives one exception at most: a hole before a limit before any other', () => {
    const faults = createWireFaults();
    faults.set(1, { kind: 'exception', code: 4 });
    faults.set(1, { kind: 'max-registers', n: 4 });
    faults.set(1, { kind: 'holes', table: 'holding', from: 14, to: 20 });
    expect(faults.decide(1, [SPAN]).kinds).toEqual(['holes']);
    expect(faults.decide(1, [{ ...SPAN, address: 0 }]).kinds).toEqual(['max-registers']);
    expect(faults.decide(1, [{ ...SPAN, address: 0, count: 4 }]).kinds).toEqual(['exception']);
    expect(faults.decide(1, [{ ...SPAN, table: 'coil' }]).kinds).toEqual(['exception']);
  });

  it('replaces a kind that is set again, and counts anew', () => {
    const faults = createWireFaults();
    faults.set(1, { kind: 'late', ms: 5 });
    faults.decide(1, []);
    faults.set(1, { kind: 'late', ms: 6 });
    expect(faults.list()).toEqual([{ unit: 1, fault: { kind: 'late', ms: 6 }, hits: 0 }]);
  });

  it('clears by unit and kind, by either, or all', () => {
    const fill = () => {
      const faults = createWireFaults();
      for (const unit of [null, 1, 2]) {
        for (const kind of ['crc', 'silent'] as const) faults.set(unit, { kind });
      }
      return faults;
    };
    const left = (unit?: number | null, kind?: WireFault['kind']): number => {
      const faults = fill();
      faults.clear(unit, kind);
      return faults.list().length;
    };
    expect([left(1, 'crc'), left(1), left(undefined, 'crc'), left(null), left()]).toEqual([5, 4, 3, 4, 0]);
  });

  it('strikes each n-th occasion, so often and no more, whatever the numbers', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }));
    fc.assert(
      fc.property(numbers, ([every, times]) => {
        const faults = createWireFaults();
        faults.set(null, { kind: 'crc', every, times });
        const struck = Array.from({ length: 60 }, (_, at) =>
          faults.decide(1, []).kinds.length > 0 ? at + 1 : 0,
        ).filter((at) => at > 0);
        expect(struck).toEqual(Array.from({ length: times }, (_, at) => (at + 1) * every));
        expect(faults.list()).toEqual([]);
      }),
      { seed: testSeed() },
    );
  });
});

describe('what is written down', () => {
  const good: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
    [{ kind: 'silent' }, { kind: 'silent' }],
    [
      { kind: 'late', ms: 3_000, every: 5, times: 2 },
      { kind: 'late', ms: 3_000, every: 5, times: 2 },
    ],
    [{ kind: 'split' }, { kind: 'split', bytes: 1, ms: 20 }],
    [{ kind: 'unsolicited' }, { kind: 'unsolicited', position: 'before' }],
    [
      { kind: 'holes', table: 'input', from: 3, to: 3 },
      { kind: 'holes', table: 'input', from: 3, to: 3 },
    ],
  ];
  for (const [written, fault] of good) {
    it(`is understood: ${JSON.stringify(written)}`, () => {
      expect(parseWireFault(written)).toEqual({ isGood: true, fault });
    });
  }

  const bad: readonly (readonly [unknown, string])[] = [
    ['silent', 'a map with a kind'],
    [{ kind: 'loud' }, 'kind: one of slow, silent'],
    [{ kind: 'slow' }, 'ms of slow: a whole number 1–600000'],
    [{ kind: 'slow', ms: 0 }, 'ms of slow'],
    [{ kind: 'slow', ms: 1.5 }, 'ms of slow'],
    [{ kind: 'silent', ms: 5 }, 'nothing but kind, every, times with silent'],
    [{ kind: 'exception', code: 7 }, 'code of exception: one of 1, 2, 3, 4, 5, 6, 10, 11'],
    [{ kind: 'unsolicited', position: 'beside' }, 'position of unsolicited: one of before, after, both'],
    [{ kind: 'holes', table: 'holding', from: 5, to: 4 }, 'holes: from not above to'],
    [{ kind: 'crc', every: 0 }, 'every of crc'],
    [{ kind: 'max-registers', n: 126 }, 'n of max-registers: a whole number 1–125'],
  ];
  for (const [written, expected] of bad) {
    it(`is refused with what was expected: ${JSON.stringify(written)}`, () => {
      expect(parseWireFault(written)).toEqual({ isGood: false, expected: expect.stringContaining(expected) });
    });
  }

  it('knows every kind that there is', () => {
    expect(WIRE_FAULT_KINDS).toHaveLength(21);
  });
});
