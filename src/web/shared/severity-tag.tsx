/** Severity and state of an alarm: always colour, shape and words together, never colour alone. */
import AlertFilled from '@ant-design/icons/AlertFilled';
import CheckCircleOutlined from '@ant-design/icons/CheckCircleOutlined';
import ExclamationCircleFilled from '@ant-design/icons/ExclamationCircleFilled';
import EyeInvisibleFilled from '@ant-design/icons/EyeInvisibleFilled';
import InfoCircleFilled from '@ant-design/icons/InfoCircleFilled';
import WarningFilled from '@ant-design/icons/WarningFilled';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm, Severity } from '../api/types.ts';
import { useFormat } from './use-format.ts';

const ICONS = {
  'life-safety': <AlertFilled />,
  high: <WarningFilled />,
  medium: <ExclamationCircleFilled />,
  low: <InfoCircleFilled />,
} as const satisfies Record<Severity, unknown>;

export function SeverityTag({ severity }: { readonly severity: Severity }) {
  const { t } = useTranslation();
  return (
    <span className={`tag severity severity-${severity}`}>
      {ICONS[severity]} {t(`severity.${severity}`)}
    </span>
  );
}

/** Its shape alone, where its words stand nearby; a screen reader hears the words. */
export function SeverityIcon({ severity }: { readonly severity: Severity }) {
  const { t } = useTranslation();
  return (
    <span className="severity-icon" role="img" aria-label={t(`severity.${severity}`)}>
      {ICONS[severity]}
    </span>
  );
}

interface AlarmStateTagProps {
  readonly state: Alarm['state'];
  /** For narrow places. */
  readonly isShort?: boolean;
}

/** ISA letter with its plain words. */
export function AlarmStateTag({ state, isShort = false }: AlarmStateTagProps) {
  const { t } = useTranslation();
  return (
    <Tooltip title={t(`alarmStateHelp.${state}`)}>
      <span className={`tag alarm-state alarm-state-${state}`} data-state={state}>
        <b>{state}</b> {isShort ? t(`alarmStateShort.${state}`) : t(`alarmState.${state}`)}
      </span>
    </Tooltip>
  );
}

export function NormalTag() {
  const { t } = useTranslation();
  return (
    <span className="tag alarm-state alarm-state-A">
      <CheckCircleOutlined /> {t('overview.normal')}
    </span>
  );
}

/** The condition cannot be judged: bad data. */
export function BlindTag({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Tooltip title={t('alarms.blind', { time: format.dateTime(sinceMs) })}>
      <span className="tag blind">
        <EyeInvisibleFilled /> {t('alarms.blindShort')}
      </span>
    </Tooltip>
  );
}
