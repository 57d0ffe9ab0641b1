/** The days that are counted: usual stretches, or two dates. */
import { Button, Input, Segmented } from 'antd';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Days, PERIODS, type Period, type ReportView, toDaysProblem } from './report-address.ts';

interface PeriodBarProps {
  readonly view: ReportView;
  /** On show. */
  readonly days: Days;
  readonly onChange: (next: Partial<ReportView>) => void;
}

export function PeriodBar({ view, days, onChange }: PeriodBarProps) {
  const { t } = useTranslation();
  const [isOwn, setOwn] = useState(false);
  const hasFields = isOwn || view.period === 'own';
  const choose = (value: Period | 'own'): void => {
    setOwn(value === 'own');
    if (value !== 'own') onChange({ period: value, days: null });
  };
  return (
    <>
      <Segmented<Period | 'own'>
        data-testid="report-periods"
        className="report-periods"
        value={hasFields ? 'own' : view.period}
        options={[...PERIODS, 'own' as const].map((value) => ({
          value,
          label: t(`reports.period.${value}`),
        }))}
        onChange={choose}
      />
      {hasFields && <OwnDays days={days} onDays={(own) => onChange({ period: 'own', days: own })} />}
    </>
  );
}

function OwnDays({ days, onDays }: { readonly days: Days; readonly onDays: (days: Days) => void }) {
  const { t } = useTranslation();
  const [own, setOwn] = useState(days);
  const problem = toDaysProblem(own);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem === null) onDays(own);
  };
  const field = (name: 'from' | 'to') => (
    <Input
      type="date"
      className="report-date"
      value={own[name]}
      aria-label={t(`reports.${name}`)}
      data-testid={`report-${name}`}
      onChange={(event) => setOwn({ ...own, [name]: event.target.value })}
    />
  );
  return (
    <form className="report-own" onSubmit={submit}>
      {field('from')} – {field('to')}
      <Button type="primary" htmlType="submit" disabled={problem !== null} data-testid="report-show">
        {t('reports.show')}
      </Button>
      {problem !== null && <span className="attention">{t(`reports.daysProblem.${problem}`)}</span>}
    </form>
  );
}
