/** Names that people enter: tickets go to somebody who can take them, approvals come from somebody who may give them. */
import { describe, expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import type { ContactKind } from '../../src/core/duty.ts';
import { type ContactId, toId } from '../../src/core/ids.ts';
import { createEnginePeople } from '../../src/engine-people.ts';
import { createDutyView } from '../../src/people/duty.ts';
import type { TicketActor, Transition } from '../../src/tickets/transitions.ts';
import { assign, makeBook, makeRoster, member, ZONE } from '../people/fixtures.ts';
import { TEST_START_MS } from '../support/clock.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const STAFF = [
  member('li', ['desk']),
  member('wang', ['engineer'], { groups: ['night-crew'] }),
  member('gone', ['engineer', 'supervisor', 'foreman'], { isDisabled: true, groups: ['old-crew'] }),
  member('root', ['admin']),
  member('shen', ['auditor']),
  member('tan', ['foreman']),
  member('wu', ['supervisor']),
  member('sun', ['manager']),
  member('zhou', ['leader']),
  member('con', ['contractor'], { groups: ['firms'] }),
  member('exfirm', ['contractor'], { isDisabled: true }),
  member('owner', ['occupant']),
];
/** Stands in for security, whose role nobody holds by account. */
const ROSTER = {
  ...makeRoster([assign('2026-11-21', 'guard', 'day', 'wang')]),
  posts: [
    {
      id: 'guard',
      name: { zh: '岗', en: 'Gate' },
      role: 'security',
      group: null,
      calendar: null,
      isStandby: false,
    },
  ],
} as const;
const CONTACTS: Readonly<Record<string, ContactKind>> = {
  'lift-firm': 'maintainer',
  factory: 'supplier',
  grid: 'utility',
  colleague: 'internal',
  'plain-firm': 'internal',
  brigade: 'fire-brigade',
};

function start(isAsked = true): TestLoop {
  const rule = { type: 'state', params: { in: [1] }, severity: 'high', id: 'high' } as const;
  const smoke = { ...rule, id: 'smoke', severity: 'life-safety', class: 'fire', points: ['smoke'] } as const;
  const { incidents, actors } = createTestModel().policy;
  const base = createTestModel({
    policy: {
      incidents: { ...incidents, from: [{ class: ['fire'] }] },
      actors: { ...actors, link: [...actors.link, 'its-contractor'] },
    },
    equipment: [
      { id: 'pump', kind: 'pump', points: [{ name: 'p' }], rules: [{ ...rule, points: ['p'] }] },
      { id: 'panel', kind: 'fire-panel', points: [{ name: 'smoke' }], rules: [smoke] },
    ],
  });
  const name = { zh: '', en: '' };
  const contacts = new Map(
    Object.entries(CONTACTS).map(([id, kind]) => [
      toId(id),
      { id: toId(id), name, method: '', kind, phones: [], for: [] },
    ]),
  ) as unknown as typeof base.contacts;
  const duty = createDutyView(makeBook(ROSTER, STAFF));
  const people = isAsked ? { people: createEnginePeople(() => duty, ZONE) } : {};
  // Equipment names a contact without a kind as its contractor.
  const service = {
    serves: [],
    isolation: null,
    sparePart: null,
    warrantyUntil: null,
    contractor: toId<ContactId>('plain-firm'),
    isCommissioning: false,
  };
  const equipment = new Map(
    [...base.equipment].map(([id, it]) => [id, it.kind === 'fire-panel' ? { ...it, service } : it]),
  );
  const loop = createTestLoop({ ...base, contacts, equipment }, undefined, people);
  loop.feed({ p: 0, smoke: 0 });
  loop.feed({ p: 1 });
  return loop;
}

/** On the ticket of the pump. @returns code, field and name of the refusal; null = it was done */
function attempt(loop: TestLoop, transition: Transition): string | null {
  const before = defined(
    loop.tickets().find(({ equipment }) => equipment === 'pump'),
    'the ticket',
  );
  try {
    loop.command(toTicketCommand(before, transition, 'li'));
    return null;
  } catch (error) {
    expect(loop.tickets()).toContainEqual(before);
    const { code, params } = error as { code: string; params: Record<string, unknown> };
    return `${code} ${String(params['field'])} ${String(params['name'])}`;
  }
}

describe('a ticket goes to', () => {
  const given = (assignee: string): readonly Transition[] => [
    { type: 'dispatch', assignee },
    { type: 'transfer', assignee, reason: 'busy' },
  ];

  test.each(['wang', 'root', 'engineer', 'security', 'night-crew'])(
    '%s, who is there: an account, a role that somebody holds or stands in for, a group',
    (assignee) => {
      for (const step of given(assignee)) expect(attempt(start(), step)).toBeNull();
    },
  );

  test.each([
    'no-such-person',
    'gone',
    'con',
    'owner',
    'contractor',
    'occupant',
    'admin',
    'auditor',
    'shen',
    'lift-safety',
    'old-crew',
    'firms',
  ])('nobody called %s: it is refused and nothing has changed', (assignee) => {
    for (const step of given(assignee))
      expect(attempt(start(), step)).toBe(`unknown-person assignee ${assignee}`);
  });

  test('the account of the firm that has it already', () => {
    const loop = start();
    expect(attempt(loop, { type: 'give-contractor', user: 'con', note: '' })).toBeNull();
    expect(attempt(loop, { type: 'dispatch', assignee: 'con' })).toBeNull();
  });
});

describe('a contractor is', () => {
  test.each(['ghostcon', 'wang', 'exfirm', 'contractor'])('no account %s', (user) => {
    expect(attempt(start(), { type: 'give-contractor', user, note: '' })).toBe(`unknown-person user ${user}`);
  });

  test.each(['nobody', 'colleague', 'brigade'])('no contact %s', (name) => {
    const step: Transition = { type: 'give-contractor', contact: toId(name), note: '' };
    expect(attempt(start(), step)).toBe(`unknown-person contact ${name}`);
  });

  test.each(['lift-firm', 'factory', 'grid', 'plain-firm'])('a firm of the register: %s', (name) => {
    expect(attempt(start(), { type: 'give-contractor', contact: toId(name), note: '' })).toBeNull();
  });
});

describe('an approver', () => {
  const difficult = (approver: string): Transition => ({ type: 'set-difficult', approver, reason: 'r' });
  const wait = (approver: string): Transition => ({
    type: 'wait',
    reason: 'part',
    note: 'n',
    approver,
    estimatedAtMs: TEST_START_MS + 86_400_000,
  });

  test.each(['wu', 'sun', 'zhou'])('%s approves', (name) => {
    expect(attempt(start(), difficult(name))).toBeNull();
    expect(attempt(start(), wait(name))).toBeNull();
  });

  test('of waiting may be a foreman, of a difficult matter not', () => {
    expect(attempt(start(), wait('tan'))).toBeNull();
    expect(attempt(start(), difficult('tan'))).toBe('unknown-person approver tan');
  });

  test.each(['玉皇大帝', 'nobody-here', 'gone', 'wang', 'root', 'supervisor', 'con'])('is not %s', (name) => {
    expect(attempt(start(), difficult(name))).toBe(`unknown-person approver ${name}`);
    expect(attempt(start(), wait(name))).toBe(`unknown-person approver ${name}`);
  });
});

describe('a link to another ticket', () => {
  const link = (loop: TestLoop, ticket: string, actor?: TicketActor): string | null => {
    const before = defined(
      loop.tickets().find(({ equipment }) => equipment === 'pump'),
      'the ticket',
    );
    const command = toTicketCommand(before, { type: 'link', ticket: toId(ticket), kind: 'related' }, 'li');
    try {
      loop.command(actor === undefined ? command : { ...command, actor });
      return null;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  test('that there is not is refused, also from a firm that may not know of it', () => {
    const loop = start();
    loop.feed({ smoke: 1 });
    expect(link(loop, 'nope')).toBe('not-found');
    expect(attempt(loop, { type: 'give-contractor', user: 'con', note: '' })).toBeNull();
    const panel = defined(
      loop.tickets().find(({ equipment }) => equipment === 'panel'),
      'the ticket of the panel',
    );
    const firm: TicketActor = { username: 'con', roles: ['contractor'], groups: [] };
    expect(link(loop, panel.id, firm)).toBe('not-found');
    expect(link(loop, panel.id)).toBeNull();
    expect(loop.tickets().find(({ id }) => id === panel.id)?.links).toHaveLength(1);
  });
});

test('a commander is an account of the house', () => {
  const loop = start();
  loop.feed({ smoke: 1 });
  const ticket = defined(
    loop.tickets().find(({ equipment }) => equipment === 'panel'),
    'the ticket',
  );
  const grade = (commander: string, version: number) =>
    loop.command({
      type: 'incident',
      incident: defined(ticket.incident, 'the incident'),
      version,
      change: { type: 'grade', grade: 'major', nature: 'safety-accident', commander, reason: 'r' },
      by: 'li',
    }).incident;
  for (const name of ['ghost', 'gone', 'con', 'commander'])
    expect(() => grade(name, 1)).toThrow(expect.objectContaining({ code: 'unknown-person' }));
  expect(grade('sun', 1)).toMatchObject({ commander: 'sun', version: 2 });
});

test('where nobody is asked, any name will do', () => {
  expect(attempt(start(false), { type: 'dispatch', assignee: 'no-such-person' })).toBeNull();
});
