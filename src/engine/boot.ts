/** From stored state to the decision loop's memory: what was open goes on, running delays go on where they stood. */
import type { SiteModel } from '../config/model.ts';
import { isUncarried } from '../core/alarm.ts';
import type { AlarmKey } from '../core/ids.ts';
import type { RestoredRule } from '../rules/rule-state.ts';
import type { BootState } from '../store/store.ts';
import type { EngineState } from './tentative.ts';
import { createTicketIndex } from './ticket-index.ts';

export function toEngineState(boot: BootState): EngineState {
  return {
    occurrences: new Map(boot.occurrences.map((occurrence) => [occurrence.key, occurrence])),
    returned: new Map(),
    keys: new Map(boot.occurrences.map((occurrence) => [occurrence.id, occurrence.key])),
    uncarried: new Set(boot.occurrences.filter(isUncarried).map((occurrence) => occurrence.key)),
    tickets: new Map(boot.tickets.map((ticket) => [ticket.id, ticket])),
    ticketIndex: createTicketIndex(boot.tickets),
    decidedVersions: new Map(),
    counters: new Map(boot.counters),
  };
}

/** A delay saved under another version of its rule starts anew; downtime never counts as time that a condition held. */
export function toRestoredRules(boot: BootState, model: SiteModel): ReadonlyMap<AlarmKey, RestoredRule> {
  const versions = new Map(model.rules.map((rule) => [rule.key, rule.version]));
  const delays = new Map(
    boot.delays.filter((row) => versions.get(row.key) === row.ruleVersion).map((row) => [row.key, row]),
  );
  const open = new Map(boot.occurrences.map((occurrence) => [occurrence.key, occurrence]));
  const restored = new Map<AlarmKey, RestoredRule>();
  for (const key of versions.keys()) {
    const delay = delays.get(key);
    const occurrence = open.get(key);
    if (delay === undefined && occurrence === undefined) continue;
    const isActive = occurrence?.isActive ?? false;
    const isDelayUsable = delay !== undefined && (delay.direction === 'off') === isActive;
    restored.set(key, {
      isActive,
      level: (isDelayUsable ? delay.level : occurrence?.level) ?? null,
      blindSinceMs: occurrence?.blindSinceMs ?? null,
      onsetAtMs: occurrence?.onsetAtMs ?? delay?.onsetAtMs ?? null,
      timer: isDelayUsable
        ? { direction: delay.direction, elapsedMs: delay.elapsedMs, goodSamples: delay.goodSamples }
        : null,
    });
  }
  return restored;
}
