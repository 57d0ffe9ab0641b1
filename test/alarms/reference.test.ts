/**
 * The reference model against alarms.md B1, row by row, and B7 by hand: expected lines are written from the text. Between two
 * events of one moment the letter may be one that no row names (an unshelved occurrence in D just before it ends).
 */
import { describe, expect, test } from 'vitest';
import { REFERENCE_POLICY } from '../support/reference/defaults.ts';
import {
  acknowledge,
  comment,
  edit,
  HOUR_MS,
  inService,
  no,
  outOfService,
  play,
  reset,
  restart,
  shelve,
  stepWall,
  suppress,
  toStates,
  unknown,
  unshelve,
  wait,
  yes,
} from '../support/reference/play.ts';
import type { ReferencePolicy } from '../support/reference/script.ts';

const RAISED = ['0 0#1 raised B', '0 0#1 ! raised'];

describe('B1', () => {
  test('row 1: an alarm that occurs is unacknowledged after its on-delay, told and ticketed', () => {
    const { lines } = play([{ onDelayMs: 3_000 }], [yes(), wait(2_999), wait(1)]);
    expect(lines).toEqual(['3000 0#1 raised B', '3000 0#1 ! raised', '3000 0#1 > raised', '3000 0#1 ticket']);
  });

  test('row 2: an acknowledgement makes it acknowledged', () => {
    const { lines } = play([{}], [yes(), wait(10), acknowledge(), acknowledge()]);
    expect(toStates(lines)).toEqual([...RAISED, '10 0#1 acknowledged C', '10 refused already-acknowledged']);
  });

  test('row 3: a return after the off-delay waits for its acknowledgement', () => {
    const { lines, model } = play([{ offDelayMs: 4_000 }], [yes(), no(), wait(3_999), wait(1)]);
    expect(lines.slice(-2)).toEqual(['4000 0#1 returned D', '4000 0#1 > recovered']);
    expect(model.view(0)).toMatchObject({ letter: 'D', isOpen: true });
  });

  test('row 4: an acknowledged alarm that returns is normal', () => {
    const { lines } = play([{}], [yes(), acknowledge(), wait(5), no()]);
    expect(lines.slice(-3)).toEqual(['5 0#1 returned A', '5 0#1 > recovered', '5 0#1 ended A returned']);
  });

  test('row 5: a returned alarm is normal once it is acknowledged', () => {
    const { lines } = play([{}], [yes(), no(), wait(5), acknowledge(), acknowledge()]);
    expect(lines.slice(-3)).toEqual([
      '5 0#1 acknowledged A',
      '5 0#1 ended A returned',
      '5 refused alarm-ended',
    ]);
  });

  test('row 6: a returned alarm that occurs again is the same row, counted', () => {
    const { lines, model } = play([{}], [yes(), no(), wait(5), yes()]);
    expect(toStates(lines)).toEqual([
      ...RAISED,
      '0 0#1 returned D',
      '5 0#1 re-raised B',
      '5 0#1 ! re-raised',
    ]);
    expect(model.view(0).count).toBe(2);
  });

  test('row 7: a higher severity makes an acknowledged alarm unacknowledged', () => {
    const higher = { type: 'sample', alarm: 0, truth: 'true', severity: 'high' } as const;
    const { lines } = play([{}], [yes(), acknowledge(), wait(5), higher, higher]);
    expect(lines.slice(-3)).toEqual([
      '5 0#1 severity-changed B high',
      '5 0#1 ! severity',
      '5 0#1 > severity',
    ]);
  });

  test('row 7: so does the re-alarm time, again and again until the return', () => {
    const { lines, model } = play(
      [{ reAlarmMs: 60_000 }],
      [yes(), acknowledge(), wait(60_000), wait(60_000), no(), wait(HOUR_MS)],
    );
    expect(toStates(lines).slice(3)).toEqual([
      '60000 0#1 re-alarmed B',
      '60000 0#1 ! re-alarmed',
      '120000 0#1 re-alarmed B',
      '120000 0#1 ! re-alarmed',
      '120000 0#1 returned D',
    ]);
    expect(model.view(0).reAlarms).toBe(0);
  });

  test.each([
    ['A', []],
    ['B', [yes()]],
    ['C', [yes(), acknowledge()]],
    ['D', [yes(), no()]],
  ])('row 8: it is shelved from %s', (letter, before) => {
    const { lines, model } = play([{}], [...before]);
    expect(model.view(0).letter).toBe(letter);
    const after = play([{}], [...before, wait(5), shelve(60_000)]);
    const occurrence = letter === 'A' ? '-' : '1';
    const ended = letter === 'D' ? ['5 0#1 ended E returned'] : [];
    expect(after.lines.slice(lines.length)).toEqual([`5 0#${occurrence} shelved E`, ...ended]);
  });

  test('row 9: a manual unshelve acknowledges what is true', () => {
    const { lines } = play([{}], [yes(), shelve(60_000), wait(5), unshelve(), unshelve()]);
    expect(lines.slice(-2)).toEqual(['5 0#1 unshelved C', '5 refused not-shelved']);
  });

  test('row 9: a manual unshelve makes normal what is not true', () => {
    const { lines } = play([{}], [yes(), no(), shelve(60_000), wait(5), unshelve()]);
    expect(toStates(lines).slice(-2)).toEqual(['0 0#1 ended E returned', '5 0#- unshelved A']);
  });

  test('row 10: the expiry of a shelf annunciates what is true, whoever acknowledged it before', () => {
    const { lines } = play([{}], [yes(), acknowledge(), shelve(60_000), wait(60_000)]);
    expect(lines.slice(-3)).toEqual([
      '60000 0#1 shelf-expired B',
      '60000 0#1 ! shelf-expired',
      '60000 0#1 > shelf-expired',
    ]);
  });

  test('row 10: the expiry of a shelf makes normal what is not true', () => {
    const returned = play([{}], [yes(), shelve(60_000), wait(5), no(), wait(59_995)]);
    expect(toStates(returned.lines).slice(3)).toEqual([
      '5 0#1 ended E returned',
      '60000 0#- shelf-expired A',
    ]);
    const before = play([{}], [yes(), no(), shelve(60_000), wait(60_000)]);
    expect(before.lines.slice(-2)).toEqual(['0 0#1 ended E returned', '60000 0#- shelf-expired A']);
  });

  test.each([
    ['A', []],
    ['B', [yes()]],
    ['C', [yes(), acknowledge()]],
    ['D', [yes(), no()]],
  ])('row 11: it is suppressed and taken out of service from %s', (letter, before) => {
    const occurrence = before.length === 0 ? '-' : '1';
    const { length } = play([{}], [...before]).lines;
    const toEnd = (hidden: string) => (letter === 'D' ? [`0 0#1 ended ${hidden} returned`] : []);
    const suppressed = play([{}], [...before, suppress(true)]);
    expect(suppressed.lines.slice(length)).toEqual([`0 0#${occurrence} suppressed F`, ...toEnd('F')]);
    const permitted = play([{}], [...before, outOfService(60_000)]);
    expect(permitted.lines.slice(length)).toEqual([`0 0#${occurrence} out-of-service G`, ...toEnd('G')]);
  });

  test('row 12: what is true comes back unacknowledged, never acknowledged', () => {
    const before = [yes(), acknowledge()];
    const released = play([{}], [...before, suppress(true), suppress(false)]);
    expect(toStates(released.lines).slice(-2)).toEqual(['0 0#1 unsuppressed B', '0 0#1 ! unsuppressed']);
    const back = play([{}], [...before, outOfService(60_000), inService()]);
    expect(toStates(back.lines).slice(-2)).toEqual(['0 0#1 in-service B', '0 0#1 ! in-service']);
    const expired = play([{}], [...before, outOfService(60_000), wait(60_000)]);
    expect(toStates(expired.lines).slice(-2)).toEqual([
      '60000 0#1 service-expired B',
      '60000 0#1 ! in-service',
    ]);
  });

  test('row 12: what is not true comes back normal', () => {
    const returned = play([{}], [yes(), suppress(true), no(), suppress(false)]);
    expect(toStates(returned.lines).slice(3)).toEqual(['0 0#1 ended F returned', '0 0#- unsuppressed A']);
    const waiting = play([{}], [yes(), no(), outOfService(60_000), inService()]);
    expect(waiting.lines.slice(-2)).toEqual(['0 0#1 ended G returned', '0 0#- in-service A']);
  });
});

describe('latch', () => {
  const rule = { isLatching: true };

  test('stays until it is reset, which needs the return and the acknowledgement', () => {
    const { lines } = play([rule], [yes(), reset(), no(), reset(), wait(5), acknowledge(), reset(), reset()]);
    expect(toStates(lines)).toEqual([
      ...RAISED,
      '0 refused reset-not-allowed',
      '0 0#1 returned D',
      '0 0#1 latched B',
      '0 refused reset-not-allowed',
      '5 0#1 acknowledged C',
      '5 0#1 reset A',
      '5 0#1 ended A returned',
      '5 refused alarm-ended',
    ]);
  });

  test('is annunciated again when a shelf over it expires', () => {
    const { lines } = play([rule], [yes(), shelve(60_000), no(), wait(60_000)]);
    expect(toStates(lines).slice(3)).toEqual([
      '0 0#1 latched E',
      '60000 0#1 shelf-expired B',
      '60000 0#1 ! shelf-expired',
    ]);
  });

  test('does not explain what lies downstream', () => {
    const { model } = play([rule, { parent: 0 }], [yes(0), no(0), yes(1), wait(59_999)]);
    expect([model.view(0).letter, model.view(1).letter]).toEqual(['B', 'F']);
    model.apply(wait(1));
    expect([model.view(0).letter, model.view(1).letter]).toEqual(['B', 'B']);
  });
});

describe('shelf', () => {
  test('is never longer than the severity allows, and none for life safety', () => {
    const max = REFERENCE_POLICY.alarms.shelveMaxMs.high;
    const of = (severity: 'high' | 'life-safety', forMs: number) =>
      play([{ severity }], [yes(), shelve(forMs)]).lines.at(-1);
    expect(of('high', max)).toBe('0 0#1 shelved E');
    expect(of('high', max + 1)).toBe('0 refused shelve-too-long');
    expect(of('high', 0)).toBe('0 refused end-not-ahead');
    expect(of('life-safety', 1)).toBe('0 refused shelve-not-allowed');
  });

  test('blocks new tickets and annunciation, not the record', () => {
    const { lines } = play([{}], [shelve(60_000), yes(), wait(5), unshelve()]);
    expect(lines).toEqual(['0 0#- shelved E', '0 0#1 raised E', '5 0#1 unshelved C', '5 0#1 ticket']);
  });

  test('of one shot covers the present stretch or the next, then it is gone', () => {
    const { lines } = play([{}], [shelve(60_000, { isOneShot: true }), yes(), wait(5), no(), yes()]);
    expect(toStates(lines)).toEqual([
      '0 0#- shelved E',
      '0 0#1 raised E',
      '5 0#1 ended E returned',
      '5 0#- unshelved A',
      '5 0#2 raised B',
      '5 0#2 ! raised',
    ]);
  });

  test('is reminded of once before its end', () => {
    const reminderMs = REFERENCE_POLICY.alarms.shelfReminderMs;
    const { lines } = play([{}], [shelve(HOUR_MS), wait(HOUR_MS - 1)]);
    const at = HOUR_MS - reminderMs;
    expect(lines.slice(1)).toEqual([`${at} 0#- shelf-reminder E`, `${at} 0#- > shelf-reminder`]);
    expect(play([{}], [shelve(reminderMs), wait(reminderMs - 1)]).lines).toHaveLength(1);
  });

  test('that ends while the gateway is down ends at its boot', () => {
    const { lines } = play([{}], [yes(), shelve(60_000), restart(120_000)]);
    expect(toStates(lines).slice(-2)).toEqual(['120000 0#1 shelf-expired B', '120000 0#1 ! shelf-expired']);
  });

  test.each([
    [2_001, 60_000],
    [-HOUR_MS, 60_000],
    [2_000, 58_000],
  ])('moves with a clock step of %d ms only when that is seen: %d ms are left', (byMs, leftMs) => {
    const { model } = play([{}], [yes(), shelve(60_000), stepWall(byMs), wait(leftMs - 1)]);
    expect(model.view(0).letter).toBe('E');
    model.apply(wait(1));
    expect(model.view(0).letter).toBe('B');
  });
});

describe('out of service', () => {
  test('needs a permit and the approval of another person, for life safety as well', () => {
    const of = (input: ReturnType<typeof outOfService>) =>
      play([{ severity: 'life-safety' }], [yes(), input]).lines.at(-1);
    expect(of(outOfService(1, { permit: '' }))).toBe('0 refused approval-required');
    expect(of(outOfService(1, { approver: 'wang' }))).toBe('0 refused approval-required');
    expect(of(outOfService(0))).toBe('0 refused end-not-ahead');
    expect(of(outOfService(1))).toBe('0 0#1 out-of-service G');
  });

  test('lies above suppression, and that above a shelf', () => {
    const { model } = play([{}], [yes(), shelve(HOUR_MS), suppress(true), outOfService(60_000)]);
    const letters = [inService(), suppress(false), unshelve()].map((input) => {
      const { letter } = model.view(0);
      model.apply(input);
      return letter;
    });
    expect([...letters, model.view(0).letter]).toEqual(['G', 'F', 'E', 'C']);
  });
});

test('life safety is not suppressed', () => {
  expect(toStates(play([{ severity: 'life-safety' }], [suppress(true), yes()]).lines)).toEqual(RAISED);
});

test('re-alarm counts anew when the alarm comes out of hiding', () => {
  const { lines } = play(
    [{ reAlarmMs: 60_000 }],
    [yes(), wait(20_000), suppress(true), wait(HOUR_MS), suppress(false), wait(59_999), wait(1)],
  );
  const at = HOUR_MS + 80_000;
  expect(toStates(lines).slice(-2)).toEqual([`${at} 0#1 re-alarmed B`, `${at} 0#1 ! re-alarmed`]);
});

test('escalation is asked for at the third re-alarm', () => {
  const { lines } = play([{ reAlarmMs: 60_000 }], [yes(), wait(240_000)]);
  expect(lines.filter((line) => line.includes('escalate'))).toEqual(['180000 0#1 > escalate']);
});

describe('rule edits', () => {
  test('that leave it true go on with the same occurrence', () => {
    const { lines } = play([{}], [yes(), acknowledge(), edit('true')]);
    expect(lines.at(-1)).toBe('0 0#1 rule-changed C');
  });

  test('that make it false end it without a word of recovery', () => {
    const { lines } = play([{ offDelayMs: 4_000 }], [yes(), wait(5), edit('false'), no(), wait(4_000)]);
    expect(lines.slice(4)).toEqual(['4005 0#1 ended A rule-changed']);
  });

  test.each([
    ['removed', 'rule-removed'],
    ['source-removed', 'source-removed'],
  ] as const)('%s end whatever is open', (to, reason) => {
    expect(play([{}], [yes(), edit(to), yes()]).lines.slice(4)).toEqual([`0 0#1 ended A ${reason}`]);
    expect(play([{}], [yes(), no(), edit(to)]).lines.at(-1)).toBe(`0 0#1 ended A ${reason}`);
  });
});

test('people speak of open occurrences only', () => {
  const { lines } = play([{}], [comment(), yes(), comment(), acknowledge(), no(), comment()]);
  expect(lines.filter((line) => /comment|refused/.test(line))).toEqual([
    '0 refused not-found',
    '0 0#1 commented B',
    '0 refused alarm-ended',
  ]);
});

describe('causes', () => {
  const family = [{}, { parent: 0 }, { parent: 1 }];

  test('explain what follows them: recorded, not annunciated, no ticket', () => {
    const { lines } = play(family, [yes(0), wait(5), yes(1), yes(2)]);
    expect(lines.slice(4)).toEqual([
      '5 1#1 raised B',
      '5 1#1 explained F',
      '5 2#1 raised B',
      '5 2#1 explained F',
    ]);
  });

  test('that come within the wait keep the ticket back; later ones do not take it away', () => {
    const inTime = play(family, [yes(1), wait(4_999), yes(0), wait(HOUR_MS)]);
    expect(inTime.lines).toContain('4999 1#1 explained F');
    expect(inTime.lines.filter((line) => line.endsWith('1#1 ticket'))).toEqual([]);
    const late = play(family, [wait(15_000), yes(1), wait(5_000), yes(0)]);
    expect(late.lines).toContain('20000 1#1 ticket');
    expect(late.model.view(1).letter).toBe('B');
  });

  test('that have gone are waited out, and one good sample, before what is left is released', () => {
    const { lines, model } = play(family, [yes(0), yes(1), wait(1), no(0), wait(60_000)]);
    expect(model.view(1).letter).toBe('F');
    expect(model.apply(yes(1))).toMatchObject([
      { event: 'released', letter: 'B' },
      { kind: 'annunciated', why: 'released' },
      { kind: 'told' },
      { kind: 'ticket' },
    ]);
    expect(lines.at(-1)).toBe('1 0#1 > recovered');
    const sampled = play(family, [yes(0), yes(1), no(0), yes(1), wait(59_999), wait(1)]);
    expect(toStates(sampled.lines).at(-1)).toBe('60000 1#1 ! released');
  });

  test('that go with their effect leave nothing behind', () => {
    const { lines } = play(family, [yes(0), yes(1), no(0), wait(5), no(1)]);
    expect(lines.slice(-1)).toEqual(['5 1#1 ended A returned']);
  });

  test.each([
    ['shelved', shelve(60_000)],
    ['out of service', outOfService(60_000)],
    ['suppressed', suppress(true)],
  ])('that are %s are seen by their ticket; without one they explain nothing', (_what, hide) => {
    const ticketed = play(family, [yes(0), yes(1), yes(2), hide, wait(HOUR_MS)]);
    expect([1, 2].map((alarm) => ticketed.model.view(alarm).letter)).toEqual(['F', 'F']);
    const hidden = play(family, [hide, yes(0), yes(1), yes(2)]);
    expect([1, 2].map((alarm) => hidden.model.view(alarm).letter)).toEqual(['B', 'B']);
  });
});

describe('flood', () => {
  const policy: ReferencePolicy = {
    ...REFERENCE_POLICY,
    alarms: {
      ...REFERENCE_POLICY.alarms,
      flood: { enter: 2, leave: 2, windowMs: 60_000, digestMs: 20_000, maxMs: 120_000 },
    },
  };

  test('groups what it consists of, tells it by digest and ends when it is calm', () => {
    const { lines } = play([{}, {}, {}], [yes(0), wait(5), yes(1), yes(2), wait(120_000)], policy);
    expect(lines.slice(8)).toEqual([
      '5 2#1 raised B',
      '5 2#1 ! raised',
      '5 storm began',
      '5 0#1 grouped B',
      '5 1#1 grouped B',
      '5 2#1 grouped B',
      '5 2#1 storm ticket',
      '20005 > digest 1 raised, 0 returned',
      '60005 storm ended',
    ]);
  });

  test('tells high one by one with a ticket of its own, and leaves life safety out altogether', () => {
    const rules = [{}, {}, {}, { severity: 'high' }, { severity: 'life-safety' }] as const;
    const { lines } = play(rules, [yes(0), yes(1), yes(2), wait(5), yes(3), yes(4)], policy);
    expect(lines.filter((line) => line.startsWith('5 '))).toEqual([
      '5 3#1 raised B',
      '5 3#1 ! raised',
      '5 3#1 grouped B',
      '5 3#1 > raised',
      '5 3#1 ticket',
      '5 4#1 raised B',
      '5 4#1 ! raised',
      '5 4#1 > raised',
      '5 4#1 ticket',
    ]);
  });

  test('releases what expires at one moment by severity', () => {
    const rules = [{ severity: 'low' }, { severity: 'high' }] as const;
    const { lines } = play(
      rules,
      [yes(0), yes(1), shelve(60_000, { alarm: 0 }), shelve(60_000, { alarm: 1 }), wait(60_000)],
      policy,
    );
    expect(lines.filter((line) => line.includes(' shelf-expired B'))).toEqual([
      '60000 1#1 shelf-expired B',
      '60000 0#1 shelf-expired B',
    ]);
  });
});

describe('chatter', () => {
  const flap = [yes(), no(), wait(1_000)];

  test('of three raises in a minute holds the return until it has been quiet', () => {
    const { lines, model } = play([{}], [...flap, ...flap, yes(), no(), wait(59_999)]);
    expect(toStates(lines).slice(-3)).toEqual([
      '2000 0#1 re-raised B',
      '2000 0#1 chattering B',
      '2000 0#1 ! re-raised',
    ]);
    expect(model.view(0).isActive).toBe(true);
    expect(model.apply(wait(1))).toMatchObject([
      { event: 'chatter-ended' },
      { event: 'returned' },
      { what: 'recovered' },
    ]);
  });

  test('grows by half with each raise inside, which is counted and not said', () => {
    const { lines, model } = play([{}], [...flap, ...flap, ...flap, wait(1_000), yes()]);
    expect(lines.filter((line) => line.startsWith('4000'))).toEqual([]);
    expect(model.view(0)).toMatchObject({ chatterHoldMs: 90_000, count: 4 });
  });

  test('does not return while it is blind', () => {
    const { model } = play([{}], [...flap, ...flap, yes(), no(), unknown(), wait(HOUR_MS)]);
    expect(model.view(0).isActive).toBe(true);
  });

  test('of raises further apart is none', () => {
    const { lines } = play([{}], [yes(), no(), wait(30_000), yes(), no(), wait(30_000), yes()]);
    expect(lines.filter((line) => line.includes('chatter'))).toEqual([]);
  });
});
