/** How the page calls the state of the stores. */
import { describe, expect, test } from 'vitest';
import type { Backups } from '../../../src/web/storage/storage-queries.ts';
import {
  toBackupTone,
  toBackupWord,
  toForwarderTone,
  toForwarderWord,
  toRateText,
  toUsedTone,
} from '../../../src/web/storage/storage-words.ts';

const NOW = 1_000_000_000;
const HOUR = 3_600_000;

describe('forwarding', () => {
  const word = (state: 'ok' | 'down' | 'off', backlogReadings: number, ageMs: number | null) =>
    toForwarderWord(
      { state, backlogReadings, oldestUnconfirmedMs: ageMs === null ? null : NOW - ageMs },
      NOW,
    );

  test('is catching up only when what waits is old: what is on its way is no backlog', () => {
    expect(word('ok', 0, null)).toBe('ok');
    expect(word('ok', 300, 2_000)).toBe('ok');
    expect(word('ok', 300, 120_000)).toBe('catchingUp');
  });

  test('to a server that does not answer is not catching up, whatever waits', () => {
    expect(word('down', 300, HOUR)).toBe('down');
    expect(toForwarderTone('down')).toBe('bad');
  });

  test('that is not configured is nothing bad', () =>
    expect(toForwarderTone(word('off', 0, null))).toBe('off'));
});

describe('backups', () => {
  const schedule = { directory: '/backups', at: '03:30', keep: 7 };
  const status: Backups['status'] = {
    lastOkMs: NOW - HOUR,
    lastFailure: null,
    isRunning: false,
    progressRatio: null,
    bytes: 1,
    durationMs: 1,
    nextMs: NOW,
  };
  const failure = { atMs: NOW, code: 'backup-failed', text: { zh: '', en: '' } } as const;
  const word = (given: Partial<Backups['status']>, plan: Backups['schedule'] = schedule) =>
    toBackupWord({ schedule: plan, status: { ...status, ...given } }, NOW);

  test.each([
    [{}, 'ok'],
    [{ isRunning: true, lastFailure: failure }, 'running'],
    [{ lastFailure: failure }, 'failed'],
    [{ lastOkMs: null }, 'none'],
    [{ lastOkMs: NOW - 27 * HOUR }, 'old'],
  ] as const)('%j are called %s', (given, expected) => expect(word(given)).toBe(expected));

  test('without a schedule are off, which is no fault; that failed are, also without one', () => {
    expect(toBackupTone(word({ lastOkMs: null }, null))).toBe('off');
    expect(word({ lastFailure: failure }, null)).toBe('failed');
  });
});

test('a journal that fills up is told before it is full', () => {
  expect([0.5, 0.8, 0.95].map(toUsedTone)).toEqual(['good', 'medium', 'bad']);
});

test('rates have as many digits as say something', () => {
  expect([0, 0.44, 12.6, 1_240].map(toRateText)).toEqual(['0.0', '0.4', '13', '1,240']);
});
