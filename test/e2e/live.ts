/** Listens to a gateway's live events in the background and keeps them with the time of their arrival. */
import type { LiveEventName, LiveEvents, ReadingTuple } from '../../src/api/schemas.ts';
import type { ApiClient } from '../support/client.ts';
import { until } from '../support/poll.ts';

/** One event; `atMs` is this process's wall clock at its arrival. */
export interface Arrived<Name extends LiveEventName> {
  readonly atMs: number;
  readonly data: LiveEvents[Name];
}

/** One reading of a `readings` event. */
export interface LiveReading {
  readonly value: number | null;
  readonly quality: number;
  readonly receivedMs: number;
  readonly atMs: number;
}

export interface Listener extends AsyncDisposable {
  of<Name extends LiveEventName>(name: Name): readonly Arrived<Name>[];
  /** Readings of the points whose id matches, in the order of their arrival. */
  readings(matches: (point: string) => boolean): readonly LiveReading[];
}

/** Resolves when the stream is open (its `hello` has come). Use `await using`. */
export async function listen(api: ApiClient): Promise<Listener> {
  const stop = new AbortController();
  const arrived = new Map<string, Arrived<LiveEventName>[]>();
  let failure: Error | null = null;
  const ended = follow(api, stop.signal, arrived).catch((error: unknown) => {
    failure = new Error('the live events broke off', { cause: error });
  });
  const of = <Name extends LiveEventName>(name: Name): readonly Arrived<Name>[] =>
    (arrived.get(name) ?? []) as unknown as readonly Arrived<Name>[];
  await until(() => failure !== null || of('hello').length > 0, { timeoutMs: 30_000, what: 'event hello' });
  if (of('hello').length === 0) throw failure ?? new Error('no hello');
  return {
    of,
    readings: (matches) =>
      of('readings').flatMap(({ atMs, data }) =>
        data.filter(([point]) => matches(point)).map((tuple) => toLiveReading(tuple, atMs)),
      ),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function follow(
  api: ApiClient,
  signal: AbortSignal,
  arrived: Map<string, Arrived<LiveEventName>[]>,
): Promise<void> {
  for await (const { event, data } of api.events(signal)) {
    const list = arrived.get(event) ?? [];
    list.push({ atMs: Date.now(), data: data as LiveEvents[LiveEventName] });
    arrived.set(event, list);
  }
}

function toLiveReading([, value, quality, receivedMs]: ReadingTuple, atMs: number): LiveReading {
  return { value, quality, receivedMs, atMs };
}
