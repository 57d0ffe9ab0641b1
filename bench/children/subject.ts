/**
 * What every subject of a benchmark answers: `count` (readings since its start), `begin` and `end` (what the time
 * between them cost). What it reads, and what it does with it, is its own file's business.
 */
import { createMeter, type Usage } from './meter.ts';
import { type Answers, type Served, serve } from './serve.ts';

/** Figures since the start of the process. */
export interface Counts {
  /** When they were taken, UTC ms with fractions. */
  readonly atMs: number;
  readonly readings: number;
  /** Polls that a cycle was skipped for, and polls that were due. Both 0 where nothing is polled. */
  readonly skipped: number;
  /** Errors, time-outs, refusals: anything that should not be. */
  readonly failures: number;
  readonly dropped: number;
  /** Figures of this subject only. */
  readonly more: Readonly<Record<string, number>>;
}

export interface Window {
  readonly usage: Usage;
  readonly from: Counts;
  readonly to: Counts;
}

export interface Subject {
  count(): Promise<Counts> | Counts;
  stop(): Promise<void> | void;
  readonly answers?: Answers;
}

export const NO_COUNTS = { skipped: 0, failures: 0, dropped: 0, more: {} } as const;

export const nowMs = (): number => performance.timeOrigin + performance.now();

interface CommonSetup {
  readonly isProfiled?: boolean;
}

/** Call once, at the end of the child's file. */
export function serveSubject<Setup>(start: (setup: Setup & CommonSetup) => Promise<Subject>): void {
  serve<Setup & CommonSetup>(async (setup) => toServed(await start(setup), setup.isProfiled === true));
}

function toServed(subject: Subject, isProfiled: boolean): Served {
  const meter = createMeter(isProfiled);
  let from: Counts | null = null;
  return {
    facts: null,
    stop: () => subject.stop(),
    answers: {
      ...subject.answers,
      count: () => subject.count(),
      async begin() {
        from = await subject.count();
        await meter.begin();
      },
      async end(): Promise<Window> {
        const usage = await meter.end();
        const to = await subject.count();
        return { usage, from: from ?? to, to };
      },
    },
  };
}
