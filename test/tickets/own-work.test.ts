/** Whoever has done the work of a round does not accept it, whatever else he is; where the policy lets him, the record says so. */
import { describe, expect, test } from 'vitest';
import { toBarred } from '../../src/config/own-acceptance.ts';
import type { Policy } from '../../src/config/policy.ts';
import { fromPolicyDoc, type PolicyDoc, toPolicyDoc } from '../../src/config/policy-doc.ts';
import type { ContactId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { toTicketWords } from '../../src/store/sqlite/ticket-text.ts';
import { stepForm, stepTicket } from '../../src/tickets/step.ts';
import type { TicketActor, Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { COMPLETE, createContext, createFreePolicy, createFull, refusalOf } from './fixtures.ts';

/** A foreman of a night shift: he does the work, and the policy lets supervisors accept. */
const BOTH: TicketActor = { username: 'lao-zhou', roles: ['supervisor', 'area-manager', 'desk'], groups: [] };
const OTHER: TicketActor = { ...BOTH, username: 'boss-wu' };

const PUMP: Partial<Ticket> = {
  source: 'equipment-alarm',
  flow: 'public-area',
  class: 'engineering',
  priority: 'normal',
  stage: 'dispatched',
  assignee: BOTH.username,
  takenBy: null,
  contractor: null,
};
const ROUND: Partial<Ticket> = { ...PUMP, source: 'round' };
const WORK = [
  COMPLETE.take,
  COMPLETE.arrive,
  COMPLETE.diagnose,
  COMPLETE.plan,
  COMPLETE.start,
  { ...COMPLETE.done, handler: BOTH.username } as Transition,
];

function take(ticket: Ticket, step: Transition, actor: TicketActor, policy: Policy = defaultPolicy) {
  return stepTicket(ticket, step, actor, createContext({ policy }));
}

/** Done by this person from the signature to the result. */
function workThrough(given: Partial<Ticket>, actor: TicketActor, policy: Policy = defaultPolicy): Ticket {
  return WORK.reduce((ticket, step) => take(ticket, step, actor, policy).ticket, createFull(given));
}

describe('a matter that the policy does not list', () => {
  test('is not accepted by whoever has done the work, but by another of the same role', () => {
    const done = workThrough(PUMP, BOTH);
    expect(refusalOf(() => take(done, COMPLETE.accept, BOTH))).toMatchObject({ code: 'own-work' });
    const { ticket, events } = take(done, COMPLETE.accept, OTHER);
    expect(ticket.acceptance).toMatchObject({ by: OTHER.username });
    expect(ticket.acceptance).not.toHaveProperty('isOwnWork');
    expect(events[0]?.detail).not.toHaveProperty('isOwnWork');
  });

  test('is not accepted by one who gave it on after he had begun, nor by whom the form names as handler', () => {
    const begun = WORK.slice(0, 3).reduce(
      (ticket, step) => take(ticket, step, BOTH).ticket,
      createFull(PUMP),
    );
    const given = take(begun, { type: 'transfer', assignee: 'ben', reason: 'end of shift' }, BOTH).ticket;
    const ben: TicketActor = { username: 'ben', roles: [], groups: [] };
    const own = [COMPLETE.take, ...WORK.slice(3, 5)];
    const rest = own.reduce((ticket, step) => take(ticket, step, ben).ticket, given);
    const named = { ...COMPLETE.done, handler: ` ${OTHER.username} ` } as Transition;
    const done = take(rest, named, ben).ticket;
    for (const one of [BOTH, OTHER, { ...ben, roles: ['supervisor'] }])
      expect(refusalOf(() => take(done, COMPLETE.accept, one)).code).toBe('own-work');
    expect(toBarred(done, defaultPolicy).toSorted()).toEqual(
      ['ben', OTHER.username, BOTH.username].toSorted(),
    );
  });

  test('is refused on a short form as well, and nothing of the form is kept', () => {
    const done = workThrough(PUMP, BOTH);
    const steps = [COMPLETE.accept, COMPLETE.visit];
    const context = createContext();
    expect(refusalOf(() => stepForm(done, 'acceptance', steps, BOTH, context)).code).toBe('own-work');
    expect(stepForm(done, 'acceptance', steps, OTHER, context).ticket.stage).toBe('visited');
  });

  test('is accepted by who did the round before, when others have done this one', () => {
    const failed = take(workThrough(PUMP, BOTH), COMPLETE.reject, OTHER).ticket;
    expect(failed.workedBy).toEqual([]);
    const again = workThrough({ ...failed, stage: 'dispatched', assignee: OTHER.username }, OTHER);
    expect(refusalOf(() => take(again, COMPLETE.accept, OTHER)).code).toBe('own-work');
    // The form of `done` has named him handler: he has worked on this round too.
    expect(again.workedBy).toContain(BOTH.username);
    const clean = { ...again, workedBy: [OTHER.username] };
    expect(take(clean, COMPLETE.accept, BOTH).ticket.stage).toBe('accepted');
  });
});

describe('a firm', () => {
  const FIRM = 'lift-firm' as ContactId;
  const policy = createFreePolicy({
    actors: { ...defaultPolicy.actors, accept: ['contractor', 'supervisor'] },
  });

  test('does not accept what it was given, whoever of its people signs', () => {
    const done = createFull({ ...PUMP, stage: 'done', contractor: { user: null, contact: FIRM } });
    const colleague: TicketActor = { username: 'con-2', roles: ['contractor'], groups: [], firm: FIRM };
    expect(refusalOf(() => take(done, COMPLETE.accept, colleague, policy)).code).toBe('own-work');
    const stranger = { ...colleague, firm: 'other-firm' as ContactId };
    expect(take(done, COMPLETE.accept, stranger, policy).ticket.stage).toBe('accepted');
  });

  test('without an account has its work written down by a desk that has not done it', () => {
    const given = { ...PUMP, assignee: 'lift-safety', contractor: { user: null, contact: FIRM } };
    const named = { ...COMPLETE.done, handler: 'Mr Gao of the firm' } as Transition;
    const done = [...WORK.slice(0, -1), named].reduce(
      (ticket, step) => take(ticket, step, BOTH).ticket,
      createFull(given),
    );
    expect(done.workedBy).toEqual(['Mr Gao of the firm']);
    expect(take(done, COMPLETE.accept, BOTH).ticket.acceptance).not.toHaveProperty('isOwnWork');
  });
});

describe('a matter that the policy lists', () => {
  test('is accepted by its handler, and ticket, record and search say so', () => {
    const { ticket, events } = take(workThrough(ROUND, BOTH), COMPLETE.accept, BOTH);
    expect(ticket.acceptance).toMatchObject({ by: BOTH.username, isOwnWork: true });
    expect(ticket.banners.map(({ kind }) => kind)).toContain('own-acceptance');
    expect(events[0]).toMatchObject({ type: 'accepted', by: BOTH.username, detail: { isOwnWork: true } });
    const plain = toTicketWords({ ...ticket, acceptance: null }).result;
    expect(toTicketWords(ticket).result).not.toBe(plain);
    // What fails later is a new round: nobody has accepted that.
    const back = take(ticket, COMPLETE.reject, OTHER).ticket;
    expect([back.acceptance, back.banners.map(({ kind }) => kind)]).toEqual([null, []]);
  });

  test('is marked only where it was the handler', () => {
    const { ticket } = take(workThrough(ROUND, BOTH), COMPLETE.accept, OTHER);
    expect(ticket.banners).toEqual([]);
  });

  test('is a matter of the house that is neither grave nor somebody else’s; in the hospital there is none', () => {
    expect(defaultPolicy.ownAcceptance).toEqual([{ source: ['round', 'maintenance'], priority: ['normal'] }]);
    expect(hospitalPolicy.ownAcceptance).toEqual([]);
    const urgent = workThrough({ ...ROUND, priority: 'urgent' }, BOTH);
    expect(refusalOf(() => take(urgent, COMPLETE.accept, BOTH)).code).toBe('own-work');
  });

  test('is everything under a version from before the rule: tickets keep what they were opened under', () => {
    const { ownAcceptance: _none, ...doc } = toPolicyDoc(defaultPolicy);
    const old = fromPolicyDoc(JSON.parse(JSON.stringify(doc)) as PolicyDoc);
    const done = workThrough(PUMP, BOTH, old);
    expect(take(done, COMPLETE.accept, BOTH, old).ticket.acceptance).toMatchObject({ isOwnWork: true });
  });
});
