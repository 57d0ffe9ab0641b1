/**
 * Repairs are proven only by time in which somebody watched (alarms.md B9, "proof watch paused"). While the gateway is off nobody
 * does: at the start every running proof stands still from when the gateway was last known to run, and goes on once all its points
 * have been read again. One row among what rules remember says so; a kill loses at most `WATCH_SAVE_MS` of what was watched.
 */
import type { Now } from '../core/clock.ts';
import { type AlarmKey, type SiteId, toId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { BootState, RuleMemoryRow } from '../store/store.ts';
import { isProving, pauseUnseen, resumeSeen } from '../tickets/proof.ts';
import type { DecisionContext } from './context.ts';
import { put } from './giving.ts';
import type { Tentative } from './tentative.ts';

export interface RepairWatch {
  /** Before the first round after a start: when the gateway was last known to run, UTC ms; null = not known. */
  readonly unseenSinceMs: number | null;
  /** Whether that round is still to come. */
  readonly isBooting: boolean;
  /** Monotonic; when it is saved next that repairs are being watched. */
  readonly saveAtMonoMs: number;
}

/** How often it is saved, while any repair is being watched: a kill makes a proof longer by no more. */
export const WATCH_SAVE_MS = 60_000;

/** A row that says otherwise was written by a gateway that keeps other things. */
const FORMAT = 'watch-1';

/** Whatever the loop has saved shows that it ran then. */
export function restoreRepairWatch({ memories }: Pick<BootState, 'memories'>, now: Now): RepairWatch {
  const savedAtMs = memories.map((row) => row.savedAtMs);
  const unseenSinceMs = savedAtMs.length === 0 ? null : savedAtMs.reduce((a, b) => Math.max(a, b));
  return { unseenSinceMs, isBooting: true, saveAtMonoMs: now.monoMs };
}

/**
 * In the first round after a start, before anything else is decided.
 * @param stepMs how far the wall clock was set since what is stored was written; what runs has been moved by it
 */
export function pauseRepairs(tx: Tentative, { policyOf, now }: DecisionContext, stepMs: number): void {
  const { isBooting, unseenSinceMs } = tx.repairWatch;
  if (!isBooting) return;
  const proving = [...tx.tickets()].filter(isProving);
  const sinceMs = unseenSinceMs === null ? null : unseenSinceMs + stepMs;
  for (const ticket of proving) put(tx, pauseUnseen(ticket, sinceMs, policyOf(ticket), now.wallMs));
  tx.repairWatch = { ...tx.repairWatch, isBooting: false };
}

/** What stands still and can be seen again goes on; and it is saved that repairs are being watched. */
export function sweepRepairWatch(tx: Tentative, context: DecisionContext): void {
  const { policyOf, now, model, isReading } = context;
  const proving = [...tx.tickets()].filter(isProving);
  if (isReading) {
    for (const ticket of proving)
      if (ticket.proof?.state === 'paused' && isSeen(context, ticket))
        put(tx, resumeSeen(ticket, policyOf(ticket), now.wallMs));
  }
  if (proving.length === 0 || now.monoMs < tx.repairWatch.saveAtMonoMs) return;
  tx.saveLoop(toWatchRow(model.site.id, now));
  tx.repairWatch = { ...tx.repairWatch, saveAtMonoMs: now.monoMs + WATCH_SAVE_MS };
}

/** Its key has one slash, which that of no alarm has. */
function toWatchRow(site: SiteId, now: Now): RuleMemoryRow {
  const key = toId<AlarmKey>(`${site}/watch`);
  return { key, ruleVersion: FORMAT, savedAtMs: now.wallMs, memory: null };
}

/** Every rule of its alarms can be judged; of one that is gone people decide (rule-news.ts). */
function isSeen({ causes, rules }: DecisionContext, { alarms }: Ticket): boolean {
  return alarms.every(({ key }) => {
    const rule = causes.rule(toId<AlarmKey>(key));
    if (rule === null) return false;
    const { delay, isDisabled } = rules.state(rule.index);
    return !isDisabled && delay.condition !== 'unknown';
  });
}
