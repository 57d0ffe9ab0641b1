/**
 * Losses of readings as a list that never forgets and never grows without end: each with its kind, count, range and when it
 * was noticed. Pure; the durable file is trim-log.ts's work, and what counts as a loss that of whoever notes it.
 *
 *   older than the newest 100:  one entry for each kind and day ▸ and year ▸ and all   (only while there are more than 200)
 */

/**
 * `expired`: deleted for want of space before the sink was known to have them. `dropped`: found no room when they came.
 * `pushed-out`: refused by the sink, then pushed out of the full quarantine. `damaged`: durable once, unreadable now.
 */
export const LOSS_KINDS = ['expired', 'dropped', 'pushed-out', 'damaged'] as const;
export type LossKind = (typeof LOSS_KINDS)[number];

/** What is known of a loss when it is noticed. */
export interface NewLoss {
  readonly kind: LossKind;
  /** 1 at least. */
  readonly readings: number;
  /** false: there were so many at least. */
  readonly isExact: boolean;
  /** First and last stamp of the readings, UTC ms; null = unknown. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Whether the sink has them all the same, so that only the local copy is gone; null = unknown. */
  readonly isConfirmed: boolean | null;
}

export interface Loss extends NewLoss {
  readonly id: number;
  /** When the first and the last of what is joined here was noticed, UTC ms. */
  readonly noticedMs: number;
  readonly noticedToMs: number;
  /** How many losses are joined here. */
  readonly joined: number;
  /** A person has taken note of it. */
  readonly isSeen: boolean;
}

export interface LossTotal {
  readonly readings: number;
  readonly losses: number;
}

/** Since the data directory was made. Key: kind. */
export type LossTotals = Readonly<Record<LossKind, LossTotal>>;

export interface LossBook {
  readonly nextId: number;
  /** In the order of noticing. */
  readonly losses: readonly Loss[];
  readonly totals: LossTotals;
  /** Who has taken note last, of how many readings. */
  readonly acknowledged: { readonly by: string; readonly atMs: number; readonly readings: number } | null;
}

/** Losses that nobody has taken note of, of readings that the sink is not known to have. */
export interface LostReadings {
  readonly readings: number;
  /** false: there were so many at least. */
  readonly isExact: boolean;
  /** Of those whose time is known, UTC ms; null = of none. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** A loss as somebody was told of it. */
export type ToldLoss = Pick<Loss, 'id' | 'readings' | 'joined' | 'noticedToMs'>;

export const LOSS_LIMITS = {
  /** Entries kept: 40 kB of file, which is replaced with each loss. */
  entries: 200,
  /** The newest of them are not joined with others of their day. */
  single: 100,
  /** A loss that goes on is one entry: what is noticed so soon after the last of its kind belongs to it. */
  joinMs: 10 * 60_000,
} as const;

const DAY_MS = 86_400_000;
/** Spans over which older entries are joined, one after the other until there is room; the last one is all time. */
const SPANS_MS = [DAY_MS, 365 * DAY_MS, Number.POSITIVE_INFINITY] as const;

const NO_TOTAL: LossTotal = { readings: 0, losses: 0 };

export const NO_LOSSES: LossBook = {
  nextId: 1,
  losses: [],
  totals: { expired: NO_TOTAL, dropped: NO_TOTAL, 'pushed-out': NO_TOTAL, damaged: NO_TOTAL },
  acknowledged: null,
};

/** @param nowMs when it is noticed, UTC ms */
export function addLoss(book: LossBook, loss: NewLoss, nowMs: number): LossBook {
  const { kind } = loss;
  const added: Loss = {
    ...loss,
    id: book.nextId,
    noticedMs: nowMs,
    noticedToMs: nowMs,
    joined: 1,
    isSeen: false,
  };
  const at = book.losses.findLastIndex((one) => isSame(one, added));
  const before = book.losses[at];
  const goesOn = before !== undefined && Math.abs(nowMs - before.noticedToMs) <= LOSS_LIMITS.joinMs;
  const losses = goesOn ? book.losses.with(at, join(before, added)) : [...book.losses, added];
  const { readings, losses: count } = book.totals[kind];
  const total = { readings: readings + loss.readings, losses: count + 1 };
  return {
    ...book,
    nextId: book.nextId + 1,
    losses: compact(losses),
    totals: { ...book.totals, [kind]: total },
  };
}

/** Takes note of what was told; what has come to one of those since stays new, by itself. */
export function acknowledge(book: LossBook, told: readonly ToldLoss[], by: string, nowMs: number): LossBook {
  /** Key: id. */
  const known = new Map(told.map((one) => [one.id, one]));
  let nextId = book.nextId;
  let readings = 0;
  const losses = book.losses.flatMap((loss): readonly Loss[] => {
    const one = known.get(loss.id);
    if (one === undefined || loss.isSeen) return [loss];
    const seen: Loss = { ...loss, ...one, isSeen: true };
    readings += seen.isConfirmed === true ? 0 : seen.readings;
    const rest = loss.joined - one.joined;
    if (rest <= 0) return [seen];
    // Its range is no narrower than that of what is left; which part is whose is not known any more.
    const left = { ...loss, id: nextId++, readings: loss.readings - one.readings, joined: rest };
    return [seen, { ...left, noticedMs: one.noticedToMs }];
  });
  return { ...book, nextId, losses: compact(losses), acknowledged: { by, atMs: nowMs, readings } };
}

/** null = nothing that nobody has taken note of. */
export function toLost(losses: readonly Pick<Loss, keyof NewLoss | 'isSeen'>[]): LostReadings | null {
  const lost = losses.filter(({ isSeen, isConfirmed }) => !isSeen && isConfirmed !== true);
  if (lost.length === 0) return null;
  return lost.reduce<LostReadings>(
    (sum, { readings, isExact, fromMs, toMs }) => ({
      readings: sum.readings + readings,
      isExact: sum.isExact && isExact,
      fromMs: lowest(sum.fromMs, fromMs),
      toMs: highest(sum.toMs, toMs),
    }),
    { readings: 0, isExact: true, fromMs: null, toMs: null },
  );
}

/** The higher one; null = none. */
export function highest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** The lower one; null = none. */
export function lowest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** May share an entry: a known range never stands for one that is unknown. */
function isSame(one: Loss, other: Loss): boolean {
  return toKey(one) === toKey(other);
}

function toKey({ kind, isConfirmed, isSeen, fromMs }: Loss): string {
  return `${kind} ${isConfirmed} ${isSeen} ${fromMs === null}`;
}

/** The id of the first goes on. */
function join(one: Loss, other: Loss): Loss {
  return {
    ...one,
    readings: one.readings + other.readings,
    isExact: one.isExact && other.isExact,
    fromMs: lowest(one.fromMs, other.fromMs),
    toMs: highest(one.toMs, other.toMs),
    noticedMs: Math.min(one.noticedMs, other.noticedMs),
    noticedToMs: Math.max(one.noticedToMs, other.noticedToMs),
    joined: one.joined + other.joined,
  };
}

function compact(losses: readonly Loss[]): readonly Loss[] {
  let kept = losses;
  for (const spanMs of SPANS_MS) {
    if (kept.length <= LOSS_LIMITS.entries) break;
    kept = joinOlder(kept, spanMs);
  }
  return kept;
}

function joinOlder(losses: readonly Loss[], spanMs: number): readonly Loss[] {
  /** Key: what may share an entry, and the day. */
  const joined = new Map<string, Loss>();
  for (const loss of losses.slice(0, -LOSS_LIMITS.single)) {
    const key = `${toKey(loss)} ${Math.floor(loss.noticedMs / spanMs)}`;
    const before = joined.get(key);
    joined.set(key, before === undefined ? loss : join(before, loss));
  }
  return [...joined.values(), ...losses.slice(-LOSS_LIMITS.single)];
}
