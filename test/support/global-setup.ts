/** After the run: fails it when a child process of any test is still alive, names it and ends it. */
import { until } from './poll.ts';
import { releasePorts } from './ports.ts';
import { findSurvivors, killSurvivors } from './survivors.ts';

/** Children that were told to stop may need a moment; what lives longer was forgotten. */
const GRACE_MS = 15_000;

/** @throws Error that names the command line of every survivor. */
export function teardown(): Promise<void> {
  return endSurvivors(GRACE_MS);
}

/** @throws Error as `teardown`, which it is. @param graceMs for those that are about to end */
export async function endSurvivors(graceMs: number): Promise<void> {
  const mark = process.env['RISER_TEST_RUN'];
  if (mark === undefined) throw new Error('vitest.config.ts did not name the run');
  releasePorts(mark);
  await until(() => findSurvivors(mark).length === 0, { timeoutMs: graceMs, what: 'children to end' }).catch(
    () => null,
  );
  const survivors = findSurvivors(mark);
  if (survivors.length === 0) return;
  killSurvivors(survivors);
  const lines = survivors.map(({ pid, commandLine }) => `  ${pid} ${commandLine}`);
  throw new Error(`${survivors.length} child processes of tests were still alive:\n${lines.join('\n')}`);
}
