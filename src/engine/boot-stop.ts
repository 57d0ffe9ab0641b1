/**
 * Whether the gateway was stopped in order the last time, so that what rules remember is all there is, or killed, so that
 * what has happened since the last snapshot is missing (rules/rule.ts, `Past`). One row among what rules remember: it says
 * `stopped` from an orderly stop until the first round after the start. No row is a first start, or an earlier version: killed.
 */
import type { Now } from '../core/clock.ts';
import { type AlarmKey, type SiteId, toId } from '../core/ids.ts';
import type { BootState, RuleMemoryRow } from '../store/store.ts';

const FORMAT = 'stop-1';

export function toStopRow(site: SiteId, isStopped: boolean, now: Now): RuleMemoryRow {
  return { key: toKey(site), ruleVersion: FORMAT, savedAtMs: now.wallMs, memory: { isStopped } };
}

export function wasStopped(boot: Pick<BootState, 'memories'>, site: SiteId): boolean {
  return toStoppedAtMs(boot, site) !== null;
}

/** UTC ms; null = not known, or it was killed. */
export function toStoppedAtMs(boot: Pick<BootState, 'memories'>, site: SiteId): number | null {
  const row = boot.memories.find(({ key, ruleVersion }) => key === toKey(site) && ruleVersion === FORMAT);
  return row !== undefined && isStopped(row) ? row.savedAtMs : null;
}

function isStopped({ memory }: RuleMemoryRow): boolean {
  return (memory as { readonly isStopped?: unknown }).isStopped === true;
}

/** It has one slash, which that of no alarm has. */
function toKey(site: SiteId): AlarmKey {
  return toId(`${site}/stop`);
}
