/** What a write is refused for, and in which order. */
import { describe, expect, test } from 'vitest';
import type { Interlock } from '../../src/config/model.ts';
import { KIND_NAMES, KINDS } from '../../src/core/kinds.ts';
import { GOOD, QUALITIES } from '../../src/core/quality.ts';
import type { Role } from '../../src/core/roles.ts';
import { type Attempt, refusal, refusalForEver } from '../../src/writing/check.ts';
import { holds, type PointReading } from '../../src/writing/interlocks.ts';
import { createTestModel } from '../support/model.ts';
import { IN_AUTOMATIC, makeModel, makeWriteDef } from './support.ts';

const good = (value: number): PointReading => ({ value, quality: GOOD });
const NONE: PointReading = { value: null, quality: QUALITIES.stale.code };
const [SET_POINT] = makeModel().points as [Attempt['point']];
const SOUND: Attempt = {
  point: SET_POINT,
  kinds: ['booster-set'],
  value: 0.4,
  roles: ['engineer'],
  lockOut: null,
  read: () => good(2),
};
const LOCK_OUT = { by: 'li', reason: 'bearing', atMs: 1 };
const refused = (changes: Partial<Attempt>) => refusal({ ...SOUND, ...changes });
const writable = (changes: Parameters<typeof makeWriteDef>[0], point: object = {}) => ({
  ...SET_POINT,
  write: makeWriteDef(changes),
  ...point,
});

test('a sound write is refused for nothing', () => {
  expect(refusal(SOUND)).toBeNull();
});

test.each<readonly [string, Partial<Attempt>, string]>([
  ['a point without write', { point: { ...SET_POINT, write: null } }, 'not-writable'],
  ['a text', { point: { ...SET_POINT, type: 'text' } }, 'not-writable'],
  ['life safety', { kinds: ['fire-pump'] }, 'life-safety-write'],
  ['a part of life safety', { kinds: ['pump', 'fire-tank'] }, 'life-safety-write'],
  ['the desk', { roles: ['desk'] }, 'not-permitted'],
  ['nobody', { roles: [] }, 'not-permitted'],
  ['a lock-out', { lockOut: LOCK_OUT }, 'locked-out'],
  ['a value below', { value: 0.29 }, 'value-not-allowed'],
  ['a value above', { value: 0.61 }, 'value-not-allowed'],
  ['no number', { value: Number.NaN }, 'value-not-allowed'],
  ['an infinite value', { value: Number.POSITIVE_INFINITY }, 'value-not-allowed'],
  ['an interlock that does not hold', { read: () => good(1) }, 'interlocked'],
  ['an interlock that nobody can judge', { read: () => NONE }, 'interlocked'],
])('%s is refused', (_, changes, code) => {
  expect(refused(changes)?.code).toBe(code);
});

test('limits themselves are allowed', () => {
  for (const value of [0.3, 0.6]) expect(refused({ value })).toBeNull();
});

test('the refusal that people can do least about comes first', () => {
  const all: Partial<Attempt>[] = [
    { point: { ...SET_POINT, write: null } },
    { kinds: ['lift'] },
    { roles: ['desk'] },
    { lockOut: LOCK_OUT },
    { value: 9 },
    { read: () => NONE },
  ];
  const codes = all.map((_, first) => refused(Object.assign({}, ...all.slice(first).toReversed()))?.code);
  expect(codes).toEqual([
    'not-writable',
    'life-safety-write',
    'not-permitted',
    'locked-out',
    'value-not-allowed',
    'interlocked',
  ]);
});

describe('life safety', () => {
  test.each(KIND_NAMES)('%s is written only when its kind allows it, whatever the model says', (kind) => {
    const { isLifeSafety, text } = KINDS[kind];
    for (const kinds of [[kind], ['pump', kind]] as const) {
      expect(refusalForEver(SET_POINT, kinds)?.code).toBe(isLifeSafety ? 'life-safety-write' : undefined);
      const error = refused({ kinds, roles: ['admin'] });
      expect(error?.params).toEqual(isLifeSafety ? { kind: text } : undefined);
    }
  });
});

test.each<readonly [Role, boolean, boolean]>([
  ['admin', true, true],
  ['supervisor', true, true],
  ['engineer', true, false],
  ['desk', false, false],
])('%s may write points for engineers: %s, for supervisors: %s', (role, engineer, supervisor) => {
  const may = (least: 'engineer' | 'supervisor') =>
    refused({ roles: [role], point: writable({ role: least }) }) === null;
  expect([may('engineer'), may('supervisor')]).toEqual([engineer, supervisor]);
});

test('a list of values allows nothing between, and the refusal names them with their texts', () => {
  const off = { zh: '停用', en: 'Off' };
  const point = writable({ min: 0, max: 2, values: [0, 2] }, { states: new Map([[0, off]]) });
  expect(refused({ point, value: 2 })).toBeNull();
  const error = refused({ point, value: 1 });
  expect(error?.params).toEqual({ value: 1, allowed: { zh: '0 停用、2', en: '0 Off, 2' } });
});

test('the refusal names limits with the unit', () => {
  const error = refused({ point: { ...SET_POINT, unit: 'megapascal' }, value: 9 });
  expect(error?.params['allowed']).toEqual({ zh: '0.3–0.6 MPa', en: '0.3–0.6 MPa' });
});

describe('interlocks', () => {
  const interlock = (condition: Partial<Interlock>): Interlock => ({
    point: 1,
    in: null,
    notIn: null,
    min: null,
    max: null,
    text: IN_AUTOMATIC,
    ...condition,
  });

  test.each<readonly [Partial<Interlock>, number, boolean]>([
    [{ in: [1, 2] }, 2, true],
    [{ in: [1, 2] }, 0, false],
    [{ notIn: [1, 2] }, 0, true],
    [{ notIn: [1, 2] }, 2, false],
    [{ min: 0.5 }, 0.5, true],
    [{ min: 0.5 }, 0.49, false],
    [{ max: 3 }, 3, true],
    [{ max: 3 }, 3.01, false],
    [{ min: 1, max: 3 }, 2, true],
    [{ min: 1, max: 3 }, 4, false],
    [{ min: 1, max: 3 }, 0, false],
  ])('%o with %d: %s', (condition, value, expected) => {
    expect(holds(interlock(condition), good(value))).toBe(expected);
  });

  test('only a good reading tells: bad, uncertain, absent and impossible ones are UNKNOWN', () => {
    const conditions: Partial<Interlock>[] = [{ in: [2] }, { notIn: [1] }, { min: 0 }, { max: 9 }];
    const readings: PointReading[] = [
      NONE,
      { value: 2, quality: QUALITIES.stuck.code },
      { value: 2, quality: QUALITIES['comm-loss'].code },
      { value: null, quality: GOOD },
      { value: Number.NaN, quality: GOOD },
    ];
    for (const condition of conditions) {
      for (const reading of readings) expect(holds(interlock(condition), reading)).toBeNull();
    }
  });

  test('all that do not hold are named, and which of them cannot be confirmed', () => {
    const dry = { zh: '水箱缺水', en: 'The tank is empty' };
    const point = writable({
      interlocks: [
        interlock({ in: [2] }),
        interlock({ point: 2, min: 1, text: dry }),
        interlock({ point: 3, in: [0] }),
      ],
    });
    const readings = [NONE, NONE, good(0.5), good(0)];
    const error = refused({ point, read: (index) => readings[index] ?? NONE });
    expect(error?.text).toEqual({
      zh: '联锁条件不满足：供水设备未投自动（无法确认）；水箱缺水',
      en: 'Interlocked: The set is not in automatic (cannot be confirmed); The tank is empty',
    });
  });
});

test('the table of kinds has life safety in it, so that the cases above judge something', () => {
  expect(KIND_NAMES.filter((kind) => KINDS[kind].isLifeSafety).length).toBeGreaterThan(4);
  expect(createTestModel().points).toEqual([]);
});
