/**
 * Journal and forwarder, in the thread of this process, with the clock of the simulated day: feeds second after second, as
 * far as its parent allows, and tells how far all of it is durable. Its parent kills it and starts another on the same directory.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournalHost } from '../../src/telemetry/host.ts';
import type { ArrivedColumns } from '../../src/telemetry/journal/stamps.ts';
import { toTableText } from '../../src/telemetry/journal/table.ts';
import { toInfluxSettings } from '../../test/support/influx-settings.ts';
import { type DayPlan, toDayValue, toReceivedMs } from '../storage/day-plan.ts';
import { toStorageModel } from '../storage/model.ts';
import { serve } from './serve.ts';

export interface DaySetup {
  readonly plan: DayPlan;
  readonly directory: string;
  readonly url: string;
  readonly database: string;
  readonly timeoutMs: number;
  /** First second that this process feeds. */
  readonly fromSecond: number;
}

export interface DayProgress {
  /** Last second of which every reading is durable; before the first: `fromSecond - 1`. */
  readonly durableSecond: number;
  readonly fedSecond: number;
  readonly backlogReadings: number;
  readonly rejectedReadings: number;
  readonly lostReadings: number;
  readonly writeFailure: string | null;
}

/** Readings of one append: what one message of the main thread brings. */
const APPEND_READINGS = 4_096;
/** Readings not durable at which the load waits. */
const MAX_WAITING = 200_000;
const WAIT_MS = 5;
/** The server works off what waits as fast as it can: a day of life has the time, this one does not. */
const CATCH_UP_PER_S = 1_000_000;

serve<DaySetup>(async ({ plan, directory, url, database, timeoutMs, fromSecond }) => {
  let fedSecond = fromSecond - 1;
  let allowedSecond = fedSecond;
  const stopped = new AbortController();
  const settings = {
    directory,
    tableText: toTableText(toStorageModel(plan.points)),
    journal: { maxAgeDays: 30, maxBytes: 1e12 },
    influx: toInfluxSettings({ url, database, timeoutMs, catchUpPerS: CATCH_UP_PER_S }),
  };
  const host = await openJournalHost(settings, () => undefined, {
    wallMs: () => toReceivedMs(plan, Math.max(fedSecond, 0)),
  });
  const toProgress = (): DayProgress => {
    const { durableReadings, backlogReadings, writeFailure, lost, influx } = host.status;
    return {
      durableSecond: fromSecond - 1 + Math.floor(durableReadings / plan.points),
      fedSecond,
      backlogReadings,
      rejectedReadings: influx.rejectedReadings,
      lostReadings: lost?.readings ?? 0,
      writeFailure,
    };
  };
  const feed = async (): Promise<void> => {
    const startMs = performance.now();
    while (!stopped.signal.aborted) {
      const dueSecond = fromSecond - 1 + Math.floor(((performance.now() - startMs) / 1_000) * plan.speed);
      const waiting = (fedSecond + 1 - fromSecond) * plan.points - host.status.durableReadings;
      if (fedSecond >= Math.min(dueSecond, allowedSecond) || waiting > MAX_WAITING) {
        await sleep(WAIT_MS);
        continue;
      }
      fedSecond++;
      for (const columns of toColumns(plan, fedSecond)) host.append(columns);
      // Others have their turn: timers, answers of the sink, questions of the parent.
      await sleep(0);
    }
  };
  const feeding = feed();
  return {
    facts: null,
    answers: {
      allow(second) {
        allowedSecond = second as number;
        return toProgress();
      },
    },
    async stop() {
      stopped.abort();
      await feeding;
      await host.close();
    },
  };
});

function* toColumns(plan: DayPlan, second: number): Generator<ArrivedColumns> {
  const receivedMs = toReceivedMs(plan, second);
  for (let from = 0; from < plan.points; from += APPEND_READINGS) {
    const count = Math.min(APPEND_READINGS, plan.points - from);
    yield {
      count,
      point: Uint32Array.from({ length: count }, (_, at) => from + at),
      value: Float64Array.from({ length: count }, (_, at) => toDayValue(from + at, second)),
      quality: new Uint8Array(count),
      sourceMs: new Float64Array(count).fill(Number.NaN),
      receivedMs: new Float64Array(count).fill(receivedMs),
    };
  }
}
