/** One subject in a process of its own, on its core: start, warm-up, a window in which its cost is measured, end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Window } from './children/subject.ts';
import { startChild } from './children.ts';
import { pin, SUBJECT_CORE } from './cores.ts';
import type { Timing } from './trial.ts';

export interface Figures {
  /** What the subject counts (requests, readings), in a second. */
  readonly perS: number;
  /** The same in a second of CPU time of the whole process. */
  readonly perCpuS: number;
  readonly loopDelayP99Ms: number;
  readonly rssMb: number;
  readonly skipped: number;
  readonly failures: number;
}

const MB = 1024 * 1024;

/** @param subject a file of bench/children @throws Error when it does not start or ends by itself */
export async function measureWindow(
  subject: string,
  setup: unknown,
  { warmUpMs, windowMs }: Pick<Timing, 'warmUpMs' | 'windowMs'>,
): Promise<Figures> {
  const child = await startChild(subject, setup);
  try {
    pin(child.pid, SUBJECT_CORE);
    await sleep(warmUpMs);
    await child.ask('begin');
    await sleep(windowMs);
    return toFigures((await child.ask('end')) as Window);
  } finally {
    await child.stop();
  }
}

function toFigures({ usage, from, to }: Window): Figures {
  const perS = ((to.readings - from.readings) / (to.atMs - from.atMs)) * 1e3;
  return {
    perS,
    perCpuS: (perS * usage.wallMs) / usage.cpuMs,
    loopDelayP99Ms: usage.loopDelayMs.p99,
    rssMb: usage.rssEndBytes / MB,
    skipped: to.skipped - from.skipped,
    failures: to.failures - from.failures,
  };
}
