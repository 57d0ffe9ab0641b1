/** Tickets of accounts that are closed: whose list they stand on then, and what of them is left alone. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { releaseTicket } from '../../src/tickets/release.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { BASE_MS, createContext, createFull, MINUTE_MS, PEOPLE, SUPERVISOR } from './fixtures.ts';

const NOW_MS = BASE_MS + MINUTE_MS;
const release = (ticket: Parameters<typeof releaseTicket>[0], ...closed: readonly string[]) =>
  releaseTicket(ticket, (name) => closed.includes(name), defaultPolicy, NOW_MS);

describe('the ticket of a closed account', () => {
  const { username } = PEOPLE.taker;

  test('goes to the first rung of the ladder, unsigned, and can be given on from there', () => {
    const step = release(createFull({ stage: 'handling' }), username);
    const { role } = defaultPolicy.escalation.ladder[0] ?? { role: null };
    expect(step?.ticket).toMatchObject({ assignee: role, takenBy: null, readBack: null, stage: 'handling' });
    expect(step?.events).toMatchObject([
      { type: 'transferred', by: 'gateway', detail: { from: username, reason: 'account-closed' } },
    ]);
    if (step === null) throw new Error('nothing was released');
    const transfer = { type: 'transfer', assignee: 'ann', reason: 'goes on' } as const;
    const given = stepTicket(step.ticket, transfer, SUPERVISOR, createContext());
    expect(given.ticket.assignee).toBe('ann');
    expect(release(step.ticket, username), 'nothing more hangs on it').toBeNull();
  });

  test('keeps its taker when only the person it was first meant for is gone', () => {
    expect(release(createFull({ stage: 'handling' }), PEOPLE.assignee.username)).toBeNull();
    const before = createFull({ stage: 'dispatched', takenBy: null });
    expect(release(before, PEOPLE.assignee.username)?.ticket.assignee).not.toBe(PEOPLE.assignee.username);
  });

  test('gets another first receiver, who follows it to its end', () => {
    const step = release(createFull({ stage: 'done' }), PEOPLE['first-receiver'].username);
    expect(step?.ticket).toMatchObject({ firstReceiver: 'supervisor', takenBy: username });
  });

  test('of a contractor stays with the firm, or with nobody', () => {
    const user = PEOPLE['its-contractor'].username;
    const contact = toId<never>('lift-maintainer');
    const firm = release(createFull({ stage: 'handling', contractor: { user, contact } }), user);
    expect(firm?.ticket.contractor).toEqual({ user: null, contact });
    const alone = release(createFull({ stage: 'handling', contractor: { user, contact: null } }), user);
    expect(alone?.ticket.contractor).toBeNull();
  });

  test.each(['closed', 'archived', 'cancelled', 'merged'] as const)('that is %s stays as it is', (stage) => {
    expect(release(createFull({ stage }), username, PEOPLE['first-receiver'].username)).toBeNull();
  });
});

test('the engine gives on all open tickets of closed accounts in one commit, and nothing where there are none', () => {
  const loop = createTestLoop(createTestModel({}));
  const desk = { username: 'desk', roles: ['desk'], groups: [] };
  for (const place of ['one', 'two', 'three']) {
    const { ticket } = loop.command({
      type: 'open-ticket',
      actor: desk,
      personal: null,
      ticket: {
        source: 'owner-call',
        channel: 'phone',
        class: 'help',
        priority: 'normal',
        impact: null,
        attendance: null,
        flow: null,
        content: 'No water',
        faultKind: null,
        equipment: null,
        location: null,
        place,
        contactName: '',
        contactMethod: '',
        appointment: null,
        slip: null,
        receivedAtMs: null,
      },
    });
    if (ticket === null) throw new Error('no ticket');
    const assignee = place === 'three' ? 'li' : 'wang';
    loop.command(toTicketCommand(ticket, { type: 'dispatch', assignee }));
  }
  loop.announced();
  const writes = loop.writes.length;
  loop.command({ type: 'release-tickets', usernames: ['nobody'] });
  expect(loop.writes).toHaveLength(writes);
  loop.command({ type: 'release-tickets', usernames: ['wang'] });
  expect(loop.announced().filter((said) => said.endsWith('transferred'))).toHaveLength(2);
  expect(loop.tickets().map(({ assignee }) => assignee)).toEqual(['supervisor', 'supervisor', 'li']);
  loop.restart(1_000);
  expect(loop.tickets().map(({ assignee }) => assignee)).toEqual(['supervisor', 'supervisor', 'li']);
});
