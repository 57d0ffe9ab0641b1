/** The chosen points: number and colour of the curve, and what stood at the time under the cursor, or stands now. */
import CloseOutlined from '@ant-design/icons/CloseOutlined';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PointDefinition } from '../api/types.ts';
import { useEquipmentName } from '../links/use-names.ts';
import { useFormat } from '../shared/use-format.ts';
import { type Curve, isStatePoint, toStanding } from './curve.ts';
import { useReasonWords } from './use-reason-words.ts';

interface TrendLegendProps {
  /** In order; a point that the site does not have keeps its id. */
  readonly ids: readonly string[];
  readonly definitions: ReadonlyMap<string, PointDefinition>;
  readonly curves: readonly Curve[];
  /** Whose values are shown, UTC ms. */
  readonly atMs: number;
  readonly onRemove: (id: string) => void;
}

export function TrendLegend({ ids, definitions, curves, atMs, onRemove }: TrendLegendProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ol className="trend-legend" data-testid="trend-legend">
      {ids.map((id, slot) => {
        const point = definitions.get(id);
        const name = point === undefined ? id : format.text(point.text);
        return (
          <li key={id} className="trend-legend-row" data-testid={`legend-${id}`}>
            <span className={`curve-key curve-${slot + 1}`} aria-hidden>
              {slot + 1}
            </span>
            <Name id={id} point={point} />
            <Value curve={curves.find((curve) => curve.point.id === id)} atMs={atMs} />
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={t('trends.remove', { name })}
              data-testid={`legend-remove-${id}`}
              onClick={() => onRemove(id)}
            />
          </li>
        );
      })}
    </ol>
  );
}

interface NameProps {
  readonly id: string;
  readonly point: PointDefinition | undefined;
}

function Name({ id, point }: NameProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toEquipmentName = useEquipmentName();
  if (point === undefined) {
    return (
      <span className="trend-legend-name">
        {id} <span className="attention">{t('trends.noPoint')}</span>
      </span>
    );
  }
  return (
    <span className="trend-legend-name">
      <Link className="row-link" to={`/equipment/${point.equipment}?point=${encodeURIComponent(id)}`}>
        {format.text(point.text)}
      </Link>
      <span className="hint">{toEquipmentName(point.equipment)}</span>
    </span>
  );
}

/** Value with unit, range where the sample stands for a stretch, and the reason where it is not simply good. */
function Value({ curve, atMs }: { readonly curve: Curve | undefined; readonly atMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toWords = useReasonWords();
  if (curve === undefined) return <span className="trend-legend-value hint">{t('common.none')}</span>;
  const { point } = curve;
  const standing = toStanding(curve, atMs);
  const { value, min, max, level } = standing;
  const write = (one: number): string => format.value(point, one);
  const isState = isStatePoint(point);
  return (
    <span className="trend-legend-value" data-level={level}>
      <span>
        <b className="figures">{value === null ? t('common.none') : write(value)}</b>
        {!isState && value !== null && point.unit !== '' && <span className="unit"> {point.unit}</span>}
      </span>
      {min !== null && max !== null && (
        <span className="hint figures">
          {isState ? t('trends.changed') : t('trends.between', { min: write(min), max: write(max) })}
        </span>
      )}
      {level !== 'good' && <span className={`reason-${level}`}>{toWords(standing)}</span>}
    </span>
  );
}
