/** `verify`: recomputes the hash chains of a data directory, read-only; the gateway may run meanwhile. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ChainName, ChainReport } from '../store/sqlite/chain.ts';
import {
  type Inspection,
  inspectStore,
  type NotedHead,
  parseNotedHead,
  toHeadText,
} from '../store/sqlite/inspect.ts';
import { DATABASE_FILE } from '../store/sqlite/protocol.ts';
import { reportError, toUsageError } from './errors.ts';

const HELP = `Usage: node src/main.ts verify [--data DIR] [--noted HEAD]…

Recomputes the hash chains of the histories of alarms and tickets and of the audit log, and names every row that was
changed, removed, put in or put in another place, also at the end. Then what the histories hold digests of: personal
data and typed words that have not been destroyed, and attachments; of words that are gone, that a redaction or a
destruction in the histories has taken them. Changes nothing; works beside a running gateway.
  --data DIR    data directory (default ./data)
  --noted HEAD  the "head" that an earlier check has printed and that was kept elsewhere; may be given several times

Who can write to the whole file can write a whole new chain, or cut off its end together with the record of its length:
only a head that was noted outside shows that.
Exit codes: 0 all histories are intact, 1 a place does not match (each is printed) or it could not be checked.
`;

const OPTIONS = {
  data: { type: 'string', default: './data' },
  noted: { type: 'string', multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const NAMES: Readonly<Record<ChainName, string>> = {
  alarm_event: 'alarms / 告警历史',
  ticket_event: 'tickets / 工单历史',
  audit: 'audit / 审计日志',
  feedback_event: 'feedback / 反馈历史',
};

/** @returns the exit code. */
export async function verify(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const noted = values.noted.map(toNoted);
    if (!existsSync(join(values.data, DATABASE_FILE)))
      throw toUsageError('--data', `a data directory (with ${DATABASE_FILE} in it)`, values.data);
    return tell(inspectStore(values.data, noted), noted.length);
  } catch (error) {
    return reportError(error);
  }
}

function toNoted(text: string): NotedHead {
  const head = parseNotedHead(text);
  if (head === null) throw toUsageError('--noted', 'a head as printed, such as audit:12:9f86d0…', text);
  return head;
}

function tell({ chains, outside, missed }: Inspection, noted: number): number {
  process.stdout.write(chains.map(toLines).join('') + toOutsideLines(outside));
  const reports = [...chains, ...(outside === null ? [] : [outside])];
  const places = reports.flatMap(({ findings }) => findings);
  for (const place of places) process.stderr.write(`${place}\n`);
  const wrong = reports.reduce((sum, { mismatches }) => sum + mismatches, 0);
  if (wrong > places.length) process.stderr.write(`… and ${wrong - places.length} more / 另有未列出\n`);
  for (const head of missed) {
    process.stderr.write(`${head.name} ${head.row}: is not the row that was noted (${toHeadText(head)})\n`);
  }
  const total = wrong + missed.length;
  if (total > 0) {
    process.stderr.write(`${total} places do not match / ${total} 处不一致\n`);
    return 1;
  }
  const also = noted > 0 ? `, ${noted} noted heads found / 已核对留存校验值 ${noted} 个` : '';
  process.stdout.write(`intact / 完整无改动${also}\n`);
  return 0;
}

function toLines({ name, rows, firstAtMs, lastAtMs, head }: ChainReport): string {
  const times = firstAtMs === null ? '' : `, ${toTime(firstAtMs)} … ${toTime(lastAtMs)}`;
  const headLine = rows === 0 ? '' : `  head ${toHeadText({ name, row: rows, hash: head })}\n`;
  return `${NAMES[name]} (${name}): ${rows} rows${times}\n${headLine}`;
}

function toOutsideLines(outside: Inspection['outside']): string {
  if (outside === null) return '';
  const { personal, words, attachments } = outside;
  const megabytes = (attachments.bytes / 1024 / 1024).toFixed(1);
  return (
    `personal data / 个人信息: ${personal.present} kept, ${personal.destroyed} destroyed / 已销毁\n` +
    (words === null
      ? ''
      : `typed words / 录入文字: ${words.present} kept, ${words.redacted} redacted / 已隐去, ${words.destroyed} destroyed / 已销毁\n`) +
    `attachments / 附件: ${attachments.files} files, ${megabytes} MB, ${attachments.destroyed} destroyed / 已销毁\n`
  );
}

function toTime(ms: number | null): string {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString();
}
