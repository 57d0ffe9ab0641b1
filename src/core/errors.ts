/** Errors that the world causes, by the codes of error-table.ts. */
import { ERRORS } from './error-table.ts';
import type { Text } from './text.ts';
import { renderText } from './text.ts';

export { ERRORS };

export type ErrorCode = keyof typeof ERRORS;
export type ErrorParams = Readonly<Record<string, string | number | Text>>;

/** The world's fault, with a stable code. `message` is the English text; `text` has both. */
export class RiserError extends Error {
  override readonly name: string = 'RiserError';
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: { cause?: unknown }) {
    super(renderText(ERRORS[code].text, params).en, options);
    this.code = code;
    this.params = params;
  }

  get text(): Text {
    return renderText(ERRORS[this.code].text, this.params);
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** One mistake in a configuration file. Line and column count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Place in the document, e.g. `equipment[2].unit`. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** The whole of it in both languages, where it is told in both. */
  readonly text?: Text;
}

/** `file:line:col path: expected …, found …`, with the Chinese of it where there is one. */
export function toProblemLine(problem: Problem): string {
  const { file, line, column, path, expected, found, text } = problem;
  const also = text === undefined ? '' : ` / ${text.zh}`;
  return `${file}:${line}:${column} ${path}: expected ${expected}, found ${found}${also}`;
}

/** A change of a rule that the files' own checks refuse, with every problem; `file` names the change. */
export class RuleChangeError extends RiserError {
  override readonly name = 'RuleChangeError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('rule-change-invalid', { count: problems.length });
    this.problems = problems;
  }
}

/** A roster, as a file or as pasted, with every problem; nothing of it was taken over. */
export class RosterError extends RiserError {
  override readonly name = 'RosterError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('roster-invalid', { count: problems.length });
    this.problems = problems;
  }
}

/** A proposed version of the policy that the file's own checks refuse, with every problem. */
export class PolicyError extends RiserError {
  override readonly name = 'PolicyError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('policy-invalid', { count: problems.length });
    this.problems = problems;
  }
}

/** All problems of a configuration at once. The start ends with exit code 1 and nothing runs. */
export class ConfigError extends RiserError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('config-invalid', { count: problems.length });
    this.problems = problems;
  }
}

export type DeviceErrorCode =
  | 'connect-failed'
  | 'connect-timeout'
  | 'connection-lost'
  | 'timeout'
  | 'exception'
  | 'bad-frame'
  | 'stopped';

/** A device or its wire failed; degrades one link and no other. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code: DeviceErrorCode;
  /** Whether asking again may help without a human. */
  readonly retryable: boolean;
  /** Modbus exception code where the device sent one. */
  readonly exceptionCode: number | null;

  constructor(
    code: DeviceErrorCode,
    message: string,
    options: { retryable?: boolean; exceptionCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? true;
    this.exceptionCode = options.exceptionCode ?? null;
  }
}
