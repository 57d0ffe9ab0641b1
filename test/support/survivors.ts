/**
 * Finds processes that outlived a test. Children inherit the environment variable RISER_TEST_MARK, and Linux shows
 * every process's initial environment in /proc, so that a grandchild is found even after its parent was killed.
 * Ending them is the caller's business. Elsewhere than on Linux nothing is found.
 */
import { readdirSync, readFileSync } from 'node:fs';

export const MARK_VARIABLE = 'RISER_TEST_MARK';

export interface Survivor {
  readonly pid: number;
  readonly commandLine: string;
}

/**
 * Living processes whose mark is `mark` or continues it (`mark.…`); the caller's own process is never among them.
 * A zombie is not alive: its environment is gone.
 */
export function findSurvivors(mark: string): readonly Survivor[] {
  return listPids()
    .filter((pid) => pid !== process.pid && hasMark(pid, mark))
    .map((pid) => ({ pid, commandLine: readProc(pid, 'cmdline').split('\0').join(' ').trim() }));
}

/** Kills each of them by its id. */
export function killSurvivors(survivors: readonly Survivor[]): void {
  for (const { pid } of survivors) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself since it was found.
    }
  }
}

function listPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function hasMark(pid: number, mark: string): boolean {
  const prefix = `${MARK_VARIABLE}=`;
  const entry = readProc(pid, 'environ')
    .split('\0')
    .find((line) => line.startsWith(prefix));
  const found = entry?.slice(prefix.length);
  return found === mark || found?.startsWith(`${mark}.`) === true;
}

/** Empty when the process has ended or belongs to somebody else. */
function readProc(pid: number, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
