/**
 * Which damage is news to the log of losses. The same damage can be met when a start reads a segment through, when it is to
 * be sent and when it is to be sealed, and again after a crash: what a segment is known to miss is kept with the log. Pure.
 */
import type { NewLoss } from './losses.ts';
import type { NotedDamage, TrimState } from './trim-state.ts';

/** Damaged segments remembered; each is in the directory, so that only a rotten disk has more. The oldest is forgotten. */
const MAX_NOTED = 1_000;

/** What a start has found when it read a segment through. @returns the state, and what of it is new */
export function noteScanned(
  state: TrimState,
  firstSeq: number,
  found: readonly NewLoss[],
): { readonly state: TrimState; readonly fresh: readonly NewLoss[] } {
  const scanned = found.reduce((sum, { readings }) => sum + readings, 0);
  const before = notedOf(state, firstSeq);
  if (scanned <= before.scanned) return { state, fresh: [] };
  const fresh = before.scanned === 0 ? found : [toUnknown(scanned - before.scanned)];
  return { state: withNoted(state, { ...before, scanned }), fresh };
}

/** What could not be sent of a segment, by its figures. @returns the state, and how many readings of it are new */
export function noteMissing(
  state: TrimState,
  firstSeq: number,
  missing: number,
): { readonly state: TrimState; readonly fresh: number } {
  const before = notedOf(state, firstSeq);
  const noted = { ...before, missing: Math.max(before.missing, missing) };
  return { state: withNoted(state, noted), fresh: Math.max(0, missing - before.missing) };
}

/**
 * What sealing has not found of segments that are one now: the figures of that one leave it out.
 * @returns the state, and how many readings of it are new
 */
export function noteSealed(
  state: TrimState,
  firstSeqs: readonly number[],
  missing: number,
): { readonly state: TrimState; readonly fresh: number } {
  const isOne = ({ firstSeq }: NotedDamage): boolean => firstSeqs.includes(firstSeq);
  const noted = state.damage.filter(isOne).reduce((sum, one) => sum + one.missing, 0);
  const damage = state.damage.filter((one) => !isOne(one));
  return { state: { ...state, damage }, fresh: Math.max(0, missing - noted) };
}

/** Only of segments that are there. @returns the same state when nothing goes */
export function keepNoted(state: TrimState, firstSeqs: ReadonlySet<number>): TrimState {
  const damage = state.damage.filter(({ firstSeq }) => firstSeqs.has(firstSeq));
  return damage.length === state.damage.length ? state : { ...state, damage };
}

export function toUnknown(readings: number, isConfirmed: boolean | null = null): NewLoss {
  return { kind: 'damaged', readings, isExact: false, fromMs: null, toMs: null, isConfirmed };
}

function notedOf({ damage }: TrimState, firstSeq: number): NotedDamage {
  return damage.find((one) => one.firstSeq === firstSeq) ?? { firstSeq, scanned: 0, missing: 0 };
}

function withNoted(state: TrimState, noted: NotedDamage): TrimState {
  const others = state.damage.filter(({ firstSeq }) => firstSeq !== noted.firstSeq);
  return { ...state, damage: [...others, noted].slice(-MAX_NOTED) };
}
