/** The signed webhook against servers that misbehave. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { byteLength } from '../../src/notify/fit.ts';
import type { Delivery } from '../../src/notify/notifier.ts';
import { createWebhook, sign } from '../../src/notify/webhook.ts';
import { createFakeClock, TEST_START_MS } from '../support/clock.ts';
import { freePort } from '../support/ports.ts';
import { type ContractRig, describeNotifier, type Mood } from './contract.ts';
import { createMessage, toRecipient } from './fixtures.ts';

const SECRET = 'a secret of the site, 16 or more';

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Answering = (request: IncomingMessage, response: ServerResponse) => void;

async function openServer() {
  const received: Received[] = [];
  const state: { answer: Answering } = { answer: (_request, response) => response.end('{}') };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      state.answer(request, response);
    });
    request.on('error', () => undefined);
  });
  // One that stays its own when it is closed.
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}/hook?key=hidden`, received, state, close };
}

function reply(status: number, body = '{}', headers: Readonly<Record<string, string>> = {}): Answering {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

const MOODS: Readonly<Record<Mood, Answering>> = {
  well: reply(200, '{"errcode":0}'),
  silent: () => undefined,
  reset: (request) => request.socket.destroy(),
  busy: reply(503, 'busy'),
  refusing: reply(400, 'x'.repeat(5_000)),
  throttling: reply(429, '{}', { 'retry-after': '3' }),
  huge: (_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  },
};

async function openRig() {
  const server = await openServer();
  const clock = createFakeClock();
  const notifier = createWebhook({
    url: server.url,
    secret: SECRET,
    clock,
    userAgent: 'Riser/test',
    linkTo: ({ ticket }) => `https://riser.example/tickets/${ticket}`,
  });
  return { server, clock, notifier };
}

describeNotifier('webhook', true, async (): Promise<ContractRig> => {
  const { server, notifier } = await openRig();
  return {
    notifier,
    setMood: (mood) => {
      server.state.answer = MOODS[mood];
    },
    arrived: () => server.received.map(({ headers }) => String(headers['x-riser-id'])),
    close: server.close,
  };
});

async function deliver(answer: Answering, given = {}): Promise<{ delivery: Delivery; received: Received }> {
  const { server, notifier } = await openRig();
  onTestFinished(async () => {
    await notifier.close();
    await server.close();
  });
  server.state.answer = answer;
  const delivery = await notifier.deliver(
    createMessage(given),
    toRecipient('engineer-li'),
    AbortSignal.timeout(30_000),
  );
  const [received] = server.received;
  if (received === undefined) throw new Error('nothing was received');
  return { delivery, received };
}

describe('what is sent', () => {
  test('is signed over timestamp and body, so that the other side can know it is ours', async () => {
    const { received } = await deliver(reply(200));
    const timestamp = String(received.headers['x-riser-timestamp']);
    const expected = createHmac('sha256', SECRET).update(`${timestamp}.${received.body}`).digest('hex');
    expect(timestamp).toBe(String(TEST_START_MS / 1_000));
    expect(received.headers['x-riser-signature']).toBe(`v1=${expected}`);
    expect(sign('another secret of some length', timestamp, received.body)).not.toBe(`v1=${expected}`);
  });

  test('is JSON in the language of the recipient, with a link', async () => {
    const { received } = await deliver(reply(200), { isDrill: true });
    expect(JSON.parse(received.body)).toMatchObject({
      version: 1,
      id: 'm1',
      kind: 'assigned',
      drill: true,
      recipient: { id: 'engineer-li' },
      language: 'zh',
      subject: '【派单】1号楼 2号客梯：困人',
      link: 'https://riser.example/tickets/GC20261121-0001',
    });
  });

  test('is cut to its size, valid to the end, with the link in the text', async () => {
    for (const long of ['困'.repeat(50_000), '\u0001"\\'.repeat(50_000), '🔥'.repeat(50_000)]) {
      const { received } = await deliver(reply(200), {
        body: { zh: long, en: '' },
        subject: { zh: long, en: '' },
      });
      expect(byteLength(received.body)).toBeLessThanOrEqual(16 * 1024);
      const { body } = JSON.parse(received.body) as { readonly body: string };
      expect(body.isWellFormed()).toBe(true);
      expect(body.endsWith('…https://riser.example/tickets/GC20261121-0001')).toBe(true);
    }
  });
});

describe('an answer', () => {
  test.for([
    ['{"errcode":310000,"errmsg":"sign not match"}', 'refused', 'errcode 310000'],
    ['{"code":19021,"msg":"sign match fail"}', 'refused', 'code 19021'],
    ['{"StatusCode":"9","StatusMessage":"bad"}', 'refused', 'StatusCode 9'],
    ['{"errcode":130101,"errmsg":"too fast"}', 'retry', 'errcode 130101'],
    ['{"errcode":45009,"errmsg":"limit"}', 'retry', 'errcode 45009'],
    ['{"errcode":-1,"errmsg":"system busy"}', 'retry', 'errcode -1'],
    ['{"errcode":0,"errmsg":"ok"}', 'sent', '200'],
    ['{"code":"ok"}', 'sent', '200'],
    ['{"errcode":null,"code":7}', 'refused', 'code 7'],
    ['ok', 'sent', '200'],
    ['', 'sent', '200'],
    ['[1,2]', 'sent', '200'],
    ['{"errcode":0,"success":false}', 'refused', 'success false'],
    ['{"success":false,"message":"no such user"}', 'refused', 'success false'],
    ['{"ok":"False"}', 'refused', 'ok false'],
    ['{"ok":true}', 'sent', '200'],
    ['false', 'refused', 'false'],
    ['Accepted.', 'sent', '200'],
    ['成功', 'sent', '200'],
    ['{"errcode":', 'retry', 'not-understood'],
    ['<html><body>Sign in to the network</body></html>', 'retry', 'not-understood'],
    [`"${'x'.repeat(20_000)}"`, 'retry', 'too-long'],
    ['x'.repeat(800_000), 'retry', 'too-long'],
  ] as const)('of 200 with the body %.60s is %s', async ([body, result, code]) => {
    const { delivery } = await deliver(reply(200, body));
    expect(delivery).toMatchObject({ result, answer: { code } });
  });

  test.for([
    [429, { 'retry-after': '7' }, 'retry', 7_000],
    [429, {}, 'retry', 60_000],
    [429, { 'retry-after': 'soon' }, 'retry', 60_000],
    [429, { 'retry-after': '-5' }, 'retry', 0],
    [503, { 'retry-after': new Date(TEST_START_MS + 90_000).toUTCString() }, 'retry', 90_000],
    [503, { 'retry-after': '999999999' }, 'retry', 3_600_000],
    [500, {}, 'retry', null],
    [408, {}, 'retry', null],
  ] as const)('of status %s %o is tried again', async ([status, headers, result, afterMs]) => {
    const { delivery } = await deliver(reply(status, '', headers));
    expect(delivery).toMatchObject({ result, afterMs });
  });

  test.for([400, 401, 403, 404, 410, 413])('of status %s is a refusal', async (status) => {
    expect((await deliver(reply(status))).delivery.result).toBe('refused');
  });

  test.for([301, 302, 307, 308])('that redirects (%s) is refused and not followed', async (status) => {
    const { server } = await openRig();
    onTestFinished(server.close);
    const { delivery } = await deliver(reply(status, '', { location: server.url }));
    expect(delivery.result).toBe('refused');
    expect(server.received).toHaveLength(0);
  });

  test('with control characters and secrets of ours in it is made harmless', async () => {
    const { delivery } = await deliver(reply(400, '\u001b[31mred\u0000\r\nnext'));
    expect(delivery.answer?.text).toBe('[31mred next');
  });
});

test('a server that is not there is tried again, and the answer does not name the key in the URL', async () => {
  const server = await openServer();
  await server.close();
  const notifier = createWebhook({
    url: server.url,
    secret: SECRET,
    clock: createFakeClock(),
    userAgent: 'Riser/test',
  });
  onTestFinished(() => notifier.close());
  const delivery = await notifier.deliver(createMessage(), toRecipient('li'), AbortSignal.timeout(30_000));
  expect(delivery).toMatchObject({ result: 'retry', answer: { code: 'ECONNREFUSED' } });
  expect(JSON.stringify(delivery)).not.toContain('hidden');
});
