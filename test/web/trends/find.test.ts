/** Finding points, the building at an instant, and the file of an export. */
import { describe, expect, test } from 'vitest';
import { toBytesText } from '../../../src/web/shared/bytes.ts';
import { isTroubled, toBuilding } from '../../../src/web/trends/building.ts';
import { isCutShort, toExportQuery, toFileName } from '../../../src/web/trends/export-file.ts';
import { findChoices, toChoices } from '../../../src/web/trends/point-search.ts';
import type { InstantPoint } from '../../../src/web/trends/trend-queries.ts';
import { text, toEquipment, toPoint } from '../samples.ts';

const EQUIPMENT = [
  toEquipment('dws-1', {
    name: { zh: '生活水泵', en: 'Booster set' },
    place: { zh: '地下二层', en: 'Basement 2' },
  }),
  toEquipment('dws-1-pump-1', { parent: 'dws-1', name: { zh: '1号泵', en: 'Pump 1' } }),
  toEquipment('lift-1', { system: 'lift', name: { zh: '客梯', en: 'Lift 1' } }),
];
const POINTS = [
  toPoint('pressure', [], {
    id: 'dws-1/pressure',
    equipment: 'dws-1',
    text: { zh: '出水压力', en: 'Outlet pressure' },
  }),
  toPoint('current', [], {
    id: 'dws-1-pump-1/current',
    equipment: 'dws-1-pump-1',
    text: { zh: '电流', en: 'Current' },
  }),
  toPoint('position', [], {
    id: 'lift-1/position',
    equipment: 'lift-1',
    text: { zh: '楼层', en: 'Position' },
  }),
  toPoint('model', [], { id: 'lift-1/model', equipment: 'lift-1', type: 'text' }),
];

describe('a point is found', () => {
  const choices = toChoices(POINTS, EQUIPMENT, 'zh');
  const find = (search: string) => findChoices(choices, search, 10).map(({ id }) => id);

  test.each([
    ['出水', ['dws-1/pressure']],
    ['OUTLET basement', ['dws-1/pressure']],
    ['地下二层 电流', ['dws-1-pump-1/current']],
    ['booster pump 1 current', ['dws-1-pump-1/current']],
    ['lift-1/pos', ['lift-1/position']],
    ['出水 电流', []],
  ])('by %s', (search, ids) => expect(find(search)).toEqual(ids));

  test('in the order of the overview; a text has no curve', () => {
    expect(find('')).toEqual(['lift-1/position', 'dws-1/pressure', 'dws-1-pump-1/current']);
  });

  test('with the name of what its part belongs to', () => {
    expect(choices.at(-1)?.equipment).toBe('生活水泵 1号泵');
  });

  test('and no more than can be read', () => expect(findChoices(choices, '', 2)).toHaveLength(2));
});

describe('the building at an instant', () => {
  const toInstantPoint = (id: string, given: Partial<InstantPoint> = {}): InstantPoint => ({
    id,
    equipment: id.split('/')[0] ?? '',
    text: text(id),
    unit: '',
    value: 1,
    stateText: null,
    quality: 'good',
    qualityCode: 0,
    qualityText: text('good'),
    stampMs: 5,
    ageMs: 1,
    ...given,
  });
  const items = [
    toInstantPoint('dws-1/pressure'),
    toInstantPoint('dws-1-pump-1/current', { value: null, quality: 'bad', qualityCode: 129 }),
    toInstantPoint('lift-1/position', { quality: 'uncertain', qualityCode: 66 }),
    toInstantPoint('gone/level', { value: null, quality: null, qualityCode: null, stampMs: null }),
  ];

  test('stands system by system as on the overview, and says how much is bad', () => {
    const systems = toBuilding(items, EQUIPMENT, { search: '', only: 'all' });
    expect(systems.map(({ id, rows, bad }) => [id, rows.length, bad])).toEqual([
      ['lift', 1, 0],
      ['water', 2, 1],
      ['', 1, 1],
    ]);
  });

  test('is narrowed down to what is not good, and to what somebody looks for', () => {
    const ids = (search: string, only: 'all' | 'trouble') =>
      toBuilding(items, EQUIPMENT, { search, only }).flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(ids('', 'trouble')).toEqual(['lift-1/position', 'dws-1-pump-1/current', 'gone/level']);
    expect(ids('booster', 'all')).toEqual(['dws-1/pressure']);
  });

  test('a value of which only itself was kept is not in trouble', () => {
    expect(isTroubled({ value: 3, quality: null })).toBe(false);
  });
});

describe('an export', () => {
  test('asks for what is on show', () => {
    const window = { fromMs: 1_000.7, toMs: 9_000.2 };
    const wish = { points: ['a/b', 'c/d'], window, format: 'xlsx', kind: 'buckets', language: 'en' } as const;
    expect(Object.fromEntries(toExportQuery(wish))).toEqual({
      points: 'a/b,c/d',
      from: '1000',
      to: '9001',
      format: 'xlsx',
      kind: 'buckets',
      language: 'en',
    });
  });

  test('has the name that the gateway gives, and never a path', () => {
    expect(toFileName('attachment; filename="riser-tower-20261121T1000.csv"')).toBe(
      'riser-tower-20261121T1000.csv',
    );
    expect(toFileName('attachment; filename="../../etc"')).toBeNull();
    expect(toFileName(null)).toBeNull();
  });

  test('whose last row says what is missing is called incomplete', () => {
    const head = '\uFEFF时间,UTC 毫秒,值\r\n';
    expect(isCutShort(head)).toBe(false);
    expect(isCutShort(`${head}2026-11-21T10:00:00+08:00,1795276800000,3\r\n`)).toBe(false);
    expect(isCutShort(`${head}2026-11-21T10:00:00+08:00,1795276800000,3\r\n"数据不完整: a, b"\r\n`)).toBe(
      true,
    );
  });
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [3_240_000, '3.2 MB'],
  [8_589_934_592, '8.6 GB'],
  [123_000_000_000, '123 GB'],
])('%d bytes are %s', (bytes, words) => expect(toBytesText(bytes)).toBe(words));
