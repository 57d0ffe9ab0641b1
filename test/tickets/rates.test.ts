/** How often one person urges a ticket or puts files on it: so many within a span of the policy, and told when it goes on. */
import { describe, expect, test } from 'vitest';
import type { AttachmentId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { TicketActor, Transition } from '../../src/tickets/transitions.ts';
import {
  BASE_MS,
  createActor,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  MINUTE_MS,
  PHOTO,
  refusalOf,
} from './fixtures.ts';

const policy = createFreePolicy({ perPerson: { urges: 2, uploads: 3, withinMs: 60 * MINUTE_MS } });
const OTHER = createActor('desk-he', ['desk']);

function step(ticket: Ticket, transition: Transition, minutes: number, actor: TicketActor = DESK): Ticket {
  const nowMs = BASE_MS + minutes * MINUTE_MS;
  return stepTicket(ticket, transition, actor, createContext({ policy, nowMs })).ticket;
}
const urge = (ticket: Ticket, minutes: number, actor?: TicketActor): Ticket =>
  step(ticket, { type: 'urge', note: 'when?' }, minutes, actor);
const upload = (ticket: Ticket, minutes: number, actor: TicketActor = DESK): Ticket => {
  const id = `file-${actor.username}-${minutes}` as AttachmentId;
  const attachment = { ...PHOTO, id, by: actor.username, atMs: BASE_MS + minutes * MINUTE_MS };
  return step(ticket, { type: 'attach', attachment }, minutes, actor);
};

describe('urging', () => {
  test('is refused from the third within the hour, and says when it goes on', () => {
    const twice = urge(urge(createFull({ attachments: [] }), 1), 20);
    expect(refusalOf(() => urge(twice, 40))).toMatchObject({
      code: 'urge-limited',
      params: { max: 2, minutes: 60, until: new Date(BASE_MS + 61 * MINUTE_MS).toISOString() },
    });
    expect(refusalOf(() => urge(twice, 61)).code, 'to the very end').toBe('urge-limited');
    const later = urge(twice, 62);
    expect([later.urges, refusalOf(() => urge(later, 63)).code]).toEqual([3, 'urge-limited']);
  });

  test('is counted by person and by ticket', () => {
    const twice = urge(urge(createFull({ attachments: [] }), 1), 2);
    expect(urge(twice, 3, OTHER).urges).toBe(3);
    expect(urge(createFull({ attachments: [] }), 3).urges).toBe(1);
  });

  test('is counted by when it was said here, whatever time a late entry names', () => {
    const twice = urge(urge(createFull({ attachments: [] }), 1), 2);
    const nowMs = BASE_MS + 30 * MINUTE_MS;
    const context = createContext({ policy, nowMs, occurredAtMs: twice.stageSinceMs });
    const late = (ticket: Ticket) => stepTicket(ticket, { type: 'urge', note: 'when?' }, DESK, context);
    expect(refusalOf(() => late(twice)).code).toBe('urge-limited');
  });

  test('leaves no list that grows', () => {
    let ticket = createFull({ attachments: [] });
    for (let at = 0; at < 40; at++) ticket = urge(ticket, 1 + at * 31);
    expect(ticket.urges).toBe(40);
    expect(ticket.recentUrges?.length).toBeLessThanOrEqual(2);
  });

  test('on a ticket from before the rule begins at none', () => {
    const { recentUrges: _none, ...old } = createFull({ attachments: [] });
    expect(urge(old, 1).urges).toBe(1);
  });
});

describe('files', () => {
  test('are refused from the fourth within the hour, and another person may go on', () => {
    const three = [1, 2, 3].reduce((ticket, at) => upload(ticket, at), createFull({ attachments: [] }));
    expect(refusalOf(() => upload(three, 30))).toMatchObject({
      code: 'upload-limited',
      params: { max: 3, minutes: 60, until: new Date(BASE_MS + 61 * MINUTE_MS).toISOString() },
    });
    expect(upload(three, 30, OTHER).attachments).toHaveLength(4);
    expect(upload(three, 62).attachments).toHaveLength(4);
  });
});
