/**
 * The demo building at rest and at work, as values of its points, and what its rules say of them. Used by
 * demo-rules.test.ts.
 */
import { join } from 'node:path';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import type { RuleDef } from '../../src/config/model.ts';
import { defined } from '../../src/core/assert.ts';
import type { EquipmentId } from '../../src/core/ids.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import type { Condition } from '../../src/rules/rule.ts';
import { createRuleState, judge, type LiveSample } from '../../src/rules/rule-state.ts';
import { createJudging } from '../rules/judging.ts';

export const demo = loadSite(join(import.meta.dirname, '../../config/demo.yaml'), {
  catalog: CATALOG,
  env: {},
  epoch: 1,
});
export const written = demo.rules.filter(({ type }) => type === 'threshold' || type === 'state');

/** Key: kind, then point; points that are not named are 0. */
type Plant = Readonly<Record<string, Readonly<Record<string, number>>>>;
/** Key: point id; `bad` = no usable value although the device answers. */
export type Changes = Readonly<Record<string, number | 'bad'>>;

const VOLTAGES = { 'voltage-l1n': 230, 'voltage-l2n': 229, 'voltage-l3n': 231 };
const FIRE_PUMP = { 'control-power': 1, automatic: 1, 'discharge-valve': 1, 'system-pressure': 0.89 };

/** By night: little load. */
export const QUIET: Plant = {
  'booster-set': { 'outlet-pressure': 0.42, 'suction-level': 1.2, mode: 2 },
  pump: { mode: 2, 'motor-temperature': 22, ready: 1, remote: 1 },
  sump: { level: 0.3, 'discharge-valve': 1 },
  'drainage-pump': { automatic: 1 },
  'fire-tank': { level: 3.45, 'water-temperature': 12, 'outlet-valve': 1 },
  'fire-pump': FIRE_PUMP,
  'jockey-pump': FIRE_PUMP,
  'fire-panel': { 'linkage-automatic': 1 },
  'fire-zone': { enabled: 1 },
  lift: {
    'car-position': -2,
    direction: 1,
    mode: 1,
    'drive-status': 1,
    'at-landing': 1,
    'fault-code': -1,
    'power-present': 1,
    'machine-room-temperature': 18,
  },
  transformer: { 'oil-temperature': 40, 'winding-temperature': 45, load: 20 },
  switchboard: {
    'mains-present': 1,
    'incomer-state': 1,
    ...VOLTAGES,
    'power-factor': 0.93,
    'bus-live': 1,
    source: 1,
    'mains-breaker': 1,
  },
  generator: {
    mode: 2,
    'mains-present': 1,
    'fuel-level': 86,
    'battery-voltage': 27.2,
    'coolant-temperature': 42,
  },
  ups: {
    state: 1,
    'input-present': 1,
    'output-live': 1,
    'battery-percent': 100,
    runtime: 30,
    'battery-temperature': 24,
  },
  'access-controller': { mains: 1, battery: 1, 'battery-percent': 100, 'readers-online': 6 },
  door: { reader: 1 },
  'climate-sensor': { temperature: 23, humidity: 50, battery: 3.6 },
  'leak-detector': { position: -1 },
  'water-meter': { battery: 3.6 },
  'electricity-meter': { ...VOLTAGES, 'power-factor': 0.93 },
  // Its parts are the links, which are up.
  gateway: { 'journal-healthy': 1, 'influx-healthy': 1, 'store-healthy': 1, 'disk-free': 60, up: 1 },
};

/** At noon: pumps and lifts run, doors open, the generator makes its monthly test run. */
export const BUSY: Plant = {
  ...QUIET,
  'booster-set': { 'outlet-pressure': 0.48, 'suction-level': 2.5, flow: 40, mode: 2 },
  pump: { mode: 2, 'motor-temperature': 70, running: 1, frequency: 45, current: 20 },
  sump: { level: 1.25, 'float-start-1': 1, 'float-start-2': 1, 'discharge-valve': 1 },
  'drainage-pump': { automatic: 1, running: 1 },
  'jockey-pump': { ...FIRE_PUMP, running: 1, 'system-pressure': 0.86, 'pressure-switch': 1 },
  lift: {
    ...QUIET['lift'],
    'car-position': 7,
    direction: 3,
    'drive-status': 5,
    'at-landing': 0,
    load: 60,
    speed: 1.75,
    'machine-room-temperature': 36,
  },
  transformer: { 'oil-temperature': 75, 'winding-temperature': 95, load: 80, 'fan-running': 1 },
  switchboard: { ...QUIET['switchboard'], 'current-l1': 1300, 'current-l2': 1250, 'active-power': 850 },
  generator: { ...QUIET['generator'], state: 5, speed: 1500, voltage: 230, 'coolant-temperature': 82 },
  ups: { ...QUIET['ups'], load: 70, runtime: 12 },
  door: { reader: 1, contact: 1, lock: 1, 'last-event': 1 },
  'climate-sensor': { temperature: 33, humidity: 70, battery: 3.2 },
  'water-meter': { battery: 3.4 },
  'electricity-meter': { ...VOLTAGES, 'power-factor': 0.9, 'current-l1': 100, 'active-power': 60 },
  gateway: { ...QUIET['gateway'], 'loop-delay': 40 },
};

export const kindOf = (id: EquipmentId): string => defined(demo.equipment.get(id), id).kind;

/** Value of every point. Key: point id. */
export function toValues(plant: Plant, changes: Changes = {}): Readonly<Record<string, number | 'bad'>> {
  return Object.fromEntries(
    demo.points.map(({ id, equipment, name }) => [id, changes[id] ?? plant[kindOf(equipment)]?.[name] ?? 0]),
  );
}

function toSamples(plant: Plant, changes: Changes): readonly LiveSample[] {
  return Object.values(toValues(plant, changes)).map((value) => {
    const quality = value === 'bad' ? QUALITIES.sentinel.code : QUALITIES.good.code;
    return { value: value === 'bad' ? Number.NaN : value, quality, receivedMs: 0, sourceMs: Number.NaN };
  });
}

const START = { wallMs: 0, monoMs: 0, bootId: 'test' };

export function judgeAll(plant: Plant, changes: Changes = {}): ReadonlyMap<RuleDef, Condition> {
  const samples = toSamples(plant, changes);
  return new Map(
    written.map((rule) => [
      rule,
      judge(createRuleState(rule, samples, undefined, START), false, createJudging()).condition,
    ]),
  );
}

/** Rules that go on saying TRUE on this plant when they have been TRUE before, at whatever level. */
export function stuckOn(plant: Plant): readonly string[] {
  const samples = toSamples(plant, {});
  const before = { isActive: true, onsetAtMs: 0, blindSinceMs: null, timer: null };
  return written.flatMap((rule) => {
    const limits = ['lolo', 'lo', 'hi', 'hihi'].filter((level) => Object.hasOwn(rule.params, level));
    const isStuck = (limits.length === 0 ? [null] : limits).some(
      (level) =>
        judge(createRuleState(rule, samples, { ...before, level }, START), false, createJudging())
          .condition !== 'false',
    );
    return isStuck ? [rule.key.replace('demo/', '')] : [];
  });
}

export function keysOf(verdicts: ReadonlyMap<RuleDef, Condition>, condition: Condition): readonly string[] {
  return [...verdicts]
    .filter(([, found]) => found === condition)
    .map(([{ key }]) => key.replace('demo/', ''));
}

export const raisedBy = (changes: Changes, plant = QUIET) => keysOf(judgeAll(plant, changes), 'true');
