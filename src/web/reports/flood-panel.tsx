/** Alarm floods by both ways of counting, and the latest of them. */
import { useTranslation } from 'react-i18next';
import type { AlarmFigures } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { toNumberText, toShareText } from './measures.ts';
import { useSummaryText } from './use-summary-text.ts';

type Floods = AlarmFigures['floods']['fixed'];

/** The others are counted. */
const MAX_SHOWN = 10;

export function FloodPanel({ figures: { floods } }: { readonly figures: AlarmFigures }) {
  const { t } = useTranslation();
  const ways = [
    { id: 'sliding', of: floods.sliding },
    { id: 'fixed', of: floods.fixed },
  ] as const;
  return (
    <section className="panel" data-testid="floods">
      <h2>{t('reports.floods')}</h2>
      <p className="hint">{t('reports.floodHelp')}</p>
      <dl className="store-facts">
        {ways.map(({ id, of }) =>
          of === null ? null : <Way key={id} name={t(`reports.floodWay.${id}`)} floods={of} />,
        )}
      </dl>
      <Latest floods={floods.sliding ?? floods.fixed} />
    </section>
  );
}

function Way({ name, floods }: { readonly name: string; readonly floods: Floods }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toSummary = useSummaryText();
  const toDuration = (ms: number | null): string => (ms === null ? '—' : format.duration(ms));
  return (
    <div className="report-fact">
      <dt>{name}</dt>
      <dd>
        {t('reports.floodCount', {
          n: floods.n,
          perDay: toNumberText(floods.perDay),
          share: toShareText(floods.timeRatio),
        })}
        {floods.n > 0 && (
          <div className="hint">
            {t('reports.floodDuration', { text: toSummary(floods.durationMs, toDuration) })}
            <br />
            {t('reports.floodAlarms', { text: toSummary(floods.alarms, toNumberText) })}
          </div>
        )}
      </dd>
    </div>
  );
}

function Latest({ floods: { latest } }: { readonly floods: Floods }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (latest.length === 0) return null;
  return (
    <ul className="plain-list report-list">
      {latest.slice(0, MAX_SHOWN).map(({ beganAtMs, endedAtMs, alarms, peak }) => (
        <li key={beganAtMs}>
          {t('reports.oneFlood', {
            from: format.dateTime(beganAtMs),
            to: endedAtMs === null ? t('storm.running') : format.dateTime(endedAtMs),
            alarms,
            peak,
          })}
        </li>
      ))}
      {latest.length > MAX_SHOWN && (
        <li className="hint">{t('common.more', { count: latest.length - MAX_SHOWN })}</li>
      )}
    </ul>
  );
}
