/** Certificates (持证上岗): whom a ticket is not given to, who may not take it, and what never waits for paperwork. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Competence } from '../../src/tickets/competence.ts';
import { stepForm, stepTicket, type TicketStep } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import {
  COMPLETE,
  createActor,
  createAlarmTicket,
  createContext,
  createFreePolicy,
  DESK,
  refusalOf,
} from './fixtures.ts';

const LIFT: Policy['certificates'][number] = { match: {}, kind: 'lift', certificate: 'lift' };
const ROLE = ['desk', 'engineer'] as const;
const free = createFreePolicy();
const policyWith = (row: Policy['certificates'][number]): Policy => ({
  ...free,
  certificates: [row],
  actors: { ...free.actors, take: ROLE, transfer: ROLE },
  forms: [{ id: 'intake', name: { zh: '', en: '' }, match: {}, transitions: ['record', 'dispatch'] }],
});
const STATES: Readonly<Record<string, 'holds' | 'expired' | 'missing'>> = {
  gao: 'holds',
  sun: 'expired',
  wang: 'missing',
};
const competence: Competence = {
  kind: 'lift',
  isLifeSafety: false,
  stateOf: (username) => STATES[username] ?? null,
};
const urgent = (given: Partial<Ticket> = {}): Ticket =>
  createAlarmTicket({ stage: 'recorded', priority: 'urgent', takenBy: null, assignee: null, ...given });

function give(
  transition: Transition,
  ticket = urgent(),
  known: Competence | undefined = competence,
  row = LIFT,
  actor = DESK,
): TicketStep {
  return stepTicket(ticket, transition, actor, createContext({ policy: policyWith(row), competence: known }));
}

describe('somebody without the certificate', () => {
  test.for([
    ['dispatch', { type: 'dispatch', assignee: 'wang' }, 'recorded'],
    ['transfer', { type: 'transfer', assignee: 'wang', reason: 'ill' }, 'handling'],
  ] as const)('is not given it: %s', ([, transition, stage]) => {
    const refusal = refusalOf(() => give(transition, urgent({ stage })));
    expect(refusal).toMatchObject({
      code: 'missing-certificate',
      params: { person: 'wang', certificates: { zh: 'lift' }, rule: { zh: '持证上岗：电梯' } },
    });
  });

  test('may not take it, though the role it was given to may', () => {
    const dispatched = urgent({ stage: 'dispatched', assignee: 'engineer' });
    const take = (name: string) =>
      give(COMPLETE.take, dispatched, competence, LIFT, createActor(name, ['engineer']));
    expect(refusalOf(() => take('wang')).code).toBe('missing-certificate');
    expect(take('gao').ticket).toMatchObject({ takenBy: 'gao', banners: [] });
  });

  test('is not given it on a form either, and nothing of the form is done', () => {
    const context = createContext({ policy: policyWith(LIFT), competence });
    const fill = () =>
      stepForm(
        urgent({ stage: 'received' }),
        'intake',
        [COMPLETE.record, { type: 'dispatch', assignee: 'wang' }],
        DESK,
        context,
      );
    expect(refusalOf(fill).code).toBe('missing-certificate');
  });

  test('whose certificate has run out is told so', () => {
    const refusal = refusalOf(() => give({ type: 'dispatch', assignee: 'sun' }));
    expect(refusal.params).toMatchObject({
      certificates: { zh: 'lift（已过期）', en: 'lift (has run out)' },
    });
  });
});

test('whoever holds it gets it, and so does a role or group: whoever takes it is asked then', () => {
  for (const assignee of ['gao', 'engineer', 'lift-crew'])
    expect(give({ type: 'dispatch', assignee }).ticket).toMatchObject({ assignee, banners: [] });
});

test('it is asked for by kind and by what the row matches, and by nothing where nobody knows who holds it', () => {
  const wang: Transition = { type: 'dispatch', assignee: 'wang' };
  expect(give(wang, urgent(), { ...competence, kind: 'pump' }).ticket.assignee).toBe('wang');
  const fireOnly = { ...LIFT, match: { class: ['fire'] } } as const;
  expect(give(wang, urgent(), competence, fireOnly).ticket.assignee).toBe('wang');
  const context = createContext({ policy: policyWith(LIFT) });
  expect(stepTicket(urgent(), wang, DESK, context).ticket.assignee).toBe('wang');
});

describe('an emergency', () => {
  const wang: Transition = { type: 'dispatch', assignee: 'wang' };
  const emergency = urgent({ priority: 'emergency' });

  test('goes to whoever can go: what is missing is on the record and on the ticket', () => {
    const { ticket, events } = give(wang, emergency);
    expect(events[0]).toMatchObject({ type: 'dispatched', detail: { withoutCertificate: ['lift'] } });
    expect(ticket.banners).toMatchObject([{ kind: 'no-certificate' }]);
  });

  test('whose warning is over as soon as somebody has it who holds the certificate', () => {
    const warned = give(wang, emergency).ticket;
    const transfer: Transition = { type: 'transfer', assignee: 'gao', reason: 'certified' };
    expect(give(transfer, warned).ticket.banners).toEqual([]);
  });

  test('is refused all the same where the policy says so', () => {
    const strict = { ...LIFT, inEmergency: 'refuse' } as const;
    expect(refusalOf(() => give(wang, emergency, competence, strict)).code).toBe('missing-certificate');
  });

  test('of life safety never waits for paperwork, whatever the policy says', () => {
    const strict = { ...LIFT, inEmergency: 'refuse' } as const;
    const grave = { ...competence, isLifeSafety: true };
    expect(give(wang, emergency, grave, strict).ticket.assignee).toBe('wang');
    expect(give(wang, urgent(), grave, strict).ticket.assignee).toBe('wang');
    const entrapment = { liftCode: '', rescueLine: '', floor: '', people: null, steps: {} };
    expect(give(wang, urgent({ entrapment }), competence, strict).ticket.assignee).toBe('wang');
  });
});

test('a contractor’s people are their firm’s to answer for', () => {
  const given = urgent({
    stage: 'dispatched',
    assignee: 'wang',
    contractor: { user: 'wang', contact: null },
  });
  const { ticket } = give(COMPLETE.take, given, competence, LIFT, createActor('wang', ['engineer']));
  expect(ticket.takenBy).toBe('wang');
});
