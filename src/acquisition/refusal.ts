/**
 * What is asked in place of a request that a device refuses for its addresses (Modbus exceptions 2 and 3). Pure: which
 * requests take the place of which, and how long a point that is to blame waits; the asking is the schedule's.
 *
 *   whole ──refused──▶ pieces ──refused──▶ smaller pieces ── … ──▶ one point: to blame
 *     ▲                  └──answered──▶ accepted                      └─ asked at a growing interval, until it is accepted
 *     │                                    └─ when no piece is open: joined again around the points to blame
 *     └── after `FORGET_MS`: the device may have been mended; sooner when a point to blame is accepted after all: what
 *         was learned while a device started up says nothing of it later
 *
 * Every point stands in exactly one request at any time, so a device that refuses everything costs at most as many
 * requests as it has points. What was learned outlives reconnects.
 */
import { assert } from '../core/assert.ts';
import type { PollDriver, PollRequest } from '../drivers/driver.ts';
import type { PlannedRequest } from './task.ts';

/** Illegal data address, illegal data value (Modbus application protocol 1.1b3, §7). */
const ADDRESS_CODES: ReadonlySet<number> = new Set([2, 3]);
/** What was learned is tried anew once a day. */
const FORGET_MS = 24 * 60 * 60_000;
/** A device that accepts and refuses by turns is left in pieces after so many attempts an hour to read more at once. */
const MAX_TRIES_PER_HOUR = 4;
const HOUR_MS = 60 * 60_000;
/** A point to blame is asked after three of its intervals, then three times as rarely each time. */
const BLAME_GROWTH = 3;
/** How late a point that has come to be is noticed, unless its own interval is longer. */
const MAX_BLAME_MS = 60_000;

/** `by` is asked in place of `old`, all of one device and of one poll interval. */
export interface Replacement {
  readonly old: readonly PollRequest[];
  readonly by: readonly PlannedRequest[];
}

/**
 * `other`: the refusal says nothing of addresses. `split`: smaller requests are asked at once, and nobody is to blame yet.
 * `blame`: this request cannot be made smaller, so its points are to blame.
 */
export type Refusal =
  | { readonly kind: 'other' }
  | { readonly kind: 'split'; readonly replacement: Replacement }
  | { readonly kind: 'blame'; readonly againInMs: number };

type State = 'open' | 'accepted' | 'blamed';

/** What has become of one request of the driver's plan. */
interface Origin {
  readonly whole: PlannedRequest;
  /** What is asked in its place. */
  readonly asked: Map<PollRequest, State>;
  /** When the whole is asked again. */
  forgetMs: number;
}

export class Refusals {
  readonly #driver: Pick<PollDriver, 'split' | 'merge'>;
  /** Key: a request that is asked in place of a refused one. */
  readonly #origins = new Map<PollRequest, Origin>();
  /** Key: a request that is to blame; value: its refusals in a row. */
  readonly #blamed = new Map<PollRequest, number>();
  /** Key: a whole; value: when more was asked at once for it, in the last hour. */
  readonly #tried = new Map<PollRequest, readonly number[]>();
  #forgetMs = Number.POSITIVE_INFINITY;

  constructor(driver: Pick<PollDriver, 'split' | 'merge'>) {
    this.#driver = driver;
  }

  /** Whether anything was ever refused and not forgotten. */
  get hasAny(): boolean {
    return this.#origins.size > 0 || this.#blamed.size > 0;
  }

  /** When `forget` is to be called next; Infinity = nothing is known. */
  get forgetMs(): number {
    return this.#forgetMs;
  }

  /** Whether it was split out of a larger request. */
  isSplit(request: PollRequest): boolean {
    return this.#origins.has(request);
  }

  refused({ request, pollMs }: PlannedRequest, exceptionCode: number | null, nowMs: number): Refusal {
    const { split } = this.#driver;
    if (!split || exceptionCode === null || !ADDRESS_CODES.has(exceptionCode)) return { kind: 'other' };
    const pieces = split.call(this.#driver, request, exceptionCode);
    if (pieces.length === 0) return this.#blame({ request, pollMs });
    assertSamePoints([request], pieces);
    const origin = this.#originOf({ request, pollMs }, nowMs);
    return { kind: 'split', replacement: this.#swap(origin, [request], pieces, 'open') };
  }

  /** @returns whether something may be joined now */
  accepted(request: PollRequest, nowMs: number): boolean {
    this.#blamed.delete(request);
    const origin = this.#origins.get(request);
    const before = origin?.asked.get(request);
    if (!origin || before === 'accepted') return false;
    origin.asked.set(request, 'accepted');
    if (before === 'blamed') this.#outdate(origin, nowMs);
    return before === 'open';
  }

  /**
   * Joins what was accepted of the whole that the request belonged to, when nothing of it is open any more.
   * @returns null when there is nothing to join
   */
  join(request: PollRequest, nowMs: number): Replacement | null {
    const origin = this.#origins.get(request);
    const { merge } = this.#driver;
    if (!origin || !merge || [...origin.asked.values()].includes('open')) return null;
    const pieces = [...origin.asked].filter(([, state]) => state === 'accepted').map(([piece]) => piece);
    if (pieces.length < 2 || this.#nextTryMs(origin.whole.request, nowMs) > nowMs) return null;
    const joined = merge.call(this.#driver, pieces);
    if (joined.length >= pieces.length) return null;
    this.#noteTry(origin.whole.request, nowMs);
    // What joins nothing is handed back as it was, and stays.
    const old = pieces.filter((piece) => !joined.includes(piece));
    const by = joined.filter((piece) => !pieces.includes(piece));
    assertSamePoints(old, by);
    return this.#swap(origin, old, by, 'accepted');
  }

  /** What is out of date: the whole is asked again. */
  forget(nowMs: number): readonly Replacement[] {
    const old = new Set([...this.#origins.values()].filter(({ forgetMs }) => nowMs >= forgetMs));
    const replacements = [...old].map(({ asked, whole }) => ({ old: [...asked.keys()], by: [whole] }));
    for (const { whole } of old) this.#noteTry(whole.request, nowMs);
    for (const request of replacements.flatMap((replacement) => replacement.old)) this.#drop(request);
    this.#forgetMs = Math.min(...[...this.#origins.values()].map(({ forgetMs }) => forgetMs));
    return replacements;
  }

  #blame({ request, pollMs }: PlannedRequest): Refusal {
    const refusals = (this.#blamed.get(request) ?? 0) + 1;
    this.#blamed.set(request, refusals);
    this.#origins.get(request)?.asked.set(request, 'blamed');
    const longestMs = Math.max(MAX_BLAME_MS, pollMs);
    return { kind: 'blame', againInMs: Math.min(pollMs * BLAME_GROWTH ** refusals, longestMs) };
  }

  #originOf(whole: PlannedRequest, nowMs: number): Origin {
    const known = this.#origins.get(whole.request);
    if (known) return known;
    const forgetMs = nowMs + FORGET_MS;
    this.#forgetMs = Math.min(this.#forgetMs, forgetMs);
    return { whole, asked: new Map(), forgetMs };
  }

  /** A point to blame was accepted. Nobody else is to blame: the whole may do at once; else in an hour. */
  #outdate(origin: Origin, nowMs: number): void {
    const isLast = [...origin.asked.values()].every((state) => state === 'accepted');
    const soonMs = isLast ? nowMs : nowMs + HOUR_MS;
    const dueMs = Math.max(soonMs, this.#nextTryMs(origin.whole.request, nowMs));
    origin.forgetMs = Math.min(origin.forgetMs, dueMs);
    this.#forgetMs = Math.min(this.#forgetMs, origin.forgetMs);
  }

  /** When more may be asked at once for the whole. */
  #nextTryMs(whole: PollRequest, nowMs: number): number {
    const recent = (this.#tried.get(whole) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    return recent.length < MAX_TRIES_PER_HOUR ? nowMs : (recent.at(-MAX_TRIES_PER_HOUR) ?? nowMs) + HOUR_MS;
  }

  #noteTry(whole: PollRequest, nowMs: number): void {
    this.#tried.set(whole, [...(this.#tried.get(whole) ?? []), nowMs].slice(-MAX_TRIES_PER_HOUR));
  }

  #swap(origin: Origin, old: readonly PollRequest[], by: readonly PollRequest[], state: State): Replacement {
    for (const request of old) {
      origin.asked.delete(request);
      this.#drop(request);
    }
    for (const request of by) {
      origin.asked.set(request, state);
      this.#origins.set(request, origin);
    }
    const { pollMs } = origin.whole;
    return { old, by: by.map((request) => ({ request, pollMs })) };
  }

  #drop(request: PollRequest): void {
    this.#origins.delete(request);
    this.#blamed.delete(request);
  }
}

/** A point that is lost in splitting would never be read again, and one that is doubled would be read twice. */
function assertSamePoints(old: readonly PollRequest[], by: readonly PollRequest[]): void {
  const [before, after] = [old, by].map((requests) =>
    requests.flatMap(({ points }) => points).toSorted((a, b) => a - b),
  );
  assert(String(before) === String(after), 'requests in place of others ask for the same points');
}
