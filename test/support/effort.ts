/**
 * How much random search a run of the tests does: enough by default to notice what is broken, RISER_TEST_EFFORT times as
 * much on request (10 for a night). The factor is printed, as a seed alone does not repeat a run.
 */

const EFFORT_VARIABLE = 'RISER_TEST_EFFORT';
const MAX_EFFORT = 1_000;
let effort: number | null = null;

/** Repetitions of a property or a random script: `runs` by default, times RISER_TEST_EFFORT. @throws Error as parseEffort */
export function testRuns(runs: number): number {
  if (effort === null) {
    effort = parseEffort(process.env[EFFORT_VARIABLE]);
    if (effort !== 1) console.log(`${EFFORT_VARIABLE}=${effort}`);
  }
  return Math.ceil(runs * effort);
}

/** 1 when there is none. @throws Error when it is no number above 0, or more than 1,000. */
export function parseEffort(text: string | undefined): number {
  if (text === undefined || text === '') return 1;
  const value = Number(text);
  if (!(value > 0 && value <= MAX_EFFORT))
    throw new Error(`${EFFORT_VARIABLE} must be a number above 0 and up to ${MAX_EFFORT}, found "${text}"`);
  return value;
}
