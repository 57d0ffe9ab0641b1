/**
 * How the tests run: unit tests first, then whole gateways, on the wire and in the browser, then those that measure times,
 * by themselves, so that nothing works the machine beside them. A run that leaves a child process behind fails
 * (test/support/global-setup.ts).
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/sequencer.ts';

// Names this run; test/support/setup.ts hands it to every child process as RISER_TEST_MARK.
process.env['RISER_TEST_RUN'] = randomUUID();
// A run starts gateways and simulators by the hundred: what one has compiled the next one finds.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
  new URL('node_modules/.cache/riser-test', import.meta.url),
);

const TEST_FILES = 'test/**/*.test.ts';
/**
 * They need a process of their own: they measure its memory, handles or time, hold a directory until its end, or load
 * libraries that stay. All other units share workers, each of which loads what they have in common once; what a file leaves
 * behind in its process fails it (test/support/shared-setup.ts).
 */
const ALONE_FILES =
  'test/{bench/**/*,field-lessons/*,drivers/{reconnects,opcua/**/*},simulators/opcua,sinks/history/influx-slices,telemetry/rollups/aggregator}.test.ts';
const E2E_FILES = 'test/{e2e,field-lessons/gateway}/**/*.test.ts';
/**
 * They hold promises about time (ready, raised, noticed, back again), or of a whole building that nothing is raised in it by a
 * machine that stands still. They wait for most of their time, and run beside each other only.
 */
const TIMED_FILES =
  'test/{e2e/{cut,latency,lifecycle,linked,linked-fast,malformed,mosquitto,quiet},browser/{latency,many-alarms},field-lessons/timed/*}.test.ts';
const BROWSER_FILES = 'test/browser/**/*.test.ts';

/** Forked workers of each group; the smallest machine that runs the tests has 2 cores, and a third waits for disk or time. */
const UNIT_WORKERS = 3;
const UNIT_TIMEOUT_MS = 120_000;
/** Of `expect.poll`, whose own default of 1 s a busy machine passes without anything being wrong. */
const POLL_TIMEOUT_MS = 15_000;
/** Gateways at once, some with a browser. With five, pages on two cores were later than the tests wait for them. */
const SYSTEM_WORKERS = 2;
/** Two together leave most of the two cores idle; where RISER_TEST_STRICT=1 says that they are, each is alone. */
const TIMED_WORKERS = process.env['RISER_TEST_STRICT'] === '1' ? 1 : 2;
/** A whole gateway with simulators starts within it, and what is waited for in a test has time to come on a busy machine. */
const SYSTEM_TIMEOUT_MS = 300_000;

export default defineConfig({
  test: {
    pool: 'forks',
    globals: false,
    passWithNoTests: false,
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/setup.ts'],
    sequence: { sequencer: LongestFirst },
    expect: { poll: { timeout: POLL_TIMEOUT_MS } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [ALONE_FILES],
          testTimeout: UNIT_TIMEOUT_MS,
          hookTimeout: UNIT_TIMEOUT_MS,
          maxWorkers: UNIT_WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-pure',
          include: [TEST_FILES],
          exclude: [ALONE_FILES, E2E_FILES, TIMED_FILES, BROWSER_FILES],
          isolate: false,
          setupFiles: ['test/support/shared-setup.ts'],
          testTimeout: UNIT_TIMEOUT_MS,
          hookTimeout: UNIT_TIMEOUT_MS,
          maxWorkers: UNIT_WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: [E2E_FILES],
          exclude: [TIMED_FILES],
          testTimeout: SYSTEM_TIMEOUT_MS,
          hookTimeout: SYSTEM_TIMEOUT_MS,
          maxWorkers: SYSTEM_WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [BROWSER_FILES],
          exclude: [TIMED_FILES],
          testTimeout: SYSTEM_TIMEOUT_MS,
          hookTimeout: SYSTEM_TIMEOUT_MS,
          maxWorkers: SYSTEM_WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          include: [TIMED_FILES],
          testTimeout: SYSTEM_TIMEOUT_MS,
          hookTimeout: SYSTEM_TIMEOUT_MS,
          maxWorkers: TIMED_WORKERS,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
