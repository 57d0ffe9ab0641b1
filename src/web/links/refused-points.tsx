/** Points whose address a device refuses, by request and by name: what a technician has to correct in the profile. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LinkPlan, PlannedRequest } from './link-queries.ts';
import { toPointPath, toRequestKey } from './plan-words.ts';
import { RequestName, RequestResult } from './request-words.tsx';
import { usePointName } from './use-names.ts';

/** Named at once; the others stand in the list of requests. */
const MAX_REQUESTS = 12;
const MAX_POINTS = 6;

/** Nothing where no device refuses. */
export function RefusedPoints({ plan }: { readonly plan: LinkPlan }) {
  const { t } = useTranslation();
  const refused = plan.requests.filter(({ exceptionCode }) => exceptionCode !== null);
  if (refused.length === 0) return null;
  const hidden = refused.length - MAX_REQUESTS;
  return (
    <div className="panel plan-refused" data-testid="plan-refused">
      <h3>{t('plan.refusedTitle', { count: plan.totals.refusedPoints.length })}</h3>
      <p className="hint">{t('plan.refusedHelp')}</p>
      <ul className="plain-list">
        {refused.slice(0, MAX_REQUESTS).map((request) => (
          <li key={toRequestKey(request)}>
            <span>
              <RequestName request={request} />
            </span>
            <RequestResult request={request} />
            <Points request={request} />
          </li>
        ))}
      </ul>
      {hidden > 0 && <p className="hint">{t('common.more', { count: hidden })}</p>}
    </div>
  );
}

function Points({ request: { points } }: { readonly request: PlannedRequest }) {
  const { t } = useTranslation();
  const toPointName = usePointName();
  const hidden = points.length - MAX_POINTS;
  return (
    <>
      {points.slice(0, MAX_POINTS).map((point) => (
        <Link key={point} className="quiet-link" to={toPointPath(point)}>
          {toPointName(point)}
        </Link>
      ))}
      {hidden > 0 && <span className="hint">{t('plan.morePoints', { count: hidden })}</span>}
    </>
  );
}
