/** The poll plan of a link as it stands now: what it costs, what is refused, every request, and the map of addresses. */
import { Alert, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryState } from '../shared/query-state.tsx';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { toAddressMaps } from './address-map.ts';
import { AddressMaps } from './address-maps.tsx';
import { toPercentText } from './figures.ts';
import { type LinkPlan, useLinkPlan } from './link-queries.ts';
import { PlanRanges } from './plan-ranges.tsx';
import { PlanTable } from './plan-table.tsx';
import { isTroubled } from './plan-words.ts';
import { RefusedPoints } from './refused-points.tsx';

export function PlanSection({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const query = useLinkPlan(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <section className="plan" data-testid="link-plan">
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <h2>{t('plan.title')}</h2>
      {query.data.requests.length === 0 ? (
        <p className="hint">{t('plan.none')}</p>
      ) : (
        <Plan plan={query.data} />
      )}
    </section>
  );
}

function Plan({ plan }: { readonly plan: LinkPlan }) {
  const isPhone = useIsPhone();
  const [scope, setScope] = useState<Scope>('all');
  const { requests } = plan;
  const shown = useMemo(() => (scope === 'all' ? requests : requests.filter(isTroubled)), [requests, scope]);
  const maps = useMemo(() => toAddressMaps(requests), [requests]);
  return (
    <>
      <Totals totals={plan.totals} />
      <RefusedPoints plan={plan} />
      <ScopeSwitch plan={plan} scope={scope} onScope={setScope} />
      {isPhone ? (
        <PlanRanges requests={shown} />
      ) : (
        <>
          <PlanTable requests={shown} />
          {maps.length > 0 && <AddressMaps maps={maps} />}
        </>
      )}
    </>
  );
}

function Totals({ totals }: { readonly totals: LinkPlan['totals'] }) {
  const { t } = useTranslation();
  const { requests, points, requestsPerSecond, loadRatio, coverage } = totals;
  return (
    <>
      <p className="plan-totals figures">
        {t('plan.totals', {
          requests,
          points,
          rate: requestsPerSecond.toFixed(requestsPerSecond < 10 ? 1 : 0),
          load: toPercentText(loadRatio),
        })}
        {coverage.asked > 0 && <span className="hint"> · {t('plan.coverage', coverage)}</span>}
      </p>
      {loadRatio > 1 && <Alert type="error" showIcon title={t('plan.overload')} className="gap-below" />}
    </>
  );
}

type Scope = 'all' | 'trouble';

interface ScopeSwitchProps {
  readonly plan: LinkPlan;
  readonly scope: Scope;
  readonly onScope: (scope: Scope) => void;
}

function ScopeSwitch({ plan, scope, onScope }: ScopeSwitchProps) {
  const { t } = useTranslation();
  return (
    <Segmented<Scope>
      className="plan-scope"
      value={scope}
      onChange={onScope}
      data-testid="plan-scope"
      options={[
        { value: 'all', label: t('plan.scopeAll', { count: plan.requests.length }) },
        {
          value: 'trouble',
          label: t('plan.scopeTrouble', { count: plan.requests.filter(isTroubled).length }),
        },
      ]}
    />
  );
}
