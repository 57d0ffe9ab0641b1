/** 应急预案: all plans of the site with their steps, each with the day by which it is to be reviewed. Edited in the site file. */
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { useTimeZone } from '../api/queries.ts';
import { useServerNow } from '../live/server-clock.ts';
import { usePersonName } from '../shared/person-name.ts';
import { createSiteClock } from '../shared/site-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { type Plan, usePlans } from './incident-queries.ts';

export function PlanList() {
  const { t } = useTranslation();
  const format = useFormat();
  const plans = usePlans().data?.items ?? [];
  if (plans.length === 0) return null;
  return (
    <Card size="small" className="gap-above" title={t('incident.plans')} data-testid="plan-list">
      {plans.map((plan) => (
        <details key={plan.id} className="plan-item" data-testid={`plan-${plan.id}`}>
          <summary>
            <b>{format.text(plan.name)}</b> <PlanReview plan={plan} />
          </summary>
          <PlanSteps plan={plan} />
        </details>
      ))}
    </Card>
  );
}

export function PlanSteps({ plan }: { readonly plan: Plan }) {
  const format = useFormat();
  const toName = usePersonName();
  return (
    <ol className="plan-steps">
      {plan.steps.map(({ text, role }) => (
        <li key={text.zh}>
          {format.text(text)} <span className="hint">{toName(role)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Every three years, and at once after a major incident (service-workflow.md §3). */
export function PlanReview({ plan: { reviewBy: date } }: { readonly plan: Plan }) {
  const { t } = useTranslation();
  const timeZone = useTimeZone();
  const today = createSiteClock(timeZone)(useServerNow()).slice(0, 10);
  if (date < today) return <span className="attention">{t('incident.planOverdue', { date })}</span>;
  return <span className="hint">{t('incident.planReview', { date })}</span>;
}
