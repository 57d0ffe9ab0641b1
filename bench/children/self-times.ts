/** Reads a CPU profile: which functions the time was spent in, itself and not in what they call. */

import type { Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';

export interface SelfTime {
  /** `append src/telemetry/journal.ts:107`; `(idle)` and `(garbage collector)` are the engine's own. */
  readonly where: string;
  readonly ms: number;
}

/** Functions that are told. */
const MAX_FUNCTIONS = 40;
/** The cost of the profile itself. */
const PROFILER = 'node:inspector';
const project = fileURLToPath(new URL('../../', import.meta.url));

/** @returns largest first, at most 40 */
export function toSelfTimes({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): readonly SelfTime[] {
  /** Key: id of a node of the profile. */
  const whereOf = new Map(nodes.map(({ id, callFrame }) => [id, toWhere(callFrame)]));
  /** Key: place; value: µs. */
  const totals = new Map<string, number>();
  samples.forEach((id, at) => {
    const where = whereOf.get(id) ?? '?';
    totals.set(where, (totals.get(where) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return [...totals]
    .filter(([where]) => !where.includes(PROFILER))
    .map(([where, us]) => ({ where, ms: us / 1e3 }))
    .toSorted((left, right) => right.ms - left.ms)
    .slice(0, MAX_FUNCTIONS);
}

function toWhere({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string {
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  const path = url.startsWith('file:') ? fileURLToPath(url).replace(project, '') : url;
  return `${name} ${path}:${lineNumber + 1}`;
}
