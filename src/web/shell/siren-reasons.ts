/**
 * What the siren rings for: emergencies that nobody has taken note of. Worked out from what is stored, not from what
 * arrives, so that a page that is loaded again rings again. Pure; the sound is sound.ts, the banner siren.tsx.
 */
import { isUnread } from '../api/message-queries.ts';
import type { Alarm, Message, Text } from '../api/types.ts';
import { compareAlarms, isPressing } from '../shared/alarm-order.ts';

export interface SirenReason {
  /** Changes when it is news again: raised once more, told once more. */
  readonly id: string;
  readonly text: Text;
  /** Where it is seen to. */
  readonly path: string;
}

/** A message that nobody has read for so long is the escalation's business, no longer the siren's. */
const MESSAGE_RINGS_MS = 1_800_000;

/** Alarms first, the worst of them at the head; then messages, the newest first. */
export function toSirenReasons(
  alarms: readonly Alarm[],
  messages: readonly Message[],
  nowMs: number,
): readonly SirenReason[] {
  const pressing = alarms.filter(ringsUntilSeen).toSorted(compareAlarms);
  const unread = messages.filter(
    (message) =>
      message.sound === 'siren' && isUnread(message) && nowMs - message.createdAtMs < MESSAGE_RINGS_MS,
  );
  return [...pressing.map(toAlarmReason), ...unread.map(toMessageReason)];
}

/** Until somebody acknowledges it. A drill is announced once, so that nobody takes it for real. */
export function ringsUntilSeen(alarm: Alarm): boolean {
  return alarm.severity === 'life-safety' && !alarm.isDrill && isPressing(alarm);
}

/** An occurrence that is raised again, or that nobody has seen to for too long, is news again. */
export function toRaiseId({ id, count, reAlarms }: Alarm): string {
  return `${id}#${count}#${reAlarms}`;
}

function toAlarmReason(alarm: Alarm): SirenReason {
  const { text, equipmentName } = alarm;
  return {
    id: toRaiseId(alarm),
    text: { zh: `${equipmentName.zh} · ${text.zh}`, en: `${equipmentName.en} · ${text.en}` },
    path: `/alarms/${alarm.id}`,
  };
}

function toMessageReason({ id, subject, ticket }: Message): SirenReason {
  return { id, text: subject, path: ticket === null ? '/inbox' : `/tickets/${ticket}` };
}
