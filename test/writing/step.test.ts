/** The life of a write as a table: every state × every input. */
import { describe, expect, test } from 'vitest';
import { AssertionFailure } from '../../src/core/assert.ts';
import type { PointWriteRow } from '../../src/store/store.ts';
import { WRITING_LIMITS } from '../../src/writing/limits.ts';
import { type Outcome, step, toSent, type WriteInput, type WriteState } from '../../src/writing/step.ts';

const NOW_MS = 100_000;
const DUE_MS = 90_000;

function at(state: PointWriteRow['state'], changes: Partial<PointWriteRow> = {}, tries = 0): WriteState {
  const row: PointWriteRow = {
    id: 'w-1',
    point: 'set/set-point',
    value: 0.4,
    previous: 0.45,
    state,
    by: 'wang',
    reason: 'night',
    atMs: 1_000,
    readBack: null,
    revertAtMs: DUE_MS,
    changedAtMs: 1_000,
    detail: '',
    target: 'here',
    ...changes,
  };
  return { row, tries };
}

const outcome = (state: Outcome['state']): WriteInput => ({
  type: 'outcome',
  outcome: { state, readBack: state === 'failed' ? null : 0.4, detail: state === 'confirmed' ? '' : 'why' },
});
const begins: WriteInput = { type: 'revert-begins' };
const held: WriteInput = { type: 'held', why: 'locked out' };
const superseded: WriteInput = { type: 'superseded', by: 'w-2' };
const abandoned: WriteInput = { type: 'abandoned', why: 'gone' };
const restarted: WriteInput = { type: 'restarted' };
const RETRY_MS = NOW_MS + WRITING_LIMITS.revertRetryMinMs;

type State = PointWriteRow['state'];
type Case = readonly [from: State, input: WriteInput, to: State, revertAtMs: number | null, audit: string];

const DUE: readonly State[] = ['confirmed', 'differs', 'unknown', 'revert-failed'];
const CASES: readonly Case[] = [
  ['sent', outcome('confirmed'), 'confirmed', DUE_MS, 'point-write-result'],
  ['sent', outcome('differs'), 'differs', DUE_MS, 'point-write-result'],
  ['sent', outcome('unknown'), 'unknown', DUE_MS, 'point-write-result'],
  ['sent', outcome('failed'), 'failed', null, 'point-write-result'],
  ['sent', restarted, 'unknown', DUE_MS, 'point-write-result'],
  ...DUE.flatMap((from): Case[] => [
    [from, begins, 'reverting', DUE_MS, 'point-revert'],
    [from, held, from, DUE_MS, 'point-revert-held'],
    [from, superseded, 'superseded', null, 'point-revert-superseded'],
    [from, abandoned, 'revert-failed', null, 'point-revert-result'],
  ]),
  ['reverting', outcome('confirmed'), 'reverted', null, 'point-revert-result'],
  ['reverting', outcome('differs'), 'revert-failed', RETRY_MS, 'point-revert-result'],
  ['reverting', outcome('unknown'), 'revert-failed', RETRY_MS, 'point-revert-result'],
  ['reverting', outcome('failed'), 'revert-failed', RETRY_MS, 'point-revert-result'],
  ['reverting', restarted, 'revert-failed', RETRY_MS, 'point-revert-result'],
];

test.each(CASES)('%s × %o → %s, revert at %s', (from, input, to, revertAtMs, action) => {
  const { state, effects } = step(at(from), input, NOW_MS);
  expect(state.row).toMatchObject({ state: to, revertAtMs, changedAtMs: NOW_MS, value: 0.4, previous: 0.45 });
  const entries = effects.flatMap((effect) => (effect.type === 'audit' ? [effect.entry] : []));
  expect(entries).toMatchObject([{ atMs: NOW_MS, actor: 'gateway', action, object: 'set/set-point' }]);
  expect(entries[0]?.detail).toMatchObject({ write: 'w-1' });
});

describe('what cannot happen is a mistake of ours', () => {
  const OVER: readonly State[] = ['failed', 'reverted', 'superseded'];
  const impossible: readonly (readonly [State, WriteInput])[] = [
    ...[...DUE, ...OVER].map((from) => [from, outcome('confirmed')] as const),
    ...[...OVER, 'sent' as const, 'reverting' as const].flatMap((from) =>
      [begins, held, superseded, abandoned].map((input) => [from, input] as const),
    ),
  ];
  test.each(impossible)('%s × %o', (from, input) => {
    const isOver = OVER.includes(from);
    expect(() => step(at(from, isOver ? { revertAtMs: null } : {}), input, NOW_MS)).toThrow(AssertionFailure);
  });

  test('a revert of a write that asks for none', () => {
    for (const input of [begins, held, superseded, abandoned]) {
      expect(() => step(at('confirmed', { revertAtMs: null }), input, NOW_MS)).toThrow(AssertionFailure);
    }
  });
});

test('a restart changes nothing of what had ended, and is not written down', () => {
  const before = at('confirmed');
  expect(step(before, restarted, NOW_MS)).toEqual({ state: before, effects: [] });
});

test('asking writes down who wants what from what, and why', () => {
  const { row } = at('sent');
  const { state, effects } = toSent(row, 0.43);
  expect(state).toEqual({ row, tries: 0 });
  expect(effects).toEqual([
    {
      type: 'audit',
      entry: {
        atMs: 1_000,
        actor: 'wang',
        action: 'point-write',
        object: 'set/set-point',
        detail: { write: 'w-1', from: 0.43, to: 0.4, reason: 'night', revertAtMs: DUE_MS },
      },
    },
  ]);
});

test('a revert that is held up says so once for each reason', () => {
  const first = step(at('confirmed'), held, NOW_MS);
  expect(first.state.row.detail).toBe('revert waits: locked out');
  expect(step(first.state, held, NOW_MS + 250)).toEqual({ state: first.state, effects: [] });
  const other = step(first.state, { type: 'held', why: 'locked out by li' }, NOW_MS + 500);
  expect(other.state.row.detail).toBe('revert waits: locked out by li');
  expect(other.effects).not.toEqual([]);
});

test('a revert that fails is tried again at a growing interval, and given up after a bounded number of tries', () => {
  let state = at('confirmed');
  const waits: (number | null)[] = [];
  const errors: string[] = [];
  for (let n = 0; n < WRITING_LIMITS.revertTries; n++) {
    state = step(state, begins, NOW_MS).state;
    const failed = step(state, outcome('failed'), NOW_MS);
    state = failed.state;
    waits.push(state.row.revertAtMs === null ? null : state.row.revertAtMs - NOW_MS);
    for (const effect of failed.effects) {
      if (effect.type === 'log' && effect.level === 'error') errors.push(effect.message);
    }
  }
  expect(waits.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
  expect(Math.max(...waits.map(Number))).toBe(WRITING_LIMITS.revertRetryMaxMs);
  expect(waits.at(-1)).toBeNull();
  expect(state.row.state).toBe('revert-failed');
  // The first failure and the end; not each try.
  expect(errors).toHaveLength(2);
});
