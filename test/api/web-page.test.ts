/** The built page: served with the right cache headers, never in place of the API or of a missing file. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from './support.ts';

let base = '';
let built = '';
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'riser-page-'));
  built = join(base, 'dist');
  await mkdir(join(built, 'assets'), { recursive: true });
  await writeFile(join(base, 'secret.txt'), 'secret');
  await writeFile(join(built, 'index.html'), '<!doctype html><title>Riser</title>');
  await writeFile(join(built, 'assets', 'app-1a2b3c.js'), 'export {};');
});
afterAll(() => rm(base, { recursive: true }));

test('the page answers at the root and at every path of its own, and is asked again each time', async () => {
  await using gateway = await startApi({ webDirectory: built });
  for (const url of ['/', '/tickets/GC20261121-0001', '/alarms?state=all']) {
    const response = await gateway.api.inject({ url });
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    expect(response.body).toContain('Riser');
    expect(response.headers['cache-control']).toBe('no-cache');
  }
});

test('files named by their content may be kept for ever', async () => {
  await using gateway = await startApi({ webDirectory: built });
  const response = await gateway.api.inject({ url: '/assets/app-1a2b3c.js' });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('javascript');
  expect(response.headers['cache-control']).toContain('immutable');
});

test('a missing file, a path of the API and a path outside are never answered with the page', async () => {
  await using gateway = await startApi({ webDirectory: built });
  for (const url of [
    '/assets/app-old.js',
    '/api/v1/pumps',
    '/api/v2',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
  ]) {
    const response = await gateway.api.inject({ url });
    expect(response.statusCode, url).toBeGreaterThanOrEqual(400);
    expect(response.body).not.toContain('secret');
    expect(response.headers['content-type'], url).toContain('application/problem+json');
  }
});

test('without a built page the root says so in plain text and the API works', async () => {
  for (const webDirectory of [null, join(base, 'no-such')]) {
    await using gateway = await startApi({ webDirectory });
    const response = await gateway.api.inject({ url: '/' });
    expect([response.statusCode, response.headers['content-type']]).toEqual([
      404,
      'text/plain; charset=utf-8',
    ]);
    expect(response.body).toContain('not built');
    expect((await gateway.api.inject({ url: '/ready' })).statusCode).toBe(200);
  }
});
