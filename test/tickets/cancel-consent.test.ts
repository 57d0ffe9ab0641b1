/**
 * A person's matter is not wiped by whoever is late with it: withdrawn it is with who agreed, how and when; a complaint, and what has
 * passed a limit, with the approval of somebody who does not answer for that limit.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { TicketClock } from '../../src/core/ticket-clock.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createActor,
  createContext,
  createFull,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  refusalOf,
  SUPERVISOR,
} from './fixtures.ts';

type Cancel = Transition & { readonly type: 'cancel' };

const NOW_MS = BASE_MS + HOUR_MS;
const AGREED = { agreedWith: 'source', how: 'phone', agreedAtMs: BASE_MS + MINUTE_MS } as const;

const late = (responsible: string): Partial<Ticket> => ({
  clocks: [{ id: 'record', breachedAtMs: BASE_MS, responsible } as TicketClock],
});

/** The desk may cancel under both, so that what is asked of it is what differs. */
function letDesk(policy: Policy): Policy {
  return { ...policy, actors: { ...policy.actors, cancel: ['desk', 'supervisor', 'reporter'] } };
}

describe.each([
  ['default', letDesk(defaultPolicy)],
  ['hospital', letDesk(hospitalPolicy)],
])('under the %s policy', (_name, policy) => {
  const cancel = (given: Partial<Cancel>, ticket: Partial<Ticket> = {}, actor = DESK) =>
    stepTicket(
      createFull({ stage: 'handling', class: 'help', source: 'owner-call', clocks: [], ...ticket }),
      { type: 'cancel', reason: 'withdrawn', note: '不修了', ...given },
      actor,
      createContext({ policy, nowMs: NOW_MS }),
    );
  const refused = (...args: Parameters<typeof cancel>) => refusalOf(() => cancel(...args));

  test('a withdrawal names who agreed, how and when, and all that is missing at once', () => {
    expect(refused({})).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'agreedWith, how, agreedAtMs' },
    });
    expect(refused({ agreedWith: 'source', how: 'phone' })).toMatchObject({
      params: { fields: 'agreedAtMs' },
    });
    const { ticket, events } = cancel(AGREED);
    expect(ticket.cancellation).toMatchObject({ reason: 'withdrawn', ...AGREED });
    expect(events[0]).toMatchObject({ type: 'cancelled', detail: AGREED });
  });

  test('a withdrawal was agreed on after the report and not ahead of now', () => {
    expect(refused({ ...AGREED, agreedAtMs: BASE_MS - 1 }).code).toBe('late-entry-order');
    expect(refused({ ...AGREED, agreedAtMs: NOW_MS + 1 }).code).toBe('late-entry-order');
  });

  test('who has reported it withdraws it himself without more', () => {
    const rob = createActor('rob', ['occupant']);
    expect(cancel({}, { reporter: 'rob' }, rob).ticket.stage).toBe('cancelled');
  });

  test.each([
    ['a complaint', 'withdrawn', { class: 'complaint' }],
    ['what has passed a limit', 'withdrawn', late('desk')],
    ['a report that was none, and late', 'false-alarm', late('desk-li')],
  ] as const)('%s is ended with an approver who is somebody else', (_what, reason, ticket) => {
    const step = { reason, ...AGREED };
    expect(refused(step, ticket)).toMatchObject({ code: 'missing-fields', params: { fields: 'approver' } });
    expect(refused({ ...step, approver: 'desk-li' }, ticket).code).toBe('own-approval');
    const { cancellation } = cancel({ ...step, approver: 'manager-he' }, ticket).ticket;
    expect(cancellation).toMatchObject({ reason, approver: 'manager-he' });
    // Whoever may approve does so by the step itself.
    expect(cancel(step, ticket, SUPERVISOR).ticket.stage).toBe('cancelled');
  });

  test('who answers for the limit that was passed approves nothing of it', () => {
    expect(refused(AGREED, late(SUPERVISOR.username), SUPERVISOR)).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'approver' },
    });
    expect(refused({ ...AGREED, approver: 'manager-he' }, late('manager-he'))).toMatchObject({
      code: 'value-not-allowed',
      params: { value: 'manager-he' },
    });
  });

  test('a report that was none, in time, and a drill ask for no approval', () => {
    expect(cancel({ reason: 'false-alarm' }).ticket.stage).toBe('cancelled');
    expect(cancel({}, { isDrill: true, ...late('desk') }).ticket.stage).toBe('cancelled');
  });
});
