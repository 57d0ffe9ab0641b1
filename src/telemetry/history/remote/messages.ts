/** What is said about the past between the thread that asks and the one that holds the stores. Structured-cloneable. */
import type { Coverage, ReadingColumns, Standing, Summary } from '../source.ts';

/** Stores behind the other thread. */
export type RemoteName = 'journal' | 'influx';

export type Question =
  | { readonly type: 'coverage'; readonly point: number; readonly fromMs: number }
  | { readonly type: 'standing'; readonly points: readonly number[]; readonly atMs: number }
  | ({ readonly type: 'count' } & RemoteRange)
  | ({ readonly type: 'readings' } & RemoteRange)
  | ({ readonly type: 'stretches'; readonly bucketMs: number } & RemoteRange);

export interface RemoteRange {
  readonly point: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export type ToHistory =
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly store: RemoteName;
      readonly question: Question;
    }
  /** One more portion may be sent. */
  | { readonly type: 'more'; readonly id: number }
  /** Nobody waits any longer. */
  | { readonly type: 'drop'; readonly id: number };

/** The last message of a question is `answer` or `failed`; portions come before it. */
export type FromHistory =
  | {
      readonly type: 'portion';
      readonly id: number;
      readonly items: readonly (ReadingColumns | Summary)[];
      readonly missing: readonly string[];
    }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly answer: Answer;
      readonly missing: readonly string[];
    }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

export type Answer = Coverage | readonly (Standing | null)[] | number | null;
