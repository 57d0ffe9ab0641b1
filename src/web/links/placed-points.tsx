/** The points that one request reads, each at its address. */
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PlannedRequest } from './link-queries.ts';
import { toPointPath, toRangeText } from './plan-words.ts';
import { usePointName } from './use-names.ts';

export function PlacedPoints({ request }: { readonly request: PlannedRequest }) {
  const { t } = useTranslation();
  const toPointName = usePointName();
  const places = request.block?.places ?? request.points.map((point) => ({ point, first: null, count: 1 }));
  return (
    <dl className="placed-points">
      {places.map(({ point, first, count }) => (
        <Fragment key={`${first} ${point}`}>
          <dt className="figures hint">{first === null ? '' : toRangeText(first, count)}</dt>
          <dd>
            {point === null ? (
              <span className="hint">{t('plan.scale')}</span>
            ) : (
              <Link className="quiet-link" to={toPointPath(point)}>
                {toPointName(point)}
              </Link>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
