/** Mistakes in a service policy: all at once, each with its place and what is expected there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { SMALL_POLICY } from './support/policy.ts';
import { write } from './support/site.ts';

const DEFAULT = readFileSync(join(import.meta.dirname, '../../config/policy.yaml'), 'utf8');

/** `line path: expected …, found …` of each. */
function problemsOf(text: string): readonly string[] {
  const problems = createProblems();
  const policy = readPolicy(write(text), problems)?.policy ?? null;
  try {
    problems.throwIfAny();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(policy).toBeNull();
    return error.problems.map(
      ({ line, path, expected, found }) => `${line} ${path}: expected ${expected}, found ${found}`,
    );
  }
  expect(policy).not.toBeNull();
  return [];
}

/** The default with one change that must be there to be made. */
function edit(from: string | RegExp, to: string, text = DEFAULT): string {
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  return edited;
}
const lineOf = (text: string, words: string): number => text.slice(0, text.indexOf(words)).split('\n').length;

test('a file of version 1 is refused with what to do, and nothing else', () => {
  const found = problemsOf('version: 1\nname: { zh: 旧, en: Old }\nclocks: {}\n');
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(
    /^1 version: expected 2; version 1 had .* begin with a copy of config\/policy\.yaml/,
  );
});

test.each([
  ['nothing', '', 'a mapping'],
  ['a list', '- 1\n', 'a mapping'],
  ['no version', 'name: { zh: 一, en: One }\n', '2, the only version known'],
  ['a later version', 'version: 3\n', '2, the only version known'],
])('%s is refused', (_what, text, expected) => {
  const found = problemsOf(text);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(expected);
});

describe('is refused at its place:', () => {
  test.each<[string, string | RegExp, string, string]>([
    [
      'a priority of an unknown kind of equipment',
      'class: [help], kind: lift,',
      'class: [help], kind: elevator,',
      'priorityFrom[1].kind: expected one of',
    ],
    [
      'a stage out of order',
      'taken, on-site, diagnosed',
      'on-site, taken, diagnosed',
      'paths[0].stages[4]: expected the stages of service-workflow.md §2 in their order, each once, found "taken" after "on-site"',
    ],
    [
      'a stage twice',
      'taken, on-site, diagnosed',
      'taken, taken, on-site, diagnosed',
      'found "taken" after "taken"',
    ],
    [
      'a path that does not end in the archive',
      'visited, closed, archived]',
      'visited, closed]',
      'paths[0].stages: expected "archived"',
    ],
    [
      'a path without DONE',
      'handling, done, accepted',
      'handling, accepted',
      'paths[0].stages: expected "done"',
    ],
    [
      'an optional stage that a path has not',
      'optional: [taken, diagnosed, planned]',
      'optional: [taken, agreed]',
      'paths[0].optional[1]: expected a stage of this path, found "agreed"',
    ],
    [
      'a close that can be passed over',
      'optional: [taken, diagnosed, planned]',
      'optional: [closed]',
      'paths[0].optional[0]: expected a stage that can be passed over',
    ],
    [
      'a side way as a stage',
      'planned, handling, done',
      'planned, waiting, handling, done',
      'paths[0].stages[7]: expected one of received, recorded',
    ],
    [
      'agreement in public areas',
      /( {2}- stages: .*planned, )handling/,
      '$1agreed, handling',
      'agreement only as optional: work in public areas is begun at once',
    ],
    [
      'a path that no ticket takes',
      '- match: { class: [enquiry] }',
      '- match: { class: [enquiry], priority: [emergency] }',
      'paths[1]: expected a row that some ticket gets',
    ],
    [
      'a last path that is for some only',
      /( {2}- )(stages: .*\n\n# 简化)/,
      '$1match: { flow: [public-area] }\n    $2',
      'paths[4].match: expected nothing in the last row: it is for all that is left, found a row for some only (flow)',
    ],
    [
      'a last attendance that is for some only',
      '- { attendance: next-working-day }',
      '- { match: { priority: [normal] }, attendance: next-working-day }',
      'attendanceFrom[4].match: expected nothing in the last row',
    ],
    [
      'a form that nobody who may begin it can finish',
      'transitions: [diagnose, plan]',
      'transitions: [plan, agree]',
      'forms[2].transitions: expected somebody who may take all its steps, or `actors` who may send it as a whole, found nobody (plan: assignee',
    ],
    [
      'a form of somebody who may not begin it',
      '    actors: [owner, owner-service, area-manager, supervisor]\n',
      '    actors: [owner, security]\n',
      'forms[3].actors[1]: expected somebody who may begin it (owner, owner-service, area-manager, supervisor, reporter), found security',
    ],
    [
      'a step that nobody may do',
      'plan: [assignee, taker, its-contractor]',
      'plan: []',
      'actors.plan: expected somebody who may do it (paths[',
    ],
    [
      'waiting that nobody may end',
      'resume: [assignee, taker, foreman, supervisor, manager, leader]',
      'resume: []',
      'actors.resume: expected somebody who may do it (a ticket may wait)',
    ],
    ['an unknown role', 'close: [desk]', 'close: [dezk]', 'actors.close[0]: expected one of admin, desk'],
    [
      'a transition that is left out',
      /^ {2}reopen: .*\n/m,
      '',
      'actors.reopen: expected a list, found nothing',
    ],
    [
      'a grace that outlasts the reopen window',
      'overrideGrace: 30min',
      'overrideGrace: 25h',
      'overrideGrace: expected no more than reopen (24h)',
    ],
    [
      'an unknown field of a guard',
      'fields: [readBack]',
      'fields: [readback]',
      'guards[4].fields[0]: expected a field of "take" or of the ticket, found "readback", did you mean "readBack"?',
    ],
    ['an unknown event', 'start: [diagnosed]', 'start: [diagnozed]', 'did you mean "diagnosed"?'],
    [
      'a clock that winds another',
      'start: [diagnosed]',
      'start: [clock-warned]',
      'start[0]: expected one of received',
    ],
    [
      'a clock that is stopped by its receipt',
      'stop: [planned, started, done]',
      'stop: [received]',
      'stop[0]: expected one of opened',
    ],
    [
      'a clock that a path never stops',
      'stop: [planned, started, done]',
      'stop: [planned]',
      'stop: expected an event that every ticket of paths[0] comes to after "diagnosed", such as done, found planned',
    ],
    [
      'a clock that is stopped before it starts',
      'stop: [visited, reworked, closed]',
      'stop: [dispatched]',
      'stop: expected an event that every ticket of paths[0] comes to after "accepted"',
    ],
    [
      'a clock without an end',
      'stop: [visited, reworked, closed]',
      'stop: []',
      'stop: expected a list of at least 1 items',
    ],
    [
      'a negative limit',
      'limit: 90s',
      'limit: -90s',
      'limit: expected a duration such as 90s, 10min, 8h or 1d, or 0, found "-90s"',
    ],
    ['a warning after the limit', 'limit: 90s', 'limit: 90s, warnRatio: 1.2', 'warnRatio: expected a number'],
    ['a warning at once', 'limit: 90s', 'limit: 90s, warnRatio: 0', 'warnRatio: expected a number'],
    [
      'a limit that no ticket gets',
      '      - { limit: 24h }',
      '      - { limit: 24h }\n      - { limit: 1h }',
      'limits[4]: expected a row that some ticket gets',
    ],
    [
      'an unknown calendar',
      'limit: 2min, calendar: desk',
      'limit: 2min, calendar: dezk',
      'calendar: expected the id of a calendar of this policy, found "dezk", did you mean "desk"?',
    ],
    [
      'a calendar that never opens',
      'week: { mon-sun: ["09:00-20:00"] }',
      'week: {}',
      'calendar: expected a calendar that is ever open, found "desk", which never is',
    ],
    [
      'hours for an appointment',
      'lead: 33min, limit: 30min',
      'lead: 33min, limit: 30min, calendar: desk',
      'calendar: expected null: an appointment is kept at any hour',
    ],
    [
      'a lead without an appointment',
      'limit: 90s',
      'limit: 90s, lead: 5min',
      'lead: expected a lead only where "appointment" starts the clock',
    ],
    [
      'a clock id twice',
      '- id: record-alarm',
      '- id: record',
      'clocks[1].id: expected an id used once, found "record"',
    ],
    [
      'a pause that never ends',
      'pauses: [waiting]',
      'pauses: [closed]',
      'pauses[0]: expected one of received',
    ],
    [
      'a form whose steps do not follow each other',
      'transitions: [diagnose, plan, start, done]',
      'transitions: [diagnose, plan, done]',
      'forms[1].transitions: expected steps that follow each other on a path of its tickets, found diagnose, plan, done',
    ],
    [
      'a form in the wrong order',
      'transitions: [record, dispatch]',
      'transitions: [dispatch, record]',
      'forms[0].transitions: expected steps that follow',
    ],
    [
      'a form of tickets that have no such path',
      'match: { flow: [public-area, warranty] }\n    transitions',
      'match: { flow: [daily], class: [engineering], priority: [urgent] }\n    transitions',
      'forms[1].transitions: expected steps that follow',
    ],
    [
      'a form of one step',
      'transitions: [diagnose, plan]',
      'transitions: [plan]',
      'forms[2].transitions: expected a list of',
    ],
    [
      'an empty ladder',
      /ladder:\n(?: {4}- .*\n)+/,
      'ladder: []\n',
      'escalation.ladder: expected a list of at least 1 items',
    ],
    [
      'quiet life safety',
      'severities: [low]',
      'severities: [low, life-safety]',
      'quiet.severities[1]: expected high, medium or low (life safety is never quiet), found "life-safety"',
    ],
    [
      'a first recipient who waits for others',
      '{ role: assignee, when: at-once }',
      '{ role: assignee, when: { unanswered: 2min } }',
      'report.recipients[0].when: expected at-once or confirmed',
    ],
    [
      'a target above one',
      'satisfaction: 0.98',
      'satisfaction: 98',
      'targets.satisfaction: expected a number from 0 to 1, found 98',
    ],
    [
      'an unknown key',
      'duplicate: 30min',
      'duplicates: 30min',
      'unknown key "duplicates", did you mean "duplicate"?',
    ],
    [
      'an unknown table of holidays',
      'days: holidays-cn',
      'days: holidays-xx',
      'calendars[0].days: expected a table of holidays',
    ],
  ])('%s', (_what, from, to, expected) => {
    const text = edit(from, to);
    const found = problemsOf(text);
    expect(found.join('\n')).toContain(expected);
  });

  test('the line is that of the value', () => {
    const text = edit('limit: 2min, calendar: desk', 'limit: 2min, calendar: dezk');
    const [found, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(found).toMatch(
      new RegExp(`^${lineOf(text, 'dezk')} clocks\\[\\d+\\]\\.limits\\[0\\]\\.calendar: `),
    );
  });
});

test('the shortest policy is one', () => {
  expect(problemsOf(SMALL_POLICY)).toEqual([]);
});

test('mistakes of schema, paths, clocks and calendars are told in one run', () => {
  const text = [
    ['limit: 90s', 'limit: soon'],
    ['fields: [readBack]', 'fields: [readback]'],
    ['optional: [taken, diagnosed, planned]', 'optional: [agreed]'],
    ['week: { mon-fri: ["09:00-17:00"] }', 'week: { mon-fry: ["09:00-17:00"] }'],
    ['close: [desk]', 'close: []'],
  ].reduce((held, [from = '', to = '']) => edit(from, to, held), DEFAULT);
  const paths = problemsOf(text).map((line) => line.split(' ')[1]);
  expect(paths).toEqual([
    'calendars[0].week.mon-fry:',
    'paths[0].optional[0]:',
    'actors.close:',
    'guards[4].fields[0]:',
    expect.stringMatching(/^clocks\[2\]\.limits\[0\]\.limit:/),
  ]);
});

test('property: whatever stands in a file, the answer is a policy or a list of problems', () => {
  const sound = parse(SMALL_POLICY) as Record<string, unknown>;
  const wrong = fc.oneof(
    fc.constantFrom<unknown>(null, true, -1, 1e9, '', '1min', [], {}, [null], [[]], { a: 1 }),
    fc.string({ maxLength: 8 }),
    fc.constantFrom<unknown>(['received'], [{ id: 'a' }], { match: {} }, [{ match: { class: [] } }]),
  );
  const keys = fc.constantFrom(...Object.keys(sound).filter((key) => key !== 'version'));
  fc.assert(
    fc.property(fc.array(fc.tuple(keys, wrong), { minLength: 1, maxLength: 4 }), (edits) => {
      const text = stringify({ ...sound, ...Object.fromEntries(edits) });
      for (const line of problemsOf(text)) expect(line).toMatch(/^\d+ \S.*: expected .+, found .+/s);
    }),
    { seed: testSeed(), numRuns: testRuns(25) },
  );
});
