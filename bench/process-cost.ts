/**
 * What another program costs, seen from outside by /proc (Linux): CPU of all its threads, resident memory. Both sides of
 * a comparison are measured by this same code; neither is changed for it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessCost {
  /** User and system time since its start. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** The part of it that no file stands behind. */
  readonly anonymousMb: number;
}

const KB_IN_MB = 1024;

/** @throws Error when there is no such process, or no /proc */
export function readProcessCost(pid: number): ProcessCost {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMs: parseCpuTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')) * tickMs(),
    rssMb: parseKilobytes(status, 'VmRSS') / KB_IN_MB,
    anonymousMb: parseKilobytes(status, 'RssAnon') / KB_IN_MB,
  };
}

/** Fields 14 and 15 of proc(5); the name before them may hold spaces and brackets. */
export function parseCpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export function parseKilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN);
}

let knownTickMs: number | null = null;

function tickMs(): number {
  knownTickMs ??= 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return knownTickMs;
}
