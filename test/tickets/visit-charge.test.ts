/** A return visit asks for repair, satisfaction and charge (service-workflow.md §2): what is disputed is not closed. */
import { expect, test } from 'vitest';
import { stepTicket } from '../../src/tickets/step.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { createContext, createFull, DESK } from './fixtures.ts';

test.each([
  [true, 'visited'],
  [false, 'rework'],
])('charge agreed %s: %s', (isChargeAgreed, stage) => {
  const ticket = createFull({ stage: 'accepted' });
  const visit = { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true, note: '多收费' } as const;
  const step = stepTicket(
    ticket,
    { ...visit, isChargeAgreed },
    DESK,
    createContext({ policy: defaultPolicy }),
  );
  expect(step.ticket.stage).toBe(stage);
});
