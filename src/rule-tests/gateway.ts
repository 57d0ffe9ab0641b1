/**
 * The gateway of a rule test: the very rules, alarms and tickets of the real one (engine/decisions.ts) on a clock that
 * moves only when told, with nothing but memory behind it. What a case feeds to it, and when, is in play.ts.
 */

import pino from 'pino';
import type { SiteModel } from '../config/model.ts';
import type { AlarmControl, AlarmEvent, Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { AlarmKey } from '../core/ids.ts';
import { QUALITIES, type QualityReason } from '../core/quality.ts';
import { ReadingBatchBuilder } from '../core/reading.ts';
import type { Ticket } from '../core/ticket.ts';
import { createBootMemory } from '../engine/boot-memory.ts';
import type { Command } from '../engine/commands.ts';
import { Decisions, type Round } from '../engine/decisions.ts';
import { createLatest, type Latest } from '../telemetry/latest.ts';

/** 2026-11-21 10:00 in Shanghai: a Saturday, away from any change of day. */
const START_MS = Date.UTC(2026, 10, 21, 2, 0, 0);
const SILENT = pino({ level: 'silent' });

export interface TestReading {
  /** Index in the model. */
  readonly point: number;
  readonly value: number;
  readonly quality: QualityReason;
  /** How long it has been under way; 0 = the device gives no time. */
  readonly lateMs: number;
}

export class TestGateway {
  readonly #model: SiteModel;
  readonly #memory = createBootMemory();
  /** Key: alarm key. What people have decided, also without an open occurrence. */
  readonly #controls = new Map<AlarmKey, AlarmControl>();
  /** Key: ticket id. In order of opening. */
  readonly #tickets = new Map<string, Ticket>();
  #latest: Latest;
  #decisions: Decisions;
  /** Time of the case. */
  #atMs: number;
  #bootAtMs: number;
  #boots = 1;
  #wallStepMs = 0;
  #events: AlarmEvent[] = [];

  /** @param atMs time of the case at which it starts */
  constructor(model: SiteModel, atMs: number) {
    this.#model = model;
    this.#atMs = atMs;
    this.#bootAtMs = atMs;
    this.#latest = createLatest(model);
    this.#decisions = this.#boot();
  }

  get atMs(): number {
    return this.#atMs;
  }

  get wallMs(): number {
    return START_MS + this.#atMs + this.#wallStepMs;
  }

  /** Time of the case before which a sweep changes no rule; Infinity = never. */
  get rulesDueMs(): number {
    return this.#bootAtMs + this.#decisions.rules.nextDueMonoMs();
  }

  get isQuiet(): boolean {
    return this.#decisions.openAlarms() === 0 && this.#controls.size === 0;
  }

  advanceTo(atMs: number): void {
    this.#atMs = atMs;
  }

  stepWall(byMs: number): void {
    this.#wallStepMs += byMs;
  }

  feed(readings: readonly TestReading[]): void {
    const builder = new ReadingBatchBuilder(this.#model.epoch, readings.length);
    for (const { point, value, quality, lateMs } of readings) {
      const sourceMs = lateMs === 0 ? Number.NaN : this.wallMs - lateMs;
      builder.add(point, value, QUALITIES[quality].code, this.wallMs, sourceMs);
    }
    const now = this.#now();
    const batch = builder.finish(now.monoMs);
    this.#latest.apply(batch);
    if (this.#decisions.accept(batch, now)) this.#settle(this.#decisions.decide([], now, ignore, false));
  }

  sweep(): void {
    this.#settle(this.#decisions.decide([], this.#now(), ignore, true));
  }

  /** Killed where it stands; the clock is `downMs` further when it is back. */
  restart(downMs: number): void {
    this.#atMs += downMs;
    this.#bootAtMs = this.#atMs;
    this.#boots += 1;
    this.#latest = createLatest(this.#model);
    this.#decisions = this.#boot();
  }

  /** @returns the code of the refusal, or null when it is done */
  command(command: Command): string | null {
    let refusal: string | null = null;
    const reject = (error: Error): void => {
      if (!(error instanceof RiserError)) throw error;
      refusal = error.code;
    };
    this.#settle(
      this.#decisions.decide([{ command, called: [], resolve: ignore, reject }], this.#now(), ignore, false),
    );
    return refusal;
  }

  occurrence(key: AlarmKey): Occurrence | null {
    return this.#decisions.alarms().find((it) => it.key === key) ?? null;
  }

  control(key: AlarmKey): AlarmControl | null {
    return this.#controls.get(key) ?? null;
  }

  /** The newest ticket that the alarm stands on, open or not. */
  ticket(key: AlarmKey): Ticket | null {
    const standing = [...this.#tickets.values()].filter(({ alarms }) => alarms.some((it) => it.key === key));
    return standing.at(-1) ?? null;
  }

  /** What has been announced since the last call. */
  takeEvents(): readonly AlarmEvent[] {
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  #boot(): Decisions {
    const boot = this.#memory.boot(this.wallMs - this.#model.policy.reopenMs);
    const options = { model: this.#model, latest: this.#latest, recent: () => [], log: SILENT };
    return new Decisions(options, boot, this.#now());
  }

  #now(): Now {
    const monoMs = this.#atMs - this.#bootAtMs;
    return { wallMs: this.wallMs, monoMs, bootId: `boot-${this.#boots}` };
  }

  #settle(round: Round): void {
    if (round.batch !== null) this.#memory.put(round.batch);
    round.settle();
    this.#events.push(...round.alarmEvents);
    for (const { ticket } of round.ticketEvents) this.#tickets.set(ticket.id, ticket);
    for (const { control } of round.controlEvents) {
      if (control.shelf === null && control.outOfService === null) this.#controls.delete(control.key);
      else this.#controls.set(control.key, control);
    }
  }
}

function ignore(): void {}
