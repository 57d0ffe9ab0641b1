/** Health of one equipment: how much of it can be seen, what cannot and why, and how its link is doing. */
import { Card } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { LinkStatus, PointDefinition } from '../api/types.ts';
import { isMissingCode } from '../live/point-state.ts';
import { readings, usePointStates } from '../live/readings.ts';
import { useServerNow } from '../live/server-clock.ts';
import { LinkChip } from '../shared/link-chip.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useQualityText } from '../shared/use-quality-text.ts';
import { useReasonText } from '../shared/use-reason-text.ts';
import { type BadGroup, type Health, toHealth } from './health.ts';

/** Bad points named for each reason; the others are counted. */
const NAMED_POINTS = 4;

interface HealthCardProps {
  /** Its own and those of its parts. */
  readonly points: readonly PointDefinition[];
  readonly link: LinkStatus | null;
}

export function HealthCard({ points, link }: HealthCardProps) {
  const { t } = useTranslation();
  usePointStates(points);
  const health = toHealth(points, (point) => readings.get(point));
  return (
    <Card size="small" title={t('equipment.health')} data-testid="equipment-health">
      <dl className="facts">
        <Fact label={t('equipment.goodPoints')}>
          <span className={health.missing + health.uncertain > 0 ? 'attention figures' : 'figures'}>
            {t('equipment.goodOf', { good: health.good, total: health.total })}
          </span>
          {health.uncertain > 0 && ` · ${t('equipment.uncertain', { count: health.uncertain })}`}
        </Fact>
        <LastHeard points={points} />
        {link !== null && <LinkFacts link={link} />}
      </dl>
      <BadPoints health={health} />
    </Card>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Looked up every second: an unchanged value that was read again renders nothing by itself. */
function LastHeard({ points }: { readonly points: readonly PointDefinition[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const { lastHeardMs } = toHealth(points, (point) => readings.get(point));
  return (
    <Fact label={t('equipment.lastHeard')}>
      {lastHeardMs === null ? (
        t('common.none')
      ) : (
        <span className="figures">
          {format.dateTime(lastHeardMs)}{' '}
          <span className="hint">
            {t('duration.ago', { duration: format.duration(nowMs - lastHeardMs) })}
          </span>
        </span>
      )}
    </Fact>
  );
}

function LinkFacts({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { counters, sinceMs } = link;
  const reason = useReasonText()(link);
  const shown = (['reconnects', 'timeouts', 'exceptions', 'bad_frames'] as const).filter(
    (name) => counters[name] !== undefined,
  );
  return (
    <>
      <Fact label={t('equipment.link')}>
        <LinkChip link={link} />
        {reason !== null && <div className="hint prewrap">{reason}</div>}
      </Fact>
      <Fact label={t('equipment.linkSince')}>
        <span className="figures">{format.dateTime(sinceMs)}</span>
      </Fact>
      {shown.map((name) => (
        <Fact key={name} label={t(`linkCounter.${name}`)}>
          <span className="figures">{counters[name]}</span>
        </Fact>
      ))}
    </>
  );
}

function BadPoints({ health }: { readonly health: Health }) {
  if (health.bad.length === 0) return null;
  return (
    <ul className="plain-list bad-groups">
      {health.bad.map((group) => (
        <BadReason key={group.code} group={group} />
      ))}
    </ul>
  );
}

function BadReason({ group }: { readonly group: BadGroup }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toQualityText = useQualityText();
  const names = group.points.slice(0, NAMED_POINTS).map(({ text }) => format.text(text));
  const more = group.points.length - names.length;
  return (
    <li>
      <b className={isMissingCode(group.code) ? 'attention' : ''}>{toQualityText(group.code)}</b>{' '}
      <span className="figures">{t('equipment.pointCount', { count: group.points.length })}</span>
      {group.lastGoodMs !== null && (
        <span className="hint figures">
          {' '}
          {t('equipment.lastGoodAt', { time: format.dateTime(group.lastGoodMs) })}
        </span>
      )}
      <div className="hint">
        {names.join(t('common.separator'))}
        {more > 0 && ` ${t('equipment.andMore', { count: more })}`}
      </div>
    </li>
  );
}
