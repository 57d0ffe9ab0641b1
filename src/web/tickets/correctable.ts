/**
 * What of a ticket can be corrected, and what stands there now: a correction begins with the old words. The engine's own rule
 * is tickets/corrections.ts. Pure.
 */
import type { Language, Ticket } from '../api/types.ts';

/** Those may be filled in where they are empty; anything else must have been written once. */
const FILLABLE: readonly string[] = ['faultKind', 'place', 'contactName', 'contactMethod'];
const WORDS = ['diagnosis', 'plan', 'workInstruction', 'result', 'testResult', 'outsideControl'] as const;

type Corrected = Pick<Ticket, 'content' | 'place' | 'faultKind' | 'amountYuan' | (typeof WORDS)[number]>;

/** @returns '' where nothing stands, or where it is nobody's to see without being asked for (name and way of contact) */
export function toPresent(ticket: Corrected, field: string, language: Language): string {
  switch (field) {
    case 'content':
    case 'place':
      return ticket[field][language];
    case 'amountYuan':
      return ticket.amountYuan === null ? '' : String(ticket.amountYuan);
    case 'faultKind':
      return ticket.faultKind ?? '';
    default: {
      const name = WORDS.find((word) => word === field);
      return name === undefined ? '' : (ticket[name] ?? '');
    }
  }
}

export function isCorrectable(ticket: Corrected, field: string, language: Language): boolean {
  return FILLABLE.includes(field) || toPresent(ticket, field, language) !== '';
}
