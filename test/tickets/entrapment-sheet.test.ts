/** The sheet of a lift with people in it: the maintainer signs by name, on paper, after he came; what was wrong is corrected beside it. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { arePeopleOut, type EntrapmentSheet } from '../../src/core/ticket-sheets.ts';
import { requireReleased } from '../../src/tickets/danger.ts';
import { requireBackInService, saysReal } from '../../src/tickets/emergency-end.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import {
  BASE_MS,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  MINUTE_MS,
  PHOTO,
  refusalOf,
  withClocks,
} from './fixtures.ts';

const policy = createFreePolicy();
type Given = Omit<Transition & { type: 'entrapment' }, 'type'>;
const SHEET: EntrapmentSheet = { liftCode: 'L3', rescueLine: '96333', floor: '7', people: 2, steps: {} };
const SIGNED: Given = {
  step: 'back-in-service',
  who: 'Mr Wu',
  firm: 'Lift Firm',
  phone: '8805',
  signedSlip: 'WB-7',
};

function act(ticket: Ticket, given: Given, minute: number, occurredMinute: number | null = null): Ticket {
  const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;
  const occurredAtMs = occurredMinute === null ? null : at(occurredMinute);
  const context = createContext({ policy, nowMs: at(minute), occurredAtMs });
  return stepTicket(ticket, { type: 'entrapment', ...given }, DESK, context).ticket;
}

function begin(sheet: Partial<EntrapmentSheet> = {}): Ticket {
  const ticket = createFull({ priority: 'emergency', entrapment: { ...SHEET, ...sheet } });
  return withClocks(ticket, policy, BASE_MS);
}

/** Released, with the maintainer there. */
function arrive(ticket = begin()): Ticket {
  const there = act(ticket, { step: 'maintainer-arrived', who: 'Mr Wu' }, 10);
  return act(there, { step: 'released' }, 15);
}

const refusal = (ticket: Ticket, given: Given, minute = 20, occurredMinute: number | null = null) =>
  refusalOf(() => act(ticket, given, minute, occurredMinute));

describe('back in service', () => {
  test('is a lift that the maintainer has signed for, by name, with his slip', () => {
    const { entrapment } = act(arrive(), SIGNED, 20);
    expect(entrapment?.steps['back-in-service']).toMatchObject({
      by: DESK.username,
      who: 'Mr Wu',
      firm: 'Lift Firm',
      phone: '8805',
      signedSlip: 'WB-7',
    });
  });

  test('it is not before he was there, nor before the people are out', () => {
    const released = act(begin(), { step: 'released' }, 5);
    expect(refusal(released, SIGNED).params).toMatchObject({ fields: 'maintainer-arrived' });
    const there = act(begin(), { step: 'maintainer-arrived' }, 5);
    expect(refusal(there, SIGNED).params).toMatchObject({ fields: 'released' });
    // Nobody was in it: he comes all the same.
    expect(refusal(begin({ people: 0 }), SIGNED).params).toMatchObject({ fields: 'maintainer-arrived' });
    expect(refusal(arrive(), SIGNED, 20, 12).code).toBe('late-entry-order');
  });

  test('is not by any text of anybody: person, firm and signature are named', () => {
    const { who: _who, ...nobody } = SIGNED;
    expect(refusal(arrive(), nobody).params).toMatchObject({ fields: 'who' });
    const { firm: _firm, phone: _phone, ...unknown } = SIGNED;
    expect(refusal(arrive(), unknown).params).toMatchObject({ fields: 'firm, phone' });
    const { signedSlip: _slip, ...unsigned } = SIGNED;
    expect(refusal(arrive(), unsigned).params).toMatchObject({ fields: 'signedSlip, signedPhoto' });
    expect(refusal(arrive(), { ...unsigned, signedPhoto: toId('elsewhere') }).code).toBe('value-not-allowed');
    expect(act(arrive(), { ...unsigned, signedPhoto: PHOTO.id }, 20).entrapment?.steps).toHaveProperty(
      'back-in-service',
    );
  });

  test('asks for no firm that is known: of the register, or from when it was called', () => {
    const { firm: _firm, phone: _phone, ...signed } = SIGNED;
    const isBack = (ticket: Ticket) => act(ticket, signed, 20).entrapment?.steps['back-in-service'];
    expect(isBack(arrive(begin({ maintainer: 'Lift Firm 8805' })))).toBeDefined();
    expect(act(arrive(), { ...signed, contact: toId('lift-firm') }, 20).entrapment?.steps).toMatchObject({
      'back-in-service': { contact: 'lift-firm' },
    });
    const called = act(begin(), { step: 'maintainer-called', firm: 'Lift Firm', phone: '8805' }, 1);
    expect(isBack(arrive(called))).toBeDefined();
  });
});

describe('the number of people', () => {
  test('may grow at once; a smaller one needs its reason, and the greater stays beside it', () => {
    const more = act(begin(), { people: 3 }, 1);
    expect(more.entrapment).toMatchObject({ people: 3 });
    expect(more.entrapment).not.toHaveProperty('lowered');
    expect(refusal(more, { people: 2 }).params).toMatchObject({ fields: 'reason' });
    expect(refusal(more, { people: 0, reason: '\u200b' }).params).toMatchObject({ fields: 'reason' });
    const fewer = act(more, { people: 2, reason: 'one had got out by himself' }, 2);
    expect(fewer.entrapment).toMatchObject({
      people: 2,
      lowered: [{ people: 3, by: DESK.username, atMs: BASE_MS + 2 * MINUTE_MS }],
    });
  });

  test('that was lowered to 0 releases nobody: their release and the signature are still asked for', () => {
    const none = act(begin(), { people: 0, reason: 'a slip' }, 1);
    expect(arePeopleOut(none.entrapment ?? SHEET)).toBe(false);
    expect(arePeopleOut(begin({ people: 0 }).entrapment ?? SHEET)).toBe(true);
    expect(refusalOf(() => requireReleased(none)).params).toMatchObject({ fields: 'released' });
    const there = act(none, { step: 'maintainer-arrived', who: 'Mr Wu' }, 5);
    expect(refusal(there, SIGNED).params).toMatchObject({ fields: 'released' });
    expect(saysReal(none)).toBe(true);
    const out = act(there, { step: 'released' }, 6);
    expect(refusalOf(() => requireBackInService(out, null, BASE_MS)).params).toMatchObject({
      fields: 'back-in-service',
    });
  });

  test('is not lowered without end', () => {
    let ticket = begin({ people: 40 });
    for (let people = 39; people >= 20; people -= 1) ticket = act(ticket, { people, reason: 'one less' }, 1);
    expect(refusal(ticket, { people: 19, reason: 'one less' }).code).toBe('ticket-full');
  });
});

describe('a step that is there already', () => {
  const there = act(begin(), { step: 'maintainer-arrived', who: 'Mr Wu' }, 10);

  test('keeps its first time and person when it is done again', () => {
    const again = act(there, { step: 'maintainer-arrived', who: 'Mr Li' }, 12);
    expect(again.entrapment?.steps['maintainer-arrived']).toMatchObject({ who: 'Mr Wu' });
  });

  test('is corrected by a new entry with its reason, beside the old one', () => {
    const reason = 'it was his colleague';
    const once = act(there, { step: 'maintainer-arrived', who: 'Mr Li', reason }, 12);
    const twice = act(once, { step: 'maintainer-arrived', who: 'Mr Ma', reason }, 13);
    expect(twice.entrapment?.steps['maintainer-arrived']).toMatchObject({
      who: 'Mr Ma',
      reason,
      corrected: [{ who: 'Mr Wu' }, { who: 'Mr Li', reason }],
    });
    const clock = twice.clocks.find(({ id }) => id === 'entrapment-arrival');
    expect(clock?.stoppedAtMs ?? null).toBe(
      there.clocks.find(({ id }) => id === 'entrapment-arrival')?.stoppedAtMs ?? null,
    );
  });

  test('is not corrected without end', () => {
    let ticket = there;
    for (let at = 0; at < 20; at += 1)
      ticket = act(ticket, { step: 'maintainer-arrived', who: `${at}`, reason: 'again' }, 11);
    const again: Given = { step: 'maintainer-arrived', who: 'x', reason: 'again' };
    expect(refusal(ticket, again).code).toBe('ticket-full');
  });
});
