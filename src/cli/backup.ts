/** `backup`: a copy of a data directory from which `restore` brings the gateway back; the gateway may run meanwhile. */
import { parseArgs } from 'node:util';
import { toSizeText } from '../backup/faults.ts';
import { BACKUP_LIMITS } from '../backup/limits.ts';
import type { BackupJob, MadeBackup } from '../backup/make.ts';
import { sizeOf } from '../backup/manifest.ts';
import { runBackup } from '../backup/thread.ts';
import { reportError, toUsageError } from './errors.ts';
import { loadSiteOrPrint } from './site.ts';
import { readVersion } from './version.ts';

const HELP = `Usage: node src/main.ts backup --data DIR [--to DIR] [--config FILE]

Makes a consistent copy of a data directory, whether its gateway runs or not, as DIR/riser-<site>-<UTC>.
  --data DIR     data directory (default ./data)
  --to DIR       where the backup is put; best on another disk or machine. Its parent must exist
  --config FILE  site file: names the site, and with its "backup" also the directory when --to is left out

It holds everything that was durable when it began. A directory without backup.json is not complete: throw it away.
It contains password hashes, personal data and private keys: keep it where only operators read it.
Nothing is removed; old backups go where the schedule of the site file says so ("keep").
Bring it back with: node src/main.ts restore --from DIR/riser-<site>-<UTC> --data DIR
Exit codes: 0 made and checked, 1 refused or failed (the reason is printed, nothing is left).
`;

const OPTIONS = {
  data: { type: 'string', default: './data' },
  to: { type: 'string' },
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @returns the exit code. */
export async function backup(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const job = toJob(values.data, values.to, values.config);
    if (job === null) return 1;
    process.stdout.write(toReport(await make(job)));
    return 0;
  } catch (error) {
    return reportError(error);
  }
}

/** @returns null when the site file has problems; they are printed. @throws when no directory is named */
function toJob(data: string, to: string | undefined, config: string | undefined): BackupJob | null {
  const model = config === undefined ? undefined : loadSiteOrPrint(config);
  if (model === null) return null;
  const directory = to ?? model?.backup?.directory;
  if (directory === undefined) throw toUsageError('--to', 'the directory that the backup is put into', '');
  const site = model === undefined ? null : String(model.site.id);
  return { data, to: directory, site, version: readVersion(), bytesPerS: BACKUP_LIMITS.bytesPerS };
}

/** Ctrl-C ends it in good order: nothing is left. */
async function make(job: BackupJob): Promise<MadeBackup> {
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await runBackup(job, { signal: abort.signal, onProgress: createProgressLine() });
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/** Only where somebody watches. */
function createProgressLine(): (bytes: number, totalBytes: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (bytes, totalBytes) => {
    process.stderr.write(`\r${toSizeText(bytes)} / ${toSizeText(totalBytes)}   `);
    if (bytes >= totalBytes) process.stderr.write('\n');
  };
}

function toReport({ path, manifest }: MadeBackup): string {
  const { counts, files, durationMs, skipped } = manifest;
  const left = skipped.filter(({ reason }) => !reason.startsWith('lock of'));
  return [
    `backup made and checked / 备份完成并已校验: ${path}`,
    `  ${files.length} files, ${toSizeText(sizeOf(manifest))}, ${(durationMs / 1_000).toFixed(1)} s`,
    `  ${counts.openTickets} open of ${counts.tickets} tickets, ${counts.openAlarms} open alarms, ${counts.users} accounts`,
    ...left.map(({ path: name, reason }) => `  left out / 未包含: ${name} (${reason})`),
    '',
  ].join('\n');
}
