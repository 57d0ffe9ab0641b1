/** Ticket numbers. */
import { expect, test } from 'vitest';
import { toCounterName, toTicketNumber } from '../../src/tickets/number.ts';

test('a number carries the class, the date in the zone of the site and the serial of that day', () => {
  const lateEvening = Date.UTC(2026, 10, 20, 16, 30);
  const counter = toCounterName('engineering', lateEvening, 'Asia/Shanghai');
  expect(counter).toBe('ticket:GC20261121');
  expect(toTicketNumber(counter, 7)).toBe('GC20261121-0007');
});

test('the ten thousandth ticket of a day only makes the number longer', () => {
  expect(toTicketNumber('ticket:XF20261121', 10_000)).toBe('XF20261121-10000');
});
