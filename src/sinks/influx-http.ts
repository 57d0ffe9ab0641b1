/** HTTP towards an InfluxDB v1 API: kept-alive connections, time-out, credentials in a header. Knows no lines. */
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gzipSync } from 'node:zlib';
import type { InfluxSettings } from '../config/model.ts';
import { isLoopback } from '../core/loopback.ts';

/** Connections kept open; the forwarder writes one after the other, the second is for management. */
const CONNECTIONS = 2;
/** Longest answer that is read; the rest is dropped with the connection. */
const ANSWER_BYTES = 64 * 1024;
/** Largest pause that a server may ask for. */
const MAX_RETRY_AFTER_S = 300;

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** From the header Retry-After. */
  readonly waitMs: number | null;
}

export class InfluxHttp {
  readonly #settings: InfluxSettings;
  readonly #base: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #isRemote: boolean;

  constructor(settings: InfluxSettings) {
    this.#settings = settings;
    this.#base = new URL(settings.url);
    const options = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#agent = this.#base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    this.#isRemote = !isLoopback(this.#base.hostname);
  }

  /** @throws Error when no complete answer comes in time; its message says why, without credentials. */
  async write(lines: string, signal: AbortSignal): Promise<Answer> {
    const query = new URLSearchParams({ db: this.#settings.database, precision: 'ms' }).toString();
    const type = 'text/plain; charset=utf-8';
    // On loopback, packing costs more than it saves (performance.md §4).
    if (!this.#isRemote)
      return this.#post(`/write?${query}`, Buffer.from(lines), { 'content-type': type }, signal);
    const headers = { 'content-type': type, 'content-encoding': 'gzip' };
    return this.#post(`/write?${query}`, gzipSync(lines), headers, signal);
  }

  /** Runs an InfluxQL statement; never packed, the server cannot unpack it here. @throws Error like `write`. */
  async query(statement: string, signal: AbortSignal): Promise<Answer> {
    const body = Buffer.from(new URLSearchParams({ q: statement }).toString());
    return this.#post('/query', body, { 'content-type': 'application/x-www-form-urlencoded' }, signal);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(
    path: string,
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const late = AbortSignal.timeout(this.#settings.timeoutMs);
    const options = this.#options(headers, body.length, AbortSignal.any([signal, late]));
    const url = new URL(`${this.#base.pathname.replace(/\/$/, '')}${path}`, this.#base.origin);
    try {
      return await send(url, options, body);
    } catch (error) {
      if (late.aborted) throw new Error(`no answer within ${this.#settings.timeoutMs} ms`, { cause: error });
      throw new Error(toMessage(error), { cause: error });
    }
  }

  #options(headers: Readonly<Record<string, string>>, length: number, signal: AbortSignal): RequestOptions {
    const { username, password } = this.#settings;
    const credentials = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
    const authorization = username === null ? {} : { authorization: `Basic ${credentials}` };
    return {
      method: 'POST',
      agent: this.#agent,
      signal,
      headers: { ...headers, ...authorization, 'content-length': length },
    };
  }
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
