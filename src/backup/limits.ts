/** Limits of backup and restore, with their reasons. Units are in the names. */

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export const BACKUP_LIMITS = {
  /** Copying speed: 8 GiB in 5 min, and about a third of what an SD card or a small server's disk reads in a second. */
  bytesPerS: 32 * MIB,
  /** One read and one write. */
  chunkBytes: 256 * 1024,
  /** A copy is synced after so much, so that the journal's own sync never waits behind a long queue. */
  syncBytes: 8 * MIB,
  /** Pages of the database in one step; between two steps progress is told and the speed is held. */
  databaseStepPages: 256,
  /** Listings of the data directory until two agree; each later one has only to fetch what has changed meanwhile. */
  passes: 10,
  /** More files than any site has; beyond it something else lies in the data directory. */
  files: 200_000,
  /** Longest manifest that is read; one of `files` entries has about 35 MB. */
  manifestBytes: 64 * MIB,
  /** Left free on the target's disk beside what the copy needs. */
  reserveBytes: 64 * MIB,
  /** Longest backup; then it is ended and has failed. 8 GiB over a slow network take about 2 h. */
  runMs: 4 * HOUR_MS,
  /** After that a `.partial` is what a killed run has left, whatever its speed. */
  staleMs: 12 * HOUR_MS,
  /** Backups in one directory that are looked at; the newest by name. */
  listed: 1_100,
  /** Wait for the database while another process recovers its log. */
  databaseBusyMs: 5_000,
  /** How often the schedule is asked, so that a stepped clock is noticed. */
  tickMs: 30_000,
  /** How often the directory is looked at: backups made by the command, a share that is no longer mounted. */
  lookMs: 300_000,
  /** Without a backup as young as this one is made soon after the start. */
  missedAfterMs: 24 * HOUR_MS,
  /** That made-up one waits until the gateway has settled. */
  makeUpDelayMs: 10 * 60_000,
  /** Wait for a running backup to end when the gateway stops, of the 8 s that it has in all. */
  stopMs: 3_000,
  /** Between two messages about progress. */
  progressMs: 500,
  /** Names with one second of the start in them: later ones of that second get a number. */
  sameSecond: 9,
} as const;
