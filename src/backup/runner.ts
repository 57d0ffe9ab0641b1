/**
 * Backups of the running gateway: at their time of the day, on request, and once soon after a start that finds the last
 * one too old. What there is is read from the directory itself. One at a time; making one is thread.ts's work.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { BackupSettings } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import { toFailure } from './faults.ts';
import { listBackups, removeOld } from './inventory.ts';
import { BACKUP_LIMITS } from './limits.ts';
import type { BackupFailure, BackupPort, KeptBackup } from './port.ts';
import { isOverdue, nextRun } from './schedule.ts';
import { runBackup } from './thread.ts';

export interface BackupRunnerOptions {
  readonly settings: BackupSettings | null;
  readonly site: { readonly id: string; readonly timeZone: string };
  /** Data directory. */
  readonly data: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Replaced by tests. */
  readonly run?: typeof runBackup;
}

export interface BackupRunner extends BackupPort {
  /** Resolves when the directory has been looked at, which takes for ever on a share that hangs; never rejects. */
  start(): Promise<void>;
  /** Ends a running backup, which leaves nothing. */
  stop(): Promise<void>;
  /**
   * Hours since the beginning of the newest complete backup; without any, since the start: it is at least as old.
   * NaN without a schedule.
   */
  ageHours(): number;
  /** 1 = the last run failed. */
  failed(): number;
}

const HOUR_MS = 3_600_000;

export function createBackupRunner(options: BackupRunnerOptions): BackupRunner {
  return new Runner(options);
}

class Runner implements BackupRunner {
  readonly schedule: BackupSettings | null;
  readonly #options: BackupRunnerOptions;
  readonly #abort = new AbortController();
  readonly #startedMs: number;
  #kept: readonly KeptBackup[] = [];
  #lookedMs = Number.NEGATIVE_INFINITY;
  #failure: BackupFailure | null = null;
  #nextMs: number | null = null;
  #progressRatio: number | null = null;
  #running: Promise<void> | null = null;
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: BackupRunnerOptions) {
    this.#options = options;
    this.schedule = options.settings;
    this.#startedMs = options.clock.now().wallMs;
  }

  async start(): Promise<void> {
    if (this.schedule === null) return;
    this.#nextMs = this.#regular(this.#nowMs());
    this.#timer = setInterval(() => this.#tick(), BACKUP_LIMITS.tickMs);
    this.#timer.unref();
    this.#looking = this.#look();
    await this.#looking;
    this.#looking = null;
    const nowMs = this.#nowMs();
    if (!isOverdue(this.#kept[0]?.begunMs ?? null, nowMs, BACKUP_LIMITS.missedAfterMs)) return;
    this.#nextMs = Math.min(this.#nextMs, nowMs + BACKUP_LIMITS.makeUpDelayMs);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#abort.abort();
    if (this.#running === null) return;
    // A share that hangs must not keep the gateway from stopping.
    const late = new AbortController();
    const limit = delay(BACKUP_LIMITS.stopMs, null, { signal: late.signal, ref: false });
    await Promise.race([this.#running, limit]).finally(() => late.abort());
  }

  status(): ReturnType<BackupPort['status']> {
    const newest = this.#kept[0];
    return {
      lastOkMs: newest?.begunMs ?? null,
      lastFailure: this.#failure,
      isRunning: this.#running !== null,
      progressRatio: this.#progressRatio,
      bytes: newest?.bytes ?? null,
      durationMs: newest?.durationMs ?? null,
      nextMs: this.#nextMs,
    };
  }

  list(): readonly KeptBackup[] {
    return this.#kept;
  }

  runNow(): void {
    if (this.schedule === null) throw new RiserError('backup-not-configured');
    if (this.#running !== null || this.#abort.signal.aborted) throw new RiserError('backup-running');
    this.#running = this.#run(this.schedule).finally(() => {
      this.#running = null;
      this.#progressRatio = null;
    });
  }

  ageHours(): number {
    if (this.schedule === null) return Number.NaN;
    return Math.max(0, this.#nowMs() - (this.#kept[0]?.begunMs ?? this.#startedMs)) / HOUR_MS;
  }

  failed(): number {
    return Number(this.#failure !== null);
  }

  #nowMs(): number {
    return this.#options.clock.now().wallMs;
  }

  #regular(nowMs: number): number {
    const { settings, site } = this.#options;
    return nextRun(nowMs, settings?.at ?? '00:00', site.timeZone);
  }

  #tick(): void {
    const nowMs = this.#nowMs();
    const isDue = this.#nextMs !== null && nowMs >= this.#nextMs;
    const regularMs = this.#regular(nowMs);
    // A clock that was set back brings the next time nearer than the one that was reckoned before.
    this.#nextMs = isDue ? regularMs : Math.min(this.#nextMs ?? regularMs, regularMs);
    if (isDue && this.#running === null) this.runNow();
    else if (Math.abs(nowMs - this.#lookedMs) >= BACKUP_LIMITS.lookMs && this.#running === null) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = null;
      });
    }
  }

  async #run(settings: BackupSettings): Promise<void> {
    const { data, version, site, log, run = runBackup } = this.#options;
    const { directory: to, keep } = settings;
    const signal = this.#abort.signal;
    const onProgress = (bytes: number, totalBytes: number): void => {
      this.#progressRatio = totalBytes === 0 ? 1 : bytes / totalBytes;
    };
    this.#progressRatio = 0;
    try {
      const job = { data, to, site: site.id, version, bytesPerS: BACKUP_LIMITS.bytesPerS };
      const { path, manifest } = await run(job, { signal, onProgress });
      this.#failure = null;
      // One that was to be made up is made.
      if (this.#nextMs !== null) this.#nextMs = this.#regular(this.#nowMs());
      log.info({ path, files: manifest.files.length, durationMs: manifest.durationMs }, 'backup made');
      const removed = await removeOld(to, site.id, keep);
      if (removed.length > 0) log.info({ removed }, 'old backups removed');
    } catch (error) {
      this.#fail(toFailure(to, error));
    }
    await this.#look();
  }

  /** A stop is no failure. */
  #fail(error: RiserError): void {
    if (this.#abort.signal.aborted) return;
    this.#failure = { atMs: this.#nowMs(), code: error.code, text: error.text };
    this.#options.log.error({ err: error }, 'the backup failed');
  }

  /** What cannot be seen now is kept in mind as it was: the age goes on, and the next run says what is wrong. */
  async #look(): Promise<void> {
    const { settings, site } = this.#options;
    if (settings === null) return;
    this.#lookedMs = this.#nowMs();
    const kept = await listBackups(settings.directory, site.id).catch(() => null);
    if (kept === null) return;
    this.#kept = kept;
    const newestMs = kept[0]?.begunMs ?? Number.NEGATIVE_INFINITY;
    if (this.#failure !== null && newestMs > this.#failure.atMs) this.#failure = null;
  }
}
