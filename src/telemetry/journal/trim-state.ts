/**
 * What trim-log.ts keeps, and `lost.json` made into it. Version 1 of the file knew losses by deletion only, as one sum; what
 * was being deleted when the process ended is lost for sure. Pure.
 */
import {
  addLoss,
  LOSS_KINDS,
  type Loss,
  type LossBook,
  type LossTotals,
  type NewLoss,
  NO_LOSSES,
} from './losses.ts';

/** Damage of a segment that is in the log already, so that it is not counted again. */
export interface NotedDamage {
  /** First block. */
  readonly firstSeq: number;
  /** Readings, or places where they are not known, that reading it through at a start has found damaged. */
  readonly scanned: number;
  /** Readings that are among its figures and could not be read when they were to be sent or sealed. */
  readonly missing: number;
}

export interface TrimState {
  readonly book: LossBook;
  /** Losses by a deletion that is under way: known for sure when it has ended. */
  readonly pending: readonly NewLoss[];
  /** Highest stamp of anything deleted, UTC ms; null = nothing ever was. Behind it the journal is complete. */
  readonly trimmedToMs: number | null;
  /** No new reading has a stamp up to it: of what was deleted, and of damaged blocks that sealing left behind. */
  readonly stampFloorMs: number | null;
  /** Highest block number deleted; 0 = none. */
  readonly seqFloor: number;
  /** Names of the files that were deleted last; a start deletes them once more. */
  readonly deleting: readonly string[];
  /** The same of the quarantine; null = none was. */
  readonly pushedOut: string | null;
  /** Of segments that are there. */
  readonly damage: readonly NotedDamage[];
}

export const NOTHING_TRIMMED: TrimState = {
  book: NO_LOSSES,
  pending: [],
  trimmedToMs: null,
  stampFloorMs: null,
  seqFloor: 0,
  deleting: [],
  pushedOut: null,
  damage: [],
};

type Fields = Readonly<Record<string, unknown>>;

/** @param nowMs when a loss of version 1 counts as noticed @returns null when it cannot be read or is of a later version. */
export function parseTrimState(text: string, nowMs: number): TrimState | null {
  const stored = parseFields(text);
  if (stored === null) return null;
  if (stored['version'] === 1) return parseFirst(stored, nowMs);
  if (stored['version'] !== 2) return null;
  const book = parseBook(stored['book']);
  const pending = parseList(stored['pending'], isNewLoss);
  if (book === null || pending === null) return null;
  return {
    ...parseTrimmed(stored),
    book: pending.reduce((sum, loss) => addLoss(sum, loss, nowMs), book),
    pushedOut: isQuarantineName(stored['pushedOut']) ? stored['pushedOut'] : null,
    damage: parseList(stored['damage'], isDamage) ?? [],
  };
}

function parseFields(text: string): Fields | null {
  try {
    const stored: unknown = JSON.parse(text);
    return isFields(stored) ? stored : null;
  } catch {
    return null;
  }
}

function parseFirst(stored: Fields, nowMs: number): TrimState {
  const lost = stored['lost'];
  const state = parseTrimmed(stored);
  if (!isFields(lost)) return state;
  const loss = { ...lost, kind: 'expired', isExact: true, isConfirmed: false };
  return isNewLoss(loss) ? { ...state, book: addLoss(NO_LOSSES, loss, nowMs) } : state;
}

function parseTrimmed({ trimmedToMs, stampFloorMs, seqFloor, deleting }: Fields): TrimState {
  return {
    ...NOTHING_TRIMMED,
    trimmedToMs: isNumber(trimmedToMs) ? trimmedToMs : null,
    stampFloorMs: isNumber(stampFloorMs) ? stampFloorMs : null,
    seqFloor: isNumber(seqFloor) ? seqFloor : 0,
    deleting: Array.isArray(deleting) ? deleting.filter(isFileName) : [],
  };
}

function parseBook(stored: unknown): LossBook | null {
  if (!isFields(stored)) return null;
  const { nextId, totals, acknowledged } = stored;
  const losses = parseList(stored['losses'], isLoss);
  if (!isNumber(nextId) || losses === null || !isTotals(totals)) return null;
  return { nextId, losses, totals, acknowledged: isAcknowledged(acknowledged) ? acknowledged : null };
}

/** null where one of them is none. */
function parseList<T>(stored: unknown, isOne: (value: unknown) => value is T): readonly T[] | null {
  return Array.isArray(stored) && stored.every(isOne) ? stored : null;
}

function isNewLoss(value: unknown): value is NewLoss {
  if (!isFields(value)) return false;
  const { kind, readings, isExact, fromMs, toMs, isConfirmed } = value;
  return (
    LOSS_KINDS.some((one) => one === kind) &&
    isNumber(readings) &&
    typeof isExact === 'boolean' &&
    [fromMs, toMs].every((ms) => ms === null || isNumber(ms)) &&
    (isConfirmed === null || typeof isConfirmed === 'boolean')
  );
}

function isLoss(value: unknown): value is Loss {
  if (!isNewLoss(value) || !isFields(value)) return false;
  const { id, noticedMs, noticedToMs, joined, isSeen } = value as Fields;
  return [id, noticedMs, noticedToMs, joined].every(isNumber) && typeof isSeen === 'boolean';
}

function isTotals(value: unknown): value is LossTotals {
  if (!isFields(value)) return false;
  return LOSS_KINDS.every((kind) => {
    const total = value[kind];
    return isFields(total) && isNumber(total['readings']) && isNumber(total['losses']);
  });
}

function isAcknowledged(value: unknown): value is NonNullable<LossBook['acknowledged']> {
  return (
    isFields(value) &&
    typeof value['by'] === 'string' &&
    isNumber(value['atMs']) &&
    isNumber(value['readings'])
  );
}

function isDamage(value: unknown): value is NotedDamage {
  return isFields(value) && [value['firstSeq'], value['scanned'], value['missing']].every(isNumber);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** Only what this journal makes: nothing outside of its directory is ever deleted. */
function isFileName(name: unknown): name is string {
  return typeof name === 'string' && /^\d{16}\.(seg|idx|sealed)$/.test(name);
}

function isQuarantineName(name: unknown): name is string {
  return typeof name === 'string' && /^\d{16}\.log$/.test(name);
}
