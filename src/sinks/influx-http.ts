/** HTTP towards an InfluxDB v1 API: kept-alive connections, time-out, packing, credentials in a header. Knows no lines. */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { InfluxSettings } from '../config/model.ts';
import { isLoopback } from '../core/loopback.ts';

/** Connections kept open: one for each write that the forwarder may have under way (telemetry/forwarder/limits.ts). */
const CONNECTIONS = 4;
/** Lines are so alike that the quickest level packs 300 KB to 28, the default one to 26 at three times the CPU. */
const GZIP_LEVEL = 1;
const pack = promisify(gzip);
/** Longest answer that is read; the rest is dropped with the connection. */
const ANSWER_BYTES = 64 * 1024;
/** Largest pause that a server may ask for. */
const MAX_RETRY_AFTER_S = 300;

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** From the header Retry-After. */
  readonly waitMs: number | null;
  readonly headers: IncomingHttpHeaders;
}

export class InfluxHttp {
  readonly #settings: InfluxSettings;
  readonly #base: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #isPacked: boolean;
  readonly #writePath: string;

  constructor(settings: InfluxSettings) {
    this.#settings = settings;
    this.#base = new URL(settings.url);
    const options = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    // On loopback, packing costs more than it saves (performance.md §4).
    this.#isPacked = settings.gzip ?? !isLoopback(this.#base.hostname);
    this.#writePath = toWritePath(settings.database, settings.retentionPolicy, 'ms');
  }

  /**
   * Lines stamped in ms, to the policy of raw readings unless told otherwise.
   * @throws Error when no complete answer comes in time; its message says why, without credentials.
   */
  async write(lines: Buffer, signal: AbortSignal, path = this.#writePath): Promise<Answer> {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    if (!this.#isPacked) return this.#ask('POST', path, lines, headers, signal);
    const packed = await pack(lines, { level: GZIP_LEVEL });
    return this.#ask('POST', path, packed, { ...headers, 'content-encoding': 'gzip' }, signal);
  }

  /** Runs an InfluxQL statement; never packed, the server cannot unpack it here. @throws Error like `write`. */
  async query(statement: string, signal: AbortSignal): Promise<Answer> {
    const body = Buffer.from(new URLSearchParams({ q: statement }).toString());
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#ask('POST', '/query', body, headers, signal);
  }

  /** Its headers tell what answers. @throws Error like `write`. */
  async ping(signal: AbortSignal): Promise<Answer> {
    return this.#ask('GET', '/ping', Buffer.alloc(0), {}, signal);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(
    method: 'GET' | 'POST',
    path: string,
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const late = AbortSignal.timeout(this.#settings.timeoutMs);
    const options = { ...this.#options(headers, body.length, AbortSignal.any([signal, late])), method };
    const url = new URL(`${this.#base.pathname.replace(/\/$/, '')}${path}`, this.#base.origin);
    try {
      return await send(url, options, body);
    } catch (error) {
      if (late.aborted) throw new Error(`no answer within ${this.#settings.timeoutMs} ms`, { cause: error });
      throw new Error(toMessage(error), { cause: error });
    }
  }

  #options(headers: Readonly<Record<string, string>>, length: number, signal: AbortSignal): RequestOptions {
    const authorization = toAuthorization(this.#settings);
    return {
      agent: this.#agent,
      signal,
      headers: { ...headers, ...authorization, 'content-length': length },
    };
  }
}

/** @param policy null = the database's default one @param precision of the stamps */
export function toWritePath(database: string, policy: string | null, precision: 'ms' | 'u'): string {
  const rp = policy === null ? {} : { rp: policy };
  return `/write?${new URLSearchParams({ db: database, precision, ...rp }).toString()}`;
}

/** The header that names us: a token, or a user's name and password; empty without either. */
export function toAuthorization({
  token,
  username,
  password,
}: Pick<InfluxSettings, 'token' | 'username' | 'password'>): { readonly authorization?: string } {
  if (token !== null) return { authorization: `Token ${token}` };
  if (username === null) return {};
  const credentials = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${credentials}` };
}

function send(url: URL, options: RequestOptions, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
  request.on('error', reject);
  request.on('response', (response) => {
    readAnswer(response).then(resolve, reject);
  });
  request.end(body);
  return promise;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > ANSWER_BYTES) break;
  }
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).toString('utf8'),
    waitMs: toWaitMs(response.headers['retry-after']),
    headers: response.headers,
  };
}

function toWaitMs(header: string | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_S) * 1000 : null;
}

/** A refused connection to a name with several addresses is an AggregateError without a message. */
function toMessage(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(toMessage).join('; ');
  return error instanceof Error ? error.message : String(error);
}
