/** Certificates: the site's own, the self-made pair and its renewal, and serving with them. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadTls, type TlsPair } from '../../src/api/tls.ts';
import { isLoopback } from '../../src/core/loopback.ts';
import { NOW_MS, startApi } from './support.ts';

const DAY_MS = 24 * 3_600_000;
const off = { host: '0.0.0.0', port: 8080, tls: null };

let data = '';
beforeEach(async () => void (data = await mkdtemp(join(tmpdir(), 'riser-tls-'))));
afterEach(() => rm(data, { recursive: true, force: true }));

async function make(nowMs = NOW_MS, host = '0.0.0.0'): Promise<TlsPair> {
  const pair = await loadTls({ ...off, host }, data, nowMs);
  if (pair === null) throw new Error('a pair is made off loopback');
  return pair;
}

test('loopback is told from every other address', () => {
  for (const host of [
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '[::1]',
    'localhost',
    'LOCALHOST',
    '::ffff:127.0.0.1',
  ]) {
    expect(isLoopback(host), host).toBe(true);
  }
  for (const host of [
    '0.0.0.0',
    '::',
    '192.168.1.2',
    '128.0.0.1',
    '127.evil.example',
    'localhost.evil.example',
    '',
  ]) {
    expect(isLoopback(host), host).toBe(false);
  }
});

test('on loopback without a certificate nothing is encrypted and nothing is written', async () => {
  expect(await loadTls({ ...off, host: '127.0.0.1' }, data)).toBeNull();
  await expect(stat(join(data, 'tls'))).rejects.toThrow('ENOENT');
});

describe('off loopback without a certificate', () => {
  test('a pair is made once, readable by the gateway only, for every name of this machine', async () => {
    const first = await make(NOW_MS, '192.0.2.9');
    expect((await stat(join(data, 'tls', 'key.pem'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(data, 'tls'))).mode & 0o777).toBe(0o700);
    const certificate = new X509Certificate(first.cert);
    for (const name of ['localhost', ...(/^[A-Za-z0-9.-]+$/.test(hostname()) ? [hostname()] : [])]) {
      expect(certificate.checkHost(name), name).toBe(name);
    }
    for (const address of ['127.0.0.1', '192.0.2.9']) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.ca).toBe(false);
    expect(await make(NOW_MS + DAY_MS)).toEqual(first);
  });

  test('it is renewed before it expires, and when it does not begin yet', async () => {
    const first = await make();
    expect(await make(NOW_MS + 790 * DAY_MS)).toEqual(first);
    const second = await make(NOW_MS + 800 * DAY_MS);
    expect(second.cert).not.toBe(first.cert);
    expect((await make(NOW_MS)).cert).not.toBe(second.cert);
  });

  test('a pair that was cut off while being written is made anew', async () => {
    const first = await make();
    await writeFile(join(data, 'tls', 'cert.pem'), first.cert.slice(0, 100));
    const second = await make();
    expect(second.cert).not.toBe(first.cert);
    await writeFile(join(data, 'tls', 'key.pem'), first.key);
    expect((await make()).cert).not.toBe(second.cert);
    expect(await readFile(join(data, 'tls', 'key.pem'), 'utf8')).not.toBe(first.key);
  });

  test('a data directory that cannot be written is named', async () => {
    await writeFile(join(data, 'tls'), 'a file in the way');
    await expect(make()).rejects.toMatchObject({ code: 'data-not-writable' });
  });
});

describe('a configured certificate', () => {
  const configured = (cert: string, key: string) =>
    loadTls({ ...off, host: '127.0.0.1', tls: { cert, key } }, data, NOW_MS);

  test('is used as it is, on loopback too', async () => {
    const pair = await make();
    expect(await configured(join(data, 'tls', 'cert.pem'), join(data, 'tls', 'key.pem'))).toEqual(pair);
  });

  test('that is missing, no certificate, or of another key is refused with its path and reason', async () => {
    const { cert } = await make();
    const [certPath, keyPath] = [join(data, 'cert.pem'), join(data, 'tls', 'key.pem')];
    const refused = (reason: string, path: string) => ({
      code: 'certificate-unusable',
      params: { path, reason: expect.stringContaining(reason) },
    });
    await expect(configured(certPath, keyPath)).rejects.toMatchObject(refused('ENOENT', certPath));
    await writeFile(certPath, 'not a certificate');
    await expect(configured(certPath, keyPath)).rejects.toMatchObject(refused('', certPath));
    await writeFile(certPath, cert);
    await rm(join(data, 'tls'), { recursive: true });
    await make();
    await expect(configured(certPath, keyPath)).rejects.toMatchObject(refused('not the key', keyPath));
  });
});

test('served over TLS the cookie is marked Secure', async () => {
  const pair = await make();
  await using gateway = await startApi({ https: pair });
  await gateway.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = gateway.api.server.address() as AddressInfo;
  const status = await new Promise((resolve, reject) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/ready', ca: pair.cert, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on('error', reject);
  });
  expect(status).toBe(200);
  const login = await gateway.api.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { username: 'desk', password: 'correct' },
  });
  expect(login.cookies[0]).toMatchObject({ secure: true, httpOnly: true });
});
