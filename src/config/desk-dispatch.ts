/**
 * Which tickets the policy leaves to the desk to give to somebody (service-workflow.md §2: of an emergency "the desk dispatches:
 * it confirms or redirects"). Putting one before it is tickets/desk-turn.ts; telling it is notify/.
 */
import { type Matter, matches, toSettings } from './match.ts';
import type { Policy } from './policy.ts';

export function isDesks(ticket: Matter, { deskDispatches }: Pick<Policy, 'deskDispatches'>): boolean {
  const settings = toSettings(ticket);
  return deskDispatches.some((match) => matches(match, settings));
}
