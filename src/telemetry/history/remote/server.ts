/**
 * The side that holds the stores: answers questions about the past that come as messages, each with its number. What is not
 * taken is not read; what nobody waits for any longer is broken off. Knows nothing of threads.
 */
import { assert, never } from '../../../core/assert.ts';
import type { HistorySource, ReadingColumns, SourceQuery, Summary } from '../source.ts';
import { REMOTE_LIMITS } from './limits.ts';
import type { Answer, FromHistory, Question, RemoteName, RemoteRange, ToHistory } from './messages.ts';

/** @param transfer buffers that go over with the message */
export type Tell = (message: FromHistory, transfer: readonly ArrayBuffer[]) => void;

interface UnderWay {
  readonly stop: AbortController;
  readonly missing: Set<string>;
  /** Portions that may be sent now. */
  room: number;
  onRoom: () => void;
}

export class HistoryServer {
  readonly #sources: Partial<Readonly<Record<RemoteName, HistorySource>>>;
  readonly #tell: Tell;
  /** Key: number of the question. */
  readonly #underWay = new Map<number, UnderWay>();
  refusedQuestions = 0;

  constructor(sources: Partial<Readonly<Record<RemoteName, HistorySource>>>, tell: Tell) {
    this.#sources = sources;
    this.#tell = tell;
  }

  get questions(): number {
    return this.#underWay.size;
  }

  receive(message: ToHistory): void {
    switch (message.type) {
      case 'ask':
        return this.#begin(message);
      case 'more':
        return this.#allowMore(message.id);
      case 'drop':
        return this.#underWay.get(message.id)?.stop.abort(new Error('nobody waits for the answer'));
      default:
        return never(message);
    }
  }

  /** Breaks off whatever is under way. */
  close(): void {
    for (const { stop } of this.#underWay.values()) stop.abort(new Error('the journal is being closed'));
  }

  #begin({ id, store, question }: ToHistory & { readonly type: 'ask' }): void {
    const source = this.#sources[store];
    if (source === undefined) return this.#tell({ type: 'failed', id, reason: 'not configured' }, []);
    if (this.#underWay.size >= REMOTE_LIMITS.questions) {
      this.refusedQuestions++;
      return this.#tell({ type: 'failed', id, reason: 'too many questions at once' }, []);
    }
    const underWay: UnderWay = {
      stop: new AbortController(),
      missing: new Set(),
      room: REMOTE_LIMITS.portionsAhead,
      onRoom: () => undefined,
    };
    this.#underWay.set(id, underWay);
    void this.#answer(id, source, question, underWay);
  }

  /** Never rejects: what goes wrong is the answer. */
  async #answer(id: number, source: HistorySource, question: Question, underWay: UnderWay): Promise<void> {
    try {
      const answer = await this.#find(id, source, question, underWay);
      this.#tell({ type: 'answer', id, answer, missing: takeAll(underWay.missing) }, []);
    } catch (error) {
      this.#tell({ type: 'failed', id, reason: error instanceof Error ? error.message : String(error) }, []);
    } finally {
      this.#underWay.delete(id);
    }
  }

  async #find(id: number, source: HistorySource, question: Question, underWay: UnderWay): Promise<Answer> {
    const { signal } = underWay.stop;
    const onMissing = (reason: string): void => void underWay.missing.add(reason);
    const toQuery = ({ point, fromMs, toMs }: RemoteRange): SourceQuery => {
      return { point, fromMs, toMs, signal, onMissing };
    };
    switch (question.type) {
      case 'coverage':
        return await source.coverage(question.point, question.fromMs, signal);
      case 'standing':
        return await source.standing(question.points, question.atMs, signal, onMissing);
      case 'count':
        return (await source.countAtLeast?.(toQuery(question))) ?? 0;
      case 'readings':
        return await this.#stream(id, source.readings(toQuery(question)), underWay);
      case 'stretches': {
        const query = toQuery(question);
        const items = source.stretches?.(query, question.bucketMs) ?? source.readings(query);
        return await this.#stream(id, items, underWay);
      }
      default:
        return never(question);
    }
  }

  async #stream(
    id: number,
    items: AsyncIterable<ReadingColumns | Summary>,
    underWay: UnderWay,
  ): Promise<null> {
    let portion: (ReadingColumns | Summary)[] = [];
    let readings = 0;
    const send = (): void => {
      this.#send(id, portion, underWay);
      portion = [];
      readings = 0;
    };
    const waiting = setInterval(() => {
      if (underWay.room > 0 && portion.length > 0) send();
    }, REMOTE_LIMITS.portionWaitMs);
    // A store that hangs ends nothing.
    underWay.stop.signal.addEventListener('abort', () => clearInterval(waiting), { once: true });
    try {
      for await (const item of items) {
        portion.push(item);
        if ('stampMs' in item) readings += item.count;
        const { portionReadings, portionSummaries } = REMOTE_LIMITS;
        if (readings < portionReadings && portion.length < portionSummaries) continue;
        await hasRoom(underWay);
        if (portion.length > 0) send();
      }
      await hasRoom(underWay);
      if (portion.length > 0) send();
      return null;
    } finally {
      clearInterval(waiting);
    }
  }

  #send(id: number, items: readonly (ReadingColumns | Summary)[], underWay: UnderWay): void {
    underWay.room--;
    const missing = takeAll(underWay.missing);
    this.#tell({ type: 'portion', id, items, missing }, items.flatMap(buffersOf));
  }

  #allowMore(id: number): void {
    const underWay = this.#underWay.get(id);
    if (underWay === undefined) return;
    underWay.room++;
    underWay.onRoom();
  }
}

/** @throws the reason of the signal */
async function hasRoom(underWay: UnderWay): Promise<void> {
  while (underWay.room === 0) await waitForRoom(underWay);
  underWay.stop.signal.throwIfAborted();
}

function waitForRoom(underWay: UnderWay): Promise<void> {
  const { signal } = underWay.stop;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    underWay.onRoom = () => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}

function takeAll(missing: Set<string>): readonly string[] {
  const all = [...missing];
  missing.clear();
  return all;
}

function buffersOf(item: ReadingColumns | Summary): readonly ArrayBuffer[] {
  if (!('stampMs' in item)) return [];
  return [item.stampMs.buffer, item.value.buffer, item.quality.buffer].map((buffer) => {
    assert(buffer instanceof ArrayBuffer, 'columns are in memory of their own');
    return buffer;
  });
}
