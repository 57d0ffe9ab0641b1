/** How a command tells a person what went wrong: the code, the sentence, every problem on its line. Never a stack. */
import { ConfigError, RiserError, toProblemLine } from '../core/errors.ts';

/** @returns the exit code. Errors that are ours (not RiserError) are thrown on: they end the process with a stack. */
export function reportError(error: unknown): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) process.stderr.write(`${toProblemLine(problem)}\n`);
    process.stderr.write(`config-invalid: ${error.text.en} / ${error.text.zh}; nothing was started\n`);
    return 1;
  }
  if (error instanceof RiserError) {
    process.stderr.write(`${error.code}: ${error.text.en} / ${error.text.zh}\n`);
    return 1;
  }
  if (isUsageError(error)) {
    process.stderr.write(`${error.message}\nSee --help.\n`);
    return 1;
  }
  throw error;
}

/** An option whose value cannot be used; `reportError` tells it like an unknown option. */
export function toUsageError(name: string, expected: string, found: string): Error {
  const error = new Error(`${name}: expected ${expected}, found "${found}"`);
  return Object.assign(error, { code: 'ERR_PARSE_ARGS_VALUE' });
}

/** What node:util parseArgs throws for an unknown or incomplete option, and `toUsageError` makes. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
