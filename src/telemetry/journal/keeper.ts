/**
 * Keeps the journal within its limits: retention first, then sealing, one task after the other and none beside the writing.
 * Says what is held, what was lost, and for how long the room lasts. Knows nothing of the sink but whether there is one.
 */
import type { JournalSettings } from '../../config/model.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import type { LossTotals, LostReadings } from './losses.ts';
import { RateMeter } from './rate.ts';
import { chooseExpired, type Deletion, deleteSegments } from './retention.ts';
import { Sealer, type SealerStatus, type SealPolicy } from './sealer.ts';
import type { Segment } from './segments.ts';
import type { TableCache } from './table.ts';

const HOUR_MS = 3_600_000;

export interface KeeperOptions extends Deletion {
  readonly settings: JournalSettings;
  readonly tables: TableCache;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  readonly policy: SealPolicy;
}

/** What the journal holds. Plain data. */
export interface HoldingStatus extends SealerStatus {
  /** Of the log segments and of the sealed ones. */
  readonly logBytes: number;
  readonly sealedBytes: number;
  /** Bytes of a reading of sealed segments; null before the first. */
  readonly sealedReadingBytes: number | null;
  /** Share of the configured size, 0–1; a little more while a segment is being written. */
  readonly usedRatio: number;
  /** The same of segments that hold readings which the sink has not confirmed; 0 without a sink. */
  readonly unconfirmedRatio: number;
  /** UTC ms; null when it holds nothing. */
  readonly oldestStampMs: number | null;
  /** Highest stamp of anything that was deleted, UTC ms; null = nothing was: behind it the journal is complete. */
  readonly trimmedToMs: number | null;
  /** Readings lost for whatever reason that the sink is not known to have, until a person takes note. */
  readonly lost: LostReadings | null;
  /** All losses since the data directory was made. */
  readonly lossTotals: LossTotals;
  /** Hours that it holds at the rate of the last ten minutes, the age limit included; null in the first minute. */
  readonly hoursHeld: number | null;
}

export class JournalKeeper {
  readonly #options: KeeperOptions;
  readonly #sealer: Sealer;
  readonly #rate = new RateMeter(JOURNAL_LIMITS.rateLooks);

  constructor(options: KeeperOptions) {
    this.#options = options;
    const { policy, settings } = options;
    const groupBytes = Math.min(policy.groupBytes, settings.maxBytes / policy.groupShare);
    this.#sealer = new Sealer({ ...options, policy: { ...policy, groupBytes } });
  }

  /** Damaged stretches met while sealing. */
  get damagedPlaces(): number {
    return this.#sealer.damagedPlaces;
  }

  get status(): HoldingStatus {
    const { book, settings, trimLog, hasSink } = this.#options;
    const unconfirmed = book.segments.filter(({ unconfirmedReadings }) => unconfirmedReadings > 0);
    const logs = tally(book.segments.filter(({ form }) => form === 'log'));
    const sealed = tally(book.segments.filter(({ form }) => form === 'sealed'));
    const sealedReadingBytes = sealed.readings === 0 ? null : sealed.bytes / sealed.readings;
    return {
      ...this.#sealer.status,
      logBytes: logs.bytes,
      sealedBytes: sealed.bytes,
      sealedReadingBytes,
      usedRatio: (logs.bytes + sealed.bytes) / settings.maxBytes,
      unconfirmedRatio: hasSink ? tally(unconfirmed).bytes / settings.maxBytes : 0,
      oldestStampMs: lowest(logs.oldestMs, sealed.oldestMs),
      trimmedToMs: trimLog.state.trimmedToMs,
      lost: trimLog.lost,
      lossTotals: trimLog.state.book.totals,
      hoursHeld: this.#toHours(sealedReadingBytes ?? JOURNAL_LIMITS.sealedReadingBytes),
    };
  }

  /** Notes how many readings have become durable since the start, at the pace of retention. */
  noteRate(readings: number): void {
    this.#rate.note(readings, this.#options.monoMs());
  }

  /** Deletes what is too old or too much. @throws the error of the file system; then it is to be called again. */
  async expire(): Promise<void> {
    const { hasSink } = this.#options;
    const isLoss = hasSink && this.#choose().some(({ unconfirmedReadings }) => unconfirmedReadings > 0);
    // Sealed, it may all have room.
    if (isLoss) await this.#sealAll();
    await deleteSegments(this.#options, this.#choose());
  }

  /** One group. @returns whether there may be another one. @throws a mistake of ours only */
  async seal(): Promise<boolean> {
    return await this.#sealer.step();
  }

  /** Breaks off a sealing. */
  stop(): void {
    this.#sealer.stop();
  }

  async #sealAll(): Promise<void> {
    while (await this.#sealer.step(true));
  }

  #choose(): readonly Segment[] {
    const { book, settings, wallMs, hasSink } = this.#options;
    return chooseExpired(book.segments, settings, wallMs(), hasSink);
  }

  #toHours(readingBytes: number): number | null {
    const { settings } = this.#options;
    const perMs = this.#rate.perMs;
    if (perMs === null) return null;
    const limitHours = settings.maxAgeDays * 24;
    return perMs === 0
      ? limitHours
      : Math.min(limitHours, settings.maxBytes / readingBytes / perMs / HOUR_MS);
  }
}

interface Tally {
  bytes: number;
  readings: number;
  oldestMs: number | null;
}

function tally(segments: readonly Segment[]): Tally {
  const sum: Tally = { bytes: 0, readings: 0, oldestMs: null };
  for (const { figures } of segments) {
    sum.bytes += figures.bytes;
    sum.readings += figures.readings;
    sum.oldestMs = lowest(sum.oldestMs, figures.minStampMs);
  }
  return sum;
}

function lowest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
