/** Which trade the tickets of an equipment's alarms are for where no rule says it. */
import { KINDS, type Kind, type System } from '../core/kinds.ts';
import type { TicketClass } from '../core/ticket.ts';

/** Systems that are not the engineering trade's (service-workflow.md: 消防 and 安全 have routes and slips of their own). */
const CLASSES: Readonly<Partial<Record<System, TicketClass>>> = {
  fire: 'fire',
  'fire-water': 'fire',
  access: 'security',
};

/** `engineering` unless the system of the kind belongs to another trade. */
export function toTicketClass(kind: Kind): TicketClass {
  return CLASSES[KINDS[kind].system] ?? 'engineering';
}
