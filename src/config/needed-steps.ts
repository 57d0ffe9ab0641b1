/**
 * Steps without which no ticket of a path comes to its end, with everybody whom the policy lets take them. Whether there is an
 * account that may is people/held-steps.ts. Pure.
 */
import type { Stage } from '../core/ticket.ts';
import type { TransitionType } from '../tickets/transitions.ts';
import type { Actor, Policy } from './policy.ts';
import { TRANSITION_OF } from './policy-words.ts';

export interface NeededStep {
  readonly step: TransitionType;
  /** That it leads to. */
  readonly stage: Stage;
  /** Also those whom a short form lets take it. */
  readonly actors: readonly Actor[];
}

/** In the order of the stages, each once. */
export function toNeededSteps({
  paths,
  actors,
  forms,
}: Pick<Policy, 'paths' | 'actors' | 'forms'>): readonly NeededStep[] {
  const needed = new Set<Stage>(
    paths.flatMap(({ stages }) => stages.filter(({ isOptional }) => !isOptional).map(({ stage }) => stage)),
  );
  return Object.entries(TRANSITION_OF).flatMap(([stage, step]): NeededStep[] => {
    if (!needed.has(stage as Stage)) return [];
    const onForms = forms.filter(({ transitions }) => transitions.includes(step));
    const all = [...actors[step], ...onForms.flatMap((form) => form.actors ?? [])];
    return [{ step, stage: stage as Stage, actors: [...new Set(all)] }];
  });
}
