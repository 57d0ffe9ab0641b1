/**
 * One subject of the suite at work in this process: rules over columns, over JSON, in CEL, in a backtest, each beside what it
 * is compared with. A step takes one cycle of readings one simulated second after the last.
 */
import { Emitter } from '../../src/acquisition/emitter.ts';
import { Replay } from '../../src/backtest/replay.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { defined } from '../../src/core/assert.ts';
import type { Now } from '../../src/core/clock.ts';
import type { ReadingBatch } from '../../src/core/reading.ts';
import { createTexts } from '../../src/core/texts.ts';
import { Intake } from '../../src/drivers/mqtt/intake.ts';
import { Evaluator } from '../../src/rules/evaluator.ts';
import { CYCLE_MS, createCycles, type LoadOptions, type RuleSet, toMessages, toRuleModel } from './load.ts';
import { createLibraryCondition, MapRules, toKeys } from './peers.ts';

export const SUBJECTS = [
  'thresholds',
  'map',
  'conditions',
  'cel-library',
  'json',
  'json-map',
  'backtest',
  'backtest-rules',
] as const;
export type SubjectName = (typeof SUBJECTS)[number];

export interface Work {
  /** Takes one cycle. @returns evaluations, or readings where that is what counts */
  step(): number;
  /** Alarms that rose since the beginning. */
  raises(): number;
}

/** Points above their limit for half of the time; few in a backtest, where each raise is a decision. */
const RESTLESS_RATIO = 0.05;
const RESTLESS_IN_BACKTEST = 0.001;
const START_MS = Date.UTC(2026, 0, 1);
const BOOT = 'bench';
const YEAR_MS = 366 * 86_400_000;

/** Key: subject. */
const BEGIN: Readonly<Record<SubjectName, (points: number) => Work>> = {
  thresholds: (points) => beginRules(toLoad(points, 'thresholds'), 1),
  map: beginMap,
  conditions: (points) => beginRules(toLoad(points, 'conditions'), 2),
  'cel-library': beginLibrary,
  json: beginJson,
  'json-map': beginJsonMap,
  backtest: beginBacktest,
  'backtest-rules': (points) =>
    beginRules({ ...toLoad(points, 'thresholds'), restlessRatio: RESTLESS_IN_BACKTEST }, 1),
};

export function beginWork(subject: SubjectName, points: number): Work {
  return BEGIN[subject](points);
}

function toLoad(points: number, rules: RuleSet): LoadOptions {
  return { points, rules, restlessRatio: RESTLESS_RATIO };
}

/** Hands out cycle after cycle, each with its time. */
function createCourse<T>(cycles: readonly T[]): () => { readonly cycle: T; readonly now: Now } {
  let at = 0;
  return () => {
    const cycle = defined(cycles[at % cycles.length], 'a cycle');
    const monoMs = ++at * CYCLE_MS;
    return { cycle, now: { wallMs: START_MS + monoMs, monoMs, bootId: BOOT } };
  };
}

interface LiveRules {
  readonly evaluator: Evaluator;
  /** What the decision loop does between readings. */
  follow(): void;
  raises(): number;
}

function createRules(model: SiteModel): LiveRules {
  const start = { wallMs: START_MS, monoMs: 0, bootId: BOOT };
  const evaluator = new Evaluator(model, new Map(), start, 0);
  evaluator.sweep(start);
  evaluator.take();
  const isActive = new Uint8Array(model.rules.length);
  let raises = 0;
  return {
    evaluator,
    raises: () => raises,
    follow() {
      for (const { rule } of evaluator.take()) {
        const is = evaluator.isActive(rule) ? 1 : 0;
        if (is > (isActive[rule] as number)) raises++;
        isActive[rule] = is;
      }
    },
  };
}

/** @param readingsPerEvaluation how many points each rule reads */
function beginRules(load: LoadOptions, readingsPerEvaluation: number): Work {
  const rules = createRules(toRuleModel(load.points, load.rules));
  const next = createCourse(createCycles(load));
  return {
    raises: () => rules.raises(),
    step() {
      const { cycle, now } = next();
      for (const batch of cycle) rules.evaluator.apply(batch, now);
      rules.follow();
      return load.points / readingsPerEvaluation;
    },
  };
}

function beginMap(points: number): Work {
  const load = toLoad(points, 'thresholds');
  const names = toRuleModel(points, 'thresholds').points.map(({ id }) => id);
  const rules = new MapRules(names);
  const next = createCourse(createCycles(load));
  return {
    raises: () => rules.raises,
    step() {
      const { cycle, now } = next();
      for (const { point, value, count } of cycle) {
        for (let at = 0; at < count; at++)
          rules.take(names[point[at] as number] as string, value[at] as number, now.monoMs);
      }
      return points;
    },
  };
}

function beginLibrary(points: number): Work {
  const next = createCourse(createCycles(toLoad(points, 'conditions')));
  const isTrue = createLibraryCondition();
  const wasTrue = new Uint8Array(points / 2);
  let raises = 0;
  const judge = ({ point, value, count }: ReadingBatch): void => {
    for (let at = 0; at < count; at += 2) {
      const pair = (point[at] as number) / 2;
      const is = isTrue(value[at] as number, value[at + 1] as number) ? 1 : 0;
      if (is > (wasTrue[pair] as number)) raises++;
      wasTrue[pair] = is;
    }
  };
  return {
    raises: () => raises,
    step() {
      for (const batch of next().cycle) judge(batch);
      return points / 2;
    },
  };
}

/** From the message, as the transport hands it over, to the rules. */
function beginJson(points: number): Work {
  const model = toRuleModel(points, 'thresholds');
  const rules = createRules(model);
  let now: Now = { wallMs: START_MS, monoMs: 0, bootId: BOOT };
  const emitter = new Emitter({
    model,
    points: model.points,
    clock: { now: () => now },
    ages: { note() {}, expire: () => [] },
    texts: createTexts(1),
    onBatch: (batch) => rules.evaluator.apply(batch, now),
  });
  const intake = new Intake(
    model.points,
    ({ equipment }) => defined(model.equipment.get(equipment), 'equipment of the point'),
    { samples: (samples) => emitter.samples(samples), late() {}, bad() {}, degraded() {}, lost() {} },
    { wallMs: () => now.wallMs, monoMs: () => now.monoMs },
  );
  const next = createCourse(createCycles(toLoad(points, 'thresholds')).map(toMessages));
  return {
    raises: () => rules.raises(),
    step() {
      const turn = next();
      now = turn.now;
      for (const { topic, payload } of turn.cycle) intake.take({ topic, payload, isRetained: false });
      rules.follow();
      return points;
    },
  };
}

function beginJsonMap(points: number): Work {
  const cycles = createCycles(toLoad(points, 'thresholds')).map(toMessages);
  const rules = new MapRules(defined(cycles[0], 'a cycle').flatMap(toKeys));
  const next = createCourse(cycles);
  return {
    raises: () => rules.raises,
    step() {
      const { cycle, now } = next();
      for (const message of cycle) rules.takeMessage(message, now.monoMs);
      return points;
    },
  };
}

function beginBacktest(points: number): Work {
  let raises = 0;
  const replay = new Replay({
    model: toRuleModel(points, 'thresholds'),
    startMs: START_MS,
    range: { fromMs: START_MS, toMs: START_MS + YEAR_MS },
    staff: null,
    onAlarm: ({ type }) => {
      if (type === 'raised' || type === 're-raised') raises++;
    },
    onTicket() {},
  });
  const load = { ...toLoad(points, 'thresholds'), restlessRatio: RESTLESS_IN_BACKTEST };
  const next = createCourse(createCycles(load));
  return {
    raises: () => raises,
    step() {
      const { cycle, now } = next();
      for (const batch of cycle) replay.take(batch, now.wallMs);
      return points;
    },
  };
}
