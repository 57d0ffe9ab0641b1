/**
 * What a webhook's answer means. A status of 200 is not enough: many services answer it with an error in the body (alarms.md B8
 * no. 18), each under a name of its own. Too fast, too busy and broken can be tried again; a refusal cannot.
 *
 *   2xx  no body, a word such as `ok`, or JSON that says no failure   the message is theirs
 *        JSON that says failure: a code, `success` or `ok` false       refused
 *        anything else: a login page, half a document, a flood         not from whom it was sent to: tried again
 */
import { NOTIFY_LIMITS } from './limits.ts';
import type { Answer, Delivery } from './notifier.ts';

export interface HttpAnswer {
  readonly status: number;
  /** Header Retry-After as it came. */
  readonly retryAfter: string | null;
  /** Beginning of the body. */
  readonly body: string;
  /** There was more of it than is read. Left out = no. */
  readonly isCut?: boolean;
}

/**
 * Names under which services put their result into a body; 0 is success: `errcode` (DingTalk, WeCom), `code` (Feishu),
 * `StatusCode` (Feishu's older robots).
 */
const CODE_NAMES = ['errcode', 'code', 'StatusCode'] as const;
/** Names under which they say yes or no. */
const FLAG_NAMES = ['success', 'ok'] as const;
/** What servers answer that have nothing to say. */
const PLAIN = /^"?(?:ok|okay|success|succeeded|accepted|received|done|created|queued|成功)"?[.!。]?$/iu;
const TEXT_NAMES = ['errmsg', 'msg', 'message', 'StatusMessage'] as const;
/**
 * Codes in bodies that mean "too fast": DingTalk robots 130101 and 410100, WeCom robots 45009, Feishu robots 9499 and
 * 11232 (pages of their open platforms on custom robots and error codes).
 */
const THROTTLED: readonly number[] = [130101, 410100, 45009, 9499, 11232];
/** "Busy" on the side of the service: WeCom and DingTalk -1. */
const BUSY: readonly number[] = [-1];
/** Pause after a service has called us too fast without saying for how long: its windows are minutes. */
const THROTTLE_MS = 60_000;
const MAX_RETRY_AFTER_S = 3_600;
/** Statuses that are worth another attempt beside all of 5xx: time-out, conflict, too early, locked, too many. */
const RETRIED: readonly number[] = [408, 409, 423, 425];

export function toDelivery({ status, retryAfter, body, isCut = false }: HttpAnswer, nowMs: number): Delivery {
  const answer = toAnswer(String(status), body);
  if (status === 429)
    return { result: 'retry', answer, afterMs: toRetryMs(retryAfter, nowMs) ?? THROTTLE_MS };
  if (status >= 500 || RETRIED.includes(status))
    return { result: 'retry', answer, afterMs: toRetryMs(retryAfter, nowMs) };
  if (status >= 300 && status < 400)
    return {
      result: 'refused',
      answer: { code: answer.code, text: '不接受重定向 / redirects are not followed' },
    };
  if (status < 200 || status >= 400) return { result: 'refused', answer };
  if (isCut) return { result: 'retry', answer: TOO_LONG, afterMs: null };
  return toVerdict(body, answer);
}

function toVerdict(body: string, answer: Answer): Delivery {
  const found = toBodyCode(body);
  if (found === null || found.code === 0) return toFlagVerdict(body, answer);
  const failed = { code: `${found.name} ${found.code}`, text: answer.text };
  if (THROTTLED.includes(found.code)) return { result: 'retry', answer: failed, afterMs: THROTTLE_MS };
  if (BUSY.includes(found.code)) return { result: 'retry', answer: failed, afterMs: null };
  return { result: 'refused', answer: failed };
}

/** Of a body whose code says no failure, or that has none. */
function toFlagVerdict(body: string, answer: Answer): Delivery {
  const text = body.trim();
  if (text === '' || PLAIN.test(text)) return { result: 'sent', answer };
  const value = toJson(text);
  if (value === undefined)
    return { result: 'retry', answer: { code: NOT_UNDERSTOOD, text: answer.text }, afterMs: null };
  const fields = toFields(body);
  const refused = value === false ? 'false' : FLAG_NAMES.find((name) => isNo(fields[name]));
  return refused === undefined
    ? { result: 'sent', answer }
    : {
        result: 'refused',
        answer: { code: refused === 'false' ? refused : `${refused} false`, text: answer.text },
      };
}

function isNo(value: unknown): boolean {
  return value === false || (typeof value === 'string' && value.trim().toLowerCase() === 'false');
}

/** null = the body says nothing of the kind: then the status says all. */
function toBodyCode(body: string): { readonly name: string; readonly code: number } | null {
  const fields = toFields(body);
  for (const name of CODE_NAMES) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    const code = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    // A word in place of a number is no code of ours to judge: `"code": "ok"`.
    if (typeof code === 'number' && Number.isFinite(code)) return { name, code };
  }
  return null;
}

/** Their own words where they have some, else the beginning of the body. */
function toAnswer(code: string, body: string): Answer {
  const fields = toFields(body);
  const words = TEXT_NAMES.map((name) => fields[name]).find((text) => typeof text === 'string');
  const text = typeof words === 'string' ? words : body;
  return { code, text: clean(text) };
}

function toFields(body: string): Readonly<Record<string, unknown>> {
  const value = toJson(body);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** undefined = it is none. */
function toJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** @returns ms; null = not said, or not understood */
export function toRetryMs(retryAfter: string | null, nowMs: number): number | null {
  if (retryAfter === null || retryAfter.trim() === '') return null;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return clampMs(seconds * 1_000);
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? null : clampMs(atMs - nowMs);
}

function clampMs(ms: number): number {
  return Math.min(Math.max(0, ms), MAX_RETRY_AFTER_S * 1_000);
}

/** Printable, at most 500 characters. */
function clean(text: string): string {
  // Control characters of a strange answer must not reach logs and pages.
  const plain = text.replace(/\p{Cc}+/gu, ' ').trim();
  return plain.slice(0, NOTIFY_LIMITS.answerChars).toWellFormed();
}

const NOT_UNDERSTOOD = 'not-understood';
const TOO_LONG: Answer = { code: 'too-long', text: '应答过长 / the answer is longer than is read' };
