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
import type { Policy } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import { isWithinCalendar } from '../core/calendar.ts';
import type { Now } from '../core/clock.ts';
import { NO_STEP } from '../core/clock-step.ts';
import type { Feedback } from '../core/feedback.ts';
import type { AlarmKey, EquipmentId, FeedbackId, OccurrenceId, RuleId, TicketId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { GOOD } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { ToMessages } from '../notify/to-messages.ts';
import { Evaluator, type RuleChange } from '../rules/evaluator.ts';
import type { LiveSample } from '../rules/rule-state.ts';
import type { BootState } from '../store/store.ts';
import type { LatestValue, LatestView } from '../telemetry/latest.ts';
import { decideBackfill, toLateRules } from './backfill.ts';
import { toEngineState, toRestoredRules } from './boot.ts';
import { toStopRow, wasStopped } from './boot-stop.ts';
import { settleCalls } from './calls.ts';
import { type Causes, createCauses } from './causes.ts';
import { isCounting, moveAll, withRow } from './clock-step.ts';
import type { Command } from './commands.ts';
import {
  type DecisionContext,
  type EnginePeople,
  NOBODY_ON_DUTY,
  type PolicyOf,
  TELL_NOBODY,
} from './context.ts';
import { DueAudit, type LoopCounters } from './due-audit.ts';
import { createEvidence, type RecentSamples } from './evidence.ts';
import { FLOOD_GOVERNOR } from './flood-governor.ts';
import type { FloodGovernor } from './governor.ts';
import { LateReadings, type SettledPoint } from './late-readings.ts';
import { adopt, type EngineState, forgetRaises, forgetReturned, forgetTickets } from './memory.ts';
import { writeMessages } from './outbox.ts';
import { toRecentPastRow } from './recent-past.ts';
import { isCommissioned } from './register.ts';
import { resendReports } from './reports.ts';
import { decideCommands, decideRules, failAll, type Round, UNTOLD, type WaitingCommand } from './round.ts';
import { tellRuleNews, toLostRules, toRuleNews } from './rule-news.ts';
import { SetAside, toStepped } from './set-aside.ts';
import { Sights } from './sights.ts';
import { Snapshots } from './snapshots.ts';
import { createHours } from './suppression.ts';
import { sweepAll } from './sweep-all.ts';
import { Tentative } from './tentative.ts';
import { toTicketsOf } from './ticket-commands.ts';
import { WallClock } from './wall-clock.ts';
import { explainRule } from './why.ts';

export type { Round } from './round.ts';

export interface DecisionsOptions {
  readonly model: SiteModel;
  readonly latest: LatestView;
  readonly recent: RecentSamples;
  /** What the numbers of points of type `text` mean. */
  readonly texts?: Pick<Texts, 'toText'>;
  readonly log: Logger;
  /** Default: that of flood-governor.ts. */
  readonly governor?: FloodGovernor;
  /** Who has to be told of what is decided; default: nobody. */
  readonly toMessages?: ToMessages;
  /** Default: the gateway itself is on duty. */
  readonly people?: EnginePeople;
  /** Alarms of unproven points (commissioning/). Default: all of an equipment that the register has in commissioning. */
  readonly isMute?: typeof isCommissioned;
}

export class Decisions {
  readonly #options: DecisionsOptions;
  readonly #rules: Evaluator;
  readonly #state: EngineState;
  readonly #snapshots: Snapshots;
  readonly #sights = new Sights();
  readonly #late = new LateReadings();
  readonly #audit: DueAudit;
  /** Made when the first late reading comes; null = not yet. Key: point. */
  #lateRules: ReturnType<typeof toLateRules> | null = null;
  #disabled: ReadonlySet<AlarmKey> = new Set();
  #model: SiteModel;
  /** Versions that tickets were opened under, and the one in force. Key: version. */
  readonly #policies: Map<string, Policy>;
  readonly #policyOf: PolicyOf = ({ policyVersion }) =>
    this.#policies.get(policyVersion) ?? this.#model.policy;
  readonly #aside = new SetAside();
  #causes: Causes;
  #takeEvidence: ReturnType<typeof createEvidence>;
  /** Alarms whose rule is gone, off or another one, and that have not been told. */
  #ruleNews: ReadonlySet<AlarmKey>;
  /** From then on every cause has been read, or its silence is an alarm: before, no wait for a cause ends. */
  readonly #readAtMonoMs: number;
  #sweepAtMonoMs = Number.NEGATIVE_INFINITY;
  /** The store says that the gateway was stopped in order: not so from the first round on. */
  #isMarkedStopped: boolean;
  /** No round has been settled since the start. */
  #isFirst = true;
  readonly #wall: WallClock;

  constructor(options: DecisionsOptions, boot: BootState, now: Now) {
    const { model, latest, recent, texts, log } = options;
    this.#options = options;
    this.#model = model;
    this.#policies = new Map([...boot.policies, [model.policy.version, model.policy]]);
    this.#causes = createCauses(model);
    this.#takeEvidence = createEvidence(model, latest, recent, texts);
    this.#wall = new WallClock(boot, model.site.id, now, log);
    const start = this.#wall.toStart(now);
    this.#state = toEngineState(boot, model.site.id, this.#policyOf, start);
    this.#ruleNews = toLostRules(boot, model);
    this.#rules = new Evaluator(model, toRestoredRules(boot, model), start, LIMITS.bootGraceMs);
    this.#audit = new DueAudit(boot, log);
    this.#snapshots = new Snapshots(this.#rules, boot.delays.length > 0, now);
    this.#isMarkedStopped = wasStopped(boot, model.site.id);
    this.#readAtMonoMs = now.monoMs + LIMITS.bootGraceMs;
  }

  /** @param now the time of the batch @returns whether a round is needed before the next sweep */
  accept(batch: ReadingBatch, now: Now): boolean {
    this.#moveRules(now);
    this.#rules.apply(batch, now);
    // What comes after a stop in order is missing from what was saved by it.
    return this.#isMarkedStopped || this.#rules.hasChanges();
  }

  /** Readings that are older than what their points have been judged by: they change nothing that is live (alarms.md B8 no. 5). */
  acceptLate(batch: ReadingBatch): void {
    if (batch.epoch === this.#model.epoch) this.#late.take(batch);
  }

  counters(): LoopCounters {
    return { ...this.#late.counters(), dueCorrections: this.#audit.corrections };
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
    adopt(this.#state, waiting);
    const tx = new Tentative(this.#state);
    const context = this.#createContext(now);
    const changes = this.#rules.take();
    const news = [...this.#ruleNews];
    if (waiting.length > 0 || news.length > 0 || this.#isTransition(changes)) onStep();
    const clockStep = this.#wall.toStep(now);
    moveAll(tx, context, clockStep, now);
    tellRuleNews(tx, context, news, now);
    decideRules(tx, context, this.#rules, changes, now);
    const answers = decideCommands(tx, context, waiting, now);
    settleCalls(tx, context, now.wallMs);
    if (this.#isFirst) resendReports(tx, context, now.wallMs);
    const swept = isSweep ? sweepAll(tx, context, now) : [];
    const audit = isSweep ? this.#audit.take(tx, this.#policyOf, now) : null;
    const settled = isSweep ? this.#late.takeSettled(now.monoMs) : [];
    this.#backfill(tx, settled, now);
    context.governor.conclude(tx, context);
    writeMessages(tx, context);
    this.#saveRecentPast(tx, clockStep.stepMs !== 0, now);
    const snapshot = this.#snapshots.take(tx, this.#toChanged(tx, changes), isSweep, now);
    if (this.#isMarkedStopped) tx.saveLoop(toStopRow(this.#model.site.id, false, now));
    const seen = this.#sights.step(tx, this.#rules, this.#model, this.#causes, changes, now.wallMs);
    const isWallDue = isSweep && this.#wall.isSaveDue(now) && isCounting(tx);
    const batch = withRow(tx.toBatch(), this.#wall.toRow(clockStep, now), isWallDue);
    return {
      batch,
      alarmEvents: tx.alarmEvents,
      ticketEvents: tx.ticketEvents,
      controlEvents: tx.controlEvents,
      stormEvents: tx.stormEvents,
      incidentEvents: tx.service.incidentEvents,
      messages: tx.service.changedMessages,
      sights: seen.sights,
      swept,
      settle: () => {
        tx.merge();
        seen.settle();
        audit?.settle();
        this.#ruleNews = new Set([...this.#ruleNews].filter((key) => !news.includes(key)));
        this.#wall.settle(clockStep, now);
        if (batch !== null) this.#wall.settleSaved(now);
        this.#aside.settle(swept, toStepped(tx.ticketEvents));
        snapshot.settle();
        this.#isMarkedStopped = false;
        this.#isFirst = false;
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
    const snapshot = this.#snapshots.takeAll(tx, now);
    this.#saveRecentPast(tx, true, now);
    tx.saveLoop(toStopRow(this.#model.site.id, true, now));
    tx.saveLoop(this.#wall.toRow(NO_STEP, now));
    return {
      ...UNTOLD,
      batch: tx.toBatch(),
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
    const before = { model: this.#model, disabled: this.#disabled };
    const news = toRuleNews(this.#state, before, { model, disabled });
    this.#ruleNews = new Set([...this.#ruleNews, ...news]);
    const lastGood = (point: number) => toLastGood(latest.get(point).lastGood);
    this.#rules.replaceModel(model, disabled, lastGood, now);
    this.#model = model;
    this.#policies.set(model.policy.version, model.policy);
    this.#disabled = disabled;
    this.#lateRules = null;
    this.#causes = createCauses(model);
    this.#takeEvidence = createEvidence(model, latest, recent, texts);
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

  /** Tickets that a command is about and that are not in memory. */
  toCall(command: Command): readonly TicketId[] {
    return toTicketsOf(command).filter((id) => !this.#state.tickets.has(id));
  }

  ticket(id: TicketId): Ticket | null {
    return this.#state.tickets.get(id) ?? null;
  }

  feedback(id: FeedbackId): Feedback | null {
    return this.#state.service.feedbacks.get(id) ?? null;
  }

  /** The swept tickets of a round that contradicts the store; call after its `fail`. */
  setAside(swept: readonly TicketId[], reason: string): void {
    this.#aside.contradict(swept, reason);
  }

  /** Numbers of tickets that time alone does not move any more, because the store contradicts it. */
  stuckTickets(): readonly string[] {
    return this.#aside.stuck.map(({ id }) => this.#state.tickets.get(id)?.number ?? id);
  }

  /** How far the wall clock is known to be behind what is stored, ms; 0 = it is not in doubt. */
  clockBehindMs(now: Now): number {
    return this.#wall.behindMs(now);
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

  #moveRules(now: Now): void {
    const stepMs = this.#wall.takeRuleStep(now);
    if (stepMs !== 0) this.#rules.moveClock(stepMs);
  }

  #createContext(now: Now): DecisionContext {
    const { calendars } = this.#model;
    const { isMute = isCommissioned } = this.#options;
    return {
      now,
      model: this.#model,
      isMute: (rule) => isMute(this.#model, rule),
      policyOf: this.#policyOf,
      causes: this.#causes,
      evidence: this.#takeEvidence(),
      rules: this.#rules,
      governor: this.#options.governor ?? FLOOD_GOVERNOR,
      people: this.#options.people ?? NOBODY_ON_DUTY,
      aside: this.#aside,
      toMessages: this.#options.toMessages ?? TELL_NOBODY,
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
    // Also what is empty now: the row of before would be in times of before.
    const past = isMoved ? tx.recentPast(isCause) : tx.newRecentPast(isCause);
    if (past !== null) tx.saveLoop(toRecentPastRow(this.#model.site.id, past, now));
  }

  #settleSweep(now: Now): void {
    forgetRaises(this.#state, now.monoMs - this.#model.policy.alarms.chatter.withinMs);
    forgetReturned(this.#state, now.wallMs - this.#model.policy.explain.settleMs);
    forgetTickets(this.#state, now.wallMs);
  }
}

function toLastGood(sample: LatestValue['lastGood']): LiveSample | null {
  return sample && { ...sample, quality: GOOD, sourceMs: Number.NaN };
}
