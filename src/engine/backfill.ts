/**
 * Occurrences that only late readings tell of (alarms.md B8 no. 5): on record, flagged, and nothing else. They open no ticket, call
 * nobody, start no clock, count in no figure and no flood, and leave the alarm as it is.
 */
import { stepAlarm } from '../alarms/step.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { createRuleEnvironment } from '../rules/environment.ts';
import { RULE_TYPES } from '../rules/index.ts';
import { isJudgedLate, judgeLate, type LateStretch } from '../rules/late.ts';
import type { SettledPoint } from './late-readings.ts';
import { toRuleLevel } from './register.ts';
import type { Tentative } from './tentative.ts';

/** @param rules of `toLateRules` @param nowMs wall time at which it is recorded */
export function decideBackfill(
  tx: Tentative,
  model: SiteModel,
  rules: ReadonlyMap<number, readonly RuleDef[]>,
  settled: readonly SettledPoint[],
  nowMs: number,
): void {
  const environment = createRuleEnvironment(model);
  for (const { point, readings } of settled) {
    const { staleMs } = defined(model.points[point], 'a point of the model');
    for (const rule of rules.get(point) ?? []) {
      for (const stretch of judgeLate(rule, staleMs, readings, environment)) {
        if (isKnown(tx, rule.key, stretch)) continue;
        const id = `o-${tx.next('occurrence')}` as OccurrenceId;
        tx.putBackfilled(toOccurrence(model, stretch, id), nowMs);
      }
    }
  }
}

/** Rules that late readings are judged by. Key: their point. @param disabled rules that are judged no more */
export function toLateRules(
  model: SiteModel,
  disabled: ReadonlySet<AlarmKey>,
): ReadonlyMap<number, readonly RuleDef[]> {
  const judged = model.rules.filter(
    (rule) => !disabled.has(rule.key) && isJudgedLate(rule, defined(RULE_TYPES[rule.type], rule.type)),
  );
  return Map.groupBy(judged, ({ points }) => defined(points[0], 'the point of a rule'));
}

/** The open occurrence tells of that time already, or goes on from it. */
function isKnown(tx: Tentative, key: AlarmKey, { endedAtMs, isSeenToReturn }: LateStretch): boolean {
  const open = tx.occurrence(key);
  if (open === null) return false;
  return !isSeenToReturn || endedAtMs >= open.onsetAtMs;
}

function toOccurrence(model: SiteModel, stretch: LateStretch, id: OccurrenceId): Occurrence {
  const { output, raisedAtMs, endedAtMs, isSeenToReturn } = stretch;
  const now = { wallMs: raisedAtMs, monoMs: raisedAtMs, bootId: '' };
  const level = {
    ...toRuleLevel(model, output, now),
    isActive: true,
    isTrue: true,
    blindSinceMs: null,
    shelf: null,
    outOfService: null,
    suppression: null,
    isDrill: false,
  };
  const raised = stepAlarm(null, level, () => id, model.policy.alarms.chatter, raisedAtMs).occurrence;
  return {
    ...defined(raised, 'what is active is raised'),
    isActive: false,
    returnedAtMs: isSeenToReturn ? endedAtMs : null,
    endedAtMs,
    endReason: 'returned',
    isRetroactive: true,
  };
}
