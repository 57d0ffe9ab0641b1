/** After the run: fails it when a child process of any test is still alive, names it and ends it. */
import { until } from './poll.ts';
import { findSurvivors, killSurvivors } from './survivors.ts';

/** Children that were told to stop may need a moment; what lives longer was forgotten. */
const GRACE_MS = 3_000;

/** @throws Error that names the command line of every survivor. */
export async function teardown(): Promise<void> {
  const mark = process.env['RISER_TEST_RUN'];
  if (mark === undefined) throw new Error('vitest.config.ts did not name the run');
  await until(() => findSurvivors(mark).length === 0, { timeoutMs: GRACE_MS, what: 'children to end' }).catch(
    () => null,
  );
  const survivors = findSurvivors(mark);
  if (survivors.length === 0) return;
  killSurvivors(survivors);
  const lines = survivors.map(({ pid, commandLine }) => `  ${pid} ${commandLine}`);
  throw new Error(`${survivors.length} child processes of tests were still alive:\n${lines.join('\n')}`);
}
