/**
 * The side that asks: a store behind another thread looks like one of our own. Every question has a number; a question whose
 * signal is aborted, or whose stream is left, is dropped on the other side too.
 */
import { never } from '../../../core/assert.ts';
import type { Coverage, HistorySource, ReadingColumns, SourceQuery, Standing, Summary } from '../source.ts';
import type { Answer, FromHistory, Question, RemoteName, RemoteRange, ToHistory } from './messages.ts';

type Item = ReadingColumns | Summary;

/** A question under way. */
interface Waiting {
  readonly onMissing: (reason: string) => void;
  /** Portions that came before they were asked for. */
  readonly portions: (readonly Item[])[];
  answer: { readonly value: Answer } | null;
  failure: Error | null;
  onNews: () => void;
}

const NOBODY = (): void => undefined;
const NO_LISTENER = (_reason: string): void => undefined;

export class HistoryClient {
  readonly #send: (message: ToHistory) => void;
  /** Key: number of the question. */
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #death: string | null = null;

  constructor(send: (message: ToHistory) => void) {
    this.#send = send;
  }

  /** @param name as a person knows the store */
  source(store: RemoteName, name: string): HistorySource {
    const ask = (question: Question, signal: AbortSignal, onMissing = NO_LISTENER): Promise<Answer> =>
      this.#ask(store, question, signal, onMissing);
    const follow = (question: Question, query: SourceQuery): AsyncGenerator<Item> =>
      this.#follow(store, question, query);
    return {
      name,
      coverage: async (point, fromMs, signal) =>
        (await ask({ type: 'coverage', point, fromMs }, signal)) as Coverage | null,
      standing: async (points, atMs, signal, onMissing) =>
        (await ask({ type: 'standing', points, atMs }, signal, onMissing)) as readonly (Standing | null)[],
      countAtLeast: async (query) =>
        (await ask({ type: 'count', ...toRange(query) }, query.signal)) as number,
      async *readings(query) {
        const items = follow({ type: 'readings', ...toRange(query) }, query);
        for await (const item of items) if ('stampMs' in item) yield item;
      },
      stretches: (query, bucketMs) => follow({ type: 'stretches', bucketMs, ...toRange(query) }, query),
    };
  }

  receive(message: FromHistory): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    switch (message.type) {
      case 'portion':
        waiting.portions.push(message.items);
        break;
      case 'answer':
        waiting.answer = { value: message.answer };
        break;
      case 'failed':
        waiting.failure = new Error(message.reason);
        break;
      default:
        return never(message);
    }
    if ('missing' in message) for (const reason of message.missing) waiting.onMissing(reason);
    waiting.onNews();
  }

  /** The other side is gone: every question fails, also later ones. */
  end(reason: string): void {
    this.#death = reason;
    for (const waiting of this.#waiting.values()) {
      waiting.failure = new Error(reason);
      waiting.onNews();
    }
  }

  async #ask(
    store: RemoteName,
    question: Question,
    signal: AbortSignal,
    onMissing: (reason: string) => void,
  ): Promise<Answer> {
    const { id, waiting } = this.#begin(store, question, onMissing);
    try {
      while (waiting.answer === null) await this.#news(waiting, signal);
      return waiting.answer.value;
    } finally {
      this.#leave(id, waiting);
    }
  }

  async *#follow(
    store: RemoteName,
    question: Question,
    { signal, onMissing }: SourceQuery,
  ): AsyncGenerator<Item> {
    const { id, waiting } = this.#begin(store, question, onMissing);
    try {
      for (;;) {
        const portion = waiting.portions.shift();
        if (portion !== undefined) {
          this.#send({ type: 'more', id });
          yield* portion;
          continue;
        }
        if (waiting.answer !== null) return;
        await this.#news(waiting, signal);
      }
    } finally {
      this.#leave(id, waiting);
    }
  }

  #begin(store: RemoteName, question: Question, onMissing: (reason: string) => void) {
    if (this.#death !== null) throw new Error(this.#death);
    const id = ++this.#lastId;
    const waiting: Waiting = { onMissing, portions: [], answer: null, failure: null, onNews: NOBODY };
    this.#waiting.set(id, waiting);
    this.#send({ type: 'ask', id, store, question });
    return { id, waiting };
  }

  /** Something has come since the last look. @throws the reason of the signal, and why the question failed */
  async #news(waiting: Waiting, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onNews = (): void => resolve();
    waiting.onNews = onNews;
    signal.addEventListener('abort', onNews, { once: true });
    if (waiting.failure === null && !signal.aborted) await promise;
    signal.removeEventListener('abort', onNews);
    signal.throwIfAborted();
    if (waiting.failure !== null) throw waiting.failure;
  }

  #leave(id: number, { answer, failure }: Waiting): void {
    this.#waiting.delete(id);
    if (answer === null && failure === null) this.#send({ type: 'drop', id });
  }
}

/** What the main thread asks, in order of preference. */
export function toSources(client: HistoryClient, hasInflux: boolean): readonly HistorySource[] {
  const journal = client.source('journal', 'journal');
  return hasInflux ? [journal, client.source('influx', 'InfluxDB')] : [journal];
}

function toRange({ point, fromMs, toMs }: RemoteRange): RemoteRange {
  return { point, fromMs, toMs };
}
