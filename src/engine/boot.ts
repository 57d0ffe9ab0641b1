/** From stored state to the decision loop's memory: what was open goes on, running delays go on where they stood. */
import type { SiteModel } from '../config/model.ts';
import { isUncarried } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey, SiteId } from '../core/ids.ts';
import type { JsonValue } from '../rules/rule.ts';
import type { RestoredRule } from '../rules/rule-state.ts';
import type { BootState } from '../store/store.ts';
import { restoreGoverning } from './governing.ts';
import type { EngineState } from './tentative.ts';
import { createTicketIndex } from './ticket-index.ts';

export function toEngineState(boot: BootState, site: SiteId, now: Now): EngineState {
  return {
    occurrences: new Map(boot.occurrences.map((occurrence) => [occurrence.key, occurrence])),
    returned: new Map(),
    keys: new Map(boot.occurrences.map((occurrence) => [occurrence.id, occurrence.key])),
    controls: new Map(boot.controls.map((control) => [control.key, control])),
    drills: new Map(boot.drills),
    raises: new Map(),
    governing: restoreGoverning(boot, site, now),
    uncarried: new Set(boot.occurrences.filter(isUncarried).map((occurrence) => occurrence.key)),
    tickets: new Map(boot.tickets.map((ticket) => [ticket.id, ticket])),
    ticketIndex: createTicketIndex(boot.tickets),
    decidedVersions: new Map(),
    counters: new Map(boot.counters),
  };
}

/** A delay or a memory saved under another version of its rule starts anew; downtime never counts as time that a condition held. */
export function toRestoredRules(boot: BootState, model: SiteModel): ReadonlyMap<AlarmKey, RestoredRule> {
  const versions = new Map(model.rules.map((rule) => [rule.key, rule.version]));
  const delays = new Map(
    boot.delays.filter((row) => versions.get(row.key) === row.ruleVersion).map((row) => [row.key, row]),
  );
  const memories = new Map(
    boot.memories
      .filter((row) => versions.get(row.key) === row.ruleVersion)
      .map((row) => [row.key, row.memory as JsonValue]),
  );
  const open = new Map(boot.occurrences.map((occurrence) => [occurrence.key, occurrence]));
  const restored = new Map<AlarmKey, RestoredRule>();
  for (const key of versions.keys()) {
    const delay = delays.get(key);
    const occurrence = open.get(key);
    const memory = memories.get(key) ?? null;
    if (delay === undefined && occurrence === undefined && memory === null) continue;
    // A return that is held for chatter is the alarm's matter: the rule is not active.
    const isActive = occurrence?.isActive === true && occurrence.returnedAtMs === null;
    const isDelayUsable = delay !== undefined && (delay.direction === 'off') === isActive;
    restored.set(key, {
      isActive,
      level: (isDelayUsable ? delay.level : occurrence?.level) ?? null,
      blindSinceMs: occurrence?.blindSinceMs ?? null,
      onsetAtMs: occurrence?.onsetAtMs ?? delay?.onsetAtMs ?? null,
      timer: isDelayUsable
        ? { direction: delay.direction, elapsedMs: delay.elapsedMs, goodSamples: delay.goodSamples }
        : null,
      memory,
    });
  }
  return restored;
}
