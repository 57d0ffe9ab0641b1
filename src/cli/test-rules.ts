/**
 * `test-rules`: plays the time lines that stand beside the profiles against the real rules, alarms and tickets, and says
 * what came out otherwise and which rules have no test. Starts nothing, writes nothing.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CATALOG } from '../catalog.ts';
import { readPolicy } from '../config/policy-file.ts';
import { createProblems } from '../config/problems.ts';
import { assert } from '../core/assert.ts';
import { ConfigError, toProblemLine } from '../core/errors.ts';
import { type ProfileResult, runRuleTests } from '../rule-tests/run.ts';
import { isSound, toJson, toText } from './test-rules-text.ts';

const HELP = `Usage: node src/main.ts test-rules [PROFILE …] [options]

Plays the tests of rules (tests/PROFILE.yaml beside the profiles) on a clock of their own.
Prints every case that came out otherwise with its time line, every rule that no case
raises, and exits with 1; otherwise a summary and 0. How tests are written: docs/rule-tests.md.

  --profiles DIR  a folder of profiles with its tests/ (default: the project's devices/)
  --mutate        also move each threshold by 5 % and each delay by 50 %, and name those
                  moves that no case notices; they fail as well
  --json          results as JSON
  --help          this text
`;

const PROJECT = join(import.meta.dirname, '../..');

/** @returns the exit code: 0 all passed, 1 failed, missing, wrong files or wrong usage. */
export async function testRules(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (typeof options === 'string') return refuse(options);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const results = runOrPrint(options);
  if (results === null) return 1;
  process.stdout.write(options.json ? `${JSON.stringify(toJson(results), null, 2)}\n` : toText(results));
  return isSound(results) ? 0 : 1;
}

interface Options {
  readonly profiles: string;
  readonly mutate: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly only: readonly string[];
}

/** @returns why the arguments are wrong, as text. */
function parse(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profiles: { type: 'string', default: join(PROJECT, 'devices') },
        mutate: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, only: positionals };
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n\n${HELP}`);
  return 1;
}

/** @returns null when files have problems; they are printed, one on a line. */
function runOrPrint({ profiles, mutate, only }: Options): readonly ProfileResult[] | null {
  const problems = createProblems();
  try {
    const policy = readPolicy(join(PROJECT, 'config/policy.yaml'), problems)?.policy ?? null;
    problems.throwIfAny();
    assert(policy !== null, 'a policy without a problem is there');
    const options = { catalog: CATALOG, policy, directory: profiles, only, isMutating: mutate };
    const results = runRuleTests(options, problems);
    if (results.length === 0 && problems.count === 0)
      problems.addFile(profiles, 'a folder with profiles', 'none');
    problems.throwIfAny();
    return results;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) process.stderr.write(`${toProblemLine(problem)}\n`);
    return null;
  }
}
