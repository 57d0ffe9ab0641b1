/**
 * Which transition is possible in which stage (service-workflow.md §2, with the short path of §1: read-back and
 * signature in one, diagnosis and plan on one form). Guards on content are in step.ts.
 *
 *   recorded ─dispatch▶ dispatched ─take▶ taken ─arrive▶ on-site ─start▶ handling ─done▶ done ─accept▶ accepted
 *       │                  ▲                                                              │              │
 *       └──────cancel──────┼───────────────▶ cancelled                     rework ◀─reject┘◀──visit──────┤ (not satisfied)
 *                          └──────────────────────────────dispatch/take──────┘                         visit
 *                                                                                      closed ◀─close─ visited
 */
import type { Stage } from '../core/ticket.ts';
import type { TransitionType } from './transitions.ts';

const TRANSITIONS_OF = {
  recorded: ['dispatch', 'cancel', 'note'],
  dispatched: ['take', 'arrive', 'dispatch', 'cancel', 'note'],
  taken: ['arrive', 'dispatch', 'cancel', 'note'],
  'on-site': ['start', 'cancel', 'note'],
  handling: ['done', 'cancel', 'note'],
  done: ['accept', 'reject', 'note'],
  rework: ['take', 'dispatch', 'note'],
  accepted: ['visit', 'note'],
  visited: ['close', 'note'],
  closed: [],
  cancelled: [],
} as const satisfies Record<Stage, readonly TransitionType[]>;

/** Transitions that a stage allows; the first is the natural next step. */
export function allowedTransitions(stage: Stage): readonly TransitionType[] {
  return TRANSITIONS_OF[stage];
}

export function isTransitionAllowed(stage: Stage, transition: TransitionType): boolean {
  return (TRANSITIONS_OF[stage] as readonly TransitionType[]).includes(transition);
}
