/** A gateway that starts on a machine which stands still for a while: it takes longer, and does not end. */
import { expect, test } from 'vitest';
import { API_LIMITS } from '../../src/api/options.ts';
import { startApi } from './support.ts';

/** Its own limit, after which it calls a plugin hung and gives up. */
const FRAMEWORK_MS = 10_000;

test('the API may take longer to get ready than its framework allows by itself', async () => {
  await using gateway = await startApi();
  expect(gateway.api.initialConfig.pluginTimeout).toBe(API_LIMITS.startTimeoutMs);
  expect(API_LIMITS.startTimeoutMs).toBeGreaterThan(2 * FRAMEWORK_MS);
});
