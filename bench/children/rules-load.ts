/**
 * One subject of the suite `rules` in a process of its own, so that neither its compiled code nor its garbage is another's:
 * works for a time or for a number of evaluations, and says what that cost.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beginWork, type SubjectName, type Work } from '../rules/work.ts';
import { serve } from './serve.ts';

export interface RulesSetup {
  readonly subject: SubjectName;
  readonly points: number;
}

/** Work is asked for in pieces, each below the time that an answer may take. */
export interface Piece {
  readonly forMs: number;
  /** Ends earlier when so much is done. */
  readonly maxItems?: number;
}

export interface PieceResult {
  /** Evaluations, or readings. */
  readonly items: number;
  /** Of all threads. */
  readonly cpuMs: number;
  /** Alarms that rose since the beginning. */
  readonly raises: number;
}

serve<RulesSetup>(async ({ subject, points }) => {
  const work = beginWork(subject, points);
  const collect = toCollector();
  return {
    facts: null,
    stop() {},
    answers: {
      work(piece) {
        return { ...run(work, piece as Piece), raises: work.raises() } satisfies PieceResult;
      },
      /** Heap after a collection, bytes. */
      heap() {
        collect();
        return process.memoryUsage().heapUsed;
      },
    },
  };
});

function run(work: Work, { forMs, maxItems = Number.POSITIVE_INFINITY }: Piece) {
  const until = performance.now() + forMs;
  const before = process.cpuUsage();
  let items = 0;
  while (items < maxItems && performance.now() < until) items += work.step();
  const { user, system } = process.cpuUsage(before);
  return { items, cpuMs: (user + system) / 1e3 };
}

/** A process may ask for it without having been started with the flag. */
function toCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => {
    // What the first frees may free more.
    collect();
    collect();
  };
}
