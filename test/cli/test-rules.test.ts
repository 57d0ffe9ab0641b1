/** The command `test-rules`: what it prints for tests that pass, fail and are missing, and its exit codes. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { testRules } from '../../src/cli/test-rules.ts';
import { toTests, writeProfile } from '../rule-tests/files.ts';
import { capture } from '../support/capture.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const LEVEL =
  '  level-high: [{ name: high, points: { level: { 0s: 1.95, 15s: 2.05, 30s: 1 } }, expect: { 14s: nothing, 23s: nothing, 27s: B hi, 33s: B, 35s: D } }, { name: very high, points: { level: { 0s: 2.95, 15s: 3.05 } }, expect: { 14s: B hi, 24s: B hi, 26s: B hihi } }]';
const LEAKING =
  '  leaking: [{ name: one, points: { leaks: { 0s: 0, 2s: 1 } }, expect: { 1s: nothing, 2s: B } }]';
const FAULT = '  pump-{n}/fault: [{ name: one, points: { fault: { 0s: 1 } }, expect: { 0s: B } }]';
const ALL = [LEVEL, LEAKING, FAULT];

async function run(rules: readonly string[], ...args: readonly string[]) {
  const directory = writeProfile(toTests(rules.join('\n')));
  const written = capture();
  const code = await testRules(['--profiles', directory, ...args]);
  vi.restoreAllMocks();
  return { code, ...written };
}

describe('tests that pass', () => {
  test('are counted', async () => {
    expect(await run(ALL)).toEqual({
      code: 0,
      out: '9 rules, 15 cases tank\n9 rules, 15 cases: all passed.\n',
      err: '',
    });
  });

  test('also with their limits and delays moved', async () => {
    const { code, out } = await run(ALL, '--mutate');
    expect(out).toContain('9 rules, 15 cases, 10 moves: all passed.\n');
    expect(code).toBe(0);
  });
});

describe('tests that do not', () => {
  test('are shown with time, expected, found and time line', async () => {
    const { code, out } = await run([LEVEL, LEAKING.replace('2s: B', '2s: B hihi'), FAULT]);
    expect(code).toBe(1);
    expect(out).toBe(`tank leaking: failed: one
  at 2s: expected B hihi; found B hi
    0s  leaks = 0
    2s  leaks = 1
    2s  leaking raised hi
    2s  ? B hihi, found B hi
9 rules, 15 cases tank
9 rules, 15 cases: 1 fault.
`);
  });

  test('rules without a test fail', async () => {
    const { code, out } = await run([LEVEL, LEAKING]);
    expect(code).toBe(1);
    expect(out).toContain('tank pump-1/fault: no case raises it\ntank pump-2/fault: no case raises it\n');
    expect(out).toContain(': 2 faults.\n');
  });

  test('moves that no case notices fail', async () => {
    const loose = '  level-high: [{ name: one, points: { level: { 0s: 4 } }, expect: { 60s: B } }]';
    const { code, out } = await run([loose, LEAKING, FAULT], '--mutate');
    expect(code).toBe(1);
    expect(out).toContain('tank level-high: untested against hi.limit 2 → 1.9\n');
    expect((await run([loose, LEAKING, FAULT])).code).toBe(0);
  });

  test('as JSON', async () => {
    const { code, out } = await run([LEVEL, LEAKING.replace('2s: B', '2s: C')], '--json');
    expect(code).toBe(1);
    const { isSound, profiles } = JSON.parse(out) as {
      readonly isSound: boolean;
      readonly profiles: readonly { readonly rules: readonly { readonly rule: string }[] }[];
    };
    expect(isSound).toBe(false);
    expect(profiles[0]).toMatchObject({ profile: 'tank', missing: ['pump-1/fault', 'pump-2/fault'] });
    expect(profiles[0]?.rules.find(({ rule }) => rule === 'leaking')).toMatchObject({
      cases: [{ isPassed: false, failures: [{ atMs: 2_000, expected: 'C', found: 'B hi' }] }],
    });
    expect(profiles[0]?.rules.find(({ rule }) => rule === 'level-high')).not.toHaveProperty(
      'cases.0.timeline',
    );
  });
});

describe('wrong files and wrong usage', () => {
  test('mistakes in a file are told like those of a site, and nothing else is printed', async () => {
    const { code, out, err } = await run([LEVEL.replace('B hi,', 'B high loud,')]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(
      /tests\/tank\.yaml:5:\d+ rules\.level-high\[0\]\.expect\..*: expected nothing, or words/,
    );
  });

  test('a profile, or a folder, that is not there', async () => {
    expect((await run(ALL, 'tonk')).err).toContain(
      'expected the id of a profile, found "tonk", did you mean "tank"?',
    );
    const written = capture();
    expect(await testRules(['--profiles', 'no/such/folder'])).toBe(1);
    expect(written.err).toContain('expected a folder with profiles, found none');
  });

  test('unknown options', async () => {
    const { code, err } = await run(ALL, '--allow-missing');
    expect(code).toBe(1);
    expect(err).toContain('Usage: node src/main.ts test-rules');
  });

  test('help', async () => {
    const { code, out } = await run(ALL, '--help');
    expect(code).toBe(0);
    expect(out).toContain('--mutate');
  });
});
