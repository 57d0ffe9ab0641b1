/** One simulated fault as a button that puts it in and takes it away again. */
import CloseOutlined from '@ant-design/icons/CloseOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { SimulatedFault } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';

export function FaultButton({ fault }: { readonly fault: SimulatedFault }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const { equipment, isActive } = fault;
  const change = useMutation({
    mutationFn: () =>
      isActive
        ? clearFault(fault)
        : request<undefined>('POST', '/simulation/faults', { equipment, fault: fault.fault }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.faults }),
  });
  return (
    <span className="fault" data-testid={`fault-row-${equipment}-${fault.fault}`}>
      <Button
        danger={isActive}
        type={isActive ? 'primary' : 'default'}
        size="small"
        aria-pressed={isActive}
        title={isActive ? t('faults.clear') : t('faults.inject')}
        loading={change.isPending}
        data-testid={`fault-${equipment}-${fault.fault}`}
        data-active={isActive}
        onClick={() => change.mutate()}
      >
        <span className="fault-text">{format.text(fault.text)}</span>
        {isActive && (
          <>
            <CloseOutlined /> {t('faults.clear')}
          </>
        )}
      </Button>
      {change.error !== null && <Alert type="error" showIcon title={toErrorText(change.error)} />}
    </span>
  );
}

/** @throws ProblemError when the gateway or the simulators refuse. */
export function clearFault({ equipment, fault }: SimulatedFault): Promise<undefined> {
  return request('DELETE', toPath`/simulation/faults/${equipment}/${fault}`);
}
