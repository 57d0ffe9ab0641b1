/** The live stream on real sockets: what a browser, a dead browser and a stop of the gateway do to it. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { ApiOptions } from '../../src/api/options.ts';
import type { Message } from '../../src/core/message.ts';
import { createSystemClock } from '../../src/engine/system-clock.ts';
import { createInbox, NO_PAGE } from '../../src/notify/inbox.ts';
import { createOutbox } from '../../src/notify/outbox.ts';
import { createFakeStore, toRecipient } from '../notify/fixtures.ts';
import { until } from '../support/poll.ts';
import { parseSse, type SseEvent } from '../support/sse.ts';
import { MESSAGE } from './fake-service.ts';
import { bearer, createGateway, type FakeGateway, NOW_MS, type Started, startApi } from './support.ts';

const DEADLINE_MS = 20_000;

async function listen(options: Partial<ApiOptions> = {}, gateway: FakeGateway = createGateway()) {
  const started = await startApi(options, gateway);
  await started.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = started.api.server.address() as AddressInfo;
  return Object.assign(started, { port, url: `http://127.0.0.1:${port}` });
}
type Listening = Started & { port: number; url: string };

interface Reader {
  readonly events: SseEvent[];
  readonly response: Response;
  /** Settles when the stream has ended, however. */
  readonly ended: Promise<void>;
  isEnded: boolean;
  abort(): void;
}

async function follow(
  { url }: Listening,
  headers: Record<string, string> = bearer('engineer'),
): Promise<Reader> {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/v1/events`, { headers, signal: abort.signal });
  const reader: Reader = {
    events: [],
    response,
    isEnded: false,
    abort: () => abort.abort(),
    ended: Promise.resolve(),
  };
  const read = async () => {
    try {
      for await (const event of parseSse(response.body as AsyncIterable<Uint8Array>))
        reader.events.push(event);
    } catch {
      // a broken stream has ended, too
    }
    reader.isEnded = true;
  };
  return Object.assign(reader, { ended: read() });
}
const names = (reader: Reader) => reader.events.map(({ event }) => event);
const figureOf = async ({ url }: Listening, name: string) =>
  Number(new RegExp(`^${name} (.*)$`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

test('a reader gets hello, readings in batches, alarms and tickets, uncompressed and uncached', async () => {
  await using gateway = await listen({ limits: { eventBatchMs: 5 } });
  const reader = await follow(gateway);
  expect(reader.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(reader.response.headers.get('cache-control')).toContain('no-cache');
  expect(reader.response.headers.get('content-security-policy')).toContain("default-src 'self'");
  await until(() => names(reader).includes('hello'), { timeoutMs: DEADLINE_MS, what: 'hello' });
  gateway.publishReadings([[0, 0.42]]);
  gateway.publishAlarm({});
  gateway.publishTicket({});
  await until(() => names(reader).includes('readings'), { timeoutMs: DEADLINE_MS, what: 'readings' });
  expect(names(reader)).toEqual(['hello', 'alarm', 'ticket', 'readings']);
  expect(reader.events.map(({ id }) => id)).toEqual([null, '1', '2', null]);
  reader.abort();
  await reader.ended;
});

test('the report of an emergency waits until its recipient opens a page, and is delivered by what came over it', async () => {
  await using gateway = await listen();
  const { feeds, log } = gateway.services;
  const waiting = { ...MESSAGE, kind: 'emergency', priority: 'emergency', state: 'queued' } as const;
  const unsent = { attempts: 0, nextAtMs: NOW_MS, sentAtMs: null, deliveredAtMs: null };
  const message: Message = { ...waiting, ...unsent, reportsTo: ['leader'] };
  const store = createFakeStore([message]);
  const outbox = createOutbox({
    channels: [
      { notifier: createInbox({ announce: (announced) => feeds.inbox.publish(announced) }), rate: null },
    ],
    port: store,
    clock: createSystemClock(),
    log,
    toRecipient,
  });
  store.onMessages = (changed) => outbox.accept(changed);
  feeds.pages.subscribe((username) => outbox.hurry(username));
  outbox.accept([message]);
  outbox.start();
  try {
    const stateOf = () => store.messages.get(message.id);
    const other = await follow(gateway, bearer('desk'));
    await until(() => stateOf()?.answer?.code === NO_PAGE.code, {
      timeoutMs: DEADLINE_MS,
      what: 'an attempt',
    });
    expect(stateOf()).toMatchObject({ state: 'queued', deliveredAtMs: null });
    const own = await follow(gateway, bearer('engineer'));
    await until(() => stateOf()?.state === 'delivered', { timeoutMs: DEADLINE_MS, what: 'the delivery' });
    await until(() => names(own).includes('message'), { timeoutMs: DEADLINE_MS, what: 'the message' });
    expect(names(other)).not.toContain('message');
    for (const reader of [own, other]) reader.abort();
    await Promise.all([own.ended, other.ended]);
  } finally {
    await outbox.stop();
  }
});

test('a browser with the cookie is served, one without is refused as problem', async () => {
  await using gateway = await listen();
  const reader = await follow(gateway, { cookie: 'riser_session=token-desk' });
  expect(reader.response.status).toBe(200);
  const refused = await fetch(`${gateway.url}/api/v1/events`);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  reader.abort();
});

test('a reader that goes away is forgotten', async () => {
  await using gateway = await listen();
  const reader = await follow(gateway);
  await until(async () => (await figureOf(gateway, 'riser_live_streams')) === 1, {
    timeoutMs: DEADLINE_MS,
    what: 'one stream',
  });
  reader.abort();
  await until(async () => (await figureOf(gateway, 'riser_live_streams')) === 0, {
    timeoutMs: DEADLINE_MS,
    what: 'no stream',
  });
});

test('many readers all get every event; one too many is refused', async () => {
  await using gateway = await listen({ limits: { eventStreams: 60, eventStreamsPerPerson: 60 } });
  const readers = await Promise.all(Array.from({ length: 60 }, () => follow(gateway)));
  const refused = await fetch(`${gateway.url}/api/v1/events`, { headers: bearer('desk') });
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    503,
    'too-many-streams',
  ]);
  for (let round = 0; round < 20; round++) gateway.publishAlarm({});
  const isServed = (reader: Reader) => names(reader).filter((name) => name === 'alarm').length === 20;
  await until(() => readers.every(isServed), {
    timeoutMs: DEADLINE_MS,
    what: '20 alarms for each of 60 readers',
  });
  for (const reader of readers) reader.abort();
});

test('a browser that stops reading is closed and counted, its neighbour misses nothing', async () => {
  const clock = { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot' }) };
  const gateway = createGateway({ clock }, 2_000);
  const limits = { eventBatchMs: 1, eventStreamBytes: 200_000, eventStallMs: 1_000 };
  await using api = await listen({ limits }, gateway);
  const healthy = await follow(api);
  const stalled = await openStalled(api);
  await until(async () => (await figureOf(api, 'riser_live_streams')) === 2, {
    timeoutMs: DEADLINE_MS,
    what: 'two streams',
  });
  const rows = Array.from({ length: 2_000 }, (_, point) => [point, point] as const);
  await until(
    async () => {
      for (let burst = 0; burst < 5; burst++) {
        gateway.publishReadings(rows);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return (await figureOf(api, 'riser_live_streams_stalled_total')) === 1;
    },
    { timeoutMs: DEADLINE_MS, what: 'the stalled stream to be closed' },
  );
  gateway.publishAlarm({});
  await until(() => names(healthy).includes('alarm'), {
    timeoutMs: DEADLINE_MS,
    what: 'the neighbour’s alarm',
  });
  expect(await figureOf(api, 'riser_live_streams')).toBe(1);
  stalled.resume();
  await until(() => stalled.destroyed, { timeoutMs: DEADLINE_MS, what: 'the stalled socket to be closed' });
  healthy.abort();
});

async function openStalled({ port }: Listening): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  socket.write('GET /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer token-desk\r\n\r\n');
  await once(socket, 'readable');
  socket.pause();
  return socket;
}

test('a log-out ends the streams of that session at once, and no other; a stream is no answer time', async () => {
  await using gateway = await listen();
  const [mine, other] = [await follow(gateway, bearer('desk')), await follow(gateway, bearer('engineer'))];
  const answer = await fetch(`${gateway.url}/api/v1/session`, { method: 'DELETE', headers: bearer('desk') });
  expect(answer.status).toBe(204);
  await until(() => mine.isEnded, { timeoutMs: DEADLINE_MS, what: 'the stream to end' });
  expect(other.isEnded).toBe(false);
  const figures = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(figures).not.toContain('route="/api/v1/events"');
  other.abort();
});

test('closing an account ends its streams at once', async () => {
  await using gateway = await listen();
  const reader = await follow(gateway, bearer('desk'));
  const answer = await fetch(`${gateway.url}/api/v1/users/desk/disable`, {
    method: 'POST',
    headers: { ...bearer('admin'), 'content-type': 'application/json' },
    body: JSON.stringify({ version: 'seen' }),
  });
  expect(answer.status).toBe(204);
  await until(() => reader.isEnded, { timeoutMs: DEADLINE_MS, what: 'the stream to end' });
});

test('a session that ended elsewhere ends its streams at the next check', async () => {
  await using gateway = await listen({ limits: { sessionCheckMs: 10 } });
  const reader = await follow(gateway, bearer('desk'));
  gateway.sessions.delete('token-desk');
  await until(() => reader.isEnded, { timeoutMs: DEADLINE_MS, what: 'the stream to end' });
});

test('a stop ends every stream and does not wait for those who do not read', async () => {
  const gateway = await listen();
  const reader = await follow(gateway);
  const stalled = await openStalled(gateway);
  await gateway.api.close();
  await reader.ended;
  stalled.destroy();
  expect(reader.isEnded).toBe(true);
  await expect(fetch(`${gateway.url}/ready`)).rejects.toThrow();
});

test('a stream outlives the time-out of silent sockets because of its heartbeats', async () => {
  await using gateway = await listen({
    limits: { connectionTimeoutMs: 200, heartbeatMs: 20, handlerTimeoutMs: 100 },
  });
  const reader = await follow(gateway);
  const beats = () => names(reader).filter((name) => name === 'heartbeat').length;
  await until(() => beats() >= 30 || reader.isEnded, { timeoutMs: DEADLINE_MS, what: '30 heartbeats' });
  expect(reader.isEnded).toBe(false);
  reader.abort();
});

test('there is nothing to ask of a stream but the stream', async () => {
  await using gateway = await listen();
  const answer = await fetch(`${gateway.url}/api/v1/events`, { method: 'HEAD', headers: bearer('desk') });
  expect(answer.status).toBe(405);
});
