/** What no policy may switch off: emergencies are emergencies, and somebody of the house is told of them at once. */
import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { SMALL_POLICY } from './support/policy.ts';
import { write } from './support/site.ts';

const RECIPIENTS =
  '{ recipients: [{ role: leader, when: at-once }, { role: manager, when: { unanswered: 2min } }] }';

/** @returns path and expectation of each */
function problemsOf(from: string, to: string): readonly string[] {
  const text = SMALL_POLICY.replace(from, to);
  if (from !== '') expect(text).not.toBe(SMALL_POLICY);
  const problems = createProblems();
  readPolicy(write(text), problems);
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, expected }) => `${path}: ${expected}`);
  }
}
const reportOf = (content: string) => problemsOf(RECIPIENTS, `{ ${content} }`);

test('the small policy is one', () => {
  expect(problemsOf('', '')).toEqual([]);
});

describe('is refused:', () => {
  test.each(['normal', 'urgent'])('life safety that is only %s', (priority) => {
    expect(problemsOf('life-safety: emergency', `life-safety: ${priority}`)).toEqual([
      'priorityOf.life-safety: emergency: life safety never waits',
    ]);
  });

  test('a report that nobody gets before somebody has confirmed it', () => {
    const told = ['report.recipients: a role of the house that is told at once'];
    expect(reportOf('recipients: [{ role: leader, when: confirmed }]')).toEqual(told);
    expect(
      reportOf('recipients: [{ role: assignee, when: at-once }, { role: leader, when: confirmed }]'),
    ).toEqual(told);
  });

  test('a report of some emergencies only', () => {
    const whom = 'recipients: [{ role: leader, when: at-once }]';
    const left = ['report.match: all emergencies among those that are reported'];
    expect(reportOf(`match: { priority: [emergency], class: [fire] }, ${whom}`)).toEqual(left);
    expect(reportOf(`match: { priority: [urgent] }, ${whom}`)).toEqual(left);
    expect(reportOf(`match: { priority: [emergency, urgent] }, ${whom}`)).toEqual([]);
  });

  test('an off-hours row that lets an emergency wait for the next working day', () => {
    const from = 'version: 2\n';
    const row = (match: string) => problemsOf(from, `${from}offHours: { match: ${match}, calendar: work }\n`);
    const never =
      'priorities that can wait: an emergency and life safety never wait for the next working day';
    expect(row('{}')).toContain(`offHours.match: ${never}`);
    expect(row('{ class: [fire] }')).toContain(`offHours.match: ${never}`);
    expect(row('{ priority: [normal, emergency] }')).toContain(`offHours.match.priority[1]: ${never}`);
    expect(row('{ priority: [normal, urgent] }')).toEqual([]);
  });

  test('somebody from outside who would answer for the house', () => {
    const house = 'a role of the house: nobody from outside answers for it';
    expect(problemsOf('breach: supervisor', 'breach: occupant')).toEqual([`escalation.breach: ${house}`]);
    expect(problemsOf('role: supervisor', 'role: contractor')).toEqual([
      `escalation.ladder[0].role: ${house}`,
    ]);
    expect(
      reportOf('recipients: [{ role: leader, when: at-once }, { role: occupant, when: at-once }]'),
    ).toEqual([`report.recipients[1].role: ${house}`]);
  });

  describe('a table by which a person’s report', () => {
    const FIRE = '{ class: [fire], priority: emergency }';
    const LIFT = '{ class: [help], kind: lift, priority: emergency }';
    const tableOf = (...rows: readonly string[]) =>
      problemsOf(`priorityFrom: [${FIRE}, ${LIFT}]`, `priorityFrom: [${rows.join(', ')}]`);
    const EXPECTED = 'emergency: fire and people in a lift never wait';

    test.each([
      ['of fire is normal', ['{ class: [fire], priority: normal }', LIFT]],
      ['of anything grave is urgent before it is a fire', ['{ urgency: 3, priority: urgent }', FIRE, LIFT]],
      ['is normal by its words', ['{ words: [smell], priority: normal }', FIRE, LIFT]],
      ['is normal by its equipment', ['{ class: [fire], kind: pump, priority: normal }', FIRE, LIFT]],
      ['of help at a lift is urgent', ['{ class: [help], kind: lift, priority: urgent }', FIRE, LIFT]],
      ['of help is normal', ['{ class: [help], priority: normal }', FIRE, LIFT]],
    ])('%s', (_what, rows) => {
      expect(tableOf(...rows)[0]).toBe(`priorityFrom[0].priority: ${EXPECTED}`);
    });

    test('names neither, or only some of them', () => {
      const missing = (what: string) =>
        `priorityFrom: a row that makes every report of ${what} an emergency, whatever its impact, words or equipment`;
      expect(tableOf()).toEqual([missing('fire'), missing('help at a lift')]);
      expect(tableOf('{ class: [fire], urgency: 2, priority: emergency }', LIFT)).toEqual([missing('fire')]);
      expect(tableOf('{ class: [fire], words: [火], priority: emergency }', LIFT)).toEqual([missing('fire')]);
      expect(tableOf(FIRE)).toEqual([missing('help at a lift')]);
    });

    test('by words that tell of an emergency makes no less of it, and has words', () => {
      const rows = [
        '{ words: [smoke], event: fire, priority: urgent }',
        '{ event: fire, priority: emergency }',
      ];
      expect(tableOf(FIRE, LIFT, ...rows)).toEqual([
        'priorityFrom[2].priority: emergency: its words tell of one',
        'priorityFrom[3].event: words beside it',
      ]);
    });

    test('may say of all others what it likes, in any order, and all may be emergencies', () => {
      expect(
        tableOf(
          '{ class: [cleaning], priority: normal }',
          LIFT,
          '{ kind: pump, class: [help], priority: urgent }',
          FIRE,
        ),
      ).toEqual([]);
      expect(tableOf('{ priority: emergency }')).toEqual([]);
      expect(tableOf('{ class: [fire, help], priority: emergency }', '{ priority: normal }')).toEqual([]);
    });
  });

  describe('an approver who could not withdraw', () => {
    test('a wait', () => {
      expect(problemsOf('resume: [desk]', 'resume: [supervisor]')).toEqual([
        'actors.resume: all of staff.waitApprovers: whoever approves a wait may end it',
      ]);
      expect(problemsOf('waitApprovers: [desk]', 'waitApprovers: [desk, foreman]')).toEqual([
        'actors.resume: all of staff.waitApprovers: whoever approves a wait may end it',
      ]);
    });

    test('what is difficult', () => {
      expect(problemsOf('clear-difficult: [desk]', 'clear-difficult: [supervisor]')).toEqual([
        'actors.clear-difficult: all of staff.approvers: whoever approves that a matter is difficult may withdraw it',
      ]);
    });

    test('where nobody may ask for it, nobody has to', () => {
      expect(problemsOf(' wait: [desk], resume: [desk]', ' wait: [], resume: [supervisor]')).toEqual([]);
    });
  });

  test('a limit of nothing', () => {
    expect(problemsOf('limit: 8h', 'limit: 0')).toEqual([
      'clocks[0].limits[1].limit: a duration: with 0 everything is overdue as it begins',
    ]);
  });
});
