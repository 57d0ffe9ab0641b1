/** A value as people see it beside the panel, and whether what they read there is the same. Pure. */
import type { PointDef } from '../config/model.ts';
import type { ValueCheck } from '../core/commissioning.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { UNITS } from '../core/units.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import type { ValueInput } from './port.ts';

/** @param toText of points of type `text` */
export function toShownText(
  point: PointDef,
  value: number,
  toText: (number: number) => string | undefined,
): Text {
  if (point.type === 'text') return same(toText(value) ?? '');
  const state = point.states.get(value);
  if (state !== undefined) return state;
  const unit = UNITS[point.unit];
  return same(`${value.toFixed(point.decimals)}${unit === '' ? '' : ` ${unit}`}`);
}

/** @throws RiserError `bad-request` where a number or a text was given and the point is the other */
export function toValueCheck(
  point: PointDef,
  shown: number,
  shownText: Text,
  { panel, tolerance, explanation }: ValueInput,
): ValueCheck {
  if ((typeof panel === 'string') !== (point.type === 'text')) throw new RiserError('bad-request');
  if (typeof panel === 'string') {
    const isWithin = panel.trim() === shownText.zh.trim();
    return { shown, shownText, panel, tolerance: 0, isWithin, explanation };
  }
  const allowed = tolerance ?? toTolerance(point, panel);
  // A difference of exactly the tolerance counts as the same, whatever binary fractions make of it.
  const isWithin =
    Math.abs(shown - panel) <= allowed + Number.EPSILON * Math.max(1, Math.abs(shown), Math.abs(panel));
  return { shown, shownText, panel, tolerance: allowed, isWithin, explanation };
}

/** Of a share: people read 0.058, not 0.057999999999999996. */
const TOLERANCE_DIGITS = 9;

/** States are the same or not; of a measured value a share of it, at least the last digit that is shown. */
export function toTolerance({ type, states, decimals }: PointDef, panel: number): number {
  if (type !== 'number' || states.size > 0) return 0;
  const share = Math.abs(panel) * COMMISSIONING_LIMITS.toleranceRatio;
  return Math.max(Number(share.toPrecision(TOLERANCE_DIGITS)), 10 ** -decimals);
}

function same(text: string): Text {
  return { zh: text, en: text };
}
