/** Says on every page which life-safety alarms call nobody, because their points are in commissioning and not signed. */
import WarningFilled from '@ant-design/icons/WarningFilled';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { request } from '../api/client.ts';
import { useReadsSite } from '../api/queries.ts';
import type { Text } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';

/** Names that the banner holds; the others are counted. */
const MAX_NAMES = 3;
const REFRESH_MS = 15_000;

interface Status {
  readonly silent: readonly { readonly key: string; readonly equipmentName: Text; readonly text: Text }[];
  readonly silentTotal: number;
}

export function CommissioningBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useQuery({
    queryKey: ['commissioning', 'status'],
    enabled: useReadsSite(),
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => request<Status>('GET', '/commissioning/status', undefined, signal),
  }).data;
  if (status === undefined || status.silentTotal === 0) return null;
  const names = status.silent
    .slice(0, MAX_NAMES)
    .map(({ equipmentName, text }) => `${format.text(equipmentName)} ${format.text(text)}`)
    .join(t('common.separator'));
  return (
    <div className="drill-banner" role="alert" data-testid="commissioning-banner">
      <WarningFilled /> {t('equipment.silentLifeSafety', { names, count: status.silentTotal })}{' '}
      <Link to="/commissioning" data-testid="commissioning-banner-link">
        {t('commissioning.title')}
      </Link>
    </div>
  );
}
