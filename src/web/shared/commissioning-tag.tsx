/** 调试中: the mark of equipment whose points are not proven yet; why its alarms open no ticket. */
import ToolOutlined from '@ant-design/icons/ToolOutlined';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';

export function CommissioningTag() {
  const { t } = useTranslation();
  return (
    <Tooltip title={t('equipment.commissioningHelp')}>
      <span className="tag mark-commissioning" data-testid="commissioning-tag">
        <ToolOutlined /> {t('equipment.commissioning')}
      </span>
    </Tooltip>
  );
}
