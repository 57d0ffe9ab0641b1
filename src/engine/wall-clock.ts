/**
 * The wall clock against the monotonic one, over steps and restarts. What runs is stored in wall time, so the loop also stores what
 * the wall showed last. A start before that moment (no RTC, a flat battery) tells nothing of how long the gateway was off:
 *
 *   stored 12:00 ─ killed ─ start, wall shows 09:00   what runs is moved by −3 h: its time left stays, the time off is not known
 *                           20 s later set to 12:30   what ran before is moved by +2:30:20 only: it was off for 29:40 …
 *                                                     … and what began since the start by the whole step: for it nothing was off
 *
 * Such a clock is in doubt until it has caught up, or the gateway has run with it for `LIMITS.clockDoubtMs`: then it is the time.
 */
import type { Logger } from 'pino';
import type { Now } from '../core/clock.ts';
import { type ClockStep, NO_STEP } from '../core/clock-step.ts';
import { type AlarmKey, type SiteId, toId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { BootState, RuleMemoryRow } from '../store/store.ts';
import { toStoppedAtMs } from './boot-stop.ts';

/** How often the time is stored while anything runs and nothing else is stored. */
export const WALL_SAVE_MS = 60_000;

/** A row that says otherwise was written by a gateway that keeps other things. */
const FORMAT = 'wall-1';

/** Of a clock in doubt. */
interface Doubt {
  /** Wall minus monotonic time, had the gateway been off for no time at all. */
  readonly caughtUpMs: number;
  /** Monotonic. */
  readonly untilMonoMs: number;
  /** Time of the marks of the step over the start; null = that step is still to come. */
  readonly markMs: number | null;
}

interface Saved {
  readonly doubt: null | {
    /** How far the wall is behind where it would be had the gateway never been off, ms. */
    readonly behindMs: number;
    /** Uptime until the clock is the time, ms. */
    readonly leftMs: number;
    readonly markMs: number | null;
  };
}

/** Only as far as this start goes: nothing is known of steps that nobody was there for. */
export class WallClock {
  readonly #log: Logger;
  readonly #site: SiteId;
  readonly #startMonoMs: number;
  /** Wall minus monotonic time that running clocks are anchored to. */
  #offsetMs: number;
  /** The same of what rules have not told yet: they follow at once, whatever becomes of a commit. */
  #rulesOffsetMs: number;
  #doubt: Doubt | null;
  #savedAtMonoMs: number;

  constructor(boot: Pick<BootState, 'memories'>, site: SiteId, now: Now, log: Logger) {
    const { baseMs, behindMs, leftMs, markMs } = toStart(boot, site, now);
    this.#log = log;
    this.#site = site;
    this.#startMonoMs = now.monoMs;
    this.#offsetMs = baseMs - now.monoMs;
    this.#rulesOffsetMs = this.#offsetMs;
    this.#savedAtMonoMs = now.monoMs;
    const caughtUpMs = now.wallMs + behindMs - now.monoMs;
    this.#doubt = behindMs > 0 ? { caughtUpMs, untilMonoMs: now.monoMs + leftMs, markMs } : null;
    if (baseMs - now.wallMs > LIMITS.clockStepMs)
      log.warn(
        { behindMs: baseMs - now.wallMs, storedMs: baseMs, wallMs: now.wallMs },
        'the wall clock is behind the newest stored time: what runs keeps its time left; set the clock',
      );
  }

  /** The start by the clock that what is stored was written by: the step from there to the clock of today comes with the first round. */
  toStart(now: Now): Now {
    return { ...now, wallMs: Math.round(this.#offsetMs + now.monoMs) };
  }

  /** How far rules are to be moved; they are taken to have been. */
  takeRuleStep(now: Now): number {
    const stepMs = toStepMs(now, this.#rulesOffsetMs);
    this.#rulesOffsetMs += stepMs;
    return stepMs;
  }

  /** Since the last one that was settled. */
  toStep(now: Now): ClockStep {
    const stepMs = toStepMs(now, this.#offsetMs);
    if (stepMs === 0) return NO_STEP;
    const doubt = this.#toDoubt(now);
    const offlineMs = doubt === null ? 0 : Math.round(now.wallMs - now.monoMs - doubt.caughtUpMs);
    if (doubt === null || offlineMs <= 0) return { stepMs, offline: null };
    const startMs = Math.round(this.#offsetMs + this.#startMonoMs);
    return { stepMs, offline: { offlineMs, startMs, markMs: doubt.markMs } };
  }

  /** What is in force once the step is stored. */
  settle({ stepMs, offline }: ClockStep, now: Now): void {
    const doubt = this.#toDoubt(now);
    this.#doubt = doubt === null ? null : toLeft(doubt, stepMs, now);
    if (stepMs === 0) return;
    this.#offsetMs += stepMs;
    const { offlineMs = 0 } = offline ?? {};
    this.#log.warn(
      { stepMs, ...(offlineMs > 0 && { offlineMs }) },
      offlineMs > 0
        ? 'the wall clock was put right after a start; what ran before it counts the time that the gateway was off'
        : 'the wall clock was stepped; running clocks keep their time left',
    );
  }

  /** Whether the time has to be stored again though nothing else is. */
  isSaveDue({ monoMs }: Now): boolean {
    return monoMs - this.#savedAtMonoMs >= WALL_SAVE_MS;
  }

  settleSaved({ monoMs }: Now): void {
    this.#savedAtMonoMs = monoMs;
  }

  /** One row among what rules remember, with everything that is stored. @param step the one that is stored with it */
  toRow({ stepMs }: ClockStep, now: Now): RuleMemoryRow {
    const before = this.#toDoubt(now);
    const doubt = before && toLeft(before, stepMs, now);
    const memory: Saved = {
      doubt: doubt && {
        behindMs: Math.round(doubt.caughtUpMs - (now.wallMs - now.monoMs)),
        leftMs: Math.round(doubt.untilMonoMs - now.monoMs),
        markMs: doubt.markMs,
      },
    };
    return { key: toKey(this.#site), ruleVersion: FORMAT, savedAtMs: now.wallMs, memory };
  }

  /** How far the wall is behind what is stored, as far as that is known; 0 = it is not in doubt. Whole ms. */
  behindMs(now: Now): number {
    const doubt = this.#toDoubt(now);
    return doubt === null ? 0 : Math.max(0, Math.round(doubt.caughtUpMs - (now.wallMs - now.monoMs)));
  }

  #toDoubt({ monoMs }: Now): Doubt | null {
    return this.#doubt !== null && monoMs < this.#doubt.untilMonoMs ? this.#doubt : null;
  }
}

/** null = it has caught up. The first step in doubt is that over the start: its marks are known by its time. */
function toLeft(doubt: Doubt, stepMs: number, { wallMs, monoMs }: Now): Doubt | null {
  if (wallMs - monoMs >= doubt.caughtUpMs) return null;
  return stepMs === 0 ? doubt : { ...doubt, markMs: doubt.markMs ?? wallMs };
}

interface Start {
  /** What the wall would show if only what is known had passed since it was stored. */
  readonly baseMs: number;
  readonly behindMs: number;
  readonly leftMs: number;
  readonly markMs: number | null;
}

function toStart(boot: Pick<BootState, 'memories'>, site: SiteId, { wallMs }: Now): Start {
  const row = boot.memories.find(({ key, ruleVersion }) => key === toKey(site) && ruleVersion === FORMAT);
  const known = row === undefined ? null : (row.memory as Saved).doubt;
  // An earlier version has stored no time but that of an orderly stop.
  const lastMs = row?.savedAtMs ?? toStoppedAtMs(boot, site) ?? wallMs;
  const leftMs = LIMITS.clockDoubtMs;
  // Drift, and a clock that was disciplined meanwhile.
  const isBehind = wallMs < lastMs - LIMITS.clockStepMs;
  if (isBehind)
    return { baseMs: lastMs, behindMs: lastMs - wallMs + (known?.behindMs ?? 0), leftMs, markMs: null };
  if (known === null) return { baseMs: wallMs, behindMs: 0, leftMs, markMs: null };
  // It was in doubt when it was stored: what it was set forward by may be no time at all.
  const forwardMs = Math.min(Math.max(0, wallMs - lastMs), known.behindMs);
  const isMoved = forwardMs > LIMITS.clockStepMs;
  return {
    baseMs: wallMs - (isMoved ? forwardMs : 0),
    behindMs: known.behindMs - forwardMs,
    leftMs: known.leftMs,
    markMs: isMoved ? null : known.markMs,
  };
}

/** Less than `LIMITS.clockStepMs` is the drift of a disciplined clock. Whole ms. @param offsetMs wall minus monotonic time as it was */
export function toStepMs(now: Now, offsetMs: number): number {
  const stepMs = Math.round(now.wallMs - now.monoMs - offsetMs);
  return Math.abs(stepMs) > LIMITS.clockStepMs ? stepMs : 0;
}

/** Its key has one slash, which that of no alarm has. */
function toKey(site: SiteId): AlarmKey {
  return toId(`${site}/wall`);
}
