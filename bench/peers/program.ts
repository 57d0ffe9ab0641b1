/**
 * A program that polls the field, as a child process: how long until its first request, what it asks in a window, what
 * that costs. It is not touched: the requests are counted by the field, the cost is the system's word.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FieldServed } from '../children/modbus-field.ts';
import type { Child } from '../children.ts';
import { pin, SUBJECT_CORE } from '../cores.ts';
import { type ProcessCost, readProcessCost } from '../process-cost.ts';
import type { Timing } from '../trial.ts';

export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Beside our own; undefined removes a variable. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface PeerFigures {
  /** From the start of the process to the first request that the field answered. */
  readonly firstPollMs: number;
  /** Answered requests. */
  readonly requestsPerS: number;
  readonly cores: number;
  readonly rssMb: number;
  readonly rssMaxMb: number;
  readonly anonymousMb: number;
  readonly devices: number;
}

const LIMITS = {
  /** Until the first request, on a busy machine. */
  startMs: 120_000,
  startPollMs: 20,
  /** How often memory is looked at for its maximum. */
  lookMs: 1_000,
  /** From SIGTERM to SIGKILL. */
  stopMs: 15_000,
  /** What is kept of its words, characters. */
  wordsChars: 2_048,
} as const;

/** @param field of children/modbus-field.ts @throws Error with its last words when it polls nothing or ends by itself */
export async function measureProgram(
  program: Program,
  field: Child,
  { warmUpMs, windowMs }: Pick<Timing, 'warmUpMs' | 'windowMs'>,
): Promise<PeerFigures> {
  const before = (await field.ask('served')) as FieldServed;
  const startedMs = performance.now();
  const running = start(program);
  try {
    pin(running.pid, SUBJECT_CORE);
    await untilPolling(running, field, before.answers);
    const firstPollMs = performance.now() - startedMs;
    await sleep(warmUpMs);
    return { firstPollMs, ...(await measure(running, field, windowMs)) };
  } finally {
    await running.stop();
  }
}

interface Running {
  readonly pid: number;
  /** @throws Error when it has ended */
  assertAlive(): void;
  stop(): Promise<void>;
}

function start({ name, command, args, environment }: Program): Running {
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-LIMITS.wordsChars);
    });
  const ended = once(child, 'close').catch((error: unknown) => {
    words += String(error);
  });
  const end = (): void => void child.kill('SIGKILL');
  // No program outlives a bench that is ended from outside.
  process.once('exit', end);
  return {
    pid: child.pid ?? 0,
    assertAlive() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${name} has ended by itself\n${words}`);
    },
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(end, LIMITS.stopMs);
      await ended;
      clearTimeout(killer);
      process.off('exit', end);
    },
  };
}

async function untilPolling(running: Running, field: Child, answers: number): Promise<void> {
  const deadline = performance.now() + LIMITS.startMs;
  while (performance.now() < deadline) {
    running.assertAlive();
    if (((await field.ask('served')) as FieldServed).answers > answers) return;
    await sleep(LIMITS.startPollMs);
  }
  throw new Error(`no request in ${LIMITS.startMs} ms`);
}

interface Moment {
  readonly atMs: number;
  readonly served: FieldServed;
  readonly cost: ProcessCost;
}

async function look(running: Running, field: Child): Promise<Moment> {
  running.assertAlive();
  const served = (await field.ask('served')) as FieldServed;
  return { atMs: performance.now(), served, cost: readProcessCost(running.pid) };
}

async function measure(
  running: Running,
  field: Child,
  windowMs: number,
): Promise<Omit<PeerFigures, 'firstPollMs'>> {
  const from = await look(running, field);
  let rssMaxMb = 0;
  for (let leftMs = windowMs; leftMs > 0; leftMs -= LIMITS.lookMs) {
    await sleep(Math.min(leftMs, LIMITS.lookMs));
    running.assertAlive();
    rssMaxMb = Math.max(rssMaxMb, readProcessCost(running.pid).rssMb);
  }
  const to = await look(running, field);
  const wallMs = to.atMs - from.atMs;
  return {
    requestsPerS: ((to.served.answers - from.served.answers) * 1e3) / wallMs,
    cores: (to.cost.cpuMs - from.cost.cpuMs) / wallMs,
    rssMb: to.cost.rssMb,
    rssMaxMb,
    anonymousMb: to.cost.anonymousMb,
    devices: to.served.devices,
  };
}
