/** From stored state to the decision loop's memory: what was open goes on, running delays go on where they stood. */
import { isHolding } from '../alarms/chatter.ts';
import type { SiteModel } from '../config/model.ts';
import { isUncarried, type Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey, SiteId } from '../core/ids.ts';
import type { JsonValue, Past } from '../rules/rule.ts';
import type { RestoredRule } from '../rules/rule-state.ts';
import type { BootState, RuleMemoryRow } from '../store/store.ts';
import { toSweepDueMs } from '../tickets/sweep.ts';
import { wasStopped } from './boot-stop.ts';
import type { PolicyOf } from './context.ts';
import { restoreGoverning } from './governing.ts';
import type { EngineState } from './memory.ts';
import { restoreRecentPast } from './recent-past.ts';
import { restoreRepairWatch } from './repair-watch.ts';
import { fromMemoryRow } from './round.ts';
import { toServiceState } from './service.ts';
import { createTicketIndex } from './ticket-index.ts';

export function toEngineState(boot: BootState, site: SiteId, policyOf: PolicyOf, now: Now): EngineState {
  const { raises, returned } = restoreRecentPast(boot, site, now);
  return {
    occurrences: new Map(boot.occurrences.map((occurrence) => [occurrence.key, occurrence])),
    returned,
    keys: new Map(boot.occurrences.map((occurrence) => [occurrence.id, occurrence.key])),
    controls: new Map(boot.controls.map((control) => [control.key, control])),
    drills: new Map(boot.drills),
    raises,
    unseenHolds: new Set(boot.occurrences.filter(isHolding).map(({ key }) => key)),
    governing: restoreGoverning(boot, site, now),
    repairWatch: restoreRepairWatch(boot, now),
    uncarried: new Set(boot.occurrences.filter(isUncarried).map((occurrence) => occurrence.key)),
    tickets: new Map(boot.tickets.map((ticket) => [ticket.id, ticket])),
    ticketIndex: createTicketIndex(boot.tickets),
    dueAtMs: new Map(boot.tickets.map((ticket) => [ticket.id, toSweepDueMs(ticket, policyOf(ticket))])),
    policyOf,
    decidedVersions: new Map(),
    counters: new Map(boot.counters),
    service: toServiceState(boot),
  };
}

/**
 * A delay saved under another version of its rule starts anew, and so does a memory of something else (`RuleMemory.key`);
 * downtime never counts as time that a condition held. A memory says what is missing from it.
 */
export function toRestoredRules(boot: BootState, model: SiteModel): ReadonlyMap<AlarmKey, RestoredRule> {
  const versions = new Map(model.rules.map((rule) => [rule.key, rule.version]));
  const delays = new Map(
    boot.delays.filter((row) => versions.get(row.key) === row.ruleVersion).map((row) => [row.key, row]),
  );
  const memories = toMemories(boot.memories, model);
  const isWhole = wasStopped(boot, model.site.id);
  const open = new Map(boot.occurrences.map((occurrence) => [occurrence.key, occurrence]));
  const restored = new Map<AlarmKey, RestoredRule>();
  for (const key of versions.keys()) {
    const delay = delays.get(key);
    const occurrence = open.get(key);
    const row = memories.get(key) ?? null;
    const memory = row?.memory ?? null;
    if (delay === undefined && occurrence === undefined && memory === null) continue;
    // A return that is held for chatter is the alarm's matter: the rule is not active.
    const isActive = occurrence?.isActive === true && occurrence.returnedAtMs === null;
    const isDelayUsable = delay !== undefined && (delay.direction === 'off') === isActive;
    restored.set(key, {
      isActive,
      level: (isDelayUsable ? delay.level : occurrence?.level) ?? null,
      severity: occurrence?.severity ?? null,
      blindSinceMs: occurrence?.blindSinceMs ?? null,
      onsetAtMs: occurrence?.onsetAtMs ?? delay?.onsetAtMs ?? null,
      timer: isDelayUsable
        ? { direction: delay.direction, elapsedMs: delay.elapsedMs, goodSamples: delay.goodSamples }
        : null,
      memory,
      past: toPast(row, isActive ? occurrence : null, isWhole),
    });
  }
  return restored;
}

interface KeptMemory {
  readonly memory: JsonValue;
  readonly savedAtMs: number;
}

function toMemories(rows: readonly RuleMemoryRow[], { rules }: SiteModel): ReadonlyMap<AlarmKey, KeptMemory> {
  const found = new Map(rows.map((row) => [row.key, row]));
  const kept = new Map<AlarmKey, KeptMemory>();
  for (const rule of rules) {
    const row = found.get(rule.key);
    const memory = row === undefined ? null : fromMemoryRow(row, rule);
    if (row !== undefined && memory !== null) kept.set(rule.key, { memory, savedAtMs: row.savedAtMs });
  }
  return kept;
}

/**
 * A memory that is older than what it has to bear out knows nothing of it. One that is torn is so without an alarm, too: one that
 * comes later leans on it.
 * @param active the alarm that is on
 */
function toPast(row: KeptMemory | null, active: Occurrence | null, isWhole: boolean): Past {
  if (active !== null) {
    const { raisedAtMs, returnedAtMs } = active;
    if (row === null || row.savedAtMs < Math.max(raisedAtMs, returnedAtMs ?? raisedAtMs)) return 'lost';
  }
  return row === null || isWhole ? 'whole' : 'torn';
}
