/** The limits of feedback on a fake clock, under both shipped policies: when they are due, warned of, broken, and with whom. */
import { describe, expect, test } from 'vitest';
import { addOpenDays, type Calendar } from '../../src/core/calendar.ts';
import { toId } from '../../src/core/ids.ts';
import { createTestPolicy } from '../support/model.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { ANALYSE, createFeedbackRig, HANDLE, TELL, toLocal, toMs } from './rig.ts';

const calendar = (timeZone: string, week: Calendar['week']): Calendar => ({
  id: toId('some'),
  name: { zh: '', en: '' },
  timeZone,
  week,
  holiday: [],
  makeUp: null,
  days: null,
});
const DAY = [{ from: 540, to: 1_020 }];
const SIX_DAYS = [DAY, DAY, DAY, DAY, DAY, [{ from: 540, to: 720 }], []];

describe('a deadline in working days', () => {
  const working = [...defaultPolicy.calendars.values()].find(({ id }) => id === 'working') as Calendar;
  test.each([
    // Within a plain week; the day of receipt does not count, whatever its hour.
    ['11-16 00:30', 1, '11-17 17:00'],
    ['11-16 23:30', 1, '11-17 17:00'],
    ['11-16 10:00', 7, '11-25 17:00'],
    // Received on a day off: the next working day is the first.
    ['11-21 10:00', 1, '11-23 17:00'],
    // Mid-Autumn (09-25), the National Day holidays (10-01 to 10-07), and the Saturday that makes up for them (10-10).
    ['09-23 16:30', 1, '09-24 17:00'],
    ['09-23 16:30', 2, '09-28 17:00'],
    ['09-23 16:30', 5, '10-08 17:00'],
    ['09-23 16:30', 7, '10-10 17:00'],
  ])('of %s and %i days is the close of %s', (from, days, due) => {
    expect(toLocal(addOpenDays(working, toMs(from), days) ?? 0)).toBe(due);
  });

  test('ends with the last hours of a short day, and of a night watch on the next morning', () => {
    const saturday = addOpenDays(calendar('Asia/Shanghai', SIX_DAYS), toMs('11-20 10:00'), 1);
    expect(toLocal(saturday ?? 0)).toBe('11-21 12:00');
    const night = Array.from({ length: 7 }, () => [{ from: 1_260, to: 300 }]);
    expect(toLocal(addOpenDays(calendar('Asia/Shanghai', night), toMs('11-20 10:00'), 1) ?? 0)).toBe(
      '11-22 05:00',
    );
  });

  test('keeps to the clock on the wall where that is put back', () => {
    // Berlin, 2026-10-25: the Monday behind the change closes at 17:00 of winter time.
    const due = addOpenDays(calendar('Europe/Berlin', SIX_DAYS), Date.UTC(2026, 9, 24, 8), 1);
    expect(new Date(due ?? 0).toISOString()).toBe('2026-10-26T16:00:00.000Z');
  });

  test('is unknown where the calendar never opens', () => {
    expect(addOpenDays(calendar('Asia/Shanghai', [[], [], [], [], [], [], []]), 0, 1)).toBeNull();
  });
});

describe('under the default policy', () => {
  test('24 hours, 7 working days and 30 days run from the receipt', () => {
    const rig = createFeedbackRig(defaultPolicy, '09-23 16:30');
    rig.open();
    expect(rig.clocks()).toEqual([
      'handling: warn 09-24 11:42, due 09-24 16:30',
      // Half an hour and seven days of 8 h: 80 % are 45.2 h, half an hour, five days and 4.7 h of 10-09.
      'result: warn 10-09 13:42, due 10-10 17:00',
      'analysis: warn 10-17 16:30, due 10-23 16:30',
    ]);
  });

  test('each is warned of before it passes, told to the supervisor when it has, and recorded with the handler', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open({ handler: 'wang' });
    expect(rig.told()).toEqual(['assigned wang']);
    rig.to('11-17 05:11');
    expect(rig.told()).toEqual([]);
    rig.to('11-17 06:00');
    expect(rig.told()).toEqual(['clock-warned wang']);
    rig.to('11-17 09:59');
    expect(rig.told()).toEqual([]);
    rig.to('11-17 10:00');
    expect(rig.told()).toEqual(['clock-breached boss-wu']);
    expect(rig.clocks()[0]).toBe(
      'handling: warn 11-17 05:12, due 11-17 10:00, warned 11-17 06:00, breached by wang',
    );
    const body = rig.loop.messages.at(-1)?.body;
    expect(body?.zh).toContain('反馈处理已超时（应于 10:00 前完成），责任人 名wang');
    expect(body?.zh).toContain('反馈 FK20261116-0001');
    // Told once: the rest of the limits is still ahead.
    rig.to('11-17 20:00');
    expect(rig.told()).toEqual([]);
    rig.act(HANDLE, 'wang');
    expect(rig.clocks()[0]).toContain('stopped 11-17 20:00, breached by wang');
  });

  test('what is done in time is neither warned of nor broken', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    rig.to('11-16 15:00');
    rig.act(HANDLE);
    rig.act(TELL);
    rig.to('11-18 09:00');
    rig.act(ANALYSE);
    rig.act({ type: 'file' });
    rig.to('12-31 00:00');
    expect(rig.told()).toEqual([]);
    expect(rig.feedback()).toMatchObject({ stage: 'filed', isLateEntry: false });
    expect(rig.events().map(({ type }) => type)).toEqual([
      'received',
      'handled',
      'told',
      'analysed',
      'filed',
    ]);
  });

  test('a gateway that was off for a week tells what has passed meanwhile, once', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open({ handler: 'wang' });
    rig.told();
    rig.restartAt('11-24 13:00');
    // Handled by 11-17: broken. The result is due on 11-25 17:00, its warning (11-24 12:24) has passed unseen.
    expect(rig.told()).toEqual(['clock-breached boss-wu', 'clock-warned wang']);
    expect(rig.clocks()[0]).toContain('due 11-17 10:00, warned 11-24 13:00, breached by wang');
    rig.restartAt('11-24 14:00');
    expect(rig.told()).toEqual([]);
  });

  test('the policy that it was opened under drives it to its end, over a restart', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    const before = rig.clocks();
    const tighter = createTestPolicy({ version: 'tight' });
    rig.loop.restart(1_000, undefined, (stored) => ({
      ...stored,
      policies: new Map([
        [defaultPolicy.version, defaultPolicy],
        [tighter.version, tighter],
      ]),
    }));
    rig.to('11-16 10:30');
    expect(rig.clocks()).toEqual(before);
    expect(rig.feedback().policyVersion).toBe(defaultPolicy.version);
  });

  test('due times that were damaged in the store are put right after the start, and noted', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open();
    const before = rig.clocks();
    rig.loop.restart(1_000, undefined, (stored) => ({
      ...stored,
      feedbacks: (stored.feedbacks ?? []).map((one) => ({
        ...one,
        clocks: one.clocks.map((clock) => ({ ...clock, dueAtMs: clock.dueAtMs + 86_400_000 })),
      })),
    }));
    rig.to('11-16 10:01');
    expect(rig.clocks()).toEqual(before);
    expect(rig.events().at(-1)).toMatchObject({ type: 'dues-corrected', by: 'gateway' });
  });

  test('rows that differ from the entry are written anew', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    const { version } = rig.open();
    rig.loop.restart(1_000, undefined, (stored) => ({ ...stored, feedbackDues: [] }));
    const count = rig.loop.writes.length;
    rig.to('11-16 10:01');
    const [written] = rig.loop.writes.slice(count).filter(({ type }) => type === 'feedback');
    expect(written).toMatchObject({ feedback: { version }, expectedVersion: version });
    expect(written?.type === 'feedback' && written.dues.length).toBe(6);
  });

  test('a clock that is set on or back leaves the time left as it is', () => {
    const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
    rig.open({ handler: 'wang' });
    rig.told();
    rig.loop.clock.stepWall(48 * 3_600_000);
    rig.to('11-18 10:01');
    expect(rig.told()).toEqual([]);
    expect(rig.clocks()[0]).toBe('handling: warn 11-19 05:12, due 11-19 10:00');
    // The analysis keeps its 30 days, too; whoever looks meanwhile may still write.
    expect(rig.clocks()[2]).toContain('due 12-18 10:00');
    rig.act(HANDLE);
    rig.loop.clock.stepWall(-48 * 3_600_000);
    rig.loop.clock.advance(250);
    rig.loop.round();
    expect(rig.clocks()[2]).toContain('due 12-16 10:00');
  });
});

describe('under the hospital policy', () => {
  test('4 hours of the day shift, 3 clinic days and 20 days run, and the manager is told', () => {
    // A Friday: Saturday morning is a clinic day, Sunday is not.
    const rig = createFeedbackRig(hospitalPolicy, '11-20 18:00');
    rig.open({ handler: 'wang' });
    expect(rig.clocks()).toEqual([
      // An hour until 19:00, three from 07:00 on the next day; half of them is an hour into it.
      'handling: warn 11-21 08:00, due 11-21 10:00',
      // Sat 4.5 h, Mon and Tue 8.5 h each: 70 % of 21.5 h are 15 h 3 min, of which 2 h 3 min are Tuesday's.
      'result: warn 11-24 09:33, due 11-24 17:30',
      'analysis: warn 12-08 18:00, due 12-10 18:00',
    ]);
    rig.told();
    rig.to('11-21 10:00');
    expect(rig.told()).toEqual(['clock-warned wang', 'clock-breached manager-sun']);
  });
});
