/** What `test-rules` prints: failures with their time line, rules without a test, moves that no case notices, a summary. */
import type { CaseResult } from '../rule-tests/case.ts';
import type { ProfileResult } from '../rule-tests/run.ts';
import { toTimeText } from '../rule-tests/words.ts';

export function isSound(results: readonly ProfileResult[]): boolean {
  return results.every((result) => toFaults(result).length === 0);
}

export function toText(results: readonly ProfileResult[]): string {
  const faults = results.flatMap(toFaults);
  const summary = results.map((result) => `${toCounts([result])} ${result.profile}`);
  const verdict = faults.length === 0 ? 'all passed' : `${faults.length} ${plural('fault', faults.length)}`;
  return [...faults, ...summary, `${toCounts(results)}: ${verdict}.`].map((line) => `${line}\n`).join('');
}

/** Stable: the keys are part of what scripts may rely on. */
export function toJson(results: readonly ProfileResult[]): object {
  return {
    isSound: isSound(results),
    profiles: results.map(({ profile, rules, missing, mutations }) => ({
      profile,
      missing,
      rules: rules.map(({ rule, cases }) => ({
        rule,
        cases: cases.map(({ name, failures, timeline }) => ({
          name,
          isPassed: failures.length === 0,
          failures,
          ...(failures.length > 0 && { timeline }),
        })),
      })),
      mutations,
    })),
  };
}

/** One text each, in order of rules. */
function toFaults({ profile, rules, missing, mutations }: ProfileResult): readonly string[] {
  return [
    ...rules.flatMap(({ cases }) =>
      cases.filter(({ failures }) => failures.length > 0).map((one) => toFailed(profile, one)),
    ),
    ...missing.map((rule) => `${profile} ${rule}: no case raises it`),
    ...mutations.flatMap(({ rule, survived }) =>
      survived.map((move) => `${profile} ${rule}: untested against ${move}`),
    ),
  ];
}

function toFailed(profile: string, { rule, name, failures, timeline }: CaseResult): string {
  const lines = failures.map(({ atMs, expected, found }) => {
    const at = atMs === null ? 'at the end' : `at ${toTimeText(atMs)}`;
    return `  ${at}: expected ${expected}; found ${found}`;
  });
  return [`${profile} ${rule}: failed: ${name}`, ...lines, ...timeline.map((line) => `    ${line}`)].join(
    '\n',
  );
}

function toCounts(results: readonly ProfileResult[]): string {
  const rules = results.flatMap((result) => result.rules);
  const cases = rules.reduce((sum, rule) => sum + rule.cases.length, 0);
  const moves = results.flatMap(({ mutations }) => mutations).reduce((sum, one) => sum + one.mutations, 0);
  const counts = [`${rules.length} rules`, `${cases} cases`, ...(moves > 0 ? [`${moves} moves`] : [])];
  if (results.length > 1) counts.unshift(`${results.length} profiles`);
  return counts.join(', ');
}

function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}
