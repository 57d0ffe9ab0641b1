/** Whether an interlock holds: TRUE, FALSE or UNKNOWN (null). Pure; also shows people why they may not write. */
import type { Interlock } from '../config/model.ts';
import { isGood } from '../core/quality.ts';
import type { Text } from '../core/text.ts';
import { renderText } from '../core/text.ts';

/** Latest value of a point; null without a usable one. */
export interface PointReading {
  readonly value: number | null;
  readonly quality: number;
}

/**
 * Only a good reading can say that it is safe to act: an uncertain one is UNKNOWN here, whatever a rule makes of it.
 * @returns null = UNKNOWN
 */
export function holds(interlock: Interlock, { value, quality }: PointReading): boolean | null {
  if (value === null || !Number.isFinite(value) || !isGood(quality)) return null;
  if (interlock.in !== null) return interlock.in.includes(value);
  if (interlock.notIn !== null) return !interlock.notIn.includes(value);
  return value >= (interlock.min ?? -Infinity) && value <= (interlock.max ?? Infinity);
}

const UNKNOWN: Text = { zh: '{text}（无法确认）', en: '{text} (cannot be confirmed)' };

/** Texts of the interlocks that do not hold, joined; null when all are known to hold. */
export function toObstacle(
  interlocks: readonly Interlock[],
  read: (point: number) => PointReading,
): Text | null {
  const texts = interlocks.flatMap((interlock): Text[] => {
    const isHeld = holds(interlock, read(interlock.point));
    if (isHeld === true) return [];
    return [isHeld === false ? interlock.text : renderText(UNKNOWN, { text: interlock.text })];
  });
  if (texts.length === 0) return null;
  return { zh: texts.map(({ zh }) => zh).join('；'), en: texts.map(({ en }) => en).join('; ') };
}
