/** What the API refuses and how it says so: every refusal is a problem document with a stable code. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Api } from '../../src/api/context.ts';
import { API_LIMITS } from '../../src/api/options.ts';
import { ERRORS, RiserError } from '../../src/core/errors.ts';
import { bearer, createGateway, startApi } from './support.ts';

const API = '/api/v1';
const desk = bearer('desk');
const NEW_TICKET = {
  source: 'owner-call',
  channel: 'phone',
  class: 'help',
  priority: 'normal',
  content: 'No water',
};

type Injected = Awaited<ReturnType<Api['inject']>>;

function expectProblem(response: Injected, status: number, code: string): Record<string, unknown> {
  expect(response.headers['content-type'], response.body).toContain('application/problem+json');
  const problem = response.json() as Record<string, unknown>;
  expect(problem).toMatchObject({ status, code, type: `/docs/errors#${code}` });
  expect(response.statusCode).toBe(status);
  expect(problem['text']).toMatchObject({
    zh: expect.stringMatching(/\p{Script=Han}/u),
    en: expect.stringContaining(String(problem['title'])),
  });
  return problem;
}

describe('input that the contract does not know', () => {
  test('an unknown query of the event stream is refused by name', async () => {
    await using gateway = await startApi();
    expectProblem(
      await gateway.api.inject({ url: `${API}/events?x=1`, headers: desk }),
      400,
      'unknown-field',
    );
  });

  test('an unknown field of a body is refused by name, nothing is done', async () => {
    await using gateway = await startApi();
    const payload = { ...NEW_TICKET, colour: 'red', size: 4 };
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/tickets`,
      headers: desk,
      payload,
    });
    const problem = expectProblem(response, 400, 'unknown-field');
    expect(problem['params']).toMatchObject({ fields: 'colour, size' });
    expect(gateway.submitted).toEqual([]);
  });

  test('an unknown field deep inside a body is refused too', async () => {
    await using gateway = await startApi();
    const payload = {
      username: 'new',
      displayName: { zh: '新', en: 'new', fr: 'nouveau' },
      roles: ['desk'],
      password: 'x',
    };
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/users`,
      headers: bearer('admin'),
      payload,
    });
    expect(expectProblem(response, 400, 'unknown-field')['params']).toMatchObject({ fields: 'fr' });
  });

  test('an unknown parameter of a query string is refused', async () => {
    await using gateway = await startApi();
    const response = await gateway.api.inject({ url: `${API}/alarms?sate=open`, headers: desk });
    expect(expectProblem(response, 400, 'unknown-field')['params']).toMatchObject({ fields: 'sate' });
  });

  test('a body where none belongs is refused', async () => {
    await using gateway = await startApi();
    const ask = (payload?: object) =>
      gateway.api.inject({
        method: 'POST',
        url: `${API}/handovers/1/sign`,
        headers: bearer('supervisor'),
        ...(payload && { payload }),
      });
    expectProblem(await ask({ reason: 'back' }), 400, 'unknown-field');
    expect((await ask({})).statusCode).toBe(200);
    expect((await ask()).statusCode).toBe(200);
  });

  test('every schema of a body or query string is closed, but for what the schema of the rule itself closes', async () => {
    await using gateway = await startApi();
    const open: string[] = [];
    const walk = (schema: unknown, place: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const node = schema as Record<string, unknown>;
      if (node['type'] === 'object' && node['additionalProperties'] !== false) open.push(place);
      for (const [key, child] of Object.entries(node)) walk(child, `${place}.${key}`);
    };
    for (const [path, methods] of Object.entries(gateway.api.swagger().paths ?? {})) {
      for (const [method, operation] of Object.entries(
        methods as Record<string, { requestBody?: unknown }>,
      )) {
        walk(operation.requestBody, `${method} ${path}`);
      }
    }
    expect(open.filter((place) => !place.endsWith('properties.override.anyOf.0'))).toEqual([]);
    expect(open).toHaveLength(2);
  });
});

describe('input of the wrong kind', () => {
  test('every mistake is named at once, with its place and what was expected', async () => {
    await using gateway = await startApi();
    const payload = { source: 'rumour', channel: 'phone', class: 'help', priority: 3, equipment: 5 };
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/tickets`,
      headers: desk,
      payload,
    });
    const { params, detail } = expectProblem(response, 400, 'bad-request');
    const { problems } = params as { problems: { path: string; expected: string }[] };
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'body.content',
      'body.equipment',
      'body.priority',
      'body.source',
    ]);
    expect(problems.find(({ path }) => path === 'body.equipment')?.expected).toBe('string or null');
    expect(problems.find(({ path }) => path === 'body.source')?.expected).toContain('owner-call');
    expect(detail).toContain('body.content: expected a value');
  });

  test('what is asked for is named in both languages, with its place', async () => {
    await using gateway = await startApi();
    const refuse = async (given: object) => {
      const payload = { ...NEW_TICKET, ...given };
      const response = await gateway.api.inject({
        method: 'POST',
        url: `${API}/tickets`,
        headers: desk,
        payload,
      });
      const { text, detail } = expectProblem(response, 400, 'bad-request');
      return [(text as { zh: string }).zh, detail];
    };
    expect(await refuse({ content: 'x'.repeat(4_001) })).toEqual([
      '请求内容有误：“内容”应不超过 4000 个字符',
      'body.content: expected at most 4000 characters',
    ]);
    expect(await refuse({ equipment: 5 })).toEqual([
      '请求内容有误：“设备”应为文本或应为空',
      'body.equipment: expected string or null',
    ]);
    expect((await refuse({ content: undefined }))[0]).toBe('请求内容有误：“内容”应填写');
    expect((await refuse({ source: 'rumour' }))[0]).toMatch(/^请求内容有误：“来源”应为 .*owner-call.* 之一$/);
  });

  test('a number in quotes is not a number in a body, but is one in a query string', async () => {
    await using gateway = await startApi();
    const take = (version: unknown) =>
      gateway.api.inject({
        method: 'POST',
        url: `${API}/tickets/t/take`,
        headers: bearer('engineer'),
        payload: { version },
      });
    expectProblem(await take('3'), 400, 'bad-request');
    expect((await take(3)).statusCode).toBe(200);
    expect(
      (await gateway.api.inject({ url: `${API}/alarms?limit=10&offset=20`, headers: desk })).statusCode,
    ).toBe(200);
    for (const query of [
      'limit=ten',
      'limit=0',
      'limit=501',
      'limit=1.5',
      'limit=',
      'offset=-1',
      'state=shut',
      'limit=1&limit=2',
    ]) {
      expectProblem(
        await gateway.api.inject({ url: `${API}/alarms?${query}`, headers: desk }),
        400,
        'bad-request',
      );
    }
  });

  test('the version of a ticket must be named', async () => {
    await using gateway = await startApi();
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/tickets/t/close`,
      headers: desk,
      payload: {},
    });
    expect(expectProblem(response, 400, 'bad-request')['detail']).toContain('body.version');
  });

  test('broken, missing, foreign and oversize bodies are told apart', async () => {
    await using gateway = await startApi();
    const post = (payload: string | undefined, contentType: string | undefined) =>
      gateway.api.inject({
        method: 'POST',
        url: `${API}/tickets`,
        headers: { ...desk, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
        ...(payload === undefined ? {} : { payload }),
      });
    expectProblem(await post('{"content":', 'application/json'), 400, 'bad-request');
    expectProblem(await post('', 'application/json'), 400, 'bad-request');
    expectProblem(await post(undefined, undefined), 400, 'bad-request');
    expectProblem(await post('[]', 'application/json'), 400, 'bad-request');
    expectProblem(await post('{"__proto__":{"a":1}}', 'application/json'), 400, 'bad-request');
    expectProblem(await post('content=x', 'application/x-www-form-urlencoded'), 415, 'wrong-media-type');
    expectProblem(await post('x', 'text/plain'), 415, 'wrong-media-type');
    const large = JSON.stringify({ ...NEW_TICKET, content: 'x'.repeat(API_LIMITS.requestBodyBytes) });
    expectProblem(await post(large, 'application/json'), 413, 'body-too-large');
    expectProblem(
      await post(JSON.stringify({ ...NEW_TICKET, content: 'x'.repeat(4_001) }), 'application/json'),
      400,
      'bad-request',
    );
    expect(gateway.submitted).toEqual([]);
  });

  test('a report without words is refused', async () => {
    await using gateway = await startApi();
    const payload = { ...NEW_TICKET, content: ' \n ' };
    expectProblem(
      await gateway.api.inject({ method: 'POST', url: `${API}/tickets`, headers: desk, payload }),
      400,
      'bad-request',
    );
  });
});

describe('paths', () => {
  test('an unknown path of the API is a problem, whatever the method', async () => {
    await using gateway = await startApi();
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expectProblem(
        await gateway.api.inject({ method, url: `${API}/pumps`, headers: desk }),
        404,
        'not-found',
      );
    }
    expectProblem(await gateway.api.inject({ url: '/api' }), 404, 'not-found');
  });

  test('a known path with another method names those that it has', async () => {
    await using gateway = await startApi();
    const put = await gateway.api.inject({ method: 'PUT', url: `${API}/tickets/t`, headers: desk });
    expectProblem(put, 405, 'wrong-method');
    expect(put.headers.allow?.split(', ').sort()).toEqual(['GET', 'HEAD']);
    expectProblem(await gateway.api.inject({ url: `${API}/alarms/a/acknowledge?x=1` }), 405, 'wrong-method');
    expectProblem(await gateway.api.inject({ method: 'POST', url: '/health' }), 405, 'wrong-method');
  });

  test('a path that cannot be decoded is refused as a request, not as ours', async () => {
    await using gateway = await startApi();
    expectProblem(await gateway.api.inject({ url: `${API}/alarms/%zz`, headers: desk }), 400, 'bad-request');
  });

  test('what the register and the store do not hold is not found', async () => {
    await using gateway = await startApi();
    const paths = [
      'equipment/no-such',
      'points?equipment=no-such',
      'points/booster/no-such',
      'alarms/no-such',
      'alarms/no-such/history',
      'rules/booster/no-such',
      'tickets/no-such',
      'tickets/no-such/history',
    ];
    for (const path of paths) {
      expectProblem(
        await gateway.api.inject({ url: `${API}/${path}`, headers: bearer('admin') }),
        404,
        'not-found',
      );
    }
    for (const place of [{ equipment: 'no-such' }, { location: 'no-such' }]) {
      const payload = { ...NEW_TICKET, ...place };
      expectProblem(
        await gateway.api.inject({ method: 'POST', url: `${API}/tickets`, headers: desk, payload }),
        404,
        'not-found',
      );
    }
    expect(gateway.submitted).toEqual([]);
  });
});

describe('failures behind the API', () => {
  test('a refusal of the engine keeps its code, parameters and texts', async () => {
    await using gateway = await startApi();
    gateway.answer = () =>
      Promise.reject(
        new RiserError('missing-fields', { fields: 'plan', rule: { zh: '规则', en: 'a rule' } }),
      );
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/tickets/t/plan`,
      headers: bearer('engineer'),
      payload: { version: 3, workInstruction: 'WI-7' },
    });
    const problem = expectProblem(response, 422, 'missing-fields');
    expect(problem['text']).toEqual({
      zh: '缺少必填内容：初拟方案（依据：规则）',
      en: 'Missing: Plan (asked for by a rule)',
    });
    expect(problem['params']).toMatchObject({ fields: 'plan' });
    expect(gateway.submitted[0]).toMatchObject({
      transitions: [{ type: 'plan', workInstruction: 'WI-7' }],
      version: 3,
      actor: { username: 'engineer' },
    });
  });

  test('a busy gateway says when to come again', async () => {
    await using gateway = await startApi();
    gateway.answer = () => Promise.reject(new RiserError('engine-busy'));
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/alarms/occ-1/acknowledge`,
      headers: desk,
      payload: {},
    });
    expectProblem(response, 503, 'engine-busy');
    expect(response.headers['retry-after']).toBe('1');
  });

  test('an engine that does not answer in time is a busy gateway', async () => {
    await using gateway = await startApi({ limits: { handlerTimeoutMs: 30 } });
    gateway.answer = () => new Promise(() => {});
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/alarms/occ-1/acknowledge`,
      headers: desk,
      payload: {},
    });
    expectProblem(response, 503, 'engine-busy');
  });

  test('a refused request is answered once and is no event for the log', async () => {
    await using gateway = await startApi();
    expectProblem(await gateway.api.inject({ url: `${API}/session` }), 401, 'not-authenticated');
    expectProblem(await gateway.api.inject({ url: `${API}/alarms/o-999`, headers: desk }), 404, 'not-found');
    expect(gateway.logged.filter((line) => line.includes('FST_ERR_REP_ALREADY_SENT'))).toEqual([]);
  });

  test('an error of our own is logged with the id that the client is told, and tells nothing else', async () => {
    await using gateway = await startApi();
    gateway.answer = () => Promise.reject(new Error('secret of the inside'));
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/alarms/occ-1/acknowledge`,
      headers: desk,
      payload: {},
    });
    const { params } = expectProblem(response, 500, 'internal');
    expect(response.body).not.toContain('secret');
    expect(response.body).not.toContain('.ts:');
    const { requestId } = params as { requestId: string };
    expect(
      gateway.logged.some(
        (line) => line.includes('secret of the inside') && line.includes(`"reqId":"${requestId}"`),
      ),
    ).toBe(true);
  });

  test('people that cannot be asked are a failure of ours, not a missing log-in', async () => {
    const base = createGateway();
    const people = { ...base.services.people, authenticate: () => Promise.reject(new Error('disk')) };
    await using gateway = await startApi({}, createGateway({ people }));
    expectProblem(await gateway.api.inject({ url: `${API}/site`, headers: desk }), 500, 'internal');
  });

  test('without simulators every question about faults is answered no-simulation', async () => {
    await using gateway = await startApi({}, createGateway({ simulation: null }));
    const fault = { equipment: 'booster', fault: 'dry-run' };
    const ask = (method: 'GET' | 'POST' | 'DELETE', path = '', payload?: object) =>
      gateway.api.inject({
        method,
        url: `${API}/simulation/faults${path}`,
        headers: desk,
        ...(payload && { payload }),
      });
    expectProblem(await ask('GET'), 404, 'no-simulation');
    expectProblem(await ask('POST', '', fault), 404, 'no-simulation');
    expectProblem(await ask('DELETE', '/booster/dry-run'), 404, 'no-simulation');
  });

  test('refusals are counted by code', async () => {
    await using gateway = await startApi();
    await gateway.api.inject({ url: `${API}/site` });
    const { body } = await gateway.api.inject({ url: '/metrics' });
    expect(body).toContain('riser_http_problems_total{code="not-authenticated"} 1');
  });
});

describe('the table of codes', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));

  test('docs/errors.md has one row for each code, with the status and the texts of the source', () => {
    const expected = Object.entries(ERRORS).map(
      ([code, { status, text }]) => `| \`${code}\` | ${status} | ${text.zh} | ${text.en} |`,
    );
    const found = rows.map((row) => `${row.split(' | ').slice(0, 4).join(' | ')} |`);
    expect(found).toEqual(expected);
  });

  test('docs/errors.md says in each row what to do', () => {
    const idle = rows.filter((row) => (row.split(' | ')[4] ?? '').replace('|', '').trim().length < 10);
    expect(idle).toEqual([]);
  });

  test('the place that a problem’s type points to explains it', async () => {
    await using gateway = await startApi();
    const { body, statusCode } = await gateway.api.inject({ url: '/docs/errors' });
    expect(statusCode).toBe(200);
    for (const code of Object.keys(ERRORS)) expect(body).toContain(`id="${code}"`);
  });
});
