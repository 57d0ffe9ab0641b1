/** Time lines in YAML on a fake clock: readings in, announced events and alarm states out. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Policy } from '../../src/config/policy.ts';
import { isHeld, type Occurrence, toIsaState } from '../../src/core/alarm.ts';
import type { OccurrenceId } from '../../src/core/ids.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { TEST_START_MS } from '../support/clock.ts';
import { createTestLoop, type TestLoop, type TestValue } from '../support/loop.ts';
import { createTestModel, type TestEquipment, type TestRule } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

interface Step {
  /** Seconds since the start of the scenario. */
  readonly at: number;
  /** New values; `_` = the point falls silent, a quality reason = bad. They are sampled again every second. */
  readonly set?: Readonly<Record<string, TestValue | '_'>>;
  readonly acknowledge?: string;
  /** A transition of the newest ticket, or of the one with that number, with `by`. */
  readonly ticket?: Transition & { readonly by?: string; readonly number?: string };
  /** Error code that the command must be refused with. */
  readonly refused?: string;
  /** Process killed, away for so many seconds. */
  readonly restart?: number;
  /** Wall clock jumps by so many seconds. */
  readonly clock?: number;
  readonly failCommits?: boolean;
  /** Rules after a restart with another configuration. */
  readonly rules?: readonly TestRule[];
  readonly equipment?: readonly TestEquipment[];
  /** Everything announced since the step before, in order; [] = nothing. Not given = not looked at. */
  readonly announced?: readonly string[];
  /** ISA letter, `!` appended while blind, by rule id; alarms not named must not be open. */
  readonly alarms?: Readonly<Record<string, string>>;
  /**
   * Active alarms that have no ticket because of a cause, by rule id: `waiting` for one, the rule that explains it, or
   * that rule with `settling`. Alarms not named must not be held.
   */
  readonly held?: Readonly<Record<string, string>>;
  /** Expected properties of the oldest open alarm; `onsetAtS`, `raisedAtS` in seconds since the start. */
  readonly expectAlarm?: Readonly<Record<string, unknown>>;
  /** Expected properties of the newest ticket. */
  readonly expectTicket?: Readonly<Record<string, unknown>>;
  /** Running clocks of the newest ticket: id → due, in whole seconds since the start of the scenario. */
  readonly clocks?: Readonly<Record<string, number>>;
  readonly tickets?: number;
}

interface Scenario {
  readonly name: string;
  readonly policy?: Partial<Policy>;
  /** Of one equipment; or `equipment` where there are several. */
  readonly points?: readonly string[];
  readonly rules?: readonly TestRule[];
  readonly equipment?: readonly TestEquipment[];
  readonly steps: readonly Step[];
}

const directory = new URL('.', import.meta.url);
const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));

describe('scenarios', () => {
  test('there are some', () => expect(files.length).toBeGreaterThanOrEqual(5));

  for (const file of files) {
    const scenarios = parse(readFileSync(new URL(file, directory), 'utf8')) as readonly Scenario[];
    describe(file.replace('.yaml', ''), () => {
      for (const scenario of scenarios) test(scenario.name, () => play(scenario));
    });
  }
});

function play(scenario: Scenario): void {
  const loop = createTestLoop(toModel(scenario));
  const values: Record<string, TestValue> = {};
  const resample = (): void => loop.feed(values);
  let atS = 0;
  for (const step of scenario.steps) {
    loop.advance((step.at - atS) * 1_000, resample);
    atS = step.at;
    act(loop, scenario, step, values);
    verify(loop, step);
  }
}

function act(loop: TestLoop, scenario: Scenario, step: Step, values: Record<string, TestValue>): void {
  if (step.failCommits !== undefined) loop.failCommits(step.failCommits);
  if (step.clock !== undefined) loop.clock.stepWall(step.clock * 1_000);
  if (step.restart !== undefined) {
    for (const name of Object.keys(values)) delete values[name];
    loop.restart(step.restart * 1_000, toModel({ ...scenario, ...pick(step) }));
  }
  for (const [name, value] of Object.entries(step.set ?? {})) {
    if (value === '_') delete values[name];
    else values[name] = value;
  }
  if (step.set !== undefined) loop.feed(values);
  if (step.acknowledge !== undefined) {
    const id = (loop.alarm(step.acknowledge)?.id ?? 'o-0') as OccurrenceId;
    attempt(step, () => loop.command({ type: 'acknowledge-alarm', occurrence: id, by: 'desk', note: '' }));
  }
  if (step.ticket !== undefined) {
    const { by = 'engineer', number, ...transition } = step.ticket;
    const ticket = loop.tickets().findLast((it) => number === undefined || it.number === number);
    if (ticket === undefined) throw new Error(`at ${step.at} s there is no ticket`);
    attempt(step, () => loop.command(toTicketCommand(ticket, transition, by)));
  }
}

function attempt(step: Step, command: () => void): void {
  if (step.refused === undefined) command();
  else expect(command, `at ${step.at} s`).toThrow(expect.objectContaining({ code: step.refused }));
}

function verify(loop: TestLoop, step: Step): void {
  const at = `at ${step.at} s`;
  const announced = loop.announced();
  if (step.announced !== undefined) expect(announced, at).toEqual(step.announced);
  if (step.alarms !== undefined) {
    const open = loop
      .alarms()
      .map((it) => [it.rule, `${toIsaState(it)}${it.blindSinceMs === null ? '' : '!'}`]);
    expect(Object.fromEntries(open), at).toEqual(step.alarms);
  }
  if (step.held !== undefined) expect(toHeld(loop), at).toEqual(step.held);
  if (step.expectAlarm !== undefined) expect(toAlarm(loop), at).toMatchObject(step.expectAlarm);
  if (step.clocks !== undefined) expect(toRunning(loop), at).toEqual(step.clocks);
  if (step.tickets !== undefined) expect(loop.tickets().length, at).toBe(step.tickets);
  if (step.expectTicket !== undefined) expect(loop.tickets().at(-1), at).toMatchObject(step.expectTicket);
}

function toAlarm(loop: TestLoop): Record<string, unknown> {
  const alarm = loop.alarms()[0];
  if (alarm === undefined) return {};
  const toSeconds = (ms: number): number => (ms - TEST_START_MS) / 1_000;
  return { ...alarm, onsetAtS: toSeconds(alarm.onsetAtMs), raisedAtS: toSeconds(alarm.raisedAtMs) };
}

function toRunning(loop: TestLoop): Record<string, number> {
  const running = loop
    .tickets()
    .at(-1)
    ?.clocks.filter((clock) => clock.stoppedAtMs === null);
  return Object.fromEntries(
    running?.map((clock) => [
      clock.id,
      Math.round(((clock.dueAtMs ?? Number.NaN) - TEST_START_MS) / 1_000),
    ]) ?? [],
  );
}

function toHeld(loop: TestLoop): Record<string, string> {
  return Object.fromEntries(
    loop
      .alarms()
      .filter(isHeld)
      .map((it) => [it.rule, toHold(it)]),
  );
}

function toHold({ explainedBy, ticketDueAtMs }: Occurrence): string {
  if (explainedBy === null) return 'waiting';
  const cause = explainedBy.key.split('/').at(-1) ?? '';
  return ticketDueAtMs === null ? cause : `${cause}, settling`;
}

function pick({ rules, equipment }: Step): Partial<Scenario> {
  return { ...(rules && { rules }), ...(equipment && { equipment }) };
}

function toModel({ policy, points = [], rules = [], equipment }: Scenario) {
  const pump = { id: 'pump', kind: 'lift', points: points.map((name) => ({ name })), rules } as const;
  return createTestModel({ ...(policy && { policy }), equipment: equipment ?? [pump] });
}
