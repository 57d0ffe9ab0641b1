/** The edge cases that implementers get wrong (alarms.md B8), as far as alarms are concerned. */
import { describe, expect, test } from 'vitest';
import { toIsaState } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { TEST_START_MS } from '../support/clock.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, HOUR_MS, KEY, MINUTE_MS, type Rig, refused } from './alarm-rig.ts';

const [NORMAL, BAD, WORSE] = [5, 11, 21];
const counts = (rig: Rig, type: string): number => rig.loop.events.filter((it) => it.type === type).length;

test('B8 1: restart with active alarms: acknowledgement, shelf, permit and drill are as they were, and nothing is said', () => {
  const rig = createRig({
    others: [
      {
        id: 'fan',
        points: [{ name: 'q' }],
        rules: [{ id: 'fan-off', points: ['q'], params: { point: 'q', in: [1] } }],
      },
    ],
  });
  rig.loop.feed({ p: BAD, q: 1 });
  rig.acknowledge();
  rig.shelve(60);
  rig.drill(60);
  const out = { reason: 'r', permit: 'GZP-1', approver: 'chen', untilMs: TEST_START_MS + 2 * HOUR_MS };
  rig.loop.command({ type: 'take-out-of-service', key: toId('test-site/fan/fan-off'), by: 'wang', ...out });
  const before = rig.loop.alarms();
  rig.loop.announced();
  rig.loop.restart(10_000);
  expect(rig.loop.alarms()).toEqual(before);
  rig.loop.feed({ p: BAD, q: 1 });
  rig.loop.advance(20_000, () => rig.loop.feed({ p: BAD, q: 1 }));
  expect(rig.loop.announced()).toEqual([]);
  expect(rig.loop.alarms().map(toIsaState)).toEqual(['E', 'G']);
  rig.unshelve();
  expect(rig.state()).toBe('C');
  expect(() => rig.unshelve()).toThrow(refused('not-shelved'));
});

test('B8 1: a shelf that expired while the gateway was down ends with the first sweep', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.shelve(60);
  rig.said();
  rig.loop.restart(2 * HOUR_MS);
  rig.loop.advance(250);
  expect([rig.state(), rig.said()]).toEqual(['B', ['shelf-expired']]);
});

test('B8 2 and 11: no return is told of what was never told, and each is on record all the same', () => {
  const rig = createRig();
  rig.shelve(60);
  rig.feed(BAD);
  rig.feed(NORMAL);
  expect([counts(rig, 'returned'), counts(rig, 'ended')]).toEqual([0, 1]);
  rig.unshelve();
  rig.feed(BAD);
  rig.feed(NORMAL);
  expect(rig.said()).toEqual(['raised', 'ended', 'raised', 'returned']);
});

test('B8 11: what was told, then shelved, and resolves under the shelf, ends as returned for whoever was told', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.shelve(60);
  rig.feed(NORMAL);
  expect(counts(rig, 'returned')).toBe(0);
  expect(rig.loop.events.at(-1)).toMatchObject({ type: 'ended', occurrence: { endReason: 'returned' } });
  expect(rig.loop.tickets()[0]?.alarms).toMatchObject([{ isActive: false }]);
});

describe('B8 3: clock steps', () => {
  for (const stepMs of [86_400_000, -86_400_000]) {
    test(`a step of ${stepMs / HOUR_MS} h leaves shelf, reminder, re-alarm and drill the time that they had left`, () => {
      const rig = createRig({ rule: { reAlarmMs: HOUR_MS } });
      rig.feed(BAD);
      rig.drill(50);
      rig.loop.advance(10 * MINUTE_MS);
      rig.loop.clock.stepWall(stepMs);
      rig.loop.advance(50 * MINUTE_MS - 250);
      expect(counts(rig, 're-alarmed')).toBe(0);
      rig.loop.advance(250);
      expect(counts(rig, 're-alarmed')).toBe(1);
      rig.shelve(60);
      rig.loop.clock.stepWall(-stepMs);
      rig.loop.advance(45 * MINUTE_MS - 250);
      expect(counts(rig, 'shelf-reminder')).toBe(0);
      rig.loop.advance(250);
      expect(counts(rig, 'shelf-reminder')).toBe(1);
      rig.loop.advance(15 * MINUTE_MS - 250);
      expect(rig.state()).toBe('E');
      rig.loop.advance(250);
      expect([rig.state(), counts(rig, 'shelf-reminder')]).toEqual(['B', 1]);
    });
  }

  test('a reminder that was told before the step is not told again, whichever round meets the step first', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    rig.shelve(60);
    rig.loop.advance(50 * MINUTE_MS);
    rig.loop.clock.advance(100);
    rig.loop.clock.stepWall(HOUR_MS);
    rig.feed(BAD);
    rig.loop.advance(5 * MINUTE_MS);
    expect(rig.loop.controlEvents.map(({ type }) => type)).toEqual(['shelved', 'shelf-reminder']);
  });

  test('a clock set back while the gateway was down lengthens no shelf and no re-alarm beyond the policy', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.shelve(480);
    rig.loop.clock.stepWall(-7 * 86_400_000);
    rig.loop.restart(0);
    rig.loop.advance(250);
    expect(rig.open().shelf?.untilMs).toBe(rig.loop.clock.now().wallMs + 480 * MINUTE_MS - 250);
  });

  test('a permit ends on its date, whatever the clock was before it was put right', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.outOfService(600);
    rig.loop.clock.stepWall(11 * HOUR_MS);
    rig.loop.advance(250);
    expect(rig.state()).toBe('B');
  });
});

test('B8 4: delays and shelves run on received time: what time the device gives changes nothing', () => {
  const rig = createRig({ rule: { onDelayMs: 5_000 } });
  for (const quality of ['good', 'source-time'] as const) {
    rig.feed({ value: BAD, quality });
    rig.loop.advance(1_000);
  }
  expect(rig.loop.alarms()).toEqual([]);
  rig.loop.advance(4_000, () => rig.feed(BAD));
  expect(rig.state()).toBe('B');
});

test('B8 5 and 6: a reading that comes twice raises once and counts once', () => {
  const rig = createRig();
  for (let times = 0; times < 5; times++) rig.feed(BAD);
  expect([rig.said(), rig.open().count, rig.loop.tickets().length]).toEqual([['raised'], 1, 1]);
});

test('B8 8 and 9: hours belong to the day on which they begin, and may end at 24:00', () => {
  const calendar = {
    id: toId<never>('night'),
    name: { zh: '夜间', en: 'night' },
    timeZone: 'Asia/Shanghai',
    // Saturday 22:00 to Sunday 06:00, and Monday until 24:00.
    week: [[{ from: 0, to: 1440 }], [], [], [], [], [{ from: 22 * 60, to: 6 * 60 }], []],
    holiday: [],
    makeUp: null,
    days: null,
  };
  const rig = createRig({ rule: { calendar: calendar.id }, calendars: [calendar] });
  rig.feed(BAD);
  const toState = (hours: number): string => {
    rig.loop.clock.advance(Math.max(0, TEST_START_MS + hours * HOUR_MS - rig.loop.clock.now().wallMs));
    rig.loop.advance(250);
    return rig.state();
  };
  // Hours after Saturday 10:00.
  expect([1, 13, 16, 19.9, 20.1, 37.9, 38.1, 61.9, 62.1].map(toState).join('')).toBe('FBBBFFBBF');
});

test('B8 10: returns that nobody is told of are stored', () => {
  const rig = createRig();
  rig.shelve(60);
  rig.feed(BAD);
  rig.feed(NORMAL);
  const rows = rig.loop.writes.flatMap((write) => (write.type === 'alarm-event' ? [write.event] : []));
  expect(rows.map(({ type, detail }) => [type, detail['state'] ?? null])).toEqual([
    ['shelved', null],
    ['raised', 'E'],
    ['ended', 'E'],
  ]);
});

test('B8 12: a maintenance window that ends with the condition still true raises, with the reason and a ticket', () => {
  const rig = createRig();
  rig.outOfService(60);
  rig.feed(BAD);
  rig.loop.advance(HOUR_MS);
  expect([rig.state(), rig.said(), rig.loop.tickets().length]).toEqual([
    'B',
    ['raised', 'service-expired'],
    1,
  ]);
});

test('B8 13: maintenance that begins after the raise stops re-alarms as well', () => {
  const rig = createRig({ rule: { reAlarmMs: HOUR_MS } });
  rig.feed(BAD);
  rig.loop.advance(HOUR_MS);
  rig.outOfService(300);
  rig.loop.advance(4 * HOUR_MS);
  expect(counts(rig, 're-alarmed')).toBe(1);
});

test('B8 14: acknowledging the lost connection acknowledges no process alarm behind it', () => {
  const offline = { id: 'offline', type: 'offline', points: ['p'], onDelayMs: 0 };
  const rig = createRig({
    others: [{ id: 'gate', points: [], rules: [{ ...offline, points: ['pump/p'] }] }],
  });
  rig.feed(BAD);
  rig.loop.advance(16_000, () => rig.feed(BAD));
  rig.feed('comm-loss');
  rig.loop.advance(6_000);
  const lost = rig.loop.alarm('offline');
  if (lost === null) throw new Error('no offline alarm');
  rig.loop.command({ type: 'acknowledge-alarm', occurrence: lost.id, by: 'desk', note: '' });
  expect(rig.open()).toMatchObject({ acknowledged: null, isActive: true });
});

test('B8 15: a latched alarm shows its live condition beside the latch', () => {
  const rig = createRig({ rule: { isLatching: true } });
  rig.feed(WORSE);
  rig.feed(NORMAL);
  expect(rig.open()).toMatchObject({ isLatched: true, isActive: false, severity: 'high', level: 'hihi' });
  const { layers, readings } = rig.loop.explain('pump', 'high') ?? { layers: [], readings: [] };
  expect(readings[0]).toMatchObject({ value: NORMAL, role: 'own' });
  expect(layers.map(({ layer, verdict }) => `${layer} ${verdict}`)).toContain('condition false');
  expect(layers.map(({ layer, verdict }) => `${layer} ${verdict}`)).toContain('latch latched');
});

test('B8 16: what lies further ahead than a timer can count is a row with a due time', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.outOfService(60 * 24 * 60);
  rig.loop.clock.advance(60 * 24 * HOUR_MS - 1_000);
  rig.loop.advance(250);
  expect(rig.state()).toBe('G');
  rig.loop.advance(750);
  expect(rig.state()).toBe('B');
});

test('B8 22: a ticket that people have closed is opened again when its alarm comes out of its shelf', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.shelve(60);
  rig.feed(NORMAL);
  const go = (transition: Transition): void => void rig.loop.command(toCommand(rig, transition));
  go({ type: 'take' });
  go({ type: 'arrive', how: 'by-hand' });
  go({ type: 'start' });
  go({ type: 'done', result: 'r' });
  go({ type: 'accept', opinion: 'o' });
  go({ type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true });
  go({ type: 'close' });
  rig.feed(BAD);
  expect(rig.loop.tickets()[0]?.stage).toBe('closed');
  rig.loop.advance(HOUR_MS);
  expect(rig.loop.tickets()).toMatchObject([{ stage: 'rework', reworkCount: 1 }]);
});

function toCommand(rig: Rig, transition: Transition) {
  const ticket = rig.loop.tickets()[0];
  if (ticket === undefined) throw new Error('no ticket');
  return toTicketCommand(ticket, transition);
}

test('B8 23: whatever hides an alarm, its return is found by its key', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.outOfService(60);
  rig.feed(NORMAL);
  expect(rig.loop.tickets()[0]?.alarms).toMatchObject([{ key: KEY, isActive: false }]);
});

test('B8 24: a level that becomes graver under a shelf is on the ticket at once', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.shelve(60);
  expect(rig.loop.tickets()[0]?.priority).toBe('normal');
  rig.feed(WORSE);
  expect(rig.loop.tickets()[0]?.priority).toBe('urgent');
});

test('B8 26: a bad sample in a chatter neither raises nor ends the hold', () => {
  const rig = createRig();
  for (const value of [BAD, NORMAL, BAD, NORMAL, BAD, NORMAL]) rig.feed(value);
  expect(rig.open().chatter).not.toBeNull();
  const { count } = rig.open();
  rig.feed({ value: Number.NaN, quality: 'sentinel' });
  rig.loop.advance(10_000);
  expect(rig.open()).toMatchObject({ count, isActive: true });
  expect(rig.open().evidence.quality).toBe(QUALITIES.good.code);
});

describe('B8 27: drill', () => {
  test('takes the full path, marked: alarm, ticket, history', () => {
    const rig = createRig();
    rig.drill(30);
    rig.feed(BAD);
    expect([rig.state(), rig.open().isDrill]).toEqual(['B', true]);
    expect(rig.loop.tickets()).toMatchObject([{ isDrill: true, stage: 'dispatched' }]);
    const rows = rig.loop.writes.flatMap((write) => (write.type === 'alarm-event' ? [write.event] : []));
    expect(rows[0]?.detail).toMatchObject({ isDrill: true });
  });

  test('ends by itself: what has returned ends with it', () => {
    const rig = createRig();
    rig.drill(30);
    rig.feed(BAD);
    rig.feed(NORMAL);
    rig.loop.advance(30 * MINUTE_MS);
    expect([rig.state(), rig.said()]).toEqual(['A', ['raised', 'returned', 'ended']]);
    rig.feed(BAD);
    expect(rig.open().isDrill).toBe(false);
  });

  test('what still stands when it ends is no drill: it is told, and its ticket loses the mark', () => {
    const rig = createRig();
    rig.drill(30);
    rig.feed(BAD);
    rig.acknowledge();
    rig.said();
    rig.drill(null);
    expect([rig.state(), rig.said(), rig.open().isDrill]).toEqual(['B', ['re-alarmed'], false]);
    expect(rig.loop.tickets()).toMatchObject([{ isDrill: false }]);
    expect(() => rig.drill(null)).toThrow(refused('no-drill'));
  });

  test('counts for the parts of the equipment, not for what was raised before it', () => {
    const rules = [{ id: 'part-off', points: ['q'], params: { point: 'q', in: [1] } }];
    const rig = createRig({ others: [{ id: 'pump-1', parent: 'pump', points: [{ name: 'q' }], rules }] });
    rig.feed(BAD);
    rig.drill(30);
    rig.loop.feed({ q: 1 });
    expect([rig.open().isDrill, rig.loop.alarm('part-off')?.isDrill]).toEqual([false, true]);
  });

  test('of a part that ends while that of its equipment goes on leaves its alarms marked', () => {
    const rules = [{ id: 'part-off', points: ['q'], params: { point: 'q', in: [1] } }];
    const rig = createRig({ others: [{ id: 'pump-1', parent: 'pump', points: [{ name: 'q' }], rules }] });
    const drill = { type: 'drill', equipment: toId<never>('pump-1'), by: 'wang', reason: 'r' } as const;
    rig.drill(30);
    rig.loop.command({ ...drill, untilMs: TEST_START_MS + 10 * MINUTE_MS });
    rig.loop.feed({ q: 1 });
    rig.loop.advance(11 * MINUTE_MS);
    expect(rig.loop.alarm('part-off')?.isDrill).toBe(true);
    rig.loop.advance(20 * MINUTE_MS);
    expect(rig.loop.alarm('part-off')?.isDrill).toBe(false);
  });

  test('never goes on a ticket of a real fault', () => {
    const rig = createRig({ rule: { faultKind: 'fault' } });
    const pump = { id: 'pump', points: [{ name: 'p' }, { name: 'mode' }] };
    const high = { id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } };
    const dry = { id: 'dry', points: ['mode'], params: { point: 'mode', in: [1] } };
    const rules = [high, dry].map((rule) => ({ ...rule, faultKind: 'fault' }));
    rig.loop.restart(0, createTestModel({ equipment: [{ ...pump, rules }] }));
    rig.feed(BAD);
    rig.drill(30);
    rig.loop.feed({ mode: 1 });
    expect(rig.loop.tickets().map(({ isDrill }) => isDrill)).toEqual([false, true]);
  });

  test('a drill of equipment that is not there is refused', () => {
    const { loop } = createRig();
    const command = { type: 'drill', by: 'wang', reason: 'r', untilMs: 9e15 } as const;
    expect(() => loop.command({ ...command, equipment: toId('gone') })).toThrow(refused('not-found'));
  });
});
