/** Work that is given to a firm: its account takes the steps, and for a firm without one the desk writes them down. */
import { describe, expect, test } from 'vitest';
import { type ContactId, toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { NO_SHEET } from '../../src/core/ticket-sheets.ts';
import { mayRead } from '../../src/tickets/actors.ts';
import type { Competence } from '../../src/tickets/competence.ts';
import { offeredTransitions } from '../../src/tickets/offers.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { TicketActor, Transition, TransitionType } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { COMPLETE, createActor, createContext, createFull, DESK, PEOPLE, refusalOf } from './fixtures.ts';

const LIFT_FIRM = toId<ContactId>('lift-firm');
const FIRM: Ticket['contractor'] = { user: null, contact: LIFT_FIRM };
const DUTY = createActor('duty-he', ['duty']);
const WAY = ['take', 'arrive', 'diagnose', 'plan', 'start', 'done'] as const satisfies TransitionType[];
/** Work in its warranty: nobody has to agree on it. */
const begin = (contractor: Ticket['contractor']): Ticket =>
  createFull({ flow: 'warranty', source: 'round', stage: 'dispatched', takenBy: null, contractor });

function lead(actor: TicketActor, contractor: Ticket['contractor']): Ticket {
  return WAY.reduce(
    (ticket, type) => stepTicket(ticket, COMPLETE[type], actor, createContext()).ticket,
    begin(contractor),
  );
}

test.each([
  ['the account of the firm', PEOPLE['its-contractor'], { user: 'con', contact: null }],
  ['the desk, for a firm without an account', DESK, FIRM],
  ['the duty person, who has the desk off hours', DUTY, FIRM],
] as const)('%s leads it from the signature to done', (_, actor, contractor) => {
  expect(lead(actor, contractor)).toMatchObject({ stage: 'done', takenBy: actor.username, contractor });
});

describe('the desk does not stand in', () => {
  test.each([
    ['for a firm that has an account', { user: 'con', contact: LIFT_FIRM }],
    ['where it was given to no firm', null],
  ] as const)('%s', (_, contractor) => {
    for (const type of ['take', 'arrive', 'diagnose'] as const) {
      const stage = ({ take: 'dispatched', arrive: 'taken', diagnose: 'on-site' } as const)[type];
      const ticket: Ticket = { ...begin(contractor), stage };
      expect(refusalOf(() => stepTicket(ticket, COMPLETE[type], DESK, createContext())).code).toBe(
        'not-your-step',
      );
    }
  });
});

describe('that a firm has come to people in a lift', () => {
  const arrived = { atMs: 1, by: 'desk', who: '吴师傅', firm: 'Lift Firm', phone: '8805', note: '' };
  const inside = (given: Partial<Ticket> = {}): Ticket => ({
    ...begin(FIRM),
    stage: 'taken',
    takenBy: DESK.username,
    entrapment: { ...NO_SHEET, people: 2 },
    ...given,
  });
  const arrive = (ticket: Ticket, actor: TicketActor = DESK) =>
    stepTicket(ticket, COMPLETE.arrive, actor, createContext()).ticket.stage;

  test('is not said from the desk before the sheet has who of it', () => {
    expect(refusalOf(() => arrive(inside()))).toMatchObject({
      code: 'missing-fields',
      params: { fields: expect.stringContaining('maintainer-arrived') },
    });
    const steps = { 'maintainer-arrived': arrived };
    expect(arrive(inside({ entrapment: { ...NO_SHEET, people: 2, steps } }))).toBe('on-site');
  });

  test('its own people say themselves, and a drill asks for nobody', () => {
    const account = { contractor: { user: 'con', contact: null }, takenBy: 'con' };
    expect(arrive(inside(account), PEOPLE['its-contractor'])).toBe('on-site');
    expect(arrive(inside({ isDrill: true }))).toBe('on-site');
  });
});

test('others of the house do not stand in for a firm either', () => {
  const engineer = createActor('zhao', ['engineer']);
  expect(refusalOf(() => stepTicket(begin(FIRM), COMPLETE.take, engineer, createContext())).code).toBe(
    'not-your-step',
  );
});

test.each([
  ['default', defaultPolicy, DESK],
  ['hospital', hospitalPolicy, DUTY],
] as const)('the %s policy offers it to who keeps the desk', (_, policy, actor) => {
  expect(offeredTransitions(begin(FIRM), actor, policy, null)).toContain('take');
  expect(offeredTransitions(begin(null), actor, policy, null)).not.toContain('take');
});

test('the firm answers for the certificates of its people, whoever is assigned for his own', () => {
  const certificates = [{ match: {}, kind: null, certificate: 'lift' }];
  const policy = { ...defaultPolicy, certificates } as typeof defaultPolicy;
  const competence: Competence = { kind: null, isLifeSafety: false, stateOf: () => 'missing' };
  const context = createContext({ policy, competence });
  expect(stepTicket(begin(FIRM), COMPLETE.take, DESK, context).ticket.takenBy).toBe('desk-li');
  const own = { ...begin(FIRM), assignee: 'desk-li' };
  expect(refusalOf(() => stepTicket(own, COMPLETE.take, DESK, context)).code).toBe('missing-certificate');
});

describe('a firm that has signed for it', () => {
  const CON: TicketActor = createActor('con', ['contractor']);
  const signed = (given: Partial<Ticket> = {}): Ticket => ({
    ...begin({ user: 'con', contact: null }),
    stage: 'taken',
    takenBy: 'con',
    readBack: 'lobby, water',
    ...given,
  });
  const givenBack = (ticket: Ticket, type: 'transfer' | 'dispatch' | 'give-contractor') => {
    const step =
      type === 'give-contractor' ? ({ type, note: 'the firm does not come' } as const) : COMPLETE[type];
    return stepTicket(ticket, step, DESK, createContext());
  };

  test.each([
    ['default', defaultPolicy],
    ['hospital', hospitalPolicy],
  ] as const)('does the work under the %s policy, and gives it to nobody else', (_, policy) => {
    const offered = offeredTransitions(signed(), CON, policy, null);
    expect(offered).toContain('arrive');
    for (const type of ['transfer', 'link', 'give-contractor', 'reclassify', 'merge'] as const)
      expect(offered).not.toContain(type);
  });

  test.each(['transfer', 'dispatch', 'give-contractor'] as const)(
    'has it no longer after %s, may not read it, and nothing more is offered to it',
    (type) => {
      const { ticket, events } = givenBack(signed(), type);
      expect(ticket).toMatchObject({ contractor: null, takenBy: null, readBack: null });
      expect(ticket.assignee).not.toBe('con');
      const named = events.find((event) => event.type === 'contractor-set');
      expect(named?.detail['from']).toEqual({ user: 'con', contact: null });
      expect(mayRead(ticket, CON)).toBe(false);
      expect(offeredTransitions(ticket, CON, defaultPolicy, null)).toEqual([]);
    },
  );

  test('keeps it where it is transferred to the firm itself, or to another of the house before the firm has signed', () => {
    const toFirm = { ...COMPLETE.transfer, assignee: 'con' } as Transition;
    const contractor = { user: 'con', contact: null };
    expect(stepTicket(signed(), toFirm, DESK, createContext()).ticket.contractor).toEqual(contractor);
    expect(givenBack(signed({ takenBy: null }), 'transfer').ticket.contractor).toEqual(contractor);
  });

  test('known by an account that is not named on the ticket gives it up as well', () => {
    const ticket = signed({ contractor: FIRM, takenBy: 'zhang-of-firm', assignee: 'zhang-of-firm' });
    const context = createContext({ isContractor: (name) => name === 'zhang-of-firm' });
    const step = { type: 'give-contractor', note: 'closed down' } as const;
    const after = stepTicket(ticket, step, DESK, context).ticket;
    expect(after).toMatchObject({ contractor: null, takenBy: null, assignee: 'supervisor' });
  });

  test('makes room for another firm, which signs for itself', () => {
    const step = { type: 'give-contractor', user: 'con-2', note: 'the maker comes' } as const;
    const after = stepTicket(signed(), step, DESK, createContext()).ticket;
    expect(after).toMatchObject({ contractor: { user: 'con-2', contact: null }, takenBy: null });
  });
});

test('nothing is withdrawn from nobody, and not without a reason', () => {
  const withdraw = (ticket: Ticket, note: string) => () =>
    stepTicket(ticket, { type: 'give-contractor', note }, DESK, createContext());
  expect(refusalOf(withdraw(begin(null), 'why')).code).toBe('missing-fields');
  expect(refusalOf(withdraw(begin(FIRM), ' ')).params['fields']).toBe('note');
  expect(withdraw(begin(FIRM), 'they went bankrupt')().ticket.contractor).toBeNull();
});
