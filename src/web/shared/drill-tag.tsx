/** The mark of what belongs to a drill: an alarm that was raised in one, an equipment that is in one. Never missed beside severity. */
import FlagFilled from '@ant-design/icons/FlagFilled';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { useDrills } from '../alarms/drill-queries.ts';
import type { Alarm } from '../api/types.ts';
import { useFormat } from './use-format.ts';

/** Nothing for an alarm that is real. */
export function DrillMark({ alarm }: { readonly alarm: Pick<Alarm, 'isDrill'> }) {
  const { t } = useTranslation();
  if (!alarm.isDrill) return null;
  return (
    <Tooltip title={t('drills.markHelp')}>
      <span className="tag mark-drill" data-testid="drill-mark">
        <FlagFilled /> {t('drills.mark')}
      </span>
    </Tooltip>
  );
}

/** @param equipment ids of the equipment and of what it is a part of; nothing while none of them is in a drill */
export function DrillTag({ equipment }: { readonly equipment: readonly (string | null)[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const drill = useDrills().data?.items.find((one) => equipment.includes(one.equipment));
  if (drill === undefined) return null;
  return (
    <Tooltip title={t('drills.tagHelp', { time: format.dateTime(drill.untilMs) })}>
      <span className="tag mark-drill" data-testid={`drill-tag-${drill.equipment}`}>
        <FlagFilled /> {t('drills.tag')}
      </span>
    </Tooltip>
  );
}
