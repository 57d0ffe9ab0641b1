/** Waits that an earlier version stored without an end: they get one, which the record shows, and end by it. */
import { expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import { sweepTicket, toSweepDueMs } from '../../src/tickets/sweep.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { BASE_MS, createFull, HOUR_MS, withClocks } from './fixtures.ts';

const DAY_MS = 24 * HOUR_MS;

/** As the older version wrote it: `untilMs` null, and by its guard an estimate, or none where the policy asked for none. */
function createOld(estimatedAtMs: number | null): Ticket {
  const row = { reason: 'part', note: 'seal', approver: 'boss-wu', sinceMs: BASE_MS, untilMs: null } as const;
  const waiting = { ...row, from: 'handling' } as const;
  const stored = createFull({ stage: 'waiting', waiting, estimatedAtMs });
  return withClocks(JSON.parse(JSON.stringify(stored)) as Ticket, defaultPolicy, BASE_MS);
}
const sweep = (ticket: Ticket, nowMs: number) => {
  expect(toSweepDueMs(ticket, defaultPolicy)).toBeLessThanOrEqual(nowMs);
  return sweepTicket(ticket, defaultPolicy, nowMs);
};

test.each([
  ['its estimate', BASE_MS + 2 * DAY_MS, BASE_MS + HOUR_MS, BASE_MS + 2 * DAY_MS],
  ['a week, where nobody said when it would be done', null, BASE_MS + HOUR_MS, BASE_MS + 7 * DAY_MS],
])('an old wait without an end gets %s', (_what, estimatedAtMs, nowMs, untilMs) => {
  const step = sweep(createOld(estimatedAtMs), nowMs);
  expect(step?.ticket).toMatchObject({ stage: 'waiting', waiting: { untilMs } });
  expect(step?.events[0]).toMatchObject({
    type: 'noted',
    by: 'gateway',
    detail: { reason: 'wait-without-end', untilMs },
  });
  const ended = sweepTicket(step?.ticket as Ticket, defaultPolicy, untilMs);
  expect(ended?.ticket).toMatchObject({ stage: 'handling', waiting: null });
});

test('one whose end is long over goes on from now, not from then: nobody could know of it', () => {
  const nowMs = BASE_MS + 30 * DAY_MS;
  const step = sweep(createOld(BASE_MS + DAY_MS), nowMs);
  expect(step?.events.map(({ type }) => type).slice(0, 2)).toEqual(['noted', 'resumed']);
  expect(step?.ticket).toMatchObject({ stage: 'handling', stageSinceMs: nowMs });
});
