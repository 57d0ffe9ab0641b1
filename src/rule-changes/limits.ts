/** Limits of the changes of rules, with their reasons. */
export const RULE_CHANGE_LIMITS = {
  /** Changes that wait for a review: more than anybody reviews; a script that proposes in a loop meets it. */
  proposed: 200,
  /** Decided changes that are looked through to tell "decided already" from "never was". */
  decidedRows: 500,
} as const;
