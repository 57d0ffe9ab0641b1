/** What each figure means, at its edges: what counts, what does not, and what happens when there is too much of it. */
import { describe, expect, test } from 'vitest';
import { isAnnunciation } from '../../src/alarms/annunciation.ts';
import { type FigureEvent, isAnnunciated } from '../../src/alarms/figures/event.ts';
import { createFigures } from '../../src/alarms/figures/figures.ts';
import { stepFigures } from '../../src/alarms/figures/step.ts';
import { type AlarmEventType, toIsaState } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { ALARM_EVENT_CODES } from '../../src/telemetry/events/lines.ts';
import * as rows from '../store/support/rows.ts';
import { keyOf, ScriptedAlarm, toFigureEvent } from './figures-log.ts';
import { count, DAY, HOUR, MINUTE, raiseMany, SECOND, view, ZONE } from './figures-rig.ts';

describe('annunciated', () => {
  test('says the same of every event and state as the alarm stage does', () => {
    const { SHELF, makeOccurrence } = rows;
    const states = [
      {},
      { acknowledged: { by: 'wang', atMs: 1, note: '' } },
      { isActive: false },
      { isActive: false, isLatched: true },
      { shelf: SHELF },
      { outOfService: { ...SHELF, permit: 'p', approver: 'li' } },
      { suppression: { reason: 'schedule', text: { zh: '', en: '' }, sinceMs: 1 } },
    ] as const;
    const types = Object.keys(ALARM_EVENT_CODES) as AlarmEventType[];
    for (const type of types.filter((one) => one !== 'ended')) {
      for (const state of states) {
        const occurrence = makeOccurrence('o-1', state);
        const told = isAnnunciated({ type, state: toIsaState(occurrence) });
        expect([type, state, told]).toEqual([type, state, isAnnunciation({ type, occurrence })]);
      }
    }
  });

  test('is neither a drill nor what is out of service', () => {
    const drill = new ScriptedAlarm(keyOf('panel'));
    drill.raise(DAY, { isDrill: true });
    drill.tell('blind', DAY + 1, { blindSinceMs: DAY });
    drill.acknowledge(DAY + MINUTE);
    drill.return(DAY + 2 * MINUTE);
    const out = new ScriptedAlarm(keyOf('pump'));
    out.decide('out-of-service', DAY, { outOfService: { ...rows.SHELF, permit: 'p', approver: 'li' } });
    out.raise(DAY + SECOND);
    out.tell('blind', DAY + MINUTE, { blindSinceMs: DAY + MINUTE });
    out.end(DAY + HOUR);
    const found = view(count([drill, out]), DAY + 2 * HOUR);
    expect(found.annunciated.n).toBe(0);
    expect(found.acknowledgement.asked).toBe(0);
    expect(found.blind.ms).toBe(0);
    expect(found.opcUa).toMatchObject({ AlarmCount: 0, MaximumActiveState: 0, MaximumUnAck: 0 });
    expect(found.outOfServiceHours).toBe(2);
    expect(found.blind.scheduledMs).toBe(0);
  });

  test('begins where a drill ends with the condition still there, and is no re-alarm', () => {
    const alarm = new ScriptedAlarm(keyOf('panel'));
    alarm.raise(DAY, { isDrill: true });
    alarm.tell('re-alarmed', DAY + HOUR, { isDrill: false });
    const found = view(count([alarm]), DAY + 2 * HOUR);
    expect(found.annunciated.n).toBe(1);
    expect(found.opcUa).toMatchObject({ MaximumActiveState: HOUR, MaximumReAlarmCount: 0 });
  });

  test('is not what is raised suppressed or shelved: that is counted apart', () => {
    const suppressed = new ScriptedAlarm(keyOf('a'));
    suppressed.raise(DAY, {
      suppression: { reason: 'expected', text: { zh: '', en: '' }, sinceMs: DAY },
    });
    const shelved = new ScriptedAlarm(keyOf('b'));
    shelved.decide('shelved', DAY, { shelf: rows.SHELF });
    shelved.raise(DAY + SECOND);
    const found = view(count([suppressed, shelved]), DAY + HOUR);
    expect(found.annunciated.n).toBe(0);
    expect(found.hidden).toEqual({ suppressed: 1, shelved: 1 });
    expect(found.standing.n).toBe(0);
  });

  test('counts by severity against 80, 15 and 5', () => {
    const alarms = [
      ...raiseMany(8, DAY, HOUR, { severity: 'low' }),
      ...raiseMany(2, DAY + 1, HOUR, { severity: 'high' }),
    ];
    const { priorities } = view(count(alarms), DAY + 10 * HOUR);
    expect(priorities).toEqual([
      { severity: 'life-safety', n: 0, share: 0, target: 0.01 },
      { severity: 'high', n: 2, share: 0.2, target: 0.05 },
      { severity: 'medium', n: 0, share: 0, target: 0.15 },
      { severity: 'low', n: 8, share: 0.8, target: 0.8 },
    ]);
  });
});

describe('rates', () => {
  test('of the present day are over what has passed of it, empty intervals included', () => {
    const { annunciated, period } = view(count(raiseMany(12, DAY + HOUR, SECOND)), DAY + 2 * HOUR);
    expect(period.hours).toBe(2);
    expect(annunciated.perHour).toBe(6);
    expect(annunciated.per10Min).toEqual({ n: 12, mean: 1, median: 0, p90: 0, max: 12 });
    expect(annunciated.intervalsOver10Ratio).toBe(1 / 12);
  });

  test('begin with the first figure there is, not with zeros before it', () => {
    const figures = count(raiseMany(1, DAY + 23 * HOUR, SECOND), DAY + 23 * HOUR);
    const { period } = view(figures, DAY + 24 * HOUR, { fromDate: '2026-11-01' });
    expect(period.hours).toBe(1);
  });

  test('of a period without any time are null, not zero or infinite', () => {
    const found = view(count(raiseMany(1, DAY + HOUR, SECOND)), DAY + 2 * HOUR, {
      fromDate: '2026-12-01',
      toDate: '2026-12-31',
    });
    expect(found.annunciated).toMatchObject({ n: 0, perHour: null, intervalsOver10Ratio: null });
    expect(found.annunciated.per10Min).toEqual({ n: 0, mean: null, median: null, p90: null, max: null });
    expect(found.blind.ratio).toBeNull();
    expect(found.topTen.share).toBeNull();
    expect(found.acknowledgement.ratio).toBeNull();
  });
});

describe('a flood', () => {
  test.each([
    [10, 0],
    [11, 1],
  ])('of %i alarms in ten minutes is %i floods', (n, floods) => {
    const found = view(count(raiseMany(n, DAY + HOUR, SECOND)), DAY + 3 * HOUR);
    expect([found.floods.fixed.n, found.floods.sliding?.n]).toEqual([floods, floods]);
  });

  test('across the border of two intervals is seen by the sliding window only', () => {
    const alarms = raiseMany(12, DAY + HOUR - 6 * SECOND, SECOND);
    const { fixed, sliding } = view(count(alarms), DAY + 3 * HOUR).floods;
    expect([fixed.n, sliding?.n]).toEqual([0, 1]);
  });

  test('ends when fewer than five are left in the window, and lasts while five come', () => {
    const first = raiseMany(11, DAY, SECOND);
    const five = raiseMany(5, DAY + 5 * MINUTE, SECOND);
    const four = raiseMany(4, DAY + 12 * MINUTE, SECOND);
    const { sliding } = view(count([...first, ...five, ...four]), DAY + HOUR).floods;
    const [flood] = sliding?.latest ?? [];
    // The last of the five leaves the window at 15:04: four are left.
    expect(flood).toEqual({
      beganAtMs: DAY + 10 * SECOND,
      endedAtMs: DAY + 15 * MINUTE + 4 * SECOND,
      alarms: 20,
      peak: 16,
    });
  });

  test('that lasts has no end, and its time counts up to now', () => {
    const { sliding, fixed } = view(count(raiseMany(20, DAY + HOUR, SECOND)), DAY + HOUR + MINUTE).floods;
    expect([sliding?.latest[0]?.endedAtMs, fixed.latest[0]?.endedAtMs]).toEqual([null, null]);
    expect(sliding?.durationMs.max).toBe(50 * SECOND);
    expect(sliding?.timeRatio).toBeCloseTo((50 * SECOND) / (HOUR + MINUTE), 9);
  });

  test('over midnight reaches into the next day, and belongs to the day on which it began', () => {
    const alarms = raiseMany(40, DAY + 24 * HOUR - 5 * MINUTE, 20 * SECOND);
    const figures = count(alarms);
    const next = { fromDate: '2026-11-23', toDate: '2026-11-23' };
    const { fixed, sliding } = view(figures, DAY + 26 * HOUR, next).floods;
    expect([fixed.n, sliding?.n]).toEqual([0, 0]);
    expect(fixed.timeRatio).toBeCloseTo(1 / 12, 9);
    expect(sliding?.timeRatio).toBeGreaterThan(0);
    expect(view(figures, DAY + 26 * HOUR).floods).toMatchObject({ fixed: { n: 1 }, sliding: { n: 1 } });
  });

  test('is no matter of one equipment: of a part of the site there is no sliding window', () => {
    const figures = count(raiseMany(20, DAY + HOUR, SECOND));
    const { floods, opcUa } = view(figures, DAY + 2 * HOUR, { scope: { equipment: 'pump' } });
    expect(floods.sliding).toBeNull();
    expect(floods.fixed.n).toBe(1);
    expect(opcUa).toMatchObject({ CurrentAlarmRate: null, MaximumAlarmRate: 20 });
  });
});

/** Raised and returned again and again, acknowledged each time so that each is an occurrence of its own. */
function flap(n: number, everyMs: number, forMs: number): ScriptedAlarm {
  const alarm = new ScriptedAlarm(keyOf('pump'));
  for (let at = 0; at < n; at++) {
    alarm.raise(DAY + at * everyMs);
    alarm.return(DAY + at * everyMs + forMs);
    alarm.acknowledge(DAY + at * everyMs + forMs);
  }
  return alarm;
}

describe('nuisances', () => {
  test.each([
    ['every 20 s: chatters', 20 * SECOND, 0.05, 1, 3],
    ['every 21 s: just not, by the index', 21 * SECOND, 1 / 21, 0, 3],
    ['every 31 s: no three within a minute', 31 * SECOND, 1 / 31, 0, 0],
    ['several times within a second: as if every second', 10, 1, 1, 3],
  ])('five raises %s', (_what, everyMs, index, alarms, bursts) => {
    const { chattering } = view(count([flap(5, everyMs, 5)]), DAY + HOUR);
    expect(chattering.index).toBeCloseTo(index, 9);
    expect(chattering).toMatchObject({ alarms, bursts, runs: 4 });
  });

  test.each([
    ['cleared within ten seconds', 2 * MINUTE, 9_999, 3],
    ['cleared after ten seconds', 2 * MINUTE, 10_000, 0],
    ['again just after a minute', MINUTE + SECOND, SECOND, 3],
    ['again within the minute, but for the last', MINUTE - 10, 5, 1],
  ])('fleeting: %s', (_what, everyMs, forMs, fleeting) => {
    expect(view(count([flap(3, everyMs, forMs)]), DAY + HOUR).fleeting).toBe(fleeting);
  });

  test('stale is what stands for more than a day, on each day on which it does, before it has ended too', () => {
    const alarm = new ScriptedAlarm(keyOf('pump'));
    alarm.raise(DAY + 12 * HOUR);
    alarm.acknowledge(DAY + 13 * HOUR);
    const figures = count([alarm]);
    const at = (hours: number, date: string) =>
      view(figures, DAY + hours * HOUR, { fromDate: date, toDate: date }).stale;
    expect(at(36, '2026-11-23')).toEqual({ alarms: 0, mostOnOneDay: 0 });
    expect(at(37, '2026-11-23')).toEqual({ alarms: 1, mostOnOneDay: 1 });
    expect(at(37, '2026-11-22')).toEqual({ alarms: 0, mostOnOneDay: 0 });
    expect(at(72, '2026-11-24')).toEqual({ alarms: 1, mostOnOneDay: 1 });
    expect(view(figures, DAY + 40 * HOUR).standing).toEqual({
      n: 1,
      stale: 1,
      oldest: [{ id: keyOf('pump'), sinceMs: DAY + 12 * HOUR }],
    });
  });

  test('the ten worst share the load, by alarm and by equipment, and equal ones keep an order', () => {
    const many = Array.from({ length: 12 }, (_, at) => new ScriptedAlarm(keyOf(`e-${at % 2}`, `r-${at}`)));
    for (const [at, alarm] of many.entries()) alarm.raise(DAY + at * MINUTE);
    const twice = new ScriptedAlarm(keyOf('z'));
    twice.raise(DAY);
    twice.tell('re-alarmed', DAY + HOUR, { reAlarms: 1 });
    const { topTen } = view(count([...many, twice]), DAY + 2 * HOUR);
    expect(topTen.alarms).toHaveLength(10);
    expect(topTen.alarms[0]).toEqual({ id: keyOf('z'), n: 2, share: 2 / 14 });
    expect(topTen.alarms[1]?.id).toBe(keyOf('e-0', 'r-0'));
    expect(topTen.share).toBeCloseTo(11 / 14, 9);
    expect(topTen.equipment.map(({ id, n }) => [id, n])).toEqual([
      ['e-0', 6],
      ['e-1', 6],
      ['z', 2],
    ]);
  });
});

describe('people', () => {
  test('an acknowledgement counts on the day on which it was waited for', () => {
    const alarm = new ScriptedAlarm(keyOf('pump'));
    alarm.raise(DAY + 23 * HOUR);
    alarm.acknowledge(DAY + 25 * HOUR);
    const figures = count([alarm]);
    const first = view(figures, DAY + 30 * HOUR).acknowledgement;
    expect(first).toMatchObject({ asked: 1, acknowledged: 1, acknowledgedActive: 1, ratio: 1 });
    expect(first.ms).toMatchObject({ n: 1, mean: 2 * HOUR, max: 2 * HOUR });
    const next = { fromDate: '2026-11-23', toDate: '2026-11-23' };
    expect(view(figures, DAY + 30 * HOUR, next).acknowledgement.asked).toBe(0);
  });

  test('after the return it is one, but not one while active; of the gateway itself it is none', () => {
    const late = new ScriptedAlarm(keyOf('a'));
    late.raise(DAY);
    late.return(DAY + MINUTE);
    late.acknowledge(DAY + HOUR);
    const automatic = new ScriptedAlarm(keyOf('b'));
    automatic.raise(DAY);
    automatic.acknowledge(DAY + MINUTE, null);
    const { acknowledgement, opcUa } = view(count([late, automatic]), DAY + 2 * HOUR);
    expect(acknowledgement).toMatchObject({ asked: 2, acknowledged: 1, acknowledgedActive: 0, ratio: 0 });
    expect(opcUa.MaximumUnAck).toBe(HOUR);
  });

  test('shelving tells times, hours and which were shelved again, also while the alarm is normal', () => {
    const alarm = new ScriptedAlarm(keyOf('a'));
    alarm.decide('shelved', DAY, { shelf: rows.SHELF });
    alarm.decide('shelved', DAY + HOUR, { shelf: rows.SHELF });
    alarm.decide('unshelved', DAY + 3 * HOUR, { shelf: null });
    const other = new ScriptedAlarm(keyOf('b'));
    other.decide('shelved', DAY + 22 * HOUR, { shelf: rows.SHELF });
    const figures = count([alarm, other]);
    expect(view(figures, DAY + 23 * HOUR).shelving).toEqual({ n: 3, hours: 4, reShelves: 1 });
    expect(view(figures, DAY + 30 * HOUR).shelving.hours).toBe(5);
  });

  test('a shelving that is told of the alarm and of its occurrence is one', () => {
    const alarm = new ScriptedAlarm(keyOf('a'));
    alarm.raise(DAY);
    alarm.decide('shelved', DAY + MINUTE, { shelf: rows.SHELF });
    const [raised, shelved] = alarm.events.map(toFigureEvent) as [FigureEvent, FigureEvent];
    const twice: FigureEvent = {
      kind: 'control',
      key: toId(keyOf('a')),
      type: 'shelved',
      atMs: DAY + MINUTE,
    };
    const figures = stepFigures(createFigures(ZONE, DAY), [raised, twice, shelved]);
    expect(view(figures, DAY + HOUR).shelving.n).toBe(1);
  });

  test('false alarms are counted beside the others, where they were raised', () => {
    const alarm = new ScriptedAlarm(keyOf('a'));
    alarm.raise(DAY);
    const said: FigureEvent = { kind: 'false-alarm', key: toId(keyOf('a')), atMs: DAY };
    const figures = stepFigures(count([alarm]), [said]);
    expect(view(figures, DAY + HOUR)).toMatchObject({ falseAlarms: 1, annunciated: { n: 1 } });
  });
});
