/** What a confirmed contact is on the ticket: asked for, given once, lost with another number, kept in the record. */
import { describe, expect, test } from 'vitest';
import { toPersonalFields } from '../../src/store/personal.ts';
import { confirmContact } from '../../src/tickets/confirm-contact.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { BASE_MS, createContext, createFreePolicy, createFull, DESK, refusalOf } from './fixtures.ts';

const PERSON = {
  id: null,
  name: { zh: '王', en: 'Wang' },
  method: '13812340000',
  personal: 'p/1',
  isConfirmed: false,
};
const CALL = { how: 'call-back', note: '' } as const;
const fields = (method: string) => toPersonalFields('王', method, '0'.repeat(32));

describe('a contact', () => {
  const ticket = createFull({ stage: 'recorded', contact: PERSON });

  test('is confirmed with one event that holds nothing personal', () => {
    const step = confirmContact(ticket, { ...CALL, note: 'rang' }, 'desk-li', defaultPolicy, BASE_MS);
    expect(step?.ticket).toMatchObject({ version: ticket.version + 1, contact: { isConfirmed: true } });
    expect(step?.events).toMatchObject([
      {
        type: 'contact-confirmed',
        by: 'desk-li',
        detail: { how: 'call-back', personal: 'p/1', note: 'rang' },
      },
    ]);
    expect(JSON.stringify(step?.events[0]?.detail)).not.toContain(PERSON.method);
  });

  test('that is confirmed already stays as it is', () => {
    const confirmed = { ...ticket, contact: { ...PERSON, isConfirmed: true } };
    expect(confirmContact(confirmed, CALL, 'desk-li', defaultPolicy, BASE_MS)).toBeNull();
  });

  test.each([
    ['of the register', { stage: 'recorded', contact: { ...PERSON, personal: null } }, 'contact-missing'],
    ['nobody asks for', { stage: 'recorded', contact: { ...PERSON, isConfirmed: null } }, 'contact-missing'],
    ['of a closed ticket', { stage: 'closed', contact: PERSON }, 'wrong-stage'],
    ['of an archived ticket', { stage: 'archived', contact: PERSON }, 'wrong-stage'],
  ] as const)('%s is refused', (_what, given, code) => {
    const of = createFull(given);
    expect(refusalOf(() => confirmContact(of, CALL, 'desk-li', defaultPolicy, BASE_MS)).code).toBe(code);
  });

  test('has to be confirmed anew with another number, not with another name', () => {
    const confirmed = createFull({ stage: 'handling', contact: { ...PERSON, isConfirmed: true } });
    const correct = (field: 'contactName' | 'contactMethod', method: string) =>
      stepTicket(
        confirmed,
        { type: 'correct', field, value: method, reason: 'slip of the pen' },
        DESK,
        createContext({ policy: createFreePolicy(), personal: fields(method) }),
      ).ticket.contact;
    expect(correct('contactMethod', '13900000000')).toMatchObject({ isConfirmed: false });
    expect(correct('contactName', PERSON.method)).toMatchObject({ isConfirmed: true });
    const asked = { ...confirmed, contact: { ...PERSON, isConfirmed: null } };
    const change = { type: 'correct', field: 'contactMethod', value: '1', reason: 'r' } as const;
    const context = createContext({ policy: createFreePolicy(), personal: fields('1') });
    expect(stepTicket(asked, change, DESK, context).ticket.contact.isConfirmed).toBeNull();
  });
});

describe('through the engine', () => {
  const REPORT: NewTicket = {
    source: 'owner-call',
    channel: 'form',
    class: 'help',
    priority: null,
    impact: null,
    attendance: null,
    flow: null,
    content: 'No water',
    faultKind: null,
    equipment: null,
    location: null,
    place: '803',
    contactName: '王',
    contactMethod: PERSON.method,
    appointment: null,
    slip: null,
    receivedAtMs: null,
  };
  const visitor = { username: 'visitor-1', roles: ['occupant'], groups: [] };

  function open() {
    const loop = createTestLoop(createTestModel({}));
    const { ticket } = loop.command({
      type: 'open-ticket',
      actor: visitor,
      ticket: REPORT,
      personal: fields(PERSON.method),
      isContactConfirmed: false,
    });
    if (ticket === null) throw new Error('no ticket');
    return { loop, ticket };
  }

  test('the report begins unconfirmed, and the confirmation is stored, told and outlasts a restart', () => {
    const { loop, ticket } = open();
    expect(ticket.contact.isConfirmed).toBe(false);
    loop.announced();
    loop.command({ type: 'confirm-contact', ticket: ticket.id, version: null, ...CALL, by: 'visitor-1' });
    expect(loop.announced()).toEqual([`${ticket.number} contact-confirmed`]);
    loop.restart(1_000);
    expect(loop.tickets()[0]?.contact.isConfirmed).toBe(true);
  });

  test('one of two who act at once is told, and nothing is stored of it', () => {
    const { loop, ticket } = open();
    loop.command(toTicketCommand(ticket, { type: 'note', note: 'rings back later' }));
    const writes = loop.writes.length;
    const confirm = { type: 'confirm-contact', ticket: ticket.id, ...CALL, by: 'desk' } as const;
    expect(refusalOf(() => loop.command({ ...confirm, version: ticket.version })).code).toBe(
      'version-conflict',
    );
    expect(loop.writes).toHaveLength(writes);
    loop.command({ ...confirm, version: ticket.version + 1 });
    const settled = loop.writes.length;
    loop.command({ ...confirm, version: null });
    expect(loop.writes, 'a second time changes nothing').toHaveLength(settled);
  });
});
