/**
 * The decision loop (design.md §4). Each round: drain what has arrived → step rules, alarms, tickets on tentative
 * state → one WriteBatch → commit → swap the state, answer, publish. One round at a time; what arrives meanwhile
 * waits in bounded queues and makes the next round.
 *
 *   readings ─▶ ┌───────┐ step  ┌───────────┐ commit ┌───────┐ publish ─▶ alarms, tickets feeds
 *   commands ─▶ │ queue │──────▶│ tentative │───────▶│ store │─────────▶ answers
 *   sweep    ─▶ └───────┘       └───────────┘  fails └───────┘
 *                                     └──────────────▶ dropped; rules stay "changed", commands are refused
 */
import type { Logger } from 'pino';
import type { SiteModel } from '../config/model.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import { assert } from '../core/assert.ts';
import type { Clock, Now } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { ReadingBatch } from '../core/reading.ts';
import { isTicketOpen, type TicketEvent } from '../core/ticket.ts';
import { createEvaluator, type Evaluator } from '../rules/evaluator.ts';
import type { BootState, Store } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { toEngineState, toRestoredRules } from './boot.ts';
import type { Command, CommandOutcome, CommandPort } from './commands.ts';
import type { DecisionContext } from './decide.ts';
import { type RecentSamples, toEvidence } from './register.ts';
import {
  type Answer,
  decideCommands,
  decideRules,
  endOrphans,
  sweepTickets,
  toDelayRows,
  type WaitingCommand,
} from './round.ts';
import { createTentative, type EngineState, type Tentative } from './tentative.ts';

/** Points of a round at which a test can kill the process; called only in rounds that change alarms or tickets. */
export type EnginePhase =
  | 'before-step'
  | 'after-step'
  | 'before-commit'
  | 'after-commit'
  | 'before-publish'
  | 'after-publish';

export interface EngineOptions {
  readonly model: SiteModel;
  readonly store: Store;
  readonly latest: LatestView;
  readonly recent: RecentSamples;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onAlarm: (event: AlarmEvent) => void;
  readonly onTicket: (event: TicketEvent) => void;
  readonly onPhase?: ((phase: EnginePhase) => void) | undefined;
}

export interface EngineStatus {
  readonly isHealthy: boolean;
  readonly detail: string;
  readonly rounds: number;
  readonly commits: number;
  readonly commitFailures: number;
  readonly droppedBatches: number;
  readonly refusedCommands: number;
  readonly openAlarms: number;
  readonly openTickets: number;
  /** Wall time of the last round; null before the first. */
  readonly lastRoundMs: number | null;
}

/** Order of calls: `start` once, then `accept` and `submit` at will, `stop` once. */
export class Engine implements CommandPort {
  readonly #options: EngineOptions;
  readonly #context: DecisionContext;
  readonly #batches: ReadingBatch[] = [];
  readonly #commands: WaitingCommand[] = [];
  readonly #counts = { rounds: 0, commits: 0, commitFailures: 0, droppedBatches: 0, refusedCommands: 0 };
  #state: EngineState = { occurrences: new Map(), keys: new Map(), tickets: new Map(), counters: new Map() };
  #evaluator: Evaluator | null = null;
  #orphans: readonly Occurrence[] = [];
  #sweepTimer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isStopped = false;
  #isStoreFailing = false;
  #retryAtMonoMs = 0;
  #sweepAtMonoMs = 0;
  #snapshotAtMonoMs = 0;
  #snapshotRows = 0;
  /** Wall minus monotonic time that running clocks are anchored to. */
  #wallOffsetMs = 0;
  #lastRoundMs: number | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { model, latest, recent } = options;
    this.#context = {
      model,
      evidence: (rule, occurrence, nowMs) => toEvidence(model, latest, recent, rule, occurrence, nowMs),
    };
  }

  /** Restores what was open and begins the sweep. */
  start(boot: BootState): void {
    assert(this.#evaluator === null, 'the engine is started once');
    const { model, clock } = this.#options;
    const now = clock.now();
    const known = new Set(model.rules.map((rule) => rule.key));
    this.#state = toEngineState(boot);
    this.#orphans = boot.occurrences.filter((occurrence) => !known.has(occurrence.key));
    this.#evaluator = createEvaluator(model, toRestoredRules(boot, model), now, LIMITS.bootGraceMs);
    this.#snapshotRows = boot.delays.length;
    this.#wallOffsetMs = now.wallMs - now.monoMs;
    this.#sweepTimer = setInterval(() => this.#wake(), LIMITS.sweepMs);
  }

  accept(batch: ReadingBatch): void {
    if (this.#batches.length >= LIMITS.engineQueueInputs) {
      this.#batches.shift();
      this.#counts.droppedBatches += 1;
    }
    this.#batches.push(batch);
    this.#wake();
  }

  submit(command: Command): Promise<CommandOutcome> {
    if (this.#isStopped || this.#evaluator === null || this.#commands.length >= LIMITS.engineQueueCommands) {
      this.#counts.refusedCommands += 1;
      return Promise.reject(new RiserError('engine-busy'));
    }
    return new Promise((resolve, reject) => {
      this.#commands.push({ command, resolve, reject });
      this.#wake();
    });
  }

  status(): EngineStatus {
    const dropped = this.#counts.droppedBatches;
    return {
      isHealthy: !this.#isStoreFailing,
      detail: this.#isStoreFailing
        ? 'decisions cannot be stored'
        : dropped > 0
          ? `running; ${dropped} batches dropped`
          : 'running',
      ...this.#counts,
      openAlarms: this.#state.occurrences.size,
      openTickets: [...this.#state.tickets.values()].filter(isTicketOpen).length,
      lastRoundMs: this.#lastRoundMs,
    };
  }

  /** Finishes the running round and refuses what waits. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    await this.#running;
    for (const { reject } of this.#commands.splice(0)) reject(new RiserError('engine-busy'));
  }

  /** Begins a round unless one runs, or a failed commit asks for a pause. An error of ours in it ends the process. */
  #wake(): void {
    const rules = this.#evaluator;
    if (this.#running !== null || this.#isStopped || rules === null) return;
    if (this.#options.clock.now().monoMs < this.#retryAtMonoMs) return;
    this.#running = this.#runRound(rules);
  }

  async #runRound(rules: Evaluator): Promise<void> {
    // The rest of what this turn of the event loop brings joins the round.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.#round(rules);
    this.#running = null;
    if (this.#batches.length + this.#commands.length > 0) this.#wake();
  }

  async #round(rules: Evaluator): Promise<void> {
    const now = this.#options.clock.now();
    this.#counts.rounds += 1;
    this.#lastRoundMs = now.wallMs;
    for (const batch of this.#batches.splice(0)) rules.apply(batch, { ...now, monoMs: batch.monoMs });
    const isSweep = now.monoMs >= this.#sweepAtMonoMs;
    if (isSweep) {
      this.#sweepAtMonoMs = now.monoMs + LIMITS.sweepMs;
      rules.sweep(now);
    }
    const changed = rules.changed();
    if (!isSweep && changed.length === 0 && this.#commands.length === 0) return;
    await this.#decideAndCommit(rules, changed, isSweep, now);
  }

  async #decideAndCommit(
    rules: Evaluator,
    changed: readonly number[],
    isSweep: boolean,
    now: Now,
  ): Promise<void> {
    const tx = createTentative(this.#state);
    const waiting = this.#commands.splice(0);
    if (waiting.length > 0 || this.#isTransition(rules, changed)) this.#phase('before-step');
    endOrphans(tx, this.#context, this.#orphans, now);
    decideRules(tx, this.#context, rules, changed, now);
    const answers = decideCommands(tx, this.#context, waiting, now);
    const stepMs = isSweep ? this.#clockStepMs(now) : 0;
    if (isSweep) sweepTickets(tx, stepMs, now);
    if (now.monoMs >= this.#snapshotAtMonoMs) this.#snapshotDelays(tx, rules, now);
    const hasEvents = tx.alarmEvents.length + tx.ticketEvents.length > 0;
    if (hasEvents) this.#phase('after-step');
    if (tx.hasWrites() && !(await this.#commit(tx, answers, hasEvents))) return;
    this.#wallOffsetMs += stepMs;
    this.#orphans = [];
    rules.taken(changed);
    for (const answer of answers) answer.settle();
    if (hasEvents) this.#publish(tx);
    if (isSweep) this.#forgetClosedTickets(now.wallMs);
  }

  /** Whether some changed rule differs from its alarm, so that the round will write. */
  #isTransition(rules: Evaluator, changed: readonly number[]): boolean {
    return changed.some((index) => {
      const { rule, delay } = rules.output(index);
      return delay.isActive !== (this.#state.occurrences.get(rule.key)?.isActive ?? false);
    });
  }

  async #commit(tx: Tentative, answers: readonly Answer[], hasEvents: boolean): Promise<boolean> {
    const { store, clock, log } = this.#options;
    if (hasEvents) this.#phase('before-commit');
    try {
      await store.commit(tx.toBatch());
    } catch (error) {
      if (!(error instanceof RiserError)) throw error;
      this.#counts.commitFailures += 1;
      this.#retryAtMonoMs = clock.now().monoMs + LIMITS.commitRetryMs;
      if (!this.#isStoreFailing)
        log.error({ err: error }, 'decisions cannot be stored; nothing is announced until they can');
      this.#isStoreFailing = true;
      for (const answer of answers) answer.fail(error);
      return false;
    }
    if (hasEvents) this.#phase('after-commit');
    this.#counts.commits += 1;
    if (this.#isStoreFailing) log.info('decisions can be stored again');
    this.#isStoreFailing = false;
    tx.merge();
    return true;
  }

  #publish(tx: Tentative): void {
    this.#phase('before-publish');
    for (const event of tx.alarmEvents) this.#options.onAlarm(event);
    for (const event of tx.ticketEvents) this.#options.onTicket(event);
    this.#phase('after-publish');
  }

  #snapshotDelays(tx: Tentative, rules: Evaluator, now: Now): void {
    this.#snapshotAtMonoMs = now.monoMs + LIMITS.delaySnapshotMs;
    const rows = toDelayRows(rules, now);
    if (rows.length > 0 || this.#snapshotRows > 0) tx.putDelays(rows);
    this.#snapshotRows = rows.length;
  }

  /** How far the wall clock has jumped against the monotonic one; 0 for the ordinary drift of a disciplined clock. */
  #clockStepMs(now: Now): number {
    const stepMs = now.wallMs - now.monoMs - this.#wallOffsetMs;
    if (Math.abs(stepMs) <= LIMITS.clockStepMs) return 0;
    this.#options.log.warn({ stepMs }, 'the wall clock was stepped; running clocks keep their time left');
    return stepMs;
  }

  #forgetClosedTickets(nowMs: number): void {
    for (const ticket of this.#state.tickets.values()) {
      if (ticket.closedAtMs !== null && nowMs - ticket.closedAtMs > this.#context.model.policy.reopenMs) {
        this.#state.tickets.delete(ticket.id);
      }
    }
  }

  #phase(phase: EnginePhase): void {
    this.#options.onPhase?.(phase);
  }
}
