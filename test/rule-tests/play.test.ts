/** Cases are played by the gateway's own decisions: what they meet, and how a case that is not met is told. */
import { describe, expect, test } from 'vitest';
import { play, playRule } from './files.ts';

const HIGH = 'points: { level: { 0s: 2.1 } }';

describe('a case', () => {
  test.each([
    [
      'raises after the delay, with level, severity and ticket',
      `${HIGH}, expect: { 9s: nothing, 11s: B hi medium engineering/normal sighted }`,
    ],
    ['stays quiet below the limit', 'points: { level: { 0s: 1.9 } }, expect: { 60s: nothing }'],
    [
      'follows a ramp through its levels',
      'points: { level: { 0s: "ramp(1, 4, 30s)" } }, expect: { 19s: nothing, 21.5s: B hi, 29s: B hi, 31.5s: B hihi high }',
    ],
    ['meets values in turn', 'points: { level: { 0s: "alternate(2.1, 1, 8s)" } }, expect: { 120s: nothing }'],
    [
      'meets late readings when they come',
      'points: { level: { 0s: "late(5s, 2.1)" } }, expect: { 14s: nothing, 16s: B hi }',
    ],
    ['meets uncertain readings', 'points: { level: { 0s: "uncertain(2.1)" } }, expect: { 11s: B hi }'],
    [
      'goes blind when readings stop, at the age of the point',
      `${HIGH.replace('2.1', '2.1, 20s: _')}, expect: { 23s: B sighted, 30s: B blind }`,
    ],
    [
      'has a restart that keeps alarm and ticket',
      `${HIGH}, events: { 20s: restart 60s }, expect: { 19s: { messages: [raised] }, 120s: { state: B, ticket: opened, messages: [] } }`,
    ],
    [
      'has a clock that jumps and moves no delay',
      `${HIGH}, events: { 5s: clock -1h, 7s: clock +1d }, expect: { 9s: nothing, 11s: B }`,
    ],
    ['has people who acknowledge', `${HIGH}, events: { 12s: acknowledge }, expect: { 13s: C }`],
    [
      'has people who shelve, and a shelf that ends',
      `${HIGH}, events: { 12s: shelve 10min }, expect: { 13s: E, 600s: E, 620s: B }`,
    ],
    [
      'has people who take it back from the shelf',
      `${HIGH}, events: { 12s: shelve 10min, 20s: unshelve }, expect: { 13s: E, 21s: C }`,
    ],
    [
      'has people who shelve what is normal',
      'events: { 0s: shelve 10min }, expect: { 5s: E, 700s: nothing }',
    ],
    [
      'has people who take it out of service and back',
      `${HIGH.replace('0s', '10s')}, events: { 0s: out-of-service 1h, 60s: in-service }, expect: { 5s: G, 50s: G no-ticket, 61s: B }`,
    ],
    ['has drills', `${HIGH}, events: { 0s: drill 1h }, expect: { 11s: B }`],
    [
      'has commands that must be refused',
      `${HIGH}, events: { 12s: unshelve refused not-shelved }, expect: { 13s: B }`,
    ],
  ])('%s', (_name, body) => {
    const { failures, timeline } = play(body);
    expect(failures, timeline.join('\n')).toEqual([]);
  });

  test('may last for a day at a slow pace', () => {
    expect(play(`${HIGH}, every: 10min, expect: { 24h: B }`).failures).toEqual([]);
  });

  test('gives the same result again', () => {
    const body = `${HIGH}, events: { 5s: restart 10s, 30s: acknowledge }, expect: { 60s: D }`;
    expect(play(body)).toEqual(play(body));
  });
});

describe('a case that is not met', () => {
  test('says when, what was expected, what was found, and what happened', () => {
    const { failures, timeline } = play(`${HIGH}, expect: { 9s: B, 11s: D hi high no-ticket }`);
    expect(failures).toEqual([
      { atMs: 9_000, expected: 'B', found: 'A' },
      { atMs: 11_000, expected: 'D hi high no-ticket', found: 'B hi medium engineering/normal' },
    ]);
    expect(timeline).toEqual([
      '0s  level = 2.1',
      '9s  ? B, found A',
      '10s  level-high raised hi',
      '11s  ? D hi high no-ticket, found B hi medium engineering/normal',
    ]);
  });

  test('"nothing" sees an alarm that came and went', () => {
    const body =
      'points: { level: { 0s: 2.1, 20s: 1 } }, events: { 15s: acknowledge }, expect: { 60s: nothing }';
    const found = 'A [raised, acknowledged, returned, ended]';
    expect(play(body).failures).toEqual([{ atMs: 60_000, expected: 'nothing', found }]);
  });

  test('"nothing" is not a shelf', () => {
    expect(play('events: { 0s: shelve 10min }, expect: { 5s: nothing }').failures).toEqual([
      { atMs: 5_000, expected: 'nothing', found: 'E' },
    ]);
  });

  test('messages are those since the expectation before', () => {
    const { failures } = play(`${HIGH}, expect: { 11s: B, 20s: { messages: [raised] } }`);
    expect(failures).toEqual([{ atMs: 20_000, expected: '[raised]', found: 'B hi []' }]);
  });

  test('another alarm fails it unless it is named, and one that is named must come', () => {
    const points = 'points: { level: { 0s: 2.1 }, leaks: { 0s: 1 } }';
    const end = { atMs: null, expected: 'no other alarm', found: 'other alarms: leaking' };
    expect(play(`${points}, expect: { 11s: B }`).failures).toEqual([end]);
    expect(play(`${points}, expect: { 11s: B }, also: [leaking]`).failures).toEqual([]);
    expect(play(`${HIGH}, expect: { 11s: B }, also: [leaking]`).failures).toEqual([
      { atMs: null, expected: end.found, found: end.expected },
    ]);
  });

  test('alarms that the loader adds need not be named', () => {
    expect(play('points: { level: { 0s: 9 } }, expect: { 60s: nothing }').failures).toEqual([]);
  });

  test('commands that come out otherwise', () => {
    const { failures } = play(
      `${HIGH}, events: { 5s: acknowledge, 12s: shelve 10min refused not-shelved }, expect: { 13s: E }`,
    );
    expect(failures).toEqual([
      { atMs: 5_000, expected: 'acknowledge done', found: 'refused nothing-open' },
      { atMs: 12_000, expected: 'shelve refused not-shelved', found: 'done' },
    ]);
  });

  test('nothing can be expected, or done, while the gateway is down', () => {
    const body = `${HIGH}, events: { 5s: restart 60s, 20s: acknowledge }, expect: { 30s: B }`;
    const failure = { expected: 'a time at which the gateway runs', found: 'a restart' };
    expect(play(body).failures).toEqual([
      { atMs: 20_000, ...failure },
      { atMs: 30_000, ...failure },
    ]);
  });
});

describe('values that a point cannot have', () => {
  test('are what acquisition makes of them: outside the range, without a meaning', () => {
    expect(
      playRule('level-bad-data', 'points: { level: { 0s: 9 } }, expect: { 6s: B medium }').failures,
    ).toEqual([]);
    const body = 'points: { pump-1/fault: { 0s: 7 } }, expect: { 6s: B }';
    expect(playRule('pump-1/fault-bad-data', body).failures).toEqual([]);
    expect(
      playRule('pump-1/fault', 'points: { fault: { 0s: 7 } }, expect: { 60s: nothing }').failures,
    ).toEqual([]);
  });

  test('silence is nobody’s while another point is read, and `offline` when none is', () => {
    expect(playRule('offline', 'points: { level: { 0s: _ } }, expect: { 60s: nothing }').failures).toEqual(
      [],
    );
    const all =
      'points: { level: { 0s: _ }, leaks: { 0s: _ }, pump-1/fault: { 0s: _ }, pump-2/fault: { 0s: _ } }';
    expect(playRule('offline', `${all}, expect: { 8s: nothing, 12s: B medium }`).failures).toEqual([]);
  });
});
