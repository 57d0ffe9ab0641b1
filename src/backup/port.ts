/** What others may know of the gateway's backups and ask of them: the contract between runner.ts and the API. */
import type { ErrorCode } from '../core/errors.ts';
import type { Text } from '../core/text.ts';

/** A complete backup, told from its manifest. */
export interface KeptBackup {
  /** Of its directory: `riser-<site>-<UTC>`. */
  readonly name: string;
  readonly path: string;
  readonly site: string;
  /** It holds everything that was durable then, UTC ms. */
  readonly begunMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly files: number;
  /** Version of the program that made it. */
  readonly riser: string;
}

export interface BackupStatus {
  /** Beginning of the newest complete backup, UTC ms; null = there is none. */
  readonly lastOkMs: number | null;
  /** Of the last run, when it failed and no complete backup has been made since; forgotten by a restart. */
  readonly lastFailure: BackupFailure | null;
  readonly isRunning: boolean;
  /** Share of the bytes that is copied, 0–1; null when none runs. */
  readonly progressRatio: number | null;
  /** Size and duration of the newest complete backup. */
  readonly bytes: number | null;
  readonly durationMs: number | null;
  /** When the next one begins, UTC ms; null = no schedule. */
  readonly nextMs: number | null;
}

export interface BackupFailure {
  readonly atMs: number;
  readonly code: ErrorCode;
  readonly text: Text;
}

export interface BackupPort {
  readonly schedule: { readonly directory: string; readonly at: string; readonly keep: number } | null;
  status(): BackupStatus;
  /** Complete backups of this site in the directory of the schedule, newest first, as they were seen last. */
  list(): readonly KeptBackup[];
  /** Begins one now; how it ends is in the status. @throws RiserError `backup-running`, `backup-not-configured`. */
  runNow(): void;
}
