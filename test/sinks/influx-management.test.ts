/** Managing servers that are not InfluxDB 1.x, do not answer, or stop in the middle: against a scripted HTTP server. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { InfluxSettings } from '../../src/config/model.ts';
import { createManagement, type Management } from '../../src/sinks/influx-management.ts';
import { parseDuration, quoteName, quoteText, toDuration } from '../../src/sinks/influxql.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';

const ROLLUPS = { rawHours: 24, minuteHours: 48, quarterHours: 72, hourHours: 0 };

const servers: Server[] = [];
const opened: Management[] = [];
afterEach(() => {
  for (const management of opened.splice(0)) management.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
}

async function manage(
  reply: (request: IncomingMessage, response: ServerResponse) => void,
  changes: Partial<InfluxSettings> = {},
): Promise<{ management: Management; asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    request.resume();
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization });
    reply(request, response);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/influx`;
  const management = createManagement(
    toInfluxSettings({ url, database: 'plant', timeoutMs: 1_000, rollups: ROLLUPS, ...changes }),
  );
  opened.push(management);
  return { management, asked };
}

const answers =
  (headers: Record<string, string>) =>
  ({ url }: IncomingMessage, response: ServerResponse): void => {
    if (url?.endsWith('/ping') === true) response.writeHead(204, headers).end();
    else response.writeHead(200, headers).end('{"results":[{"statement_id":0}]}');
  };

test.each([
  ['v2.7.10', 'influxdb-2', 'bucket'],
  ['2.7', 'influxdb-2', 'bucket'],
  ['3.4.1', 'influxdb-3', 'database'],
])(
  'InfluxDB %s is recognised as %s, and asked for nothing that it does not know',
  async (version, product, word) => {
    const { management, asked } = await manage(answers({ 'x-influxdb-version': version }), {
      token: 's3cret',
    });
    expect(await management.server()).toEqual({ product, version });
    expect(await management.ensureDatabase()).toBe(false);
    expect((await management.ensureRetention()).unsupported).toContain(word);
    expect(asked).toEqual([{ path: '/influx/ping', authorization: 'Token s3cret' }]);
  },
);

test('a token goes with every statement, and no name and password of the package’s own', async () => {
  const one = await manage(answers({ 'x-influxdb-version': '2.7.10' }), { token: 's3cret' });
  await one.management.select('SELECT 1');
  expect(one.asked.at(-1)).toEqual({ path: '/influx/query', authorization: 'Token s3cret' });
  const other = await manage(answers({ 'x-influxdb-version': '1.8.10' }));
  await other.management.select('SELECT 1');
  expect(other.asked.at(-1)?.authorization).toBeUndefined();
});

test('a server that answers with something else has no policies, which is said and not an error', async () => {
  const body = '{"results":[{"series":[{"name":"databases","columns":["name"],"values":[["_internal"]]}]}]}';
  const { management } = await manage(({ url }, response) => {
    response.writeHead(200).end(url?.endsWith('/query') === true ? body : '');
  });
  expect(await management.ensureRetention()).toEqual({
    done: [],
    open: [],
    unsupported: 'the server has no retention policies',
  });
});

test('nobody there: the failure is said as such, each time it is asked', async () => {
  const { management } = await manage(answers({}));
  servers.splice(0)[0]?.close();
  for (let time = 0; time < 3; time++) {
    await expect(management.ensureRetention()).rejects.toMatchObject({
      kind: 'down',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  }
});

test.each([
  ['that never answers', (): void => undefined],
  [
    'that stops in the middle of its answer',
    (response: ServerResponse): void => void response.writeHead(200).write('{"results":['),
  ],
])('a server %s is given up after the time-out', async (_, stall) => {
  const { management } = await manage((request, response) => {
    if (request.url?.endsWith('/ping') === true) response.writeHead(204).end();
    else stall(response);
  });
  await expect(management.select('SELECT 1')).rejects.toMatchObject({
    kind: 'down',
    message: 'no answer within 1000 ms',
  });
});

test.each([
  [503, 'busy', 'down'],
  [429, 'slow down', 'down'],
  [401, '{"error":"authorization failed"}', 'refused'],
])('status %s is %s: %s', async (status, body, kind) => {
  const { management } = await manage((request, response) => {
    if (request.url?.endsWith('/ping') === true) response.writeHead(204).end();
    else response.writeHead(status).end(body);
  });
  await expect(management.select('SELECT 1')).rejects.toMatchObject({ kind });
  // The package would put the host aside after a failure.
  await expect(management.select('SELECT 1')).rejects.not.toMatchObject({ message: 'No host available' });
});

test('whoever asks can break off, and gets his own reason', async () => {
  const { management, asked } = await manage(
    (request, response) => {
      if (request.url?.endsWith('/ping') === true) response.writeHead(204).end();
    },
    { timeoutMs: 60_000 },
  );
  const stop = new AbortController();
  const selected = management.select('SELECT 1', { signal: stop.signal });
  while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new Error('gone'));
  await expect(selected).rejects.toThrow('gone');
});

test('names and texts cannot break out of their quotes', () => {
  expect(quoteName('a"b\\')).toBe(String.raw`"a\"b\\"`);
  expect(quoteText("a'b\\\n")).toBe(String.raw`'a\'b\\\n'`);
});

test.each([
  ['0s', 0],
  ['17520h0m0s', 17_520],
  ['1h30m0s', 1.5],
  ['2w', 336],
  ['INF', Number.NaN],
  ['', Number.NaN],
])('the server’s duration %s is %s hours', (text, hours) => {
  expect(parseDuration(text)).toBe(hours);
});

test('a duration of 0 is for ever', () => {
  expect([toDuration(0), toDuration(24)]).toEqual(['INF', '24h']);
});
