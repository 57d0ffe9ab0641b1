/** Swaps that wait: approved or refused by somebody who has no part in them, withdrawn by those who have. */
import { Button, Card } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NoteDialog } from '../alarms/note-dialog.tsx';
import { toPath } from '../api/client.ts';
import { useSession } from '../api/queries.ts';
import type { Roster } from '../api/types.ts';
import { usePermission } from '../shared/use-permission.ts';
import { useDutyChange } from './duty-queries.ts';
import { useStaffName } from './staff-name.ts';
import { useSlotText } from './use-slot-text.ts';

type Swap = NonNullable<Roster['swaps']>[number];

export function SwapList({ roster }: { readonly roster: Roster }) {
  const { t } = useTranslation();
  const swaps = roster.swaps ?? [];
  if (swaps.length === 0) return null;
  return (
    <Card size="small" title={t('roster.swaps')} data-testid="roster-swaps">
      {swaps.map((swap) => (
        <SwapRow key={swap.id} roster={roster} swap={swap} />
      ))}
    </Card>
  );
}

function SwapRow({ roster, swap }: { readonly roster: Roster; readonly swap: Swap }) {
  const { t } = useTranslation();
  const toName = useStaffName();
  const toSlot = useSlotText(roster);
  const username = useSession().data?.username ?? '';
  const canApprove = usePermission('roster.approve');
  const isPart = [swap.from, swap.to, swap.by].includes(username);
  const isAgreed = swap.by === swap.to || swap.agreedAtMs !== undefined;
  const line = { slot: toSlot(swap), from: toName(swap.from), to: toName(swap.to) };
  const back = swap.inReturn === null ? '' : t('roster.swapBack', { slot: toSlot(swap.inReturn) });
  return (
    <div className="swap-row" data-testid={`swap-${swap.id}`}>
      <span>
        {t('roster.swapLine', line)}
        {back} <span className="hint">{swap.reason}</span>
      </span>
      <div className="action-buttons">
        {username === swap.to && !isAgreed && <Agree id={swap.id} />}
        {canApprove && !isPart && isAgreed && <Approve id={swap.id} />}
        {!isAgreed && username !== swap.to && <span className="hint">{t('roster.swapNotAgreed')}</span>}
        {isPart && <Withdraw id={swap.id} />}
        {canApprove && !isPart && <Refuse id={swap.id} title={t('roster.swapLine', line)} />}
        {!canApprove && !isPart && isAgreed && <span className="hint">{t('roster.swapWaits')}</span>}
      </div>
    </div>
  );
}

function Agree({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const change = useDutyChange(t('roster.swapAgreed'));
  return (
    <Button
      type="primary"
      loading={change.isPending}
      data-testid={`swap-agree-${id}`}
      onClick={() => change.mutate({ method: 'POST', path: toPath`/roster/swaps/${id}/agree`, body: {} })}
    >
      {t('roster.swapAgree')}
    </Button>
  );
}

function Approve({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const change = useDutyChange(t('roster.swapApproved'));
  return (
    <Button
      type="primary"
      loading={change.isPending}
      data-testid={`swap-approve-${id}`}
      onClick={() => change.mutate({ method: 'POST', path: toPath`/roster/swaps/${id}/approve`, body: {} })}
    >
      {t('roster.approve')}
    </Button>
  );
}

function Withdraw({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const change = useDutyChange(t('roster.swapDropped'));
  const body = { note: '' };
  return (
    <Button
      loading={change.isPending}
      data-testid={`swap-withdraw-${id}`}
      onClick={() => change.mutate({ method: 'POST', path: toPath`/roster/swaps/${id}/drop`, body })}
    >
      {t('roster.drop')}
    </Button>
  );
}

function Refuse({ id, title }: { readonly id: string; readonly title: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const change = useDutyChange(t('roster.swapRefused'), false);
  const refuse = (note: string): void =>
    change.mutate(
      { method: 'POST', path: toPath`/roster/swaps/${id}/drop`, body: { note } },
      { onSuccess: () => setOpen(false) },
    );
  return (
    <>
      <Button danger data-testid={`swap-refuse-${id}`} onClick={() => setOpen(true)}>
        {t('roster.refuse')}
      </Button>
      {isOpen && (
        <NoteDialog
          name="swap-refuse"
          title={title}
          okText={t('roster.refuse')}
          noteText={t('roster.refuseReason')}
          isNoteNeeded
          isPending={change.isPending}
          error={change.error}
          onSubmit={refuse}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
