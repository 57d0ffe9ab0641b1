/** A card of labels and values. */
import { Card, Descriptions } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Label and value; null is shown as a dash. */
export type Fact = readonly [string, ReactNode];

interface FactCardProps {
  readonly title: string;
  readonly facts: readonly Fact[];
  readonly extra?: ReactNode;
  readonly testId?: string;
}

export function FactCard({ title, facts, extra, testId }: FactCardProps) {
  const { t } = useTranslation();
  const items = facts.map(([label, value]) => ({
    key: label,
    label,
    children: <span className="prewrap">{value ?? t('common.none')}</span>,
  }));
  return (
    <Card size="small" className="fact-card" title={title} extra={extra} data-testid={testId}>
      <Descriptions size="small" column={1} items={items} />
    </Card>
  );
}

/** Without what nobody has entered. */
export function entered(facts: readonly Fact[]): readonly Fact[] {
  return facts.filter(
    ([, value]) => value !== null && value !== undefined && value !== '' && value !== false,
  );
}
