/** Random days in the life of three alarms: the invariants of alarms.md B9 hold after every step. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import { isTicketOpen } from '../../src/core/ticket.ts';
import { naturalNext } from '../../src/tickets/path.ts';
import type { TransitionType } from '../../src/tickets/transitions.ts';
import { testRuns } from '../support/effort.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, createTestPolicy } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

/** Two configurations: after a restart with the other one a rule belongs to another fault and another version. */
const models = [toModel('low', 'other', 'v1'), toModel('other', 'low', 'v2')] as const;

function toModel(tripKind: string, otherKind: string, version: string) {
  const low = {
    id: 'low',
    type: 'threshold',
    version,
    severity: 'high',
    points: ['pressure'],
    onDelayMs: 2_000,
    offDelayMs: 1_000,
    params: {
      point: 'pressure',
      lo: { limit: version === 'v1' ? 3 : 4, deadband: 1 },
      lolo: { limit: 1, severity: 'life-safety' },
    },
  } as const;
  const toState = (id: string, mask: number, faultKind: string) =>
    ({ id, type: 'state', version, points: ['word'], faultKind, params: { point: 'word', mask } }) as const;
  return createTestModel({
    equipment: [
      {
        id: 'pump',
        points: [{ name: 'pressure' }, { name: 'word' }],
        rules: [low, toState('trip', 8, tripKind), toState('other', 1, otherKind)],
      },
    ],
  });
}

const value = fc.constantFrom<number | 'comm-loss' | 'sentinel'>(0, 0.5, 2, 3.5, 5, 'comm-loss', 'sentinel');
const word = fc.constantFrom<number | 'comm-loss'>(0, 1, 8, 9, 'comm-loss');
/** People who do their work: the plant is normal again and the ticket goes some steps along its natural way. */
const work = fc.record({
  do: fc.constant('work' as const),
  at: fc.nat(3),
  steps: fc.integer({ min: 1, max: 9 }),
  isNormal: fc.boolean(),
});
const TRANSITIONS: readonly TransitionType[] = [
  'dispatch',
  'take',
  'arrive',
  'start',
  'done',
  'accept',
  'reject',
  'visit',
  'close',
  'cancel',
];
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('feed' as const), pressure: value, word }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 250, max: 20_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), at: fc.nat(2) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ticket' as const),
      at: fc.nat(3),
      type: fc.constantFrom<TransitionType | 'next'>('next', 'next', 'next', ...TRANSITIONS),
    }),
  },
  { weight: 5, arbitrary: work },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      ms: fc.integer({ min: 0, max: 3_600_000 }),
      model: fc.constantFrom(...models),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      ms: fc.integer({ min: -7_200_000, max: 7_200_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commits' as const), fail: fc.boolean() }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** How often the runs reached what matters; a test that never closes a ticket proves nothing about closing. */
const reached = { closed: 0, rework: 0, reopened: 0, cancelled: 0, emergency: 0 };

test('one open ticket per alarm, every raise on a ticket, no return without a raise, no negative clock', () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 120 }), (actions) => {
      const loop = createTestLoop(models[0]);
      const raised = new Set<string>();
      const closed = new Set<string>();
      for (const step of actions) {
        act(loop, step);
        for (const event of loop.announced()) checkOrder(event, raised);
        checkInvariants(loop);
        countReached(loop, closed);
      }
    }),
    { seed: testSeed(), numRuns: testRuns(100) },
  );
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(0);
}, 60_000);

function countReached(loop: TestLoop, closed: Set<string>): void {
  for (const { stage, number, priority } of loop.tickets()) {
    if (stage === 'closed') closed.add(number);
    if (stage === 'closed' || stage === 'rework' || stage === 'cancelled') reached[stage] += 1;
    if (stage === 'rework' && closed.has(number)) reached.reopened += 1;
    if (priority === 'emergency') reached.emergency += 1;
  }
}

function checkOrder(event: string, raised: Set<string>): void {
  const [who, what] = event.split(' ') as [string, string];
  if (what === 'raised') raised.add(who);
  if (what === 'returned' || what === 're-raised') expect(raised.has(who), event).toBe(true);
}

function checkInvariants(loop: TestLoop): void {
  const open = loop.tickets().filter(isTicketOpen);
  const owners = new Map<string, string>();
  for (const ticket of open) {
    for (const key of new Set(ticket.alarms.map((alarm) => alarm.key))) {
      expect(owners.get(key), `second open ticket for ${key}`).toBeUndefined();
      owners.set(key, ticket.number);
    }
    for (const clock of ticket.clocks) {
      if (clock.stoppedAtMs !== null) expect(clock.stoppedAtMs).toBeGreaterThanOrEqual(clock.startedAtMs);
    }
  }
  for (const alarm of loop.alarms()) {
    expect(alarm.ticket, `${alarm.key} is on a ticket`).not.toBeNull();
    const ticket = loop.tickets().find((it) => it.id === alarm.ticket);
    if (ticket === undefined) continue;
    expect(ticket.alarms.some((it) => it.occurrence === alarm.id)).toBe(true);
    if (isTicketOpen(ticket))
      expect(ticket.alarms.find((it) => it.occurrence === alarm.id)?.isActive).toBe(alarm.isActive);
    expect(ticket.stage, 'a ticket with an active alarm is not closed').not.toBe(
      alarm.isActive ? 'closed' : '',
    );
  }
}

function act(loop: TestLoop, step: Action): void {
  try {
    perform(loop, step);
  } catch (error) {
    // Refusals are part of life; anything else is our own mistake.
    if (!(error instanceof RiserError)) throw error;
  }
}

function perform(loop: TestLoop, step: Action): void {
  switch (step.do) {
    case 'feed':
      return loop.feed({ pressure: step.pressure, word: step.word });
    case 'wait':
      return loop.advance(step.ms);
    case 'restart':
      return loop.restart(step.ms, step.model);
    case 'clock':
      loop.clock.stepWall(step.ms);
      return;
    case 'commits':
      return loop.failCommits(step.fail);
    case 'work':
      if (step.isNormal) loop.feed({ pressure: 5, word: 0 });
      loop.advance(3_000);
      for (let done = 0; done < step.steps; done++)
        perform(loop, { do: 'ticket', at: step.at, type: 'next' });
      return;
    case 'acknowledge': {
      const alarm = loop.alarms()[step.at];
      if (alarm) loop.command({ type: 'acknowledge-alarm', occurrence: alarm.id, by: 'desk', note: '' });
      return;
    }
    case 'ticket': {
      const ticket = loop.tickets()[step.at];
      if (!ticket) return;
      const type = step.type === 'next' ? (naturalNext(ticket, createTestPolicy()) ?? 'note') : step.type;
      loop.command(toTicketCommand(ticket, toTransition(type)));
    }
  }
}

function toTransition(type: TransitionType) {
  const fields = {
    assignee: 'engineer',
    diagnosis: 'd',
    plan: 'p',
    result: 'r',
    opinion: 'o',
    reason: 'false-alarm',
    note: 'n',
    how: type === 'visit' ? 'phone' : 'by-hand',
    isRepaired: true,
    isSatisfied: true,
  };
  return { type, ...fields } as never;
}
