/** The proposal of an assignee: what outweighs what, and that its reasons are told. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { chooseAssignee, proposeAssignee, type TicketFacts } from '../../src/people/assignee.ts';
import { createDutyView } from '../../src/people/duty.ts';
import type { StaffMember } from '../../src/people/staff-book.ts';
import { assign, makeBook, makeRoster, member, PLACES, SATURDAY_3AM, ZONE } from './fixtures.ts';

const AT = { atMs: SATURDAY_3AM, timeZone: ZONE };
const POLICY: Pick<Policy, 'certificates' | 'staff'> = {
  staff: {
    approvers: ['supervisor'],
    waitApprovers: ['supervisor'],
    undoBreaches: ['supervisor'],
    contractorDesk: ['desk'],
    workers: ['engineer', 'duty'],
  },
  certificates: [
    { match: {}, kind: 'lift', certificate: 'lift' },
    { match: { class: ['fire'] }, kind: null, certificate: 'fire-control' },
  ],
};
const FACTS: TicketFacts = {
  kind: 'pump',
  system: 'water',
  location: null,
  assignee: 'engineer',
  settings: { class: 'engineering' },
  isLifeSafety: false,
};
const engineer = (name: string, more: Partial<StaffMember> = {}) => member(name, ['engineer'], more);
const water = { specialities: ['water'] };

function propose(
  people: readonly StaffMember[],
  facts: Partial<TicketFacts> = {},
  load: readonly [string, number][] = [],
  onDuty: readonly string[] = [],
) {
  const roster = makeRoster(onDuty.map((name) => assign('2026-11-27', 'duty-engineer', 'night', name)));
  const duty = createDutyView(makeBook(roster, people));
  return proposeAssignee({ ...FACTS, ...facts }, duty, new Map(load), POLICY, AT);
}

const order = (proposal: ReturnType<typeof propose>): readonly string[] =>
  proposal.candidates.map(({ person }) => person.username);

test('whoever is on duty comes before the right trade off duty', () => {
  const people = [engineer('a-plumber', water), engineer('b-other', { specialities: ['power'] })];
  expect(order(propose(people, {}, [], ['b-other']))).toEqual(['b-other', 'a-plumber']);
});

test('of those on duty the right trade comes first, then who says none, then another trade', () => {
  const people = [engineer('a', { specialities: ['power'] }), engineer('b'), engineer('c', water)];
  expect(order(propose(people, {}, [], ['a', 'b', 'c']))).toEqual(['c', 'b', 'a']);
});

test('among equals the place decides, then the fewest open tickets, then the name', () => {
  const people = [engineer('a'), engineer('b'), engineer('c', { areas: [PLACES.b1] })];
  const proposal = propose(people, { location: PLACES.room }, [
    ['a', 2],
    ['b', 1],
  ]);
  expect(order(proposal)).toEqual(['c', 'b', 'a']);
  expect(order(propose(people))[0]).toBe('a');
});

test('who lacks the certificate of the kind is never the best, and the reason says so', () => {
  const holds = { certificates: [{ kind: 'lift', number: '1', validTo: '2026-11-28' }] };
  const ran = { certificates: [{ kind: 'lift', number: '1', validTo: '2026-11-27' }] };
  const people = [engineer('a-without'), engineer('b-expired', ran), engineer('c-holder', holds)];
  const proposal = propose(people, { kind: 'lift', system: 'lift' }, [], ['a-without', 'b-expired']);
  expect(proposal.best?.person.username).toBe('c-holder');
  expect(proposal.candidates.map(({ isFit, reasons }) => [isFit, reasons[0]?.zh])).toEqual([
    [true, '持证 lift'],
    [false, '无证书 lift'],
    [false, '证书 lift 已过期'],
  ]);
});

test('where nobody of the named role holds the certificate, colleagues who do are asked; contractors are not', () => {
  const holds = { certificates: [{ kind: 'lift', number: '1', validTo: '2027-11-28' }] };
  const people = [
    engineer('a'),
    member('keeper', ['lift-safety'], holds),
    member('firm', ['contractor'], holds),
  ];
  const lift = { kind: 'lift', system: 'lift' } as const;
  expect(propose(people, lift).best?.person.username).toBe('keeper');
  expect(order(propose(people, lift))).toEqual(['keeper', 'a']);
  expect(order(propose([...people, engineer('b', holds)], lift))).toEqual(['b', 'a']);
});

test('in an emergency, in which a certificate is only warned of, the colleague who holds it is proposed first all the same', () => {
  const holds = { certificates: [{ kind: 'lift', number: '1', validTo: '2027-11-28' }] };
  const people = [engineer('a'), member('keeper', ['lift-safety'], holds)];
  const lift = { kind: 'lift', system: 'lift', isLifeSafety: true } as const;
  expect(order(propose(people, lift, [], ['a']))).toEqual(['keeper', 'a']);
});

test('an account that is named like its role is not taken for the person: colleagues with the certificate are asked', () => {
  const holds = { certificates: [{ kind: 'lift', number: '1', validTo: '2027-11-28' }] };
  const people = [engineer('engineer'), member('keeper', ['lift-safety'], holds)];
  const lift = { kind: 'lift', system: 'lift', isLifeSafety: true } as const;
  expect(order(propose(people, lift, [], ['engineer']))).toEqual(['keeper', 'engineer']);
});

test('a certificate by class is asked for whatever the kind', () => {
  expect(propose([engineer('a')], { settings: { class: 'fire' } }).best).toBeNull();
  expect(propose([engineer('a')]).best?.person.username).toBe('a');
});

test('without a route, or with one that names nobody, those who work on tickets are looked at', () => {
  const people = [engineer('a'), member('b', ['duty']), member('c', ['leader'])];
  expect(order(propose(people, { assignee: null }))).toEqual(['a', 'b']);
  expect(order(propose(people, { assignee: 'no-such-group' }))).toEqual(['a', 'b']);
});

test('nobody at all is no proposal', () => {
  expect(propose([], { assignee: null })).toEqual({ best: null, candidates: [] });
});

test('the reasons name standing, trade, place and load in both languages', () => {
  const [first] = propose(
    [engineer('a', { ...water, areas: [PLACES.b1] })],
    { location: PLACES.b1 },
    [['a', 3]],
    ['a'],
  ).candidates;
  expect(first?.reasons.map(({ zh }) => zh)).toEqual([
    '当值',
    '专业对口：生活给水',
    '负责该区域',
    '在办工单 3 张',
  ]);
  expect(first?.reasons.map(({ en }) => en)).toEqual([
    'on duty',
    'trade: Domestic water',
    'responsible for the area',
    '3 open tickets',
  ]);
});

describe('the gateway gives it', () => {
  const lift = { kind: 'lift', system: 'lift' } as const;
  const holds = { certificates: [{ kind: 'lift', number: '1', validTo: '2026-11-28' }] };
  function choose(
    people: readonly StaffMember[],
    facts: Partial<TicketFacts> = {},
    onDuty: readonly string[] = [],
    policy = POLICY,
    load: readonly [string, number][] = [],
  ) {
    const roster = makeRoster(onDuty.map((name) => assign('2026-11-27', 'duty-engineer', 'night', name)));
    const duty = createDutyView(makeBook(roster, people));
    return chooseAssignee({ ...FACTS, ...facts }, duty, new Map(load), policy, AT);
  }
  const emergency = { settings: { class: 'engineering', priority: 'emergency' } } as const;

  test('to the proposed one of a role who is on duty, the least loaded among equals', () => {
    expect(choose([engineer('a'), engineer('b')], {}, ['b'])).toBe('b');
    expect(choose([engineer('a'), engineer('b')], {}, ['a', 'b'], POLICY, [['a', 1]])).toBe('b');
  });

  test('to the role as before where nobody of it is on duty or stand-by', () => {
    expect(choose([engineer('a'), engineer('b')])).toBe('engineer');
    expect(choose([])).toBe('engineer');
  });

  test('to the person whom the register names, on duty or not; not to a disabled account', () => {
    const people = [engineer('a'), engineer('boss')];
    expect(choose(people, { assignee: 'boss' }, ['a'])).toBe('boss');
    expect(choose([engineer('a'), engineer('boss', { isDisabled: true })], { assignee: 'boss' }, ['a'])).toBe(
      'a',
    );
    expect(choose([engineer('boss', { isDisabled: true })], { assignee: 'boss' })).toBeNull();
  });

  test('to the best of a role, also where an account is named like it', () => {
    const people = [engineer('engineer', holds), engineer('b', holds)];
    expect(choose(people, lift, ['b'])).toBe('b');
  });

  test('to nobody without the certificate: to another who holds it, else the desk decides', () => {
    const people = [engineer('a'), engineer('b', holds)];
    expect(choose(people, lift, ['a', 'b'])).toBe('b');
    expect(choose(people, { ...lift, assignee: 'a' }, ['b'])).toBe('b');
    expect(choose(people, { ...lift, assignee: 'a' })).toBeNull();
    expect(choose([engineer('a')], lift, ['a'])).toBeNull();
    // Somebody of the role holds it, and none is there: all of them are told.
    expect(choose(people, lift, ['a'])).toBe('engineer');
  });

  test('in an emergency to whoever is there, with the certificate first, unless the policy refuses it', () => {
    const people = [engineer('a'), engineer('b', holds)];
    expect(choose(people, { ...lift, ...emergency }, ['a', 'b'])).toBe('b');
    expect(choose(people, { ...lift, ...emergency }, ['a'])).toBe('a');
    const strict: typeof POLICY = {
      ...POLICY,
      certificates: [{ match: {}, kind: 'lift', certificate: 'lift', inEmergency: 'refuse' }],
    };
    expect(choose([engineer('a')], { ...lift, ...emergency }, ['a'], strict)).toBeNull();
    expect(choose([engineer('a')], { ...lift, ...emergency, isLifeSafety: true }, ['a'], strict)).toBe('a');
  });

  test('to the desk what no row of the table names', () => {
    expect(choose([engineer('a')], { assignee: null }, ['a'])).toBeNull();
  });
});
