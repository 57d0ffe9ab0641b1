/** What people do to one occurrence: acknowledge it (rows 2 and 5), reset a latched one, write a comment. Pure. */
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { isStanding } from './annunciation.ts';
import { toEnded } from './ending.ts';
import type { AlarmStep } from './step.ts';

const COMMENT_RULE: Text = { zh: '备注不能为空', en: 'a note needs text' };

/** @throws RiserError `alarm-ended`, `already-acknowledged`. */
export function acknowledgeAlarm(occurrence: Occurrence, by: string, note: string, nowMs: number): AlarmStep {
  if (occurrence.endedAtMs !== null) throw new RiserError('alarm-ended');
  if (occurrence.acknowledged !== null) {
    throw new RiserError('already-acknowledged', { by: occurrence.acknowledged.by });
  }
  const acknowledged: Occurrence = { ...occurrence, acknowledged: { by, atMs: nowMs, note } };
  const event: AlarmEvent = { type: 'acknowledged', atMs: nowMs, occurrence: acknowledged, by, note };
  if (isStanding(acknowledged)) return { occurrence: acknowledged, events: [event] };
  const ended = toEnded(acknowledged, 'returned', nowMs);
  return { occurrence: ended, events: [event, { type: 'ended', atMs: nowMs, occurrence: ended, by }] };
}

/**
 * OPC UA Part 9, 5.8.5: only what has returned and been acknowledged can be reset.
 * @throws RiserError `alarm-ended`, `reset-not-allowed`.
 */
export function resetAlarm(occurrence: Occurrence, by: string, note: string, nowMs: number): AlarmStep {
  if (occurrence.endedAtMs !== null) throw new RiserError('alarm-ended');
  if (!occurrence.isLatched || occurrence.isActive || occurrence.acknowledged === null) {
    throw new RiserError('reset-not-allowed');
  }
  const reset: Occurrence = { ...occurrence, isLatched: false };
  const ended = toEnded(reset, 'returned', nowMs);
  return {
    occurrence: ended,
    events: [
      { type: 'reset', atMs: nowMs, occurrence: reset, by, note },
      { type: 'ended', atMs: nowMs, occurrence: ended, by },
    ],
  };
}

/** Changes nothing; stands in the history. @throws RiserError `missing-fields`. */
export function commentAlarm(occurrence: Occurrence, by: string, note: string, nowMs: number): AlarmStep {
  if (note.trim() === '') throw new RiserError('missing-fields', { fields: 'note', rule: COMMENT_RULE });
  return { occurrence, events: [{ type: 'commented', atMs: nowMs, occurrence, by, note }] };
}
