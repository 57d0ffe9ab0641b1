/** Whose the report of an incident is while nobody commands it. Who of them is on duty, the engine is asked. */
import type { Policy } from './policy.ts';

/** In their order. Where the policy says nothing of it, the first of its ladder. */
export function toReportRoles({ incidents, escalation }: Policy): readonly string[] {
  return incidents.responsible ?? escalation.ladder.slice(0, 1).map(({ role }) => role);
}
