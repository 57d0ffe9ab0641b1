/** The faults that are injected now, on top of the panel, with one button for all. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { keys } from '../api/queries.ts';
import type { Equipment, SimulatedFault } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { clearFault } from './fault-button.tsx';

interface ActiveFaultsProps {
  readonly faults: readonly SimulatedFault[];
  readonly equipment: readonly Equipment[];
}

/** Nothing while no fault is injected. */
export function ActiveFaults({ faults, equipment }: ActiveFaultsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const clear = useMutation({
    mutationFn: () => clearAll(faults),
    onSettled: () => client.invalidateQueries({ queryKey: keys.faults }),
  });
  const refused = clear.data ?? [];
  const [first] = refused;
  if (faults.length === 0) return null;
  return (
    <Card
      className="gap-below"
      size="small"
      title={t('faults.activeTitle', { count: faults.length })}
      data-testid="faults-active"
      extra={
        <Button
          type="primary"
          size="small"
          loading={clear.isPending}
          data-testid="faults-clear-all"
          onClick={() => clear.mutate()}
        >
          {t('faults.clearAll')}
        </Button>
      }
    >
      <ul className="plain-list active-faults">
        {faults.map((fault) => (
          <li key={`${fault.equipment} ${fault.fault}`}>
            <span className="hint">{toName(fault.equipment, equipment, format.text)}</span>
            <b>{format.text(fault.text)}</b>
          </li>
        ))}
      </ul>
      {first !== undefined && (
        <Alert
          type="error"
          showIcon
          title={t('faults.notCleared', { count: refused.length, reason: toErrorText(first) })}
        />
      )}
    </Card>
  );
}

/** One after the other; one that is refused does not keep the others. @returns why some are left. */
async function clearAll(faults: readonly SimulatedFault[]): Promise<readonly Error[]> {
  const refused: Error[] = [];
  for (const fault of faults) {
    try {
      await clearFault(fault);
    } catch (error) {
      refused.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return refused;
}

function toName(
  id: string,
  equipment: readonly Equipment[],
  toText: (text: Equipment['name']) => string,
): string {
  const own = equipment.find((item) => item.id === id);
  const whole = equipment.find((item) => item.id === own?.parent);
  if (own === undefined) return id;
  return whole === undefined ? toText(own.name) : `${toText(whole.name)} ${toText(own.name)}`;
}
