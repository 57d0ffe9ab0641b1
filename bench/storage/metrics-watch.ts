/** Looks at a gateway's /metrics now and then while it is measured from outside: seldom, because the answer costs CPU. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface ForwardFigures {
  readonly journalledPerS: number;
  /** Readings that the sink has confirmed in the time, of those that were journalled. */
  readonly confirmedRatio: number;
  /** What waits for the sink at the end, in seconds of journalling. */
  readonly backlogS: number;
  /** Dropped by the journal, refused by the sink. */
  readonly failures: number;
}

export interface MetricsWatch {
  /** @param windowMs the last so long is reckoned @returns null when it was not seen twice in it */
  stop(windowMs: number): Promise<ForwardFigures | null>;
}

interface Look {
  readonly atMs: number;
  /** Key: name of the metric, without prefix; value: the sum over its labels. */
  readonly figures: ReadonlyMap<string, number>;
}

const LOOK_MS = 4_000;
const ANSWER_MS = 15_000;

export function createMetricsWatch(url: string): MetricsWatch {
  const looks: Look[] = [];
  const ended = new AbortController();
  const run = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      // It is not there before its start and after its end.
      await look(url).then(
        (seen) => looks.push(seen),
        () => null,
      );
      await sleep(LOOK_MS, null, { signal: ended.signal }).catch(() => null);
    }
  };
  const running = run();
  return {
    async stop(windowMs) {
      ended.abort();
      await running;
      return toForward(looks, windowMs);
    },
  };
}

async function look(url: string): Promise<Look> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
  const figures = new Map<string, number>();
  for (const [, name = '', value] of (await answer.text()).matchAll(/^riser_(\w+)(?:\{.*\})? (\S+)$/gm))
    figures.set(name, (figures.get(name) ?? 0) + Number(value));
  return { atMs: performance.now(), figures };
}

function toForward(looks: readonly Look[], windowMs: number): ForwardFigures | null {
  const last = looks.at(-1);
  if (last === undefined) return null;
  const first = looks.find(({ atMs }) => atMs >= last.atMs - windowMs);
  if (first === undefined || first === last) return null;
  const grown = (name: string): number => (last.figures.get(name) ?? 0) - (first.figures.get(name) ?? 0);
  const journalled = grown('journal_appended_readings_total');
  const journalledPerS = (journalled * 1e3) / (last.atMs - first.atMs);
  return {
    journalledPerS,
    confirmedRatio: grown('journal_confirmed_readings_total') / journalled,
    backlogS: (last.figures.get('journal_backlog_readings') ?? 0) / journalledPerS,
    failures: grown('journal_dropped_readings_total') + grown('influx_rejected_readings_total'),
  };
}
