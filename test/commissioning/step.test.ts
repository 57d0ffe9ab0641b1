/** What may follow what in a commissioning: a table, without store or clock. */
import { describe, expect, test } from 'vitest';
import { toTolerance, toValueCheck } from '../../src/commissioning/shown.ts';
import { type CommissioningState, NO_COMMISSIONING, withEvents } from '../../src/commissioning/state.ts';
import {
  type PointInput,
  stepBegin,
  stepComplete,
  stepEnd,
  stepExtend,
  stepPoint,
  stepTimeOver,
  toChange,
  toPointState,
} from '../../src/commissioning/step.ts';
import { createSubjects, toMuted, toScoped } from '../../src/commissioning/subject.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { type PointId, toId } from '../../src/core/ids.ts';
import { P, PANEL, Q, SET, SMOKE, subjectOf, toModel } from './support.ts';

const NOW = 1_000_000;
const DAY = 86_400_000;
const model = toModel();
const text = { zh: '高', en: 'high' };
const begin = (id = SET, lifeSafety = 0) =>
  withEvents(
    NO_COMMISSIONING,
    stepBegin(
      NO_COMMISSIONING,
      [{ equipment: id, points: 2, lifeSafety }],
      { reason: 'new', untilMs: null, isLifeSafetyConfirmed: true, approver: 'boss' },
      'li',
      NOW,
    ),
  );
const take = (state: CommissioningState, id: PointId, ...inputs: readonly PointInput[]) =>
  inputs.reduce(
    (now, input) => withEvents(now, stepPoint(now, subjectOf(model, id), input, 'li', NOW + 1)),
    state,
  );
const check = (panel: number, shown = 5, explanation = '') =>
  ({
    type: 'value',
    check: toValueCheck(
      subjectOf(model, P).point,
      shown,
      { zh: String(shown), en: String(shown) },
      { panel, tolerance: null, explanation },
    ),
  }) as const satisfies PointInput;
const SEEN: PointInput = { type: 'seen', valueText: text, receivedMs: NOW };
const alarm = (rule: string): PointInput => ({
  type: 'alarm',
  proof: {
    key: toId(`test-site/${rule}`),
    occurrence: toId('o-1'),
    text,
    raisedAtMs: NOW,
    returnedAtMs: NOW + 1,
  },
});
const TICKET: PointInput = { type: 'ticket', ticket: { id: toId('t-1'), number: 'GC-1' }, note: '' };
const SIGN: PointInput = { type: 'sign', note: '' };
const PROVEN = [SEEN, check(5), alarm('set/p-high'), TICKET];
const stateOf = (state: CommissioningState, id: PointId, as: SiteModel = model) =>
  toPointState(state, subjectOf(as, id), state.points.get(id) ?? null);
const muted = (state: CommissioningState, as: SiteModel = model) =>
  [...toMuted(as, createSubjects(as), state).keys].map((key) => key.slice('test-site/'.length));

describe('a point', () => {
  test('is signed when all five steps are done, and not before', () => {
    for (const left of PROVEN) {
      const state = take(begin(), P, ...PROVEN.filter((input) => input !== left));
      expect(() => take(state, P, SIGN), left.type).toThrow(
        expect.objectContaining({ code: 'commissioning-steps-missing' }),
      );
      expect(stateOf(state, P)).toBe('unsigned');
    }
    const ready = take(begin(), P, ...PROVEN);
    expect(stateOf(ready, P)).toBe('ready');
    expect(stateOf(take(ready, P, SIGN), P)).toBe('signed');
  });

  test('without alarms has none to prove', () => {
    const id = toId<PointId>('set/plain');
    expect(stateOf(take(begin(), id, SEEN, check(5), SIGN), id)).toBe('signed');
  });

  test('whose alarm cannot be provoked is signed on a reason, but never one of life safety', () => {
    const waive = (step: 'alarm' | 'ticket'): PointInput => ({ type: 'waive', step, reason: 'gas only' });
    expect(stateOf(take(begin(), P, SEEN, check(5), waive('alarm'), waive('ticket'), SIGN), P)).toBe(
      'signed',
    );
    expect(() => take(begin(PANEL), SMOKE, waive('alarm'))).toThrow(
      expect.objectContaining({ code: 'commissioning-not-waivable' }),
    );
    expect(() => take(begin(), P, { type: 'waive', step: 'alarm', reason: ' ' })).toThrow(
      expect.objectContaining({ code: 'reason-required' }),
    );
  });

  test('that is signed takes no more steps until its signature is taken back', () => {
    const signed = take(begin(), P, ...PROVEN, SIGN);
    expect(() => take(signed, P, check(6))).toThrow(
      expect.objectContaining({ code: 'commissioning-signed' }),
    );
    const back = take(signed, P, { type: 'withdraw', reason: 'wrong sensor' });
    expect(stateOf(back, P)).toBe('ready');
    expect(back.points.get(P)?.withdrawn).toMatchObject({ by: 'li', reason: 'wrong sensor' });
    expect(muted(back)).toContain('set/p-high');
  });

  test('takes no step while its equipment is not in commissioning', () => {
    expect(() => take(NO_COMMISSIONING, P, SEEN)).toThrow(
      expect.objectContaining({ code: 'commissioning-not-open' }),
    );
  });
});

describe('a value', () => {
  test.each([
    [5, 5.09, true],
    [5, 5.2, false],
    [0, 0.1, true],
    [0, 0.11, false],
    [1_000, 1_019, true],
  ])('shown %d and read %d on the panel: the same %s', (shown, panel, isWithin) => {
    expect(check(panel, shown).check.isWithin).toBe(isWithin);
  });

  test('that differs needs an explanation, which stays on the record', () => {
    expect(() => take(begin(), P, check(9))).toThrow(
      expect.objectContaining({ code: 'commissioning-value-differs' }),
    );
    const state = take(begin(), P, check(9, 5, 'gauge is worn'));
    expect(state.points.get(P)?.value).toMatchObject({ isWithin: false, explanation: 'gauge is worn' });
  });

  test('of states is the same or not', () => {
    expect(toTolerance(subjectOf(model, SMOKE).point, 1)).toBe(0);
  });
});

describe('alarms of an equipment in commissioning', () => {
  test('are mute point by point: a signed one speaks beside unproven ones', () => {
    expect(muted(begin())).toEqual(['set/p-high', 'set/q-high', 'set/offline']);
    expect(muted(take(begin(), P, ...PROVEN, SIGN))).toEqual(['set/q-high']);
  });

  test('of two points are mute until both are signed', () => {
    const pair = { id: 'pair', type: 'deviation', points: ['p', 'q'] };
    const two = toModel({ rules: [pair] });
    const of = (id: PointId): readonly PointInput[] =>
      [
        SEEN,
        check(5),
        { type: 'waive', step: 'alarm', reason: 'x' },
        { type: 'waive', step: 'ticket', reason: 'x' },
      ].map((input) => ({ ...input, id }) as PointInput & { id: PointId });
    const sign = (state: CommissioningState, id: PointId) =>
      [...of(id), SIGN].reduce(
        (now, input) => withEvents(now, stepPoint(now, subjectOf(two, id), input, 'li', NOW + 1)),
        state,
      );
    const first = sign(begin(), P);
    expect(muted(first, two)).toEqual(['set/pair']);
    expect(muted(sign(first, Q), two)).toEqual([]);
  });

  test('of life safety are counted apart, and have to be confirmed', () => {
    expect(toMuted(model, createSubjects(model), begin(PANEL, 1)).lifeSafety.map(({ id }) => id)).toEqual([
      'fire',
    ]);
    const wanted = [{ equipment: PANEL, points: 1, lifeSafety: 1 }];
    const input = { reason: 'new', untilMs: null, isLifeSafetyConfirmed: false };
    expect(() => stepBegin(NO_COMMISSIONING, wanted, input, 'li', NOW)).toThrow(
      expect.objectContaining({ code: 'commissioning-life-safety', params: { count: 1 } }),
    );
  });

  test('guards of a rule do not make it mute', () => {
    const guarded = toModel({
      rules: [
        {
          id: 'guarded',
          type: 'threshold',
          points: ['p', 'q'],
          params: { point: 'p' },
          when: [{ point: 'q', in: [1], notIn: null }],
        },
      ],
    });
    const state = [SEEN, check(5), alarm('set/guarded'), TICKET, SIGN].reduce(
      (now, input) => withEvents(now, stepPoint(now, subjectOf(guarded, P), input, 'li', NOW + 1)),
      begin(),
    );
    expect(muted(state, guarded)).toEqual([]);
  });
});

describe('a change of the configuration', () => {
  const other = {
    address: toModel({
      points: [
        { name: 'p', decimals: 1, address: { table: 'holding', address: 7 } },
        { name: 'q' },
        { name: 'plain' },
      ],
    }),
    scale: toModel({
      points: [{ name: 'p', decimals: 1, range: { min: 0, max: 9 } }, { name: 'q' }, { name: 'plain' }],
    }),
    kind: toModel({ points: [{ name: 'p', decimals: 1, unit: 'bar' }, { name: 'q' }, { name: 'plain' }] }),
    alarms: toModel({
      rules: [
        { id: 'p-high', type: 'threshold', points: ['p'], version: 'other' },
        { id: 'q-high', type: 'threshold', points: ['q'] },
      ],
    }),
  };
  const signed = take(begin(), P, ...PROVEN, SIGN);

  test.each(Object.entries(other))(
    'of its %s makes a signed point unproven in commissioning',
    (what, next) => {
      const events = toChange(signed, subjectOf(next, P), NOW + 2);
      expect(events).toMatchObject([{ type: 'changed', isVoid: true }]);
      expect(events.flatMap((event) => (event.type === 'changed' ? event.what : []))).toContain(what);
      // It is mute at once, whenever the note of it is stored.
      expect(muted(signed, next)).toContain('set/p-high');
      const after = withEvents(signed, events);
      expect(after.points.get(P)).toMatchObject({ signed: null, proofs: [], ticket: null });
      expect(after.points.get(P)?.seen === null).toBe(what !== 'alarms');
      expect(toChange(after, subjectOf(next, P), NOW + 3)).toEqual([]);
    },
  );

  test('of a point whose commissioning is over is listed, and its alarms go on', () => {
    const over = withEvents(signed, stepEnd(signed, SET, { reason: 'done', unsigned: 2 }, 'li', NOW + 2));
    const after = withEvents(over, toChange(over, subjectOf(other.scale, P), NOW + 3));
    expect(stateOf(after, P, other.scale)).toBe('changed');
    expect(after.points.get(P)).toMatchObject({
      signed: { by: 'li' },
      changed: { what: ['scale'], isVoid: false },
    });
    expect(muted(after, other.scale)).toEqual([]);
  });

  test('of names and texts is none', () => {
    const renamed = toModel({ points: [{ name: 'p', decimals: 1, text }, { name: 'q' }, { name: 'plain' }] });
    expect(toChange(signed, subjectOf(renamed, P), NOW + 2)).toEqual([]);
  });
});

describe('a commissioning', () => {
  test('is not begun twice, has a reason and an end that is not too far', () => {
    const wanted = [{ equipment: SET, points: 2, lifeSafety: 0 }];
    const input = { reason: 'new', untilMs: null, isLifeSafetyConfirmed: false };
    const code = (run: () => unknown) => {
      try {
        run();
        return 'fine';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect([
      code(() => stepBegin(begin(), wanted, input, 'li', NOW)),
      code(() => stepBegin(NO_COMMISSIONING, wanted, { ...input, reason: ' ' }, 'li', NOW)),
      code(() => stepBegin(NO_COMMISSIONING, wanted, { ...input, untilMs: NOW }, 'li', NOW)),
      code(() => stepBegin(NO_COMMISSIONING, wanted, { ...input, untilMs: NOW + 91 * DAY }, 'li', NOW)),
      code(() => stepExtend(NO_COMMISSIONING, SET, { reason: 'x', untilMs: NOW + DAY }, 'li', NOW)),
      code(() => stepEnd(NO_COMMISSIONING, SET, { reason: 'x', unsigned: 0 }, 'li', NOW)),
    ]).toEqual([
      'commissioning-open',
      'reason-required',
      'end-not-ahead',
      'end-too-far',
      'commissioning-not-open',
      'commissioning-not-open',
    ]);
  });

  test('is over by itself when nothing is unsigned', () => {
    expect(stepComplete(begin(), SET, 1, NOW)).toEqual([]);
    expect(stepComplete(begin(), SET, 0, NOW)).toMatchObject([{ type: 'ended', why: 'all-signed' }]);
  });

  test('that begins anew forgets what it had proven of unsigned points, and keeps what is signed', () => {
    let state = take(begin(), P, ...PROVEN, SIGN);
    state = take(state, Q, SEEN);
    state = withEvents(state, stepEnd(state, SET, { reason: 'later', unsigned: 1 }, 'li', NOW));
    const wanted = [{ equipment: SET, points: 1, lifeSafety: 0 }];
    const input = { reason: 'again', untilMs: null, isLifeSafetyConfirmed: false };
    state = withEvents(state, stepBegin(state, wanted, input, 'li', NOW + 5));
    expect([...state.points.keys()]).toEqual([P]);
    expect(muted(state)).toEqual(['set/q-high']);
  });

  test('of a place or a link means everything there, of an equipment its parts too', () => {
    expect(toScoped(model, { location: toId('room') })).toEqual([SET, PANEL]);
    expect(toScoped(model, { link: toId('link') })).toEqual([SET, PANEL]);
    expect(toScoped(model, { link: toId('other') })).toEqual([]);
    const parted = toModel({ id: 'set', parent: 'panel' });
    expect(toScoped(parted, { equipment: PANEL })).toEqual([SET, PANEL]);
  });
});

describe('silent life safety of equipment in use', () => {
  const wanted = [{ equipment: PANEL, points: 1, lifeSafety: 1 }];
  const input = { reason: 'new loop card', untilMs: null, isLifeSafetyConfirmed: true };
  const beginWith = (more: object, by = 'li') =>
    stepBegin(NO_COMMISSIONING, wanted, { ...input, ...more }, by, NOW);

  test('is approved by somebody else, for a day at most', () => {
    const refused = (code: string) => expect.objectContaining({ code });
    expect(() => beginWith({})).toThrow(refused('commissioning-approval'));
    expect(() => beginWith({ approver: 'li' })).toThrow(refused('own-approval'));
    const far = { approver: 'boss', untilMs: NOW + 89 * DAY };
    expect(() => beginWith(far)).toThrow(refused('end-too-far'));
    expect(beginWith({ approver: 'boss' })).toMatchObject([{ approver: 'boss', untilMs: NOW + DAY }]);
  });

  test('is put off in the same way', () => {
    const state = withEvents(NO_COMMISSIONING, beginWith({ approver: 'boss' }));
    const put = (more: object) =>
      stepExtend(state, PANEL, { reason: 'x', untilMs: NOW + 2 * DAY, ...more }, 'li', NOW + DAY / 2);
    expect(() => put({})).toThrow(expect.objectContaining({ code: 'commissioning-approval' }));
    expect(() => put({ approver: 'boss' })).toThrow(expect.objectContaining({ code: 'end-too-far' }));
    expect(put({ approver: 'boss', untilMs: NOW + DAY })).toMatchObject([{ approver: 'boss' }]);
  });

  test('is over when its time is, and what it left unproven rings again', () => {
    const state = withEvents(NO_COMMISSIONING, beginWith({ approver: 'boss' }));
    expect(muted(state)).toEqual(['panel/fire']);
    expect(stepTimeOver(state, PANEL, 1, NOW + DAY - 1)).toEqual([]);
    const over = stepTimeOver(state, PANEL, 1, NOW + DAY);
    expect(over).toMatchObject([{ type: 'ended', why: 'time-over', by: 'gateway', unsigned: 1 }]);
    expect(muted(withEvents(state, over))).toEqual([]);
  });

  test('does not come by itself where nobody approved it, though its point is unproven later', () => {
    const begun = stepBegin(
      NO_COMMISSIONING,
      [{ ...wanted[0], equipment: PANEL, points: 1, lifeSafety: 0 }],
      input,
      'li',
      NOW,
    );
    expect(muted(withEvents(NO_COMMISSIONING, begun))).toEqual([]);
  });
});
