/**
 * Certificate and key of the API: those of the site file, or, when the gateway is bound off loopback without any, a
 * self-signed pair made once in `<data>/tls`. Renewed at start when it has nearly expired; serving is server.ts's part.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { HttpSettings } from '../config/model.ts';
import { RiserError } from '../core/errors.ts';
import { isLoopback } from '../core/loopback.ts';

export interface TlsPair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 24 * 3600_000;
/** Browsers of one large maker trust no server certificate for longer (support.apple.com/103769). */
const VALID_DAYS = 825;
/** A certificate with less than this is made anew at start; the gateway may run for weeks. */
const RENEW_DAYS = 30;

/**
 * @param directory data directory; written only when a pair must be made
 * @param nowMs wall clock, for validity
 * @returns null on loopback without a `tls` setting: plain HTTP
 * @throws RiserError `certificate-unusable`, `data-not-writable`.
 */
export async function loadTls(
  http: HttpSettings,
  directory: string,
  nowMs: number = Date.now(),
): Promise<TlsPair | null> {
  if (http.tls !== null) return readConfigured(http.tls);
  if (isLoopback(http.host)) return null;
  return loadOwn(join(directory, 'tls'), http.host, nowMs);
}

async function readConfigured(tls: NonNullable<HttpSettings['tls']>): Promise<TlsPair> {
  const cert = await readPem(tls.cert);
  const key = await readPem(tls.key);
  const certificate = parsed(tls.cert, () => new X509Certificate(cert));
  const privateKey = parsed(tls.key, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw unusable(tls.key, `not the key of ${tls.cert}`);
  return { cert, key };
}

async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw unusable(path, reasonOf(error), error);
  });
}

function parsed<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw unusable(path, reasonOf(error), error);
  }
}

async function loadOwn(directory: string, host: string, nowMs: number): Promise<TlsPair> {
  const files = { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
  const kept = await readKept(files, nowMs);
  if (kept !== null) return kept;
  const made = await makePair(host, nowMs);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeWhole(files.key, made.key);
    await writeWhole(files.cert, made.cert);
  } catch (error) {
    throw new RiserError('data-not-writable', { path: directory, reason: reasonOf(error) }, { cause: error });
  }
  return made;
}

/** null when there is none, when it does not fit together (a write that was cut off), or when it soon expires. */
async function readKept(files: TlsPair, nowMs: number): Promise<TlsPair | null> {
  try {
    const pair = await readConfigured(files);
    const { validToDate, validFromDate } = new X509Certificate(pair.cert);
    const isValid =
      validFromDate.getTime() <= nowMs + DAY_MS && validToDate.getTime() > nowMs + RENEW_DAYS * DAY_MS;
    return isValid ? pair : null;
  } catch (error) {
    if (error instanceof RiserError) return null;
    throw error;
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, text, { mode: 0o600 });
  await chmod(partial, 0o600);
  await rename(partial, path);
}

async function makePair(host: string, nowMs: number): Promise<TlsPair> {
  const { names, addresses } = ownNames(host);
  const altNames = [
    ...names.map((value) => ({ type: 2 as const, value })),
    ...addresses.map((ip) => ({ type: 7 as const, ip })),
  ];
  // Needed once in two years, and 4.5 MB.
  const { generate } = await import('selfsigned');
  const pair = await generate([{ name: 'commonName', value: 'Riser gateway' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert: pair.cert, key: pair.private };
}

/** Under which names this machine may be called: host name, every address of its own, the address it is bound to. */
function ownNames(host: string): { names: readonly string[]; addresses: readonly string[] } {
  const own = Object.values(networkInterfaces()).flatMap((rows) => (rows ?? []).map((row) => row.address));
  const all = [...own, '127.0.0.1', '::1', host].filter(
    (address) => address !== '0.0.0.0' && address !== '::',
  );
  const names = ['localhost', hostname(), ...all].filter(
    (name) => isIP(name) === 0 && /^[A-Za-z0-9.-]+$/.test(name),
  );
  const addresses = all.filter((name) => isIP(name) !== 0);
  return { names: [...new Set(names)], addresses: [...new Set(addresses)] };
}

function unusable(path: string, reason: string, cause?: unknown): RiserError {
  return new RiserError('certificate-unusable', { path, reason }, { cause });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}
