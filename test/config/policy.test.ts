/** The service policy: durations in milliseconds, defaults, and a version that follows the content. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { write } from './support/site.ts';

const DEFAULT = readFileSync(join(import.meta.dirname, '../../config/policy.yaml'), 'utf8');

function read(text: string): Policy {
  const problems = createProblems();
  const policy = readPolicy(write(text), problems)?.policy ?? null;
  problems.throwIfAny();
  if (policy === null) throw new Error('no policy and no problem');
  return policy;
}

test('the default policy has the figures of the service documents', () => {
  const { clocks, priorityOf, deskDispatches, reopenMs, explain } = read(DEFAULT);
  expect(clocks.record.normal?.limitMs).toBe(60_000);
  expect(clocks.dispatch.urgent?.limitMs).toBe(120_000);
  expect(clocks.arrival).toEqual({
    emergency: { limitMs: 600_000, warnRatio: 0.8 },
    urgent: { limitMs: 1_800_000, warnRatio: 0.8 },
    normal: null,
  });
  expect(clocks.visit.emergency?.limitMs).toBe(120_000);
  expect(priorityOf).toEqual({ 'life-safety': 'emergency', high: 'urgent', medium: 'normal', low: 'normal' });
  expect(deskDispatches).toEqual(['emergency']);
  expect(reopenMs).toBe(86_400_000);
  expect(explain).toEqual({ waitMs: 5_000, settleMs: 60_000 });
});

test('limits only tighten when the priority rises', () => {
  for (const clock of Object.values(read(DEFAULT).clocks)) {
    const [emergency, urgent, normal] = [clock.emergency, clock.urgent, clock.normal].map(
      (limit) => limit?.limitMs ?? Number.POSITIVE_INFINITY,
    ) as [number, number, number];
    expect(emergency).toBeLessThanOrEqual(urgent);
    expect(urgent).toBeLessThanOrEqual(normal);
  }
});

test('what is left out has its default, inside clocks too', () => {
  const short = DEFAULT.replaceAll(', warnRatio: 0.8', '')
    .replace(/^routing:\n(?: {2}- .*\n)+/m, '')
    .replace(/^deskDispatches:.*$/m, '')
    .replace(/^reopen:.*$/m, '')
    .replace(/^explain:.*$/m, '');
  expect(short).not.toContain('\nrouting');
  expect(short).not.toContain('\nexplain');
  const policy = read(short);
  expect(policy).toEqual({ ...read(DEFAULT), version: policy.version, routing: [] });
});

test('the version follows the content, not remarks or the order of keys', () => {
  const { version } = read(DEFAULT);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(read(`# a remark\n${DEFAULT}`).version).toBe(version);
  expect(read(DEFAULT.replace('limit: 30min', 'limit: 1800s')).version).toBe(version);
  expect(read(DEFAULT.replace('limit: 30min', 'limit: 29min')).version).not.toBe(version);
});
