/** 挂牌上锁 on the page of one equipment: the tag that forbids writing to it, and the buttons that hang and take it off. */
import LockFilled from '@ant-design/icons/LockFilled';
import LockOutlined from '@ant-design/icons/LockOutlined';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Equipment } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { HangDialog, TakeOffDialog } from './lock-out-dialogs.tsx';
import { findTag, type HangingTag } from './obstacles.ts';
import { useFullName } from './use-writing-words.ts';

interface LockOutProps {
  readonly equipment: Equipment;
  /** The register. */
  readonly all: readonly Equipment[];
}

/** For those who may hang a tag, where none hangs on this very equipment. */
export function LockOutButton({ equipment, all }: LockOutProps) {
  const { t } = useTranslation();
  const toFullName = useFullName();
  const [isOpen, setOpen] = useState(false);
  const mayHang = usePermission('equipment.lock-out');
  if (!mayHang || equipment.lockOut !== null) return null;
  return (
    <>
      <Button
        size="small"
        className="lock-out-button"
        icon={<LockOutlined />}
        data-testid={`lock-out-${equipment.id}`}
        onClick={() => setOpen(true)}
      >
        {t('lockOut.hang')}
      </Button>
      {isOpen && (
        <HangDialog
          equipment={equipment.id}
          name={toFullName(equipment.id, all)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** Nothing where no tag hangs. */
export function LockOutBar({ equipment, all }: LockOutProps) {
  const { t } = useTranslation();
  const tag = findTag(equipment.id, all);
  if (tag === null) return null;
  const isOwn = tag.equipment.id === equipment.id;
  return (
    <div className="lock-out-bar" role="status" data-testid="lock-out-bar">
      <b className="lock-out-title">
        <LockFilled /> {t('lockOut.tag')}
      </b>
      <TagFacts tag={tag} isOwn={isOwn} />
      {isOwn && <TakeOffButton equipment={equipment} all={all} />}
    </div>
  );
}

function TagFacts({ tag, isOwn }: { readonly tag: HangingTag; readonly isOwn: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const nowMs = useServerNow();
  const { by, reason, atMs } = tag.lockOut;
  return (
    <span className="lock-out-facts">
      <span className="prewrap">{reason}</span>
      <span>{t('common.pair', { name: t('lockOut.by'), value: toName(by) })}</span>
      <span className="figures">
        {t('common.pair', { name: t('lockOut.since'), value: format.dateTime(atMs) })}{' '}
        <span className="hint">{t('duration.ago', { duration: format.wholeMinutes(nowMs - atMs) })}</span>
      </span>
      {!isOwn && (
        <Link to={`/equipment/${tag.equipment.id}`}>
          {t('lockOut.onWhole', { equipment: format.text(tag.equipment.name) })}
        </Link>
      )}
    </span>
  );
}

/** For everybody who may hang tags: who may take off this one is for the gateway to say, and the dialog tells it. */
function TakeOffButton({ equipment, all }: LockOutProps) {
  const { t } = useTranslation();
  const toFullName = useFullName();
  const [isOpen, setOpen] = useState(false);
  const mayHang = usePermission('equipment.lock-out');
  if (!mayHang || equipment.lockOut === null) return null;
  return (
    <>
      <Button size="small" data-testid={`unlock-${equipment.id}`} onClick={() => setOpen(true)}>
        {t('lockOut.takeOff')}
      </Button>
      {isOpen && (
        <TakeOffDialog
          equipment={equipment.id}
          name={toFullName(equipment.id, all)}
          lockOut={equipment.lockOut}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
