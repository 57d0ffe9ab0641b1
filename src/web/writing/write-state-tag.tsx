/** What came of a write: colour, shape and words together. */
import CheckCircleFilled from '@ant-design/icons/CheckCircleFilled';
import CloseCircleFilled from '@ant-design/icons/CloseCircleFilled';
import HistoryOutlined from '@ant-design/icons/HistoryOutlined';
import QuestionCircleFilled from '@ant-design/icons/QuestionCircleFilled';
import SyncOutlined from '@ant-design/icons/SyncOutlined';
import WarningFilled from '@ant-design/icons/WarningFilled';
import { useTranslation } from 'react-i18next';
import type { PointWrite } from '../api/types.ts';

type State = PointWrite['state'];

const ICONS = {
  sent: <SyncOutlined spin />,
  confirmed: <CheckCircleFilled />,
  failed: <CloseCircleFilled />,
  differs: <WarningFilled />,
  unknown: <QuestionCircleFilled />,
  reverting: <SyncOutlined spin />,
  reverted: <HistoryOutlined />,
  'revert-failed': <WarningFilled />,
  superseded: <HistoryOutlined />,
} as const satisfies Record<State, unknown>;

export function WriteStateTag({ state }: { readonly state: State }) {
  const { t } = useTranslation();
  return (
    <span className={`tag write-state write-state-${state}`}>
      {ICONS[state]} {t(`writeState.${state}`)}
    </span>
  );
}
