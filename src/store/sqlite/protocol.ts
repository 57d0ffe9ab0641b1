/**
 * What the main thread and the writer's thread say to each other. Messages keep their order.
 *
 * Each commit carries one shared word, its phase, so that both sides agree whether it can still be taken back:
 *
 *   waiting ──main gives up──▶ cancelled      nothing is stored, for certain
 *      └──worker, last step──▶ committing ──▶ answered
 *                                  main gives up here: outcome unknown until the answer comes
 */
import type { ErrorCode, ErrorParams } from '../../core/errors.ts';
import type { WriteBatch } from '../store.ts';

/** Name of the database in the data directory. */
export const DATABASE_FILE = 'riser.db';

export const PHASE = { waiting: 0, cancelled: 1, committing: 2, answered: 3 } as const;

export type ToWriter =
  | {
      readonly type: 'commit';
      readonly id: number;
      readonly batch: WriteBatch;
      readonly phase: Int32Array<SharedArrayBuffer>;
    }
  | { readonly type: 'close' };

export type FromWriter =
  | { readonly type: 'ready' }
  /** The database could not be opened; the thread ends. */
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly params: ErrorParams;
      readonly reason: string;
    }
  | { readonly type: 'done'; readonly id: number }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly reason: string;
      readonly isStorageFault: boolean;
      /** The batch contradicts what is stored: it would fail for ever. */
      readonly isContradiction: boolean;
    };

export interface WriterData {
  readonly path: string;
}
