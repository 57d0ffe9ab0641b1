/** One request to the gateway: JSON in and out, cookie session, a time limit, problems as typed errors. */
import type { Problem, Text } from './types.ts';

const BASE = '/api/v1';
/** Beyond this the gateway counts as not answering; a person is waiting. */
const REQUEST_TIMEOUT_MS = 15_000;

/** The gateway refused: `text` says why in both languages, `code` is stable. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  /** null when the answer was no problem document, e.g. from a proxy in between. */
  readonly text: Text | null;
  readonly params: Readonly<Record<string, unknown>>;

  constructor(status: number, problem: Problem | null) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem?.code ?? 'unreadable';
    this.text = problem?.text ?? null;
    this.params = problem?.params ?? {};
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** A photo over the building's wireless network. */
const UPLOAD_TIMEOUT_MS = 120_000;

/**
 * @param path below /api/v1, its variable parts encoded by the caller (`toPath`).
 * @throws ProblemError when the gateway refuses; TypeError or a `TimeoutError` when it cannot be reached.
 */
export async function request<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  timeoutMs = REQUEST_TIMEOUT_MS,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(BASE + path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  if (!response.ok) throw new ProblemError(response.status, await readProblem(response));
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** A form with files. @throws as `request` does */
export async function requestForm<T>(path: string, form: FormData): Promise<T> {
  const response = await fetch(BASE + path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { accept: 'application/json' },
    body: form,
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  });
  if (!response.ok) throw new ProblemError(response.status, await readProblem(response));
  return (await response.json()) as T;
}

/** A file as it is. @throws as `request` does */
export async function requestFile<T>(method: 'POST' | 'PUT', path: string, file: File): Promise<T> {
  const response = await fetch(BASE + path, {
    method,
    credentials: 'same-origin',
    headers: { accept: 'application/json', 'content-type': 'application/octet-stream' },
    body: file,
    signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
  });
  if (!response.ok) throw new ProblemError(response.status, await readProblem(response));
  return (await response.json()) as T;
}

/** `/alarms/${id}` with each id encoded. */
export function toPath(strings: TemplateStringsArray, ...ids: readonly string[]): string {
  return String.raw({ raw: strings }, ...ids.map(encodeURIComponent));
}

async function readProblem(response: Response): Promise<Problem | null> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'code' in body && 'text' in body
      ? (body as Problem)
      : null;
  } catch {
    return null;
  }
}
