/**
 * What others may ask of backtests: rules run again over the readings that the journal has kept, without a store, a ticket
 * or a message. The contract between runner.ts and the API; everything in it is plain data and can be sent as JSON.
 */
import type { RuleOverride } from '../config/rule-overrides.ts';
import type { Problem } from '../core/errors.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';

export type { RuleOverride };

/** Times are UTC ms, received time; `fromMs` is included, `toMs` is not. */
export type BacktestRequest =
  | {
      /** The rules of today against the rules with these changes, over the same readings. */
      readonly type: 'compare';
      readonly fromMs: number;
      readonly toMs: number;
      /** Beside those that hold already; one of the same equipment and rule takes its place. At least one. */
      readonly overrides: readonly RuleOverride[];
    }
  /** The rules of today against what the alarm history says that really happened. */
  | { readonly type: 'self-check'; readonly fromMs: number; readonly toMs: number };

export type BacktestState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface BacktestProgress {
  /** Share of the range that is done, 0–1. */
  readonly ratio: number;
  readonly readings: number;
  /** Received time that has been reached, UTC ms; null before the first reading. */
  readonly reachedMs: number | null;
}

export interface BacktestStatus {
  readonly id: string;
  readonly request: BacktestRequest;
  /** User name. */
  readonly by: string;
  readonly askedAtMs: number;
  /** null while it is queued, or when it was cancelled before it began. */
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly state: BacktestState;
  readonly progress: BacktestProgress;
  /** Only when `done`. */
  readonly result: BacktestResult | null;
  /** Only when `failed`. */
  readonly error: { readonly code: string; readonly text: Text } | null;
}

export type BacktestResult = Comparison | SelfCheck;

/** What both kinds of result say of the readings that they stand on. */
export interface Coverage {
  /** As asked for. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Oldest reading that the journal still holds; null = it holds none. Before it nothing can be judged. */
  readonly heldFromMs: number | null;
  /** Readings that were run: those of points that some rule reads. */
  readonly readings: number;
  readonly elapsedMs: number;
  readonly readingsPerS: number;
  /** Stretches in which the gateway recorded nothing, within the range. */
  readonly gaps: readonly Gap[];
  /** What has to be borne in mind when reading the result. */
  readonly notes: readonly Text[];
}

export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: GapReason;
}

/**
 * `gateway-down`: it did not run. `out-of-retention`: the journal has let go of it. `bad-quality`: readings were there and
 * could not be used. `no-data`: the gateway ran and no reading of the point had come yet. `failed`: the expression threw.
 */
export const GAP_REASONS = ['gateway-down', 'out-of-retention', 'bad-quality', 'no-data', 'failed'] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** Of one rule, or of all together, over the range. A gap is never quiet: it is not evaluable. */
export interface Tally {
  /** Raises that people would have been told of; not while suppressed by design, explained ones included. What stands at the beginning counts as raised then. */
  readonly raises: number;
  /** Of these, between 22:00 and 06:00 at the site. */
  readonly nightRaises: number;
  /** Tickets that would have been opened. */
  readonly tickets: number;
  readonly nightTickets: number;
  readonly activeMs: number;
  readonly notEvaluableMs: number;
  /** Of the range, 0–1; of all together: of the rules' ranges added up. */
  readonly notEvaluableRatio: number;
  /** Reasons with a time above 0, ms. */
  readonly notEvaluableBy: Readonly<Partial<Record<GapReason, number>>>;
}

/** Of the whole site. */
export interface SideTally extends Tally {
  /** Floods as ISA-18.2 has them, by the policy's window. */
  readonly floods: number;
  readonly floodMs: number;
}

export interface RuleRef {
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly equipmentName: Text;
  /** What it says when it raises, with its placeholders. */
  readonly text: Text;
}

export interface Comparison {
  readonly type: 'compare';
  readonly coverage: Coverage;
  /** All rules of the site. */
  readonly before: SideTally;
  readonly after: SideTally;
  /** Rules that the change touches, and others whose alarms or tickets come out differently. */
  readonly rules: readonly RuleComparison[];
  /** Of these rules: every incident of the history or of either side, oldest first; at most `BACKTEST_LIMITS.incidents`. */
  readonly incidents: readonly Incident[];
  /** Incidents left out of the list above. */
  readonly incidentsLeftOut: number;
  /** How many of all incidents. */
  readonly outcomes: Readonly<Record<IncidentOutcome, number>>;
  /** Confirmed incidents that the changed rules would miss; never cut short by the limit. */
  readonly missed: readonly Incident[];
  /** A confirmed incident would be missed: the change needs the approval of two people (management of change). */
  readonly needsSecondApprover: boolean;
  /** Changed minus today's; negative = quieter. */
  readonly disturbance: { readonly tickets: number; readonly nightRaises: number; readonly raises: number };
}

export interface RuleComparison extends RuleRef {
  readonly isChanged: boolean;
  /** Hash of the definition; null = there is no such rule on that side. */
  readonly versionBefore: string | null;
  readonly versionAfter: string | null;
  readonly before: Tally | null;
  readonly after: Tally | null;
}

/**
 * `confirmed`: its ticket was closed as a real fault. `false-alarm`: its ticket was cancelled as one; to miss it is a gain.
 * `unjudged`: nobody has said; it counts as real when it comes to what is missed or later, but asks for no second approver.
 */
export const INCIDENT_VERDICTS = ['confirmed', 'unjudged', 'false-alarm'] as const;
export type IncidentVerdict = (typeof INCIDENT_VERDICTS)[number];

/**
 * `missed`: today's rules raise it over these readings, the changed ones do not; `avoided`: the same of a false alarm.
 * `extra`: only the changed rules raise it. `not-evaluable`: history has it, but not even today's rules raise it over the
 * readings that there are (a gap, a rule that was another one then), so that nothing can be said of the change.
 */
export const INCIDENT_OUTCOMES = [
  'same',
  'earlier',
  'later',
  'missed',
  'avoided',
  'extra',
  'not-evaluable',
] as const;
export type IncidentOutcome = (typeof INCIDENT_OUTCOMES)[number];

export interface Incident {
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly equipmentName: Text;
  /** As rendered when it raised. */
  readonly text: Text;
  readonly verdict: IncidentVerdict;
  readonly outcome: IncidentOutcome;
  /** Of the alarm history; null = only the replay has it. */
  readonly occurrence: OccurrenceId | null;
  /** As printed; null = it had none. */
  readonly ticketNumber: string | null;
  /** When it raised, UTC ms: in history, by the rules of today, by the changed ones; null = not. */
  readonly historyAtMs: number | null;
  readonly beforeAtMs: number | null;
  readonly afterAtMs: number | null;
  /** `afterAtMs` minus `beforeAtMs` (or history's); negative = earlier; null where either is missing. */
  readonly deltaMs: number | null;
}

export interface SelfCheck {
  readonly type: 'self-check';
  readonly coverage: Coverage;
  readonly tally: SideTally;
  /** Stretches from raise to return, of the history and of the replay: both, only history, only replay. */
  readonly compared: number;
  readonly agreed: number;
  /** 0–100; 100 when there was nothing to compare. */
  readonly agreementPercent: number;
  /** At most `BACKTEST_LIMITS.incidents`, oldest first. */
  readonly differences: readonly Difference[];
  readonly differencesLeftOut: number;
}

/** Why replay and history differ. */
export const DIFFERENCE_REASONS = [
  'gateway-down',
  'out-of-retention',
  'bad-quality',
  'restart',
  'deadband',
  'rule-changed',
  'rule-removed',
  'site-changed',
  'shelved',
  'out-of-service',
  'suppressed',
  'drill',
  'range-edge',
  'unknown',
] as const;
export type DifferenceReason = (typeof DIFFERENCE_REASONS)[number];

export interface Difference {
  /**
   * `missing`: history has it, the replay has not. `extra`: only the replay has it. `shifted`: raised at another time.
   * `hidden`: both have it, but only in the replay were people told.
   */
  readonly type: 'missing' | 'extra' | 'shifted' | 'hidden';
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly occurrence: OccurrenceId | null;
  readonly text: Text;
  readonly historyAtMs: number | null;
  readonly replayAtMs: number | null;
  readonly historyEndMs: number | null;
  readonly replayEndMs: number | null;
  /** Most likely first; `unknown` alone when nothing explains it. */
  readonly reasons: readonly DifferenceReason[];
  /** The first reason in words, with its figures. */
  readonly why: Text;
}

export interface BacktestPort {
  /**
   * Begins a backtest, or queues it behind the one that runs.
   * @param by user name
   * @returns its id
   * @throws RiserError `backtest-range` (the end is not behind the beginning, or the range is too long),
   * `backtest-refused` (the overrides do not fit: `checkOverrides` says why), `backtest-queue-full`, `backtest-stopping`
   */
  start(request: BacktestRequest, by: string): string;
  /** What is wrong with the overrides, one problem each; empty = they fit. */
  checkOverrides(overrides: readonly RuleOverride[]): readonly Problem[];
  /** null = unknown, or forgotten (kept `BACKTEST_LIMITS.keepMs`, and `BACKTEST_LIMITS.kept` of them). */
  status(id: string): BacktestStatus | null;
  /** Newest first, without results. */
  list(): readonly BacktestStatus[];
  /** Ends it within 200 ms; one that is over stays as it is. @returns whether there is such a backtest */
  cancel(id: string): boolean;
}
