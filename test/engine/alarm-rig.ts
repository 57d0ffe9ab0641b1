/** One pump with one rule, and people with few words: what tests of the life cycle of an alarm need over and over. */
import { expect } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Calendar } from '../../src/core/calendar.ts';
import { type AlarmKey, type OccurrenceId, toId } from '../../src/core/ids.ts';
import type { CommandOutcome } from '../../src/engine/commands.ts';
import type { FloodGovernor } from '../../src/engine/governor.ts';
import { createTestLoop, type TestLoop, type TestValue } from '../support/loop.ts';
import { createTestModel, type TestEquipment, type TestRule } from '../support/model.ts';

export const KEY = toId<AlarmKey>('test-site/pump/high');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

export interface RigOptions {
  /** Over: threshold on `p`, hi at 10, medium, opens a ticket. */
  readonly rule?: Partial<TestRule>;
  readonly policy?: Partial<Policy>;
  readonly others?: readonly TestEquipment[];
  readonly calendars?: readonly Calendar[];
  readonly governor?: FloodGovernor;
}

export interface Rig {
  readonly loop: TestLoop;
  feed(value: TestValue, mode?: TestValue): void;
  /** Announced since the last call, without the tickets. */
  said(): string[];
  /** Letter of the alarm, whether or not it has an open occurrence. */
  state(): string;
  open(): NonNullable<ReturnType<TestLoop['alarm']>>;
  acknowledge(by?: string): CommandOutcome;
  shelve(minutes: number, given?: { readonly isOneShot?: boolean; readonly reason?: string }): CommandOutcome;
  unshelve(): CommandOutcome;
  outOfService(
    minutes: number,
    given?: { readonly permit?: string; readonly approver?: string },
  ): CommandOutcome;
  inService(): CommandOutcome;
  reset(): CommandOutcome;
  drill(minutes: number | null): CommandOutcome;
}

export function toRigModel({ rule = {}, policy = {}, others = [], calendars = [] }: RigOptions = {}) {
  const high: TestRule = {
    id: 'high',
    type: 'threshold',
    points: ['p'],
    params: { point: 'p', hi: { limit: 10 }, hihi: { limit: 20, severity: 'high' } },
    ...rule,
  };
  const pump = { id: 'pump', points: [{ name: 'p' }, { name: 'mode' }], rules: [high] };
  return createTestModel({
    policy,
    equipment: [pump, ...others],
    overrides: { calendars: new Map(calendars.map((calendar) => [calendar.id, calendar])) },
  });
}

export function createRig(options: RigOptions = {}): Rig {
  const loop = createTestLoop(toRigModel(options), options.governor);
  const untilMs = (minutes: number): number => loop.clock.now().wallMs + minutes * MINUTE_MS;
  const open: Rig['open'] = () => {
    const found = loop.alarm(KEY);
    if (found === null) throw new Error('no open occurrence');
    return found;
  };
  const id = (): OccurrenceId => open().id;
  return {
    loop,
    open,
    feed: (p, mode) => loop.feed(mode === undefined ? { p } : { p, mode }),
    said: () =>
      loop
        .announced()
        .filter((it) => it.startsWith('high '))
        .map((it) => it.slice(5)),
    state: () => loop.explain('pump', 'high')?.state ?? '',
    acknowledge: (by = 'desk') => loop.command({ type: 'acknowledge-alarm', occurrence: id(), by, note: '' }),
    shelve: (minutes, { isOneShot = false, reason = 'cleaning' } = {}) =>
      loop.command({
        type: 'shelve-alarm',
        key: KEY,
        by: 'wang',
        reason,
        untilMs: untilMs(minutes),
        isOneShot,
      }),
    unshelve: () => loop.command({ type: 'unshelve-alarm', key: KEY, by: 'li', note: 'done' }),
    outOfService: (minutes, { permit = 'GZP-7', approver = 'chen' } = {}) =>
      loop.command({
        type: 'take-out-of-service',
        key: KEY,
        by: 'wang',
        reason: 'overhaul',
        permit,
        approver,
        untilMs: untilMs(minutes),
      }),
    inService: () => loop.command({ type: 'return-to-service', key: KEY, by: 'wang', note: '' }),
    reset: () => loop.command({ type: 'reset-alarm', occurrence: id(), by: 'wang', note: '' }),
    drill: (minutes) =>
      loop.command({
        type: 'drill',
        equipment: toId('pump'),
        by: 'wang',
        reason: 'fire drill',
        untilMs: minutes === null ? null : untilMs(minutes),
      }),
  };
}

export const refused = (code: string) => expect.objectContaining({ code });
