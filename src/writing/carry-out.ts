/**
 * One value to the device and back: sends it once, then reads until the effect is seen or its time is over. Says what
 * came of it and never throws; what follows from that is step.ts's business.
 */
import { DeviceError, RiserError } from '../core/errors.ts';
import { isBad } from '../core/quality.ts';
import { toReasonText } from '../core/reason.ts';
import type { PointSample } from '../drivers/driver.ts';
import { WRITING_LIMITS } from './limits.ts';
import type { Outcome } from './step.ts';

/** Why a value must not be sent as things are now; null = it may. */
export type Gate = () => RiserError | null;

/** The way to the devices: acquisition. */
export interface Field {
  /**
   * Resolves when the device has confirmed. Sent once at most. @throws DeviceError, RiserError, what `gate` gives
   * @param gate asked when the turn of the write comes: why it must not be sent any more
   */
  write(point: number, value: number, gate: Gate): Promise<void>;
  /** Reads out of turn. @throws as `write` */
  read(point: number): Promise<PointSample>;
}

export interface Errand {
  readonly field: Field;
  readonly point: number;
  readonly value: number;
  readonly gate: Gate;
  readonly readBack: { readonly point: number; readonly tolerance: number; readonly withinMs: number };
  readonly monoMs: () => number;
  /** Ends the waiting when the gateway stops. */
  readonly signal: AbortSignal;
}

export interface Carried {
  readonly outcome: Outcome;
  /** For whoever asked, when it failed; null otherwise. */
  readonly error: RiserError | null;
}

/**
 * Exceptions by which a device says that it has done nothing (V1.1b3, 7): function, address or value not allowed, busy, not
 * done (7, Modicon), and a gateway without a way to it. Not among them: 4, it failed while doing it; 5, it has accepted and
 * is still at it; 0B, its gateway has passed the request on and heard nothing; what makers have invented.
 */
const REFUSALS: ReadonlySet<number | null> = new Set([1, 2, 3, 6, 7, 10]);

/**
 * Share of a value by which it may come back different and still be the same: single-precision floats carry 7 digits.
 */
const ROUNDING_RATIO = 1e-6;

export async function carryOut(errand: Errand): Promise<Carried> {
  const sent = await send(errand);
  if (sent.state === 'failed') {
    const outcome: Outcome = { state: 'failed', readBack: null, detail: sent.error.message };
    return { outcome, error: sent.error };
  }
  const seen = await readBack(errand);
  return { outcome: toOutcome(errand, sent.state, sent.detail, seen), error: null };
}

type Sent =
  /** The device has confirmed the write. */
  | { readonly state: 'accepted'; readonly detail: '' }
  | { readonly state: 'unknown'; readonly detail: string }
  /** Certainly not carried out. */
  | { readonly state: 'failed'; readonly error: RiserError };

async function send({ field, point, value, gate }: Errand): Promise<Sent> {
  try {
    await within(field.write(point, value, gate), WRITING_LIMITS.fieldMs);
    return { state: 'accepted', detail: '' };
  } catch (error) {
    return toSent(error);
  }
}

/** Only what cannot have reached the device, or what the device has refused, is a failure; the rest nobody knows. */
function toSent(error: unknown): Sent {
  if (error instanceof RiserError) return { state: 'failed', error };
  const detail = error instanceof Error ? error.message : String(error);
  const isUndone =
    error instanceof DeviceError &&
    (REFUSALS.has(error.exceptionCode) ||
      error.code === 'connect-failed' ||
      error.code === 'connect-timeout');
  if (!isUndone) return { state: 'unknown', detail };
  return {
    state: 'failed',
    error: new RiserError('write-failed', { reason: toReasonText(detail) }, { cause: error }),
  };
}

/** @returns the first value that matches, else the last usable one; null = none */
async function readBack(errand: Errand): Promise<number | null> {
  const { field, readBack: wanted, monoMs, signal } = errand;
  const endMs = monoMs() + wanted.withinMs;
  let last: number | null = null;
  for (;;) {
    const leftMs = endMs - monoMs();
    if (leftMs <= 0 || signal.aborted) return last;
    const value = await readOnce(field, wanted.point, leftMs);
    last = value ?? last;
    if (value !== null && isWanted(errand, value)) return value;
    await pause(Math.min(WRITING_LIMITS.readBackEveryMs, endMs - monoMs()), signal);
  }
}

/** @returns null where there is nothing usable; a doubtful value (a large step) is one, since the write explains it */
export async function readOnce(field: Field, point: number, limitMs: number): Promise<number | null> {
  try {
    const { value, quality } = await within(field.read(point), limitMs);
    return isBad(quality) || !Number.isFinite(value) ? null : value;
  } catch {
    // The link's own counters tell of it; here it is only one more read without a value.
    return null;
  }
}

function isWanted({ value, readBack: { tolerance } }: Errand, seen: number): boolean {
  return isSame(value, seen, tolerance);
}

/** Whether a device that holds `value` may show `seen`. */
export function isSame(value: number, seen: number, tolerance: number): boolean {
  return Math.abs(seen - value) <= tolerance + Math.abs(value) * ROUNDING_RATIO;
}

function toOutcome(
  errand: Errand,
  sent: 'accepted' | 'unknown',
  detail: string,
  seen: number | null,
): Outcome {
  if (seen !== null && isWanted(errand, seen)) return { state: 'confirmed', readBack: seen, detail: '' };
  if (sent === 'unknown') return { state: 'unknown', readBack: seen, detail };
  return seen === null
    ? { state: 'unknown', readBack: null, detail: 'written, but it could not be read back' }
    : { state: 'differs', readBack: seen, detail: `written, but ${seen} was read back` };
}

/** @throws DeviceError `timeout` when the promise takes longer; it is then left to itself */
export async function within<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeviceError('timeout', `no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends early when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
