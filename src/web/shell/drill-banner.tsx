/** Says on every page that a drill is under way: nobody takes its alarms for real, nor real ones for the drill. */
import FlagFilled from '@ant-design/icons/FlagFilled';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDrills } from '../alarms/drill-queries.ts';
import { useFormat } from '../shared/use-format.ts';

/** Names that the banner holds; the others are counted. */
const MAX_NAMES = 3;

export function DrillBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const drills = useDrills().data?.items ?? [];
  if (drills.length === 0) return null;
  const names = drills
    .slice(0, MAX_NAMES)
    .map(({ equipmentName }) => format.text(equipmentName))
    .join(t('common.separator'));
  return (
    <div className="drill-banner" role="status" data-testid="drill-banner">
      <Link to="/alarms?tab=drills">
        <FlagFilled />{' '}
        {drills.length > MAX_NAMES
          ? t('drills.runningMore', { names, count: drills.length })
          : t('drills.running', { names })}
      </Link>
    </div>
  );
}
