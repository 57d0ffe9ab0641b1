/** What whoever works on the ticket must see first: banners of the gateway, waiting, the repair proof. */
import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Ticket } from '../api/types.ts';
import { useDoerName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';

const TYPES: Readonly<Record<Ticket['banners'][number]['kind'], 'error' | 'warning' | 'info'>> = {
  blind: 'warning',
  'rule-changed': 'info',
  'closed-while-active': 'error',
  'came-back': 'error',
  repeat: 'warning',
  'proposed-done': 'info',
  'own-acceptance': 'warning',
  'no-certificate': 'warning',
  incomplete: 'warning',
  'carried-over': 'info',
};

export function TicketBanners({ ticket }: { readonly ticket: Ticket }) {
  const format = useFormat();
  return (
    <>
      {ticket.banners.map(({ kind, atMs, text }) => (
        <Alert
          key={`${kind} ${atMs}`}
          type={TYPES[kind]}
          showIcon
          title={format.text(text)}
          description={<span className="hint">{format.dateTime(atMs)}</span>}
          data-testid={`ticket-banner-${kind}`}
        />
      ))}
      <EarlyArrival ticket={ticket} />
      <Together ticket={ticket} />
      <Waiting ticket={ticket} />
      <Proof ticket={ticket} />
    </>
  );
}

/** Stages in which the desk has not dispatched it in this round. */
const UNDISPATCHED: readonly Ticket['stage'][] = ['received', 'recorded', 'rework'];

/** Somebody is there already: the desk confirms, or redirects. */
function EarlyArrival({ ticket: { earlyArrival = null, stage } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  if (earlyArrival === null || !UNDISPATCHED.includes(stage)) return null;
  const { by, atMs } = earlyArrival;
  return (
    <Alert
      type="success"
      showIcon
      title={t('ticket.earlyArrivalTitle', { name: toDoer(by), time: format.time(atMs) })}
      data-testid="ticket-early-arrival"
    />
  );
}

/** Merged: its reporter follows the one that it went into. */
function Together({ ticket: { together } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (together === undefined) return null;
  const { stageText, promised } = together;
  const promise =
    promised === null ? '' : `${format.text(promised.text)} ${format.dateTime(promised.atMs)} · `;
  return (
    <Alert
      type="info"
      showIcon
      title={format.text(stageText)}
      description={`${promise}${t('ticket.together')}`}
      data-testid="ticket-together"
    />
  );
}

function Waiting({ ticket: { waiting } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  if (waiting === null) return null;
  const { reason, note, approver, untilMs } = waiting;
  const until = untilMs === null ? [] : [t('ticket.waitingUntil', { time: format.dateTime(untilMs) })];
  const parts = [note, `${t('field.approver')} ${toDoer(approver)}`, ...until];
  return (
    <Alert
      type="warning"
      showIcon
      title={`${t('ticket.waiting')} · ${t(`option.${reason}`)}`}
      description={parts.join(' · ')}
      data-testid="ticket-waiting"
    />
  );
}

function Proof({ ticket: { proof, stage } }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (proof === null || stage === 'archived') return null;
  const until =
    proof.endsAtMs === null ? '' : ` ${t('ticket.proofUntil', { time: format.dateTime(proof.endsAtMs) })}`;
  const type = proof.state === 'failed' ? 'error' : proof.state === 'proven' ? 'success' : 'info';
  return (
    <Alert
      type={type}
      showIcon
      title={`${t('ticket.proof')} · ${t(`option.${proof.state}`)}${until}`}
      data-testid="ticket-proof"
    />
  );
}
