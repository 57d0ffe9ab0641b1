/** Rows of a policy of which the first that matches wins: none stands where nobody gets it, or where a laxer one is before it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { firstMatch } from '../../src/tickets/match.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { SMALL_POLICY } from './support/policy.ts';
import { write } from './support/site.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../../config', name), 'utf8');

function problemsOf(text: string) {
  const problems = createProblems();
  readPolicy(write(text), problems);
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, expected, found, text: told }) => ({
      line: `${path}: expected ${expected}, found ${found}`,
      zh: told?.zh ?? '',
    }));
  }
}
const linesOf = (text: string) => problemsOf(text).map(({ line }) => line);

const LIMITS = '[{ match: { isDifficult: true }, limit: 7d }, { limit: 8h, calendar: work }]';
const small = (from: string, to: string): string => {
  const text = SMALL_POLICY.replace(from, to);
  expect(text).not.toBe(SMALL_POLICY);
  return text;
};
const limited = (...rows: readonly string[]) => linesOf(small(LIMITS, `[${rows.join(', ')}]`));
const UNREACHED = 'expected a row that some ticket gets, found one whose tickets the rows before it take';

describe('a row that an earlier one takes all tickets of', () => {
  test('is named in both languages', () => {
    const text = small(LIMITS, '[{ limit: 8h }, { match: { class: [fire] }, limit: 1h }]');
    expect(problemsOf(text)).toEqual([
      {
        line: `clocks[0].limits[1]: ${UNREACHED}`,
        zh: '应为：有工单能匹配到的一行；现为：其工单全部被前面的行先匹配',
      },
    ]);
  });

  test('of the repair proof', () => {
    const proof = (rows: string) => linesOf(small('forms:', `proof: [${rows}]\nforms:`));
    expect(proof('{ for: 12h }, { match: { class: [fire] }, for: 72h }')).toEqual([`proof[1]: ${UNREACHED}`]);
    expect(proof('{ match: { class: [fire] }, for: 72h }, { for: 12h }')).toEqual([]);
  });

  test('of the routing', () => {
    const routing = (rows: string) => linesOf(small('forms:', `routing: [${rows}]\nforms:`));
    expect(
      routing('{ kind: lift, assignee: a }, { class: fire, kind: lift, assignee: b }, { assignee: c }'),
    ).toEqual([`routing[1]: ${UNREACHED}`]);
    expect(
      routing('{ class: fire, assignee: a }, { kind: lift, assignee: b }, { class: fire, assignee: c }'),
    ).toEqual([`routing[2]: ${UNREACHED}`]);
    expect(routing('{ location: b1, assignee: a }, { class: fire, assignee: b }, { assignee: c }')).toEqual(
      [],
    );
  });

  test('of the priorities, by class, equipment, words and impact', () => {
    const end = '{ class: [help], kind: lift, priority: emergency }]';
    const priorities = (...rows: readonly string[]) =>
      linesOf(small(end, `${[end.slice(0, -1), ...rows].join(', ')}]`));
    const third = [`priorityFrom[3]: ${UNREACHED}`];
    const urgent = '{ urgency: 2, priority: urgent }';
    expect(priorities(urgent, '{ urgency: 3, class: [security], priority: emergency }')).toEqual(third);
    expect(
      priorities('{ words: [hum, smell], priority: urgent }', '{ words: [smell], priority: normal }'),
    ).toEqual(third);
    expect(
      priorities(urgent, '{ scope: 3, priority: urgent }', '{ words: [hum], priority: normal }'),
    ).toEqual([]);
    expect(
      priorities(
        '{ words: [smell], unlike: [smell of soup], priority: urgent }',
        '{ words: [smell], priority: normal }',
      ),
    ).toEqual([]);
    // What the words tell of is looked for by itself.
    expect(
      priorities('{ priority: emergency }', '{ words: [boom], event: fire, priority: emergency }'),
    ).toEqual([]);
  });
});

describe('a limit for what cannot wait', () => {
  const BEHIND =
    'clocks[0].limits[1]: expected this row before row 0, which takes some of its tickets and gives them more time, found one behind it (urgent: 4h)';
  const urgent = '{ match: { priority: [urgent] }, limit: 4h }';

  test('stands before rows that give its tickets more time', () => {
    expect(limited('{ match: { class: [engineering] }, limit: 8h }', urgent)).toEqual([BEHIND]);
    expect(limited('{ match: { class: [engineering] }, limit: 4h, calendar: work }', urgent)).toEqual([
      BEHIND,
    ]);
  });

  test('may stand behind what is shorter, what has other hours, what is difficult and what names priorities itself', () => {
    for (const first of [
      '{ match: { class: [fire] }, limit: 1h }',
      '{ match: { class: [fire] }, limit: 1h, calendar: work }',
      '{ match: { isDifficult: true }, limit: 7d }',
      '{ match: { priority: [urgent, normal], class: [fire] }, limit: 9h }',
    ])
      expect(limited(first, urgent)).toEqual([]);
  });

  test('the hospital with its rows as they once stood is told of it', () => {
    const row = '      - { match: { priority: [urgent] }, limit: 12h }\n';
    const ward =
      '      - { match: { class: [engineering], flow: [daily] }, limit: 16h, calendar: night-window }\n';
    const text = read('policy-hospital.yaml');
    expect(text).toContain(row + ward);
    expect(linesOf(text.replace(row + ward, ward + row)).join()).toContain(
      'limits[2]: expected this row before row 1',
    );
  });
});

describe.each([
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const)('the policy of the %s', (_name, policy) => {
  const toDue = (priority: 'urgent' | 'normal') =>
    policy.clocks.flatMap(({ start, stop, limits, isEachRound, isEachStart }) => {
      const kind = { class: 'engineering', source: 'owner-call', flow: 'daily', isDifficult: false } as const;
      const attendance = priority === 'urgent' ? 'urgent' : 'appointment';
      const limit = firstMatch(limits, { ...kind, priority, attendance });
      const isWork = stop[0] === 'done' && !start.includes('entrapment');
      return limit !== null && isWork ? [{ limit, isAgain: isEachRound || isEachStart === true }] : [];
    });

  test.each(['urgent', 'normal'] as const)(
    'says after a rework, too, when %s work is to be done',
    (priority) => {
      const due = toDue(priority);
      expect(due.length).toBeGreaterThan(0);
      expect(due.filter(({ isAgain }) => !isAgain)).toEqual([]);
    },
  );

  test('does not let urgent work wait for the hours of other work', () => {
    expect(toDue('urgent').filter(({ limit }) => limit.calendar !== null)).toEqual([]);
  });
});

test('the result of a complaint has its limit again where the owner does not agree', () => {
  const result = defaultPolicy.clocks.find(({ id }) => id === 'complaint-result');
  expect(result).toMatchObject({ isEachRound: true, start: ['received', 'reworked', 'reopened'] });
});
