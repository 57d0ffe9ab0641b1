/** Faults that the running simulators know: put in and taken away. Only with simulators, only with the permission. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card, Empty, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import { keys, useEquipment, useFaults } from '../api/queries.ts';
import type { SimulatedFault } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';

export function FaultPage() {
  const { t } = useTranslation();
  const query = useFaults();
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const groups = Object.entries(Object.groupBy(query.data.items, (fault) => fault.equipment));
  return (
    <div data-testid="fault-panel">
      <div className="toolbar">
        <h1>{t('faults.title')}</h1>
      </div>
      <Alert className="gap-below" type="info" showIcon title={t('faults.help')} />
      {groups.length === 0 && <Empty description={t('faults.empty')} />}
      <div className="fault-groups">
        {groups.map(([equipment, faults]) => (
          <FaultGroup key={equipment} equipment={equipment} faults={faults ?? []} />
        ))}
      </div>
    </div>
  );
}

function FaultGroup({
  equipment,
  faults,
}: {
  readonly equipment: string;
  readonly faults: readonly SimulatedFault[];
}) {
  const format = useFormat();
  const all = useEquipment().data?.items;
  const known = all?.find((candidate) => candidate.id === equipment);
  const whole = all?.find((candidate) => candidate.id === known?.parent);
  const names = [whole, known].filter((item) => item !== undefined).map((item) => format.text(item.name));
  return (
    <Card size="small" title={names.length === 0 ? equipment : names.join(' · ')}>
      {known !== undefined && <div className="hint">{format.text(known.place)}</div>}
      {faults.map((fault) => (
        <FaultRow key={fault.fault} fault={fault} />
      ))}
    </Card>
  );
}

function FaultRow({ fault }: { readonly fault: SimulatedFault }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const { equipment, isActive } = fault;
  const change = useMutation({
    mutationFn: () =>
      isActive
        ? request('DELETE', toPath`/simulation/faults/${equipment}/${fault.fault}`)
        : request('POST', '/simulation/faults', { equipment, fault: fault.fault }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.faults }),
  });
  return (
    <div className="fault-row" data-testid={`fault-row-${equipment}-${fault.fault}`}>
      <span className="fault-text">{format.text(fault.text)}</span>
      <Tag color={isActive ? 'error' : 'default'}>{isActive ? t('faults.active') : t('faults.inactive')}</Tag>
      <Button
        danger={!isActive}
        type={isActive ? 'primary' : 'default'}
        loading={change.isPending}
        data-testid={`fault-${equipment}-${fault.fault}`}
        data-active={isActive}
        onClick={() => change.mutate()}
      >
        {isActive ? t('faults.clear') : t('faults.inject')}
      </Button>
      {change.error !== null && (
        <Alert className="fault-error" type="error" showIcon title={toErrorText(change.error)} />
      )}
    </div>
  );
}
