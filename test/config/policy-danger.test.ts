/** What an emergency cannot do without, whatever a site writes: each refusal has its place, and says what is expected in zh and en. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { SMALL_POLICY } from './support/policy.ts';
import { write } from './support/site.ts';

const DEFAULT = readFileSync(join(import.meta.dirname, '../../config/policy.yaml'), 'utf8');

/** Of the small policy with one change that must be there to be made. */
function problemsOf(from: string | RegExp, to: string, text = SMALL_POLICY) {
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  const problems = createProblems();
  readPolicy(write(edited), problems);
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}
const placesOf = (...change: Parameters<typeof problemsOf>) => problemsOf(...change).map(({ path }) => path);

const FROM = 'from: [{ priority: [emergency] }]';
const PATH = 'stages: [received, recorded, on-site, done, accepted, closed, archived]';

describe('a policy is refused', () => {
  test('in both languages, with place and expectation', () => {
    const [problem] = problemsOf('confirm-fire: [desk]', 'confirm-fire: [auditor]');
    expect(problem).toMatchObject({
      path: 'actors.confirm-fire',
      expected: 'somebody who does the work: auditors, administrators, archivists and reporters do not',
      found: 'auditor',
      text: {
        zh: '应为：至少一个在现场或前台办事的岗位：仅有审计、管理、档案或报修人时无人能办；现为：auditor',
        en: expect.stringMatching(/^expected somebody who does the work: .*, found auditor$/),
      },
    });
  });

  test.each([
    ['no emergency', 'from: []', ['fire', 'help', 'equipment alarms']],
    [
      'fires of one flow only',
      'from: [{ class: [fire], flow: [daily] }, { class: [help, engineering] }]',
      ['fire'],
    ],
    ['no alarm of a lift', 'from: [{ class: [fire, help] }]', ['equipment alarms']],
    ['nobody who calls from a lift', 'from: [{ class: [fire, engineering] }]', ['help']],
    ['urgent matters only', 'from: [{ priority: [urgent] }]', ['fire', 'help', 'equipment alarms']],
  ])('that makes an incident of %s', (_what, from, lacking) => {
    const found = problemsOf(FROM, from);
    expect(found.map(({ path }) => path)).toEqual(lacking.map(() => 'incidents.from'));
    for (const [at, words] of lacking.entries())
      expect(found[at]?.expected).toContain(`emergency of ${words}`);
  });

  test.each(['[]', '[major]', '[extra-major, considerable]'])(
    'by which grades %s owe the final report',
    (grades) => {
      expect(placesOf('majorGrades: [extra-major]', `majorGrades: ${grades}`)).toEqual([
        'incidents.majorGrades',
      ]);
    },
  );

  test('by which an emergency comes to its end though nobody was there, or nobody else accepted it', () => {
    const stages = (words: string) => placesOf(PATH, words);
    expect(stages(PATH.replace('on-site, ', ''))).toEqual(['paths[0].stages']);
    expect(stages(PATH.replace('accepted, ', ''))).toEqual(['paths[0].stages']);
    expect(stages(`${PATH}, optional: [recorded, on-site, accepted]`)).toEqual([
      'paths[0].optional[1]',
      'paths[0].optional[2]',
    ]);
    // A path that emergencies get only in part is theirs as well.
    expect(
      placesOf('{ match: { priority: [emergency] }, stages', '{ match: { class: [fire] }, stages'),
    ).toEqual(['paths[1].stages', 'paths[1].stages', 'paths[2].stages', 'paths[2].stages']);
  });

  test('with a form that sends somebody and has him there, or does the work and accepts it', () => {
    const text = DEFAULT.replace(
      'optional: [taken, diagnosed, planned]',
      'optional: [taken, diagnosed, planned, visited]',
    );
    const form = (transitions: string) =>
      problemsOf(
        'transitions: [diagnose, plan, start, done]',
        `transitions: [${transitions}]\n    actors: [supervisor]`,
        text,
      )
        .filter(({ text: told }) => told !== undefined)
        .map(({ path }) => path);
    expect(form('done, accept')).toEqual(['forms[1].transitions']);
    expect(form('dispatch, arrive')).toEqual(['forms[1].transitions']);
    expect(form('diagnose, plan')).toEqual([]);
  });

  test.each(['dispatch', 'arrive', 'confirm-fire', 'fire-step', 'entrapment'])(
    'whose step %s only those may take who never do the work, or nobody',
    (step) => {
      for (const actors of ['[auditor, admin]', '[archivist]', '[occupant, reporter]', '[]'])
        expect(placesOf(` ${step}: [desk]`, ` ${step}: ${actors}`)).toContain(`actors.${step}`);
      expect(placesOf(` ${step}: [desk]`, ` ${step}: [admin, duty]`)).toEqual([]);
    },
  );

  test('by which who has worked on an emergency accepts it', () => {
    const own = (rows: string) => placesOf('clocks:', `ownAcceptance: [${rows}]\nclocks:`);
    expect(own('{}')).toEqual(['ownAcceptance[0]']);
    expect(own('{ priority: [normal] }, { class: [fire] }')).toEqual(['ownAcceptance[1]']);
    expect(own('{ class: [fire], priority: [normal, urgent] }')).toEqual([]);
  });

  test('which lets others than the actors take a step of an emergency', () => {
    const also = (match: string) =>
      placesOf('clocks:', `alsoMay: [{ match: ${match}, step: done, actors: [desk] }]\nclocks:`);
    expect(also('{ class: [enquiry] }')).toEqual(['alsoMay[0].match']);
    expect(also('{ class: [enquiry], priority: [emergency, normal] }')).toEqual(['alsoMay[0].match']);
    expect(also('{ class: [enquiry], priority: [urgent, normal] }')).toEqual([]);
  });

  test.each(['9min', '25h', '400d'])('by which a drill may last %s', (longest) => {
    expect(placesOf('clocks:', `drills: { longest: ${longest} }\nclocks:`)).toEqual(['drills.longest']);
    expect(placesOf('clocks:', 'drills: { longest: 24h }\nclocks:')).toEqual([]);
  });

  test('by which an alarm that is an emergency wakes nobody', () => {
    const quiet = (high: string) =>
      placesOf(/high: urgent(.*\n)/, `high: ${high}$1quiet: { severities: [low, high] }\n`);
    expect(quiet('emergency')).toEqual(['quiet.severities[1]']);
    expect(quiet('urgent')).toEqual([]);
  });
});
