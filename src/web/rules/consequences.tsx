/** What a changed rule would have meant: old beside new, incident by incident, what would be missed in red. */
import { Alert, Table, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Backtest } from '../api/types.ts';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import {
  MEASURES,
  type Measure,
  OUTCOMES,
  TOLERATED_BLIND_RATIO,
  toBlindRatio,
  toDifferenceText,
  toPercentText,
  worstFirst,
} from './comparison.ts';

export type Comparison = NonNullable<Backtest['comparison']>;
type Side = Comparison['before'];

/** Incidents beside each other; the counts above tell of all. */
const MAX_SHOWN = 100;
/** `0 秒` is no time that anything takes. */
const MIN_TOLD_MS = 1_000;

export function Consequences({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  return (
    <div className="consequences" data-testid="consequences">
      <Verdict comparison={comparison} />
      <CoverageNote comparison={comparison} />
      <h4>{t('backtest.site')}</h4>
      <Sides before={comparison.before} after={comparison.after} />
      <h4>{t('backtest.touched')}</h4>
      <Touched comparison={comparison} />
      <h4>{t('backtest.incidents')}</h4>
      <Outcomes comparison={comparison} />
      <Incidents comparison={comparison} />
    </div>
  );
}

/** "Nothing missed" is worth as much as could be evaluated. */
function Verdict({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  const { missed } = comparison;
  const blind = toBlindRatio(comparison);
  if (missed.length > 0)
    return (
      <Alert
        type="error"
        showIcon
        data-testid="backtest-missed"
        title={t('backtest.missedTitle', { count: missed.length })}
        description={t('backtest.missedHelp')}
      />
    );
  return blind > TOLERATED_BLIND_RATIO ? (
    <Alert
      type="warning"
      showIcon
      data-testid="backtest-blind"
      title={t('backtest.noneMissedBlind', { percent: toPercentText(blind) })}
    />
  ) : (
    <Alert type="success" showIcon data-testid="backtest-clear" title={t('backtest.noneMissed')} />
  );
}

/** What it stands on: a gap is never quiet. */
function CoverageNote({ comparison: { coverage } }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fromMs, toMs, heldFromMs, readings, elapsedMs, gaps, notes } = coverage;
  return (
    <div className="hint coverage" data-testid="backtest-coverage">
      <div>
        {t('backtest.range', { from: format.dateTime(fromMs), to: format.dateTime(toMs) })} ·{' '}
        {t('backtest.readings', {
          readings: readings.toLocaleString('en-US'),
          duration: format.duration(Math.max(MIN_TOLD_MS, elapsedMs)),
        })}
      </div>
      {heldFromMs === null && <div className="attention">{t('backtest.heldNone')}</div>}
      {heldFromMs !== null && heldFromMs > fromMs && (
        <div className="attention">{t('backtest.heldFrom', { time: format.dateTime(heldFromMs) })}</div>
      )}
      {gaps.length > 0 && <div className="attention">{t('backtest.gaps', { count: gaps.length })}</div>}
      {notes.map((note) => (
        <div key={note.en}>{format.text(note)}</div>
      ))}
    </div>
  );
}

function Sides({ before, after }: { readonly before: Side; readonly after: Side }) {
  const { t } = useTranslation();
  const rows = MEASURES.map((measure) => ({ measure, before: before[measure], after: after[measure] }));
  const columns: TableColumnsType<(typeof rows)[number]> = [
    { title: t('backtest.measure'), render: (_, { measure }) => t(`backtest.${measure}`) },
    { title: t('backtest.before'), align: 'right', width: 90, dataIndex: 'before' },
    { title: t('backtest.after'), align: 'right', width: 90, dataIndex: 'after' },
    {
      title: t('backtest.difference'),
      align: 'right',
      width: 80,
      render: (_, row) => <Difference before={row.before} after={row.after} />,
    },
  ];
  return (
    <>
      <Table
        className="sides"
        rowKey="measure"
        size="small"
        columns={columns}
        dataSource={rows}
        pagination={false}
      />
      <p className="hint">
        {t('common.pair', { name: t('backtest.notEvaluable'), value: t('backtest.before') })}{' '}
        {toPercentText(before.notEvaluableRatio)} · {t('backtest.after')}{' '}
        {toPercentText(after.notEvaluableRatio)}
      </p>
    </>
  );
}

function Difference({ before, after }: { readonly before: number; readonly after: number }) {
  const tone = after < before ? 'is-less' : after > before ? 'is-more' : '';
  return <span className={`figures ${tone}`}>{toDifferenceText(after - before)}</span>;
}

function Touched({ comparison: { rules } }: { readonly comparison: Comparison }) {
  const format = useFormat();
  const { t } = useTranslation();
  return (
    <ul className="plain-list touched">
      {rules.map(({ key, equipment, rule, equipmentName, text, severity, isChanged, before, after }) => (
        <li key={key}>
          <SeverityTag severity={severity} />{' '}
          <Link className="quiet-link" to={`/rules/${equipment}/${rule}`}>
            {format.text(equipmentName)} · {format.text(text)}
          </Link>{' '}
          {isChanged && <span className="tag mark-changed">{t('rules.changed')}</span>}{' '}
          <span className="figures">
            {(['raises', 'nightRaises', 'tickets'] as const satisfies readonly Measure[])
              .map(
                (measure) =>
                  `${t(`backtest.${measure}`)} ${before?.[measure] ?? '—'} → ${after?.[measure] ?? '—'}`,
              )
              .join(' · ')}
            {after !== null && ` · ${t('backtest.notEvaluable')} ${toPercentText(after.notEvaluableRatio)}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Outcomes({ comparison: { outcomes } }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  return (
    <div className="outcomes">
      {OUTCOMES.map((outcome) => ({ outcome, count: outcomes[outcome] ?? 0 }))
        .filter(({ count }) => count > 0)
        .map(({ outcome, count }) => (
          <span key={outcome} className={`tag outcome-${outcome}`} data-testid={`outcome-${outcome}`}>
            {t(`incidentOutcome.${outcome}`)} {count}
          </span>
        ))}
    </div>
  );
}

function Incidents({ comparison }: { readonly comparison: Comparison }) {
  const { t } = useTranslation();
  const incidents = worstFirst(comparison.incidents);
  const shown = incidents.slice(0, MAX_SHOWN);
  const leftOut = comparison.incidentsLeftOut + incidents.length - shown.length;
  if (incidents.length === 0) return <p className="hint">{t('backtest.noIncidents')}</p>;
  return (
    <ul className="plain-list incidents">
      {shown.map((incident) => (
        <IncidentLine
          key={`${incident.key} ${incident.historyAtMs} ${incident.beforeAtMs} ${incident.afterAtMs}`}
          incident={incident}
        />
      ))}
      {leftOut > 0 && <li className="hint">{t('backtest.incidentsLeftOut', { count: leftOut })}</li>}
    </ul>
  );
}

function IncidentLine({ incident }: { readonly incident: Comparison['incidents'][number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { outcome, verdict, occurrence, historyAtMs, beforeAtMs, afterAtMs, deltaMs } = incident;
  const atMs = historyAtMs ?? beforeAtMs ?? afterAtMs ?? 0;
  const words = `${format.text(incident.equipmentName)} · ${format.text(incident.text)}`;
  return (
    <li className={`incident ${outcome === 'missed' ? 'missed' : ''}`} data-outcome={outcome}>
      <span className="figures">{format.dateTime(atMs)}</span>
      <span className={`tag outcome-${outcome}`}>{t(`incidentOutcome.${outcome}`)}</span>
      <span className="incident-words">
        {occurrence === null ? (
          words
        ) : (
          <Link className="quiet-link" to={`/alarms/${occurrence}`}>
            {words}
          </Link>
        )}{' '}
        <span className="hint">
          {t(`incidentVerdict.${verdict}`)}
          {incident.ticketNumber !== null && ` · ${incident.ticketNumber}`}
        </span>
      </span>
      {deltaMs !== null && deltaMs !== 0 && (
        <span className="figures">
          {t(deltaMs < 0 ? 'backtest.earlier' : 'backtest.later', {
            duration: format.duration(Math.abs(deltaMs)),
          })}
        </span>
      )}
    </li>
  );
}
