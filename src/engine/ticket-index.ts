/** Which tickets carry an alarm or a fault, so that a raise does not look through all tickets. Holds ids only. */
import type { AlarmKey, EquipmentId, TicketId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';

export interface TicketIndex {
  put(ticket: Ticket): void;
  remove(ticket: Ticket): void;
  withKey(key: AlarmKey): Iterable<TicketId>;
  withFault(equipment: EquipmentId, faultKind: string): Iterable<TicketId>;
}

export function createTicketIndex(tickets: Iterable<Ticket> = []): TicketIndex {
  /** Key: alarm key, or equipment and fault kind. An alarm key has two slashes, a fault has one blank. */
  const ids = new Map<string, Set<TicketId>>();
  const index: TicketIndex = {
    put(ticket) {
      for (const term of toTerms(ticket)) {
        const found = ids.get(term);
        if (found === undefined) ids.set(term, new Set([ticket.id]));
        else found.add(ticket.id);
      }
    },
    remove(ticket) {
      for (const term of toTerms(ticket)) {
        const found = ids.get(term);
        found?.delete(ticket.id);
        if (found?.size === 0) ids.delete(term);
      }
    },
    withKey: (key) => ids.get(key) ?? [],
    withFault: (equipment, faultKind) => ids.get(toFault(equipment, faultKind)) ?? [],
  };
  for (const ticket of tickets) index.put(ticket);
  return index;
}

function toTerms({ alarms, equipment, faultKind }: Ticket): ReadonlySet<string> {
  const terms = new Set<string>(alarms.map((alarm) => alarm.key));
  if (equipment !== null && faultKind !== null) terms.add(toFault(equipment, faultKind));
  return terms;
}

function toFault(equipment: string, faultKind: string): string {
  return `${equipment} ${faultKind}`;
}
