/**
 * Calls of the main thread to the quarantine, which lives in the journal's thread: one message there, one back, by number.
 * A call that the thread cannot answer rejects; none waits for ever, because the thread's end rejects all.
 */
import { never } from '../core/assert.ts';
import type {
  Quarantine,
  QuarantinePage,
  ReasonCount,
  ResendResult,
  Selection,
} from './forwarder/quarantine/quarantine.ts';

export type QuarantineCall =
  | { readonly name: 'list'; readonly beforeId: number | null; readonly limit: number }
  | { readonly name: 'counts' }
  | { readonly name: 'resend' | 'discard'; readonly selection: Selection };

export interface QuarantineAnswer {
  readonly type: 'quarantine';
  readonly id: number;
  /** Of the call; null where it failed. */
  readonly result: unknown;
  readonly failure: string | null;
}

/** What the main thread asks; the port of the API has the same shape. Rejects when it cannot be answered. */
export interface QuarantineClient {
  list(beforeId: number | null, limit: number): Promise<QuarantinePage>;
  counts(): Promise<readonly ReasonCount[]>;
  resend(selection: Selection): Promise<ResendResult>;
  /** @returns how many are gone. */
  discard(selection: Selection): Promise<number>;
}

/** The calls that are under way; as many as the API has requests that wait. */
export class QuarantineCalls implements QuarantineClient {
  readonly #send: (id: number, call: QuarantineCall) => void;
  /** Key: number of the call. */
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #end: Error | null = null;

  constructor(send: (id: number, call: QuarantineCall) => void) {
    this.#send = send;
  }

  list(beforeId: number | null, limit: number): Promise<QuarantinePage> {
    return this.#ask({ name: 'list', beforeId, limit });
  }

  counts(): Promise<readonly ReasonCount[]> {
    return this.#ask({ name: 'counts' });
  }

  resend(selection: Selection): Promise<ResendResult> {
    return this.#ask({ name: 'resend', selection });
  }

  discard(selection: Selection): Promise<number> {
    return this.#ask({ name: 'discard', selection });
  }

  receive({ id, result, failure }: QuarantineAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failure === null) waiting?.resolve(result);
    else waiting?.reject(new Error(failure));
  }

  /** The thread is gone: nothing is answered any more. */
  end(reason: string): void {
    this.#end ??= new Error(reason);
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }

  async #ask<T>(call: QuarantineCall): Promise<T> {
    if (this.#end !== null) throw this.#end;
    const id = ++this.#lastId;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#send(id, call);
    return (await waiting.promise) as T;
  }
}

/** In the journal's thread. @throws the error of the file system; Error where nothing is forwarded. */
export async function answerCall(quarantine: Quarantine | null, call: QuarantineCall): Promise<unknown> {
  if (quarantine === null) throw new Error('nothing is forwarded');
  switch (call.name) {
    case 'list':
      return await quarantine.list(call.beforeId ?? undefined, call.limit);
    case 'counts':
      return await quarantine.counts();
    case 'resend':
      return await quarantine.resend(call.selection);
    case 'discard':
      return await quarantine.discard(call.selection);
    default:
      return never(call);
  }
}
