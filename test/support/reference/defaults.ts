/** Rules and policies of reference scripts with figures small enough to be met by short scripts. */
import type { ReferencePolicy, ReferenceRule } from './script.ts';

const MINUTE_MS = 60_000;

export const REFERENCE_POLICY: ReferencePolicy = {
  alarms: {
    shelveMaxMs: {
      'life-safety': 0,
      high: 120 * MINUTE_MS,
      medium: 480 * MINUTE_MS,
      low: 480 * MINUTE_MS,
    },
    shelfReminderMs: 15 * MINUTE_MS,
    reAlarmMs: { 'life-safety': 10 * MINUTE_MS, high: 60 * MINUTE_MS, medium: 480 * MINUTE_MS, low: null },
    reAlarmEscalateAt: 3,
    flood: { enter: 10, leave: 5, windowMs: 10 * MINUTE_MS, digestMs: 90_000, maxMs: 120 * MINUTE_MS },
    chatter: { raises: 3, withinMs: MINUTE_MS, factor: 1.5, capMs: 60 * MINUTE_MS },
    firstOutMs: 2 * MINUTE_MS,
    longOutOfServiceMs: 7 * 24 * 60 * MINUTE_MS,
  },
  explain: { waitMs: 5_000, settleMs: MINUTE_MS },
  bootGraceMs: 15_000,
  clockStepMs: 2_000,
  severityDown: 'track',
};

/** Medium, without delays; good samples raise and return at once. */
export const REFERENCE_RULE: ReferenceRule = {
  severity: 'medium',
  onDelayMs: 0,
  offDelayMs: 0,
  minGoodSamples: 1,
  unknownHoldMs: MINUTE_MS,
  blindAfterMs: 5_000,
  isLatching: false,
  reAlarmMs: null,
  uncertain: 'use',
  limits: {},
  parent: null,
};
