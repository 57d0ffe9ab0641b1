/** On simulators: the fault that a drill lets happen on its equipment. Nothing is shown where there is none to choose. */
import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFaults } from '../api/queries.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';

export interface DrillFaultProps {
  readonly equipment: string | null;
  readonly fault: string | null;
  readonly onChange: (fault: string | null) => void;
}

export function DrillFault({ equipment, fault, onChange }: DrillFaultProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const faults = (useFaults().data?.items ?? []).filter((it) => it.equipment === equipment);
  if (faults.length === 0) return null;
  return (
    <Form.Item label={t('drills.fault')} extra={t('drills.faultHelp')}>
      <Select<string | null>
        allowClear
        value={fault}
        placeholder={t('drills.noFault')}
        aria-label={t('drills.fault')}
        options={faults.map((it) => ({ value: it.fault, label: format.text(it.text) }))}
        onChange={(value) => onChange(value ?? null)}
        {...testId('drill-fault')}
      />
    </Form.Item>
  );
}
