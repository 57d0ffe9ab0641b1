/**
 * What an InfluxDB answers to a write, in its dialects: 1.x `{"error"}`, 2.x `{"code","message"}`, 3 `{"error","data"}`.
 * Pure; what follows from it is influxdb.ts's business.
 */
import type { Answer } from './influx-http.ts';
import type { SendResult } from './sink.ts';

/** Longest part of a server's answer that is kept as a reason. */
const REASON_CHARS = 300;
/** Answers that speak of lines and not of the server or the request; only these let a whole write be set aside. */
const ABOUT_LINES = /partial write|unable to parse|field type conflict|retention policy|max-(series|values)/i;
const CONFLICT = /input field "(?<field>[^"]+)" on measurement "(?<kind>[^"]+)"/;

/** A field that is stored with another type already. */
export interface Conflict {
  readonly field: string;
  readonly kind: string;
}

export function isStored(answer: Answer): boolean {
  return answer.status === 204 || answer.status === 200;
}

/** 400 (2.x: also 422): some line is wrong. 413: too large, which smaller pieces cure. */
export function isAboutContent(answer: Answer): boolean {
  return answer.status === 400 || answer.status === 413 || answer.status === 422;
}

/** Whether it names lines as the fault, and not the request or the way to the server. */
export function isAboutLines(answer: Answer): boolean {
  return ABOUT_LINES.test(answer.body);
}

/** InfluxDB says how many points of a partial write it dropped. */
export function isAllDropped(answer: Answer, lines: number): boolean {
  return Number(/dropped=(\d+)/.exec(answer.body)?.[1] ?? 0) >= lines;
}

/** The first conflict; there may be more. */
export function findConflict(answer: Answer): Conflict | null {
  const { field, kind } = CONFLICT.exec(toReason(answer))?.groups ?? {};
  return field === undefined || kind === undefined ? null : { field, kind };
}

export function toRetry(answer: Answer): Extract<SendResult, { outcome: 'retry' }> {
  const isOverloaded = answer.status >= 500 || answer.status === 429 || answer.status === 408;
  return {
    outcome: 'retry',
    state: isOverloaded ? 'down' : 'rejecting',
    reason: `${answer.status} ${toReason(answer)}`,
    waitMs: answer.waitMs,
  };
}

/** null when the statement was executed; InfluxDB reports its failure with status 200. */
export function toQueryProblem(answer: Answer): string | null {
  if (answer.status !== 200) return toReason(answer);
  return answer.body.includes('"error"') ? toReason(answer) : null;
}

/** The server's own words. */
export function toReason(answer: Answer): string {
  return toOwnWords(answer.body).slice(0, REASON_CHARS).trim() || `status ${answer.status}`;
}

interface Words {
  readonly error?: unknown;
  readonly message?: unknown;
  readonly results?: readonly { readonly error?: unknown }[];
  readonly data?: readonly { readonly error_message?: unknown }[];
}

function toOwnWords(body: string): string {
  try {
    const words = JSON.parse(body) as Words;
    const found = [words.error ?? words.message ?? words.results?.[0]?.error, words.data?.[0]?.error_message];
    const texts = found.filter((text) => typeof text === 'string');
    if (texts.length > 0) return texts.join(': ');
  } catch {
    // Not JSON: the text as it is.
  }
  return body;
}
