/** A person's program at the public API: logs in, asks, sends, listens. Knows HTTP, not what the answers mean. */

import type { SseEvent } from './sse.ts';
import { parseSse } from './sse.ts';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; text where it is none; null when empty. */
  readonly body: unknown;
  readonly headers: Headers;
}

export interface ApiClient {
  readonly username: string;
  readonly token: string;
  /** @param path below the gateway's address, e.g. `/api/v1/tickets`; any status is an answer. */
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Body of a GET that must succeed. The caller vouches for `T`. @throws Error with status and body otherwise. */
  read<T>(path: string): Promise<T>;
  /** Body of a POST that must succeed. */
  send<T>(path: string, body?: unknown): Promise<T>;
  /** Live events from now on; ends with `signal`, or when the reader breaks out of its loop. */
  events(signal?: AbortSignal): AsyncGenerator<SseEvent>;
}

/** Longest wait for one answer. */
const REQUEST_TIMEOUT_MS = 30_000;

/** @param url of the gateway, e.g. `http://127.0.0.1:8080`. @throws Error when the login is refused. */
export async function login(url: string, username: string, password: string): Promise<ApiClient> {
  const answer = await request(url, 'POST', '/api/v1/session', { body: { username, password } });
  const { token } = demand<{ token: string }>(answer, `login of ${username}`);
  const ask = (method: string, path: string, body?: unknown) => request(url, method, path, { token, body });
  return {
    username,
    token,
    get: (path) => ask('GET', path),
    post: (path, body = {}) => ask('POST', path, body),
    delete: (path) => ask('DELETE', path),
    read: async (path) => demand(await ask('GET', path), `GET ${path}`),
    send: async (path, body = {}) => demand(await ask('POST', path, body), `POST ${path}`),
    events: (signal) => events(url, token, signal),
  };
}

interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
}

/** One request without a login. Any status is an answer. @throws when nobody answers within 30 s. */
export async function request(
  url: string,
  method: string,
  path: string,
  { token, body }: RequestOptions = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      // A connection that was kept may be closed by the other end just when it is used again.
      connection: 'close',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  return { status: response.status, body: parseBody(await response.text()), headers: response.headers };
}

function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function demand<T>({ status, body }: Answer, what: string): T {
  if (status < 200 || status >= 300) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return body as T;
}

async function* events(url: string, token: string, signal?: AbortSignal): AsyncGenerator<SseEvent> {
  const stop = new AbortController();
  const ended = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  try {
    const response = await fetch(new URL('/api/v1/events', url), { headers, signal: ended });
    if (!response.ok || response.body === null) throw new Error(`GET /api/v1/events: ${response.status}`);
    yield* parseSse(response.body);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    stop.abort();
  }
}
