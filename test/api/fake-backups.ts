/** Backups as the API sees them: one that is complete; `runNow` is written down. */
import type { BackupPort } from '../../src/backup/port.ts';
import { RiserError } from '../../src/core/errors.ts';
import { NOW_MS } from './fixtures.ts';

export function createFakeBackups(record: (...call: readonly unknown[]) => void): BackupPort {
  let isRunning = false;
  return {
    schedule: { directory: '/backups', at: '03:30', keep: 7 },
    status: () => ({
      lastOkMs: NOW_MS,
      lastFailure: null,
      isRunning,
      progressRatio: isRunning ? 0.5 : null,
      bytes: 1_000,
      durationMs: 20,
      nextMs: NOW_MS + 3_600_000,
    }),
    list: () => [
      {
        name: 'riser-tower-20261121T020000Z',
        path: '/backups/riser-tower-20261121T020000Z',
        site: 'tower',
        begunMs: NOW_MS,
        durationMs: 20,
        bytes: 1_000,
        files: 3,
        riser: '1.2.3',
      },
    ],
    runNow() {
      if (isRunning) throw new RiserError('backup-running');
      isRunning = true;
      record('runBackup');
    },
  };
}
