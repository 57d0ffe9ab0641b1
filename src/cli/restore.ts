/** `restore`: checks a backup, says what will come back, and brings it back into an empty data directory. */
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { toSizeText } from '../backup/faults.ts';
import { listBackups } from '../backup/inventory.ts';
import { sizeOf } from '../backup/manifest.ts';
import {
  planRestore,
  type RestoreOptions,
  type RestorePlan,
  restore as restoreFiles,
} from '../backup/restore.ts';
import { RiserError } from '../core/errors.ts';
import { MIGRATIONS } from '../store/sqlite/migrations.ts';
import { reportError, toUsageError } from './errors.ts';

const HELP = `Usage: node src/main.ts restore --from BACKUP --data DIR [--yes]

Brings a backup back into an empty data directory. Checks every file of the backup first; never overwrites anything.
  --from BACKUP  directory of one backup: riser-<site>-<UTC>
  --data DIR     data directory; empty or not there
  --yes          do not ask; needed when nobody can be asked (input is no terminal)

Exit codes: 0 restored, 1 refused or failed (the reason is printed, nothing is left in DIR).
`;

const OPTIONS = {
  from: { type: 'string' },
  data: { type: 'string' },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @returns the exit code. */
export async function restore(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { from, data } = values;
    if (from === undefined) throw toUsageError('--from', 'the directory of a backup', '');
    if (data === undefined) throw toUsageError('--data', 'an empty data directory', '');
    return await bringBack({ from, data, schema: MIGRATIONS.at(-1)?.version ?? 0 }, values.yes);
  } catch (error) {
    return reportError(error);
  }
}

async function bringBack(options: RestoreOptions, isSure: boolean): Promise<number> {
  const plan = await check(options);
  process.stdout.write(toSummary(plan));
  if (!isSure && !(await isConfirmed())) {
    process.stderr.write('nothing was restored / 未恢复任何内容\n');
    return 1;
  }
  await restoreFiles(plan, options);
  process.stdout.write(toNextSteps(plan));
  return 0;
}

/** Whoever names the directory of all backups is told the newest one in it. @throws as `planRestore` does */
async function check(options: RestoreOptions): Promise<RestorePlan> {
  try {
    return await planRestore(options);
  } catch (error) {
    if (error instanceof RiserError && error.code === 'backup-damaged') await nameNewest(options.from);
    throw error;
  }
}

async function nameNewest(from: string): Promise<void> {
  try {
    const [newest] = await listBackups(from, null);
    if (newest === undefined) return;
    process.stderr.write(`the newest backup in it / 其中最新的备份: ${newest.path}\n`);
  } catch (error) {
    // Then the error of the backup itself says enough.
    if (!(error instanceof RiserError)) throw error;
  }
}

function toSummary({ data, manifest }: RestorePlan): string {
  const { counts, files } = manifest;
  return [
    `Backup of site ${manifest.site}, begun ${manifest.begunAt}, by Riser ${manifest.riser}; all checksums are right.`,
    `项目 ${manifest.site} 的备份，开始于 ${manifest.begunAt}，校验全部通过。`,
    `  ${files.length} files, ${toSizeText(sizeOf(manifest))}, into / 恢复到: ${data}`,
    `  tickets / 工单: ${counts.tickets} (open / 未关闭 ${counts.openTickets}), open alarms / 未结束告警: ${counts.openAlarms}`,
    `  accounts / 用户: ${counts.users}, audit entries / 审计记录: ${counts.audit}`,
    '',
  ].join('\n');
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    process.stderr.write('input is no terminal: add --yes to restore / 输入不是终端，请加 --yes\n');
    return false;
  }
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes|是)$/i.test((await line.question('Restore? / 确定恢复? (yes/no) ')).trim());
  } finally {
    line.close();
  }
}

function toNextSteps({ data }: RestorePlan): string {
  const owner =
    process.getuid?.() === 0
      ? [`  chown -R <user of the service> ${data}      # restored as root / 以 root 恢复，须改属主`]
      : [];
  return [
    `restored / 已恢复: ${data}`,
    'Next / 接下来:',
    ...owner,
    '  Stop the old gateway for good: two must not run for one site / 确认旧网关已停用，同一项目不得同时运行两台',
    `  node src/main.ts run --config FILE --data ${data}      # the site file is not in the backup / 项目文件须另行准备`,
    '  What happened after the backup began is not in it: compare with paper slips / 备份之后的工单请按纸质单补录',
    '',
  ].join('\n');
}
