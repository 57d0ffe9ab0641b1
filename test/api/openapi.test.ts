/** The description of the API: complete, self-contained, and of the form that tools expect (OpenAPI 3.1). */
import { describe, expect, test } from 'vitest';
import { startApi } from './support.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly description?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: object }[];
  readonly responses?: Readonly<
    Record<string, { description?: string; content?: Record<string, { schema: unknown }> }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    schemas: Readonly<Record<string, unknown>>;
    securitySchemes: Readonly<Record<string, unknown>>;
  };
}

describe('the description', async () => {
  await using gateway = await startApi();
  const { body, statusCode } = await gateway.api.inject({ url: '/openapi.json' });
  const description = JSON.parse(body) as Description;
  const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const routes = gateway.api.declaredRoutes;

  test('is OpenAPI 3.1 with the gateway’s version', () => {
    expect(statusCode).toBe(200);
    expect(description).toMatchObject({ openapi: '3.1.0', info: { title: 'Riser', version: '1.2.3' } });
  });

  test('lists every route of the API and of operations, and no other', () => {
    const hidden = /^\/(docs|openapi\.json|\*)/;
    const declared = routes
      .filter(({ method, url }) => method !== 'HEAD' && !hidden.test(url))
      .map(({ method, url }) => `${method.toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`);
    expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual(declared.sort());
  });

  test('has no path below /alarms that could be the id of an occurrence', () => {
    const first = Object.keys(description.paths).flatMap(
      (path) => /^\/api\/v1\/alarms\/([^/]+)/.exec(path)?.[1] ?? [],
    );
    expect(first).toContain('controls');
    expect(first.filter((name) => /^o-\d+$/.test(name))).toEqual([]);
  });

  test('names every operation once, with summary, tag, permission and who may call it', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      expect(operation.summary, path).toBeTruthy();
      expect(operation.tags, path).toHaveLength(1);
      expect(operation.description, path).toMatch(/Permission: \S+/);
      const isPublic = operation.description?.includes('Permission: none') === true;
      expect(operation.security, path).toEqual(isPublic ? [] : [{ cookie: [] }, { bearer: [] }]);
    }
  });

  test('describes every path parameter and every answer, problems included', () => {
    for (const { path, operation } of operations) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
      const given = (operation.parameters ?? []).filter((one) => one.in === 'path');
      expect(given.map((one) => one.name).sort(), path).toEqual(wanted);
      expect(
        given.every((one) => one.required === true && one.schema !== undefined),
        path,
      ).toBe(true);
      const responses = operation.responses ?? {};
      expect(
        Object.keys(responses).some((status) => status.startsWith('2')),
        path,
      ).toBe(true);
      for (const problem of ['4XX', '5XX'])
        expect(responses[problem]?.content, path).toHaveProperty(['application/problem+json']);
      for (const response of Object.values(responses))
        expect(typeof response.description, path).toBe('string');
    }
  });

  test('refers only to what it holds itself', () => {
    const references = [...body.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference ?? '');
    expect(references.length).toBeGreaterThan(50);
    const known = Object.keys(description.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(new Set(references.filter((reference) => !known.includes(reference)))).toEqual(new Set());
    expect(Object.keys(description.components.schemas).sort()).toEqual([
      'Alarm',
      'Point',
      'Problem',
      'Ticket',
    ]);
    for (const [, name] of body.matchAll(/"security":\[\{"(\w+)"/g))
      expect(description.components.securitySchemes).toHaveProperty(name ?? '');
  });

  test('holds only types of JSON Schema', () => {
    const types = new Set([...body.matchAll(/"type":"([^"]+)"/g)].map(([, type]) => type));
    const known = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null', 'apiKey', 'http'];
    expect([...types].filter((type) => !known.includes(type ?? ''))).toEqual([]);
  });
});

test('the page of the description comes whole from this machine', async () => {
  await using gateway = await startApi();
  const page = await gateway.api.inject({ url: '/docs/' });
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(assets.length).toBeGreaterThan(3);
  for (const asset of assets) {
    const response = await gateway.api.inject({ url: new URL(asset, 'http://gateway/docs/').pathname });
    expect(response.statusCode, asset).toBe(200);
  }
  expect((await gateway.api.inject({ url: '/docs/static/swagger-initializer.js' })).body).not.toContain(
    'validator.swagger.io',
  );
});
