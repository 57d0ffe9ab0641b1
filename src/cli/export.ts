/**
 * `export`: the past of points from a data directory into a file, while the gateway runs or not. The file appears under
 * its name only when it is whole; Ctrl-C leaves nothing behind.
 */
import { parseArgs } from 'node:util';
import { createExport, type ExportFile, findExportProblems } from '../api/export/export.ts';
import { EXPORT_LIMITS } from '../api/export/limits.ts';
import type { Language } from '../api/export/words.ts';
import type { PointDef, SiteModel } from '../config/model.ts';
import { type PointId, toId } from '../core/ids.ts';
import { createSystemClock } from '../engine/system-clock.ts';
import { openHistory } from '../telemetry/history/open.ts';
import { reportError, toUsageError } from './errors.ts';
import { writeExport } from './export-file.ts';
import { untilInterrupted } from './interrupt.ts';
import { loadSiteOrPrint } from './site.ts';

const HELP = `Usage: node src/main.ts export --config FILE --points ID[,ID…] --from TIME --to TIME --out FILE [options]

Writes what was read of points into a file. Works while the gateway runs and while it does not.

  --config FILE     the site file
  --data DIR        data directory (default ./data)
  --points IDS      equipment/point, separated by commas, at most ${EXPORT_LIMITS.points}; equipment/* = all of an equipment
  --from, --to TIME 2026-11-21 (midnight UTC), 2026-11-21T08:00+08:00, or UTC milliseconds; --to is excluded (default now)
  --out FILE        where to; replaced when it is there
  --format F        csv or xlsx (default: by the end of --out, else csv)
  --kind K          readings (default; a row each) or buckets (a row a time: mean, min, max, last, count, quality)
  --step MS         of buckets, milliseconds (default: what fits the range)
  --language L      zh (default) or en
  --help            this text

Progress goes to stderr. Exit codes: 0 done (what is missing stands in the last row, and is printed), 1 refused, failed or
stopped; then there is no file.
`;

const OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string', default: './data' },
  points: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
  kind: { type: 'string', default: 'readings' },
  step: { type: 'string' },
  language: { type: 'string', default: 'zh' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Progress is told this often at most. */
const PROGRESS_MS = 500;

type Values = ReturnType<typeof parse>;

/** @returns the exit code. */
export async function exportHistory(args: readonly string[]): Promise<number> {
  try {
    const values = parse(args);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    return await perform(values);
  } catch (error) {
    return reportError(error);
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS }).values;
}

async function perform(values: Values): Promise<number> {
  const config = required('--config', values.config);
  const out = required('--out', values.out);
  const nowMs = Date.now();
  const range = {
    fromMs: toTime('--from', required('--from', values.from)),
    toMs: values.to === undefined ? nowMs : Math.min(nowMs, toTime('--to', values.to)),
  };
  if (range.fromMs >= range.toMs) {
    throw toUsageError('--from', 'a time before --to and before now', values.from ?? '');
  }
  const shape = {
    format: oneOf('--format', values.format ?? (out.endsWith('.xlsx') ? 'xlsx' : 'csv'), ['csv', 'xlsx']),
    kind: oneOf('--kind', values.kind, ['readings', 'buckets']),
    stepMs: values.step === undefined ? null : Number(values.step),
    language: oneOf<Language>('--language', values.language, ['zh', 'en']),
  };
  const model = loadSiteOrPrint(config);
  if (model === null) return 1;
  const points = findPoints(model, required('--points', values.points));
  const [problem] = findExportProblems({ ...range, ...shape, points });
  if (problem !== undefined) {
    throw toUsageError(`--${problem.field}`, problem.expected, values[problem.field] ?? '');
  }
  const history = await openHistory(values.data, model, createSystemClock());
  return untilInterrupted((signal) => {
    const onProgress = createProgress();
    const asked = { model, history, points, ...range, ...shape, isSealed: false, signal, onProgress };
    return finish(createExport(asked), out, signal);
  });
}

async function finish(file: ExportFile, out: string, signal: AbortSignal): Promise<number> {
  await writeExport(file.chunks, out, signal);
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { missing } = file.ending;
  if (missing !== null) process.stderr.write(`incomplete / 数据不完整: ${missing}\n`);
  process.stdout.write(`${out}\n`);
  return 0;
}

/** @throws an error of usage. */
function findPoints(model: SiteModel, list: string): readonly PointDef[] {
  const points = [...new Set(list.split(','))].flatMap((id) => {
    const found = id.endsWith('/*')
      ? model.points.filter(({ equipment, type }) => equipment === id.slice(0, -2) && type !== 'text')
      : [model.points[model.pointIndex.get(toId<PointId>(id)) ?? -1]].filter((point) => point !== undefined);
    if (found.length === 0) throw toUsageError('--points', 'points of the site', id);
    return found;
  });
  if (points.length <= EXPORT_LIMITS.points) return points;
  throw toUsageError('--points', `at most ${EXPORT_LIMITS.points} points`, `${points.length}`);
}

/** On a terminal one line that changes, elsewhere one line each time. */
function createProgress(): (doneRatio: number, rows: number) => void {
  let lastMs = performance.now();
  return (doneRatio, rows) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < PROGRESS_MS) return;
    lastMs = nowMs;
    const line = `${Math.floor(doneRatio * 100)} %, ${rows} rows`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
  };
}

function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw toUsageError(name, 'a value', value ?? '');
  return value;
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw toUsageError(name, known.join(' or '), value);
  return found;
}

/** A time without a zone would be that of whichever machine this runs on: it is refused. */
function toTime(name: string, text: string): number {
  const hasZone = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : hasZone ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw toUsageError(name, 'a date, a time with its zone, or UTC milliseconds', text);
}
