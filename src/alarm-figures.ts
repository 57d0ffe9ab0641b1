/**
 * The alarm figures while the gateway runs: brought up to the histories in the store, saved now and then so that the next
 * start need not count a year again, shown for a period. What counts as what is in alarms/figures/.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BlindTime, type Sight } from './alarms/figures/blind-time.ts';
import type { Figures } from './alarms/figures/figures.ts';
import { followHistories, loadBlindParts, loadFigures } from './alarms/figures/follow.ts';
import { toSavings } from './alarms/figures/snapshot.ts';
import { viewFigures } from './alarms/figures/view.ts';
import type { Clock } from './core/clock.ts';
import { RiserError } from './core/errors.ts';
import type { AlarmFiguresPort } from './engine/alarm-view.ts';
import type { Store } from './store/store.ts';

/** So that a question finds little to count: a minute of a flood is a few thousand events. */
const FOLLOW_MS = 60_000;
/** Events of ten minutes are counted again in no time after a crash; each saving writes the present day. */
const SAVE_MS = 600_000;
/** Between two pages of 1,000 events (10 ms of work): the rest of the gateway has two thirds of the time. */
const PAUSE_MS = 20;

export interface AlarmFiguresOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  /** IANA zone of the site. */
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface AlarmFigures extends AlarmFiguresPort {
  /** Begins to count what is stored; figures can be asked for when that is done. */
  start(): void;
  /** Rules without an open occurrence that can be judged no more, or again. */
  takeSights(sights: readonly Sight[]): void;
  /** Saves what is counted. */
  stop(): Promise<void>;
  counters(): { readonly countedRows: number; readonly rebuilds: number; readonly failures: number };
}

export function createAlarmFigures({ store, timeZone, clock, log }: AlarmFiguresOptions): AlarmFigures {
  const stopping = new AbortController();
  const counts = { countedRows: 0, rebuilds: 0, failures: 0 };
  const blind = new BlindTime(timeZone);
  let figures: Figures | null = null;
  let saved: Figures | null = null;
  let isComplete = false;
  let turn: Promise<void> = Promise.resolve();
  let timers: readonly NodeJS.Timeout[] = [];

  const rest = (): Promise<void> => pause(PAUSE_MS);

  /** @throws RiserError `store-failed` */
  const follow = async (): Promise<void> => {
    if (figures === null) {
      figures = await loadFigures(store.queries, timeZone, clock.now().wallMs, rest);
      saved = figures;
      blind.restore(await loadBlindParts(store.queries, rest));
    }
    const step = await followHistories(figures, store.queries, rest, stopping.signal);
    figures = step.figures;
    counts.countedRows += step.rows;
    if (step.isRebuilt) {
      counts.rebuilds++;
      saved = null;
      log.warn('the alarm figures were made from another history; they have been made anew');
    }
    isComplete = !stopping.signal.aborted;
  };
  const save = async (): Promise<void> => {
    if (figures === null) return;
    const now = figures;
    const savings = toSavings(now, saved);
    // A saving that breaks off is none: the next one writes everything.
    saved = null;
    for (const parts of savings) await store.commit({ writes: [{ type: 'figures', parts }] });
    saved = now;
    await saveBlind(blind, store, clock.now().wallMs);
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = turn.then(work);
    turn = done.catch((error: unknown) => {
      counts.failures++;
      log.warn({ err: error }, 'the alarm figures wait: the store does not answer');
    });
    return done;
  };
  /** A failure is noted by the turn; the next one tries again. */
  const inBackground = (work: () => Promise<void>): void => void inTurn(work).catch(() => {});

  return {
    start() {
      inBackground(follow);
      timers = [
        setInterval(() => inBackground(follow), FOLLOW_MS),
        setInterval(() => inBackground(save), SAVE_MS),
      ];
      for (const timer of timers) timer.unref();
    },
    async stop() {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      await inTurn(save).catch(() => {});
    },
    async view(question) {
      if (!isComplete) throw new RiserError('engine-busy');
      await inTurn(follow);
      if (figures === null) throw new RiserError('engine-busy');
      const nowMs = clock.now().wallMs;
      blind.settle(nowMs);
      return viewFigures(figures, question, nowMs, (scope, period) => blind.sumMs(scope, period));
    },
    takeSights: (sights) => blind.take(sights),
    counters: () => counts,
  };
}

/** Each day by itself: of a large outage it is some megabytes. @throws RiserError `store-failed`; then all of it is saved again */
async function saveBlind(blind: BlindTime, store: Pick<Store, 'commit'>, nowMs: number): Promise<void> {
  blind.settle(nowMs);
  const parts = blind.takeParts();
  try {
    for (const part of parts) await store.commit({ writes: [{ type: 'figures', parts: [part] }] });
  } catch (error) {
    blind.giveBack(parts);
    throw error;
  }
}
