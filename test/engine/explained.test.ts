/** Random days of random buildings in which one alarm can be the cause of another: none stays without anybody to act. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RuleDef, SiteModel } from '../../src/config/model.ts';
import { isHeld, type Occurrence } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { isTicketOpen, type Ticket } from '../../src/core/ticket.ts';
import type { Upstream } from '../../src/core/upstream.ts';
import { naturalNext } from '../../src/tickets/path.ts';
import type { TransitionType } from '../../src/tickets/transitions.ts';
import { testRuns } from '../support/effort.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, createTestPolicy, type TestEquipment } from '../support/model.ts';
import { testSeed } from '../support/seed.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const SIZE = 6;
/** Short, so that a run of some minutes sees many of them end. */
const EXPLAIN = { waitMs: 2_000, settleMs: 6_000 };
/** One cause after the other may keep an alarm waiting, after the reading of all points. */
const LONGEST_MS = SIZE * EXPLAIN.settleMs + LIMITS.bootGraceMs;
const MEDIA = ['power', 'water'] as const;

/** Power comes from a lower number, so that it has no circle; water comes from anywhere: a circle across media. */
const unit = fc.record({
  power: fc.option(fc.nat(SIZE - 1)),
  water: fc.option(fc.nat(SIZE - 1), { freq: 2 }),
  parent: fc.option(fc.nat(SIZE - 1), { freq: 1 }),
  explains: fc.option(fc.constantFrom(...MEDIA), { freq: 3 }),
  explainedBy: fc.subarray([...MEDIA], { minLength: 0 }),
  isListedOnly: fc.integer({ min: 0, max: 5 }).map((dice) => dice === 0),
});
type Unit = typeof unit extends fc.Arbitrary<infer T> ? T : never;
const anyBuilding = fc.array(unit, { minLength: SIZE, maxLength: SIZE });
/** Each is fed from the one before and passes a loss on: chance makes too few chains. */
const chain = anyBuilding.map((units) =>
  units.map(
    (it, at): Unit => ({ ...it, power: at - 1, parent: null, explains: 'power', explainedBy: ['power'] }),
  ),
);
const building = fc.oneof({ weight: 5, arbitrary: anyBuilding }, { weight: 1, arbitrary: chain });

function toModel(units: readonly Unit[], version: string): SiteModel {
  return createTestModel({
    policy: { explain: EXPLAIN },
    equipment: units.map((it, at) => toEquipment(it, at, version)),
  });
}

function toEquipment(it: Unit, at: number, version: string): TestEquipment {
  const above = (medium: 'power' | 'water', other: number | null) =>
    other === null || other < 0 || (medium === 'power' && other >= at) || other === at
      ? {}
      : { [medium]: toId<EquipmentId>(`u${other}`) };
  return {
    id: `u${at}`,
    upstream: { ...above('power', it.power), ...above('water', it.water) },
    ...(it.parent !== null && it.parent < at && { parent: `u${it.parent}` }),
    // Sent when it changes: nothing is read again only because a cause has gone (hold-off, alarms.md B7).
    points: [{ name: `p${at}`, staleMs: null }],
    rules: [
      {
        id: `r${at}`,
        type: 'threshold',
        version,
        points: [`p${at}`],
        explains: it.explains,
        explainedBy: it.explainedBy,
        opensTicket: !it.isListedOnly,
        params: { point: `p${at}`, hi: { limit: 1 }, hihi: { limit: 2, severity: 'life-safety' } },
      },
    ],
  };
}

const value = fc.constantFrom<number | 'comm-loss'>(0, 0, 1.5, 1.5, 1.5, 2.5, 'comm-loss');
const TRANSITIONS: readonly (TransitionType | 'next')[] = ['next', 'next', 'take', 'cancel'];
const act = {
  feed: fc.record({
    do: fc.constant('feed' as const),
    values: fc.array(fc.tuple(fc.nat(SIZE - 1), value), { minLength: 1, maxLength: SIZE }),
  }),
  wait: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 250, max: 9_000 }) }),
  acknowledge: fc.record({ do: fc.constant('acknowledge' as const), at: fc.nat(SIZE - 1) }),
  ticket: fc.record({
    do: fc.constant('ticket' as const),
    at: fc.nat(3),
    type: fc.constantFrom(...TRANSITIONS),
  }),
  restart: fc.record({ do: fc.constant('restart' as const), ms: fc.nat(100_000), isOther: fc.boolean() }),
  clock: fc.record({
    do: fc.constant('clock' as const),
    ms: fc.integer({ min: -7_200_000, max: 7_200_000 }),
  }),
  commits: fc.record({ do: fc.constant('commits' as const), fail: fc.boolean() }),
};
const action = fc.oneof(
  { weight: 8, arbitrary: act.feed },
  { weight: 6, arbitrary: act.wait },
  { weight: 2, arbitrary: act.acknowledge },
  { weight: 4, arbitrary: act.ticket },
  { weight: 1, arbitrary: act.restart },
  { weight: 1, arbitrary: act.clock },
  { weight: 1, arbitrary: act.commits },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** A run of one building; what the checks need to know of its past. */
interface Run {
  readonly loop: TestLoop;
  readonly models: readonly [SiteModel, SiteModel];
  model: SiteModel;
  isFailing: boolean;
  startedMonoMs: number;
}

/** How often the runs reached what matters. */
const reached = {
  waiting: 0,
  explained: 0,
  settling: 0,
  released: 0,
  'alarm-explained': 0,
  'explained-by': 0,
  chain: 0,
};

test('every active alarm that asks for work is on a ticket, explained by a cause in sight, or within its time', () => {
  fc.assert(
    fc.property(
      building,
      building,
      fc.array(action, { minLength: 10, maxLength: 80 }),
      (first, second, actions) => {
        const models = [toModel(first, 'v1'), toModel(second, 'v2')] as const;
        const loop = createTestLoop(models[0]);
        const run: Run = {
          loop,
          models,
          model: models[0],
          isFailing: false,
          startedMonoMs: loop.clock.now().monoMs,
        };
        for (const step of actions) {
          attempt(run, step);
          loop.advance(LIMITS.sweepMs);
          if (!run.isFailing) check(run);
          for (const event of loop.announced()) count(event.split(' ').at(-1) ?? '');
        }
      },
    ),
    { seed: testSeed(), numRuns: testRuns(250) },
  );
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(0);
}, 60_000);

function count(what: string): void {
  if (what in reached) reached[what as keyof typeof reached] += 1;
}

function check({ loop, model, startedMonoMs }: Run): void {
  const now = loop.clock.now();
  const alarms = new Map(loop.alarms().map((alarm) => [alarm.key, alarm]));
  const upMs = now.monoMs - startedMonoMs;
  checkLinks(loop);
  for (const alarm of alarms.values()) {
    const rule = model.rules.find((it) => it.key === alarm.key);
    if (rule === undefined || !alarm.isActive) continue;
    if (!rule.opensTicket || alarm.severity === 'life-safety') expect(isHeld(alarm), alarm.key).toBe(false);
    if (!rule.opensTicket || alarm.ruleVersion !== rule.version) continue;
    if (!isHeld(alarm)) expect(isCarried(alarm, loop.tickets()), `${alarm.key} is on a ticket`).toBe(true);
    else if (alarm.ticketDueAtMs === null) checkExplained(alarm, alarms, loop, model);
    else checkTime(alarm, alarm.ticketDueAtMs, toCauses(model, rule, alarms), now.wallMs, upMs);
  }
}

/** Its ticket is open, or a person has cancelled it. */
function isCarried({ ticket }: Occurrence, tickets: readonly Ticket[]): boolean {
  const found = tickets.find(({ id }) => id === ticket);
  return ticket !== null && found?.stage !== 'closed';
}

function checkExplained(
  { key, explainedBy }: Occurrence,
  alarms: ReadonlyMap<string, Occurrence>,
  loop: TestLoop,
  model: SiteModel,
): void {
  const cause = alarms.get(explainedBy?.key ?? '');
  expect(cause?.id, `the cause of ${key}`).toBe(explainedBy?.occurrence);
  expect(cause !== undefined && isInSight(cause, alarms, loop, model, 0), `${key} has a cause in sight`).toBe(
    true,
  );
  if (cause?.explainedBy) count('chain');
}

function isInSight(
  cause: Occurrence,
  alarms: ReadonlyMap<string, Occurrence>,
  loop: TestLoop,
  model: SiteModel,
  depth: number,
): boolean {
  if (depth > SIZE || !cause.isActive || cause.blindSinceMs !== null) return false;
  const rule = model.rules.find((it) => it.key === cause.key);
  const hasOpen = loop.tickets().some((it) => it.id === cause.ticket && isTicketOpen(it));
  if (hasOpen || cause.acknowledged !== null || rule?.opensTicket === false) return true;
  const above = alarms.get(cause.explainedBy?.key ?? '');
  return (
    above?.id === cause.explainedBy?.occurrence &&
    above !== undefined &&
    isInSight(above, alarms, loop, model, depth + 1)
  );
}

/** Past its time an alarm waits only because points have not been read, or because a cause of it waits, too. */
function checkTime(
  { key, explainedBy }: Occurrence,
  dueAtMs: number,
  causes: readonly Occurrence[],
  nowMs: number,
  upMs: number,
): void {
  count(explainedBy === null ? 'waiting' : 'settling');
  expect(dueAtMs - nowMs, `${key} waits no longer than the policy says`).toBeLessThanOrEqual(
    EXPLAIN.settleMs,
  );
  expect(Math.min(nowMs - dueAtMs, upMs), `${key} waits not for ever`).toBeLessThan(LONGEST_MS);
  const mayEnd = upMs > LIMITS.bootGraceMs + LIMITS.sweepMs;
  if (!mayEnd || nowMs - dueAtMs < LIMITS.sweepMs) return;
  expect(
    causes.some((it) => isHeld(it)),
    `${key} waits past its time`,
  ).toBe(true);
}

/** The active causes of a rule, found by walking the register anew. */
function toCauses(
  model: SiteModel,
  rule: RuleDef,
  alarms: ReadonlyMap<string, Occurrence>,
): readonly Occurrence[] {
  return rule.explainedBy.flatMap((medium) => {
    const above = walk(model, rule.equipment, medium);
    return model.rules
      .filter((it) => above.has(it.equipment) && it.explains === medium)
      .flatMap((it) => alarms.get(it.key) ?? [])
      .filter((it) => it.isActive && it.blindSinceMs === null);
  });
}

/** All equipment above, with its parts: more than may decide, never less. */
function walk(model: SiteModel, from: EquipmentId, medium: Upstream): ReadonlySet<EquipmentId> {
  const found = new Set<EquipmentId>();
  const queue = [from];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const it = model.equipment.get(id);
    const next = [it?.upstream[medium], it?.parent].filter((each) => each !== undefined && each !== null);
    for (const each of next) {
      if (found.has(each)) continue;
      found.add(each);
      queue.push(each);
    }
  }
  for (const { id, parent } of model.equipment.values())
    if (parent !== null && found.has(parent)) found.add(id);
  return found;
}

/** One open ticket per alarm, and no alarm that a ticket shows differently from what it is. */
function checkLinks(loop: TestLoop): void {
  const owners = new Map<string, string>();
  for (const ticket of loop.tickets().filter(isTicketOpen)) {
    for (const key of new Set(ticket.alarms.map((alarm) => alarm.key))) {
      expect(owners.get(key), `second open ticket for ${key}`).toBeUndefined();
      owners.set(key, ticket.number);
    }
  }
  for (const alarm of loop.alarms()) {
    const ticket = loop.tickets().find((it) => it.id === alarm.ticket);
    if (ticket === undefined || !isTicketOpen(ticket)) continue;
    expect(ticket.alarms.find((it) => it.occurrence === alarm.id)?.isActive, alarm.key).toBe(alarm.isActive);
    expect(isHeld(alarm), `${alarm.key} is on an open ticket and waits for nothing`).toBe(false);
  }
}

function attempt(run: Run, step: Action): void {
  try {
    perform(run, step);
  } catch (error) {
    // Refusals are part of life; anything else is our own mistake.
    if (!(error instanceof RiserError)) throw error;
  }
}

function perform(run: Run, step: Action): void {
  const { loop, models } = run;
  switch (step.do) {
    case 'feed':
      return loop.feed(Object.fromEntries(step.values.map(([at, sample]) => [`p${at}`, sample])));
    case 'wait':
      return loop.advance(step.ms);
    case 'clock':
      loop.clock.stepWall(step.ms);
      return;
    case 'commits':
      run.isFailing = step.fail;
      return loop.failCommits(step.fail);
    case 'restart':
      run.model = models[step.isOther ? 1 : 0];
      loop.restart(step.ms, run.model);
      run.startedMonoMs = loop.clock.now().monoMs;
      return;
    case 'acknowledge': {
      const alarm = loop.alarms()[step.at];
      if (alarm) loop.command({ type: 'acknowledge-alarm', occurrence: alarm.id, by: 'desk', note: '' });
      return;
    }
    case 'ticket':
      return transit(loop, step.at, step.type);
    default:
      step satisfies never;
  }
}

function transit(loop: TestLoop, at: number, wanted: TransitionType | 'next'): void {
  const ticket = loop.tickets()[at];
  if (ticket === undefined) return;
  const type = wanted === 'next' ? (naturalNext(ticket, createTestPolicy()) ?? 'note') : wanted;
  const fields = {
    assignee: 'engineer',
    diagnosis: 'd',
    plan: 'p',
    result: 'r',
    opinion: 'o',
    reason: 'false-alarm',
    note: 'n',
  };
  const transition = {
    type,
    ...fields,
    how: type === 'visit' ? 'phone' : 'by-hand',
    isRepaired: true,
    isSatisfied: true,
  } as never;
  loop.command(toTicketCommand(ticket, transition));
}
