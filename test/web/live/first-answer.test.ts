/**
 * Events that come while the first answer of a page is still under way, on a slow line or from a busy gateway: that answer may be
 * older than what has happened, and must not stay on show.
 */
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, test } from 'vitest';
import { keys } from '../../../src/web/api/queries.ts';
import type { LiveEvents, Ticket } from '../../../src/web/api/types.ts';
import { createEventHandler } from '../../../src/web/live/cache.ts';
import { until } from '../../support/poll.ts';
import { toAlarm } from '../samples.ts';

const SOON_MS = 20_000;
const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  client.clear();
});

/** Somebody looks at it. @returns its questions, each of which is answered by hand */
function show(queryKey: readonly unknown[]): PromiseWithResolvers<unknown>[] {
  const asked: PromiseWithResolvers<unknown>[] = [];
  const queryFn = (): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    asked.push(answer);
    return answer.promise;
  };
  ends.push(new QueryObserver(client, { queryKey, queryFn }).subscribe(() => null));
  return asked;
}

const untilAsked = (asked: readonly unknown[], times: number): Promise<true> =>
  until(() => asked.length === times, { timeoutMs: SOON_MS, what: `question ${times}` });

test('a ticket is asked for once more when its first answer has come', async () => {
  const asked = show(keys.ticket('t-1'));
  const handle = createEventHandler(client);
  await untilAsked(asked, 1);
  handle('ticket', { ticket: { id: 't-1', stage: 'taken' } as Ticket } as LiveEvents['ticket']);
  asked[0]?.resolve({ id: 't-1', stage: 'dispatched' });
  await untilAsked(asked, 2);
  asked[1]?.resolve({ id: 't-1', stage: 'taken' });
  const stage = (): unknown => client.getQueryData<Ticket>(keys.ticket('t-1'))?.stage;
  await until(() => stage() === 'taken', { timeoutMs: SOON_MS, what: 'the stage of now' });
});

test('a list is asked for once more, however long its first answer takes', async () => {
  const asked = show(keys.openAlarms);
  const handle = createEventHandler(client);
  await untilAsked(asked, 1);
  handle('alarm', { alarm: toAlarm('a') } as LiveEvents['alarm']);
  // Longer than events of a burst are joined.
  const fromMs = Date.now();
  await until(() => Date.now() > fromMs + 1_500, { timeoutMs: SOON_MS, what: 'a slow line' });
  expect(asked).toHaveLength(1);
  asked[0]?.resolve({ total: 0, items: [] });
  await untilAsked(asked, 2);
});
