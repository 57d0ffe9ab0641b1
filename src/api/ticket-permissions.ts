/** Which permission a transition of a ticket asks for, and which transitions a person is therefore offered. */
import type { Stage } from '../core/ticket.ts';
import type { Permission } from '../people/permissions.ts';
import { allowedTransitions } from '../tickets/stages.ts';
import type { TransitionType } from '../tickets/transitions.ts';

/** Any one of the listed permissions is enough; a note may be left by those who work on tickets or visit the customer. */
export const TRANSITION_PERMISSIONS = {
  dispatch: ['ticket.dispatch'],
  take: ['ticket.work'],
  arrive: ['ticket.work'],
  start: ['ticket.work'],
  done: ['ticket.work'],
  accept: ['ticket.accept'],
  reject: ['ticket.accept'],
  visit: ['ticket.visit'],
  close: ['ticket.visit'],
  cancel: ['ticket.cancel'],
  note: ['ticket.work', 'ticket.visit'],
} as const satisfies Record<TransitionType, readonly [Permission, ...Permission[]]>;

export const TRANSITION_TYPES = Object.keys(TRANSITION_PERMISSIONS) as readonly TransitionType[];

/** Whether the person may make this kind of transition at all; what the stage allows is another question. */
export function mayTransition(transition: TransitionType, permissions: ReadonlySet<Permission>): boolean {
  return TRANSITION_PERMISSIONS[transition].some((permission) => permissions.has(permission));
}

/** Transitions that the stage allows and the person may make; the stage's order (natural next step first). */
export function offeredTransitions(stage: Stage, permissions: ReadonlySet<Permission>): TransitionType[] {
  return allowedTransitions(stage).filter((transition) => mayTransition(transition, permissions));
}
