/**
 * The decision loop's memory and its rounds, without threads, timers and I/O: readings go in as they come, `decide`
 * makes one round of what is due, and the round is either settled (it has been stored) or failed (memory stays as it
 * was). engine.ts says when, stores and announces; tests run the same rounds on a fake clock.
 *
 * Readings may come while a round is being stored: rules follow them at once, and what they change makes the next round.
 */
import type { Logger } from 'pino';
import type { RuleExplanation } from '../alarms/explanation.ts';
import type { SiteModel } from '../config/model.ts';
import type { AlarmControlEvent, AlarmEvent, Occurrence, StormEvent } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import { isWithinCalendar } from '../core/calendar.ts';
import type { Now } from '../core/clock.ts';
import type { RiserError } from '../core/errors.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { GOOD } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import { Evaluator, type RuleChange } from '../rules/evaluator.ts';
import type { LiveSample } from '../rules/rule-state.ts';
import type { BootState, WriteBatch } from '../store/store.ts';
import type { LatestValue, LatestView } from '../telemetry/latest.ts';
import { toEngineState, toRestoredRules } from './boot.ts';
import { settleCalls } from './calls.ts';
import { sweepHolds } from './carry.ts';
import { type Causes, createCauses } from './causes.ts';
import type { DecisionContext } from './context.ts';
import { moveControls, sweepControls } from './controls.ts';
import { moveDrills, sweepDrills } from './drills.ts';
import { createEvidence, type RecentSamples } from './evidence.ts';
import { FLOOD_GOVERNOR } from './flood-governor.ts';
import type { FloodGovernor } from './governor.ts';
import {
  type Answer,
  decideCommands,
  decideRules,
  endOrphans,
  moveTickets,
  sweepTickets,
  type WaitingCommand,
} from './round.ts';
import { Snapshots } from './snapshots.ts';
import { createHours } from './suppression.ts';
import { moveAlarms, sweepAlarms } from './sweep.ts';
import { type EngineState, forgetRaises, forgetReturned, forgetTicket, Tentative } from './tentative.ts';
import { explainRule } from './why.ts';

export interface DecisionsOptions {
  readonly model: SiteModel;
  readonly latest: LatestView;
  readonly recent: RecentSamples;
  /** What the numbers of points of type `text` mean. */
  readonly texts?: Pick<Texts, 'toText'>;
  readonly log: Logger;
  /** Default: that of flood-governor.ts. */
  readonly governor?: FloodGovernor;
}

/** One round, decided and not yet stored. Exactly one of `settle` and `fail` is called, before the next round. */
export interface Round {
  /** null when there is nothing to store. */
  readonly batch: WriteBatch | null;
  readonly alarmEvents: readonly AlarmEvent[];
  readonly ticketEvents: readonly TicketEvent[];
  /** What was decided about alarms, with or without an open occurrence. */
  readonly controlEvents: readonly AlarmControlEvent[];
  readonly stormEvents: readonly StormEvent[];
  /** It is stored: memory takes over, commands are answered. */
  settle(): void;
  /** It is not: memory stays, commands are refused, changes of rules wait for the next round. */
  fail(error: RiserError): void;
}

export class Decisions {
  readonly #log: Logger;
  readonly #options: DecisionsOptions;
  readonly #rules: Evaluator;
  readonly #state: EngineState;
  readonly #snapshots: Snapshots;
  #model: SiteModel;
  #causes: Causes;
  #takeEvidence: ReturnType<typeof createEvidence>;
  /** Open alarms whose rule is gone. */
  #orphans: ReadonlySet<AlarmKey>;
  /** From then on every cause has been read, or its silence is an alarm: before, no wait for a cause ends. */
  readonly #readAtMonoMs: number;
  #sweepAtMonoMs = Number.NEGATIVE_INFINITY;
  /** Wall time up to which reminders have been told. */
  #remindedToMs: number;
  /** Wall minus monotonic time that running clocks are anchored to. */
  #wallOffsetMs: number;

  constructor(options: DecisionsOptions, boot: BootState, now: Now) {
    const { model, latest, recent, texts, log } = options;
    const known = new Set(model.rules.map((rule) => rule.key));
    this.#options = options;
    this.#log = log;
    this.#model = model;
    this.#causes = createCauses(model);
    this.#takeEvidence = createEvidence(model, latest, recent, texts);
    this.#state = toEngineState(boot, model.site.id, now);
    this.#orphans = new Set(boot.occurrences.map(({ key }) => key).filter((key) => !known.has(key)));
    this.#rules = new Evaluator(model, toRestoredRules(boot, model), now, LIMITS.bootGraceMs);
    this.#snapshots = new Snapshots(this.#rules, boot.delays.length, now);
    this.#readAtMonoMs = now.monoMs + LIMITS.bootGraceMs;
    this.#remindedToMs = now.wallMs;
    this.#wallOffsetMs = now.wallMs - now.monoMs;
  }

  /** @param now the time of the batch @returns whether a round is needed before the next sweep */
  accept(batch: ReadingBatch, now: Now): boolean {
    this.#rules.apply(batch, now);
    return this.#rules.hasChanges();
  }

  /** What the rules say; for a replay, which asks when time alone brings something. */
  get rules(): Evaluator {
    return this.#rules;
  }

  /**
   * @param onStep called before anything is decided in a round that is going to change alarms or tickets
   * @param isSweep whether time is looked at; a replay says so itself, by the times at which the loop would have
   */
  decide(
    waiting: readonly WaitingCommand[],
    now: Now,
    onStep: () => void,
    isSweep = now.monoMs >= this.#sweepAtMonoMs,
  ): Round {
    if (isSweep) {
      this.#sweepAtMonoMs = now.monoMs + LIMITS.sweepMs;
      this.#rules.sweep(now);
    }
    const tx = new Tentative(this.#state);
    const context = this.#createContext(now);
    const changes = this.#rules.take();
    const orphans = [...this.#orphans];
    if (waiting.length > 0 || orphans.length > 0 || this.#isTransition(changes)) onStep();
    const clockStepMs = this.#clockStepMs(now);
    moveAll(tx, clockStepMs, now);
    endOrphans(tx, context, orphans, now);
    decideRules(tx, context, this.#rules, changes, now);
    const answers = decideCommands(tx, context, waiting, now);
    settleCalls(tx, context, now.wallMs);
    if (isSweep) this.#sweep(tx, context, clockStepMs, now);
    context.governor.conclude(tx, context);
    const snapshot = isSweep ? this.#snapshots.take(tx, now) : null;
    return {
      batch: tx.toBatch(),
      alarmEvents: tx.alarmEvents,
      ticketEvents: tx.ticketEvents,
      controlEvents: tx.controlEvents,
      stormEvents: tx.stormEvents,
      settle: () => {
        tx.merge();
        this.#orphans = new Set([...this.#orphans].filter((key) => !orphans.includes(key)));
        this.#settleClock(clockStepMs);
        this.#remindedToMs += clockStepMs;
        snapshot?.settle();
        if (isSweep) this.#settleSweep(now);
        for (const answer of answers) answer.settle();
      },
      fail: (error) => {
        this.#rules.giveBack(changes);
        snapshot?.fail();
        failAll(answers, error);
      },
    };
  }

  /** What is to be saved when the loop stops: one round without decisions. */
  conclude(now: Now): Round {
    const tx = new Tentative(this.#state);
    const snapshot = this.#snapshots.takeMemories(tx, now);
    return {
      batch: tx.toBatch(),
      alarmEvents: [],
      ticketEvents: [],
      controlEvents: [],
      stormEvents: [],
      settle: () => snapshot.settle(),
      fail: () => snapshot.fail(),
    };
  }

  /**
   * Other rules from the next round on, over the same points (alarms.md B3): unchanged rules go on as they are, changed ones
   * are judged anew by their last good samples. Not while a round is being stored.
   * @param model the rule at an index stays the rule at that index; new ones come behind
   * @param disabled rules that are judged no more: their alarms end as `rule-removed`
   */
  replaceModel(model: SiteModel, disabled: ReadonlySet<AlarmKey>, now: Now): void {
    const { latest, recent, texts } = this.#options;
    const lastGood = (point: number) => toLastGood(latest.get(point).lastGood);
    this.#rules.replaceModel(model, disabled, lastGood, now);
    this.#model = model;
    this.#causes = createCauses(model);
    this.#takeEvidence = createEvidence(model, latest, recent, texts);
    this.#orphans = new Set([
      ...this.#orphans,
      ...[...disabled].filter((key) => this.#state.occurrences.has(key)),
    ]);
  }

  /** Why the rule's alarm is what it is, or why there is none; null when the site has no such rule. */
  explainRule(equipment: EquipmentId, rule: RuleId, now: Now): RuleExplanation | null {
    const def = this.#model.rules.find((it) => it.equipment === equipment && it.id === rule);
    return def === undefined
      ? null
      : explainRule(new Tentative(this.#state), this.#createContext(now), def, now);
  }

  /** The same of an open occurrence; null when it is not open. */
  explainOccurrence(id: OccurrenceId, now: Now): RuleExplanation | null {
    const tx = new Tentative(this.#state);
    const occurrence = tx.occurrenceById(id);
    const def = occurrence && this.#causes.rule(occurrence.key);
    return def && explainRule(tx, this.#createContext(now), def, now);
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

  #createContext(now: Now): DecisionContext {
    const { calendars } = this.#model;
    return {
      now,
      model: this.#model,
      causes: this.#causes,
      evidence: this.#takeEvidence(),
      rules: this.#rules,
      governor: this.#options.governor ?? FLOOD_GOVERNOR,
      isWithin: createHours((id) =>
        isWithinCalendar(defined(calendars.get(id), `calendar ${id}`), now.wallMs),
      ),
      isReading: now.monoMs >= this.#readAtMonoMs,
    };
  }

  /** What people have decided ends before what follows from it is looked at; tickets come last. */
  #sweep(tx: Tentative, context: DecisionContext, clockStepMs: number, now: Now): void {
    context.governor.sweep(tx, context);
    sweepControls(tx, context, this.#remindedToMs + clockStepMs, now.wallMs);
    sweepDrills(tx, context, now.wallMs);
    sweepAlarms(tx, context, now.wallMs);
    sweepHolds(tx, context, context.isReading, now.wallMs);
    settleCalls(tx, context, now.wallMs);
    sweepTickets(tx, now);
  }

  #settleSweep(now: Now): void {
    this.#remindedToMs = now.wallMs;
    forgetRaises(this.#state, now.monoMs - this.#model.policy.alarms.chatter.withinMs);
    this.#forget(now.wallMs);
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

/** After a step of the wall clock, before anything else is decided: whatever waits keeps its time left. */
function moveAll(tx: Tentative, clockStepMs: number, now: Now): void {
  moveTickets(tx, clockStepMs, now);
  moveControls(tx, clockStepMs);
  moveDrills(tx, clockStepMs);
  moveAlarms(tx, clockStepMs);
  // The flood's row is in wall time.
  if (clockStepMs !== 0) tx.putGoverning({ ...tx.governing });
}

function failAll(answers: readonly Answer[], error: RiserError): void {
  for (const answer of answers) answer.fail(error);
}

function toLastGood(sample: LatestValue['lastGood']): LiveSample | null {
  return sample && { ...sample, quality: GOOD, sourceMs: Number.NaN };
}
