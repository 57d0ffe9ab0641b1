/**
 * Rows as CSV (RFC 4180) that Excel opens by a double click: with a byte order mark, so that it sees UTF-8, and with
 * texts that would begin a formula made harmless. Times are ISO 8601 on the clocks of the site.
 */
import { EXPORT_LIMITS } from './limits.ts';
import type { LocalTime } from './local-time.ts';
import type { Cell, Column, Row, Table } from './table.ts';

const BYTE_ORDER_MARK = '\uFEFF';
const LINE_END = '\r\n';
/** What a spreadsheet takes for the beginning of a formula, also behind what nobody sees (OWASP, CSV injection). */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r]/u;

/** The heading comes with the first rows: a table that fails before them has no file. */
export async function* toCsv({ columns, portions }: Table, time: LocalTime): AsyncGenerator<string> {
  let text = BYTE_ORDER_MARK + toLine(columns.map(({ title }) => toText(title)));
  for await (const { rows } of portions) {
    for (const row of rows) {
      text += toLine(row.map((cell, at) => toField(cell, columns[at], time)));
      if (text.length < EXPORT_LIMITS.chunkChars) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}

function toLine(fields: readonly string[]): string {
  return fields.join(',') + LINE_END;
}

function toField(cell: Row[number], column: Column | undefined, time: LocalTime): string {
  if (typeof cell === 'string') return toText(cell);
  if (!isNumber(cell)) return '';
  return column?.type === 'time' ? time.toIso(cell) : String(cell);
}

function isNumber(cell: Cell): cell is number {
  return typeof cell === 'number' && Number.isFinite(cell);
}

/** An apostrophe before it is how spreadsheets mark a text as text. */
function toText(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
