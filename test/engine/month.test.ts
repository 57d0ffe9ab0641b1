/**
 * Days of simulated operation through the decision loop: random equipment, people on shifts who act late, early or never,
 * channels that fail, another policy from the middle on, a clock that is set, commits that fail, restarts. The invariants of
 * alarms.md B9 are checked after every commit and every simulated hour. Days: RISER_TEST_MONTH_DAYS, default 3; a month is
 * the same with 30.
 */
import { expect, test } from 'vitest';
import { printMonth, runMonth } from '../support/month/run.ts';
import { testSeed } from '../support/seed.ts';

const DAYS = Number(process.env['RISER_TEST_MONTH_DAYS'] ?? '3');
/** Of a day, at least: a site of this size has about 130. */
const TICKETS_A_DAY = 100;
/** A month takes a minute or two. */
const TIMEOUT_MS = 600_000;

test(
  `${DAYS} days of operation: one ticket for each matter, nothing lost, nothing told twice or of nothing`,
  () => {
    const began = process.cpuUsage();
    const result = runMonth(DAYS, testSeed(11));
    const { user, system } = process.cpuUsage(began);
    printMonth(result, (user + system) / 1e6);
    const { checks, people, restarts } = result;
    const { tally, tickets } = checks;
    const { steps, refusals } = people.counts();
    expect(tickets).toBeGreaterThan(DAYS * TICKETS_A_DAY);
    // What was never reached proves nothing.
    for (const step of ['dispatch', 'take', 'done', 'accept', 'visit', 'close', 'archive', 'reject', 'merge'])
      expect(steps.get(step) ?? 0, step).toBeGreaterThan(0);
    for (const code of ['version-conflict', 'store-failed', 'alarm-active', 'wrong-stage'])
      expect(refusals.get(code) ?? 0, code).toBeGreaterThan(0);
    expect(restarts).toBeGreaterThan(0);
    expect(tally.returnMessages).toBeGreaterThan(0);
    expect(checks.policies.size, 'policies that tickets were opened under').toBe(2);
  },
  TIMEOUT_MS,
);
