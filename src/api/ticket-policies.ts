/** The policy that a ticket was opened under, for what people are shown and offered; what drives the ticket is the engine's. */
import type { Policy } from '../config/policy.ts';
import type { ApiServices } from './services.ts';

export interface TicketPolicies {
  /** Never fails: where the version is not stored, or the store does not answer, the one in force stands in. */
  of(version: string): Promise<Policy>;
  /** null = it has to be read first. */
  known(version: string): Policy | null;
}

/** Versions kept: those of open tickets are one or two, those of the archive one for each time the policy was changed. */
const MAX_KEPT = 50;

export function createTicketPolicies(services: Pick<ApiServices, 'model' | 'queries'>): TicketPolicies {
  /** The oldest read first. Key: version. */
  const kept = new Map<string, Policy>();
  const known = (version: string): Policy | null => {
    const { policy } = services.model;
    return policy.version === version ? policy : (kept.get(version) ?? null);
  };
  return {
    known,
    async of(version) {
      const found = known(version);
      if (found !== null) return found;
      const row = await services.queries.policyVersion(version).catch(() => null);
      if (row === null) return services.model.policy;
      const [oldest] = kept.keys();
      if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      kept.set(version, row.policy);
      return row.policy;
    },
  };
}
