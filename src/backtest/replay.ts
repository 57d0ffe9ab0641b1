/**
 * Readings run through the very rules, alarms and tickets of the gateway (engine/decisions.ts), on a clock that stands where
 * the readings are. Time is looked at on the same grid as live, but only where something is due. Nothing is stored, told or
 * written; where the readings say that the gateway was down, it starts anew from what it had stored.
 */

import pino from 'pino';
import { isSetAside } from '../alarms/annunciation.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import { type AlarmEvent, isUncarried, type Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { QUALITIES } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { TicketEvent } from '../core/ticket.ts';
import { createBootMemory } from '../engine/boot-memory.ts';
import { Decisions, type Round } from '../engine/decisions.ts';
import { FLOOD_GOVERNOR } from '../engine/flood-governor.ts';
import type { LatestView } from '../telemetry/latest.ts';
import type { GapReason } from './port.ts';
import { Staff, type StaffTimes } from './staff.ts';
import { RuleTally } from './tally.ts';

export interface ReplayOptions {
  readonly model: SiteModel;
  /** Begin of the first run, UTC ms. */
  readonly startMs: number;
  /** What counts in the tally, UTC ms. */
  readonly range: { readonly fromMs: number; readonly toMs: number };
  /** null = nobody does anything. */
  readonly staff: StaffTimes | null;
  readonly onAlarm: (event: AlarmEvent) => void;
  readonly onTicket: (event: TicketEvent) => void;
}

/** Time is looked at in multiples of it. */
const GRID_MS = LIMITS.sweepMs;
/** Calendars change at full minutes. */
const MINUTE_MS = 60_000;
const NO_VALUE = {
  value: null,
  quality: QUALITIES['no-data'].code,
  sourceMs: null,
  receivedMs: null,
  lastGood: null,
} as const;
/** Evidence is for people who read tickets. */
const NO_LATEST: LatestView = { get: () => NO_VALUE };

export class Replay {
  readonly tally: RuleTally;
  readonly #options: ReplayOptions;
  readonly #memory = createBootMemory();
  readonly #staff: Staff | null;
  readonly #rules: ReadonlyMap<AlarmKey, RuleDef>;
  #decisions: Decisions;
  #nowMs: number;
  /** Last time that was looked at, or could have been; a multiple of the grid. */
  #griddedMs: number;
  /** Readings or decisions since time was looked at last. */
  #isStirred = true;
  /** Some open alarm may change with any reading (its cause, its expected effect). */
  #isAlert = false;
  /** When an open alarm wants time to be looked at, UTC ms. */
  #alarmsDueMs = Number.POSITIVE_INFINITY;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#nowMs = options.startMs;
    this.#griddedMs = toGrid(options.startMs);
    this.#rules = new Map(options.model.rules.map((rule) => [rule.key, rule]));
    this.#staff = options.staff && new Staff(options.staff);
    this.tally = new RuleTally(options.model, options.range, options.startMs);
    this.#decisions = this.#begin();
  }

  /** Readings of one instant. */
  take(batch: ReadingBatch, nowMs: number): void {
    this.passTo(nowMs);
    this.#nowMs = nowMs;
    this.#isStirred = true;
    if (this.#decisions.accept(batch, this.#now())) this.#decide(false);
  }

  /** Lets time pass, UTC ms. */
  passTo(ms: number): void {
    const lastMs = toGrid(ms);
    while (this.#griddedMs < lastMs) {
      const tickMs = Math.max(Math.ceil(this.#dueMs() / GRID_MS) * GRID_MS, this.#griddedMs + GRID_MS);
      if (tickMs > lastMs) break;
      this.#griddedMs = tickMs;
      this.#nowMs = tickMs;
      this.#isStirred = false;
      this.#decide(true);
    }
    this.#griddedMs = Math.max(this.#griddedMs, lastMs);
  }

  /** The gateway was down from `fromMs` on and is up again. */
  restart(fromMs: number, nowMs: number, reason: GapReason): void {
    this.passTo(fromMs);
    // Delays stand still from then on, not from the last time that was looked at.
    this.#nowMs = fromMs;
    this.#settle(this.#decisions.conclude(this.#now()));
    this.tally.interrupt(fromMs, nowMs, reason);
    this.#nowMs = nowMs;
    this.#griddedMs = toGrid(nowMs);
    this.#isStirred = true;
    this.#decisions = this.#begin();
    this.#look();
  }

  end(ms: number): void {
    this.passTo(ms);
    this.tally.end(ms);
  }

  #begin(): Decisions {
    const { model } = this.#options;
    const boot = this.#memory.boot(this.#nowMs - model.policy.reopenMs);
    const options = { model, latest: NO_LATEST, recent: () => [], log: SILENT, governor: FLOOD_GOVERNOR };
    return new Decisions(options, boot, this.#now());
  }

  #now(): Now {
    return { wallMs: this.#nowMs, monoMs: this.#nowMs, bootId: 'replay' };
  }

  #decide(isSweep: boolean): void {
    const now = this.#now();
    const { rules } = this.#decisions;
    if (isSweep) rules.sweep(now);
    this.tally.follow(rules, now.wallMs);
    const commands = isSweep ? (this.#staff?.act(now.wallMs) ?? []) : [];
    const waiting = commands.map((command) => ({ command, called: [], resolve: ignore, reject: ignore }));
    this.#settle(this.#decisions.decide(waiting, now, ignore, isSweep));
  }

  #settle(round: Round): void {
    round.settle();
    if (round.batch !== null) this.#memory.put(round.batch);
    for (const event of round.alarmEvents) this.#options.onAlarm(event);
    for (const event of round.ticketEvents) this.#options.onTicket(event);
    // Also what is changed without being told: the quiet of an alarm that chatters.
    if (round.batch?.writes.some(({ type }) => type === 'occurrence' || type === 'ticket') !== true) return;
    this.#isStirred = true;
    this.#look();
  }

  /** What open alarms wait for. */
  #look(): void {
    const open = this.#decisions.alarms();
    this.#staff?.look(open, this.#decisions.tickets(), this.#nowMs);
    this.#isAlert = open.some((occurrence) => this.#canStir(occurrence));
    this.#alarmsDueMs = Math.min(...open.map(toDueMs), Number.POSITIVE_INFINITY);
  }

  #canStir(occurrence: Occurrence): boolean {
    const rule = this.#rules.get(occurrence.key);
    if (rule === undefined || occurrence.endedAtMs !== null) return false;
    // Floods end, and storms with them, by time.
    if (occurrence.storm !== null) return true;
    if (rule.expectedWhen !== null || rule.calendar !== null || occurrence.suppression !== null) return true;
    return rule.opensTicket && isUncarried(occurrence) && !isSetAside(occurrence);
  }

  /** UTC ms from which on time brings something. */
  #dueMs(): number {
    const rulesMs = this.#decisions.rules.nextDueMonoMs();
    const alertMs = this.#isStirred ? 0 : Math.ceil((this.#griddedMs + 1) / MINUTE_MS) * MINUTE_MS;
    return Math.min(
      rulesMs,
      this.#alarmsDueMs,
      this.#staff?.dueMs ?? Number.POSITIVE_INFINITY,
      this.#isAlert ? alertMs : Number.POSITIVE_INFINITY,
    );
  }
}

const SILENT = pino({ level: 'silent' });

function ignore(): void {}

function toGrid(ms: number): number {
  return Math.floor(ms / GRID_MS) * GRID_MS;
}

function toDueMs({ reAlarmDueAtMs, ticketDueAtMs, chatter, returnedAtMs }: Occurrence): number {
  const quietMs = chatter === null || returnedAtMs === null ? null : returnedAtMs + chatter.holdMs;
  const never = Number.POSITIVE_INFINITY;
  return Math.min(reAlarmDueAtMs ?? never, ticketDueAtMs ?? never, quietMs ?? never);
}
