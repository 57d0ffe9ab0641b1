/** Values as people read them: state texts for discrete points, number with unit otherwise, in both languages. */
import type { PointDef } from '../config/model.ts';
import { QUALITIES, toQualityReason } from '../core/quality.ts';
import type { Text } from '../core/text.ts';
import { UNITS } from '../core/units.ts';

/** @param value NaN is shown as the reason of its quality. */
export function formatValue(point: PointDef, value: number, quality: number): Text {
  if (Number.isNaN(value)) return QUALITIES[toQualityReason(quality)].text;
  const state = point.states.get(value);
  if (state !== undefined) return state;
  const unit = UNITS[point.unit];
  const text = `${value.toFixed(point.decimals)}${unit === '' ? '' : ` ${unit}`}`;
  return { zh: text, en: text };
}
