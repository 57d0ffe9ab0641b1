/** How a point may be written, as the page shows it: limits, and which interlocks hold now. Pure. */
import type { PointDef } from '../config/model.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { holds } from '../writing/interlocks.ts';
import type { PointView } from './schemas.ts';

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
