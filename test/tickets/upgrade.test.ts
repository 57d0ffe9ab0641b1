/** Tickets stored by the version before, as literal rows: they go on as tickets of today. */
import { describe, expect, test } from 'vitest';
import { computeClocks } from '../../src/tickets/clocks.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { toAgeMs, toStageTimes } from '../../src/tickets/times.ts';
import { toTicket } from '../../src/tickets/upgrade.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { BASE_MS, COMPLETE, createContext, createFreePolicy, createFull, DESK } from './fixtures.ts';

const MINUTE_MS = 60_000;

function clock(id: string, startedAtMs: number, limitMinutes: number, stoppedAtMs: number | null) {
  const limitMs = limitMinutes * MINUTE_MS;
  return {
    id,
    startedAtMs,
    warnAtMs: startedAtMs + limitMs * 0.8,
    dueAtMs: startedAtMs + limitMs,
    stoppedAtMs,
    warnedAtMs: null,
    breachedAtMs: null,
  };
}

/** In its second round, being worked on. */
const OLD = {
  id: 'GC20260901-0001',
  number: 'GC20260901-0001',
  version: 9,
  site: 'demo',
  source: 'equipment-alarm',
  channel: 'alarm',
  class: 'engineering',
  priority: 'urgent',
  stage: 'handling',
  stageSinceMs: BASE_MS + 70 * MINUTE_MS,
  policyVersion: '0123456789ab',
  isDrill: false,
  receivedAtMs: BASE_MS,
  recordedAtMs: BASE_MS,
  closedAtMs: null,
  firstReceiver: 'gateway',
  place: { zh: '泵房', en: 'pump room' },
  location: 'pump-room',
  equipment: 'pump-1',
  equipmentName: { zh: '1号水泵', en: 'Pump 1' },
  faultKind: 'pressure',
  content: { zh: '压力低', en: 'pressure low' },
  guidance: null,
  contact: { id: 'office', name: { zh: '工程部', en: 'Engineering' }, method: '8001' },
  assignee: 'engineer',
  takenBy: 'engineer-li',
  diagnosis: 'seal worn',
  plan: 'new seal',
  result: 'tightened',
  materials: '机封 1 套',
  amountYuan: null,
  acceptance: null,
  visit: null,
  cancellation: null,
  reworkCount: 1,
  alarms: [
    {
      occurrence: 'o-1',
      key: 'demo/pump-1/low',
      text: { zh: '压力低', en: 'pressure low' },
      firstAtMs: BASE_MS,
      lastAtMs: BASE_MS,
      count: 1,
      isActive: true,
      blindSinceMs: null,
    },
  ],
  evidence: null,
  clocks: [
    clock('record', BASE_MS, 1, BASE_MS),
    clock('dispatch', BASE_MS, 2, BASE_MS + MINUTE_MS),
    clock('arrival', BASE_MS, 30, BASE_MS + 10 * MINUTE_MS),
    clock('repair', BASE_MS, 480, BASE_MS + 40 * MINUTE_MS),
    // The unsatisfactory visit was stopped by the rework that it led to.
    clock('visit', BASE_MS + 45 * MINUTE_MS, 2, BASE_MS + 50 * MINUTE_MS),
    clock('dispatch', BASE_MS + 50 * MINUTE_MS, 2, BASE_MS + 51 * MINUTE_MS),
    clock('arrival', BASE_MS + 50 * MINUTE_MS, 30, BASE_MS + 60 * MINUTE_MS),
    clock('repair', BASE_MS + 50 * MINUTE_MS, 480, null),
  ],
} as const;

describe('a ticket of the version before', () => {
  const ticket = toTicket(structuredClone(OLD));

  test('keeps what it was, in the shape of today', () => {
    const { contact, materials: _materials, clocks: _clocks, ...same } = OLD;
    expect(ticket).toMatchObject(same);
    expect(ticket).toMatchObject({
      flow: 'public-area',
      attendance: 'urgent',
      round: 2,
      isFirstFix: false,
      contact: { ...contact, personal: null, isConfirmed: null },
      materials: [{ name: '机封 1 套', quantity: 1, unit: '' }],
      reports: [],
      proof: null,
      slip: null,
      escalation: { level: 0, nextAtMs: null },
    });
    expect(Object.keys(ticket).sort()).toEqual(Object.keys(createFull()).sort());
  });

  test('has the marks that its clocks remember, in order', () => {
    const minutes = ticket.marks.map(({ type, stage, atMs }) => [type, stage, (atMs - BASE_MS) / MINUTE_MS]);
    expect(minutes).toEqual([
      ['received', 'received', 0],
      ['recorded', 'recorded', 0],
      ['taken', 'taken', 1],
      ['arrived', 'on-site', 10],
      ['done', 'done', 40],
      ['accepted', 'accepted', 45],
      ['reworked', 'rework', 50],
      ['taken', 'taken', 51],
      ['arrived', 'on-site', 60],
      ['started', 'handling', 70],
    ]);
    expect(ticket.marks[0]?.settings).toMatchObject({ class: 'engineering', priority: 'urgent' });
    expect(toAgeMs(ticket, BASE_MS + 80 * MINUTE_MS)).toBe(80 * MINUTE_MS);
    expect(toStageTimes(ticket).at(-1)).toMatchObject({ stage: 'handling', toMs: null });
  });

  test('goes on under a policy of today', () => {
    const policy = createFreePolicy();
    const nowMs = BASE_MS + 80 * MINUTE_MS;
    const clocks = computeClocks(ticket.marks, policy, ticket.clocks, nowMs);
    const arrivals = clocks.filter(({ id }) => id === 'arrival');
    expect(arrivals).toMatchObject([
      { round: 1, breachedAtMs: null },
      { round: 2, breachedAtMs: null },
    ]);
    const next = stepTicket(ticket, COMPLETE.done, DESK, createContext({ policy, nowMs })).ticket;
    expect(next).toMatchObject({ stage: 'done', version: 10 });
  });

  test('that was accepted and visited has both, with what was not asked then left open', () => {
    const closed = toTicket({
      ...OLD,
      stage: 'closed',
      source: 'owner-call',
      priority: 'normal',
      materials: null,
      reworkCount: 0,
      closedAtMs: BASE_MS + 90 * MINUTE_MS,
      stageSinceMs: BASE_MS + 90 * MINUTE_MS,
      acceptance: { by: 'olga', opinion: 'good', atMs: BASE_MS + 60 * MINUTE_MS },
      visit: { by: 'desk', how: 'phone', isSatisfied: true, note: '', atMs: BASE_MS + 61 * MINUTE_MS },
      clocks: [
        clock('repair', BASE_MS, 480, BASE_MS + 40 * MINUTE_MS),
        clock('visit', BASE_MS + 60 * MINUTE_MS, 2, BASE_MS + 61 * MINUTE_MS),
      ],
    });
    expect(closed).toMatchObject({
      flow: 'daily',
      attendance: 'appointment',
      isFirstFix: null,
      acceptance: { by: 'olga', manualReading: null, override: null },
      visit: { isRepaired: true, isChargeAgreed: null },
    });
    expect(closed.marks.map(({ type }) => type)).toEqual([
      'received',
      'recorded',
      'done',
      'accepted',
      'visited',
      'closed',
    ]);
  });

  test('that was cancelled, or has only just been recorded, has no stage that it never had', () => {
    const types = (stage: string, clocks: readonly object[]) =>
      toTicket({ ...OLD, stage, reworkCount: 0, stageSinceMs: BASE_MS, clocks }).marks.map(
        ({ type }) => type,
      );
    expect(types('recorded', [clock('repair', BASE_MS, 480, null)])).toEqual(['received', 'recorded']);
    expect(types('cancelled', [clock('repair', BASE_MS, 480, BASE_MS)])).toEqual([
      'received',
      'recorded',
      'cancelled',
    ]);
  });
});

test('a ticket of today comes back as it is', () => {
  const ticket = createFull({ stage: 'done' });
  expect(toTicket(JSON.parse(JSON.stringify(ticket)))).toEqual(ticket);
  expect(computeClocks(ticket.marks, defaultPolicy, [], BASE_MS).length).toBeGreaterThan(0);
});

test('what is no ticket is our own mistake', () => {
  for (const doc of [null, 'x', {}, { id: 'x' }]) expect(() => toTicket(doc)).toThrow('a stored ticket');
});
