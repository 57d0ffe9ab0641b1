/** The InfluxDB sink against a scripted HTTP server: what is accepted, retried, set aside. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { InfluxSettings } from '../../src/config/model.ts';
import { createInfluxSink } from '../../src/sinks/influxdb.ts';
import type { SendResult } from '../../src/sinks/sink.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';
import { pumpPoint, type Row, toBlock } from './blocks.ts';

interface Request {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Reply =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | 'hang'
  | 'close';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that answers as told; keeps what it was asked. */
async function serve(
  reply: (request: Request) => Reply,
): Promise<{ settings: InfluxSettings; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const isPacked = message.headers['content-encoding'] === 'gzip';
      const request = {
        url: message.url ?? '',
        headers: message.headers,
        body: (isPacked ? gunzipSync(bytes) : bytes).toString(),
      };
      requests.push(request);
      const answer = reply(request);
      if (answer === 'close') message.socket.destroy();
      else if (answer !== 'hang') response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const settings = toInfluxSettings({ url: `http://127.0.0.1:${port}`, database: 'riser', timeoutMs: 1_000 });
  return { settings, requests };
}

const POINTS = Array.from({ length: 8 }, (_, at) => pumpPoint('pump-1', `p${at}`));
const ROWS = POINTS.map((_, at): Row => [at, at, at]);

async function send(settings: InfluxSettings, rows: readonly Row[] = ROWS): Promise<SendResult> {
  const sink = createInfluxSink(settings);
  try {
    return await sink.send([toBlock(POINTS, rows)], new AbortController().signal);
  } finally {
    sink.close();
  }
}

test('readings are written in ms, with credentials in the header and not in the address', async () => {
  const { settings, requests } = await serve(() => ({ status: 204 }));
  expect(await send({ ...settings, username: 'gateway', password: 'p:ä' }, [[0, 5, 1.5]])).toEqual({
    outcome: 'accepted',
    rejected: [],
  });
  expect(requests).toMatchObject([
    { url: '/write?db=riser&precision=ms', body: 'pump,equipment=pump-1,site=tower p0=1.5 5' },
  ]);
  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('gateway:p:ä').toString('base64')}`);
  expect(requests[0]?.headers['content-encoding']).toBeUndefined();
});

test('a path in front of the API is kept', async () => {
  const { settings, requests } = await serve(() => ({ status: 204 }));
  await send({ ...settings, url: `${settings.url}/influx/` }, [[0, 5, 1.5]]);
  expect(requests[0]?.url).toBe('/influx/write?db=riser&precision=ms');
});

test('a token goes in the header in place of name and password, the retention policy in the address', async () => {
  const { settings, requests } = await serve(() => ({ status: 204 }));
  await send({ ...settings, username: 'x', password: 'y', token: 's3cret', retentionPolicy: 'two years' });
  expect(requests[0]?.headers.authorization).toBe('Token s3cret');
  expect(requests[0]?.url).toBe('/write?db=riser&precision=ms&rp=two+years');
});

test('packing can be asked for on this machine too', async () => {
  const { settings, requests } = await serve(() => ({ status: 204 }));
  expect(await send({ ...settings, gzip: true }, [[0, 5, 1.5]])).toMatchObject({ outcome: 'accepted' });
  expect(requests).toMatchObject([
    { body: 'pump,equipment=pump-1,site=tower p0=1.5 5', headers: { 'content-encoding': 'gzip' } },
  ]);
});

test('two writes of one sink are under way at once, and each gets its own answer', async () => {
  const { settings, requests } = await serve(({ body }) => ({ status: body.includes('p0=') ? 204 : 503 }));
  const sink = createInfluxSink(settings);
  const { signal } = new AbortController();
  const answers = await Promise.all([
    sink.send([toBlock(POINTS, [[0, 1, 1]])], signal),
    sink.send([toBlock(POINTS, [[1, 1, 1]])], signal),
  ]);
  sink.close();
  expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'retry']);
  expect(requests.map(({ body }) => body).sort()).toEqual([
    'pump,equipment=pump-1,site=tower p0=1 1',
    'pump,equipment=pump-1,site=tower p1=1 1',
  ]);
});

test.each([
  [
    '2.x',
    422,
    '{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict: input field \\"p2\\" on measurement \\"pump\\" is type float, already exists as type string dropped=1"}',
    'failure writing points to database: partial write: field type conflict: input field "p2" on measurement "pump" is type float, already exists as type string dropped=1',
  ],
  [
    '3',
    400,
    '{"error":"partial write of line protocol occurred","data":[{"original_line":"pump p2=2","line_number":1,"error_message":"invalid column type for column p2"}]}',
    'partial write of line protocol occurred: invalid column type for column p2',
  ],
])('a refused reading is found in the dialect of InfluxDB %s', async (_, status, body, reason) => {
  const { settings } = await serve((request) =>
    request.body.includes('p2=') ? { status, body } : { status: 204 },
  );
  expect(await send(settings)).toMatchObject({
    outcome: 'accepted',
    rejected: [{ point: { name: 'p2' }, stampMs: 2, reason }],
  });
});

test.each([
  [{ status: 401, body: '{"error":"authorization failed"}' }, 'rejecting', '401 authorization failed'],
  [{ status: 403, body: 'forbidden' }, 'rejecting', '403 forbidden'],
  [{ status: 302, headers: { location: '/login' } }, 'rejecting', '302 status 302'],
  [{ status: 500, body: '{"error":"timeout"}' }, 'down', '500 timeout'],
  [{ status: 429, body: 'slow down' }, 'down', '429 slow down'],
  ['close', 'down', 'socket hang up'],
  ['hang', 'down', 'no answer within 1000 ms'],
] as const)('an answer of %j keeps the readings for later', async (reply, state, reason) => {
  const { settings } = await serve(() => reply);
  expect(await send(settings)).toEqual({ outcome: 'retry', state, reason, waitMs: null });
});

test('a server that is overloaded says how long to wait', async () => {
  const { settings } = await serve(() => ({ status: 503, body: 'busy', headers: { 'retry-after': '7' } }));
  expect(await send(settings)).toMatchObject({ outcome: 'retry', state: 'down', waitMs: 7000 });
});

test('a connection that is refused keeps the readings for later', async () => {
  const { settings } = await serve(() => 'hang');
  servers.splice(0)[0]?.close();
  expect(await send(settings)).toMatchObject({
    outcome: 'retry',
    state: 'down',
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});

test('a database that is missing is made, and a refusal to make it is shown', async () => {
  let isMade = false;
  const { settings, requests } = await serve(({ url }) => {
    if (url === '/query') isMade = true;
    return url === '/query'
      ? { status: 200, body: '{"results":[{}]}' }
      : { status: isMade ? 204 : 404, body: 'database not found' };
  });
  expect(await send({ ...settings, database: 'a"b' })).toMatchObject({ outcome: 'accepted' });
  expect(new URLSearchParams(requests[1]?.body).get('q')).toBe(String.raw`CREATE DATABASE "a\"b"`);

  const refusing = await serve(({ url }) =>
    url === '/query' ? { status: 200, body: '{"results":[{"error":"no right"}]}' } : { status: 404 },
  );
  expect(await send(refusing.settings)).toMatchObject({
    outcome: 'retry',
    state: 'rejecting',
    reason: expect.stringContaining('no right'),
  });
});

/** Refuses lines as InfluxDB 1.x does: stores the others, names one conflict, counts all. */
function refuse(isBad: (line: string) => boolean, names: boolean): (request: Request) => Reply {
  return ({ body }) => {
    const bad = body.split('\n').filter(isBad);
    if (bad.length === 0) return { status: 204 };
    const field = /(p\d)=/.exec(bad[0] ?? '')?.[1];
    const conflict = names
      ? `field type conflict: input field "${field}" on measurement "pump" is type float, already exists as type string `
      : '';
    return {
      status: 400,
      body: JSON.stringify({ error: `partial write: ${conflict}dropped=${bad.length}` }),
    };
  };
}

test.each([true, false])(
  'refused readings are found and set aside, the others are stored (field named: %s)',
  async (names) => {
    const { settings } = await serve(refuse((line) => /p[25]=/.test(line), names));
    const result = await send(settings);
    expect(result).toMatchObject({ outcome: 'accepted' });
    const rejected = result.outcome === 'accepted' ? result.rejected : [];
    expect(rejected.toSorted((one, other) => one.stampMs - other.stampMs)).toMatchObject([
      { point: POINTS[2], stampMs: 2, value: 2, quality: 0, mark: 0 },
      { point: POINTS[5], stampMs: 5, value: 5, quality: 0, mark: 0 },
    ]);
  },
);

test('a write too large for the server is sent in pieces', async () => {
  const { settings, requests } = await serve(({ body }) => ({
    status: body.split('\n').length > 2 ? 413 : 204,
  }));
  expect(await send(settings)).toEqual({ outcome: 'accepted', rejected: [] });
  const stored = requests
    .filter(({ body }) => body.split('\n').length <= 2)
    .flatMap(({ body }) => body.split('\n'));
  expect(new Set(stored).size).toBe(ROWS.length);
});

test('a proxy that refuses everything without naming a line sets nothing aside', async () => {
  const { settings } = await serve(() => ({ status: 400, body: 'Bad Request' }));
  expect(await send(settings)).toEqual({
    outcome: 'retry',
    state: 'rejecting',
    reason: 'Bad Request',
    waitMs: null,
  });
});

test('a server that goes away while refused lines are looked for gets everything again', async () => {
  let count = 0;
  const refusing = refuse((line) => line.includes('p2='), true);
  const { settings } = await serve((request) => (count++ < 2 ? refusing(request) : 'close'));
  expect(await send(settings)).toMatchObject({ outcome: 'retry', state: 'down' });
});

test('an abort ends a write that hangs', async () => {
  const { settings, requests } = await serve(() => 'hang');
  const sink = createInfluxSink({ ...settings, timeoutMs: 60_000 });
  const abort = new AbortController();
  const sent = sink.send([toBlock(POINTS, ROWS)], abort.signal);
  while (requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  abort.abort();
  expect(await sent).toMatchObject({ outcome: 'retry', state: 'down' });
  sink.close();
});
