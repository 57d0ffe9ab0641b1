/**
 * Today's rules against the changed ones over the same readings: incident by incident, rule by rule. Pure.
 *
 *   history  ──[────]────────[──]──────────   occurrences, with what people said of them
 *   before   ──[────]────────[──]───[─]────   replay of today's rules: what the readings can tell at all
 *   after    ───[───]───────────────[─]──[]   replay of the changed rules
 *               later        missed  same  extra
 */
import type { SiteModel } from '../config/model.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { BACKTEST_LIMITS } from './limits.ts';
import {
  type Comparison,
  type Coverage,
  INCIDENT_OUTCOMES,
  type Incident,
  type IncidentOutcome,
  type RuleComparison,
  type SideTally,
  type Tally,
} from './port.ts';
import type { Judged, Recorded } from './recorded.ts';
import { overlaps, type Stretch, toClipped } from './stretches.ts';

/** What is compared of one side. */
export interface SideResult {
  /** As configured, not as replayed. */
  readonly model: SiteModel;
  /** From the beginning of the range on. */
  readonly stretches: readonly Stretch[];
  readonly tallies: ReadonlyMap<AlarmKey, Tally>;
  readonly total: SideTally;
}

export interface ComparisonParts {
  readonly coverage: Coverage;
  readonly before: SideResult;
  readonly after: SideResult;
  readonly recorded: Recorded;
}

/** What two stretches may lie apart and still be one matter: polls and sweeps fall differently. */
const SLACK_MS = 5_000;
/** Below it a raise is at the same time. */
const SAME_MS = 1_000;
const UNJUDGED: Judged = { verdict: 'unjudged', ticketNumber: null };

export function compareSides({ coverage, before, after, recorded }: ComparisonParts): Comparison {
  const rules = compareRules(before, after);
  const incidents = rules
    .flatMap(({ key }) => compareIncidents(key, before, after, recorded, coverage))
    .toSorted((one, other) => toAtMs(one) - toAtMs(other));
  const missed = incidents.filter((it) => it.outcome === 'missed' && it.verdict === 'confirmed');
  const kept = incidents.slice(0, BACKTEST_LIMITS.incidents);
  const sum = (name: 'tickets' | 'nightRaises' | 'raises') => after.total[name] - before.total[name];
  return {
    type: 'compare',
    coverage,
    before: before.total,
    after: after.total,
    rules,
    incidents: kept,
    incidentsLeftOut: incidents.length - kept.length,
    outcomes: countOutcomes(incidents),
    missed,
    needsSecondApprover: missed.length > 0,
    disturbance: { tickets: sum('tickets'), nightRaises: sum('nightRaises'), raises: sum('raises') },
  };
}

function compareRules(before: SideResult, after: SideResult): readonly RuleComparison[] {
  const rulesBefore = new Map(before.model.rules.map((rule) => [rule.key, rule]));
  const rulesAfter = new Map(after.model.rules.map((rule) => [rule.key, rule]));
  const keys = new Set([...rulesBefore.keys(), ...rulesAfter.keys()]);
  return [...keys].flatMap((key) => {
    const [was, is] = [rulesBefore.get(key), rulesAfter.get(key)];
    const rule = was ?? is;
    if (rule === undefined) return [];
    const tallies = { before: before.tallies.get(key) ?? null, after: after.tallies.get(key) ?? null };
    const isChanged = was?.version !== is?.version;
    if (!isChanged && isSame(tallies.before, tallies.after)) return [];
    const equipmentName = (was === undefined ? after : before).model.equipment.get(rule.equipment)?.name;
    const row: RuleComparison = {
      key,
      equipment: rule.equipment,
      rule: rule.id,
      severity: rule.severity,
      text: rule.text,
      equipmentName: equipmentName ?? { zh: rule.equipment, en: rule.equipment },
      isChanged,
      versionBefore: was?.version ?? null,
      versionAfter: is?.version ?? null,
      ...tallies,
    };
    return [row];
  });
}

function isSame(one: Tally | null, other: Tally | null): boolean {
  if (one === null || other === null) return one === other;
  return one.raises === other.raises && one.tickets === other.tickets && one.activeMs === other.activeMs;
}

/** A matter: what history and today's rules say of one alarm at one time. */
interface Matter {
  readonly history: Stretch | null;
  readonly before: Stretch | null;
}

function compareIncidents(
  key: AlarmKey,
  before: SideResult,
  after: SideResult,
  recorded: Recorded,
  { fromMs, toMs }: Pick<Coverage, 'fromMs' | 'toMs'>,
): readonly Incident[] {
  const of = (stretches: readonly Stretch[]) => stretches.filter((it) => it.key === key && it.isTold);
  const isWithin = (it: Stretch) => it.fromMs >= fromMs && it.fromMs < toMs;
  const history = of(recorded.stretches).map((it) => toClipped(it, fromMs));
  const [old, changed] = [of(before.stretches), of(after.stretches)];
  const matters = toMatters(history, old);
  const isKnown = (it: Stretch) => [...history, ...old].some((one) => overlaps(one, it, SLACK_MS));
  return [
    ...matters
      .filter((matter) => isWithin((matter.history ?? matter.before) as Stretch))
      .map((matter) => toIncident(matter, changed, recorded.judged)),
    ...changed.filter((it) => isWithin(it) && !isKnown(it)).map(toExtra),
  ];
}

function toMatters(history: readonly Stretch[], before: readonly Stretch[]): readonly Matter[] {
  const real = history
    .filter(({ isDrill }) => !isDrill)
    .map((it) => ({ history: it, before: before.find((one) => overlaps(one, it, SLACK_MS)) ?? null }));
  const only = before
    .filter((it) => !history.some((one) => overlaps(one, it, SLACK_MS)))
    .map((it) => ({ history: null, before: it }));
  return [...real, ...only];
}

function toIncident(
  { history, before }: Matter,
  changed: readonly Stretch[],
  judged: ReadonlyMap<OccurrenceId, Judged>,
): Incident {
  const known = (history ?? before) as Stretch;
  const { verdict, ticketNumber } = (history && judged.get(history.occurrence)) ?? UNJUDGED;
  const spans = [history, before].filter((it) => it !== null);
  const after = changed.find((it) => spans.some((one) => overlaps(one, it, SLACK_MS))) ?? null;
  const deltaMs = after === null ? null : after.fromMs - (before ?? known).fromMs;
  return {
    ...toBase(known),
    verdict,
    outcome: toOutcome(before, deltaMs, verdict),
    occurrence: history?.occurrence ?? null,
    ticketNumber,
    historyAtMs: history?.fromMs ?? null,
    beforeAtMs: before?.fromMs ?? null,
    afterAtMs: after?.fromMs ?? null,
    deltaMs,
  };
}

function toOutcome(
  before: Stretch | null,
  deltaMs: number | null,
  verdict: Judged['verdict'],
): IncidentOutcome {
  if (deltaMs !== null) {
    if (Math.abs(deltaMs) < SAME_MS) return 'same';
    return deltaMs < 0 ? 'earlier' : 'later';
  }
  if (before === null) return 'not-evaluable';
  return verdict === 'false-alarm' ? 'avoided' : 'missed';
}

function toExtra(after: Stretch): Incident {
  return {
    ...toBase(after),
    verdict: 'unjudged',
    outcome: 'extra',
    occurrence: null,
    ticketNumber: null,
    historyAtMs: null,
    beforeAtMs: null,
    afterAtMs: after.fromMs,
    deltaMs: null,
  };
}

function toBase({ key, equipment, rule, severity, equipmentName, text }: Stretch) {
  return { key, equipment, rule, severity, equipmentName, text };
}

function toAtMs({ historyAtMs, beforeAtMs, afterAtMs }: Incident): number {
  return historyAtMs ?? beforeAtMs ?? afterAtMs ?? 0;
}

function countOutcomes(incidents: readonly Incident[]): Comparison['outcomes'] {
  const count = (outcome: IncidentOutcome) => incidents.filter((it) => it.outcome === outcome).length;
  return Object.fromEntries(INCIDENT_OUTCOMES.map((outcome) => [outcome, count(outcome)])) as Record<
    IncidentOutcome,
    number
  >;
}
