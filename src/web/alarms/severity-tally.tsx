/** How many alarms of which severity. */
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../api/types.ts';
import { SeverityIcon } from '../shared/severity-tag.tsx';
import { tallySeverities } from './alarm-rows.ts';

/** `⚠ 高 3 ● 中 40`: shape, colour and words. */
export function SeverityTally({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const { t } = useTranslation();
  return (
    <span className="severity-tally">
      {tallySeverities(alarms).map(({ severity, count }) => (
        <span key={severity} className={`severity-text-${severity}`}>
          <SeverityIcon severity={severity} /> {t(`severity.${severity}`)} {count}
        </span>
      ))}
    </span>
  );
}
