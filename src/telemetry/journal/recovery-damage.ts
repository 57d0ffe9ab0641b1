/**
 * What a log segment that a start has read through has lost. Pure.
 *
 * | found                                     | is                                                                        |
 * | a block whose header is sound             | a loss, with count and range by the header                                |
 * | a stretch without one                     | a loss of one reading at least, when is unknown                           |
 * | fewer readings than its index tells       | a loss of the rest, counted exactly, when is unknown (a file cut short)   |
 * | a tail that a crash has cut off           | none: it was being written, and nobody was told that it is durable        |
 * | what lies behind the end by its index     | none: a write that failed; its readings were written to the next segment  |
 */
import type { Confirmations } from './confirm.ts';
import { toUnknown } from './damage.ts';
import { type BlockHeader, HEADER_BYTES } from './format.ts';
import type { NewLoss } from './losses.ts';
import type { Scanned } from './scan.ts';
import type { SegmentFigures } from './segments.ts';

export interface ReadThrough {
  readonly firstSeq: number;
  readonly bytes: Buffer;
  readonly scanned: readonly Scanned[];
  /** Figures of another size, from the time when it was closed; null = it was being written when the process ended. */
  readonly indexed: SegmentFigures | null;
}

type Damage = Extract<Scanned, { type: 'damage' }>;

export function findDamage(segment: ReadThrough, confirmations: Confirmations): readonly NewLoss[] {
  const { bytes, indexed } = segment;
  const endBytes = indexed?.bytes ?? bytes.length;
  const items = segment.scanned.filter(({ offset }) => offset < endBytes);
  const losses = items.flatMap((item, at): readonly NewLoss[] => {
    if (item.type === 'block') return [];
    if (indexed === null && at === items.length - 1 && isUnfinished(bytes, item)) return [];
    return toLosses(item, toConfirmed(segment, items, at, confirmations));
  });
  return indexed === null ? losses : toCounted(losses, items, indexed, confirmations);
}

/** A crash leaves the beginning of a write, a power cut also nothing but zeros in its place. */
function isUnfinished(bytes: Buffer, { offset, header }: Damage): boolean {
  if (header !== null) return offset + header.bytes > bytes.length;
  const start = bytes.subarray(offset, offset + HEADER_BYTES);
  return start.length < HEADER_BYTES || start.every((byte) => byte === 0);
}

function toLosses({ bytes, header }: Damage, isConfirmed: boolean | null): readonly NewLoss[] {
  if (header === null) return [toUnknown(1, isConfirmed)];
  // A header behind it was damaged as well.
  const hasMore = bytes > header.bytes;
  return [toKnown(header, isConfirmed), ...(hasMore ? [toUnknown(1)] : [])];
}

function toKnown({ readings, minStampMs, maxStampMs }: BlockHeader, isConfirmed: boolean | null): NewLoss {
  return {
    kind: 'damaged',
    readings,
    isExact: true,
    fromMs: minStampMs,
    toMs: maxStampMs,
    isConfirmed,
  };
}

/** By the numbers that lie between the blocks around it, where its own is not known. */
function toConfirmed(
  { firstSeq }: ReadThrough,
  items: readonly Scanned[],
  at: number,
  confirmations: Confirmations,
): boolean | null {
  const own = items[at]?.header?.seq;
  const from = own ?? (items[at - 1]?.header?.seq ?? firstSeq - 1) + 1;
  const next = items[at + 1]?.header?.seq;
  const to = own ?? (next === undefined ? from : next - 1);
  if (to < from) return null;
  if (confirmations.covers(from, to)) return true;
  return confirmations.overlaps(from, to) ? null : false;
}

/** The index says how many there must be: what no header tells of is counted by it. */
function toCounted(
  losses: readonly NewLoss[],
  items: readonly Scanned[],
  { firstSeq, lastSeq, readings, minStampMs, maxStampMs }: SegmentFigures,
  confirmations: Confirmations,
): readonly NewLoss[] {
  const intact = items.reduce((sum, item) => sum + (item.type === 'block' ? item.header.readings : 0), 0);
  const known = losses.filter(({ isExact }) => isExact);
  const told = known.reduce((sum, loss) => sum + loss.readings, 0);
  const rest = readings - intact - told;
  if (rest <= 0) return known;
  const isAll = rest === readings;
  const isConfirmed = confirmations.covers(firstSeq, lastSeq)
    ? true
    : confirmations.overlaps(firstSeq, lastSeq)
      ? null
      : false;
  const fromMs = isAll ? minStampMs : null;
  const toMs = isAll ? maxStampMs : null;
  return [...known, { ...toUnknown(rest, isConfirmed), isExact: true, fromMs, toMs }];
}
