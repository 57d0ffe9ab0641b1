/**
 * The life of one write as a pure machine; the row is all that survives a restart. What is sent, and when it is due, is
 * writing.ts's business.
 *
 *   state             input            next             revert
 *   sent              outcome          confirmed, differs, unknown   stays due
 *   sent              outcome failed   failed           none: nothing was changed
 *   sent              restarted        unknown          stays due
 *   confirmed … ¹     revert-begins    reverting        —
 *   confirmed … ¹     held             the same         waits, and says for what
 *   confirmed … ¹     superseded       superseded       none: a newer write has taken it over
 *   confirmed … ¹     abandoned        revert-failed    none: it cannot be made any more
 *   reverting         confirmed        reverted         done
 *   reverting         other outcome    revert-failed    again after a growing time, a bounded number of times
 *   reverting         restarted        revert-failed    again
 *   ¹ also differs, unknown, revert-failed; with a revert due
 *
 * A write is sent once, for ever. A revert may be sent again: writing what stood before does no more the second time.
 */

import { assert, never } from '../core/assert.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { AuditRow, PointWriteRow } from '../store/store.ts';
import { WRITING_LIMITS } from './limits.ts';

export interface WriteState {
  readonly row: PointWriteRow;
  /** Reverts that have failed since the start of the gateway. */
  readonly tries: number;
}

/** What came of sending a value. `failed` = certainly not carried out. */
export interface Outcome {
  readonly state: 'confirmed' | 'failed' | 'differs' | 'unknown';
  readonly readBack: number | null;
  /** In plain English; empty when confirmed. */
  readonly detail: string;
}

export type WriteInput =
  | { readonly type: 'outcome'; readonly outcome: Outcome }
  | { readonly type: 'revert-begins' }
  | { readonly type: 'held'; readonly why: string }
  | { readonly type: 'superseded'; readonly by: string }
  | { readonly type: 'abandoned'; readonly why: string }
  | { readonly type: 'restarted' };

export type WriteEffect =
  | { readonly type: 'audit'; readonly entry: AuditRow }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string };

export interface Stepped {
  readonly state: WriteState;
  /** Empty = nothing has changed. */
  readonly effects: readonly WriteEffect[];
}

/** @param from what stood at that moment, for the audit; `row.previous` is what a revert will write */
export function toSent(row: PointWriteRow, from: number | null): Stepped {
  const { id, value, reason, revertAtMs } = row;
  const detail = { write: id, from, to: value, reason, revertAtMs };
  return { state: { row, tries: 0 }, effects: [audit(row, row.by, 'point-write', row.atMs, detail)] };
}

/** @param nowMs UTC ms */
export function step(state: WriteState, input: WriteInput, nowMs: number): Stepped {
  switch (input.type) {
    case 'outcome':
      return state.row.state === 'reverting'
        ? stepReverted(state, input.outcome, nowMs)
        : stepOutcome(state, input.outcome, nowMs);
    case 'revert-begins':
      return stepRevertBegins(state, nowMs);
    case 'held':
      return stepHeld(state, input.why, nowMs);
    case 'superseded':
      return stepSuperseded(state, input.by, nowMs);
    case 'abandoned':
      return stepAbandoned(state, input.why, nowMs);
    case 'restarted':
      return stepRestarted(state, nowMs);
    default:
      return never(input);
  }
}

function stepOutcome(before: WriteState, { state, readBack, detail }: Outcome, nowMs: number): Stepped {
  const { row } = before;
  assert(row.state === 'sent', `write ${row.id} has one outcome`);
  const revertAtMs = state === 'failed' ? null : row.revertAtMs;
  const after = { ...row, state, readBack, detail, revertAtMs, changedAtMs: nowMs };
  const told = { write: row.id, state, to: row.value, readBack, detail };
  const level = state === 'confirmed' ? 'info' : 'warn';
  return changed(before.tries, after, [
    audit(row, GATEWAY, 'point-write-result', nowMs, told),
    log(level, `write of ${row.point} by ${row.by}: ${state}${detail === '' ? '' : `, ${detail}`}`),
  ]);
}

function stepRestarted(before: WriteState, nowMs: number): Stepped {
  const detail = 'the gateway ended before it was known';
  const outcome: Outcome = { state: 'unknown', readBack: null, detail };
  if (before.row.state === 'reverting') return stepReverted(before, outcome, nowMs);
  return before.row.state === 'sent' ? stepOutcome(before, outcome, nowMs) : { state: before, effects: [] };
}

function stepRevertBegins({ row, tries }: WriteState, nowMs: number): Stepped {
  assertDue(row);
  const told = { write: row.id, to: row.previous, by: row.by, reason: row.reason };
  return changed(tries, { ...row, state: 'reverting', changedAtMs: nowMs }, [
    audit(row, GATEWAY, 'point-revert', nowMs, told),
  ]);
}

function stepReverted(before: WriteState, { state, readBack, detail }: Outcome, nowMs: number): Stepped {
  const { row } = before;
  const tries = before.tries + 1;
  const isDone = state === 'confirmed';
  const isOver = isDone || tries >= WRITING_LIMITS.revertTries;
  const after: PointWriteRow = {
    ...row,
    state: isDone ? 'reverted' : 'revert-failed',
    readBack,
    detail,
    revertAtMs: isOver ? null : nowMs + toRetryMs(tries),
    changedAtMs: nowMs,
  };
  const told = { write: row.id, state: after.state, to: row.previous, readBack, detail, tries };
  const effects: WriteEffect[] = [audit(row, GATEWAY, 'point-revert-result', nowMs, told)];
  if (isDone) effects.push(log('info', `${row.point} is back at ${row.previous}`));
  else if (isOver) effects.push(log('error', `${row.point} was not put back: given up, ${detail}`));
  else if (tries === 1) effects.push(log('error', `${row.point} was not put back: ${detail}; tried again`));
  return changed(isDone ? 0 : tries, after, effects);
}

function stepHeld(before: WriteState, why: string, nowMs: number): Stepped {
  const { row, tries } = before;
  assertDue(row);
  const detail = `revert waits: ${why}`;
  if (row.detail === detail) return { state: before, effects: [] };
  return changed(tries, { ...row, detail, changedAtMs: nowMs }, [
    audit(row, GATEWAY, 'point-revert-held', nowMs, { write: row.id, why }),
    log('warn', `${row.point} is not put back yet: ${why}`),
  ]);
}

function stepSuperseded({ row, tries }: WriteState, by: string, nowMs: number): Stepped {
  assertDue(row);
  const after: PointWriteRow = { ...row, state: 'superseded', revertAtMs: null, changedAtMs: nowMs };
  return changed(tries, after, [
    audit(row, GATEWAY, 'point-revert-superseded', nowMs, { write: row.id, by }),
  ]);
}

function stepAbandoned({ row, tries }: WriteState, why: string, nowMs: number): Stepped {
  assertDue(row);
  const after: PointWriteRow = {
    ...row,
    state: 'revert-failed',
    revertAtMs: null,
    detail: why,
    changedAtMs: nowMs,
  };
  return changed(tries, after, [
    audit(row, GATEWAY, 'point-revert-result', nowMs, { write: row.id, state: after.state, detail: why }),
    log('error', `${row.point} cannot be put back: ${why}`),
  ]);
}

function toRetryMs(tries: number): number {
  const { revertRetryMinMs, revertRetryMaxMs } = WRITING_LIMITS;
  return Math.min(revertRetryMaxMs, revertRetryMinMs * 2 ** (tries - 1));
}

function assertDue(row: PointWriteRow): void {
  const isWaiting = row.state !== 'sent' && row.state !== 'reverting' && row.revertAtMs !== null;
  assert(isWaiting, `write ${row.id} (${row.state}) has a revert to come`);
}

function changed(tries: number, row: PointWriteRow, effects: readonly WriteEffect[]): Stepped {
  return { state: { row, tries }, effects };
}

function audit(
  { point }: PointWriteRow,
  actor: string,
  action: string,
  atMs: number,
  detail: AuditRow['detail'],
): WriteEffect {
  return { type: 'audit', entry: { atMs, actor, action, object: point, detail } };
}

function log(level: 'info' | 'warn' | 'error', message: string): WriteEffect {
  return { type: 'log', level, message };
}
