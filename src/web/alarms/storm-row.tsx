/** The row of a storm in the list: what it is, its root, how many of which severity, and their acknowledgement together. */
import CaretDownOutlined from '@ant-design/icons/CaretDownOutlined';
import CaretRightOutlined from '@ant-design/icons/CaretRightOutlined';
import ThunderboltFilled from '@ant-design/icons/ThunderboltFilled';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { isBulkable, type StormRow } from './alarm-rows.ts';
import { BulkButton } from './bulk-acknowledge.tsx';
import { SeverityTally } from './severity-tally.tsx';

interface StormHeadProps {
  readonly row: StormRow;
  readonly onFold: (storm: string, isOpen: boolean) => void;
}

export function StormHead({ row, onFold }: StormHeadProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { storm, root, members, isOpen } = row;
  const rootText =
    root === null ? t('storm.unknownRoot') : `${format.text(root.equipmentName)} ${format.text(root.text)}`;
  return (
    <span className="storm-head">
      <Button
        type="text"
        size="small"
        icon={isOpen ? <CaretDownOutlined /> : <CaretRightOutlined />}
        aria-expanded={isOpen}
        aria-label={isOpen ? t('storm.fold') : t('storm.unfold')}
        data-testid={`storm-fold-${storm}`}
        onClick={(event) => {
          event.stopPropagation();
          onFold(storm, !isOpen);
        }}
      />
      <span className="tag storm-tag">
        <ThunderboltFilled /> {t('storm.name')}
      </span>
      <b>{t('storm.members', { count: members.length })}</b>
      <SeverityTally alarms={members} />
      <span className="storm-root">{t('storm.root', { text: rootText })}</span>
    </span>
  );
}

export function RootTag() {
  const { t } = useTranslation();
  return <span className="tag storm-tag">{t('storm.rootTag')}</span>;
}

export function StormActions({ members }: { readonly members: readonly Alarm[] }) {
  const { t } = useTranslation();
  const alarms = members.filter(isBulkable);
  return (
    <BulkButton
      alarms={alarms}
      lifeSafety={0}
      text={t('storm.acknowledge', { count: alarms.length })}
      name="storm-ack"
    />
  );
}
