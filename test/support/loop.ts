/**
 * The decision core on a fake clock, without timers, threads or files: rules, alarms and tickets as engine/ joins
 * them, with a store that is a variable. Commits can be made to fail; the process can be restarted at any point.
 */
import type { SiteModel } from '../../src/config/model.ts';
import type { Occurrence } from '../../src/core/alarm.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { toEngineState, toRestoredRules } from '../../src/engine/boot.ts';
import type { Command, CommandOutcome } from '../../src/engine/commands.ts';
import type { DecisionContext } from '../../src/engine/decide.ts';
import { toEvidence } from '../../src/engine/register.ts';
import {
  decideCommands,
  decideRules,
  endOrphans,
  sweepTickets,
  toDelayRows,
} from '../../src/engine/round.ts';
import { createTentative, type EngineState } from '../../src/engine/tentative.ts';
import { createEvaluator, type Evaluator } from '../../src/rules/evaluator.ts';
import type { BootState, DelayRow } from '../../src/store/store.ts';
import { createLatest, type Latest } from '../../src/telemetry/latest.ts';
import { createFakeClock, type FakeClock } from './clock.ts';

export interface TestLoop {
  readonly clock: FakeClock;
  /** What has been announced since the last call: `low raised`, `GC20261121-0001 opened`. */
  announced(): string[];
  /** @param value number, or why there is none */
  feed(values: Readonly<Record<string, number | QualityReason>>): void;
  /** Lets time pass in sweeps of 250 ms; `resample` runs once a second. */
  advance(ms: number, resample?: () => void): void;
  command(command: Command): CommandOutcome;
  /** Kills and starts again with what was stored. @param model the configuration after the restart */
  restart(downMs: number, model?: SiteModel): void;
  /** Every following commit fails until told otherwise. */
  failCommits(isFailing: boolean): void;
  alarm(key: string): Occurrence | null;
  alarms(): readonly Occurrence[];
  tickets(): readonly Ticket[];
}

export function createTestLoop(initial: SiteModel): TestLoop {
  const clock = createFakeClock();
  let model = initial;
  let latest: Latest = createLatest(model);
  let state: EngineState = toEngineState(emptyBoot());
  let rules: Evaluator = createEvaluator(model, new Map(), clock.now(), LIMITS.bootGraceMs);
  let orphans: readonly Occurrence[] = [];
  let delays: readonly DelayRow[] = [];
  let isFailing = false;
  let wallOffsetMs = clock.now().wallMs - clock.now().monoMs;
  let said: string[] = [];

  const round = (command: Command | null): CommandOutcome | null => {
    const now = clock.now();
    const context: DecisionContext = {
      model,
      evidence: (rule, occurrence, nowMs) => toEvidence(model, latest, () => [], rule, occurrence, nowMs),
    };
    const tx = createTentative(state);
    rules.sweep(now);
    const changed = rules.changed();
    let outcome: CommandOutcome | null = null;
    let failure: Error | null = null;
    const waiting =
      command === null
        ? []
        : [
            {
              command,
              resolve: (it: CommandOutcome) => (outcome = it),
              reject: (it: Error) => (failure = it),
            },
          ];
    endOrphans(tx, context, orphans, now);
    decideRules(tx, context, rules, changed, now);
    const answers = decideCommands(tx, context, waiting, now);
    const stepMs = now.wallMs - now.monoMs - wallOffsetMs;
    sweepTickets(tx, Math.abs(stepMs) > LIMITS.clockStepMs ? stepMs : 0, now);
    if (isFailing) {
      if (command !== null) throw new Error('the commit failed');
      return null;
    }
    tx.merge();
    wallOffsetMs += stepMs;
    orphans = [];
    delays = toDelayRows(rules, now);
    rules.taken(changed);
    for (const answer of answers) answer.settle();
    said.push(...tx.alarmEvents.map((event) => `${event.occurrence.rule} ${event.type}`));
    said.push(...tx.ticketEvents.map((event) => `${event.ticket.number} ${event.type}`));
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
        const quality = typeof value === 'number' ? QUALITIES.good.code : QUALITIES[value].code;
        batch.add(point.index, typeof value === 'number' ? value : Number.NaN, quality, clock.now().wallMs);
      }
      const readings = batch.finish(clock.now().monoMs);
      latest.apply(readings);
      rules.apply(readings, clock.now());
      round(null);
    },
    advance(ms, resample) {
      for (let passed = 0; passed < ms; passed += LIMITS.sweepMs) {
        clock.advance(Math.min(LIMITS.sweepMs, ms - passed));
        if (resample && (passed + LIMITS.sweepMs) % 1_000 === 0) resample();
        round(null);
      }
    },
    command: (command) => round(command) as CommandOutcome,
    restart(downMs, next = model) {
      clock.reboot(downMs);
      model = next;
      latest = createLatest(model);
      const boot: BootState = {
        occurrences: [...state.occurrences.values()],
        tickets: [...state.tickets.values()],
        counters: state.counters,
        delays,
      };
      state = toEngineState(boot);
      wallOffsetMs = clock.now().wallMs - clock.now().monoMs;
      const known = new Set(model.rules.map((rule) => rule.key));
      orphans = boot.occurrences.filter((occurrence) => !known.has(occurrence.key));
      rules = createEvaluator(model, toRestoredRules(boot, model), clock.now(), LIMITS.bootGraceMs);
    },
    failCommits(value) {
      isFailing = value;
    },
    alarm: (key) => [...state.occurrences.values()].find((it) => it.key === key || it.rule === key) ?? null,
    alarms: () => [...state.occurrences.values()],
    tickets: () => [...state.tickets.values()],
  };
}

function emptyBoot(): BootState {
  return { occurrences: [], tickets: [], counters: new Map(), delays: [] };
}
