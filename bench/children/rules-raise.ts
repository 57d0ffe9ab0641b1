/**
 * The decision loop at the pace of life: readings of all points spread over each second go to the last values, the evidence
 * and the rules, as the gateway joins them (no journal, no wire); now and then one passes its limit. Says how long after that
 * reading its alarm was decided, and announced, which is after it is stored.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { AlarmEvent } from '../../src/core/alarm.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../../src/core/reading.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createSystemClock } from '../../src/engine/system-clock.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import type { Store, WriteBatch } from '../../src/store/store.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createRecent } from '../../src/telemetry/recent.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { DEVICE_POINTS, toRuleModel } from '../rules/load.ts';
import { createMeter, type Usage } from './meter.ts';
import { type Answers, serve } from './serve.ts';

export interface RaiseSetup {
  readonly points: number;
  readonly store: 'memory' | 'sqlite';
  /** Empty, of this child alone. */
  readonly directory: string;
  readonly windowMs: number;
}

export interface RaiseResult {
  readonly readings: number;
  readonly usage: Usage;
  /** Readings that passed their limit. */
  readonly changes: number;
  /** From the reading to the decision, and to the announcement of what is stored. */
  readonly decidedMs: readonly number[];
  readonly announcedMs: readonly number[];
  /** What the main thread has worked from the reading to the decision: what is left of that time without others. */
  readonly decidedCpuMs: readonly number[];
  /** Commits that failed. */
  readonly failures: number;
}

/** Beats of the load: all points are spread over the second. */
const BEAT_MS = 10;
const BEATS_PER_S = 1_000 / BEAT_MS;
/** What a late load makes up for in one turn of the loop: sockets do not bring more at once either. */
const MOST_BEATS = 2;
const CHANGES_PER_S = 10;
const QUIET = 50;
const PASSED = 100;
const RECENT_SAMPLES = 20;
/** Until the compiler has seen the loop: a building does not start with its first alarm. */
const WARM_UP_S = 10;
/** After the last reading, for what is still being stored. */
const SETTLE_MS = 1_000;

serve<RaiseSetup>(async (setup) => {
  const rig = await createRig(setup);
  let result: RaiseResult | null = null;
  let failure: Error | null = null;
  const answers: Answers = {
    begin() {
      rig.run().then(
        (done) => void (result = done),
        (error: unknown) => void (failure = error instanceof Error ? error : new Error(String(error))),
      );
    },
    /** null = under way. */
    result() {
      if (failure !== null) throw failure;
      return result;
    },
  };
  return { facts: null, answers, stop: () => rig.stop() };
});

/** When readings passed their limits, and what became of that. */
class Watch {
  /** Of the reading that passed. Key: index of the rule, which is that of its point. */
  readonly #passed = new Map<number, Moment>();
  readonly #ruleOf: ReadonlyMap<string, number>;
  readonly decidedMs: number[] = [];
  readonly decidedCpuMs: number[] = [];
  readonly announcedMs: number[] = [];

  constructor(rules: readonly { readonly key: string; readonly index: number }[]) {
    this.#ruleOf = new Map(rules.map(({ key, index }) => [key, index]));
  }

  get changes(): number {
    return this.#passed.size;
  }

  passed(rule: number): void {
    this.#passed.set(rule, toMoment());
  }

  decided({ writes }: WriteBatch): void {
    for (const write of writes) {
      if (write.type !== 'alarm-event' || write.event.type !== 'raised') continue;
      const since = this.#since(write.event.key);
      if (since === null) continue;
      this.decidedMs.push(since.wallMs);
      this.decidedCpuMs.push(since.cpuMs);
    }
  }

  announced({ type, occurrence }: AlarmEvent): void {
    const since = type === 'raised' ? this.#since(occurrence.key) : null;
    if (since !== null) this.announcedMs.push(since.wallMs);
  }

  #since(key: string): Moment | null {
    const passed = this.#passed.get(this.#ruleOf.get(key) ?? -1);
    const now = toMoment();
    return passed === undefined
      ? null
      : { wallMs: now.wallMs - passed.wallMs, cpuMs: now.cpuMs - passed.cpuMs };
  }
}

interface Moment {
  readonly wallMs: number;
  /** Of the main thread. */
  readonly cpuMs: number;
}

function toMoment(): Moment {
  const { user, system } = process.threadCpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1e3 };
}

async function createRig(setup: RaiseSetup) {
  const { points, windowMs } = setup;
  const model = toRuleModel(points, 'instant');
  const watch = new Watch(model.rules);
  const log = pino({ level: 'silent' });
  const store =
    setup.store === 'memory' ? createMemoryStore() : await openStore({ directory: setup.directory, log });
  const clock = createSystemClock();
  const [latest, recent] = [createLatest(model), createRecent(model, RECENT_SAMPLES)];
  const engine = new Engine({
    model,
    store: toWatched(store, watch),
    latest,
    recent: (point) => recent.get(point),
    clock,
    log,
    onAlarm: (event) => watch.announced(event),
    onTicket() {},
  });
  engine.start(await store.boot(clock.now().wallMs));
  const take = (batch: ReadingBatch): void => {
    latest.apply(batch);
    recent.apply(batch);
    engine.accept(batch);
  };
  return {
    async run(): Promise<RaiseResult> {
      // All points once, so that every one is known and the code is warm.
      await feed({ points, seconds: WARM_UP_S, changesPerS: 0 }, take, watch);
      const meter = createMeter();
      await meter.begin();
      const seconds = Math.ceil(windowMs / 1_000);
      const readings = await feed({ points, seconds, changesPerS: CHANGES_PER_S }, take, watch);
      const usage = await meter.end();
      await sleep(SETTLE_MS);
      const { changes, decidedMs, decidedCpuMs, announcedMs } = watch;
      const failures = engine.status().commitFailures;
      return { readings, usage, changes, decidedMs, decidedCpuMs, announcedMs, failures };
    },
    async stop() {
      await engine.stop();
      await store.close();
    },
  };
}

/** A round is decided when it goes to the store. */
function toWatched(store: Store, watch: Watch): Store {
  return {
    commit(batch) {
      watch.decided(batch);
      return store.commit(batch);
    },
    boot: (closedSinceMs) => store.boot(closedSinceMs),
    queries: store.queries,
    verify: () => store.verify(),
    status: () => store.status(),
    close: () => store.close(),
  };
}

interface Plan {
  readonly points: number;
  readonly seconds: number;
  readonly changesPerS: number;
}

/** What was not fed in a late beat is fed in the next ones. @returns readings */
async function feed(plan: Plan, take: (batch: ReadingBatch) => void, watch: Watch): Promise<number> {
  const { points, seconds, changesPerS } = plan;
  const total = points * seconds;
  const changeEvery = changesPerS === 0 ? Number.POSITIVE_INFINITY : points / changesPerS;
  const startMs = performance.now();
  /** How many points of a batch have passed, from its first on. Key: that first point. */
  const raisedOf = new Map<number, number>();
  let readings = 0;
  while (readings < total) {
    const dueBeats = Math.floor(((performance.now() - startMs) / 1_000) * BEATS_PER_S);
    const due = Math.min(total, Math.floor((dueBeats * points) / BEATS_PER_S));
    const until = Math.min(due, readings + MOST_BEATS * (points / BEATS_PER_S));
    while (readings < until) {
      const first = readings % points;
      const count = Math.min(DEVICE_POINTS, points - first);
      const passes = Math.floor(readings / changeEvery) !== Math.floor((readings + count) / changeEvery);
      const passed = passes ? first + (raisedOf.get(first) ?? 0) : points;
      if (passed < first + count) {
        raisedOf.set(first, passed - first + 1);
        watch.passed(passed);
      }
      take(toBatch(first, count, raisedOf.get(first) ?? 0));
      readings += count;
    }
    await (readings < due ? nextTurn() : sleep(BEAT_MS));
  }
  return readings;
}

function toBatch(first: number, count: number, raised: number): ReadingBatch {
  const builder = new ReadingBatchBuilder(1, count);
  const receivedMs = Date.now();
  for (let at = 0; at < count; at++) {
    // The last digit changes, so that the evidence has something to keep.
    const value = at < raised ? PASSED : QUIET + (receivedMs % 10);
    builder.add(first + at, value, 0, receivedMs);
  }
  return builder.finish(performance.now());
}
