/** One exported file: what it is called, what it holds, how it ends. Used by the API and by the command; reads nothing itself. */
import { BUCKET_SIZES_MS } from '../../telemetry/history-view.ts';
import { toCsv } from './csv.ts';
import { EXPORT_LIMITS } from './limits.ts';
import { createLocalTime } from './local-time.ts';
import type { TablePortion } from './table.ts';
import {
  createBucketsTable,
  createReadingsTable,
  type Ending,
  type TableSource,
  withEnding,
} from './tables.ts';
import { WORDS } from './words.ts';
import { toXlsx, XLSX_TYPE } from './xlsx.ts';

export interface ExportRequest extends TableSource {
  readonly format: 'csv' | 'xlsx';
  readonly kind: 'readings' | 'buckets';
  /** Of buckets; null = what fits. */
  readonly stepMs: number | null;
  /** Whether a failure on the way ends the file with a row that says so; otherwise it is thrown. */
  readonly isSealed: boolean;
  /** @param doneRatio 0–1 */
  readonly onProgress?: (doneRatio: number, rows: number) => void;
}

export interface ExportFile {
  /** ASCII, without folders: `riser-tower-readings-20261121T1000-20261121T1100.csv`, times on the clocks of the site. */
  readonly name: string;
  readonly contentType: string;
  /** The file's bytes, once; who stops reading ends the work. Nothing comes before the first rows have been read. */
  readonly chunks: AsyncGenerator<string | Uint8Array>;
  /** Known when `chunks` has ended. */
  readonly ending: Readonly<Ending>;
}

export function createExport(request: ExportRequest): ExportFile {
  const { model, fromMs, toMs, format, kind, language } = request;
  const time = createLocalTime(model.site.timeZone);
  const ending: Ending = { missing: null };
  const stepMs = request.stepMs ?? toDefaultStep(fromMs, toMs);
  const made = kind === 'readings' ? createReadingsTable(request) : createBucketsTable(request, stepMs);
  const whole = withEnding(made.portions, language, request.isSealed, ending, (atMs) => time.toClock(atMs));
  const table = { columns: made.columns, portions: watch(whole, request.onProgress) };
  const name = `riser-${model.site.id}-${kind}-${time.toCompact(fromMs)}-${time.toCompact(toMs)}.${format}`;
  if (format === 'csv') {
    return {
      name,
      contentType: 'text/csv; charset=utf-8; header=present',
      chunks: toCsv(table, time),
      ending,
    };
  }
  const { incomplete, tooManyRows, sheet } = WORDS[language];
  const onTooMany = (): void => void (ending.missing = tooManyRows);
  const chunks = toXlsx(table, {
    time,
    sheetName: sheet,
    tooMany: `${incomplete}: ${tooManyRows}`,
    onTooMany,
  });
  return { name, contentType: XLSX_TYPE, chunks, ending };
}

/** What is wrong with the request, as place and what was expected; nothing when it can be made. */
export function findExportProblems(
  request: Pick<ExportRequest, 'fromMs' | 'toMs' | 'kind' | 'stepMs'> & {
    readonly points: readonly unknown[];
  },
): readonly { readonly field: 'from' | 'step'; readonly expected: string }[] {
  const { fromMs, toMs, kind, stepMs, points } = request;
  if (toMs - fromMs > EXPORT_LIMITS.rangeMs) {
    return [{ field: 'from', expected: `a range of at most ${EXPORT_LIMITS.rangeMs / 86_400_000} days` }];
  }
  if (kind === 'readings' || stepMs === null) return [];
  if (!BUCKET_SIZES_MS.includes(stepMs)) {
    return [{ field: 'step', expected: `one of ${BUCKET_SIZES_MS.join(', ')}` }];
  }
  const cells = ((toMs - fromMs) / stepMs) * points.length;
  if (cells <= EXPORT_LIMITS.bucketCells) return [];
  return [{ field: 'step', expected: `at most ${EXPORT_LIMITS.bucketCells} buckets over all points` }];
}

function toDefaultStep(fromMs: number, toMs: number): number {
  const leastMs = (toMs - fromMs) / EXPORT_LIMITS.defaultBuckets;
  return BUCKET_SIZES_MS.find((sizeMs) => sizeMs >= leastMs) ?? (BUCKET_SIZES_MS.at(-1) as number);
}

async function* watch(
  portions: AsyncIterable<TablePortion>,
  onProgress: ExportRequest['onProgress'],
): AsyncGenerator<TablePortion> {
  let rows = 0;
  for await (const portion of portions) {
    rows += portion.rows.length;
    yield portion;
    onProgress?.(portion.doneRatio, rows);
  }
}
