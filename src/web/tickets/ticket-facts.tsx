/** What is known of a ticket, and what people entered on the way. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Ticket } from '../api/types.ts';
import { entered, type Fact, FactCard } from '../shared/fact-card.tsx';
import { useDoerName, usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { TicketContact } from './ticket-contact.tsx';
import { Assignee } from './ticket-rows.tsx';

export function TicketFacts({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const toDoer = useDoerName();
  const { impact, appointment, difficult, contractor } = ticket;
  const always: readonly Fact[] = [
    [t('tickets.assignee'), <Assignee key="assignee" ticket={ticket} />],
    [t('ticket.contact'), <TicketContact key="contact" ticket={ticket} />],
    [t('ticket.source'), toDistinct([t(`source.${ticket.source}`), t(`channel.${ticket.channel}`)])],
    [t('ticket.flow'), `${t(`flow.${ticket.flow}`)} · ${t(`attendance.${ticket.attendance}`)}`],
    [t('tickets.received'), format.dateTime(ticket.receivedAtMs)],
    [t('ticket.firstReceiver'), toDoer(ticket.firstReceiver)],
  ];
  const some: readonly Fact[] = [
    [t('ticket.raised'), ticket.raisedAtMs === null ? null : format.dateTime(ticket.raisedAtMs)],
    [t('ticket.opened'), ticket.openedAtMs === null ? null : format.dateTime(ticket.openedAtMs)],
    [
      t('ticket.earlyArrival'),
      ticket.earlyArrival && `${toDoer(ticket.earlyArrival.by)} ${format.dateTime(ticket.earlyArrival.atMs)}`,
    ],
    [t('ticket.takenBy'), ticket.takenBy === null ? null : toDoer(ticket.takenBy)],
    [t('ticket.faultKind'), ticket.faultKindText && format.text(ticket.faultKindText)],
    [t('ticket.impactLabel'), impact && t('ticket.impact', { ...impact })],
    [
      t('ticket.appointment'),
      appointment && `${format.dateTime(appointment.fromMs)} – ${format.time(appointment.toMs)}`,
    ],
    [t('ticket.estimated'), ticket.estimatedAtMs === null ? null : format.dateTime(ticket.estimatedAtMs)],
    [
      t('ticket.carriedOver'),
      ticket.carriedOver &&
        `${t('ticket.carriedDays', { count: ticket.carriedOver.days })} · ${
          ticket.carriedOver.deadlineAtMs === null ? '' : format.dateTime(ticket.carriedOver.deadlineAtMs)
        } · ${ticket.carriedOver.by === null ? t('ticket.deadlineProposed') : toName(ticket.carriedOver.by)}`,
    ],
    [
      t('tickets.difficult'),
      difficult && `${difficult.reason} · ${t('ticket.difficult', { by: toDoer(difficult.approver) })}`,
    ],
    [t('ticket.contractor'), contractor && toName(contractor.user ?? contractor.contact ?? '')],
    [t('ticket.slip'), ticket.slip],
    [t('ticket.sparePart'), ticket.sparePart && format.text(ticket.sparePart)],
    [
      t('ticket.incident'),
      ticket.incident && (
        <Link key="incident" to={`/incidents/${ticket.incident}`} data-testid="ticket-incident">
          {t('ticket.incidentOpen')}
        </Link>
      ),
    ],
    [t('ticket.links'), ticket.links.length > 0 && <Links key="links" ticket={ticket} />],
    [t('ticket.reports'), ticket.reports.length > 0 && <Reports key="reports" ticket={ticket} />],
  ];
  return <FactCard title={t('ticket.details')} facts={[...always, ...entered(some)]} testId="ticket-facts" />;
}

/** An alarm comes from the equipment by the alarm: said once. */
function toDistinct(words: readonly string[]): string {
  return [...new Set(words)].join(' · ');
}

function Links({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  return ticket.links.map((link) => (
    <span key={`${link.ticket} ${link.kind}`} className="link-line">
      {t(`option.${link.kind}`)} <Link to={`/tickets/${link.ticket}`}>{link.ticket}</Link>
    </span>
  ));
}

/** Whom the gateway told of the emergency; each delivery stands among the messages. */
function Reports({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const toState = ({ deliveredAtMs, answeredAtMs }: Ticket['reports'][number]): string => {
    if (answeredAtMs !== null) return t('ticket.reportAnswered', { time: format.time(answeredAtMs) });
    if (deliveredAtMs === null) return t('ticket.reportOpen');
    return t('ticket.reportDelivered', { time: format.time(deliveredAtMs) });
  };
  return ticket.reports.map((report) => (
    <span key={`${report.to} ${report.atMs}`} className="link-line">
      {toName(report.to)} {format.time(report.atMs)}{' '}
      <span className={report.answeredAtMs === null ? 'attention' : 'hint'}>{toState(report)}</span>
    </span>
  ));
}

/** Nothing while nothing has been entered. */
export function TicketRecord({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const facts = entered(useRecord(ticket));
  return facts.length === 0 ? null : <FactCard title={t('ticket.record')} facts={facts} />;
}

function useRecord(ticket: Ticket): readonly Fact[] {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  const { agreement, acceptance, visit, cancellation } = ticket;
  const signed = (by: string, atMs: number, ...parts: readonly (string | null)[]) =>
    [...parts.filter((part) => part !== null && part !== ''), `${toDoer(by)} ${format.dateTime(atMs)}`].join(
      ' · ',
    );
  const toConsent = ({
    agreedWith,
    how,
    agreedAtMs,
    approver,
  }: NonNullable<typeof cancellation>): readonly (string | null)[] => [
    agreedWith === undefined
      ? null
      : t('common.pair', { name: t('field.agreedWith'), value: t(`option.${agreedWith}`) }),
    how === undefined ? null : t(`option.${how}`),
    agreedAtMs === undefined ? null : format.dateTime(agreedAtMs),
    approver === undefined ? null : t('common.pair', { name: t('field.approver'), value: toDoer(approver) }),
  ];
  const materials = ticket.materials.map(({ name, quantity, unit }) => `${name} ${quantity}${unit}`);
  return [
    [t('field.readBack'), ticket.readBack],
    [t('field.diagnosis'), ticket.diagnosis],
    [t('field.plan'), ticket.plan],
    [t('field.workInstruction'), ticket.workInstruction],
    [
      t('ticket.agreement'),
      agreement &&
        signed(
          agreement.by,
          agreement.atMs,
          agreement.workingTime,
          agreement.impact,
          agreement.protection,
          agreement.cooperation,
          agreement.feesYuan === null ? null : `${t('field.feesYuan')} ${agreement.feesYuan.toFixed(2)}`,
        ),
    ],
    [t('field.result'), ticket.result],
    [t('field.handler'), ticket.handler && toDoer(ticket.handler)],
    [t('field.handlingMinutes'), ticket.handlingMinutes === null ? null : String(ticket.handlingMinutes)],
    [t('field.testResult'), ticket.testResult],
    [t('field.materials'), materials.join(t('common.separator'))],
    [t('field.amountYuan'), ticket.amountYuan === null ? null : ticket.amountYuan.toFixed(2)],
    [t('field.outsideControl'), ticket.outsideControl],
    [
      t('ticket.acceptance'),
      acceptance &&
        signed(
          acceptance.by,
          acceptance.atMs,
          acceptance.opinion,
          acceptance.manualReading,
          acceptance.override && t('ticket.override', { reason: acceptance.override.reason }),
        ),
    ],
    [
      t('ticket.visit'),
      visit &&
        signed(
          visit.by,
          visit.atMs,
          t(`option.${visit.how}`),
          visit.isSatisfied ? t('option.satisfied') : t('option.dissatisfied'),
          visit.note,
        ),
    ],
    [
      t('ticket.cancellation'),
      cancellation &&
        signed(
          cancellation.by,
          cancellation.atMs,
          t(`option.${cancellation.reason}`),
          cancellation.note,
          ...toConsent(cancellation),
        ),
    ],
  ];
}
