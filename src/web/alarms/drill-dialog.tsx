/** Beginning a drill: of which equipment, what for, until when. */
import { Alert, Checkbox, Form, Input, Modal, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, useSite } from '../api/queries.ts';
import { serverNow } from '../live/server-clock.ts';
import { toEquipmentOptions } from '../shared/equipment-options.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { DrillFault } from './drill-fault.tsx';
import { useSetDrill } from './drill-queries.ts';
import { EndField } from './end-field.tsx';
import { MAX_NOTE_CHARS } from './note-dialog.tsx';
import { DRILL_STEPS_MS } from './shelf-times.ts';

export function DrillDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  const register = useEquipment().data?.items;
  const options = useMemo(() => toEquipmentOptions(register ?? [], format), [register, format]);
  const [equipment, setEquipment] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [untilMs, setUntilMs] = useState(() => serverNow() + DRILL_STEPS_MS[1]);
  // A real building has no faults to choose from.
  const hasSimulation = useSite().data?.hasSimulation ?? false;
  const canSimulate = usePermission('simulation.control') && hasSimulation;
  const [isWhole, setIsWhole] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const { mutate, isPending, error } = useSetDrill();
  const isReady = equipment !== null && reason.trim() !== '' && untilMs > serverNow() && !isPending;
  const submit = (): void => {
    if (equipment === null || !isReady) return;
    const wish = { equipment, reason: reason.trim(), untilMs: Math.round(untilMs), isWhole };
    mutate(fault === null ? wish : { ...wish, fault }, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t('drills.title')}
      okText={t('drills.start')}
      okButtonProps={{ ...testId('drill-submit'), disabled: !isReady }}
      confirmLoading={isPending}
      onOk={submit}
      onCancel={onClose}
    >
      <Alert className="gap-below" type="info" showIcon title={t('drills.real')} />
      <Form layout="vertical" component="div">
        <Form.Item label={t('drills.equipment')}>
          <Select<string | null>
            showSearch={{ optionFilterProp: 'label' }}
            value={equipment}
            options={[...options]}
            aria-label={t('drills.equipment')}
            placeholder={t('drills.chooseEquipment')}
            onChange={(id) => {
              setEquipment(id);
              setFault(null);
            }}
            {...testId('drill-equipment')}
          />
        </Form.Item>
        <Form.Item label={t('drills.reason')}>
          <Input
            maxLength={MAX_NOTE_CHARS}
            value={reason}
            aria-label={t('drills.reason')}
            data-testid="drill-reason"
            onChange={(event) => setReason(event.target.value)}
          />
        </Form.Item>
        <Form.Item>
          <Checkbox
            checked={isWhole}
            onChange={(event) => setIsWhole(event.target.checked)}
            {...testId('drill-whole')}
          >
            {t('drills.isWhole')}
          </Checkbox>
        </Form.Item>
        {canSimulate && <DrillFault equipment={equipment} fault={fault} onChange={setFault} />}
        <Form.Item label={t('drills.until')}>
          <EndField
            name="drill"
            label={t('drills.until')}
            steps={DRILL_STEPS_MS}
            untilMs={untilMs}
            onChange={setUntilMs}
          />
        </Form.Item>
      </Form>
      {error !== null && <Alert type="error" showIcon title={toErrorText(error)} data-testid="drill-error" />}
    </Modal>
  );
}
