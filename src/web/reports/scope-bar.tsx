/** Whose alarms are counted: the whole site, one equipment, one rule of it. */
import { Button, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useEquipment, useRule } from '../api/queries.ts';
import { toEquipmentOptions } from '../shared/equipment-options.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import type { ReportView } from './report-address.ts';

interface ScopeBarProps {
  readonly view: ReportView;
  readonly onChange: (next: Partial<ReportView>) => void;
}

export function ScopeBar({ view: { equipment, rule }, onChange }: ScopeBarProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const register = useEquipment().data?.items;
  const options = useMemo(() => toEquipmentOptions(register ?? [], format), [register, format]);
  return (
    <div className="alarm-filters" data-testid="report-scope">
      <Select<string | null>
        className="report-equipment"
        popupMatchSelectWidth={false}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={equipment}
        options={[...options]}
        aria-label={t('reports.equipment')}
        placeholder={t('reports.site')}
        {...testId('report-equipment')}
        onChange={(chosen) => onChange({ equipment: chosen ?? null, rule: null })}
      />
      {equipment !== null && rule !== null && (
        <>
          <RuleName equipment={equipment} rule={rule} />
          <Button type="link" data-testid="report-all-rules" onClick={() => onChange({ rule: null })}>
            {t('reports.allRules')}
          </Button>
        </>
      )}
    </div>
  );
}

function RuleName({ equipment, rule }: { readonly equipment: string; readonly rule: string }) {
  const format = useFormat();
  const found = useRule(equipment, rule).data;
  return (
    <Link className="quiet-link" to={`/rules/${equipment}/${rule}`} data-testid="report-rule">
      <b>{found === undefined ? rule : format.text(found.text)}</b>
    </Link>
  );
}
