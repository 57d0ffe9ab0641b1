/** Rules in words, what may be edited of them, the override that edits make, and the verdict of a trial. */
import type { TFunction } from 'i18next';
import { describe, expect, test } from 'vitest';
import type { Rule } from '../../../src/web/api/types.ts';
import { toOverrideLines } from '../../../src/web/rules/change-words.ts';
import {
  toBlindRatio,
  toDifferenceText,
  toPercentText,
  worstFirst,
} from '../../../src/web/rules/comparison.ts';
import { sortMistakes } from '../../../src/web/rules/mistakes.ts';
import { type Edits, toChanges, toFields, toLimits, toOverride } from '../../../src/web/rules/override.ts';
import { createRuleWords } from '../../../src/web/rules/rule-words.ts';
import { toExpectedText, toHappeningText, toStepText } from '../../../src/web/rules/test-words.ts';
import { text, toPoint } from '../samples.ts';

function toRule(given: Partial<Rule> = {}): Rule {
  return {
    key: 'site/unit/high',
    equipment: 'unit',
    equipmentName: text('unit'),
    rule: 'high',
    type: 'threshold',
    version: '1',
    isEnabled: true,
    severity: 'medium',
    text: text('high'),
    guidance: null,
    points: ['unit/level'],
    params: { point: 'level', hi: { limit: 5, deadband: 0.1 }, hihi: { limit: 6, severity: 'high' } },
    onDelayMs: 10_000,
    offDelayMs: 0,
    minGoodSamples: 1,
    uncertain: 'use',
    unknownHoldMs: 60_000,
    when: [],
    expectedWhen: null,
    calendar: null,
    isLatching: false,
    reAlarmMs: null,
    explains: null,
    explainedBy: [],
    opensTicket: true,
    class: 'engineering',
    faultKind: 'high',
    source: { profile: 'p', file: null, change: null },
    ...given,
  };
}

/** Key and values, so that a test sees which sentence was chosen with what in it. */
const t = ((key: string, values?: Record<string, unknown>) =>
  values === undefined ? key : `${key} ${JSON.stringify(values)}`) as unknown as TFunction;
const format = { text: ({ en }: { en: string }) => en, span: (ms: number) => `${ms} ms` };
const points = new Map(
  [toPoint('level', [], { unit: 'm' }), toPoint('mode', ['auto', 'manual'])].map((point) => [
    point.id,
    point,
  ]),
);

describe('the words of a rule', () => {
  const words = (rule: Rule) => createRuleWords(rule, points, t, format);

  test('tell each limit with unit, severity, and where it is left', () => {
    const [hihi, hi] = words(toRule()).condition;
    expect(hihi).toContain('severity.high');
    expect(hihi).toContain('aboveOnly');
    expect(hihi).toContain('6 m');
    expect(hi).toContain('severity.medium');
    expect(hi).toContain('5 m');
    expect(hi).toContain('4.9 m');
  });

  test('of a low limit say that it is left above', () => {
    const [lo] = words(toRule({ params: { point: 'level', lo: { limit: 0.1, deadband: 0.2 } } })).condition;
    expect(lo).toContain('ruleWords.below ');
    expect(lo).toContain('0.3 m');
  });

  test('call states by their names', () => {
    const rule = toRule({ type: 'state', params: { point: 'mode', in: [1, 7] } });
    expect(words(rule).condition[0]).toContain('manualruleWords.or7');
    const guard = { point: 'unit/mode', in: null, notIn: [0] };
    expect(words(rule).guard(guard)).toContain('isNot');
    expect(words(rule).guard(guard)).toContain('auto');
  });

  test('leave out nothing that they have no sentence for', () => {
    const params = { point: 'level', limit: 2, overMs: 60_000, strange: { a: [1] } };
    const rows = words(toRule({ type: 'rate-of-change', params })).params;
    expect(rows.map(({ text: value }) => value)).toEqual(['level', '2 m', '60000 ms', '{ "a": [ 1 ] }']);
    expect(rows.at(-1)?.name).toBe('strange');
  });
});

const TEXTS = ['text.zh', 'text.en', 'guidance.zh', 'guidance.en'];

describe('what may be edited', () => {
  test('of a threshold rule are limits, dead-bands, delays in seconds, severity, conditions, texts and the switch', () => {
    const fields = toFields(toRule());
    expect(fields.map(({ key }) => key)).toEqual([
      'hihi.limit',
      'hihi.deadband',
      'hi.limit',
      'hi.deadband',
      'onDelayMs',
      'offDelayMs',
      'severity',
      'when',
      'calendar',
      'reAlarmMs',
      ...TEXTS,
      'latch',
      'enabled',
    ]);
    expect(fields.find(({ key }) => key === 'onDelayMs')?.value).toBe(10);
  });

  test('of life safety is nothing that delays it, weakens it or switches it off', () => {
    const fields = toFields(
      toRule({ severity: 'life-safety', params: { point: 'level', afterMs: 9, deadband: 1 } }),
    );
    expect(fields.map(({ key }) => key)).toEqual(['reAlarmMs', ...TEXTS, 'latch']);
  });

  test('of other types are their numbers', () => {
    const rule = toRule({ type: 'count', params: { point: 'level', count: 3, withinMs: 60_000 } });
    const keys = toFields(rule).map(({ key, kind, value }) => `${key} ${kind} ${JSON.stringify(value)}`);
    expect(keys.slice(0, 2)).toEqual(['count number 3', 'withinMs seconds 60']);
  });
});

describe('the override', () => {
  const rule = toRule();
  const change = (edits: Edits, of: Rule = rule) => toChanges(toFields(of), edits);

  test('names only what was changed, in the units of the files', () => {
    const changes = change({ 'hi.limit': 5.5, 'hi.deadband': 0.1, onDelayMs: 2.5, enabled: false });
    expect(toOverride(null, changes)).toEqual({ hi: { limit: 5.5 }, onDelayMs: 2_500, enabled: false });
  });

  test('keeps what an approved change in force says besides', () => {
    const present = { hi: { deadband: 0.3 }, offDelayMs: 7_000 };
    expect(toOverride(present, change({ 'hi.limit': 4 }))).toEqual({
      hi: { deadband: 0.3, limit: 4 },
      offDelayMs: 7_000,
    });
    expect(present).toEqual({ hi: { deadband: 0.3 }, offDelayMs: 7_000 });
  });

  test('writes preconditions, hours, texts and the time to announce again as the files do', () => {
    const guards = [
      { point: 'mode', isIn: true, values: [1] },
      { point: 'level', isIn: false, values: [0, 2] },
    ];
    const changes = change({
      when: guards,
      calendar: 'office',
      reAlarmMs: 30,
      'text.zh': '高',
      'guidance.en': 'Look',
    });
    expect(toOverride(null, changes)).toEqual({
      when: [
        { point: 'mode', in: [1] },
        { point: 'level', notIn: [0, 2] },
      ],
      calendar: 'office',
      reAlarmMs: 1_800_000,
      text: { zh: '高' },
      guidance: { en: 'Look' },
    });
  });

  test('takes hours, preconditions and the time to announce again away', () => {
    const guarded = toRule({
      when: [{ point: 'mode', in: [1], notIn: null }],
      calendar: { id: 'office', name: text('office') },
      reAlarmMs: 60_000,
    });
    expect(toOverride(null, change({ when: [], calendar: null, reAlarmMs: null }, guarded))).toEqual({
      when: [],
      calendar: null,
      reAlarmMs: null,
    });
    const same = { when: [{ point: 'mode', isIn: true, values: [1] }], calendar: 'office', reAlarmMs: 1 };
    expect(change(same, guarded)).toEqual([]);
  });

  test('is nothing when the edits say what the rule says', () =>
    expect(change({ 'hi.limit': 5 })).toEqual([]));

  test('is told line by line, also what this page cannot edit', () => {
    const lines = toOverrideLines(t, rule, { hi: { limit: 4 }, onDelayMs: 2_000, calendar: 'office' });
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('"to":"2"');
    expect(lines[2]).toContain('office');
    expect(toOverrideLines(t, rule, null)).toEqual(['ruleChange.toFiles']);
  });
});

describe('what the gateway refuses', () => {
  const fields = toFields(toRule({ when: [{ point: 'mode', in: [1], notIn: null }] }));
  const sort = (...paths: readonly string[]) =>
    sortMistakes(
      paths.map((path) => ({ path, expected: 'x' })),
      fields,
    );

  test.each([
    ['hi.limit', 'hi.limit'],
    ['when[0].point', 'when'],
    ['when', 'when'],
    ['calendar', 'calendar'],
    ['text.en', 'text.en'],
    ['guidance', 'guidance.zh'],
    ['hihi', 'hihi.limit'],
  ])('of %s stands at the field %s', (path, key) => {
    const { ofField, others } = sort(path);
    expect([...ofField.keys()]).toEqual([key]);
    expect(others).toEqual([]);
  });

  test.each(['point', 'rules', '(document)', ''])(
    'of %j, which the form does not have, stands below',
    (path) => {
      const { ofField, others } = sort(path);
      expect(ofField.size).toBe(0);
      expect(others).toHaveLength(1);
    },
  );

  test('is told together where one field has several', () =>
    expect(sort('hi.limit', 'hi.limit').ofField.get('hi.limit')).toHaveLength(2));
});

describe('the case of a test', () => {
  const context = {
    t,
    format: { ...format, value: (_: unknown, value: number) => String(value) },
    toQuality: (code: number) => `q${code}`,
  };
  const step = (given: object) =>
    ({ atMs: 0, type: 'held', values: [], quality: null, ms: 0, ...given }) as Parameters<
      typeof toStepText
    >[0];

  test('tells states by name and numbers with their unit', () => {
    const level = toPoint('level', [], { unit: 'm' });
    expect(toStepText(step({ values: [2] }), level, context)).toBe('2 m');
    expect(toStepText(step({ values: [1] }), toPoint('mode', ['auto', 'manual']), context)).toBe('manual');
    expect(toStepText(step({ values: [3] }), undefined, context)).toBe('3');
  });

  test.each([
    [{ type: 'silent' }, 'signal.silent'],
    [{}, 'signal.last'],
    [{ values: [2], ms: 5_000 }, 'signal.late {"value":"2","duration":"5000 ms"}'],
    [{ type: 'ramp', values: [1, 4], ms: 9 }, '{"from":"1","to":"4","duration":"9 ms"}'],
    [{ type: 'alternate', values: [0, 1], ms: 9 }, 'signal.alternate'],
    [{ quality: 130 }, 'q130'],
    [{ quality: 67, values: [2] }, '{"value":"2","quality":"q67"}'],
  ])('%j is %s', (given, words) => expect(toStepText(step(given), undefined, context)).toContain(words));

  test('tells what is expected, and only that', () => {
    const none = { isNothing: false, state: null, level: null, severity: null, isBlind: null, ticket: null };
    const tell = (given: object) => toExpectedText({ atMs: 0, messages: null, ...none, ...given }, context);
    expect(tell({ isNothing: true })).toBe('ruleTests.nothing');
    expect(tell({ state: 'B', level: 'lo' })).toBe('B alarmState.Bcommon.clauseruleWords.lo');
    expect(tell({ ticket: 'none' })).toBe('ruleTests.noTicket');
    expect(tell({ ticket: 'fire/urgent' })).toContain('class.fire');
    expect(tell({ messages: [] })).toBe('ruleTests.noMessages');
    expect(tell({ messages: ['raised'] })).toContain('alarmEvent.raised');
  });

  test('tells which way the clock jumps, and what must be refused', () => {
    const event = (given: object) =>
      ({ atMs: 0, type: 'clock', ms: null, refused: null, ...given }) as Parameters<
        typeof toHappeningText
      >[0];
    expect(toHappeningText(event({ ms: -60_000 }), context)).toContain('"sign":"−"');
    expect(
      toHappeningText(event({ type: 'shelve', ms: 1, refused: 'shelve-not-allowed' }), context),
    ).toContain('shelve-not-allowed');
    expect(toHappeningText(event({ type: 'dance' }), context)).toBe('dance');
  });
});

test('limits that are none are left out', () => {
  expect(
    toLimits({ type: 'threshold', params: { hi: 'x', lo: { limit: null }, hihi: { limit: 1 } } }),
  ).toEqual([{ level: 'hihi', limit: 1, deadband: 0 }]);
  expect(toLimits({ type: 'state', params: { hi: { limit: 1 } } })).toEqual([]);
});

describe('a trial over history', () => {
  type Incident = Parameters<typeof worstFirst>[0][number];
  const incident = (outcome: Incident['outcome'], atMs: number) =>
    ({ outcome, historyAtMs: null, beforeAtMs: null, afterAtMs: atMs }) as Incident;

  test('shows what would be missed before everything else, then the oldest', () => {
    const incidents = [
      incident('same', 1),
      incident('later', 2),
      incident('missed', 9),
      incident('missed', 3),
    ];
    expect(worstFirst(incidents).map(({ outcome, afterAtMs }) => `${outcome} ${afterAtMs}`)).toEqual([
      'missed 3',
      'missed 9',
      'later 2',
      'same 1',
    ]);
  });

  test('goes by the changed rule that was blind for longest, not by the whole site', () => {
    type Given = Parameters<typeof toBlindRatio>[0];
    const tally = (notEvaluableRatio: number) => ({ notEvaluableRatio });
    const rule = (isChanged: boolean, ratio: number) => ({ isChanged, before: null, after: tally(ratio) });
    const given = { after: tally(0.01), rules: [rule(true, 0.2), rule(true, 0.9), rule(false, 1)] };
    expect(toBlindRatio(given as unknown as Given)).toBe(0.9);
    expect(toBlindRatio({ after: tally(0.01), rules: [] } as unknown as Given)).toBe(0.01);
    const off = { after: tally(0), rules: [{ isChanged: true, before: tally(0.4), after: null }] };
    expect(toBlindRatio(off as unknown as Given)).toBe(0.4);
  });

  test('does not round nearly all up to all', () => {
    expect([0, 0.004, 0.9999, 1].map(toPercentText)).toEqual(['0.0%', '0.4%', '99.9%', '100.0%']);
    expect([-2, 0, 3].map(toDifferenceText)).toEqual(['−2', '0', '+3']);
  });
});
