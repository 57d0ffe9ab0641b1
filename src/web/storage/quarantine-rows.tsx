/** Refused readings, newest first, the same lines on a desk and a phone. */
import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { useEquipmentName } from '../links/use-names.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { useQualityText } from '../shared/use-quality-text.ts';
import type { QuarantinedRow } from './storage-queries.ts';

interface QuarantineRowsProps {
  readonly rows: readonly QuarantinedRow[];
  /** Ids; null = nothing can be selected. */
  readonly selected: readonly number[] | null;
  readonly onSelect: (ids: readonly number[]) => void;
}

export function QuarantineRows({ rows, selected, onSelect }: QuarantineRowsProps) {
  const { t } = useTranslation();
  const isAll = selected !== null && rows.length > 0 && rows.every(({ id }) => selected.includes(id));
  return (
    <>
      {selected !== null && (
        <Checkbox
          checked={isAll}
          indeterminate={!isAll && selected.length > 0}
          onChange={() => onSelect(isAll ? [] : rows.map(({ id }) => id))}
        >
          {t('storage.selectAll')}
        </Checkbox>
      )}
      <ul className="plain-list quarantine-rows">
        {rows.map((row) => (
          <Row
            key={row.id}
            row={row}
            isSelected={selected === null ? null : selected.includes(row.id)}
            onSelect={(isOn) =>
              selected !== null &&
              onSelect(isOn ? [...selected, row.id] : selected.filter((id) => id !== row.id))
            }
          />
        ))}
      </ul>
    </>
  );
}

interface RowProps {
  readonly row: QuarantinedRow;
  readonly isSelected: boolean | null;
  readonly onSelect: (isOn: boolean) => void;
}

function Row({ row, isSelected, onSelect }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQualityText = useQualityText();
  const toEquipmentName = useEquipmentName();
  const { id, atMs, reason, point, text, stampMs, value, unit, qualityCode } = row;
  const name = text === null ? (point ?? t('storage.unknownPoint')) : format.text(text);
  return (
    <li className="quarantine-row" data-testid={`quarantine-row-${id}`}>
      {isSelected !== null && (
        <Checkbox
          checked={isSelected}
          aria-label={t('storage.select', { name })}
          onChange={(event) => onSelect(event.target.checked)}
          {...testId(`quarantine-select-${id}`)}
        />
      )}
      <span className="quarantine-what">
        <b>{name}</b> {point !== null && <span className="hint">{toEquipmentName(toOwner(point))}</span>}
        <span className="prewrap quarantine-reason">{reason}</span>
      </span>
      <span className="figures">
        {value === null ? toQualityText(qualityCode) : `${value} ${unit}`}
        <span className="hint quarantine-time">
          {t('storage.stamp')} {stampMs === null ? t('common.none') : format.dateTime(stampMs)}
        </span>
        <span className="hint quarantine-time">
          {t('storage.refusedAt')} {format.dateTime(atMs)}
        </span>
        {!row.isResendable && <span className="attention">{t('storage.notResendable')}</span>}
      </span>
    </li>
  );
}

/** `dws-1/flow` → `dws-1`. */
function toOwner(point: string): string {
  return point.slice(0, point.indexOf('/'));
}
