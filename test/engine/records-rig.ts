/** A ticket on which people have typed wherever something can be typed, each time other words; and the store that it ends up in. */
import { defined } from '../../src/core/assert.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { HistoryEntry, Write } from '../../src/store/store.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { type OpenedStore, openTestStore } from '../store/support/open.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createFreePolicy, PHOTO } from '../tickets/fixtures.ts';

/** Stands in all of them and nowhere else. */
export const SECRET = '隐私词';

export interface RecordsRig {
  readonly loop: TestLoop;
  /** Opens a ticket of the equipment with words of its own. */
  open(): Ticket;
  step(ticket: Ticket, transition: Transition): Ticket;
  /** From the report to the archive. */
  live(): Ticket;
  /** New words. */
  words(): string;
}

export function createRecordsRig(): RecordsRig {
  const policy = createFreePolicy({ reopenMs: 0, proof: [], duplicateMs: 0, ownAcceptance: [{}] });
  const loop = createTestLoop(createTestModel({ equipment: [{ id: 'pump' }], policy }));
  let count = 0;
  const words = () => `${SECRET}${++count}号`;
  const step = (ticket: Ticket, transition: Transition): Ticket => {
    loop.advance(1_000);
    const now = defined(
      loop.tickets().find(({ id }) => id === ticket.id),
      'the ticket',
    );
    return defined(loop.command(toTicketCommand(now, transition, 'desk-li')).ticket, 'the ticket');
  };
  const open = (): Ticket => {
    const ticket = {
      class: 'engineering',
      source: 'owner-call',
      channel: 'phone',
      content: words(),
      place: words(),
      location: null,
      equipment: 'pump' as never,
      contactName: '',
      contactMethod: '',
      faultKind: null,
      priority: 'normal',
      impact: null,
      attendance: null,
      flow: null,
      appointment: null,
      slip: null,
      receivedAtMs: null,
    } as const;
    const actor = { username: 'desk-li', roles: ROLE_NAMES, groups: [] };
    return defined(loop.command({ type: 'open-ticket', actor, personal: null, ticket }).ticket, 'the ticket');
  };
  const live = (): Ticket =>
    toLife(words, loop.clock.now().wallMs).reduce((ticket, transition) => step(ticket, transition), open());
  return { loop, open, step, live, words };
}

function toLife(words: () => string, nowMs: number): readonly Transition[] {
  const later = nowMs + 3_600_000;
  const materials = [{ name: words(), quantity: 1, unit: words() }];
  return [
    { type: 'dispatch', assignee: 'ann', note: words() },
    { type: 'take', readBack: words() },
    { type: 'arrive', how: 'by-hand' },
    { type: 'diagnose', diagnosis: words() },
    { type: 'plan', plan: words(), workInstruction: words() },
    {
      type: 'agree',
      agreedBy: words(),
      workingTime: words(),
      impact: words(),
      protection: words(),
      cooperation: words(),
    },
    { type: 'start' },
    { type: 'note', note: words() },
    { type: 'urge', note: words() },
    { type: 'escalate', reason: words() },
    { type: 'answer', note: words() },
    { type: 'contact', how: 'phone', note: words() },
    { type: 'set-difficult', approver: 'boss', reason: words() },
    { type: 'appoint', fromMs: later, toMs: later + 1 },
    { type: 'estimate', atMs: later, note: words() },
    { type: 'wait', reason: 'part', note: words(), approver: 'boss' },
    { type: 'resume' },
    { type: 'correct', field: 'diagnosis', value: words(), reason: words() },
    { type: 'correct', field: 'content', value: words(), reason: words() },
    { type: 'attach', attachment: { ...PHOTO, name: words() } },
    {
      type: 'done',
      result: words(),
      handler: words(),
      testResult: words(),
      materials,
      outsideControl: words(),
    },
    { type: 'correct', field: 'result', value: words(), reason: words() },
    { type: 'accept', opinion: words(), manualReading: words() },
    { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true, isChargeAgreed: true, note: words() },
    { type: 'close' },
    { type: 'archive' },
  ];
}

/** Everything that the loop has written so far, in a store of its own. */
export async function storeAll(writes: readonly Write[]): Promise<OpenedStore> {
  const opened = await openTestStore();
  await opened.store.commit({ writes });
  return opened;
}

/** Every part that can be redacted, with its words. */
export function toTypedList(history: readonly HistoryEntry[]) {
  return history.flatMap(({ event = 0, typed = [], detail }) =>
    typed.map((field) => ({ event, field, detail })),
  );
}
