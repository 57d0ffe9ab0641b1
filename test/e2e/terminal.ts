/**
 * A command as a person runs it in a terminal: in a process group of its own, so that Ctrl-C (a signal to the group)
 * and the death of one process of it can be tried. What the command says and means is the test's business.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { Exit } from '../support/process.ts';
import { findSurvivors, killSurvivors, MARK_VARIABLE, type Survivor } from '../support/survivors.ts';

export interface Terminal extends AsyncDisposable {
  /** `performance.now()` just before the command was started. */
  readonly startedMs: number;
  readonly exited: Promise<Exit>;
  hasEnded(): boolean;
  /** Both streams together. */
  output(): string;
  /** Ctrl-C: SIGINT to every process of the group. */
  interrupt(): void;
  /** Living processes that the command has started, directly or not, also those in other groups. */
  processes(): readonly Survivor[];
}

export interface TerminalOptions {
  readonly cwd: string;
  /** Added to this process's environment; undefined removes a variable. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Characters of output that are kept. */
const MAX_OUTPUT_CHARS = 200_000;

let opened = 0;

/** Use `await using`: it ends the command and every process that it has left, by its id. */
export async function openTerminal(
  command: string,
  args: readonly string[],
  options: TerminalOptions,
): Promise<Terminal> {
  const mark = `${process.env[MARK_VARIABLE] ?? 'unmarked'}.terminal.${process.pid}.${++opened}`;
  const startedMs = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, [MARK_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const exited = toExit(child);
  const output = capture(child);
  await once(child, 'spawn');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const processes = (): readonly Survivor[] => findSurvivors(mark);
  return {
    startedMs,
    exited,
    hasEnded,
    output,
    interrupt: () => interrupt(child.pid as number),
    processes,
    async [Symbol.asyncDispose]() {
      killSurvivors(processes());
      if (!hasEnded()) await exited;
    },
  };
}

/** Time for the last output to arrive after the exit, where something else keeps it open. */
const DRAIN_MS = 1_000;

/** Resolves when it has ended and what it said is read. */
async function toExit(child: ChildProcess): Promise<Exit> {
  const closed = once(child, 'close');
  await once(child, 'exit');
  await Promise.race([closed, delay(DRAIN_MS)]);
  // Where this process stood still, the timer was first: what lies in the pipe is read in the turn after it.
  await turn();
  await turn();
  return { code: child.exitCode, signal: child.signalCode };
}

function interrupt(group: number): void {
  try {
    process.kill(-group, 'SIGINT');
  } catch (error) {
    // The last process of the group has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function capture(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-MAX_OUTPUT_CHARS);
    });
  }
  return () => text;
}
