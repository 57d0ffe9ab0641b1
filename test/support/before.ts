/**
 * What comes before the tests (`npm test`): the system's tools are brought, which waits for the network, while types and
 * lint are checked, which takes the processors. Each says what it has to say when it has ended; all of them end.
 */
import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** A step, and those that begin when it has ended. */
export interface Step {
  readonly command: readonly [program: string, ...args: readonly string[]];
  readonly next?: readonly Step[];
}

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/**
 * One checker each, as the two stand beside each other on two cores: further ones would check again what the first has
 * checked, for half as much CPU time more. Lint of types uses all cores by itself and comes last.
 */
const LINT: Step = { command: ['oxlint', '--type-aware', '--deny-warnings'] };
const TYPES: Step = { command: ['tsc', '-p', '.', '--checkers', '1'], next: [LINT] };
const WEB_TYPES: Step = { command: ['tsc', '-p', 'src/web', '--checkers', '1'] };
const FORM: Step = { command: ['biome', 'ci', '.'], next: [WEB_TYPES] };
const TOOLS: Step = { command: [process.execPath, 'test/support/pretest.ts'] };
export const BEFORE: readonly Step[] = [TOOLS, TYPES, FORM];

/** The checkers are written in Go: it collects when the heap has grown by so much, 100 % by default; they keep nearly all. */
const COLLECT_PERCENT = '300';

/** Steps stand beside each other, and behind one another where one is named in `next`. @returns whether all went well */
export async function runSteps(
  steps: readonly Step[],
  run: (command: Step['command']) => Promise<Ended>,
  print: (line: string) => void,
): Promise<boolean> {
  const results = await Promise.all(
    steps.map(async ({ command, next = [] }) => {
      const { code, output } = await run(command);
      if (output.trim() !== '') print(output.trimEnd());
      if (code !== 0) print(`${command.join(' ')}: exit code ${code}`);
      const isLaterGood = await runSteps(next, run, print);
      return code === 0 && isLaterGood;
    }),
  );
  return results.every(Boolean);
}

/** Both streams as they came; a program that cannot be started has exit code 127, as in a shell. */
export async function runCommand([program, ...args]: Step['command']): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { GOGC: COLLECT_PERCENT, ...process.env },
  });
  let output = '';
  const take = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  child.once('error', ({ message }) => resolve({ code: 127, output: message }));
  // A signal is no success either.
  child.once('close', (code) => resolve({ code: code ?? 1, output }));
  return promise;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const isGood = await runSteps(BEFORE, runCommand, (line) => console.log(line));
  process.exitCode = isGood ? 0 : 1;
}
