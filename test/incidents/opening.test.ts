/** Which ticket begins an incident, which joins one that lasts, and what an incident is when it opens. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LocationId, toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { findIncident, joinIncident, openIncident } from '../../src/incidents/step.ts';
import { testSeed } from '../support/seed.ts';
import {
  BEGAN_MS,
  begin,
  HOUR_MS,
  MADE,
  MINUTE_MS,
  MODEL,
  makeModel,
  makePlan,
  makeTicket,
  POLICY,
} from './fixtures.ts';

const { joinMs } = POLICY.incidents;

function find(open: readonly Incident[], ticket: Ticket, nowMs = BEGAN_MS + MINUTE_MS): Incident | null {
  const ticketsOf = ({ tickets }: Incident): readonly Ticket[] => tickets.flatMap((id) => MADE.get(id) ?? []);
  return findIncident(open, ticket, MODEL, POLICY, nowMs, () => false, ticketsOf);
}

describe('an incident that opens', () => {
  test.each([
    ['panel-a', 'fire', 'safety-accident'],
    ['lift-1', 'entrapment', 'facility-failure'],
    ['lift-1-door', 'entrapment', 'facility-failure'],
    ['board-1', 'other', 'facility-failure'],
  ])('with %s is of kind %s and nature %s', (equipment, kind, nature) => {
    expect(begin(makeTicket(equipment))).toMatchObject({ kind, nature, equipment });
  });

  test('without equipment is what its class says', () => {
    expect(begin(makeTicket(null, { class: 'fire' }))).toMatchObject({ kind: 'fire' });
    const security = begin(makeTicket(null, { class: 'security' }));
    expect(security).toMatchObject({ kind: 'other', nature: 'safety-accident' });
    expect(security).not.toHaveProperty('equipment');
  });

  test('is numbered by the day of the site, open, ordinary and without a commander', () => {
    const days: string[] = [];
    const nextNumber = (day: string): number => days.push(day) + 8;
    // 02:00 on the 23rd in Shanghai, the 22nd in UTC.
    const nowMs = Date.UTC(2026, 8, 22, 18, 0, 0);
    const step = openIncident(makeTicket('panel-a'), { model: MODEL, policy: POLICY, nextNumber }, nowMs);
    expect(step?.incident).toMatchObject({
      id: 'SJ20260923-09',
      number: 'SJ20260923-09',
      version: 1,
      grade: 'ordinary',
      verdict: 'open',
      phase: 'first-handling',
      commander: null,
      endedAtMs: null,
    });
    expect(days).toEqual(['SJ20260923']);
    expect(step?.events.map(({ type, by }) => [type, by])).toEqual([['opened', 'gateway']]);
  });

  test('counts its two hours from the receipt, also when it is entered later', () => {
    expect(begin(makeTicket('panel-a'), MODEL, BEGAN_MS + HOUR_MS)).toMatchObject({
      beganAtMs: BEGAN_MS,
      reportDueAtMs: BEGAN_MS + 2 * HOUR_MS,
      lastAtMs: BEGAN_MS + HOUR_MS,
    });
  });

  test('that was entered later is not of now: a fire of now is one of its own, with its own two hours', () => {
    const enteredAtMs = BEGAN_MS + 3 * HOUR_MS;
    const late = makeTicket('panel-a', {
      marks: [{ type: 'received', atMs: BEGAN_MS, stage: 'received', enteredAtMs }],
    });
    const incident = begin(late, MODEL, enteredAtMs);
    expect(incident).toMatchObject({ beganAtMs: BEGAN_MS, lastAtMs: BEGAN_MS });
    const fire = makeTicket('panel-a', { receivedAtMs: enteredAtMs + MINUTE_MS });
    expect(find([incident], fire, enteredAtMs + MINUTE_MS)).toBeNull();
    expect(begin(fire).reportDueAtMs).toBe(enteredAtMs + MINUTE_MS + 2 * HOUR_MS);
    // Nor does the past go onto what lasts now; what happened while that lasted does, and makes it last no longer.
    const present = begin(fire, MODEL, enteredAtMs + MINUTE_MS);
    expect(find([present], late, enteredAtMs + 2 * MINUTE_MS)).toBeNull();
    const same = { ...late, receivedAtMs: BEGAN_MS + joinMs };
    expect(find([incident], same, enteredAtMs + HOUR_MS)).toBe(incident);
    const joined = joinIncident(incident, same, POLICY, enteredAtMs, 'gateway', BEGAN_MS).incident;
    expect(joined.lastAtMs).toBe(BEGAN_MS);
  });

  test('in a drill is a test from the beginning', () => {
    expect(begin(makeTicket('panel-a', { isDrill: true }))).toMatchObject({ isDrill: true, verdict: 'test' });
  });

  test('shows the plan of its kind, whose nature it takes', () => {
    const plans = [makePlan('fire-plan', { nature: 'natural-disaster' })];
    expect(begin(makeTicket('panel-a'), makeModel({ plans }))).toMatchObject({
      plan: 'fire-plan',
      nature: 'natural-disaster',
    });
    expect(begin(makeTicket('board-1'), makeModel({ plans })).plan).toBeNull();
  });

  test('does so only where the policy says so', () => {
    const ticket = makeTicket('panel-a', { priority: 'urgent' });
    const context = { model: MODEL, policy: POLICY, nextNumber: () => 1 };
    expect(openIncident(ticket, context, BEGAN_MS)).toBeNull();
    expect(find([begin()], ticket)).toBeNull();
  });
});

describe('a further ticket', () => {
  const fire = begin();

  test.each([
    ['another zone of the building', makeTicket('panel-a', { location: toId('a-shaft') }), true],
    ['another panel of the same building', makeTicket('panel-b', { location: toId('a-room') }), true],
    ['another building', makeTicket('panel-b'), false],
    ['a place that nobody knows', makeTicket(null, { class: 'fire' }), false],
    ['a lift of the building', makeTicket('lift-1'), false],
    ['a drill', makeTicket('panel-a', { isDrill: true }), false],
  ])('of %s: whether it belongs to the fire', (_name, ticket, isSame) => {
    expect(find([fire], ticket)).toBe(isSame ? fire : null);
  });

  test('of another lift is another incident, also in the same shaft', () => {
    const first = begin(makeTicket('lift-1'));
    expect(find([first], makeTicket('lift-2'))).toBeNull();
    expect(find([first], makeTicket('lift-1'))).toBe(first);
    expect(find([first], makeTicket('lift-1-door', { location: toId('a-shaft') }))).toBe(first);
  });

  test('that somebody tells of is not of what another tells of in the same room, nor of another class', () => {
    const place = { location: toId<LocationId>('a-room'), source: 'owner-call' } as const;
    const gas = begin(makeTicket(null, { ...place, content: { zh: '煤气味', en: '' } }));
    expect(find([gas], makeTicket(null, { ...place, class: 'security' }))).toBeNull();
    expect(find([gas], makeTicket(null, place))).toBeNull();
    const board = begin(makeTicket('board-1'));
    expect(find([board], makeTicket('board-1', { class: 'security', source: 'owner-call' }))).toBeNull();
    expect(find([board], makeTicket('board-1', { source: 'owner-call' }))).toBe(board);
  });

  test('of anything else joins in the same room, where both are alarms', () => {
    const failure = begin(makeTicket('board-1'));
    expect(find([failure], makeTicket('pump-1'))).toBe(failure);
    expect(find([failure], makeTicket('pump-1', { location: toId('a-roof') }))).toBeNull();
    const unknown = begin(makeTicket(null));
    expect(find([unknown], makeTicket(null))).toBeNull();
  });

  test('of what people report from one place is another: the verdict on one says nothing of the other', () => {
    const room = toId<LocationId>('a-room');
    const reported = { source: 'owner-call', location: room } as const;
    const gas = begin(makeTicket(null, reported));
    expect(find([gas], makeTicket(null, { ...reported, class: 'security' }))).toBeNull();
    expect(find([gas], makeTicket('pump-1', { location: room }))).toBe(gas);
  });

  test('joins within the policy’s time of the last one, which it carries on', () => {
    expect(find([fire], makeTicket('panel-a'), BEGAN_MS + joinMs)).toBe(fire);
    expect(find([fire], makeTicket('panel-a'), BEGAN_MS + joinMs + 1)).toBeNull();
    const later = joinIncident(fire, makeTicket('panel-a'), POLICY, BEGAN_MS + joinMs).incident;
    expect(find([later], makeTicket('panel-a'), BEGAN_MS + 2 * joinMs)).toBe(later);
  });

  test.each([
    ['open', {}, true],
    ['confirmed', { verdict: 'confirmed' }, true],
    ['a false alarm', { verdict: 'false-alarm' }, false],
    ['a test', { verdict: 'test' }, false],
    ['over', { verdict: 'confirmed', endedAtMs: BEGAN_MS }, false],
  ] satisfies readonly (readonly [string, Partial<Incident>, boolean])[])(
    'is not hidden by one that is none or over: %s',
    (_name, given, isJoined) => {
      const incident = { ...fire, ...given };
      expect(find([incident], makeTicket('panel-a'))).toBe(isJoined ? incident : null);
    },
  );

  test('of a drill joins the drill', () => {
    const drill = begin(makeTicket('panel-a', { isDrill: true }));
    expect(find([fire, drill], makeTicket('panel-a', { isDrill: true }))).toBe(drill);
    expect(find([drill], makeTicket('panel-a'))).toBeNull();
  });
});

/** Where the tickets of random days come from: two buildings, two lifts in one shaft, nothing known. */
const course = fc.array(
  fc.record({
    afterMs: fc.oneof(fc.constant(0), fc.nat(joinMs), fc.nat(3 * joinMs)),
    equipment: fc.constantFrom('panel-a', 'panel-b', 'lift-1', 'lift-2', 'board-1', 'pump-1', null),
    isDrill: fc.boolean(),
    place: fc.option(fc.constantFrom('a-room', 'a-shaft', 'b-room'), { nil: undefined, freq: 3 }),
  }),
  { minLength: 1, maxLength: 30 },
);

const BUILDING: Readonly<Record<string, string>> = { 'a-room': 'a', 'a-shaft': 'a', 'b-room': 'b' };

test('whatever happens: each ticket is on one incident, and no incident mixes buildings, lifts, or drills', () => {
  fc.assert(
    fc.property(course, (steps) => {
      let nowMs = BEGAN_MS;
      const incidents = new Map<string, Incident>();
      const byId = new Map<string, Ticket>();
      const times = new Map<string, number>();
      for (const { afterMs, equipment, isDrill, place } of steps) {
        nowMs += afterMs;
        const at = place === undefined ? {} : { location: toId<LocationId>(place) };
        const ticket = makeTicket(equipment, { isDrill, receivedAtMs: nowMs, ...at });
        byId.set(ticket.id, ticket);
        times.set(ticket.id, nowMs);
        const found = find([...incidents.values()], ticket, nowMs);
        const context = { model: MODEL, policy: POLICY, nextNumber: () => incidents.size + 1 };
        const step =
          found === null ? openIncident(ticket, context, nowMs) : joinIncident(found, ticket, POLICY, nowMs);
        if (step !== null) incidents.set(step.incident.id, step.incident);
      }
      const all = [...incidents.values()];
      expect(all.flatMap(({ tickets }) => tickets).sort()).toEqual([...byId.keys()].sort());
      for (const { kind, tickets: ids } of all) {
        const tickets = ids.map((id) => byId.get(id) as Ticket);
        expect(new Set(tickets.map(({ isDrill }) => isDrill)).size).toBe(1);
        const gaps = ids
          .slice(1)
          .map((id, index) => (times.get(id) ?? 0) - (times.get(ids[index] ?? '') ?? 0));
        for (const gap of gaps) expect(gap).toBeLessThanOrEqual(joinMs);
        if (kind === 'entrapment') expect(new Set(tickets.map((it) => it.equipment)).size).toBe(1);
        if (kind === 'fire' && ids.length > 1)
          expect(new Set(tickets.map((it) => BUILDING[it.location ?? ''] ?? 'unknown')).size).toBe(1);
      }
    }),
    { seed: testSeed(), numRuns: 300 },
  );
});

test('whatever happens: two fires of one building within the time are one incident', () => {
  const near = fc.record({
    firstPlace: fc.constantFrom('a-room', 'a-shaft', 'a-roof'),
    secondPlace: fc.constantFrom('a-room', 'a-shaft', 'a-roof'),
    gapMs: fc.nat(joinMs),
  });
  fc.assert(
    fc.property(near, ({ firstPlace, secondPlace, gapMs }) => {
      const first = begin(makeTicket('panel-a', { location: toId(firstPlace) }));
      const second = makeTicket('panel-a', { location: toId(secondPlace) });
      expect(find([first], second, BEGAN_MS + gapMs)).toBe(first);
    }),
    { seed: testSeed(), numRuns: 100 },
  );
});
