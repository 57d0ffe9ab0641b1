/** States and figures of the stores as people are told them. Pure. */
import type { Backups, StorageView } from './storage-queries.ts';

/** Goes with an icon and words, never alone. */
export type Tone = 'good' | 'medium' | 'bad' | 'off';

type Journal = StorageView['journal'];
type Forwarder = StorageView['forwarder'];

const JOURNAL_TONES = {
  ok: 'good',
  upkeep: 'medium',
  dropping: 'bad',
  failing: 'bad',
} as const satisfies Record<Journal['state'], Tone>;

export function toJournalTone({ state }: Pick<Journal, 'state'>): Tone {
  return JOURNAL_TONES[state];
}

export type ForwarderWord = Forwarder['state'] | 'catchingUp';

/** What waits for longer is a backlog: less is what is on its way. */
const BACKLOG_MS = 30_000;

/** An answering server with old readings waiting is catching up. */
export function toForwarderWord(
  {
    state,
    oldestUnconfirmedMs,
    backlogReadings,
  }: Pick<Forwarder, 'state' | 'oldestUnconfirmedMs' | 'backlogReadings'>,
  nowMs: number,
): ForwarderWord {
  const isOld = oldestUnconfirmedMs !== null && nowMs - oldestUnconfirmedMs > BACKLOG_MS;
  return state === 'ok' && backlogReadings > 0 && isOld ? 'catchingUp' : state;
}

const FORWARDER_TONES = {
  ok: 'good',
  catchingUp: 'medium',
  down: 'bad',
  rejecting: 'bad',
  off: 'off',
} as const satisfies Record<ForwarderWord, Tone>;

export function toForwarderTone(word: ForwarderWord): Tone {
  return FORWARDER_TONES[word];
}

/** From here somebody should look, from there soon: 80 % is when the gateway's own alarm begins. */
export function toUsedTone(ratio: number): 'good' | 'medium' | 'bad' {
  if (ratio >= 0.95) return 'bad';
  return ratio >= 0.8 ? 'medium' : 'good';
}

export type BackupWord = 'ok' | 'running' | 'failed' | 'old' | 'none' | 'off';

/** A day and two hours: the next one is late. */
const OLD_BACKUP_MS = 26 * 3_600_000;

export function toBackupWord(
  { schedule, status }: Pick<Backups, 'schedule' | 'status'>,
  nowMs: number,
): BackupWord {
  if (status.isRunning) return 'running';
  if (status.lastFailure !== null) return 'failed';
  if (schedule === null) return 'off';
  if (status.lastOkMs === null) return 'none';
  return nowMs - status.lastOkMs > OLD_BACKUP_MS ? 'old' : 'ok';
}

const BACKUP_TONES = {
  ok: 'good',
  running: 'good',
  failed: 'bad',
  old: 'bad',
  none: 'medium',
  off: 'off',
} as const satisfies Record<BackupWord, Tone>;

export function toBackupTone(word: BackupWord): Tone {
  return BACKUP_TONES[word];
}

/** `1,234,567`, in both languages. */
export function toCountText(count: number): string {
  return count.toLocaleString('en');
}

/** `0.4`, `12`, `1,240`. */
export function toRateText(perS: number): string {
  return perS < 10 ? perS.toFixed(1) : toCountText(Math.round(perS));
}

type Translate = (key: 'storage.lossAtLeast', values: { readonly count: string }) => string;

/** `1,250`; `at least 12` where more may be gone. */
export function toLossCount(
  { readings, isExact }: Pick<StorageView['losses'][number], 'readings' | 'isExact'>,
  t: Translate,
): string {
  const count = toCountText(readings);
  return isExact ? count : t('storage.lossAtLeast', { count });
}
