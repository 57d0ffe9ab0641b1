/**
 * The decision loop (design.md §4). Each round: what rules, people and time have brought → decisions on tentative
 * state → one WriteBatch → commit → swap the state, answer, publish. One round at a time; decisions.ts makes it.
 *
 *   readings ─▶ rules ──changes──▶ ┌───────┐ decide ┌───────────┐ commit ┌───────┐ publish ─▶ alarms, tickets feeds
 *   commands ─▶ queue ───────────▶ │ round │───────▶│ tentative │───────▶│ store │─────────▶ answers
 *   sweep    ────────────────────▶ └───────┘        └───────────┘  fails └───────┘
 *                                                         └──────────────▶ dropped; changes wait, commands are refused
 *
 * Readings are judged when they come, also while a commit is on its way, and never wait in a queue that could overflow.
 */
import type { Logger } from 'pino';
import type { RuleExplanation } from '../alarms/explanation.ts';
import type { Sight } from '../alarms/figures/blind-time.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { AlarmControlEvent, AlarmEvent, StormEvent } from '../core/alarm.ts';
import { AssertionFailure, assert } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { Feedback } from '../core/feedback.ts';
import type { AlarmKey, EquipmentId, FeedbackId, OccurrenceId, RuleId, TicketId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { Message } from '../core/message.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import type { Ticket, TicketEvent } from '../core/ticket.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { ToMessages } from '../notify/to-messages.ts';
import type { BootState, Store, WriteBatch } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { toOpenLoad } from './assigning.ts';
import type { Command, CommandOutcome, CommandPort } from './commands.ts';
import type { EnginePeople } from './context.ts';
import { CONTRADICTION_ADVICE, toContradiction } from './contradiction.ts';
import { Decisions, type Round } from './decisions.ts';
import type { LoopCounters } from './due-audit.ts';
import type { RecentSamples } from './evidence.ts';
import type { FloodGovernor } from './governor.ts';
import type { WaitingCommand } from './round.ts';

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
  /** What the numbers of points of type `text` mean. */
  readonly texts?: Pick<Texts, 'toText'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onAlarm: (event: AlarmEvent) => void;
  readonly onTicket: (event: TicketEvent) => void;
  /** Shelves and services of alarms, also of those that have no open occurrence. */
  readonly onControl?: (event: AlarmControlEvent) => void;
  readonly onStorm?: (event: StormEvent) => void;
  readonly onIncident?: (event: IncidentEvent) => void;
  /** New messages, and those that have changed. */
  readonly onMessages?: (messages: readonly Message[]) => void;
  /** Who has to be told of what is decided; default: nobody. */
  readonly toMessages?: ToMessages;
  /** Default: the gateway itself is on duty. */
  readonly people?: EnginePeople;
  /** Alarms of points that are not proven yet. Default: as the register says of their equipment. */
  readonly isMute?: (model: SiteModel, rule: RuleDef) => boolean;
  /** Rules without an open occurrence that can be judged no more, or again: for the figures. */
  readonly onSights?: (sights: readonly Sight[]) => void;
  /** Default: that of flood-governor.ts. */
  readonly governor?: FloodGovernor;
  readonly onPhase?: ((phase: EnginePhase) => void) | undefined;
}

export interface EngineStatus extends LoopCounters {
  readonly isHealthy: boolean;
  readonly detail: string;
  readonly rounds: number;
  readonly commits: number;
  readonly commitFailures: number;
  /** Rounds that were dropped because what was due of a ticket contradicts the store (set-aside.ts). */
  readonly contradictions: number;
  readonly refusedCommands: number;
  readonly openAlarms: number;
  readonly openTickets: number;
  /** Tickets whose clocks stand still, because what is due of them contradicts the store. */
  readonly stuckTickets: number;
  /** Rules whose condition cannot be worked out, time after time (`LIMITS.failingJudgements`). */
  readonly failingRules: number;
  /** Wall time of the last round; null before the first. */
  readonly lastRoundMs: number | null;
  /** Monotonic time since the loop last turned, 0 before it is started: what is stuck grows, whatever the wall clock does. */
  readonly idleMs: number;
}

/** Tickets that one line of the log, or of the health page, names. */
const NAMED_TICKETS = 10;
const NOTHING_COUNTED: LoopCounters = { lateReadings: 0, droppedLateReadings: 0, dueCorrections: 0 };

/** Order of calls: `start` once, then `accept` and `submit` at will, `stop` once. */
export class Engine implements CommandPort {
  readonly #options: EngineOptions;
  readonly #commands: WaitingCommand[] = [];
  readonly #counts = { rounds: 0, commits: 0, commitFailures: 0, contradictions: 0, refusedCommands: 0 };
  #decisions: Decisions | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isStopped = false;
  #isStoreFailing = false;
  /** Readings or commands ask for a round before the next sweep. */
  #isAsked = false;
  #retryAtMonoMs = Number.NEGATIVE_INFINITY;
  #turnedAtMonoMs: number | null = null;
  #lastRoundMs: number | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Restores what was open and begins the sweep. */
  start(boot: BootState): void {
    assert(this.#decisions === null, 'the engine is started once');
    const now = this.#options.clock.now();
    this.#decisions = new Decisions(this.#options, boot, now);
    this.#turnedAtMonoMs = now.monoMs;
    this.#sweepTimer = setInterval(() => this.#wake(), LIMITS.sweepMs);
  }

  /** Judges the readings at once; what they decide comes with the next round. */
  accept(batch: ReadingBatch): void {
    if (this.#decisions === null || this.#isStopped) return;
    const now = { ...this.#options.clock.now(), monoMs: batch.monoMs };
    if (this.#decisions.accept(batch, now)) this.#ask();
  }

  /** Readings that came too late to be live: the occurrences that they tell of are put on record (`Decisions.acceptLate`). */
  acceptLate(batch: ReadingBatch): void {
    if (!this.#isStopped) this.#decisions?.acceptLate(batch);
  }

  submit(command: Command): Promise<CommandOutcome> {
    if (this.#isStopped || this.#decisions === null || this.#commands.length >= LIMITS.engineQueueCommands) {
      this.#counts.refusedCommands += 1;
      return Promise.reject(new RiserError('engine-busy'));
    }
    const missing = this.#decisions.toCall(command);
    return missing.length === 0 ? this.#enqueue(command, []) : this.#callUp(command, missing);
  }

  #enqueue(command: Command, called: readonly Ticket[]): Promise<CommandOutcome> {
    return new Promise((resolve, reject) => {
      this.#commands.push({ command, called, resolve, reject });
      this.#ask();
    });
  }

  /** Closed tickets are not kept in memory: those that a command is about are read before it is decided. */
  async #callUp(command: Command, missing: readonly TicketId[]): Promise<CommandOutcome> {
    const { queries } = this.#options.store;
    const called = await Promise.all(missing.map((id) => queries.ticket(id)));
    if (this.#isStopped) throw new RiserError('engine-busy');
    return this.#enqueue(
      command,
      called.filter((ticket) => ticket !== null),
    );
  }

  /**
   * Other rules over the same points, from the next round on (`Decisions.replaceModel`). Waits for the running round.
   * @throws RiserError `engine-busy` before the start and when the loop stops
   */
  async replaceModel(model: SiteModel, disabled: ReadonlySet<AlarmKey> = new Set()): Promise<void> {
    while (this.#running !== null) await this.#running;
    if (this.#isStopped || this.#decisions === null) throw new RiserError('engine-busy');
    this.#decisions.replaceModel(model, disabled, this.#options.clock.now());
    this.#ask();
  }

  /** Why the rule's alarm is what it is, or why there is none; null when the site has no such rule. */
  explain(equipment: EquipmentId, rule: RuleId): RuleExplanation | null {
    return this.#decisions?.explainRule(equipment, rule, this.#options.clock.now()) ?? null;
  }

  /** As it is stored; null when it is not in memory: closed a while ago, or never there. */
  ticket(id: TicketId): Ticket | null {
    return this.#decisions?.ticket(id) ?? null;
  }

  /** As it is stored; null when it is filed, voided, or never was. */
  feedback(id: FeedbackId): Feedback | null {
    return this.#decisions?.feedback(id) ?? null;
  }

  /** Open tickets by whoever has them, or is to. Key: user name, group or role. */
  openLoad(): ReadonlyMap<string, number> {
    return toOpenLoad(this.#decisions?.tickets() ?? []);
  }

  /** The same of an open occurrence; null when it is not open. */
  explainOccurrence(id: OccurrenceId): RuleExplanation | null {
    return this.#decisions?.explainOccurrence(id, this.#options.clock.now()) ?? null;
  }

  status(): EngineStatus {
    const nowMonoMs = this.#options.clock.now().monoMs;
    const stuck = this.#decisions?.stuckTickets() ?? [];
    const still = `the clocks of ${stuck.slice(0, NAMED_TICKETS).join(', ')} stand still`;
    const behindMs = this.#decisions?.clockBehindMs(this.#options.clock.now()) ?? 0;
    const turning = behindMs > 0 ? 'running; the wall clock is behind the newest stored time' : 'running';
    const running = stuck.length === 0 ? turning : still;
    return {
      isHealthy: !this.#isStoreFailing,
      detail: this.#isStoreFailing ? 'decisions cannot be stored' : running,
      ...this.#counts,
      openAlarms: this.#decisions?.openAlarms() ?? 0,
      openTickets: this.#decisions?.openTickets() ?? 0,
      ...(this.#decisions?.counters() ?? NOTHING_COUNTED),
      stuckTickets: stuck.length,
      failingRules: this.#decisions?.rules.failing().length ?? 0,
      lastRoundMs: this.#lastRoundMs,
      idleMs: nowMonoMs - (this.#turnedAtMonoMs ?? nowMonoMs),
    };
  }

  /** Finishes the running round, refuses what waits, and saves what rules remember. */
  async stop(): Promise<void> {
    const isFirst = !this.#isStopped;
    this.#isStopped = true;
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    await this.#running;
    for (const { reject } of this.#commands.splice(0)) reject(new RiserError('engine-busy'));
    const last = isFirst ? this.#decisions?.conclude(this.#options.clock.now()) : undefined;
    if (last?.batch) await this.#finish(last);
  }

  #ask(): void {
    this.#isAsked = true;
    this.#wake();
  }

  /** Begins a round unless one runs, or a failed commit asks for a pause. An error of ours in it ends the process. */
  #wake(): void {
    const decisions = this.#decisions;
    if (this.#running !== null || this.#isStopped || decisions === null) return;
    if (this.#options.clock.now().monoMs < this.#retryAtMonoMs) return;
    this.#running = this.#runRound(decisions);
  }

  async #runRound(decisions: Decisions): Promise<void> {
    // The rest of what this turn of the event loop brings joins the round.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const now = this.#options.clock.now();
    this.#counts.rounds += 1;
    this.#lastRoundMs = now.wallMs;
    this.#isAsked = false;
    const waiting = this.#commands.splice(0);
    const round = decisions.decide(waiting, now, () => this.#phase('before-step'));
    await this.#finish(round);
    this.#turnedAtMonoMs = this.#options.clock.now().monoMs;
    this.#running = null;
    if (this.#isAsked) this.#wake();
  }

  async #finish(round: Round): Promise<void> {
    const { alarmEvents, ticketEvents, controlEvents, stormEvents, incidentEvents, messages } = round;
    const hasEvents = [alarmEvents, ticketEvents, controlEvents, stormEvents, incidentEvents, messages].some(
      ({ length }) => length > 0,
    );
    if (hasEvents) this.#phase('after-step');
    if (hasEvents) this.#phase('before-commit');
    const failure = round.batch === null ? null : await this.#commit(round.batch, round.swept);
    if (failure !== null) return round.fail(failure);
    if (hasEvents) this.#phase('after-commit');
    round.settle();
    if (round.sights.length > 0) this.#options.onSights?.(round.sights);
    if (!hasEvents) return;
    this.#phase('before-publish');
    for (const event of alarmEvents) this.#options.onAlarm(event);
    for (const event of controlEvents) this.#options.onControl?.(event);
    for (const event of stormEvents) this.#options.onStorm?.(event);
    for (const event of ticketEvents) this.#options.onTicket(event);
    for (const event of incidentEvents) this.#options.onIncident?.(event);
    if (messages.length > 0) this.#options.onMessages?.(messages);
    this.#phase('after-publish');
  }

  /**
   * @returns why it could not be stored, null when it is. What is not the store's fault goes on upwards: a batch that
   * contradicts the store would be refused for ever, and only a start from what is stored brings the two together. Unless it
   * may come from a ticket that time has moved: after a start it would do the same again, and no alarm would be watched.
   */
  async #commit(batch: WriteBatch, swept: readonly TicketId[]): Promise<RiserError | null> {
    const { store, clock, log } = this.#options;
    try {
      await store.commit(batch);
    } catch (error) {
      if (!(error instanceof RiserError)) throw error;
      if (error.cause instanceof AssertionFailure) {
        if (swept.length === 0) {
          log.fatal({ err: error.cause, ...toContradiction(batch) }, CONTRADICTION_ADVICE);
          throw error.cause;
        }
        this.#setAside(swept, error.cause);
        return error;
      }
      this.#counts.commitFailures += 1;
      this.#retryAtMonoMs = clock.now().monoMs + LIMITS.commitRetryMs;
      if (!this.#isStoreFailing)
        log.error({ err: error }, 'decisions cannot be stored; nothing is announced until they can');
      this.#isStoreFailing = true;
      return error;
    }
    this.#counts.commits += 1;
    if (this.#isStoreFailing) log.info('decisions can be stored again');
    this.#isStoreFailing = false;
    return null;
  }

  #setAside(swept: readonly TicketId[], cause: AssertionFailure): void {
    this.#counts.contradictions += 1;
    this.#decisions?.setAside(swept, cause.message);
    this.#options.log.error(
      { err: cause, tickets: swept.slice(0, NAMED_TICKETS) },
      swept.length === 1
        ? 'what is due of a ticket contradicts what is stored: its clocks stand still, all else goes on'
        : 'what is due of one of these tickets contradicts what is stored; they are tried in parts',
    );
    // What else the round had decided is not lost.
    this.#isAsked = true;
  }

  #phase(phase: EnginePhase): void {
    this.#options.onPhase?.(phase);
  }
}
