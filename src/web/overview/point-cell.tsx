/** One live point of a row on the overview: label above, value below. A changed value renders its own cell only. */
import { memo } from 'react';
import type { PointDefinition, Severity } from '../api/types.ts';
import { usePointState } from '../live/readings.ts';
import { isBadState, PointValue } from '../shared/point-value.tsx';
import { SeverityIcon } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';

interface PointCellProps {
  readonly point: PointDefinition;
  /** Of the worst active alarm that this point raised; null without one. */
  readonly severity: Severity | null;
}

export const PointCell = memo(function PointCell({ point, severity }: PointCellProps) {
  const format = useFormat();
  const state = usePointState(point.id);
  return (
    <div
      className={`point cell ${isBadState(state) ? 'is-bad' : ''}`}
      data-testid={`point-${point.equipment}-${point.name}`}
      data-quality={state?.qualityCode}
    >
      <dt title={format.text(point.text)}>{format.text(point.text)}</dt>
      <dd className={severity === null ? '' : `is-alarming severity-text-${severity}`}>
        {severity !== null && <SeverityIcon severity={severity} />}
        <PointValue point={point} state={state} isShort />
      </dd>
    </div>
  );
});
