/**
 * The decision loop's memory and its rounds, without threads, timers and I/O: readings go in as they come, `decide`
 * makes one round of what is due, and the round is either settled (it has been stored) or failed (memory stays as it
 * was). engine.ts says when, stores and announces; tests run the same rounds on a fake clock.
 *
 * Readings may come while a round is being stored: rules follow them at once, and what they change makes the next round.
 */
import type { Logger } from 'pino';
import type { RuleExplanation } from '../alarms/explanation.ts';
import type { Sight } from '../alarms/figures/blind-time.ts';
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
import { decideBackfill, toLateRules } from './backfill.ts';
import { toEngineState, toRestoredRules } from './boot.ts';
import { toStopRow, wasStopped } from './boot-stop.ts';
import { settleCalls } from './calls.ts';
import { sweepHolds } from './carry.ts';
import { type Causes, createCauses } from './causes.ts';
import type { DecisionContext } from './context.ts';
import { moveControls, sweepControls } from './controls.ts';
import { moveDrills, sweepDrills } from './drills.ts';
import { createEvidence, type RecentSamples } from './evidence.ts';
import { FLOOD_GOVERNOR } from './flood-governor.ts';
import type { FloodGovernor } from './governor.ts';
import { type LateCounters, LateReadings, type SettledPoint } from './late-readings.ts';
import { toRecentPastRow } from './recent-past.ts';
import {
  type Answer,
  decideCommands,
  decideRules,
  endOrphans,
  moveTickets,
  sweepTickets,
  type WaitingCommand,
} from './round.ts';
import { Sights } from './sights.ts';
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
  /** Rules without an open occurrence that can be judged no more, or again. */
  readonly sights: readonly Sight[];
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
  readonly #sights = new Sights();
  readonly #late = new LateReadings();
  /** Made when the first late reading comes; null = not yet. Key: point. */
  #lateRules: ReturnType<typeof toLateRules> | null = null;
  #disabled: ReadonlySet<AlarmKey> = new Set();
  #model: SiteModel;
  #causes: Causes;
  #takeEvidence: ReturnType<typeof createEvidence>;
  /** Open alarms whose rule is gone. */
  #orphans: ReadonlySet<AlarmKey>;
  /** From then on every cause has been read, or its silence is an alarm: before, no wait for a cause ends. */
  readonly #readAtMonoMs: number;
  #sweepAtMonoMs = Number.NEGATIVE_INFINITY;
  /** The store says that the gateway was stopped in order: not so from the first round on. */
  #isMarkedStopped: boolean;
  /** Wall minus monotonic time that running clocks are anchored to. */
  #wallOffsetMs: number;
  /** The same of what rules have not told yet: they follow at once, whatever becomes of a commit. */
  #rulesOffsetMs: number;

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
    this.#snapshots = new Snapshots(this.#rules, boot.delays.length > 0, now);
    this.#isMarkedStopped = wasStopped(boot, model.site.id);
    this.#readAtMonoMs = now.monoMs + LIMITS.bootGraceMs;
    this.#wallOffsetMs = now.wallMs - now.monoMs;
    this.#rulesOffsetMs = this.#wallOffsetMs;
  }

  /** @param now the time of the batch @returns whether a round is needed before the next sweep */
  accept(batch: ReadingBatch, now: Now): boolean {
    this.#moveRules(now);
    this.#rules.apply(batch, now);
    return this.#rules.hasChanges();
  }

  /** Readings that are older than what their points have been judged by: they change nothing that is live (alarms.md B8 no. 5). */
  acceptLate(batch: ReadingBatch): void {
    if (batch.epoch === this.#model.epoch) this.#late.take(batch);
  }

  lateCounters(): LateCounters {
    return this.#late.counters();
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
    this.#moveRules(now);
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
    moveAll(tx, context, clockStepMs, now);
    endOrphans(tx, context, orphans, now);
    decideRules(tx, context, this.#rules, changes, now);
    const answers = decideCommands(tx, context, waiting, now);
    settleCalls(tx, context, now.wallMs);
    if (isSweep) this.#sweep(tx, context, now);
    const settled = isSweep ? this.#late.takeSettled(now.monoMs) : [];
    this.#backfill(tx, settled, now);
    context.governor.conclude(tx, context);
    this.#saveRecentPast(tx, clockStepMs !== 0, now);
    const snapshot = this.#snapshots.take(tx, this.#toChanged(tx, changes), isSweep, now);
    if (this.#isMarkedStopped) tx.saveLoop(toStopRow(this.#model.site.id, false, now));
    const seen = this.#sights.step(tx, this.#rules, this.#model, this.#causes, changes, now.wallMs);
    return {
      batch: tx.toBatch(),
      alarmEvents: tx.alarmEvents,
      ticketEvents: tx.ticketEvents,
      controlEvents: tx.controlEvents,
      stormEvents: tx.stormEvents,
      sights: seen.sights,
      settle: () => {
        tx.merge();
        seen.settle();
        this.#orphans = new Set([...this.#orphans].filter((key) => !orphans.includes(key)));
        this.#settleClock(clockStepMs);
        snapshot.settle();
        this.#isMarkedStopped = false;
        if (isSweep) this.#settleSweep(now);
        for (const answer of answers) answer.settle();
      },
      fail: (error) => {
        this.#rules.giveBack(changes);
        this.#late.giveBack(settled, now.monoMs);
        snapshot.fail();
        failAll(answers, error);
      },
    };
  }

  /** What is to be saved when the loop stops: one round without decisions. */
  conclude(now: Now): Round {
    const tx = new Tentative(this.#state);
    const snapshot = this.#snapshots.takeMemories(tx, now);
    this.#saveRecentPast(tx, true, now);
    tx.saveLoop(toStopRow(this.#model.site.id, true, now));
    return {
      batch: tx.toBatch(),
      alarmEvents: [],
      ticketEvents: [],
      controlEvents: [],
      stormEvents: [],
      sights: [],
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
    this.#disabled = disabled;
    this.#lateRules = null;
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
    return changes.some(({ rule, trail: { before, dip } }) => {
      const key = this.#model.rules[rule]?.key;
      const isOpen = key !== undefined && this.#state.occurrences.get(key)?.isActive === true;
      return this.#rules.isActive(rule) !== isOpen || (isOpen ? dip : before) !== null;
    });
  }

  /** Rules whose alarms the round changes: what they remember goes with it. */
  #toChanged(tx: Tentative, changes: readonly RuleChange[]): readonly number[] {
    return changes.flatMap(({ rule }) => {
      const key = this.#model.rules[rule]?.key;
      const isSame = key === undefined || tx.occurrence(key) === (this.#state.occurrences.get(key) ?? null);
      return isSame ? [] : [rule];
    });
  }

  /** How far the wall clock has jumped since the last settled round. */
  #clockStepMs(now: Now): number {
    return toStepMs(now, this.#wallOffsetMs);
  }

  #moveRules(now: Now): void {
    const stepMs = toStepMs(now, this.#rulesOffsetMs);
    if (stepMs === 0) return;
    this.#rules.moveClock(stepMs);
    this.#rulesOffsetMs += stepMs;
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

  #backfill(tx: Tentative, settled: readonly SettledPoint[], now: Now): void {
    if (settled.length === 0) return;
    this.#lateRules ??= toLateRules(this.#model, this.#disabled);
    decideBackfill(tx, this.#model, this.#lateRules, settled, now.wallMs);
  }

  /** @param isMoved the row is in wall time, and that has been stepped; or it may have drifted */
  #saveRecentPast(tx: Tentative, isMoved: boolean, now: Now): void {
    const isCause = (key: AlarmKey): boolean => {
      const rule = this.#causes.rule(key);
      return rule !== null && this.#causes.effects(rule).length > 0;
    };
    const past = isMoved ? tx.recentPast(isCause) : tx.newRecentPast(isCause);
    const isEmpty = past === null || (isMoved && past.raises.size === 0 && past.returned.size === 0);
    if (!isEmpty) tx.saveLoop(toRecentPastRow(this.#model.site.id, past, now));
  }

  /** What people have decided ends before what follows from it is looked at; tickets come last. */
  #sweep(tx: Tentative, context: DecisionContext, now: Now): void {
    context.governor.sweep(tx, context);
    sweepControls(tx, context, now.wallMs);
    sweepDrills(tx, context, now.wallMs);
    sweepAlarms(tx, context, now.wallMs);
    sweepHolds(tx, context, context.isReading, now.wallMs);
    settleCalls(tx, context, now.wallMs);
    sweepTickets(tx, now);
  }

  #settleSweep(now: Now): void {
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

/** Less than `LIMITS.clockStepMs` is the drift of a disciplined clock. @param offsetMs wall minus monotonic time as it was */
function toStepMs(now: Now, offsetMs: number): number {
  const stepMs = now.wallMs - now.monoMs - offsetMs;
  return Math.abs(stepMs) > LIMITS.clockStepMs ? stepMs : 0;
}

/** After a step of the wall clock, before anything else is decided: whatever waits keeps its time left. */
function moveAll(tx: Tentative, context: DecisionContext, clockStepMs: number, now: Now): void {
  moveTickets(tx, clockStepMs, now);
  moveControls(tx, clockStepMs);
  moveDrills(tx, clockStepMs);
  moveAlarms(tx, context, clockStepMs);
  // The flood's row is in wall time.
  if (clockStepMs !== 0) tx.putGoverning({ ...tx.governing });
}

function failAll(answers: readonly Answer[], error: RiserError): void {
  for (const answer of answers) answer.fail(error);
}

function toLastGood(sample: LatestValue['lastGood']): LiveSample | null {
  return sample && { ...sample, quality: GOOD, sourceMs: Number.NaN };
}
