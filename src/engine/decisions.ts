/**
 * The decision loop's memory and its rounds, without threads, timers and I/O: readings go in as they come, `decide`
 * makes one round of what is due, and the round is either settled (it has been stored) or failed (memory stays as it
 * was). engine.ts says when, stores and announces; tests run the same rounds on a fake clock.
 *
 * Readings may come while a round is being stored: rules follow them at once, and what they change makes the next round.
 */
import type { Logger } from 'pino';
import type { SiteModel } from '../config/model.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import type { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import { Evaluator, type RuleChange } from '../rules/evaluator.ts';
import type { BootState, WriteBatch } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { toEngineState, toRestoredRules } from './boot.ts';
import { moveHolds, sweepHolds } from './carry.ts';
import { type Causes, createCauses } from './causes.ts';
import type { DecisionContext } from './context.ts';
import { createEvidence, type RecentSamples } from './evidence.ts';
import {
  decideCommands,
  decideRules,
  endOrphans,
  moveTickets,
  sweepTickets,
  toDelayRows,
  type WaitingCommand,
} from './round.ts';
import { type EngineState, forgetReturned, forgetTicket, Tentative } from './tentative.ts';

export interface DecisionsOptions {
  readonly model: SiteModel;
  readonly latest: LatestView;
  readonly recent: RecentSamples;
  /** What the numbers of points of type `text` mean. */
  readonly texts?: Pick<Texts, 'toText'>;
  readonly log: Logger;
}

/** One round, decided and not yet stored. Exactly one of `settle` and `fail` is called, before the next round. */
export interface Round {
  /** null when there is nothing to store. */
  readonly batch: WriteBatch | null;
  readonly alarmEvents: readonly AlarmEvent[];
  readonly ticketEvents: readonly TicketEvent[];
  /** It is stored: memory takes over, commands are answered. */
  settle(): void;
  /** It is not: memory stays, commands are refused, changes of rules wait for the next round. */
  fail(error: RiserError): void;
}

export class Decisions {
  readonly #log: Logger;
  readonly #model: SiteModel;
  readonly #causes: Causes;
  readonly #takeEvidence: ReturnType<typeof createEvidence>;
  readonly #rules: Evaluator;
  readonly #state: EngineState;
  #orphans: readonly Occurrence[];
  /** From then on every cause has been read, or its silence is an alarm: before, no wait for a cause ends. */
  readonly #readAtMonoMs: number;
  #sweepAtMonoMs = Number.NEGATIVE_INFINITY;
  #snapshotAtMonoMs = Number.NEGATIVE_INFINITY;
  /** Rows of the last stored snapshot. */
  #snapshotRows: number;
  /** Wall minus monotonic time that running clocks are anchored to. */
  #wallOffsetMs: number;

  constructor({ model, latest, recent, texts, log }: DecisionsOptions, boot: BootState, now: Now) {
    const known = new Set(model.rules.map((rule) => rule.key));
    this.#log = log;
    this.#model = model;
    this.#causes = createCauses(model);
    this.#takeEvidence = createEvidence(model, latest, recent, texts);
    this.#state = toEngineState(boot);
    this.#orphans = boot.occurrences.filter((occurrence) => !known.has(occurrence.key));
    this.#rules = new Evaluator(model, toRestoredRules(boot, model), now, LIMITS.bootGraceMs);
    this.#readAtMonoMs = now.monoMs + LIMITS.bootGraceMs;
    this.#snapshotRows = boot.delays.length;
    this.#wallOffsetMs = now.wallMs - now.monoMs;
  }

  /** @param now the time of the batch @returns whether a round is needed before the next sweep */
  accept(batch: ReadingBatch, now: Now): boolean {
    this.#rules.apply(batch, now);
    return this.#rules.hasChanges();
  }

  /** @param onStep called before anything is decided in a round that is going to change alarms or tickets */
  decide(waiting: readonly WaitingCommand[], now: Now, onStep: () => void): Round {
    const isSweep = now.monoMs >= this.#sweepAtMonoMs;
    if (isSweep) {
      this.#sweepAtMonoMs = now.monoMs + LIMITS.sweepMs;
      this.#rules.sweep(now);
    }
    const tx = new Tentative(this.#state);
    const evidence = this.#takeEvidence();
    const context: DecisionContext = { model: this.#model, causes: this.#causes, evidence };
    const changes = this.#rules.take();
    if (waiting.length > 0 || this.#orphans.length > 0 || this.#isTransition(changes)) onStep();
    const clockStepMs = this.#clockStepMs(now);
    moveTickets(tx, clockStepMs, now);
    moveHolds(tx, clockStepMs);
    endOrphans(tx, context, this.#orphans, now);
    decideRules(tx, context, this.#rules, changes, now);
    const answers = decideCommands(tx, context, waiting, now);
    if (isSweep) sweepHolds(tx, context, now.monoMs >= this.#readAtMonoMs, now.wallMs);
    if (isSweep) sweepTickets(tx, now);
    const savedDelays = isSweep ? this.#snapshotDelays(tx, now) : null;
    return {
      batch: tx.toBatch(),
      alarmEvents: tx.alarmEvents,
      ticketEvents: tx.ticketEvents,
      settle: () => {
        tx.merge();
        this.#orphans = [];
        this.#settleClock(clockStepMs);
        if (savedDelays !== null) this.#settleDelays(savedDelays, now);
        if (isSweep) this.#forget(now.wallMs);
        for (const answer of answers) answer.settle();
      },
      fail: (error) => {
        this.#rules.giveBack(changes);
        for (const answer of answers) answer.fail(error);
      },
    };
  }

  openAlarms(): number {
    return this.#state.occurrences.size;
  }

  openTickets(): number {
    return this.tickets().filter(isTicketOpen).length;
  }

  alarms(): readonly Occurrence[] {
    return [...this.#state.occurrences.values()];
  }

  /** Open ones, and closed ones within the reopen window. */
  tickets(): readonly Ticket[] {
    return [...this.#state.tickets.values()];
  }

  /** Whether some rule differs, or has differed, from its alarm. */
  #isTransition(changes: readonly RuleChange[]): boolean {
    return changes.some(({ rule, peak }) => {
      const key = this.#model.rules[rule]?.key;
      const isOpen = key !== undefined && this.#state.occurrences.get(key)?.isActive === true;
      return this.#rules.isActive(rule) !== isOpen || (peak !== null && !isOpen);
    });
  }

  /** How far the wall clock has jumped since the last settled round; less is the drift of a disciplined clock. */
  #clockStepMs(now: Now): number {
    const stepMs = now.wallMs - now.monoMs - this.#wallOffsetMs;
    return Math.abs(stepMs) > LIMITS.clockStepMs ? stepMs : 0;
  }

  #settleClock(stepMs: number): void {
    if (stepMs === 0) return;
    this.#wallOffsetMs += stepMs;
    this.#log.warn({ stepMs }, 'the wall clock was stepped; running clocks keep their time left');
  }

  /** @returns how many rows are to be saved; null when no snapshot is due */
  #snapshotDelays(tx: Tentative, now: Now): number | null {
    if (now.monoMs < this.#snapshotAtMonoMs) return null;
    const rows = toDelayRows(this.#rules, now);
    if (rows.length > 0 || this.#snapshotRows > 0) tx.putDelays(rows);
    return rows.length;
  }

  #settleDelays(rows: number, now: Now): void {
    this.#snapshotRows = rows;
    this.#snapshotAtMonoMs = now.monoMs + LIMITS.delaySnapshotMs;
  }

  #forget(nowMs: number): void {
    const { reopenMs, explain } = this.#model.policy;
    forgetReturned(this.#state, nowMs - explain.settleMs);
    for (const ticket of this.#state.tickets.values()) {
      if (ticket.closedAtMs !== null && nowMs - ticket.closedAtMs > reopenMs)
        forgetTicket(this.#state, ticket);
    }
  }
}
