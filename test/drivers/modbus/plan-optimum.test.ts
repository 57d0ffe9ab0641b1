/** The planner against every plan that there is, and its limits, on small random maps. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PollRequest } from '../../../src/drivers/driver.ts';
import { testRuns } from '../../support/effort.ts';
import { testSeed } from '../../support/seed.ts';
import { detailOf, type LinkOptions, planOn } from './plan-support.ts';

interface Value {
  readonly from: number;
  /** Last register of it. */
  readonly to: number;
}

interface Rules {
  readonly maxRegisters: number;
  readonly maxGapRegisters: number;
  readonly exclude: readonly Value[];
  readonly blocks: readonly Value[];
}

const TYPES = { u16: 1, u32: 2, f64: 4 } as const;
type Type = keyof typeof TYPES;

interface Wire {
  readonly options: LinkOptions;
  /** ms of one read of so many registers, reckoned by hand. */
  readonly costMs: (registers: number) => number;
}

const WIRES: readonly Wire[] = [
  // Round trip of 3 ms, 5 µs a byte.
  { options: {}, costMs: (registers) => 3 + 0.01 * registers },
  // 11 bits a character; 13 characters, 7 of silence, two a register; 10 ms of turnaround.
  {
    options: { transport: 'serial', device: '/dev/bus', baudRate: 9_600 },
    costMs: (registers) => ((20 + 2 * registers) * 11_000) / 9_600 + 10,
  },
  {
    options: { transport: 'serial', device: '/dev/bus', baudRate: 1_200, parity: 'none' },
    costMs: (registers) => ((20 + 2 * registers) * 10_000) / 1_200 + 10,
  },
  // Two characters a byte: 28 and four a register; a pause of 50 ms.
  {
    options: { transport: 'serial', device: '/dev/bus', framing: 'ascii', baudRate: 2_400, gapMs: 50 },
    costMs: (registers) => ((28 + 4 * registers) * 11_000) / 2_400 + 10 + 50,
  },
];

/** Least time over all ways to share the values out, whatever their order; blocks cost themselves. */
function leastMs(values: readonly Value[], rules: Rules, costMs: (registers: number) => number): number {
  const inBlock = (value: Value) => rules.blocks.find(({ from, to }) => from <= value.from && value.to <= to);
  const blocks = new Set(values.map(inBlock).filter((block) => block !== undefined));
  const ofBlocks = [...blocks].reduce((sum, { from, to }) => sum + costMs(to - from + 1), 0);
  const free = values.filter((value) => inBlock(value) === undefined);
  let least = Number.POSITIVE_INFINITY;
  const share = (rest: readonly Value[], groups: readonly (readonly Value[])[]): void => {
    const [next, ...others] = rest;
    if (next === undefined) {
      if (groups.every((group) => isAllowed(group, rules))) {
        least = Math.min(
          least,
          groups.reduce((sum, group) => sum + costMs(lengthOf(group)), 0),
        );
      }
      return;
    }
    share(others, [...groups, [next]]);
    groups.forEach((group, at) => share(others, groups.toSpliced(at, 1, [...group, next])));
  };
  share(free, []);
  return ofBlocks + least;
}

function lengthOf(group: readonly Value[]): number {
  return Math.max(...group.map(({ to }) => to)) - Math.min(...group.map(({ from }) => from)) + 1;
}

function isAllowed(group: readonly Value[], rules: Rules): boolean {
  if (lengthOf(group) > rules.maxRegisters) return false;
  const first = Math.min(...group.map(({ from }) => from));
  const last = Math.max(...group.map(({ to }) => to));
  let unused = 0;
  for (let at = first; at <= last; at++) {
    if ([...rules.exclude, ...rules.blocks].some(({ from, to }) => from <= at && at <= to)) return false;
    unused = group.some(({ from, to }) => from <= at && at <= to) ? 0 : unused + 1;
    if (unused > rules.maxGapRegisters) return false;
  }
  return true;
}

const area = (from: number, length: number): Value => ({ from, to: from + length - 1 });
const touches = (a: Value, b: Value): boolean => a.from <= b.to && b.from <= a.to;
const holds = (a: Value, b: Value): boolean => a.from <= b.from && b.to <= a.to;

const arbitraryMap = (maxValues: number) =>
  fc
    .record({
      values: fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: 50 }),
          type: fc.constantFrom<Type>('u16', 'u32', 'f64'),
        }),
        { minLength: 1, maxLength: maxValues },
      ),
      areas: fc.array(
        fc.record({ from: fc.integer({ min: 0, max: 50 }), length: fc.integer({ min: 1, max: 6 }) }),
        {
          maxLength: 3,
        },
      ),
      maxRegisters: fc.integer({ min: 6, max: 40 }),
      maxGapRegisters: fc.integer({ min: 0, max: 20 }),
      wire: fc.constantFrom(...WIRES),
    })
    .map(({ values, areas, wire, ...limits }) => {
      // The first area is a block, the others are excluded; what the check would refuse is left out.
      const [block, ...excluded] = areas.map(({ from, length }) => area(from, length));
      const exclude = excluded.filter((each) => block === undefined || !touches(each, block));
      const blocks = block === undefined ? [] : [block];
      const sound = values.filter(({ from, type }) => {
        const value = area(from, TYPES[type]);
        const isTorn = blocks.some((each) => touches(each, value) && !holds(each, value));
        return !isTorn && !exclude.some((each) => touches(each, value));
      });
      return { values: sound, rules: { ...limits, exclude, blocks }, wire };
    })
    .filter(({ values }) => values.length > 0);

type TestMap = ReturnType<ReturnType<typeof arbitraryMap>['generate']>['value'];

function planMap({ values, rules, wire }: TestMap): readonly PollRequest[] {
  const toAreas = (areas: readonly Value[]) => areas.map((each) => ({ table: 'holding', ...each }));
  return planOn(wire.options, {
    device: { ...rules, exclude: toAreas(rules.exclude), blocks: toAreas(rules.blocks) },
    addresses: values.map(({ from, type }) => ({ table: 'holding', address: from, type })),
  });
}

describe('on small maps', () => {
  it('no other way to share out the values takes less time', () => {
    fc.assert(
      fc.property(arbitraryMap(8), (map) => {
        const values = map.values.map(({ from, type }) => area(from, TYPES[type]));
        const own = planMap(map).reduce((sum, { costMs }) => sum + costMs, 0);
        expect(own).toBeCloseTo(leastMs(values, map.rules, map.wire.costMs), 6);
      }),
      { seed: testSeed(), numRuns: testRuns(50) },
    );
  }, 60_000);
});

describe('on maps of any size', () => {
  const long = arbitraryMap(60);

  it('every point is in exactly one request, whole, at its address', () => {
    fc.assert(
      fc.property(long, (map) => {
        const requests = planMap(map);
        const places = requests.flatMap((request) => {
          const { address, count, items } = detailOf(request);
          expect(request.points).toEqual(items.map(({ point }) => point));
          return items.map(({ point, at }) => ({ point, from: address + at, room: count - at }));
        });
        expect(places.map(({ point }) => point).toSorted((a, b) => a - b)).toEqual([...map.values.keys()]);
        for (const { point, from, room } of places) {
          const { from: wanted, type } = map.values[point] ?? { from: -1, type: 'u16' };
          expect(from).toBe(wanted);
          expect(room).toBeGreaterThanOrEqual(TYPES[type]);
        }
      }),
      { seed: testSeed() },
    );
  });

  it('no request breaks a limit, touches an excluded area, or reads a part of a block', () => {
    fc.assert(
      fc.property(long, (map) => {
        const { maxRegisters, maxGapRegisters, exclude, blocks } = map.rules;
        for (const request of planMap(map)) {
          const { address, count, items } = detailOf(request);
          const read = area(address, count);
          expect(count).toBeLessThanOrEqual(maxRegisters);
          expect(exclude.filter((each) => touches(each, read))).toEqual([]);
          const block = blocks.find((each) => touches(each, read));
          if (block !== undefined) {
            expect(read).toEqual(block);
            continue;
          }
          const used = items.map(({ at, point }) =>
            area(address + at, TYPES[map.values[point]?.type ?? 'u16']),
          );
          expect(isAllowed(used, { maxRegisters, maxGapRegisters, exclude, blocks })).toBe(true);
          expect(lengthOf(used)).toBe(count);
        }
      }),
      { seed: testSeed() },
    );
  });

  it('the addresses that are used are counted', () => {
    fc.assert(
      fc.property(long, (map) => {
        for (const { block, points } of planMap(map)) {
          const used = new Set(
            points.flatMap((point) => {
              const { from, type } = map.values[point] ?? { from: -1, type: 'u16' };
              return Array.from({ length: TYPES[type] }, (_, at) => from + at);
            }),
          );
          expect(block?.used).toBe(used.size);
        }
      }),
      { seed: testSeed() },
    );
  });
});
