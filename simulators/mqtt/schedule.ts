/**
 * Which messages of a device are to be sent now. Pure but for its memory of what was sent; sending is client.ts.
 *
 *   retained              on change, and again every repeatMs   ts = time of the last change
 *   not retained, repeat  every repeatMs only                   ts = now
 *   not retained, none    on change                             ts = now
 */
import type { Message } from '../devices/device.ts';

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly isRetained: boolean;
}

export interface Schedule {
  /** What is due, as if it were sent: it is not given again. @param nowMs UTC ms. */
  take(messages: readonly Message[], nowMs: number): readonly Publication[];
  /** After a new connection everything is due. */
  restart(): void;
}

interface Sent {
  /** Without `ts`. */
  readonly text: string;
  readonly changedAtMs: number;
  /** Infinity = only on change. */
  readonly repeatAtMs: number;
}

export function createSchedule(): Schedule {
  /** Key: topic. */
  const sent = new Map<string, Sent>();
  let isAllDue = true;
  return {
    take(messages, nowMs) {
      const due = messages.flatMap((message) => {
        const before = sent.get(message.topic);
        const after = toSent(message, before, nowMs, isAllDue);
        if (after === null) return [];
        sent.set(message.topic, after);
        const ts = message.isRetained ? after.changedAtMs : nowMs;
        return [toPublication(message, ts)];
      });
      isAllDue = false;
      return due;
    },
    restart() {
      isAllDue = true;
    },
  };
}

/** null = not due. */
function toSent(message: Message, before: Sent | undefined, nowMs: number, isAllDue: boolean): Sent | null {
  const text = JSON.stringify(message.payload);
  const isChanged = before?.text !== text;
  const isRepeat = before !== undefined && nowMs >= before.repeatAtMs;
  const isTelemetry = !message.isRetained && message.repeatMs !== null;
  if (!isAllDue && before !== undefined && !isRepeat && (!isChanged || isTelemetry)) return null;
  return {
    text,
    changedAtMs: isChanged ? nowMs : before.changedAtMs,
    repeatAtMs: toNextRepeat(message, isRepeat ? before.repeatAtMs : nowMs, nowMs),
  };
}

/** Keeps the beat although the rounds do not fall on it; a beat that was slept through is not made up. */
function toNextRepeat({ repeatMs }: Message, fromMs: number, nowMs: number): number {
  if (repeatMs === null) return Infinity;
  return fromMs + repeatMs > nowMs ? fromMs + repeatMs : nowMs + repeatMs;
}

function toPublication({ topic, payload, isRetained }: Message, ts: number): Publication {
  return { topic, payload: JSON.stringify({ ...payload, ts }), isRetained };
}
