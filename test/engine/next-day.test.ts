/** Work for the next working day goes to, and is told to, whoever is on duty then: not tonight's person, who has gone home by then. */
import { expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import { isWithinCalendar } from '../../src/core/calendar.ts';
import { type CalendarId, toId } from '../../src/core/ids.ts';
import { createEnginePeople } from '../../src/engine-people.ts';
import { createToMessages } from '../../src/notify/to-messages.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { assign, makeBook, makeRoster, member, ZONE } from '../people/fixtures.ts';
import { TEST_START_MS } from '../support/clock.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy } from '../support/random-tickets.ts';

const HOUR_MS = 3_600_000;
const WORKING = defined(defaultPolicy.calendars.get('working' as CalendarId), 'working time');
/** The clock of tests shows Saturday, 10:00: off hours. The next ones begin on Monday at 09:00. */
const MONDAY_9_MS = TEST_START_MS + 47 * HOUR_MS;
const PEOPLE = [
  member('li', ['desk']),
  member('chen', ['desk']),
  member('gao', ['engineer']),
  member('wang', ['engineer']),
];
const ROSTER = makeRoster([
  assign('2026-11-21', 'desk', 'day', 'li'),
  assign('2026-11-21', 'duty-engineer', 'day', 'gao'),
  assign('2026-11-23', 'desk', 'day', 'chen'),
  assign('2026-11-23', 'duty-engineer', 'day', 'wang'),
]);

function start(severity: 'low' | 'high') {
  const rule = { id: 'a', type: 'state', params: { in: [1] }, points: ['a'], faultKind: 'a' } as const;
  const pump = { id: 'p1', kind: 'pump', points: [{ name: 'a' }], rules: [{ ...rule, severity }] } as const;
  const model = createTestModel({ equipment: [pump], policy: { ...defaultPolicy, certificates: [] } });
  const duty = createDutyView(makeBook(ROSTER, PEOPLE));
  const channel = { id: 'inbox', kinds: null, roles: null, reachesContacts: false };
  const loop = createTestLoop(model, undefined, {
    people: createEnginePeople(() => duty, ZONE),
    toMessages: createToMessages({ duty: () => duty, channels: [channel], timeZone: ZONE }),
  });
  loop.feed({ a: 0 });
  loop.feed({ a: 1 });
  return loop;
}

test('the calendar of these tests is closed now, and opens on Monday', () => {
  expect(isWithinCalendar(WORKING, TEST_START_MS)).toBe(false);
  expect(isWithinCalendar(WORKING, MONDAY_9_MS - 1)).toBe(false);
  expect(isWithinCalendar(WORKING, MONDAY_9_MS)).toBe(true);
});

test('a low alarm of a Saturday is given to Monday’s engineer, and told to him then', () => {
  const loop = start('low');
  const [ticket] = loop.tickets();
  expect(ticket).toMatchObject({ stage: 'dispatched', attendance: 'next-working-day', assignee: 'wang' });
  const told = loop.messages.filter(({ kind }) => kind === 'assigned');
  expect(told.map(({ recipient, notBeforeMs }) => [recipient, notBeforeMs])).toEqual([['wang', MONDAY_9_MS]]);
  // The call belongs to whoever was there.
  expect(ticket?.firstReceiver).toBe('li');
});

test('what cannot wait goes to whoever is on duty now', () => {
  const loop = start('high');
  expect(loop.tickets()[0]).toMatchObject({ assignee: 'gao', equipment: toId('p1') });
  const told = loop.messages.filter(({ kind }) => kind === 'assigned');
  expect(told.map(({ recipient }) => recipient)).toEqual(['gao']);
});
