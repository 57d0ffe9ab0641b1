/**
 * Fills one store with the load of storage/load.ts, either as fast as it takes it, in simulated time, or at the pace of
 * life, and says what that cost: the CPU of all threads from the first reading to the last byte in its last form.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLoad, type Load } from '../storage/load.ts';
import { OPENERS, type Store, type StoredBytes, type StoreName } from '../storage/stores.ts';
import { createMeter, type Usage } from './meter.ts';
import { type Answers, serve } from './serve.ts';

export interface StorageSetup {
  readonly store: StoreName;
  /** Empty, of this child alone. */
  readonly directory: string;
  readonly points: number;
  /** Cycles of all points, one a second of simulated or real time. */
  readonly seconds: number;
  readonly isPaced: boolean;
}

export interface StorageResult {
  readonly readings: number;
  /** Until all is durable, and until it is in its last form. */
  readonly wallMs: number;
  readonly usage: Usage;
  readonly bytes: StoredBytes;
  readonly dropped: number;
  /** Readings that became durable, of all. */
  readonly durable: number;
  /** From append to the news of being durable, one of each batch of load; ascending. Paced only. */
  readonly durableMs: readonly number[];
}

/** Readings not durable yet at which an unpaced load waits. */
const MAX_WAITING = 100_000;
const WAIT_MS = 2;
/** Beats of a paced load: all points are spread over the second. */
const BEAT_MS = 10;
const BEATS_PER_S = 1_000 / BEAT_MS;

serve<StorageSetup>(async (setup) => {
  const durable = createDurableWatch();
  const { store: name, directory, points } = setup;
  const store = await OPENERS[name]({ directory, points, onDurable: (readings) => durable.news(readings) });
  const load = createLoad(points);
  let result: StorageResult | null = null;
  let failure: Error | null = null;
  const run = async (): Promise<void> => {
    const meter = createMeter();
    const startMs = performance.now();
    await meter.begin();
    const readings = await (setup.isPaced ? fillInPace : fillAtOnce)(store, load, setup, durable);
    // A paced load is measured while it comes; what is left is little.
    const paced = setup.isPaced ? await meter.end() : null;
    const bytes = await store.finish();
    const usage = paced ?? (await meter.end());
    result = {
      readings,
      wallMs: performance.now() - startMs,
      usage,
      bytes,
      dropped: store.dropped(),
      durable: store.durable(),
      durableMs: durable.delays.toSorted((one, other) => one - other),
    };
  };
  const answers: Answers = {
    begin() {
      run().catch((error: unknown) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
    },
    /** null = under way. */
    result() {
      if (failure !== null) throw failure;
      return result;
    },
  };
  return { facts: null, answers, stop: () => {} };
});

interface DurableWatch {
  /** So many readings were appended until now. */
  appended(readings: number): void;
  news(readings: number): void;
  readonly delays: readonly number[];
}

function createDurableWatch(): DurableWatch {
  const waiting: { readonly readings: number; readonly atMs: number }[] = [];
  const delays: number[] = [];
  return {
    delays,
    appended: (readings) => void waiting.push({ readings, atMs: performance.now() }),
    news(readings) {
      const nowMs = performance.now();
      let count = 0;
      while (count < waiting.length && (waiting[count]?.readings ?? Infinity) <= readings) count++;
      for (const { atMs } of waiting.splice(0, count)) delays.push(nowMs - atMs);
    },
  };
}

async function fillAtOnce(store: Store, load: Load, { seconds }: StorageSetup): Promise<number> {
  let readings = 0;
  for (let second = 0; second < seconds; second++) {
    for (const batch of load.cycle(second, null)) {
      store.append(batch);
      readings += batch.count;
    }
    // The news of what is durable comes with a turn of the loop.
    do await sleep(readings - store.durable() > MAX_WAITING ? WAIT_MS : 0);
    while (readings - store.durable() > MAX_WAITING);
  }
  return readings;
}

async function fillInPace(
  store: Store,
  load: Load,
  { points, seconds }: StorageSetup,
  watch: DurableWatch,
): Promise<number> {
  const startMs = performance.now();
  let readings = 0;
  let second = 0;
  let cycle = load.cycle(0, Date.now());
  while (second < seconds) {
    const dueBeats = Math.min(((performance.now() - startMs) / 1_000) * BEATS_PER_S, seconds * BEATS_PER_S);
    const due = Math.floor((dueBeats * points) / BEATS_PER_S);
    while (readings < due && second < seconds) {
      const next = cycle.next();
      if (next.done === true) {
        second++;
        cycle = load.cycle(second, Date.now());
        continue;
      }
      store.append(next.value);
      readings += next.value.count;
    }
    if (readings >= points * seconds) break;
    watch.appended(readings);
    await sleep(BEAT_MS);
  }
  return readings;
}
