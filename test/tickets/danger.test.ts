/**
 * While somebody could be hurt a ticket is not put off and not made less of, whoever reported it; and who is found in a lift after
 * the release was written down is in it.
 */
import { describe, expect, test } from 'vitest';
import type { Incident } from '../../src/core/incident.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { arePeopleOut, NO_SHEET } from '../../src/core/ticket-sheets.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createAlarm,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  NORMAL,
  refusalOf,
  SUPERVISOR,
  withClocks,
} from './fixtures.ts';

const FIRE = { by: 'li', atMs: BASE_MS, how: 'on-site', cause: null, steps: {} } as const;
const REAL = { ...FIRE, verdict: 'real' } as const;
const NONE = { ...FIRE, verdict: 'false-alarm', cause: 'smoke of a kitchen' } as const;
const DONE = { atMs: BASE_MS, by: 'li', who: 'li', note: '' };
const OUT = { ...REAL, steps: { extinguished: DONE } } as const;
const TRAPPED = { ...NO_SHEET, floor: '7', people: 3 };
const RELEASED = { ...TRAPPED, steps: { released: DONE } };
const STANDS = [createAlarm({ severity: 'life-safety' })];
const RETURNED = [createAlarm({ severity: 'life-safety', ...NORMAL })];

function incident(kind: Incident['kind'], verdict: Incident['verdict'] = 'open', isEnded = false): Incident {
  return {
    id: 'SJ-1',
    number: 'SJ-1',
    kind,
    verdict,
    isDrill: false,
    grade: 'ordinary',
    endedAtMs: isEnded ? BASE_MS : null,
    reports: [],
  } as unknown as Incident;
}

const WAIT: Transition = {
  type: 'wait',
  reason: 'part',
  note: 'a bulb',
  approver: 'foreman',
  untilMs: BASE_MS + 24 * HOUR_MS,
};
const LOWER: Transition = { type: 'reclassify', priority: 'normal', reason: 'not so bad' };
const LATER: Transition = { type: 'reclassify', attendance: 'next-working-day', reason: 'tomorrow' };
const ELSE: Transition = { type: 'reclassify', class: 'engineering', priority: 'normal', reason: 'no fire' };

function codeOf(step: () => unknown): string {
  try {
    step();
    return 'let';
  } catch {
    return refusalOf(step).code;
  }
}

const CASES: readonly [string, Partial<Ticket>, Incident | null, string][] = [
  ['people in the lift', { entrapment: TRAPPED }, incident('entrapment'), 'missing-fields'],
  ['nobody knows how many', { entrapment: NO_SHEET }, incident('entrapment'), 'missing-fields'],
  ['they are out', { entrapment: RELEASED }, incident('entrapment'), 'let'],
  ['a fire alarm that nobody has looked at', { class: 'fire', alarms: STANDS }, null, 'value-not-allowed'],
  ['a real fire whose alarm stands', { alarms: STANDS, fire: REAL }, null, 'value-not-allowed'],
  // A panel is reset, a detector burns: of a real fire people say when it is out.
  ['a real fire whose alarm has returned', { alarms: RETURNED, fire: REAL }, null, 'value-not-allowed'],
  ['the same, out', { alarms: RETURNED, fire: OUT }, null, 'let'],
  ['a real fire that is out, its detector not reset', { alarms: STANDS, fire: OUT }, null, 'let'],
  ['a detector that was a false alarm', { alarms: STANDS, fire: NONE }, null, 'let'],
  ['a fire that somebody rang about', {}, incident('fire'), 'value-not-allowed'],
  ['the same, of class fire', { class: 'fire' }, null, 'value-not-allowed'],
  ['it is real', { fire: REAL }, incident('fire', 'confirmed'), 'value-not-allowed'],
  ['it is out', { fire: OUT }, incident('fire', 'confirmed'), 'let'],
  ['its incident has ended', { fire: REAL }, incident('fire', 'confirmed', true), 'let'],
  ['it was none', { fire: NONE }, incident('fire', 'false-alarm'), 'let'],
  ['a real fire, in a drill', { fire: REAL, isDrill: true }, incident('fire'), 'let'],
];

describe.each([
  ['waits', WAIT],
  ['is lowered', LOWER],
  ['is attended to later', LATER],
  ['is called something else', ELSE],
])('an emergency %s', (_name, transition) => {
  test.each(CASES)('%s', (_what, given, its, expected) => {
    const ticket = createFull({
      stage: 'handling',
      priority: 'emergency',
      attendance: 'emergency',
      ...given,
    });
    const context = createContext({ nowMs: BASE_MS, incident: its });
    expect(codeOf(() => stepTicket(ticket, transition, SUPERVISOR, context))).toBe(expected);
  });
});

test('gas that nobody has looked into does not wait; what was judged may', () => {
  const ticket = createFull({ stage: 'handling', priority: 'emergency' });
  const wait = (its: Incident) =>
    codeOf(() => stepTicket(ticket, WAIT, SUPERVISOR, createContext({ nowMs: BASE_MS, incident: its })));
  expect(wait(incident('other'))).toBe('value-not-allowed');
  expect(wait(incident('other', 'confirmed'))).toBe('let');
});

test('whoever rings about a fire that is none any more: lowered with its reason, and those who were told are told', () => {
  const ticket = createFull({ stage: 'handling', priority: 'emergency', fire: NONE });
  const { events } = stepTicket(ticket, LOWER, SUPERVISOR, createContext({ nowMs: BASE_MS }));
  expect(events.find(({ type }) => type === 'reclassified')?.detail).toMatchObject({
    from: { priority: 'emergency' },
  });
});

describe.each([
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
])('people who are found in the lift after their release was written down, %s policy', (_name, policy) => {
  const free = createFreePolicy({ clocks: policy.clocks, report: policy.report });
  const act = (ticket: Ticket, given: object, minute: number) =>
    stepTicket(
      ticket,
      { type: 'entrapment', ...given },
      DESK,
      createContext({ policy: free, nowMs: BASE_MS + minute * MINUTE_MS }),
    );
  const begin = (): Ticket =>
    withClocks(
      createFull({ stage: 'handling', priority: 'emergency', attendance: 'emergency', entrapment: null }),
      free,
      BASE_MS,
    );
  const released = (): Ticket => {
    const told = act(begin(), { people: 3, floor: '7' }, 1).ticket;
    return act(told, { step: 'released' }, 10).ticket;
  };
  const timed = free.clocks.filter(({ start }) => start.includes('entrapment')).map(({ id }) => id);
  const isTimed = ({ clocks }: Ticket): boolean =>
    timed.every((id) => clocks.some((clock) => clock.id === id && clock.stoppedAtMs === null));

  test('more than were thought are inside: asked, timed and reported anew', () => {
    const before = released();
    expect(isTimed(before)).toBe(false);
    const { ticket, events } = act(before, { people: 4, note: 'one more' }, 12);
    expect(arePeopleOut(ticket.entrapment ?? NO_SHEET)).toBe(false);
    expect(ticket.entrapment?.voided).toMatchObject([{ by: DESK.username, atMs: BASE_MS + 10 * MINUTE_MS }]);
    expect(isTimed(ticket)).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['sheet-filled', 'emergency-began', 'reporting']),
    );
    expect(
      codeOf(() =>
        stepTicket(
          ticket,
          { type: 'done', result: 'r' },
          DESK,
          createContext({ policy: free, nowMs: BASE_MS + 13 * MINUTE_MS }),
        ),
      ),
    ).not.toBe('let');
    const again = act(ticket, { step: 'released' }, 20).ticket;
    expect(again.entrapment?.steps.released?.atMs).toBe(BASE_MS + 20 * MINUTE_MS);
    expect(arePeopleOut(again.entrapment ?? NO_SHEET)).toBe(true);
    expect(isTimed(again)).toBe(false);
  });

  test('a release that was written down by mistake is taken back with its reason', () => {
    const back = act(released(), { people: 3, reason: 'the wrong lift' }, 12).ticket;
    expect(arePeopleOut(back.entrapment ?? NO_SHEET)).toBe(false);
    expect(isTimed(back)).toBe(true);
  });

  test('the number is put right beside their release: nobody is inside', () => {
    const right = act(released(), { people: 4, step: 'released', reason: 'there were four' }, 12).ticket;
    expect(right.entrapment).toMatchObject({ people: 4 });
    expect(arePeopleOut(right.entrapment ?? NO_SHEET)).toBe(true);
    const same = act(released(), { people: 3, floor: '8' }, 12).ticket;
    expect(arePeopleOut(same.entrapment ?? NO_SHEET)).toBe(true);
  });

  test('is not taken back without end', () => {
    let ticket = released();
    for (let n = 0; n < 20; n++) {
      ticket = act(ticket, { people: 3, reason: 'again' }, 12).ticket;
      ticket = act(ticket, { step: 'released' }, 12).ticket;
    }
    expect(codeOf(() => act(ticket, { people: 3, reason: 'again' }, 12))).toBe('ticket-full');
  });
});
