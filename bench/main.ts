/**
 * The program behind `node src/main.ts bench`, which has its help text: runs suites, prints tables or JSON. It is a
 * process of its own because it may use development packages and src may not.
 */
import { parseArgs } from 'node:util';
import { reportError, toUsageError } from '../src/cli/errors.ts';
import type { SelfTime } from './children/self-times.ts';
import { SUITES } from './index.ts';
import { readMachine } from './machine.ts';
import { toTables } from './print.ts';
import { hasMissedGoal, type Row } from './rows.ts';
import { runScene, type SceneRun, type Suite } from './suite.ts';

interface Options {
  readonly suites: readonly (readonly [string, Suite])[];
  readonly isJson: boolean;
  readonly isCheck: boolean;
  readonly isQuick: boolean;
  readonly isProfiled: boolean;
  readonly scale: number;
}

/** Format of the JSON result. */
const RESULT_VERSION = 1;
/** Functions of a profile that are printed. */
const PROFILE_LINES = 15;

/** @throws what `reportError` takes for wrong usage. */
function parse(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      scale: { type: 'string', default: '1' },
    },
  });
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) throw toUsageError('--scale', 'a number above 0, at most 1', values.scale);
  const known = Object.keys(SUITES).join(', ');
  if (positionals.length > 1) throw toUsageError('suite', `one of ${known}`, positionals.join(' '));
  const byThemselves = Object.keys(SUITES).filter((name) => SUITES[name]?.isOnRequest !== true);
  const suites = positionals.length === 0 ? byThemselves : positionals;
  return {
    suites: suites.map((name) => {
      const suite = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
      if (suite === undefined) throw toUsageError('suite', `one of ${known}`, name);
      return [name, suite] as const;
    }),
    isJson: values.json,
    isCheck: values.check,
    isQuick: values.quick,
    isProfiled: values.profile,
    scale,
  };
}

async function run(options: Options): Promise<number> {
  const machine = readMachine();
  const onProgress = (text: string): void => void process.stderr.write(`${text}\n`);
  if (!options.isJson) {
    const { cpu, cores, node, platform, date, loadBefore } = machine;
    process.stdout.write(
      `${date}, ${cpu}, ${cores} cores, ${platform}, Node ${node}, load ${loadBefore.toFixed(2)}\n\n`,
    );
  }
  const runs: (SceneRun & { readonly suite: string })[] = [];
  for (const [name, suite] of options.suites) {
    const timing = options.isQuick ? suite.timing.quick : suite.timing.full;
    for (const scene of suite.scenes(options.scale, timing)) {
      const done = await runScene(scene, { timing, isProfiled: options.isProfiled, onProgress });
      runs.push({ suite: name, ...done });
      if (!options.isJson) printScene(done);
    }
  }
  const rows = runs.flatMap((done) => done.rows);
  if (options.isJson)
    process.stdout.write(`${JSON.stringify(toJson(options, machine, rows, runs), null, 2)}\n`);
  return options.isCheck && hasMissedGoal(rows) ? 1 : 0;
}

function toJson(options: Options, machine: object, rows: readonly Row[], runs: readonly SceneRun[]): object {
  const { isQuick, isProfiled, scale } = options;
  const raw = runs.map(({ rows: _rows, ...rest }) => rest);
  return { version: RESULT_VERSION, machine, options: { isQuick, isProfiled, scale }, rows, runs: raw };
}

function printScene({ rows, results }: SceneRun): void {
  process.stdout.write(`${toTables(rows)}\n`);
  for (const { subject, profile } of results) {
    if (profile.length > 0) process.stdout.write(`${toProfileText(subject, profile)}\n`);
  }
}

function toProfileText(subject: string, profile: readonly SelfTime[]): string {
  const lines = profile
    .slice(0, PROFILE_LINES)
    .map(({ where, ms }) => `  ${ms.toFixed(0).padStart(7)} ms  ${where}`);
  return `main thread of ${subject}, self time in the window\n${lines.join('\n')}\n`;
}

// Children end when this process is gone; `exit` removes the temporary directories. A terminal and a parent may both
// send the signal: the second must not cut that short.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

try {
  process.exitCode = await run(parse());
} catch (error) {
  process.exitCode = reportError(error);
}
