/**
 * What came of one write, from the gateway's answer, from the lack of one, and from its records. Pure.
 *
 *   answer of the gateway                         shown as
 *   row confirmed, differs, failed, unknown       that
 *   row sent (15 s are over, it goes on)          waiting; its record tells the end
 *   refused, certainly before anything was sent   refused
 *   anything else: no answer, a fault inside      lost: nobody knows; its record tells, once there is one
 */
import { ProblemError } from '../api/client.ts';
import type { PointWrite } from '../api/types.ts';

export interface Asked {
  readonly value: number;
  readonly reason: string;
}

export type WriteAnswer =
  | { readonly type: 'row'; readonly row: PointWrite }
  | { readonly type: 'refused'; readonly error: ProblemError }
  | { readonly type: 'lost'; readonly error: Error };

/** Problems above 499 of which the gateway says that nothing was changed (core/errors.ts). */
const CERTAIN: ReadonlySet<string> = new Set(['write-failed', 'link-down', 'store-failed']);
const FIRST_SERVER_STATUS = 500;
/** The page's idea of the gateway's time may be off by this much. */
const CLOCK_TOLERANCE_MS = 5_000;

/** Only what certainly changed nothing is a refusal: everything else may have reached the device. */
export function toFailedAnswer(error: Error): WriteAnswer {
  const isRefused =
    error instanceof ProblemError &&
    error.text !== null &&
    (error.status < FIRST_SERVER_STATUS || CERTAIN.has(error.code));
  return isRefused ? { type: 'refused', error } : { type: 'lost', error };
}

export interface Sending {
  readonly point: string;
  readonly by: string;
  readonly asked: Asked;
  /** Gateway time at which it was sent, UTC ms. */
  readonly sinceMs: number;
}

/** The answer as the records have it now, until it has an end. @param rows newest first. */
export function followAnswer(
  answer: WriteAnswer,
  sending: Sending,
  rows: readonly PointWrite[],
): WriteAnswer {
  if (answer.type === 'refused' || (answer.type === 'row' && answer.row.state !== 'sent')) return answer;
  const row =
    answer.type === 'row'
      ? rows.find(({ id }) => id === answer.row.id)
      : rows.find((candidate) => isOf(candidate, sending));
  return row === undefined ? answer : { type: 'row', row };
}

function isOf(row: PointWrite, { point, by, asked, sinceMs }: Sending): boolean {
  return (
    row.point === point &&
    row.by === by &&
    row.value === asked.value &&
    row.reason === asked.reason.trim() &&
    row.atMs >= sinceMs - CLOCK_TOLERANCE_MS
  );
}

/** Whether the gateway is still at work on it: nobody may write to the point until it has ended. */
export function isUnderWay({ state }: PointWrite): boolean {
  return state === 'sent' || state === 'reverting';
}

/** The newest write of a point; null = none is known. @param rows newest first. */
export function latestOf(point: string, rows: readonly PointWrite[]): PointWrite | null {
  return rows.find((row) => row.point === point) ?? null;
}

/** What a revert would write: what stood before the first of several writes whose revert has not come yet. */
export function toRevertValue(
  point: string,
  rows: readonly PointWrite[],
  present: number | null,
): number | null {
  const pending = rows.find((row) => row.point === point && row.revertAtMs !== null);
  return pending === undefined ? present : pending.previous;
}
