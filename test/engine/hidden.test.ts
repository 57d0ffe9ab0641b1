/** Random days of one alarm that people shelve, take out of service and drill: what is hidden, and how it comes back. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSetAside, isStanding } from '../../src/alarms/annunciation.ts';
import { type AlarmEvent, type Occurrence, toIsaState } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { createRig, KEY, MINUTE_MS, type Rig } from './alarm-rig.ts';

const minutes = fc.integer({ min: 1, max: 130 });
const act = {
  feed: fc.record({
    do: fc.constant('feed' as const),
    p: fc.constantFrom<number | 'comm-loss'>(5, 5, 11, 11, 21, 31, 'comm-loss'),
    mode: fc.constantFrom<number | 'comm-loss'>(0, 0, 1, 'comm-loss'),
  }),
  wait: fc.record({
    do: fc.constant('wait' as const),
    ms: fc.oneof(
      fc.integer({ min: 250, max: 5_000 }),
      minutes.map((it) => it * MINUTE_MS),
    ),
  }),
  flap: fc.record({ do: fc.constant('flap' as const), times: fc.integer({ min: 1, max: 4 }) }),
  shelve: fc.record({ do: fc.constant('shelve' as const), minutes, isOneShot: fc.boolean() }),
  outOfService: fc.record({ do: fc.constant('outOfService' as const), minutes }),
  drill: fc.record({ do: fc.constant('drill' as const), minutes: fc.option(minutes, { freq: 2 }) }),
  plain: fc.record({
    do: fc.constantFrom('acknowledge' as const, 'unshelve' as const, 'inService' as const, 'reset' as const),
  }),
  restart: fc.record({ do: fc.constant('restart' as const), ms: fc.nat(60 * MINUTE_MS) }),
  clock: fc.record({
    do: fc.constant('clock' as const),
    ms: fc.integer({ min: -7_200_000, max: 7_200_000 }),
  }),
  commits: fc.record({ do: fc.constant('commits' as const), fail: fc.boolean() }),
};
const action = fc.oneof(
  { weight: 10, arbitrary: act.feed },
  { weight: 6, arbitrary: act.wait },
  { weight: 2, arbitrary: act.flap },
  { weight: 4, arbitrary: act.shelve },
  { weight: 2, arbitrary: act.outOfService },
  { weight: 1, arbitrary: act.drill },
  { weight: 8, arbitrary: act.plain },
  { weight: 1, arbitrary: act.restart },
  { weight: 1, arbitrary: act.clock },
  { weight: 1, arbitrary: act.commits },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const RELEASES = ['shelf-expired', 'in-service', 'service-expired', 'unsuppressed'];
/** How often the runs reached what matters: each letter, and each way out of hiding while the alarm stands. */
const reached: Record<string, number> = Object.fromEntries(
  ['A', 'B', 'C', 'D', 'E', 'F', 'G', ...RELEASES, 'unshelved', 'latched', 'chattering', 're-alarmed'].map(
    (it) => [it, 0],
  ),
);

test('whatever hides an alarm, it comes back as the table says, and life safety is hidden by a permit alone', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(action, { minLength: 10, maxLength: 60 }), (isLatching, actions) => {
      const rig = createRig({
        rule: {
          isLatching,
          reAlarmMs: 40 * MINUTE_MS,
          points: ['p', 'mode'],
          params: {
            point: 'p',
            hi: { limit: 10 },
            hihi: { limit: 20, severity: 'high' },
            // Not a limit of the loader: the level above is life safety.
            lolo: { limit: -1, severity: 'life-safety' },
          },
          expectedWhen: {
            guards: [{ point: 'mode', in: [1], notIn: null }],
            text: { zh: '清洗', en: 'cleaning' },
          },
        },
      });
      let isFailing = false;
      for (const step of actions) {
        isFailing = step.do === 'commits' ? step.fail : isFailing;
        attempt(rig, step);
        rig.loop.advance(LIMITS.sweepMs);
        checkEvents(rig);
        if (!isFailing) checkState(rig, isLatching);
      }
    }),
    { seed: testSeed(), numRuns: testRuns(100) },
  );
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(0);
});

function attempt(rig: Rig, step: Action): void {
  try {
    perform(rig, step);
  } catch (error) {
    // Refusals, and acts on an alarm that is not there, are part of life; anything else is our own mistake.
    if (!(error instanceof RiserError) && (error as Error).message !== 'no open occurrence') throw error;
  }
}

function perform(rig: Rig, step: Action): unknown {
  switch (step.do) {
    case 'feed':
      return rig.feed(step.p === 31 ? -5 : step.p, step.mode);
    case 'wait':
      // One late sweep sees all that was due.
      rig.loop.clock.advance(step.ms);
      return rig.loop.advance(LIMITS.sweepMs);
    case 'flap':
      for (let count = 0; count < step.times; count++) for (const p of [5, 11]) rig.feed(p);
      return undefined;
    case 'shelve':
      return rig.shelve(step.minutes, { isOneShot: step.isOneShot });
    case 'outOfService':
      return rig.outOfService(step.minutes);
    case 'drill':
      return rig.drill(step.minutes);
    case 'restart': {
      const before = rig.loop.alarms();
      rig.loop.restart(step.ms);
      return expect(rig.loop.alarms()).toEqual(before);
    }
    case 'clock':
      return rig.loop.clock.stepWall(step.ms);
    case 'commits':
      return rig.loop.failCommits(step.fail);
    default:
      return rig[step.do]();
  }
}

function checkEvents({ loop }: Rig): void {
  const events = loop.events as AlarmEvent[];
  for (const event of events.splice(0)) {
    const { type, occurrence } = event;
    if (type in reached && isOpenAndStanding(occurrence)) reached[type] = (reached[type] ?? 0) + 1;
    if (type === 'returned')
      expect(isSetAside(occurrence), 'a return that is told was not hidden').toBe(false);
    if (!isOpenAndStanding(occurrence) || isSetAside(occurrence)) continue;
    if (RELEASES.includes(type)) expect(toIsaState(occurrence), type).toBe('B');
    if (type === 'unshelved') expect(toIsaState(occurrence), type).toBe('C');
  }
}

function isOpenAndStanding(occurrence: Occurrence): boolean {
  return occurrence.endedAtMs === null && isStanding(occurrence);
}

function checkState(rig: Rig, isLatching: boolean): void {
  const open = rig.loop.alarm(KEY);
  const letter = rig.state();
  reached[letter] = (reached[letter] ?? 0) + 1;
  if (open === null) return;
  expect(toIsaState(open)).toBe(letter);
  if (open.severity === 'life-safety') expect('EF', 'life safety is not hidden').not.toContain(letter);
  if (isSetAside(open)) expect(isStanding(open), 'what is hidden and over has ended').toBe(true);
  if (open.isLatched) expect(isLatching).toBe(true);
  if (open.reAlarmDueAtMs !== null) expect([open.isActive, 'BC'.includes(letter)]).toEqual([true, true]);
  if (open.isActive && 'BC'.includes(letter)) {
    expect(open.reAlarmDueAtMs, 'an annunciated alarm is called again').not.toBeNull();
    expect(open.ticket, 'an annunciated alarm is on a ticket').not.toBeNull();
  }
  checkTicket(rig, open);
}

function checkTicket({ loop }: Rig, open: Occurrence): void {
  const ticket = loop.tickets().find(({ id }) => id === open.ticket);
  if (ticket === undefined) return;
  const seen = ticket.alarms.find(({ occurrence }) => occurrence === open.id);
  expect(seen?.isActive, 'the ticket shows the alarm as it is').toBe(open.isActive);
}
