/** Backups in the API: everybody sees how they stand, administrators make one. */
import { expect, test } from 'vitest';
import { bearer, DEMO_ROLES, NOW_MS, startApi } from './support.ts';

const URL = '/api/v1/backups';

test('everybody who may see the site sees the schedule, the result and the list', async () => {
  await using gateway = await startApi();
  const response = await gateway.api.inject({ url: URL, headers: bearer('desk') });
  expect(response.statusCode, response.body).toBe(200);
  expect(response.json()).toEqual({
    schedule: { directory: '/backups', at: '03:30', keep: 7 },
    status: {
      lastOkMs: NOW_MS,
      lastFailure: null,
      isRunning: false,
      progressRatio: null,
      bytes: 1_000,
      durationMs: 20,
      nextMs: NOW_MS + 3_600_000,
    },
    items: [
      {
        name: 'riser-tower-20261121T020000Z',
        begunMs: NOW_MS,
        durationMs: 20,
        bytes: 1_000,
        files: 3,
        riser: '1.2.3',
      },
    ],
    total: 1,
  });
});

test.each(DEMO_ROLES.filter((role) => role !== 'admin'))('%s may not make one', async (role) => {
  await using gateway = await startApi();
  const response = await gateway.api.inject({ method: 'POST', url: URL, headers: bearer(role), payload: {} });
  expect(response.statusCode).toBe(403);
  expect(gateway.asked).toEqual([]);
});

test('an administrator makes one, which is in the audit; a second one meanwhile is refused', async () => {
  await using gateway = await startApi();
  const post = () => gateway.api.inject({ method: 'POST', url: URL, headers: bearer('admin'), payload: {} });
  const first = await post();
  expect(first.statusCode, first.body).toBe(202);
  expect(first.json()).toMatchObject({ status: { isRunning: true, progressRatio: 0.5 } });
  const second = await post();
  expect(second.statusCode).toBe(409);
  expect(second.json()).toMatchObject({ code: 'backup-running' });
  const audit = { actor: 'admin', action: 'backup-run', object: '/backups', detail: {} };
  expect(gateway.asked).toEqual([['runBackup'], ['audit', audit]]);
});
