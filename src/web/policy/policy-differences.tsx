/** What two versions of the policy have different, by path: before and after. */
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PolicyComparison, PolicyDifference } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePolicyComparison } from './policy-queries.ts';

export function PolicyDifferences({ from, to }: { readonly from: string; readonly to: string }) {
  const query = usePolicyComparison(from, to);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <HeldSteps held={query.data.held} />
      <DifferenceTable differences={query.data.differences} />
    </>
  );
}

/** Steps that nobody could take under it: said before it is approved. */
export function HeldSteps({ held = [] }: { readonly held: PolicyComparison['held'] | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (held.length === 0) return null;
  return (
    <Alert
      className="gap-below"
      type="warning"
      showIcon
      title={t('policy.held')}
      description={
        <ul>
          {held.map(({ step, text }) => (
            <li key={step}>{format.text(text)}</li>
          ))}
        </ul>
      }
      data-testid="policy-held"
    />
  );
}

export function DifferenceTable({ differences }: { readonly differences: readonly PolicyDifference[] }) {
  const { t } = useTranslation();
  const toText = useValueText();
  if (differences.length === 0) return <p className="hint">{t('policy.noDifference')}</p>;
  return (
    <ul className="differences" data-testid="policy-differences">
      {differences.map(({ path, before, after, isSafety }) => (
        <li key={path}>
          {isSafety && <span className="tag blind">{t('policy.isSafety')}</span>} <code>{path}</code>
          <span className="before">{toText(path, before)}</span> →{' '}
          <span className="after">{toText(path, after)}</span>
        </li>
      ))}
    </ul>
  );
}

type ToText = (path: string, value: unknown) => string;

/** Durations are compared in milliseconds and times of day in minutes: shown as people say them. */
function useValueText(): ToText {
  const format = useFormat();
  return (path, value) => {
    if (value === undefined || value === null) return '—';
    if (typeof value === 'number' && path.endsWith('Ms')) return format.duration(value);
    if (typeof value === 'number' && TIME_OF_DAY.test(path)) return toTimeOfDay(value);
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** `calendars[desk].week[0][0].from`. */
const TIME_OF_DAY = /\.week\[\d\]\[\d+\]\.(from|to)$/;
const HOUR_MIN = 60;

function toTimeOfDay(minutes: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minutes / HOUR_MIN))}:${two(minutes % HOUR_MIN)}`;
}
