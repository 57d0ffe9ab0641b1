/** What the list of alarms shows, folds and offers to acknowledge, from tab and filters in the address. */
import { describe, expect, test } from 'vitest';
import {
  type AlarmFilter,
  hasFilter,
  isOccurrenceId,
  NO_FILTER,
  toAlarmSearch,
  toAlarmView,
  toRecordSearch,
} from '../../../src/web/alarms/alarm-address.ts';
import {
  createMatcher,
  isCurrent,
  isSuppressed,
  toFiltered,
  toPlaces,
} from '../../../src/web/alarms/alarm-filter.ts';
import { FOLD_ABOVE, isBulkable, tallySeverities, toAlarmRows } from '../../../src/web/alarms/alarm-rows.ts';
import { toFirstChoice, toShelfChoices } from '../../../src/web/alarms/shelf-times.ts';
import type { Alarm } from '../../../src/web/api/types.ts';
import { isHidden, isPressing, isUnacknowledged, toShownAlarm } from '../../../src/web/shared/alarm-order.ts';
import { text, toAlarm, toEquipment } from '../samples.ts';

const SHELF = { by: 'desk', atMs: 0, reason: 'parts', untilMs: 9, isOneShot: false };
const SERVICE = { by: 'supervisor', atMs: 0, reason: 'works', permit: '7', approver: 'admin', untilMs: 9 };
const SUPPRESSION = { reason: 'schedule' as const, text: text('night'), sinceMs: 0 };
const HOUR_MS = 3_600_000;

describe('the address', () => {
  test('tells tab and filters and gives the same back', () => {
    const view = {
      tab: 'history',
      severity: 'high',
      system: 'water',
      place: '示范大厦 一层',
      words: '水泵 1#',
      scope: { equipment: 'dws-1', rule: 'pressure-low', fromMs: 5, toMs: 9 },
    } as const;
    expect(toAlarmView(new URLSearchParams(toAlarmSearch(view)))).toEqual(view);
    expect(toAlarmSearch({ tab: 'current', ...NO_FILTER })).toEqual({});
  });

  test('that cannot be understood shows what people are told of now, unfiltered', () => {
    const search = new URLSearchParams(`tab=nonsense&severity=deadly&system=&q=${'x'.repeat(500)}`);
    const view = toAlarmView(search);
    expect(view).toMatchObject({ tab: 'current', severity: null, system: null, place: null });
    expect(view.words).toHaveLength(100);
  });

  test.each(['controls', 'approvers', 'acknowledge', '..', '', 'o-', 'o-1/explain', 'occurrence-1'])(
    'that ends in %j names no alarm, so that no list is taken for one',
    (id) => expect(isOccurrenceId(id)).toBe(false),
  );

  test('names an alarm by the id that the gateway has given it', () => {
    expect(isOccurrenceId('o-1')).toBe(true);
    expect(isOccurrenceId('o-9007199254740991')).toBe(true);
  });

  test('asks for records without what the gateway would not understand', () => {
    const filter: AlarmFilter = { ...NO_FILTER, severity: 'low', place: '一层', words: ' 泵 ' };
    expect(toRecordSearch(filter)).toBe(`severity=low&text=${encodeURIComponent('泵')}`);
    expect(toRecordSearch({ ...NO_FILTER, words: '   ' })).toBe('');
  });

  test('asks for the records behind a figure by their time, and only the history is limited by it', () => {
    const scope = { equipment: 'dws-1', rule: null, fromMs: 5, toMs: 9 };
    expect(toRecordSearch({ ...NO_FILTER, scope })).toBe('equipment=dws-1&raisedFrom=5&raisedTo=9');
    expect(hasFilter({ ...NO_FILTER, scope })).toBe(true);
    expect(toAlarmSearch({ ...NO_FILTER, tab: 'current', scope })).toEqual({});
  });

  test.each(['from=5', 'from=9&to=5', 'from=x&to=9', 'from=-1&to=9', 'equipment=dws-1'])(
    'with half a time is no limit: %s',
    (search) => expect(toAlarmView(new URLSearchParams(`tab=history&${search}`)).scope).toBeNull(),
  );
});

describe('what is told to nobody', () => {
  test.each([
    ['shelved', { shelf: SHELF }, 'E'],
    ['suppressed', { suppression: SUPPRESSION }, 'F'],
    ['out of service', { outOfService: SERVICE }, 'G'],
  ] as const)('%s is neither current, nor waits, nor presses', (_, marks, state) => {
    const alarm = toAlarm('a', marks);
    expect(alarm.state).toBe(state);
    expect(isHidden(alarm)).toBe(true);
    expect([isCurrent(alarm), isUnacknowledged(alarm), isPressing(alarm), isBulkable(alarm)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(isSuppressed(alarm)).toBe(state === 'F');
  });

  test('does not hide what people are told of behind it where there is room for one', () => {
    const hidden = toAlarm('hidden', { severity: 'high', shelf: SHELF });
    const told = toAlarm('told', { severity: 'low' });
    expect(toShownAlarm([hidden, told])?.id).toBe('told');
    expect(toShownAlarm([hidden])?.id).toBe('hidden');
  });

  test('a latched alarm that has returned still waits; one that has ended does not', () => {
    expect(isUnacknowledged(toAlarm('a', { isActive: false, isLatched: true }))).toBe(true);
    expect(isUnacknowledged(toAlarm('a', { isActive: false, endedAtMs: 5 }))).toBe(false);
  });
});

describe('the filter', () => {
  const register = new Map([
    ['pump-1', toEquipment('pump-1', { system: 'water' })],
    ['lift-1', toEquipment('lift-1', { system: 'lift' })],
  ]);
  const pump = toAlarm('trip', {
    equipment: 'pump-1',
    severity: 'high',
    text: { zh: '水泵跳闸', en: 'Pump tripped' },
    place: { zh: '大厦 地下一层 泵房', en: 'Tower Basement Pump room' },
  });
  const isFound = (filter: Partial<AlarmFilter>): boolean =>
    createMatcher({ ...NO_FILTER, ...filter }, register)(toFiltered(pump));

  test.each([
    [{}, true],
    [{ severity: 'high' }, true],
    [{ severity: 'low' }, false],
    [{ system: 'water' }, true],
    [{ system: 'lift' }, false],
    [{ place: '大厦 地下一层' }, true],
    [{ place: '大厦 地下一' }, false],
    [{ place: '大厦 地下一层 泵房 角落' }, false],
    [{ words: 'TRIPPED' }, true],
    [{ words: '泵房' }, true],
    [{ words: 'pump-1/trip' }, true],
    [{ words: '电梯' }, false],
    [{ severity: 'high', system: 'lift' }, false],
  ] as const)('%j finds the pump: %s', (filter, expected) => expect(isFound(filter)).toBe(expected));

  test('of a system leaves out what the register does not have any more', () => {
    const gone = toAlarm('a', { equipment: 'gone' });
    expect(createMatcher({ ...NO_FILTER, system: 'water' }, register)(toFiltered(gone))).toBe(false);
  });

  test('names every place once', () => {
    const places = toPlaces([toEquipment('a'), toEquipment('b'), toEquipment('c', { place: text('hall') })]);
    expect(places.map(({ en }) => en)).toEqual(['hall', 'room']);
  });
});

describe('a storm', () => {
  const member = (id: string, given: Partial<Alarm> = {}): Alarm => toAlarm(id, { storm: 's', ...given });
  const closed = { roots: new Map([['s', 'root']]), isOpen: new Map([['s', false]]) };

  test('stands as one row that holds its members, the root first, where its worst stood', () => {
    const alarms = [toAlarm('other', { severity: 'high' }), member('a'), member('root'), toAlarm('last')];
    const rows = toAlarmRows(alarms, closed);
    expect(rows.map(({ key }) => key)).toEqual(['other', 'storm-s', 'last']);
    const storm = rows.find((row) => row.type === 'storm');
    expect(storm?.members.map(({ id }) => id)).toEqual(['root', 'a']);
    expect(storm?.root?.id).toBe('root');
  });

  test('never folds life safety away, its root included', () => {
    const fire = member('root', { severity: 'life-safety' });
    const rows = toAlarmRows([fire, member('a'), member('b')], closed);
    expect(rows.map(({ key }) => key)).toEqual(['root', 'storm-s']);
    const storm = rows.find((row) => row.type === 'storm');
    expect(storm?.members.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(storm?.root?.id).toBe('root');
  });

  test('unfolded shows every member below it, marked', () => {
    const rows = toAlarmRows([member('a'), member('root')], { ...closed, isOpen: new Map([['s', true]]) });
    expect(rows.map((row) => (row.type === 'alarm' ? `${row.key} ${row.role}` : row.key))).toEqual([
      'storm-s',
      'root root',
      'a member',
    ]);
  });

  test('folds by itself only when it is long, and loses nobody', () => {
    const nobody = { roots: new Map(), isOpen: new Map() };
    const some = Array.from({ length: FOLD_ABOVE }, (_, at) => member(`m${at}`));
    expect(toAlarmRows(some, nobody)).toHaveLength(FOLD_ABOVE + 1);
    const many = Array.from({ length: 1_000 }, (_, at) => member(`m${at}`));
    const rows = toAlarmRows(many, nobody);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.type === 'storm' && rows[0].members.length).toBe(1_000);
    expect(rows[0]?.type === 'storm' && rows[0].root).toBe(null);
  });

  test('of which only one is on show needs no row of its own', () => {
    expect(toAlarmRows([member('a')], closed).map(({ key }) => key)).toEqual(['a']);
  });
});

test('one confirmation acknowledges no life safety, and says how many of which severity it means', () => {
  const alarms = [
    toAlarm('fire', { severity: 'life-safety' }),
    toAlarm('a', { severity: 'low' }),
    toAlarm('b', { severity: 'high' }),
    toAlarm('c', { severity: 'low' }),
    toAlarm('seen', { acknowledged: { by: 'desk', atMs: 1, note: '' } }),
  ];
  const bulk = alarms.filter(isBulkable);
  expect(bulk.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(tallySeverities(bulk)).toEqual([
    { severity: 'high', count: 1 },
    { severity: 'low', count: 2 },
  ]);
});

describe('the lengths of a shelf', () => {
  test.each([
    [0, []],
    [HOUR_MS / 6, [HOUR_MS / 6]],
    [2 * HOUR_MS, [HOUR_MS / 4, HOUR_MS / 2, HOUR_MS, 2 * HOUR_MS]],
  ])('up to %d ms are %j', (maxMs, expected) => expect(toShelfChoices(maxMs)).toEqual(expected));

  test('never pass what is allowed, and begin with an hour at most', () => {
    for (const maxMs of [1_000, HOUR_MS, 8 * HOUR_MS, 100 * HOUR_MS, 720 * HOUR_MS]) {
      const choices = toShelfChoices(maxMs);
      expect(Math.max(...choices)).toBe(maxMs);
      expect(choices.length).toBeLessThanOrEqual(6);
      expect(choices).toContain(toFirstChoice(choices));
    }
    expect(toFirstChoice(toShelfChoices(8 * HOUR_MS))).toBe(HOUR_MS);
  });
});
