/** Comma-separated text (RFC 4180) as spreadsheets write it, with the place of every field. What it means is not known here. */

export interface CsvField {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Character in its line, from 1. */
  readonly column: number;
}

export interface CsvLine {
  readonly line: number;
  readonly fields: readonly CsvField[];
}

export interface CsvMistake {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
}

/** UTF-8, or what spreadsheets in China write unless told otherwise (GB 18030). */
export function decodeCsv(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return new TextDecoder('gb18030').decode(bytes);
  }
}

/**
 * Lines without any text are left out; a byte order mark is skipped. Reading ends at the first mistake.
 * @param maxLines more is a mistake
 */
export function parseCsv(
  text: string,
  maxLines: number,
): { readonly lines: readonly CsvLine[]; readonly mistake: CsvMistake | null } {
  const lines: CsvLine[] = [];
  const cursor: Cursor = { text, at: text.startsWith('\uFEFF') ? 1 : 0, line: 1, lineAt: 0 };
  cursor.lineAt = cursor.at;
  while (cursor.at < text.length) {
    const { line } = cursor;
    const fields: CsvField[] = [];
    let isEnd = false;
    while (!isEnd) {
      const place = { line: cursor.line, column: cursor.at - cursor.lineAt + 1 };
      const field = readField(cursor);
      if (field === null) {
        const words = { expected: 'a closing quote, then a comma or the end of the line', found: 'none' };
        return { lines, mistake: { ...place, ...words } };
      }
      fields.push({ text: field, ...place });
      isEnd = text[cursor.at] !== ',';
      if (!isEnd) cursor.at++;
    }
    endLine(cursor);
    if (fields.every((field) => field.text.trim() === '')) continue;
    if (lines.length >= maxLines)
      return { lines, mistake: { line, column: 1, expected: `at most ${maxLines} lines`, found: 'more' } };
    lines.push({ line, fields });
  }
  return { lines, mistake: null };
}

interface Cursor {
  readonly text: string;
  at: number;
  line: number;
  /** Where the line begins. */
  lineAt: number;
}

/** Leaves the cursor on what ends the field. @returns null when a quoted field does not end as it should. */
function readField(cursor: Cursor): string | null {
  const { text } = cursor;
  if (text[cursor.at] !== '"') {
    const from = cursor.at;
    while (cursor.at < text.length && !',\r\n'.includes(text[cursor.at] ?? '')) cursor.at++;
    return text.slice(from, cursor.at);
  }
  let value = '';
  for (cursor.at++; cursor.at < text.length; cursor.at++) {
    const character = text[cursor.at] ?? '';
    if (character !== '"') {
      value += character;
      if (character === '\n') startLine(cursor, cursor.at + 1);
    } else if (text[cursor.at + 1] === '"') {
      value += '"';
      cursor.at++;
    } else {
      cursor.at++;
      return cursor.at >= text.length || ',\r\n'.includes(text[cursor.at] ?? '') ? value : null;
    }
  }
  return null;
}

function endLine(cursor: Cursor): void {
  if (cursor.text[cursor.at] === '\r') cursor.at++;
  if (cursor.text[cursor.at] === '\n') cursor.at++;
  startLine(cursor, cursor.at);
}

function startLine(cursor: Cursor, at: number): void {
  cursor.line++;
  cursor.lineAt = at;
}
