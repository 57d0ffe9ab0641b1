/** Clock, seed, event stream, client, browser, site model: the helpers that other tests lean on. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { login, request } from './client.ts';
import { createFakeClock, TEST_START_MS } from './clock.ts';
import { parseEffort } from './effort.ts';
import { createTestModel } from './model.ts';
import { toPause, until } from './poll.ts';
import { requireTool } from './require-tool.ts';
import { createRandom, parseSeed, randomInteger } from './seed.ts';
import { deal, inOrder, LONGEST } from './sequencer.ts';
import type { SseEvent } from './sse.ts';
import { parseSse } from './sse.ts';
import { startStopwatch } from './stopwatch.ts';

describe('the fake clock', () => {
  test('stands still until it is moved', () => {
    const clock = createFakeClock();
    expect(clock.now()).toEqual({ wallMs: TEST_START_MS, monoMs: 1_000, bootId: 'boot-1' });
    expect(clock.advance(250)).toEqual({ wallMs: TEST_START_MS + 250, monoMs: 1_250, bootId: 'boot-1' });
  });

  test('a step of the wall clock leaves durations alone', () => {
    const clock = createFakeClock();
    expect(clock.stepWall(-3_600_000)).toEqual({
      wallMs: TEST_START_MS - 3_600_000,
      monoMs: 1_000,
      bootId: 'boot-1',
    });
  });

  test('a reboot has another boot id and begins its durations anew', () => {
    const clock = createFakeClock();
    expect(clock.reboot(5_000)).toEqual({ wallMs: TEST_START_MS + 5_000, monoMs: 0, bootId: 'boot-2' });
  });

  test.each([-1, Number.NaN])('time does not advance by %s', (ms) => {
    expect(() => createFakeClock().advance(ms)).toThrow(RangeError);
  });
});

describe('waiting', () => {
  test('gives the first result, asks again after a failure, and says in vain for what it has waited', async () => {
    let asked = 0;
    const answer = () => {
      asked += 1;
      if (asked === 1) throw new Error('not up yet');
      return asked === 3 ? 'here' : null;
    };
    expect(await until(answer, { timeoutMs: 5_000, what: 'an answer' })).toBe('here');
    expect(asked).toBe(3);
    await expect(until(() => false, { timeoutMs: 50, what: 'godot' })).rejects.toThrow('in vain for godot');
  });

  test('a check that is work is asked more rarely, up to a limit', () => {
    expect([0, 5, 30, 49, 60, 10_000].map(toPause)).toEqual([20, 20, 120, 196, 200, 200]);
  });
});

describe('the stopwatch', () => {
  test('leaves out what the machine takes away, but not what the process computes', async () => {
    using watch = startStopwatch();
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(watch.readMs()).toBeLessThan(1_000);
    const before = process.threadCpuUsage().user;
    while (process.threadCpuUsage().user < before + 300_000);
    expect(watch.readMs()).toBeGreaterThanOrEqual(300);
  });
});

describe('the order of files', () => {
  test('each project is spread evenly over the whole and keeps its order', () => {
    const kindOf = (name: string) => (name < 'a' ? 'number' : 'letter');
    expect(deal(['1', '2', '3', '4', 'a', 'b'], kindOf)).toEqual(['1', 'a', '2', '3', 'b', '4']);
    expect(deal([], kindOf)).toEqual([]);
  });

  test('those that share workers come behind the others, each project in one piece', () => {
    const files = ['pure1', 'unit1', 'pure2', 'wire1', 'unit2', 'web1', 'pure3'];
    const kindOf = (name: string) => name.slice(0, 4);
    const isShared = (name: string) => /^(pure|web)/.test(name);
    const ordered = inOrder(files, kindOf, isShared);
    expect(ordered).toEqual(['unit1', 'wire1', 'unit2', 'pure1', 'pure2', 'pure3', 'web1']);
    expect(inOrder([], kindOf, isShared)).toEqual([]);
  });

  test('every file that is named as long is there', () => {
    const missing = LONGEST.filter((name) => !existsSync(new URL(`../${name}.test.ts`, import.meta.url)));
    expect(missing).toEqual([]);
  });
});

describe('seeds', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const take = (seed: number) => Array.from({ length: 50 }, createRandom(seed));
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
  });

  test('numbers fill the range from 0 to 1 evenly', () => {
    const random = createRandom(1);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let at = 0; at < 10_000; at++) tenths[Math.floor(random() * 10)]! += 1;
    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1_100);
  });

  test('whole numbers reach both ends', () => {
    const random = createRandom(1);
    const found = new Set(Array.from({ length: 200 }, () => randomInteger(random, 3, 5)));
    expect(found).toEqual(new Set([3, 4, 5]));
  });

  test('a seed that is no whole number is refused', () => {
    expect([parseSeed(undefined), parseSeed(''), parseSeed('42')]).toEqual([null, null, 42]);
    for (const text of ['x', '-1', '1.5', '4294967296'])
      expect(() => parseSeed(text)).toThrow('RISER_TEST_SEED');
  });

  test('an effort that is no number above 0 is refused, and without one it is 1', () => {
    expect([parseEffort(undefined), parseEffort(''), parseEffort('0.5'), parseEffort('20')]).toEqual([
      1, 1, 0.5, 20,
    ]);
    for (const text of ['x', '0', '-1', '1001', 'Infinity'])
      expect(() => parseEffort(text)).toThrow('RISER_TEST_EFFORT');
  });
});

describe('the event stream', () => {
  async function read(chunks: readonly (string | Uint8Array)[]) {
    const encoder = new TextEncoder();
    async function* stream() {
      for (const chunk of chunks) yield typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    }
    const events: SseEvent[] = [];
    for await (const event of parseSse(stream())) events.push(event);
    return events;
  }

  test('joins an event that comes in pieces, even within a character', async () => {
    const bytes = new TextEncoder().encode('event: alarm\nid: 7\ndata: {"text":"水泵"}\n\n');
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await read(pieces)).toEqual([{ event: 'alarm', data: { text: '水泵' }, id: '7' }]);
  });

  test('skips comments, joins lines of data, keeps what is no JSON', async () => {
    expect(await read([': keep-alive\n\ndata: a\ndata: b\n\nevent: x\n\n'])).toEqual([
      { event: 'message', data: 'a\nb', id: null },
    ]);
  });

  test('understands line ends of both kinds, also when a piece ends between them', async () => {
    const one = { event: 'message', data: 1, id: null };
    expect(await read(['data: 1\r\n\r\ndata: 1\r', '\n\r', '\ndata: 1\n\n'])).toEqual([one, one, one]);
  });

  test('an event that the stream breaks off is none', async () => {
    expect(await read(['data: 1\n\ndata: 2\n'])).toEqual([{ event: 'message', data: 1, id: null }]);
  });
});

describe('the client', () => {
  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('logs in, sends its token and tells a refusal', async () => {
    const url = await serve((incoming, answer) => {
      if (incoming.url === '/api/v1/session') return answer.end('{"token":"t1"}');
      answer.statusCode = incoming.headers.authorization === 'Bearer t1' ? 409 : 401;
      return answer.end('{"code":"version-conflict"}');
    });
    const client = await login(url, 'desk', 'x');
    expect(await client.get('/x')).toMatchObject({ status: 409, body: { code: 'version-conflict' } });
    await expect(client.read('/x')).rejects.toThrow('GET /x: 409 {"code":"version-conflict"}');
    await expect(client.send('/x', { version: 1 })).rejects.toThrow('POST /x: 409');
  });

  test('a refused login is an error', async () => {
    const url = await serve((_incoming, answer) => {
      answer.statusCode = 401;
      answer.end();
    });
    await expect(login(url, 'desk', 'wrong')).rejects.toThrow('login of desk: 401');
  });

  test('reads live events until it has seen enough, and then hangs up', async () => {
    let hasHungUp = false;
    const url = await serve((incoming, answer) => {
      if (incoming.url === '/api/v1/session') return answer.end('{"token":"t1"}');
      incoming.on('close', () => (hasHungUp = true));
      return answer.write('event: hello\ndata: {"serverMs":1}\n\n');
    });
    const client = await login(url, 'desk', 'x');
    for await (const { event, data } of client.events()) {
      expect([event, data]).toEqual(['hello', { serverMs: 1 }]);
      break;
    }
    await expect.poll(() => hasHungUp).toBe(true);
  });

  test('a stream that is told to stop ends without an error', async () => {
    const url = await serve((incoming, answer) => {
      if (incoming.url === '/api/v1/session') return answer.end('{"token":"t1"}');
      return answer.write('data: 1\n\n');
    });
    const stop = new AbortController();
    const seen: unknown[] = [];
    for await (const { data } of (await login(url, 'desk', 'x')).events(stop.signal)) {
      seen.push(data);
      stop.abort();
    }
    expect(seen).toEqual([1]);
  });

  test('a refused stream is an error', async () => {
    const url = await serve((incoming, answer) => {
      if (incoming.url === '/api/v1/session') return answer.end('{"token":"t1"}');
      answer.statusCode = 503;
      return answer.end();
    });
    const events = (await login(url, 'desk', 'x')).events();
    await expect(events.next()).rejects.toThrow('503');
  });

  test('an answer without login is told with its status', async () => {
    const url = await serve((_incoming, answer) => answer.end('plain'));
    expect(await request(url, 'GET', '/health')).toMatchObject({ status: 200, body: 'plain' });
  });
});

describe('the site model for tests', () => {
  test('numbers points and rules densely and joins them', () => {
    const model = createTestModel({
      equipment: [
        { id: 'set', kind: 'booster-set', points: [{ name: 'pressure', unit: 'megapascal' }] },
        {
          id: 'set-pump-1',
          parent: 'set',
          points: [{ name: 'running', type: 'boolean' }],
          rules: [{ id: 'low', points: ['running', 'set/pressure'], severity: 'high' }],
        },
      ],
    });
    expect(model.points.map(({ index, id }) => [index, id])).toEqual([
      [0, 'set/pressure'],
      [1, 'set-pump-1/running'],
    ]);
    expect(model.rules[0]).toMatchObject({
      index: 0,
      key: 'test-site/set-pump-1/low',
      points: [1, 0],
      severity: 'high',
    });
    expect([...model.equipment.values()].map(({ parent }) => parent)).toEqual([null, 'set']);
  });

  test('a rule that names an unknown point is refused', () => {
    const build = () =>
      createTestModel({ equipment: [{ id: 'pump', rules: [{ id: 'low', points: ['gone'] }] }] });
    expect(build).toThrow('pump/gone');
  });
});

test('the browser of this machine opens a page', { timeout: 180_000 }, async (context) => {
  const browser = await launchBrowser(requireTool('chromium', context));
  try {
    const page = await browser.newPage();
    await page.setContent('<title>水泵房</title>');
    expect(await page.title()).toBe('水泵房');
  } finally {
    await browser.close();
  }
});
