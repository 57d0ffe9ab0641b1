/** What kind of fault it was: chosen from those that the rules of the equipment know, or in words of one's own. */
import { useTranslation } from 'react-i18next';
import { useFaultKinds } from '../api/ticket-queries.ts';
import { useFormat } from '../shared/use-format.ts';
import { CodeInput } from './code-input.tsx';

interface FaultKindInputProps {
  readonly id: string;
  readonly testId: string;
  /** null = of no equipment: all kinds of the site are offered. */
  readonly equipment: string | null;
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}

export function FaultKindInput({ equipment, ...input }: FaultKindInputProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const kinds = useFaultKinds(equipment).data?.items ?? [];
  const options = kinds.map(({ id, text }) => ({ value: id, label: format.text(text) }));
  return <CodeInput {...input} options={options} placeholder={t('ticket.chooseFaultKind')} />;
}
