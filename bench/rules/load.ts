/**
 * What rules are measured with: a site of devices with 100 points each, and the readings of some cycles of it, made before
 * anything is measured, in batches as a poll brings them. The same seed gives the same readings.
 *
 *   restless points   half of the cycles above the limit, half below, each from a cycle of the first half on: none begins
 *                     amidst a stretch, where a delay that ends between two readings is seen by some and not by others
 *   all others        walk within the limits
 */
import type { SiteModel } from '../../src/config/model.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createTestModel, type TestEquipment, type TestRule } from '../../test/support/model.ts';
import { createRandom } from '../children/field.ts';

/** Points of a device, and readings of a batch: what one request brings. */
export const DEVICE_POINTS = 100;
/** Readings are made for so many cycles, then come once more. */
export const CYCLES = 20;
export const CYCLE_MS = 1_000;
export const LIMIT = { limit: 90, deadband: 2, onDelayMs: 3_000, offDelayMs: 5_000 } as const;
/** Over the points of a pump: its temperature and whether it runs. */
export const CONDITION = 'temperature > 90.0 && pump == 1.0 || temperature > 98.0';
const QUIET = { low: 10, high: 85, step: 2 } as const;
const ALARM_VALUE = 96;
const EPOCH = 1;

/** `thresholds`: one rule a point; `instant`: the same without delays; `conditions`: one a pair of points, a temperature and a state. */
export type RuleSet = 'thresholds' | 'instant' | 'conditions';

export function toRuleModel(points: number, rules: RuleSet): SiteModel {
  const devices = Math.ceil(points / DEVICE_POINTS);
  return createTestModel({
    epoch: EPOCH,
    equipment: Array.from({ length: devices }, (_, at) => toDevice(at, points, rules)),
  });
}

function toDevice(at: number, points: number, rules: RuleSet): TestEquipment {
  const count = Math.min(DEVICE_POINTS, points - at * DEVICE_POINTS);
  const names = Array.from({ length: count }, (_, point) => `v${point}`);
  return {
    id: `device-${at}`,
    device: { topic: `bench/device-${at}` },
    points: names.map((name, point) => ({ name, address: toAddress(name, point) })),
    rules: rules === 'conditions' ? toConditions(names) : names.map((name) => toThreshold(name, rules)),
  };
}

/** A message that lacks one of its topic's points turns that one bad: each message has a topic of its own. */
function toAddress(name: string, point: number): Readonly<Record<string, unknown>> {
  return { topic: `{topic}/${Math.floor(point / MESSAGE_VALUES)}`, path: `$.${name}` };
}

function toThreshold(name: string, rules: RuleSet): TestRule {
  const { limit, deadband, onDelayMs, offDelayMs } = LIMIT;
  const params = { point: name, hi: { limit, deadband } };
  const delays = rules === 'instant' ? {} : { onDelayMs, offDelayMs };
  return { id: `high-${name}`, type: 'threshold', points: [name], params, ...delays };
}

function toConditions(names: readonly string[]): readonly TestRule[] {
  return names.flatMap((temperature, at) => {
    const pump = names[at + 1];
    if (at % 2 !== 0 || pump === undefined) return [];
    const params = { points: { temperature, pump }, windows: {}, working: {}, condition: CONDITION };
    return [{ id: `hot-${temperature}`, type: 'expression', points: [temperature, pump], params }];
  });
}

export interface LoadOptions {
  readonly points: number;
  readonly rules: RuleSet;
  /** Of the points, 0–1. */
  readonly restlessRatio: number;
  readonly cycles?: number;
}

/** By cycle. */
export function createCycles(options: LoadOptions): readonly (readonly ReadingBatch[])[] {
  const { points, cycles = CYCLES } = options;
  const random = createRandom(1);
  const values = Float64Array.from({ length: points }, () => QUIET.low + random() * (QUIET.high - QUIET.low));
  const restless = Int32Array.from({ length: points }, () =>
    random() < options.restlessRatio ? Math.floor((random() * cycles) / 2) : -1,
  );
  return Array.from({ length: cycles }, (_, cycle) => {
    for (let point = 0; point < points; point++) values[point] = toNext(values[point] as number, random());
    return toBatches(points, (point) => {
      if (options.rules === 'conditions' && point % 2 === 1) return 1;
      const from = restless[point] as number;
      const isAbove = from >= 0 && (cycle - from + cycles) % cycles < cycles / 2;
      return isAbove ? ALARM_VALUE : (values[point] as number);
    });
  });
}

function toNext(value: number, random: number): number {
  return Math.min(QUIET.high, Math.max(QUIET.low, value + (2 * random - 1) * QUIET.step));
}

function toBatches(points: number, valueOf: (point: number) => number): readonly ReadingBatch[] {
  const batches: ReadingBatch[] = [];
  for (let from = 0; from < points; from += DEVICE_POINTS) {
    const to = Math.min(points, from + DEVICE_POINTS);
    const builder = new ReadingBatchBuilder(EPOCH, to - from);
    for (let point = from; point < to; point++) builder.add(point, valueOf(point), 0, 0);
    batches.push(builder.finish(0));
  }
  return batches;
}

/** Values of a message, as in the suite `mqtt`. */
const MESSAGE_VALUES = 10;

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly count: number;
}

/** The same readings as messages of ten values in JSON. */
export function toMessages(batches: readonly ReadingBatch[]): readonly Message[] {
  return batches.flatMap(({ point, value, count }) => {
    const device = Math.floor((point[0] as number) / DEVICE_POINTS);
    const rows = Array.from({ length: count }, (_, at) => at);
    return Array.from({ length: Math.ceil(count / MESSAGE_VALUES) }, (_, at) => {
      const part = rows.slice(at * MESSAGE_VALUES, (at + 1) * MESSAGE_VALUES);
      const values = part.map((row) => [`v${row}`, Number((value[row] as number).toFixed(1))]);
      const payload = Buffer.from(JSON.stringify(Object.fromEntries(values)));
      return { topic: `bench/device-${device}/${at}`, payload, count: part.length };
    });
  });
}
