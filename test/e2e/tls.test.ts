/**
 * `run` bound elsewhere than on loopback speaks TLS only, with a certificate of its own. `127.1` is such an address to
 * the gateway, which knows loopback by name alone, while the system binds 127.0.0.1: nothing is open to the outside.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request as plainRequest } from '../support/client.ts';
import { runRiser, startRun } from '../support/gateway.ts';
import { freePort, freePorts } from '../support/ports.ts';
import type { TestProcess } from '../support/process.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { writeSite } from './site.ts';

const OFF_LOOPBACK = '127.1';
const USER = { username: 'chief', password: 'only for this test' };
const TIMEOUT_MS = 30_000;

let place: TemporaryDirectory;
let data: string;
let config: string;
let httpPort: number;
let devicePorts: { readonly pumpRoomPort: number; readonly sumpRoomPort: number };
let gateway: TestProcess;

beforeAll(async () => {
  place = createTemporaryDirectory();
  data = `${place.path}/data`;
  config = `${place.path}/site.yaml`;
  const [pumpRoomPort, sumpRoomPort] = (await freePorts(2)) as [number, number];
  devicePorts = { pumpRoomPort, sumpRoomPort };
  httpPort = await freePort();
  writeSite(config, { httpHost: OFF_LOOPBACK, httpPort, ...devicePorts });
  writeFileSync(`${place.path}/password`, `${USER.password}\n`);
  const add = ['user', 'add', USER.username, '--role', 'admin', '--password-file', `${place.path}/password`];
  expect(await runRiser([...add, '--data', data])).toMatchObject({ code: 0 });
  gateway = await startRun(config, data);
});
afterAll(async () => {
  await gateway?.stop();
  place.remove();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** SHA-256 of the certificate that was shown. */
  readonly fingerprint: string;
}

/** Trusts the given certificate and nothing else. */
function ask(ca: string, path: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port: httpPort,
        path,
        ca,
        agent: false,
        timeout: TIMEOUT_MS,
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
        response.resume();
        resolve({ status: response.statusCode, headers: response.headers, fingerprint: fingerprint256 });
      },
    );
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const ownCertificate = (): string => readFileSync(`${data}/tls/cert.pem`, 'utf8');

test('it says https and answers with its own certificate, whose key only it can read', async () => {
  expect(gateway.stderr()).toContain(`https://${OFF_LOOPBACK}:${httpPort}`);
  const { status, fingerprint, headers } = await ask(ownCertificate(), '/ready');
  expect({ status, fingerprint }).toEqual({
    status: 200,
    fingerprint: new X509Certificate(ownCertificate()).fingerprint256,
  });
  expect(headers['strict-transport-security'] ?? '').toMatch(/^(|max-age=\d+.*)$/);
  expect(statSync(`${data}/tls/key.pem`).mode & 0o777).toBe(0o600);
});

test('the session cookie is sent over TLS only, and scripts cannot read it', async () => {
  const { status, headers } = await ask(ownCertificate(), '/api/v1/session', USER);
  expect(status).toBe(200);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  for (const mark of ['riser_session=', 'Secure', 'HttpOnly', 'SameSite=Strict'])
    expect(cookie).toContain(mark);
});

test('plain HTTP is not answered, so no password ever travels in the clear', async () => {
  const url = `http://127.0.0.1:${httpPort}`;
  await expect(plainRequest(url, 'POST', '/api/v1/session', { body: USER })).rejects.toThrow('fetch failed');
});

test('a client that does not know the certificate refuses it', async () => {
  const other = `${place.path}/other`;
  const { loadTls } = await import('../../src/api/tls.ts');
  const pair = await loadTls({ host: OFF_LOOPBACK, port: 0, tls: null }, other);
  await expect(ask(pair?.cert ?? '', '/ready')).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
});

test('after a restart it is the same certificate, which people have accepted', async () => {
  const { fingerprint } = await ask(ownCertificate(), '/ready');
  expect(await gateway.stop()).toMatchObject({ code: 0 });
  gateway = await startRun(config, data);
  expect((await ask(ownCertificate(), '/ready')).fingerprint).toBe(fingerprint);
});

test('the site’s own certificate is used, on loopback too', async () => {
  expect(await gateway.stop()).toMatchObject({ code: 0 });
  const tls = { cert: `${place.path}/other/tls/cert.pem`, key: `${place.path}/other/tls/key.pem` };
  writeSite(config, { httpPort, ...devicePorts, tls });
  gateway = await startRun(config, data);
  const { status, fingerprint } = await ask(readFileSync(tls.cert, 'utf8'), '/ready');
  expect(status).toBe(200);
  expect(fingerprint).not.toBe(new X509Certificate(ownCertificate()).fingerprint256);
});

test('a certificate with another’s key is refused by name before anything is bound', async () => {
  expect(await gateway.stop()).toMatchObject({ code: 0 });
  const tls = { cert: `${place.path}/other/tls/cert.pem`, key: `${data}/tls/key.pem` };
  writeSite(config, { httpPort, ...devicePorts, tls });
  const { code, stderr } = await runRiser([
    'run',
    '--config',
    config,
    '--data',
    data,
    '--log-level',
    'fatal',
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^certificate-unusable: .*key\.pem.*not the key of/);
});
