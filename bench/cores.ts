/** Keeps what is measured apart from what it is measured with: the field on one core, the subject on another. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

/** The field, and everything that is not measured. */
export const FIELD_CORE = 0;
export const SUBJECT_CORE = 1;

const PIN_MS = 5_000;

/** All threads that the process has and will have. @returns whether it is pinned: not without `taskset` or a second core */
export function pin(pid: number, core: number): boolean {
  if (core >= cpus().length) return false;
  const args = ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)];
  return spawnSync('taskset', args, { stdio: 'ignore', timeout: PIN_MS }).status === 0;
}
