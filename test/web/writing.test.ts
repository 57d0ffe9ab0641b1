/** What the page makes of writing: who sees the button, what is in the way, which values, and what came of it. */
import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../src/web/api/client.ts';
import type { LinkStatus, PointWrite, PointWriting } from '../../src/web/api/types.ts';
import { findTag, mayWrite, type Obstacle, toObstacles } from '../../src/web/writing/obstacles.ts';
import {
  followAnswer,
  isUnderWay,
  latestOf,
  type Sending,
  toFailedAnswer,
  toRevertValue,
} from '../../src/web/writing/write-answer.ts';
import { isAllowed, toChoices, toStep } from '../../src/web/writing/write-values.ts';
import { text, toEquipment, toPoint } from './samples.ts';

const LOCK_OUT = { by: 'wang', reason: 'repair', atMs: 1 };

function toWriting(given: Partial<PointWriting> = {}): PointWriting {
  return {
    min: 0.3,
    max: 0.55,
    values: null,
    role: 'engineer',
    revertAfterMs: null,
    interlocks: [],
    ...given,
  };
}

function toLink(state: LinkStatus['state']): LinkStatus {
  return {
    link: 'bus',
    name: text('bus'),
    protocol: 'modbus',
    state,
    sinceMs: 0,
    reason: null,
    causes: [],
    way: null,
    listener: null,
    counters: {},
    exceptions: [],
    load: null,
    clocks: [],
  };
}

function toRow(given: Partial<PointWrite> = {}): PointWrite {
  return {
    id: 'w-1',
    point: 'unit/setpoint',
    value: 0.5,
    previous: 0.45,
    state: 'confirmed',
    by: 'li',
    reason: 'night',
    atMs: 10_000,
    readBack: 0.5,
    revertAtMs: null,
    changedAtMs: 10_500,
    detail: '',
    detailText: { zh: '', en: '' },
    ...given,
  };
}

describe('the button', () => {
  const toPerson = (roles: string[], permissions: string[]) => ({ roles, permissions });

  test('is for the role that the point asks for and those above it', () => {
    const permissions = ['point.write'];
    const seen = (['engineer', 'supervisor'] as const).map((role) =>
      ['desk', 'engineer', 'supervisor', 'admin'].filter((own) =>
        mayWrite(toPerson([own], permissions), toWriting({ role })),
      ),
    );
    expect(seen).toEqual([
      ['engineer', 'supervisor', 'admin'],
      ['supervisor', 'admin'],
    ]);
  });

  test('is not there without the permission, whatever the role', () => {
    expect(mayWrite(toPerson(['admin'], ['site.read']), toWriting())).toBe(false);
  });
});

describe('what is in the way', () => {
  const free = { tag: null, link: toLink('online'), isUnderWay: false };
  const toTypes = (obstacles: readonly Obstacle[]) => obstacles.map(({ type }) => type);

  test('nothing, while interlocks hold and the link carries frames to some devices at least', () => {
    const interlocks = [{ text: text('fault'), holds: true }];
    for (const state of ['online', 'degraded'] as const) {
      expect(toObstacles({ ...free, write: toWriting({ interlocks }), link: toLink(state) })).toEqual([]);
    }
  });

  test.for(['connecting', 'offline', 'stopped'] as const)('a link that is %s', (state) => {
    expect(toTypes(toObstacles({ ...free, write: toWriting(), link: toLink(state) }))).toEqual(['link']);
  });

  test('an interlock that does not hold, and one of which nobody can say, told apart', () => {
    const interlocks = [
      { text: text('open'), holds: false },
      { text: text('blind'), holds: null },
      { text: text('well'), holds: true },
    ];
    expect(toObstacles({ ...free, write: toWriting({ interlocks }) })).toEqual([
      { type: 'interlock', text: text('open'), isKnown: true },
      { type: 'interlock', text: text('blind'), isKnown: false },
    ]);
  });

  test('a link that is down stands for the interlocks that nobody can tell without it', () => {
    const interlocks = [
      { text: text('blind'), holds: null },
      { text: text('open'), holds: false },
    ];
    const obstacles = toObstacles({ ...free, write: toWriting({ interlocks }), link: toLink('offline') });
    expect(toTypes(obstacles)).toEqual(['link', 'interlock']);
    expect(obstacles[1]).toMatchObject({ isKnown: true });
  });

  test('all of it at once, the tag first', () => {
    const equipment = toEquipment('unit', { lockOut: LOCK_OUT });
    const all = {
      write: toWriting({ interlocks: [{ text: text('open'), holds: false }] }),
      tag: { lockOut: LOCK_OUT, equipment },
      link: toLink('offline'),
      isUnderWay: true,
    };
    expect(toTypes(toObstacles(all))).toEqual(['locked-out', 'link', 'interlock', 'under-way']);
  });
});

describe('a tag', () => {
  const register = [
    toEquipment('set', { lockOut: LOCK_OUT }),
    toEquipment('pump', { parent: 'set' }),
    toEquipment('other', { lockOut: null }),
  ];

  test('on the whole covers its parts, and says where it hangs', () => {
    expect(findTag('pump', register)?.equipment.id).toBe('set');
  });

  test('on the part itself is told before that of the whole', () => {
    const own = { ...LOCK_OUT, by: 'zhao' };
    const tagged = register.map((item) => (item.id === 'pump' ? { ...item, lockOut: own } : item));
    expect(findTag('pump', tagged)?.lockOut.by).toBe('zhao');
  });

  test('of a part covers the whole, which can switch it; other equipment has none', () => {
    const tagged = [toEquipment('set'), toEquipment('pump', { parent: 'set', lockOut: LOCK_OUT })];
    expect(findTag('set', tagged)?.equipment.id).toBe('pump');
    expect([findTag('other', register), findTag('gone', register)]).toEqual([null, null]);
  });
});

describe('the values', () => {
  test('of a boolean, of a list and of states that name the whole range are choices', () => {
    expect(toChoices(toPoint('on', [], { type: 'boolean' }), toWriting({ min: 0, max: 1 }))).toEqual([0, 1]);
    expect(toChoices(toPoint('mode', ['off', 'hand', 'auto']), toWriting({ values: [0, 2] }))).toEqual([
      0, 2,
    ]);
    expect(toChoices(toPoint('mode', ['off', 'hand', 'auto']), toWriting({ min: 0, max: 2 }))).toEqual([
      0, 1, 2,
    ]);
  });

  test('that states name only in part are typed: no value of the range is hidden', () => {
    expect(toChoices(toPoint('speed', ['off']), toWriting({ min: 0, max: 100 }))).toBeNull();
  });

  test.for([
    { min: 0.3, max: 0.55, decimals: 3, step: 0.01 },
    { min: 0, max: 100, decimals: 1, step: 10 },
    { min: 0, max: 0.01, decimals: 1, step: 0.1 },
    { min: 18, max: 26, decimals: 1, step: 0.1 },
    { min: 5, max: 5, decimals: 0, step: 1 },
  ])('from $min to $max with $decimals decimals move by $step', ({ min, max, decimals, step }) => {
    expect(toStep(toPoint('x', [], { decimals }), toWriting({ min, max }))).toBe(step);
  });

  test('outside of the range, not on the list, or none at all are not allowed', () => {
    const range = [null, Number.NaN, 0.299, 0.3, 0.55, 0.551].map((value) => isAllowed(value, toWriting()));
    expect(range).toEqual([false, false, false, true, true, false]);
    expect(isAllowed(1, toWriting({ min: 0, max: 2, values: [0, 2] }))).toBe(false);
  });
});

describe('what came of it', () => {
  const sending: Sending = {
    point: 'unit/setpoint',
    by: 'li',
    asked: { value: 0.5, reason: ' night ' },
    sinceMs: 10_000,
  };
  const toProblem = (status: number, code: string) =>
    new ProblemError(status, { type: '', title: '', status, code, params: {}, detail: '', text: text(code) });

  test.for([
    [409, 'locked-out'],
    [409, 'write-busy'],
    [422, 'value-not-allowed'],
    [403, 'not-permitted'],
    [502, 'write-failed'],
    [503, 'link-down'],
    [503, 'store-failed'],
  ] as const)('a refusal %i %s has certainly changed nothing', ([status, code]) => {
    expect(toFailedAnswer(toProblem(status, code)).type).toBe('refused');
  });

  test('no answer, an answer of something in between, or a fault inside the gateway: nobody knows', () => {
    const errors = [
      new TypeError('Failed to fetch'),
      new DOMException('too late', 'TimeoutError'),
      new ProblemError(502, null),
      new ProblemError(404, null),
      toProblem(500, 'internal'),
      toProblem(503, 'engine-busy'),
    ];
    expect(errors.map((error) => toFailedAnswer(error).type)).toEqual(errors.map(() => 'lost'));
  });

  test('an answer that was lost is found again in the records, by whom, what, why and since when', () => {
    const lost = toFailedAnswer(new TypeError('Failed to fetch'));
    const others = [
      toRow({ id: 'other point', point: 'unit/other' }),
      toRow({ id: 'by another', by: 'zhao' }),
      toRow({ id: 'other value', value: 0.4 }),
      toRow({ id: 'other reason', reason: 'day' }),
      toRow({ id: 'before', atMs: 1_000 }),
    ];
    expect(followAnswer(lost, sending, others)).toBe(lost);
    expect(followAnswer(lost, sending, [...others, toRow({ id: 'own' })])).toMatchObject({
      type: 'row',
      row: { id: 'own' },
    });
  });

  test('a write that went on when the gateway answered ends with its record', () => {
    const answer = { type: 'row', row: toRow({ state: 'sent', readBack: null }) } as const;
    expect(followAnswer(answer, sending, [])).toBe(answer);
    const ended = toRow({ state: 'differs', readBack: 0.45 });
    expect(followAnswer(answer, sending, [ended])).toEqual({ type: 'row', row: ended });
  });

  test('an outcome stands: what becomes of the value later is another matter', () => {
    const answer = { type: 'row', row: toRow({ state: 'unknown', readBack: null }) } as const;
    expect(followAnswer(answer, sending, [toRow({ state: 'reverting' })])).toBe(answer);
  });

  test('a refusal is never taken for an older write of the same value', () => {
    const refused = toFailedAnswer(toProblem(409, 'write-busy'));
    expect(followAnswer(refused, sending, [toRow()])).toBe(refused);
  });

  test('the newest write of the point blocks the next one until it has ended', () => {
    const rows = [toRow({ id: 'b', state: 'sent' }), toRow({ id: 'a' })];
    const latest = latestOf('unit/setpoint', rows);
    expect(latest?.id).toBe('b');
    const underWay = (['sent', 'reverting', 'confirmed', 'unknown', 'failed'] as const).filter((state) =>
      isUnderWay(toRow({ state })),
    );
    expect(underWay).toEqual(['sent', 'reverting']);
    expect(latestOf('unit/other', rows)).toBeNull();
  });

  test('a revert goes back to what stood before the first of several writes', () => {
    const pending = [toRow({ value: 0.4, previous: 0.45, revertAtMs: 99_000 })];
    expect(toRevertValue('unit/setpoint', pending, 0.4)).toBe(0.45);
    expect(toRevertValue('unit/setpoint', [toRow()], 0.4)).toBe(0.4);
  });
});
