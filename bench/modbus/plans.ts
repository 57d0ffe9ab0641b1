/**
 * The poll plan against the best one there is: small random register maps, and every way to share their values out
 * over requests. Cost is reckoned time on the wire; the arithmetic here is written anew, from the same sources as the
 * planner's (plan/cost.ts), so that neither covers a mistake of the other.
 */
import { planRequests } from '../../src/drivers/modbus/plan.ts';
import { createRandom } from '../children/field.ts';
import { type Row, toRow } from '../rows.ts';
import { percentile } from '../statistics.ts';
import type { OwnScene } from '../suite.ts';
import { toDriverParts } from './driver-parts.ts';

export const PLAN_SEED = 20_260_101;
const MAPS = 300;
/** 4,140 ways to share out 8 values. */
const MAX_VALUES = 8;
const MAX_REGISTERS = 40;
const LAST_ADDRESS = 90;
const MAX_RATIO = 1.1;
const TYPES = { u16: 1, u32: 2, f64: 4 } as const;

export interface PlanWire {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** ms of one read of so many registers. */
  readonly costMs: (registers: number) => number;
}

export const PLAN_WIRES: readonly PlanWire[] = [
  // A round trip of 3 ms, 5 µs a byte.
  { name: 'TCP', options: { host: '127.0.0.1' }, costMs: (registers) => 3 + 0.01 * registers },
  // 11 bits a character; 13 characters, twice 3.5 of silence, two a register; 10 ms of turnaround.
  {
    name: 'RTU, 9,600 baud',
    options: { transport: 'serial', device: '/dev/bus', baudRate: 9_600 },
    costMs: (registers) => ((20 + 2 * registers) * 11_000) / 9_600 + 10,
  },
];

/** First register of a value, and the first one behind it. */
export interface Value {
  readonly start: number;
  readonly end: number;
}

export interface RegisterMap {
  readonly maxGap: number;
  readonly values: readonly (Value & { readonly type: keyof typeof TYPES })[];
}

export const PLANS: OwnScene = {
  name: `poll plan of ${MAPS} random maps of up to ${MAX_VALUES} values, seed ${PLAN_SEED}`,
  measure: async () => PLAN_WIRES.flatMap(toPlanRows),
};

function toPlanRows(wire: PlanWire): readonly Row[] {
  const random = createRandom(PLAN_SEED);
  const ratios = Array.from({ length: MAPS }, () => {
    const map = createMap(random);
    return planMs(wire, map) / leastMs(wire, map);
  });
  const row = (what: string, value: number): Row =>
    toRow({
      suite: 'modbus',
      scene: PLANS.name,
      what: `${wire.name}: ${what}, plan ÷ best`,
      unit: '',
      values: [value],
      baselines: [1],
      goal: { of: 'ratio', max: MAX_RATIO },
    });
  return [row('median', percentile(ratios, 50)), row('worst', percentile(ratios, 100))];
}

export function createMap(random: () => number): RegisterMap {
  const whole = (below: number): number => Math.floor(random() * below);
  const values: RegisterMap['values'][number][] = [];
  const types = Object.keys(TYPES) as (keyof typeof TYPES)[];
  for (let left = 1 + whole(MAX_VALUES); left > 0; left--) {
    const type = types[whole(types.length)] ?? 'u16';
    const start = whole(LAST_ADDRESS);
    const value = { type, start, end: start + TYPES[type] };
    if (values.every((other) => other.end <= start || value.end <= other.start)) values.push(value);
  }
  return { maxGap: whole(30), values };
}

/** What the planner's requests take. */
export function planMs({ options, costMs }: PlanWire, { maxGap, values }: RegisterMap): number {
  const section = { maxRegisters: MAX_REGISTERS, maxGapRegisters: maxGap };
  const registers = values.map(({ start, type }) => ({ address: start, type }));
  const { link, points, equipmentOf } = toDriverParts(options, section, registers);
  const requests = planRequests(link, points, equipmentOf);
  const read = requests.flatMap((request) => request.points);
  if (new Set(read).size !== values.length) throw new Error('the plan does not read every point');
  return requests.reduce((sum, { block }) => sum + costMs(block?.count ?? Number.NaN), 0);
}

/** The least that any way to share the values out takes. */
export function leastMs({ costMs }: PlanWire, { maxGap, values }: RegisterMap): number {
  let least = Number.POSITIVE_INFINITY;
  const share = (at: number, groups: readonly (readonly Value[])[]): void => {
    const next = values[at];
    if (next === undefined) {
      if (groups.every((group) => isAllowed(group, maxGap)))
        least = Math.min(
          least,
          groups.reduce((sum, group) => sum + costMs(lengthOf(group)), 0),
        );
      return;
    }
    share(at + 1, [...groups, [next]]);
    for (const [place, group] of groups.entries()) share(at + 1, groups.with(place, [...group, next]));
  };
  share(0, []);
  return least;
}

function lengthOf(group: readonly Value[]): number {
  return Math.max(...group.map(({ end }) => end)) - Math.min(...group.map(({ start }) => start));
}

function isAllowed(group: readonly Value[], maxGap: number): boolean {
  const sorted = group.toSorted((a, b) => a.start - b.start);
  const hasGap = sorted.some(({ start }, at) => at > 0 && start - (sorted[at - 1]?.end ?? start) > maxGap);
  return !hasGap && lengthOf(group) <= MAX_REGISTERS;
}
