/**
 * Child processes of tests: output captured, waiting with a deadline, always ended by id, and their descendants
 * accounted for. What the program says and means is the test's business.
 */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import { until } from './poll.ts';
import type { Survivor } from './survivors.ts';
import { findSurvivors, MARK_VARIABLE } from './survivors.ts';

export interface StartOptions {
  /** Added to this process's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to its standard input, which is then closed; without it there is no input. */
  readonly input?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestProcess extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Everything it has said so far. */
  stdout(): string;
  stderr(): string;
  /**
   * First line of either stream that matches, from the start of the process.
   * @throws Error with the last output when the deadline passes or the process ends without it.
   */
  waitForLine(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  /** The exit. @throws Error when it is still running at the deadline. */
  waitForExit(timeoutMs: number): Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL after `graceMs`; idempotent. Resolves when it has ended. */
  stop(graceMs?: number): Promise<Exit>;
  /** It and all its descendants that are alive. */
  survivors(): readonly Survivor[];
}

/** Stopping has limits of its own in the gateway (LIMITS.stopMs); a little more than that. */
const DEFAULT_GRACE_MS = 10_000;
/** Time for the last output to arrive after the exit, where a descendant keeps the output open. */
const DRAIN_MS = 1_000;
/** Characters kept per stream; the oldest go first. */
const MAX_OUTPUT_CHARS = 1_000_000;
/** Characters of output quoted in an error. */
const QUOTED_CHARS = 4_000;

let started = 0;

/** Starts it without a shell. Use `await using` or call `stop`. @throws Error when it cannot be started. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<TestProcess> {
  const mark = `${process.env[MARK_VARIABLE] ?? 'unmarked'}.${process.pid}.${++started}`;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, [MARK_VARIABLE]: mark },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const exited = toExit(child);
  const capture = { stdout: captureOf(child.stdout), stderr: captureOf(child.stderr) };
  await once(child, 'spawn');
  // A program may end without reading what it is given.
  child.stdin?.on('error', () => null);
  child.stdin?.end(options.input);
  return toTestProcess(child, exited, capture, mark);
}

/** Resolves when it has ended and its output is read; a descendant that keeps the output open is not waited for. */
async function toExit(child: ChildProcess): Promise<Exit> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise((resolve) => child.once('exit', resolve));
  await Promise.race([closed, delay(DRAIN_MS)]);
  // Where this process stood still, the timer was first: what lies in the pipe is read in the turn after it.
  await turn();
  await turn();
  return { code: child.exitCode, signal: child.signalCode };
}

interface Capture {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

function captureOf(stream: NodeJS.ReadableStream | null): () => string {
  let text = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-MAX_OUTPUT_CHARS);
  });
  return () => text;
}

function toTestProcess(
  child: ChildProcess,
  exited: Promise<Exit>,
  capture: Capture,
  mark: string,
): TestProcess {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const quote = () => `output:\n${(capture.stdout() + capture.stderr()).slice(-QUOTED_CHARS)}`;
  const stop = async (graceMs = DEFAULT_GRACE_MS): Promise<Exit> => {
    if (!hasEnded()) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    return exited.finally(() => clearTimeout(timer));
  };
  return {
    pid: child.pid as number,
    exited,
    ...capture,
    kill: (signal) => void child.kill(signal),
    stop,
    survivors: () => findSurvivors(mark),
    async waitForLine(pattern, timeoutMs) {
      let isOver = false;
      exited.then(
        () => (isOver = true),
        () => null,
      );
      const check = () => findLine(pattern, capture) ?? isOver;
      await until(check, { timeoutMs, what: String(pattern) }).catch(() => null);
      const match = findLine(pattern, capture);
      if (match !== null) return match;
      const why = hasEnded()
        ? `ended with ${child.exitCode ?? child.signalCode}`
        : `said nothing for ${timeoutMs} ms`;
      throw new Error(`no line matches ${pattern}: the process ${why}; ${quote()}`);
    },
    async waitForExit(timeoutMs) {
      const exit = await Promise.race([exited, delay(timeoutMs, null, { ref: false })]);
      if (exit === null) throw new Error(`the process still runs after ${timeoutMs} ms; ${quote()}`);
      return exit;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function findLine(pattern: RegExp, capture: Capture): RegExpExecArray | null {
  for (const line of `${capture.stdout()}\n${capture.stderr()}`.split('\n')) {
    pattern.lastIndex = 0;
    const match = pattern.exec(line);
    if (match !== null) return match;
  }
  return null;
}
