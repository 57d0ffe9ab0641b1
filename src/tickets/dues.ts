/** What a ticket will bring by itself, and when: the rows that the sweep is audited by. What is done then is sweep.ts. */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketDueRow } from '../store/store.ts';
import { toEscalationDueMs } from './escalation.ts';
import { toProofDueMs } from './proof.ts';
import { toReportDueMs } from './reporting.ts';
import { toClosedSinceMs } from './since.ts';
import { toUnheardDueMs } from './unheard.ts';

/** Soonest first. Clocks are named; of the others `clock` says what it is about. */
export function toDues(ticket: Ticket, policy: Policy): readonly TicketDueRow[] {
  const { round, waiting, stage } = ticket;
  const closedAtMs = stage === 'closed' ? toClosedSinceMs(ticket) : null;
  const row = (clock: string, what: TicketDueRow['what'], dueAtMs: number | null): TicketDueRow[] =>
    dueAtMs === null || !Number.isFinite(dueAtMs) ? [] : [{ clock, round, what, dueAtMs }];
  const dues = [
    ...toClockDues(ticket),
    ...row('ladder', 'escalate', toEscalationDueMs(ticket, policy)),
    ...row('report', 'escalate', toReportDueMs(ticket, policy)),
    ...row('remarks', 'escalate', toUnheardDueMs(ticket)),
    ...row('waiting', 'escalate', waiting?.untilMs ?? null),
    ...row('proof', 'proof', toProofDueMs(ticket, policy)),
    ...row('archive', 'archive', closedAtMs === null ? null : closedAtMs + policy.reopenMs),
  ];
  return dues.sort((a, b) => a.dueAtMs - b.dueAtMs);
}

function toClockDues({ clocks }: Ticket): TicketDueRow[] {
  return clocks.flatMap((clock) => {
    const { id, round, stoppedAtMs, isBreachTold, warnedAtMs, warnAtMs, dueAtMs, heldUntilMs = 0 } = clock;
    if (stoppedAtMs !== null || isBreachTold) return [];
    const rows: TicketDueRow[] = [];
    const add = (what: TicketDueRow['what'], ms: number): unknown =>
      rows.push({ clock: id, round, what, dueAtMs: Math.max(ms, heldUntilMs) });
    if (warnedAtMs === null && warnAtMs !== null) add('warn', warnAtMs);
    if (dueAtMs !== null) add('breach', dueAtMs);
    return rows;
  });
}
