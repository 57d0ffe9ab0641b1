/**
 * Rules that are gone, switched off or other than they were: the alarms and tickets that went by them are told, and people decide
 * (alarms.md B3, B9). Nobody is told that anything recovered.
 */
import { endAlarm } from '../alarms/ending.ts';
import type { SiteModel } from '../config/model.ts';
import type { Now } from '../core/clock.ts';
import { type AlarmKey, toId } from '../core/ids.ts';
import type { BootState } from '../store/store.ts';
import { noteRuleNews } from '../tickets/sights.ts';
import { applyAlarmStep } from './carry.ts';
import type { DecisionContext } from './context.ts';
import { put } from './giving.ts';
import type { EngineState } from './memory.ts';
import type { Tentative } from './tentative.ts';

/** Alarms, open or on a ticket, whose rule the configuration does not have any more. */
export function toLostRules(
  { occurrences, tickets }: BootState,
  { rules }: SiteModel,
): ReadonlySet<AlarmKey> {
  const known = new Set(rules.map(({ key }) => key));
  const held = tickets.flatMap(({ alarms }) => alarms.map(({ key }) => toId<AlarmKey>(key)));
  return new Set([...occurrences.map(({ key }) => key), ...held].filter((key) => !known.has(key)));
}

interface Rules {
  readonly model: SiteModel;
  readonly disabled: ReadonlySet<AlarmKey>;
}

/** Alarms, open or on a ticket, whose rule has been switched off or has another version. */
export function toRuleNews(
  state: Pick<EngineState, 'occurrences' | 'ticketIndex'>,
  before: Rules,
  after: Rules,
): readonly AlarmKey[] {
  const versions = new Map(before.model.rules.map(({ key, version }) => [key, version]));
  const changed = after.model.rules.filter(({ key, version }) => (versions.get(key) ?? version) !== version);
  const off = [...after.disabled].filter((key) => !before.disabled.has(key));
  const isHeld = (key: AlarmKey): boolean =>
    state.occurrences.has(key) || [...state.ticketIndex.withKey(key)].length > 0;
  return [...off, ...changed.map(({ key }) => key)].filter(isHeld);
}

/** An active alarm of a changed rule is judged by the rule itself, and its own events tell its ticket. */
export function tellRuleNews(
  tx: Tentative,
  context: DecisionContext,
  keys: readonly AlarmKey[],
  { wallMs: nowMs }: Now,
): void {
  const { causes, model, rules, policyOf } = context;
  for (const key of keys) {
    const rule = causes.rule(key);
    const isGone = rule === null || rules.state(rule.index).isDisabled;
    const open = tx.occurrence(key);
    if (open !== null && isGone) {
      const reason = model.equipment.has(open.equipment) ? 'rule-removed' : 'source-removed';
      applyAlarmStep(tx, context, endAlarm(open, reason, nowMs), nowMs);
    } else if (open?.isActive !== true) {
      for (const ticket of tx.ticketsWithKey(key))
        put(tx, noteRuleNews(ticket, key, isGone, policyOf(ticket), nowMs));
    }
  }
}
