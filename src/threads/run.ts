/**
 * One piece of work in a thread of its own, so that polling does not feel it, with an end to its patience: what the backtest
 * and the rule tests share. Which module the thread runs, what it is given and what it tells is theirs.
 */
import type { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorParams, RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';

/** What every such thread tells when it cannot do its work; `reason` with the stack, for the log. */
export interface ThreadFailure {
  readonly type: 'failed';
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly reason: string;
}

/** Why it did not come to its end by itself: `reason` of the error. */
export interface ThreadWords {
  readonly aborted: Text;
  readonly failed: Text;
  readonly ended: Text;
}

/** Codes whose texts take a `reason`. */
export type ThreadErrorCode = 'backtest-failed' | 'rule-tests-failed';

export interface ThreadRun<Message, Result> {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly errorCode: ThreadErrorCode;
  readonly words: ThreadWords;
  /** Everything that is told but a failure. */
  readonly onMessage: (message: Exclude<Message, ThreadFailure>, resolve: (result: Result) => void) => void;
}

const LATE: Text = { zh: '超时', en: 'it took too long' };

/**
 * Ends the thread when it is done, when its time is over and when it is not wanted any more.
 * @param worker just started; whatever becomes of it, it is ended
 * @throws RiserError what the thread failed with; `errorCode` when it was ended, took too long or needed too much memory
 */
export async function runInThread<Message extends { readonly type: string }, Result>(
  worker: Worker,
  { signal, limitMs, errorCode, words, onMessage }: ThreadRun<Message | ThreadFailure, Result>,
): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>();
  const fail = (reason: Text, cause?: unknown): void =>
    reject(new RiserError(errorCode, { reason }, { cause }));
  const onAbort = (): void => fail(words.aborted);
  const timer = setTimeout(() => fail(LATE), limitMs);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  worker.on('message', (message: Exclude<Message, ThreadFailure> | ThreadFailure) => {
    if (isFailure(message))
      reject(new RiserError(message.code, message.params, { cause: new Error(message.reason) }));
    else onMessage(message, resolve);
  });
  worker.on('error', (error: unknown) => fail(words.failed, error));
  worker.on('exit', () => fail(words.ended));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

/** In the thread: what it tells of an error. @param errorCode where the error is none of ours */
export function toThreadFailure(error: unknown, errorCode: ThreadErrorCode): ThreadFailure {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const known =
    error instanceof RiserError
      ? error
      : new RiserError(errorCode, { reason: error instanceof Error ? error.message : reason });
  return { type: 'failed', code: known.code, params: known.params, reason };
}

function isFailure(message: { readonly type: string }): message is ThreadFailure {
  return message.type === 'failed';
}
