/** How a point may be written, as the page shows it: limits, and which interlocks hold now; and what was written. Pure. */
import type { PointDef } from '../config/model.ts';
import { toReasonText } from '../core/reason.ts';
import type { PointWriteRow } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { holds } from '../writing/interlocks.ts';
import type { PointView } from './schemas.ts';
import type { PointWriteView } from './write-schema.ts';

/** null = read only. */
export function toWriteView({ write }: PointDef, latest: LatestView): PointView['write'] {
  if (write === null) return null;
  const { min, max, values, role, revertAfterMs, interlocks } = write;
  return {
    min,
    max,
    values: values === null ? null : [...values],
    role,
    revertAfterMs,
    interlocks: interlocks.map((interlock) => ({
      text: interlock.text,
      holds: holds(interlock, latest.get(interlock.point)),
    })),
  };
}

/** Without where in the field it was written, which is nobody's business. */
export function toPointWriteView({ target: _target, ...row }: PointWriteRow): PointWriteView {
  return { ...row, detailText: toReasonText(row.detail) };
}
