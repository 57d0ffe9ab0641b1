/**
 * Loads node-opcua-client once, at the first connect of the process, and keeps it quiet: it prints to the console by
 * itself, and what matters comes to us as errors. Also the waiting for its promises, which know neither our limits
 * nor our signals.
 */

import type * as NodeOpcua from 'node-opcua-client';
import type {
  ClientSession,
  ClientSessionPublishService,
  ClientSessionRawSubscriptionService,
} from 'node-opcua-client';
import { DeviceError } from '../../core/errors.ts';

export type Library = typeof NodeOpcua;

/**
 * A session with the plain services. The library's own subscription object is not used: it repairs itself, and is
 * known to end up dead or doubled (node-opcua issues 1059, 474, 1334).
 */
export type Session = ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService;

let loading: Promise<Library> | null = null;

export function loadLibrary(): Promise<Library> {
  loading ??= import('node-opcua-client').then((library) => {
    library.setLogLevel(library.LogLevel.Critic);
    muteUnknownCodes();
    return library;
  });
  return loading;
}

/** Printed by the library past its own levels, for every value whose status is not in its table. */
const UNKNOWN_CODE = 'expecting a known StatusCode';

/** A server with codes of its own would fill the log of the machine with a line for each notification. */
function muteUnknownCodes(): void {
  // oxlint-disable-next-line no-console -- not our output, and there is no other way to it
  const print = console.warn.bind(console);
  // oxlint-disable-next-line no-console -- the same output, filtered
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).startsWith(UNKNOWN_CODE)) print(...words);
  };
}

export interface Wait {
  readonly ms: number;
  readonly signal: AbortSignal;
  /** What is waited for; stands in the error. */
  readonly what: string;
}

/**
 * Result of the library's promise. What comes after the time or the signal is dropped.
 * @throws DeviceError `connect-timeout`, `stopped`; `connect-failed` with the library's reason in short.
 */
export async function within<T>(start: () => Promise<T>, { ms, signal, what }: Wait): Promise<T> {
  const ended = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => ended.reject(new DeviceError('connect-timeout', `${what}: no answer within ${ms} ms`)),
    ms,
  );
  const stop = () => ended.reject(new DeviceError('stopped', `${what}: stopped`));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  // It may also throw before there is a promise.
  const work = Promise.try(start);
  try {
    return await Promise.race([work, ended.promise]);
  } catch (error) {
    if (error instanceof DeviceError) throw error;
    throw new DeviceError('connect-failed', `${what}: ${toShortReason(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    work.catch(() => null);
  }
}

/** Plain words for what comes up while connecting; others are shown by their status code. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'connection refused'],
  [/ENOTFOUND/, 'unknown host'],
  [/EAI_AGAIN/, 'the name service does not answer'],
  [/EHOSTUNREACH|ENETUNREACH/, 'no route to the host'],
  [
    /ECONNRESET|EPIPE|premature|disposed|Channel|Connection Break|disconnected by third party/,
    'connection closed by the server',
  ],
  [/rejected by server/, 'connection refused by the server'],
  [/Failure during reconnection|ession (has been|is) closed/, 'session closed'],
  [/Timeout|ETIMEDOUT|timed? ?out/i, 'no answer'],
  [/BadIdentityTokenRejected|BadUserAccessDenied|BadIdentityTokenInvalid/, 'user name or password refused'],
];
const MAX_REASON_CHARS = 200;

/** One line for people; the library's messages are several, with colours and advice to its users. */
export function toShortReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const status = /\bBad([A-Z][A-Za-z]+)?\b/.exec(message)?.[0];
  const words = WORDS.find(([pattern]) => pattern.test(status ?? message))?.[1];
  const first = message.trim().split('\n')[0] ?? '';
  const reason = status === undefined ? (words ?? first) : words ? `${words} (${status})` : status;
  return reason.slice(0, MAX_REASON_CHARS);
}
