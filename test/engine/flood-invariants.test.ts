/**
 * Random floods through the decision loop: nobody is lost or in two storms, whoever is in one stays in it, every alarm that
 * asks for work is on one ticket, and a storm lasts exactly as long as a naive count of what was told says.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAnnunciation, isSetAside } from '../../src/alarms/annunciation.ts';
import { type AlarmEvent, isHeld, type Occurrence, type Storm } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { type OccurrenceId, toId } from '../../src/core/ids.ts';
import { isTicketOpen } from '../../src/core/ticket.ts';
import { testRuns } from '../support/effort.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestAlarmTimes, createTestModel, type TestEquipment } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';

const FLOOD = { enter: 4, leave: 3, windowMs: 20_000, digestMs: 3_000, maxMs: 600_000 };
const EXPLAIN = { waitMs: 2_000, settleMs: 4_000 };
const SEVERITIES = ['low', 'medium', 'medium', 'high', 'life-safety'] as const;
const SIZE = 24;

/** 0 explains 1 to 5; every fifth alarm is life safety, every fourth may rise. */
const model = createTestModel({
  policy: { explain: EXPLAIN, alarms: { ...createTestAlarmTimes(), flood: FLOOD } },
  equipment: Array.from({ length: SIZE }, (_, at): TestEquipment => {
    const severity = SEVERITIES[at % SEVERITIES.length] ?? 'low';
    const isChild = at >= 1 && at <= 5 && severity !== 'life-safety';
    const isRising = at % 4 === 3 && severity !== 'life-safety';
    const params = isRising
      ? { point: `p${at}`, hi: { limit: 0.5 }, hihi: { limit: 1.5, severity: 'life-safety' } }
      : { mask: 3 };
    return {
      id: `e${at}`,
      points: [{ name: `p${at}`, staleMs: null }],
      ...(isChild && !isRising && { upstream: { power: toId('e0') } }),
      rules: [
        {
          id: `a${at}`,
          type: isRising ? 'threshold' : 'state',
          points: [`p${at}`],
          severity,
          params,
          ...(at === 0 && { explains: 'power' as const }),
          ...(isChild && !isRising && { explainedBy: ['power' as const] }),
        },
      ],
    };
  }),
});

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('feed' as const),
      values: fc.array(fc.tuple(fc.nat(SIZE - 1), fc.constantFrom(0, 1, 1, 2)), {
        minLength: 1,
        maxLength: 12,
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(250, 1_000, 5_000, 20_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), at: fc.nat(SIZE - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('shelve' as const),
      at: fc.nat(SIZE - 1),
      ms: fc.constantFrom(2_000, 10_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('restart' as const), ms: fc.constantFrom(0, 3_000, 30_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('commits' as const), isFailing: fc.boolean() }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const reached = { storms: 0, ended: 0, members: 0, restartsInStorm: 0, shared: 0 };

test('no member is lost or in two storms, and a storm lasts as long as a naive recount says', () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 20, maxLength: 60 }), (actions) => {
      const loop = createTestLoop(model);
      const run: Run = {
        loop,
        isFailing: false,
        isOn: false,
        seen: 0,
        times: [],
        storms: new Map(),
      };
      for (const step of actions) {
        attempt(run, step);
        if (!run.isFailing) check(run);
      }
      count(run);
    }),
    { seed: testSeed(), numRuns: testRuns(20) },
  );
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(0);
});

interface Run {
  readonly loop: TestLoop;
  isFailing: boolean;
  isOn: boolean;
  /** Events that have been counted. */
  seen: number;
  /** Everything that was ever told, and when. */
  readonly times: number[];
  /** The storm that each occurrence was seen in. */
  readonly storms: Map<OccurrenceId, string>;
}

function attempt(run: Run, step: Action): void {
  try {
    perform(run, step);
  } catch (error) {
    if (!(error instanceof RiserError)) throw error;
  }
  // A look of the loop at what has been brought about.
  pass(run, 250);
}

function perform(run: Run, step: Action): void {
  const { loop } = run;
  switch (step.do) {
    case 'feed':
      loop.feed(Object.fromEntries(step.values.map(([at, value]) => [`p${at}`, value])));
      return recount(run);
    case 'wait':
      return pass(run, step.ms);
    case 'acknowledge': {
      const alarm = loop.alarms()[step.at];
      if (alarm) loop.command({ type: 'acknowledge-alarm', occurrence: alarm.id, by: 'desk', note: '' });
      return;
    }
    case 'shelve':
      loop.command({
        type: 'shelve-alarm',
        key: toId(`test-site/e${step.at}/a${step.at}`),
        by: 'wang',
        reason: 'test',
        untilMs: loop.clock.now().wallMs + step.ms,
        isOneShot: false,
      });
      return;
    case 'commits':
      run.isFailing = step.isFailing;
      return loop.failCommits(step.isFailing);
    case 'restart':
      if (run.isOn) reached.restartsInStorm += 1;
      loop.restart(step.ms);
      return;
    default:
      step satisfies never;
  }
}

function pass(run: Run, ms: number): void {
  for (let passed = 0; passed < ms; passed += 250) {
    run.loop.advance(250);
    recount(run);
  }
}

function recount(run: Run): void {
  const { loop, times } = run;
  if (run.isFailing) return;
  const { wallMs } = loop.clock.now();
  const news = loop.events.slice(run.seen).filter(isAnnunciation);
  run.seen = loop.events.length;
  // One after the other, as they were decided.
  for (const [at, event] of [...news, null].entries()) {
    if (event !== null) times.push(event.atMs);
    const count = times.filter((atMs) => atMs > wallMs - FLOOD.windowMs).length;
    if (run.isOn && count < FLOOD.leave && (at === 0 || event !== null)) run.isOn = false;
    else if (!run.isOn && count > FLOOD.enter) run.isOn = true;
    if (run.isOn && event !== null && !isLifeSafety(event))
      expect(event.occurrence.storm, `${event.occurrence.key} is in a storm`).not.toBeNull();
  }
}

function check({ loop, isOn, storms }: Run): void {
  const open = lastRows(loop).filter(({ endedAtMs }) => endedAtMs === null);
  if (!isOn) expect(open, 'no storm without a flood').toEqual([]);
  expect(open.length, 'one storm at a time').toBeLessThanOrEqual(1);
  for (const alarm of loop.alarms()) {
    const before = storms.get(alarm.id);
    if (alarm.severity === 'life-safety') {
      expect(alarm.storm, alarm.key).toBeNull();
      storms.delete(alarm.id);
    } else if (before !== undefined) expect(alarm.storm, `${alarm.key} stays in its storm`).toBe(before);
    if (alarm.storm !== null) storms.set(alarm.id, alarm.storm);
    checkCarried(loop, alarm);
  }
  checkMembers(loop);
}

/** On exactly one open ticket, or one recorded reason why not. */
function checkCarried(loop: TestLoop, alarm: Occurrence): void {
  if (!alarm.isActive || isHeld(alarm) || isSetAside(alarm)) return;
  const carrying = loop
    .tickets()
    .filter((it) => isTicketOpen(it) && it.alarms.some(({ key }) => key === alarm.key));
  expect(
    carrying.map(({ id }) => id),
    `${alarm.key} on one ticket`,
  ).toEqual([alarm.ticket]);
  const others = carrying[0]?.alarms.filter(({ key }) => key !== alarm.key) ?? [];
  if (alarm.severity === 'life-safety') expect(others, alarm.key).toEqual([]);
  if (others.length > 0) reached.shared += 1;
}

/** As many as its record says, each told once that it was grouped. */
function checkMembers(loop: TestLoop): void {
  const grouped = loop.events.filter(({ type }) => type === 'grouped');
  const left = new Set(loop.events.filter(isLifeSafety).map(({ occurrence }) => occurrence.id));
  const once = grouped.filter(({ occurrence }) => !left.has(occurrence.id));
  expect(new Set(once.map(({ occurrence }) => occurrence.id)).size).toBe(once.length);
  for (const { id, members } of lastRows(loop))
    expect(grouped.filter(({ occurrence }) => occurrence.storm === id)).toHaveLength(members);
}

/** What becomes life safety leaves its storm, and may be in one again when it is that no more. */
function isLifeSafety({ occurrence }: AlarmEvent): boolean {
  return occurrence.severity === 'life-safety';
}

function count({ loop }: Run): void {
  const rows = lastRows(loop);
  reached.storms += rows.length;
  reached.ended += rows.filter(({ endedAtMs }) => endedAtMs !== null).length;
  reached.members += rows.reduce((sum, { members }) => sum + members, 0);
}

function lastRows(loop: TestLoop): readonly Storm[] {
  return [...new Map(loop.stormEvents.map(({ storm }) => [storm.id, storm])).values()];
}
