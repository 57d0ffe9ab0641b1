/** Limits of the versions of the policy, with their reasons. */
export const POLICY_LIMITS = {
  /** Versions that wait for a review: more than anybody reviews; a script that proposes in a loop meets it. */
  proposed: 20,
  /** Older versions kept in memory for tickets that were opened under them; beyond it they are read again. */
  kept: 50,
  /** Differences listed of two versions: more than anybody reads; then the texts are compared. */
  differences: 1_000,
} as const;
