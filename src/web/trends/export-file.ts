/** Fetches an exported file piece by piece, so that its progress can be seen and it can be broken off. Writes nothing itself. */
import { ProblemError } from '../api/client.ts';
import type { Language, Problem } from '../api/types.ts';
import type { Window } from './window.ts';

export interface ExportWish {
  readonly points: readonly string[];
  readonly window: Window;
  readonly format: 'csv' | 'xlsx';
  readonly kind: 'readings' | 'buckets';
  readonly language: Language;
}

export interface ExportedFile {
  readonly name: string;
  readonly blob: Blob;
  /** The file says in its last row that something is missing; known of CSV only. */
  readonly isIncomplete: boolean;
}

/** Last bytes of a CSV that hold more than its last row. */
const TAIL_BYTES = 20_000;

/**
 * @param onProgress bytes that have come so far
 * @throws ProblemError when the gateway refuses; TypeError when it cannot be reached or ends too early; AbortError.
 */
export async function fetchExport(
  wish: ExportWish,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ExportedFile> {
  const response = await fetch(`/api/v1/history/export?${toExportQuery(wish)}`, {
    credentials: 'same-origin',
    signal,
  });
  if (!response.ok || response.body === null) {
    const problem: unknown = await response.json().catch(() => null);
    throw new ProblemError(response.status, isProblem(problem) ? problem : null);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.byteLength;
    onProgress(bytes);
  }
  const blob = new Blob(parts, { type: response.headers.get('content-type') ?? '' });
  const name = toFileName(response.headers.get('content-disposition')) ?? `riser-export.${wish.format}`;
  const isIncomplete = wish.format === 'csv' && isCutShort(await blob.slice(-TAIL_BYTES).text());
  return { name, blob, isIncomplete };
}

export function toExportQuery({ points, window, format, kind, language }: ExportWish): URLSearchParams {
  return new URLSearchParams({
    points: points.join(','),
    from: String(Math.max(0, Math.floor(window.fromMs))),
    to: String(Math.ceil(window.toMs)),
    format,
    kind,
    language,
  });
}

export function toFileName(disposition: string | null): string | null {
  return /filename="([\w.-]+)"/.exec(disposition ?? '')?.[1] ?? null;
}

/** Rows begin with a time; the row that says what is missing does not, and stands below the heading. */
export function isCutShort(tail: string): boolean {
  const lines = tail.trimEnd().split('\n');
  return lines.length > 1 && !/^\d{4}-/.test(lines.at(-1) ?? '');
}

/** Hands the file to the browser. */
export function saveFile({ name, blob }: Pick<ExportedFile, 'name' | 'blob'>): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), RELEASE_MS);
}

const RELEASE_MS = 60_000;

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'text' in value;
}
