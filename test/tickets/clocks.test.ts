/** Clocks of a ticket by example: the limits of the document, pauses, rounds, appointments, late entries, clock steps. */
import { describe, expect, test } from 'vitest';
import type { ClockPolicy, Policy } from '../../src/config/policy.ts';
import { defined } from '../../src/core/assert.ts';
import type { ClockSettings, TicketClock, TicketMark } from '../../src/core/ticket-clock.ts';
import { computeClocks, nextDueMs, sweepClocks } from '../../src/tickets/clocks.ts';
import { defaultPolicy, hospitalPolicy, MINUTE_MS, START_MS, toMs } from '../support/random-tickets.ts';

const URGENT: ClockSettings = {
  class: 'engineering',
  source: 'equipment-alarm',
  flow: 'public-area',
  priority: 'urgent',
  attendance: 'urgent',
  isDifficult: false,
};
const EMERGENCY: ClockSettings = { ...URGENT, priority: 'emergency', attendance: 'emergency' };
const at = (minutes: number): number => START_MS + toMs(minutes);

const mark = (
  minutes: number,
  type: TicketMark['type'],
  stage: TicketMark['stage'],
  more: Partial<TicketMark> = {},
): TicketMark => ({ atMs: at(minutes), type, stage, ...more });
const received = (settings = URGENT, minutes = 0) => mark(minutes, 'received', 'received', { settings });

function find(clocks: readonly TicketClock[], id: string, round = 1): TicketClock {
  return defined(
    clocks.find((clock) => clock.id === id && clock.round === round),
    `clock ${id} of round ${round}`,
  );
}
const compute = (
  marks: readonly TicketMark[],
  minutes: number,
  policy: Policy = defaultPolicy,
  before: readonly TicketClock[] = [],
) => computeClocks(marks, policy, before, at(minutes));
const idsOf = (clocks: readonly TicketClock[]) => clocks.map(({ id }) => id);

/** The default policy with this clock only. */
function only(clock: Partial<ClockPolicy>): Policy {
  const base: ClockPolicy = {
    id: 'one',
    name: { zh: '一', en: 'One' },
    start: ['received'],
    stop: ['done'],
    limits: [{ match: {}, limitMs: toMs(60), warnRatio: 0.5, calendar: null }],
    pauses: ['waiting'],
    isEachRound: false,
    isHuman: true,
  };
  return { ...defaultPolicy, clocks: [{ ...base, ...clock }] };
}

describe('the document', () => {
  test('an urgent arrival is due 30 minutes after receipt, and warned about at 80 %', () => {
    expect(find(compute([received()], 0), 'arrival')).toMatchObject({
      startedAtMs: at(0),
      limitMs: toMs(30),
      warnAtMs: at(24),
      dueAtMs: at(30),
    });
  });

  test('an emergency is recorded within a minute, reported within 90 s and attended within ten', () => {
    const clocks = compute([received(EMERGENCY)], 0);
    expect(find(clocks, 'record-alarm').dueAtMs).toBe(at(1));
    expect(find(clocks, 'report').dueAtMs).toBe(at(1.5));
    expect(find(clocks, 'arrival').dueAtMs).toBe(at(10));
    expect(idsOf(clocks)).not.toContain('record');
  });

  test('of dispatch the clock runs from the record to the read-back', () => {
    const marks = [received(), mark(1, 'recorded', 'recorded'), mark(2, 'dispatched', 'dispatched')];
    expect(find(compute(marks, 2), 'dispatch')).toMatchObject({ dueAtMs: at(3), stoppedAtMs: null });
    const signed = compute([...marks, mark(2.5, 'taken', 'taken')], 4);
    expect(find(signed, 'dispatch')).toMatchObject({ stoppedAtMs: at(2.5), breachedAtMs: null });
  });

  test('immediate service has ten minutes from the read-back', () => {
    const immediate = { ...URGENT, class: 'help', flow: 'daily', attendance: 'immediate' } as const;
    const marks = [received(immediate), mark(1, 'recorded', 'recorded'), mark(3, 'taken', 'taken')];
    expect(find(compute(marks, 3), 'arrival-immediate').dueAtMs).toBe(at(13));
    expect(idsOf(compute(marks, 3))).not.toContain('arrival');
  });

  test('what is for the next working day has eight working hours, over the holidays of October', () => {
    const low = { ...URGENT, priority: 'normal', attendance: 'next-working-day' } as const;
    // Wednesday 30 September 2026, 16:00 in Shanghai; the next working day is Thursday 8 October.
    const clock = find(compute([received(low, 32 * 60)], 32 * 60), 'arrival');
    expect(clock.dueAtMs).toBe(Date.UTC(2026, 9, 8, 8, 0));
  });

  test('nobody is rung at 03:00 for a return visit: its two minutes count in the hours of the desk', () => {
    const night = 19 * 60;
    const clock = find(compute([received(), mark(night, 'accepted', 'accepted')], night), 'visit');
    expect(clock).toMatchObject({ startedAtMs: at(night), dueAtMs: at(25 * 60 + 2) });
  });

  test('the hospital goes by other clocks altogether', () => {
    const marks = [received(EMERGENCY), mark(0.5, 'dispatched', 'dispatched')];
    const clocks = compute(marks, 1, hospitalPolicy);
    expect(find(clocks, 'presence').dueAtMs).toBe(at(5.5));
    expect(find(clocks, 'completion-emergency')).toMatchObject({ warnAtMs: at(120), dueAtMs: at(240) });
    expect(idsOf(clocks).filter((id) => defaultPolicy.clocks.some((clock) => clock.id === id))).toEqual([]);
  });
});

describe('a clock', () => {
  test('stands still while its ticket waits, and then has the time that was left', () => {
    const marks = [received(), mark(10, 'waited', 'waiting')];
    expect(find(compute(marks, 50, only({})), 'one')).toMatchObject({
      isPaused: true,
      dueAtMs: null,
      warnAtMs: null,
      spentMs: toMs(10),
    });
    const resumed = compute([...marks, mark(100, 'resumed', 'handling')], 100, only({}));
    expect(find(resumed, 'one')).toMatchObject({ isPaused: false, dueAtMs: at(150), warnAtMs: at(120) });
  });

  test('is breached at its limit, with the person who had to act then', () => {
    const marks = [
      received(),
      mark(5, 'dispatched', 'dispatched', { responsible: 'desk' }),
      mark(70, 'transferred', 'dispatched', { responsible: 'li' }),
    ];
    const policy = only({});
    expect(find(compute(marks.slice(0, 2), 59.9, policy), 'one').breachedAtMs).toBeNull();
    expect(find(compute(marks, 71, policy), 'one')).toMatchObject({
      breachedAtMs: at(60),
      responsible: 'li',
    });
  });

  test('that stops at its very limit has kept it, and one moment later it has not', () => {
    const stop = (minutes: number) => compute([received(), mark(minutes, 'done', 'done')], 90, only({}));
    expect(find(stop(60), 'one').breachedAtMs).toBeNull();
    expect(find(stop(60 + 1 / MINUTE_MS), 'one').breachedAtMs).toBe(at(60));
  });

  test('that was told as breached in the moment in which it stops stays breached', () => {
    const policy = only({});
    const told = sweepClocks(compute([received()], 60, policy), at(60));
    expect(idsOf(told.breached)).toEqual(['one']);
    const stopped = compute([received(), mark(60, 'done', 'done')], 60, policy, told.clocks);
    expect(find(stopped, 'one')).toMatchObject({ breachedAtMs: at(60), isBreachTold: true });
  });

  test('starts again in a later round only where its policy says so', () => {
    const marks = [received(), mark(10, 'done', 'done'), mark(20, 'reworked', 'rework')];
    const start = ['received', 'reworked'] as const;
    const each = compute(marks, 30, only({ start, isEachRound: true }));
    expect(each.map(({ round, startedAtMs, stoppedAtMs }) => [round, startedAtMs, stoppedAtMs])).toEqual([
      [1, at(0), at(10)],
      [2, at(20), null],
    ]);
    expect(compute(marks, 30, only({ start })).map(({ round }) => round)).toEqual([1]);
  });

  test('starts again with every start event where its policy says so, and counts its starts', () => {
    const marks = [
      received(),
      mark(10, 'transferred', 'taken'),
      mark(12, 'transferred', 'taken'),
      mark(13, 'taken', 'taken'),
      mark(40, 'transferred', 'taken'),
    ];
    const clocks = compute(marks, 41, only({ start: ['transferred'], stop: ['taken'], isEachStart: true }));
    expect(clocks.map(({ round, startedAtMs, stoppedAtMs }) => [round, startedAtMs, stoppedAtMs])).toEqual([
      [1, at(10), at(13)],
      [2, at(40), null],
    ]);
  });

  test('goes on when its start event comes again', () => {
    const marks = [received(), mark(10, 'recorded', 'recorded'), mark(20, 'recorded', 'recorded')];
    const clocks = compute(marks, 30, only({ start: ['recorded'] }));
    expect(find(clocks, 'one')).toMatchObject({ startedAtMs: at(10), dueAtMs: at(70) });
  });

  test('ends with a ticket that is cancelled or merged, whatever its policy says', () => {
    for (const type of ['cancelled', 'merged'] as const) {
      const clocks = compute([received(), mark(5, type, type)], 500);
      expect(clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null)).toEqual([]);
      expect(clocks.filter(({ breachedAtMs }) => breachedAtMs !== null).map(({ id }) => id)).toEqual([
        'record-alarm',
      ]);
    }
  });
});

describe('settings that change', () => {
  const raised = mark(5, 'priority-raised', 'dispatched', { settings: EMERGENCY });

  test('bring the earlier due time when the priority rises', () => {
    expect(find(compute([received(), raised], 5), 'arrival')).toMatchObject({
      dueAtMs: at(10),
      limitMs: toMs(10),
    });
  });

  test('never bring a later one when it falls', () => {
    const fallen = mark(5, 'reclassified', 'dispatched', { settings: URGENT });
    expect(find(compute([received(EMERGENCY), fallen], 5), 'arrival').dueAtMs).toBe(at(10));
  });

  test('breach nothing before they came: a limit that has passed meanwhile is breached at once', () => {
    const late = { ...raised, atMs: at(20) };
    const clock = find(compute([received(), late], 20), 'arrival');
    expect(clock).toMatchObject({ dueAtMs: at(10), breachedAtMs: at(20) });
  });

  test('start a clock that only they give, from that moment', () => {
    const immediate = { ...URGENT, attendance: 'immediate', class: 'help', flow: 'daily' } as const;
    const marks = [received(immediate), mark(5, 'reclassified', 'received', { settings: EMERGENCY })];
    expect(idsOf(compute(marks.slice(0, 1), 1))).not.toContain('report');
    expect(find(compute(marks, 5), 'report')).toMatchObject({ startedAtMs: at(5), dueAtMs: at(6.5) });
  });

  test('that give a limit only later count it from the start, unless it was used up before', () => {
    const immediate = { ...URGENT, attendance: 'immediate', class: 'help', flow: 'daily' } as const;
    const raise = (minutes: number) =>
      mark(minutes, 'reclassified', 'received', { settings: { ...EMERGENCY, class: 'help' } });
    const arrival = (minutes: number) =>
      find(compute([received(immediate), raise(minutes)], minutes), 'arrival');
    expect(arrival(4.76)).toMatchObject({ startedAtMs: at(0), dueAtMs: at(10), breachedAtMs: null });
    expect(arrival(10)).toMatchObject({ startedAtMs: at(10), dueAtMs: at(20), breachedAtMs: null });
  });

  test('leave a clock no limit of its own: it keeps the one that it has', () => {
    const marks = [received(), mark(1, 'recorded', 'recorded'), mark(1.5, 'dispatched', 'dispatched')];
    const raise = (minutes: number) =>
      mark(minutes, 'priority-raised', 'dispatched', { settings: EMERGENCY });
    for (const minutes of [2, 4])
      expect(find(compute([...marks, raise(minutes)], 9), 'dispatch')).toMatchObject({
        stoppedAtMs: null,
        dueAtMs: at(3),
        breachedAtMs: at(3),
      });
  });

  test('that raise an immediate service to an emergency leave the read-back its ten minutes', () => {
    const immediate = { ...URGENT, attendance: 'immediate', class: 'cleaning', flow: 'daily' } as const;
    const marks = [
      received(immediate),
      mark(1, 'taken', 'taken'),
      mark(10.5, 'reclassified', 'taken', { settings: { ...EMERGENCY, class: 'cleaning', flow: 'daily' } }),
    ];
    const clock = find(compute(marks, 10.5), 'arrival-immediate');
    expect(clock).toMatchObject({ dueAtMs: at(11), stoppedAtMs: null });
    expect(find(compute(marks, 11), 'arrival-immediate').breachedAtMs).toBe(at(11));
  });

  test('that put it off, or make it another matter, keep the stricter deadline', () => {
    const later = { ...URGENT, flow: 'daily', attendance: 'appointment' } as const;
    const putOff = [received(), mark(29, 'reclassified', 'taken', { settings: later })];
    expect(find(compute(putOff, 100), 'arrival')).toMatchObject({ dueAtMs: at(30), breachedAtMs: at(30) });
    const complaint = { ...URGENT, class: 'complaint' } as const;
    const other = [received(complaint), mark(5, 'reclassified', 'taken', { settings: URGENT })];
    const clocks = compute(other, 6);
    expect(find(clocks, 'complaint-contact').dueAtMs).toBe(at(24 * 60));
    expect(find(clocks, 'complaint-result').dueAtMs).toBe(at(48 * 60));
  });

  test('do not start a clock whose stop event has come meanwhile', () => {
    const immediate = { ...URGENT, attendance: 'immediate', class: 'help', flow: 'daily' } as const;
    const marks = [
      received(immediate),
      mark(2, 'dispatched', 'dispatched'),
      mark(5, 'reclassified', 'dispatched', { settings: EMERGENCY }),
    ];
    // Somebody has it; that it is to be reported within 90 s stands all the same.
    expect(idsOf(compute(marks, 5))).not.toContain('dispatch-emergency');
    expect(idsOf(compute(marks, 5))).toContain('report');
  });

  test('give a difficult ticket its week, unless the day had passed before', () => {
    const normal = { ...URGENT, priority: 'normal', attendance: 'immediate' } as const;
    const difficult = (minutes: number) =>
      mark(minutes, 'difficult-set', 'handling', { settings: { ...normal, isDifficult: true } });
    const marks = [received(normal), mark(1, 'recorded', 'recorded')];
    expect(find(compute(marks, 2), 'repair').dueAtMs).toBe(at(1 + 24 * 60));
    expect(find(compute([...marks, difficult(60)], 60), 'repair').dueAtMs).toBe(at(1 + 7 * 24 * 60));
    expect(find(compute([...marks, difficult(1_500)], 1_500), 'repair')).toMatchObject({
      dueAtMs: at(1 + 24 * 60),
      breachedAtMs: at(1 + 24 * 60),
    });
  });
});

describe('an appointment', () => {
  const settings = { ...URGENT, priority: 'normal', flow: 'daily', attendance: 'appointment' } as const;
  const appointed = (minutes: number, meet: number) =>
    mark(minutes, 'appointed', 'recorded', { appointmentMs: at(meet) });

  test('is announced 15 minutes before and kept three minutes early', () => {
    const clocks = compute([received(settings), appointed(1, 240)], 1);
    expect(find(clocks, 'appointment-call')).toMatchObject({ startedAtMs: at(195), dueAtMs: at(225) });
    expect(find(clocks, 'arrival-appointment')).toMatchObject({
      startedAtMs: at(207),
      warnAtMs: at(231),
      dueAtMs: at(237),
      spentMs: 0,
    });
  });

  test('that is moved in time is due at its new time, and one that was missed stays missed', () => {
    const moved = compute([received(settings), appointed(1, 240), appointed(100, 600)], 300);
    expect(find(moved, 'arrival-appointment')).toMatchObject({ dueAtMs: at(597), breachedAtMs: null });
    const missed = compute([received(settings), appointed(1, 240), appointed(300, 600)], 301);
    expect(find(missed, 'arrival-appointment')).toMatchObject({ dueAtMs: at(237), breachedAtMs: at(237) });
  });

  test('that is moved in the very moment in which it is due has not been missed', () => {
    const moved = compute([received(settings), appointed(1, 240), appointed(237, 600)], 300);
    expect(find(moved, 'arrival-appointment').dueAtMs).toBe(at(597));
  });

  test('so near that its early time is over already is due itself', () => {
    expect(find(compute([received(settings), appointed(10, 12)], 10), 'arrival-appointment')).toMatchObject({
      startedAtMs: at(10),
      dueAtMs: at(12),
    });
  });

  test('is not announced by what was said days before, nor by a remark of that hour: somebody rings', () => {
    const called = (minutes: number, type: TicketMark['type']) =>
      find(
        compute([received(settings), appointed(1, 240), mark(minutes, type, 'recorded')], 300),
        'appointment-call',
      );
    expect(called(10, 'contacted')).toMatchObject({ stoppedAtMs: null, breachedAtMs: at(225) });
    expect(called(200, 'noted')).toMatchObject({ stoppedAtMs: null, breachedAtMs: at(225) });
    expect(called(200, 'contacted')).toMatchObject({ stoppedAtMs: at(200), breachedAtMs: null });
  });

  test('that nobody makes is itself late', () => {
    const asked = [received(settings), mark(60, 'recorded', 'recorded')];
    // Of the desk's hours: 30 minutes from 09:00 in Shanghai.
    expect(find(compute(asked, 60), 'appointing').dueAtMs).toBe(at(90));
    const made = compute([...asked, appointed(80, 600)], 100);
    expect(find(made, 'appointing')).toMatchObject({ stoppedAtMs: at(80), breachedAtMs: null });
  });

  test('met before its clock has begun is kept, and nothing of it is negative', () => {
    const marks = [received(settings), appointed(1, 240), mark(30, 'arrived', 'on-site')];
    expect(find(compute(marks, 300), 'arrival-appointment')).toMatchObject({
      startedAtMs: at(30),
      stoppedAtMs: at(30),
      spentMs: 0,
      breachedAtMs: null,
    });
  });
});

describe('a late entry', () => {
  const slip = (minutes: number, type: TicketMark['type'], stage: TicketMark['stage'], entered: number) =>
    mark(minutes, type, stage, { enteredAtMs: at(entered) });
  const urgent = { ...URGENT, source: 'owner-call' } as const;

  test('with its real times breaches nothing that was kept', () => {
    const typed = [
      mark(0, 'received', 'received', { settings: urgent, enteredAtMs: at(300) }),
      slip(0.5, 'recorded', 'recorded', 300),
      slip(2, 'taken', 'taken', 301),
      slip(25, 'arrived', 'on-site', 302),
      slip(60, 'done', 'done', 303),
    ];
    let clocks: readonly TicketClock[] = [];
    for (const [index] of typed.entries()) {
      const [nowMs, heldUntilMs] = [at(300 + index), at(315 + index)];
      clocks = computeClocks(typed.slice(0, index + 1), defaultPolicy, clocks, nowMs, heldUntilMs);
      const swept = sweepClocks(clocks, at(300 + index + 0.9));
      expect([...idsOf(swept.warned), ...idsOf(swept.breached)]).toEqual([]);
      clocks = swept.clocks;
    }
    expect(clocks.filter(({ breachedAtMs }) => breachedAtMs !== null)).toEqual([]);
  });

  test('that stays unfinished is told of when it is held back no longer', () => {
    const typed = [
      mark(0, 'received', 'received', { settings: urgent, enteredAtMs: at(300) }),
      slip(0.5, 'recorded', 'recorded', 300),
    ];
    const clocks = computeClocks(typed, defaultPolicy, [], at(300), at(315));
    expect(nextDueMs(clocks)).toBe(at(315));
    expect(idsOf(sweepClocks(clocks, at(314)).breached)).toEqual([]);
    expect(idsOf(sweepClocks(clocks, at(315)).breached)).toContain('arrival');
    expect(nextDueMs(compute(typed, 300))).toBeLessThan(at(300));
    expect(find(sweepClocks(clocks, at(320)).clocks, 'arrival').breachedAtMs).toBe(at(30));
  });

  test('that shows a limit was kept takes the breach back that was told meanwhile', () => {
    const marks = [received(urgent), mark(0.5, 'recorded', 'recorded'), mark(1, 'taken', 'taken')];
    const told = sweepClocks(compute(marks, 31), at(31));
    expect(idsOf(told.breached)).toEqual(['arrival']);
    const arrived = [...marks, slip(28, 'arrived', 'on-site', 40)];
    expect(find(compute(arrived, 40, defaultPolicy, told.clocks), 'arrival')).toMatchObject({
      stoppedAtMs: at(28),
      breachedAtMs: null,
      isBreachTold: false,
    });
  });

  test('of a wait holds until it was resumed, whatever the gateway noted in between', () => {
    const marks = [
      received(),
      mark(20, 'noted', 'received'),
      slip(10, 'waited', 'waiting', 40),
      mark(50, 'resumed', 'handling'),
    ];
    const noted = compute(marks, 50, only({}));
    expect(find(noted, 'one')).toMatchObject({ dueAtMs: at(100), spentMs: toMs(10) });
  });

  test('of a breach is told like any other', () => {
    const marks = [received(urgent), mark(0.5, 'recorded', 'recorded'), slip(45, 'arrived', 'on-site', 300)];
    const clocks = compute(marks, 300);
    expect(find(clocks, 'arrival').breachedAtMs).toBe(at(30));
    expect(idsOf(sweepClocks(clocks, at(300)).breached)).toContain('arrival');
  });
});

describe('a step of the wall clock', () => {
  test('back by an hour leaves the time left, and the stopped clocks alone', () => {
    const marks = [received(), mark(0.5, 'recorded', 'recorded')];
    const stepped = [...marks, mark(10 - 60, 'clock-step', 'recorded', { stepMs: -toMs(60) })];
    const clocks = compute(stepped, 10 - 60);
    expect(find(clocks, 'arrival')).toMatchObject({
      startedAtMs: at(-60),
      dueAtMs: at(-30),
      spentMs: toMs(10),
    });
    expect(find(clocks, 'record-alarm')).toMatchObject({ startedAtMs: at(0), stoppedAtMs: at(0.5) });
  });

  test('forward by a day breaches nothing that had time left', () => {
    const day = 24 * 60;
    const stepped = [received(), mark(10 + day, 'clock-step', 'received', { stepMs: toMs(day) })];
    const clocks = compute(stepped, 10 + day);
    expect(find(clocks, 'arrival')).toMatchObject({ breachedAtMs: null, dueAtMs: at(30 + day) });
  });

  test('leaves an appointment that lies ahead at the time on the wall', () => {
    const settings = { ...URGENT, priority: 'normal', flow: 'daily', attendance: 'appointment' } as const;
    const marks = [
      received(settings),
      mark(1, 'appointed', 'recorded', { appointmentMs: at(240) }),
      mark(70, 'clock-step', 'recorded', { stepMs: toMs(60) }),
    ];
    expect(find(compute(marks, 70), 'arrival-appointment').dueAtMs).toBe(at(237));
  });
});

describe('the sweep', () => {
  test('tells a warning once, then the breach once, and only the breach when both are overdue', () => {
    const clocks = compute([received()], 0, only({}));
    expect(nextDueMs(clocks)).toBe(at(30));
    expect(sweepClocks(clocks, at(29.9)).clocks).toBe(clocks);
    const warned = sweepClocks(clocks, at(30));
    expect([idsOf(warned.warned), idsOf(warned.breached)]).toEqual([['one'], []]);
    expect(sweepClocks(warned.clocks, at(40))).toMatchObject({ warned: [], breached: [] });
    expect(nextDueMs(warned.clocks)).toBe(at(60));
    const breached = sweepClocks(warned.clocks, at(61));
    expect(find(breached.breached, 'one')).toMatchObject({ warnedAtMs: at(30), breachedAtMs: at(60) });
    expect(nextDueMs(breached.clocks)).toBe(Number.POSITIVE_INFINITY);
    const late = sweepClocks(clocks, at(10_000));
    expect([idsOf(late.warned), idsOf(late.breached)]).toEqual([[], ['one']]);
  });

  test('tells a breach that was found only when the clock was stopped', () => {
    const stopped = compute([received(), mark(90, 'done', 'done')], 90, only({}));
    expect(nextDueMs(stopped)).toBe(at(60));
    expect(idsOf(sweepClocks(stopped, at(90)).breached)).toEqual(['one']);
  });

  test('says nothing while a clock is paused', () => {
    const paused = compute([received(), mark(10, 'waited', 'waiting')], 10, only({}));
    expect(nextDueMs(paused)).toBe(Number.POSITIVE_INFINITY);
    expect(sweepClocks(paused, at(10_000)).clocks).toBe(paused);
  });

  test('what was told and answered survives the next computation', () => {
    const policy = only({});
    const [told] = sweepClocks(compute([received()], 30, policy), at(30)).clocks;
    const answered = { ...defined(told, 'clock'), answeredAtMs: at(31) };
    const next = compute([received(), mark(32, 'noted', 'received')], 32, policy, [answered]);
    expect(find(next, 'one')).toMatchObject({ warnedAtMs: at(30), answeredAtMs: at(31) });
  });
});
