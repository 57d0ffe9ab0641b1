/**
 * The decision loop's own rounds on a fake clock, without timers, threads or files, over a store that is a variable.
 * Commits can be made to fail; the process can be killed and started again at any point.
 */
import pino from 'pino';
import type { RuleExplanation } from '../../src/alarms/explanation.ts';
import type { Sight } from '../../src/alarms/figures/blind-time.ts';
import type { SiteModel } from '../../src/config/model.ts';
import type { AlarmControlEvent, AlarmEvent, Occurrence, StormEvent } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { type AlarmKey, toId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { Message } from '../../src/core/message.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import type { Command, CommandOutcome } from '../../src/engine/commands.ts';
import { Decisions, type DecisionsOptions } from '../../src/engine/decisions.ts';
import type { FloodGovernor } from '../../src/engine/governor.ts';
import type { BootState, Write } from '../../src/store/store.ts';
import { createLatest, type Latest } from '../../src/telemetry/latest.ts';
import { createFakeClock, type FakeClock } from './clock.ts';
import { createStoreState } from './store-state.ts';

/** A good value, why there is none, or a value with its quality. */
export type TestValue = number | QualityReason | { readonly value: number; readonly quality: QualityReason };

export interface TestLoop {
  readonly clock: FakeClock;
  /** What has been announced since the last call: `low raised`, `GC20261121-0001 opened`. */
  announced(): string[];
  /** One batch, and a round. Key: local name or id of the point. */
  feed(values: Readonly<Record<string, TestValue>>): void;
  /** Readings of `p` that came late: time of the source, value. */
  feedLate(point: string, readings: readonly (readonly [sourceMs: number, value: TestValue])[]): void;
  /** Lets time pass in sweeps of 250 ms; `resample` runs once a second. */
  advance(ms: number, resample?: () => void): void;
  /** One round, now; time is looked at when 250 ms have passed since that was done last. */
  round(): void;
  /** @throws RiserError as the engine's `submit` does */
  command(command: Command): CommandOutcome;
  /** Kills and starts again with what was stored. @param model the configuration after the restart @param alter what is read of it */
  restart(downMs: number, model?: SiteModel, alter?: (stored: BootState) => BootState): void;
  /** Every following commit fails until told otherwise. */
  failCommits(isFailing: boolean): void;
  /** Other rules while it runs. @param disabled rule keys */
  replaceModel(model: SiteModel, disabled?: readonly string[]): void;
  /** Stops in order: what rules remember is saved. */
  conclude(): void;
  explain(equipment: string, rule: string): RuleExplanation | null;
  /** Everything that has been announced, and stored, since the start of the test. */
  readonly events: readonly AlarmEvent[];
  readonly controlEvents: readonly AlarmControlEvent[];
  readonly stormEvents: readonly StormEvent[];
  readonly sights: readonly Sight[];
  readonly writes: readonly Write[];
  readonly ticketEvents: readonly TicketEvent[];
  /** As they were first queued. */
  readonly messages: readonly Message[];
  alarm(key: string): Occurrence | null;
  alarms(): readonly Occurrence[];
  tickets(): readonly Ticket[];
  counters(): ReturnType<Decisions['counters']>;
}

/** @param told who has to be told, and who is on duty; default: nobody */
export function createTestLoop(
  initial: SiteModel,
  governor?: FloodGovernor,
  told: Pick<DecisionsOptions, 'toMessages' | 'people' | 'isMute'> = {},
): TestLoop {
  const clock = createFakeClock();
  const store = createStoreState();
  let model = initial;
  let latest: Latest = createLatest(model);
  let decisions = create();
  let isFailing = false;
  let said: string[] = [];
  const events: AlarmEvent[] = [];
  const controlEvents: AlarmControlEvent[] = [];
  const stormEvents: StormEvent[] = [];
  const sights: Sight[] = [];
  const writes: Write[] = [];
  const ticketEvents: TicketEvent[] = [];
  const messages: Message[] = [];

  function create(alter = (stored: BootState): BootState => stored): Decisions {
    const now = clock.now();
    const log = pino({ level: 'silent' });
    const options = { model, latest, recent: () => [], log, ...(governor && { governor }), ...told };
    return new Decisions(options, alter(store.boot(now.wallMs - model.policy.reopenMs)), now);
  }

  const round = (command: Command | null): CommandOutcome | null => {
    let outcome: CommandOutcome | null = null;
    let failure: Error | null = null;
    const resolve = (it: CommandOutcome): void => void (outcome = it);
    const reject = (it: Error): void => void (failure = it);
    const ids = command === null ? [] : decisions.toCall(command);
    const called = ids.flatMap((id) => store.ticket(id) ?? []);
    const waiting = command === null ? [] : [{ command, called, resolve, reject }];
    const made = decisions.decide(waiting, clock.now(), () => {});
    if (made.batch !== null && isFailing) made.fail(new RiserError('store-failed'));
    else {
      if (made.batch !== null) store.commit(made.batch);
      writes.push(...(made.batch?.writes ?? []));
      made.settle();
      events.push(...made.alarmEvents);
      controlEvents.push(...made.controlEvents);
      stormEvents.push(...made.stormEvents);
      sights.push(...made.sights);
      ticketEvents.push(...made.ticketEvents);
      for (const message of made.messages) noteMessage(messages, message);
      said.push(...made.alarmEvents.map((event) => `${event.occurrence.rule} ${event.type}`));
      said.push(...made.ticketEvents.map((event) => `${event.ticket.number} ${event.type}`));
    }
    if (failure !== null) throw failure as Error;
    return outcome;
  };

  return {
    clock,
    announced() {
      const events = said;
      said = [];
      return events;
    },
    feed(values) {
      const batch = new ReadingBatchBuilder(model.epoch, model.points.length);
      for (const [name, value] of Object.entries(values)) {
        const point = model.points.find((it) => it.name === name || it.id === name);
        if (point === undefined) throw new Error(`no point ${name}`);
        const sample = toSample(value);
        batch.add(point.index, sample.value, QUALITIES[sample.quality].code, clock.now().wallMs);
      }
      const readings = batch.finish(clock.now().monoMs);
      latest.apply(readings);
      if (decisions.accept(readings, clock.now())) round(null);
    },
    feedLate(name, readings) {
      const index = model.points.findIndex((it) => it.name === name || it.id === name);
      const batch = new ReadingBatchBuilder(model.epoch, readings.length);
      for (const [sourceMs, value] of readings) {
        const sample = toSample(value);
        batch.add(index, sample.value, QUALITIES[sample.quality].code, clock.now().wallMs, sourceMs);
      }
      decisions.acceptLate(batch.finish(clock.now().monoMs));
    },
    advance(ms, resample) {
      for (let passed = 0; passed < ms; passed += LIMITS.sweepMs) {
        clock.advance(Math.min(LIMITS.sweepMs, ms - passed));
        if (resample && (passed + LIMITS.sweepMs) % 1_000 === 0) resample();
        round(null);
      }
    },
    round: () => void round(null),
    command: (command) => round(command) as CommandOutcome,
    restart(downMs, next = model, alter) {
      clock.reboot(downMs);
      model = next;
      latest = createLatest(model);
      decisions = create(alter);
    },
    failCommits(value) {
      isFailing = value;
    },
    replaceModel(next, disabled = []) {
      model = next;
      decisions.replaceModel(next, new Set(disabled.map((key) => toId<AlarmKey>(key))), clock.now());
      round(null);
    },
    conclude() {
      const last = decisions.conclude(clock.now());
      if (last.batch !== null) store.commit(last.batch);
      writes.push(...(last.batch?.writes ?? []));
      last.settle();
    },
    explain: (equipment, rule) => decisions.explainRule(toId(equipment), toId(rule), clock.now()),
    events,
    controlEvents,
    stormEvents,
    sights,
    writes,
    ticketEvents,
    messages,
    alarm: (key) => decisions.alarms().find((it) => it.key === key || it.rule === key) ?? null,
    alarms: () => decisions.alarms(),
    tickets: () => decisions.tickets(),
    counters: () => decisions.counters(),
  };
}

function toSample(value: TestValue): { readonly value: number; readonly quality: QualityReason } {
  if (typeof value === 'number') return { value, quality: 'good' };
  return typeof value === 'string' ? { value: Number.NaN, quality: value } : value;
}

/** One that is moved with the wall clock is told once. */
function noteMessage(messages: Message[], message: Message): void {
  if (message.state !== 'queued' || message.attempts > 0) return;
  const at = messages.findIndex(({ id }) => id === message.id);
  if (at < 0) messages.push(message);
  else messages[at] = message;
}
