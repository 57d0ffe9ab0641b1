/** The requests of a poll plan as ranges of addresses, for a phone: a strip each, which opens to points and figures. */
import { Empty } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toAddressMaps } from './address-map.ts';
import type { PlannedRequest } from './link-queries.ts';
import { PlacedPoints } from './placed-points.tsx';
import { isTroubled, toRequestKey, toSecondsText } from './plan-words.ts';
import { RequestAnswered, RequestName, RequestResult, RequestTime } from './request-words.tsx';

interface PlanRangesProps {
  readonly requests: readonly PlannedRequest[];
}

/** More are one tap away. */
const FIRST_ROWS = 40;

export function PlanRanges({ requests }: PlanRangesProps) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(FIRST_ROWS);
  if (requests.length === 0) return <Empty description={t('plan.noTrouble')} />;
  const hidden = requests.length - limit;
  return (
    <div className="plan-ranges">
      {requests.slice(0, limit).map((request) => (
        <Range key={toRequestKey(request)} request={request} />
      ))}
      {hidden > 0 && (
        <button type="button" className="more-rows" onClick={() => setLimit(requests.length)}>
          {t('common.more', { count: hidden })}
        </button>
      )}
    </div>
  );
}

function Range({ request }: { readonly request: PlannedRequest }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { block } = request;
  return (
    <details
      className={isTroubled(request) ? 'plan-range is-troubled' : 'plan-range'}
      data-testid={`request-${request.label}`}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span className="plan-range-head">
          <span>
            <RequestName request={request} />
          </span>
          <RequestResult request={request} />
        </span>
        {block !== null && <Strip request={request} />}
        <span className="hint figures">
          {t('plan.points')} {request.points.length}
          {block !== null && ` · ${t('plan.mapCounts', { asked: block.count, used: block.used })}`}
        </span>
      </summary>
      {isOpen && (
        <>
          <dl className="facts">
            <dt>{t('plan.interval')}</dt>
            <dd>{t('plan.seconds', { seconds: toSecondsText(request.pollMs) })}</dd>
            <dt>{t('plan.time')}</dt>
            <dd>
              <RequestTime request={request} />
            </dd>
            <dt>{t('plan.last')}</dt>
            <dd>
              <RequestAnswered request={request} />
            </dd>
          </dl>
          <PlacedPoints request={request} />
        </>
      )}
    </details>
  );
}

/** The addresses of one request in a line, in proportion. */
function Strip({ request }: { readonly request: PlannedRequest }) {
  const runs = useMemo(() => toAddressMaps([request]).flatMap((map) => map.runs), [request]);
  return (
    <span className="address-strip" aria-hidden>
      {runs.map(({ first, count, use }) => (
        <i key={first} className={`use-${use}`} style={{ flexGrow: count }} />
      ))}
    </span>
  );
}
