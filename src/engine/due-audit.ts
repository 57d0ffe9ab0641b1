/**
 * The audit of due times: a warning that is never due is never missed by anybody. At the start and once a minute, some tickets
 * in each sweep, what the sweep goes by is held against what it comes from, and put right where it differs:
 *
 *   marks of the ticket ──▶ its clocks ──▶ rows of due times in the store (as they were found at the start)
 *                                    └───▶ the moment at which the sweep looks at it again
 *
 * A difference is a fault of ours or of the store: it is logged and counted. What the times should be is tickets/.
 */
import type { Logger } from 'pino';
import type { Now } from '../core/clock.ts';
import type { TicketId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { Ticket } from '../core/ticket.ts';
import type { BootState, TicketDueRow } from '../store/store.ts';
import { auditClocks } from '../tickets/audit.ts';
import { toDues } from '../tickets/dues.ts';
import { toSweepDueMs } from '../tickets/sweep.ts';
import type { PolicyOf } from './context.ts';
import type { LateCounters } from './late-readings.ts';
import type { Tentative } from './tentative.ts';

/** What was wrong: clocks of the ticket, its rows in the store, or the moment of its next look. */
type Fault = 'clocks' | 'rows' | 'moment';

interface Correction {
  readonly ticket: string;
  readonly fault: Fault;
}

/** One sweep's part. `settle` when it is stored; otherwise the same tickets come again. */
export interface Audit {
  readonly settle: () => void;
}

interface Found {
  readonly ticket: Ticket;
  readonly rows: readonly TicketDueRow[];
}

/** What the loop counts beside its rounds. */
export interface LoopCounters extends LateCounters {
  /** Tickets whose due times were not what their records say, and were put right. */
  readonly dueCorrections: number;
}

/** Tickets that are named in one line of the log. */
const NAMED = 10;

export class DueAudit {
  readonly #log: Logger;
  /** Tickets as they were read, with their rows, until they are looked at or have changed. */
  readonly #found: Map<TicketId, Found>;
  /** Tickets of the running pass that are still to be looked at. */
  #queue: readonly TicketId[] = [];
  #nextAtMonoMs = Number.NEGATIVE_INFINITY;
  #corrections = 0;

  constructor(boot: Pick<BootState, 'tickets' | 'dues'>, log: Logger) {
    this.#log = log;
    this.#found = toFound(boot);
  }

  /** Tickets that were put right since the start. */
  get corrections(): number {
    return this.#corrections;
  }

  /** Behind everything else of a sweep. */
  take(tx: Tentative, policyOf: PolicyOf, now: Now): Audit {
    const isNew = this.#queue.length === 0 && now.monoMs >= this.#nextAtMonoMs;
    const queue = isNew ? [...tx.tickets()].map(({ id }) => id) : this.#queue;
    const own = queue.slice(0, LIMITS.auditTickets);
    const corrections = own.flatMap((id) => this.#look(tx, id, policyOf, now.wallMs) ?? []);
    return {
      settle: () => {
        if (isNew) this.#nextAtMonoMs = now.monoMs + LIMITS.auditMs;
        this.#queue = queue.slice(own.length);
        for (const id of own) this.#found.delete(id);
        this.#note(corrections);
      },
    };
  }

  #look(tx: Tentative, id: TicketId, policyOf: PolicyOf, nowMs: number): Correction | null {
    const ticket = tx.ticket(id);
    if (ticket === null) return null;
    const policy = policyOf(ticket);
    const found = this.#found.get(id);
    // The version it was opened under is not known: by another one its clocks would be others.
    const isKnown = policy.version === ticket.policyVersion;
    const step = isKnown ? auditClocks(ticket, policy, nowMs) : null;
    if (step !== null) {
      tx.putTicket(step.ticket, step.events);
      return { ticket: ticket.number, fault: 'clocks' };
    }
    // Whatever changes a ticket writes both anew.
    if (tx.isChanged(id)) return null;
    const isRowWrong = isKnown && found?.ticket === ticket && !isSame(found.rows, toDues(ticket, policy));
    if (!isRowWrong && tx.dueAtMs(id) === toSweepDueMs(ticket, policy)) return null;
    tx.putDues(ticket);
    return { ticket: ticket.number, fault: isRowWrong ? 'rows' : 'moment' };
  }

  #note(corrections: readonly Correction[]): void {
    if (corrections.length === 0) return;
    this.#corrections += corrections.length;
    const named = corrections.slice(0, NAMED).map(({ ticket, fault }) => `${ticket} ${fault}`);
    this.#log.warn(
      { corrected: corrections.length, tickets: named },
      'due times of tickets were not what their records say; they have been put right',
    );
  }
}

/** Empty where the store keeps no rows. */
function toFound({ tickets, dues }: Pick<BootState, 'tickets' | 'dues'>): Map<TicketId, Found> {
  if (dues === null) return new Map();
  const rows = Map.groupBy(dues, ({ ticket }) => ticket);
  return new Map(tickets.map((ticket) => [ticket.id, { ticket, rows: rows.get(ticket.id) ?? [] }]));
}

function isSame(a: readonly TicketDueRow[], b: readonly TicketDueRow[]): boolean {
  return a.length === b.length && toText(a) === toText(b);
}

function toText(rows: readonly TicketDueRow[]): string {
  return rows
    .map(({ clock, round, what, dueAtMs }) => `${clock} ${round} ${what} ${dueAtMs}`)
    .toSorted()
    .join('\n');
}
