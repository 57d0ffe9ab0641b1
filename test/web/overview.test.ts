/** What the overview makes of the register, of alarms and of live values. */
import { describe, expect, test } from 'vitest';
import { toColumns } from '../../src/web/overview/columns.ts';
import { toPartWords } from '../../src/web/overview/part-words.ts';
import { chooseKeyPoints } from '../../src/web/overview/point-choice.ts';
import { toNodes, toSystems } from '../../src/web/overview/tree.ts';
import { compareAlarms, isPressing } from '../../src/web/shared/alarm-order.ts';
import { toSharedWords, toShortNames } from '../../src/web/shared/short-text.ts';
import { bad, good, text, toAlarm, toEquipment, toPoint } from './samples.ts';

const SENTINEL = 133;
const COMM_LOSS = 129;
const CAUSE = {
  occurrence: 'o-1',
  key: 'site/board/mains-lost',
  upstream: 'power',
  text: text('mains lost'),
  equipmentName: text('board'),
  atMs: 0,
} as const;

describe('the panels', () => {
  const register = ['meter', 'climate', 'power', 'fire', 'lift', 'unknown'].flatMap((system, at) =>
    Array.from({ length: at + 1 }, (_, number) => toEquipment(`${system}-${number}`, { system })),
  );

  test('stand in the order of what matters, a system unknown to the page last', () => {
    const systems = toSystems(register, [], [], []);
    expect(systems.map(({ id }) => id)).toEqual(['fire', 'lift', 'power', 'climate', 'meter', 'unknown']);
  });

  test.for([1, 2, 3, 4])('are all there once in %i columns, each in the given order', (count) => {
    const systems = toSystems(register, [], [], []);
    const columns = toColumns(systems, count);
    expect(columns).toHaveLength(count);
    expect(new Set(columns.flat())).toEqual(new Set(systems));
    expect(columns.flat()).toHaveLength(systems.length);
    for (const column of columns) {
      expect(column).toEqual(systems.filter((system) => column.includes(system)));
    }
    expect(columns[0]?.[0]?.id).toBe('fire');
  });

  test('do not move when an alarm is raised', () => {
    const place = (alarms: readonly ReturnType<typeof toAlarm>[]) =>
      toColumns(toSystems(register, [], alarms, []), 3).map((column) => column.map(({ id }) => id));
    expect(place([toAlarm('a', { equipment: 'meter-0', severity: 'life-safety' })])).toEqual(place([]));
  });

  test('fewer systems than columns leave no empty column', () => {
    expect(toColumns(toSystems([toEquipment('a')], [], [], []), 3)).toHaveLength(1);
  });
});

test('an equipment has the alarms of its parts, the worst first', () => {
  const [node] = toNodes(
    [toEquipment('panel'), toEquipment('zone', { parent: 'panel' })],
    [],
    [toAlarm('low', { equipment: 'panel' }), toAlarm('fire', { equipment: 'zone', severity: 'life-safety' })],
    [],
  );
  expect(node?.allAlarms.map(({ id }) => id)).toEqual(['fire', 'low']);
  expect(node?.alarms.map(({ id }) => id)).toEqual(['low']);
});

describe('the order of alarms', () => {
  test('is severity, active, not explained, unacknowledged', () => {
    const acknowledged = { by: 'desk', atMs: 1, note: '' };
    const alarms = [
      toAlarm('returned', { severity: 'high', isActive: false }),
      toAlarm('explained', { severity: 'high', explainedBy: CAUSE }),
      toAlarm('acknowledged', { severity: 'high', acknowledged }),
      toAlarm('fire', { severity: 'life-safety', isActive: false }),
      toAlarm('cause', { severity: 'high' }),
    ];
    expect(alarms.sort(compareAlarms).map(({ id }) => id)).toEqual([
      'fire',
      'cause',
      'acknowledged',
      'explained',
      'returned',
    ]);
  });

  test('only an active, unacknowledged alarm without a cause presses', () => {
    expect(isPressing(toAlarm('a'))).toBe(true);
    expect(isPressing(toAlarm('a', { isActive: false }))).toBe(false);
    expect(isPressing(toAlarm('a', { explainedBy: CAUSE }))).toBe(false);
    expect(isPressing(toAlarm('a', { acknowledged: { by: 'desk', atMs: 1, note: '' } }))).toBe(false);
  });
});

describe('the key points', () => {
  test('are those that the profile names, five at most, in its order', () => {
    const points = Array.from({ length: 8 }, (_, at) => toPoint(`p${at}`, [], { isKey: at > 0 }));
    expect(chooseKeyPoints(points).map(({ name }) => name)).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
  });

  test('of a profile that names none are states by their usual names and what is measured now', () => {
    const isKey = false;
    const points = [
      toPoint('starts', [], { isKey }),
      toPoint('running', ['off', 'on'], { isKey }),
      toPoint('fault', ['ok', 'fault'], { isKey }),
      toPoint('level', [], { isKey, unit: 'm' }),
    ];
    expect(chooseKeyPoints(points).map(({ name }) => name)).toEqual(['running', 'fault', 'level']);
  });
});

describe('the tile of a part', () => {
  const fire = toPoint('fire', ['normal', 'fire']);
  const event = toPoint('event', ['none', 'smoke', 'unused']);
  const current = toPoint('current', [], { unit: 'A' });
  const toWords = (words: ReturnType<typeof toPartWords>) => [words.tone, ...words.words.map(({ en }) => en)];

  test('at rest says the state of rest of its first point', () => {
    expect(toWords(toPartWords([fire, event], [good(0), good(0)], []))).toEqual(['rest', 'normal']);
  });

  test('says what differs from rest, also while another point has no value by nature', () => {
    expect(toWords(toPartWords([fire, event], [bad(SENTINEL), good(2)], []))).toEqual(['moved', 'unused']);
  });

  test('never says normal while a point is bad: it says why it is', () => {
    const words = toPartWords([fire, event], [bad(COMM_LOSS), good(0)], []);
    expect([words.tone, words.words, words.qualityCode]).toEqual(['bad', [], COMM_LOSS]);
  });

  test('has the severity of its worst active alarm and the state behind it', () => {
    const evidence = { ...toAlarm('x').evidence, point: 'fire' };
    const alarm = toAlarm('fire alarm', { severity: 'life-safety', evidence });
    expect(toWords(toPartWords([fire], [good(1)], [alarm]))).toEqual(['life-safety', 'fire']);
  });

  test('has the text of the alarm where the point behind it is no key point or has no value', () => {
    const evidence = { ...toAlarm('x').evidence, point: 'fire' };
    expect(toWords(toPartWords([fire], [good(0)], [toAlarm('hot')]))).toEqual(['medium', 'hot']);
    expect(toWords(toPartWords([fire], [bad(COMM_LOSS)], [toAlarm('fire!', { evidence })]))).toEqual([
      'medium',
      'fire!',
    ]);
  });

  test('shows what it is doing again once its alarm has returned', () => {
    const returned = toAlarm('trip', { isActive: false, state: 'D' });
    expect(toWords(toPartWords([fire], [good(0)], [returned]))).toEqual(['rest', 'normal']);
  });

  test('shows measured values only while they are good', () => {
    expect(toPartWords([fire, current], [good(0), good(3)], []).values).toEqual([
      { point: current, value: 3 },
    ]);
    expect(toPartWords([fire, current], [good(0), bad(COMM_LOSS)], []).values).toEqual([]);
  });
});

describe('short texts', () => {
  test('names of parts lose what they share', () => {
    expect(toShortNames(['1号防火分区', '2号防火分区', '10号防火分区'])).toEqual(['1', '2', '10']);
    expect(toShortNames(['Zone 1', 'Zone 2'])).toEqual(['1', '2']);
  });

  test('a single name, or one that would be empty, stays whole', () => {
    expect(toShortNames(['Pump'])).toEqual(['Pump']);
    expect(toShortNames(['Door', 'Door 2'])).toEqual(['Door', 'Door 2']);
  });

  test('places lose the words that all begin with, never half a word', () => {
    expect(toSharedWords(['Demo Tower Basement 1 ', 'Demo Tower Floor 1 ', 'Demo Tower '])).toBe(
      'Demo Tower ',
    );
    expect(toSharedWords(['Basement 1 ', 'Base '])).toBe('');
  });
});
