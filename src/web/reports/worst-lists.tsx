/** Alarms that chatter, and those that have stood for long: what maintenance should see to first. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AlarmFigures } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { toNumberText } from './measures.ts';
import { toName } from './top-ten.tsx';

/** The others are counted. */
const MAX_SHOWN = 10;

export function WorstLists({ figures: { chattering, standing } }: { readonly figures: AlarmFigures }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  return (
    <section className="panel" data-testid="worst">
      <h2>{t('reports.chattering', { count: chattering.alarms })}</h2>
      <ul className="plain-list report-list">
        {chattering.worst.length === 0 && <li className="hint">{t('reports.none')}</li>}
        {chattering.worst.map((one) => (
          <li key={one.id}>
            <RuleLink named={one} />{' '}
            <span className="hint">
              {t('reports.chatterOf', { index: toNumberText(one.index), runs: one.runs })}
            </span>
          </li>
        ))}
      </ul>
      <h2 className="gap-above">{t('reports.standing', { count: standing.n })}</h2>
      <ul className="plain-list report-list">
        {standing.oldest.length === 0 && <li className="hint">{t('reports.none')}</li>}
        {standing.oldest.slice(0, MAX_SHOWN).map((one) => (
          <li key={one.id}>
            <RuleLink named={one} />{' '}
            <span className="hint figures">{format.duration(nowMs - one.sinceMs)}</span>
          </li>
        ))}
        {standing.n > MAX_SHOWN && (
          <li className="hint">{t('common.more', { count: standing.n - MAX_SHOWN })}</li>
        )}
      </ul>
    </section>
  );
}

type Named = AlarmFigures['standing']['oldest'][number] | AlarmFigures['chattering']['worst'][number];

function RuleLink({ named }: { readonly named: Named }) {
  const format = useFormat();
  return (
    <Link className="quiet-link" to={`/rules/${named.equipment}/${named.rule ?? ''}`}>
      {toName(named, format.text)}
    </Link>
  );
}
