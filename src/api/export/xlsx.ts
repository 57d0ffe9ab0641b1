/**
 * Rows as an Excel workbook (ECMA-376, SpreadsheetML), written as they come: no row is kept. Sheet after sheet, as many
 * as the rows need; the parts that name the sheets stand last, where their number is known. Times are real times on the
 * clocks of the site; texts stand inline, so none of them is ever a formula.
 */
import { EXPORT_LIMITS, type ExportLimits } from './limits.ts';
import type { LocalTime } from './local-time.ts';
import type { Cell, Column, Row, Table } from './table.ts';
import { ZipWriter } from './zip-writer.ts';

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const SHEET_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
/** Places in the list of styles: 0 is plain. */
const TIME_STYLE = 1;
const HEADING_STYLE = 2;
/** Widths of columns, characters. */
const WIDTHS = { text: 22, number: 14, time: 24 } as const;

const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

interface Options {
  readonly time: LocalTime;
  /** Of the sheets; further ones are numbered. At most 25 characters, none of `[]:*?/\`. */
  readonly sheetName: string;
  /** What the last row says when there are more rows than a file can hold. */
  readonly tooMany: string;
  readonly onTooMany?: () => void;
  readonly limits?: ExportLimits;
}

/** The beginning comes with the first rows: a table that fails before them has no file. */
export async function* toXlsx(table: Table, options: Options): AsyncGenerator<Uint8Array> {
  const zip = new ZipWriter();
  try {
    const sheets = new Sheets(zip, table.columns, options);
    for await (const { rows } of table.portions) {
      for (const row of rows) {
        if (sheets.isFull) break;
        await sheets.add(row);
      }
      yield* zip.take();
      if (sheets.isFull) break;
    }
    const count = await sheets.end();
    for (const [name, text] of toFrame(count, options.sheetName)) {
      await zip.open(name);
      await zip.write(text);
    }
    await zip.end();
    yield* zip.take();
  } finally {
    zip.destroy();
  }
}

/** The sheets, one open at a time. */
class Sheets {
  readonly #zip: ZipWriter;
  readonly #columns: readonly Column[];
  readonly #options: Options;
  readonly #limits: ExportLimits;
  #sheets = 0;
  /** Of the open sheet, heading included. */
  #rows = 0;
  #text = '';
  isFull = false;

  constructor(zip: ZipWriter, columns: readonly Column[], options: Options) {
    this.#zip = zip;
    this.#columns = columns;
    this.#options = options;
    this.#limits = options.limits ?? EXPORT_LIMITS;
  }

  async add(row: Row): Promise<void> {
    if (this.#sheets === 0 || this.#rows === this.#limits.sheetRows) await this.#begin();
    const isLast = this.#sheets === this.#limits.sheets && this.#rows === this.#limits.sheetRows - 1;
    if (isLast) {
      this.isFull = true;
      this.#options.onTooMany?.();
    }
    this.#text += this.#toRow(isLast ? [this.#options.tooMany] : row);
    if (this.#text.length >= this.#limits.chunkChars) await this.#flush();
  }

  /** @returns how many there are; at least one */
  async end(): Promise<number> {
    if (this.#sheets === 0) await this.#begin();
    await this.#finish();
    return this.#sheets;
  }

  async #begin(): Promise<void> {
    if (this.#sheets > 0) await this.#finish();
    this.#sheets++;
    this.#rows = 0;
    await this.#zip.open(`xl/worksheets/sheet${this.#sheets}.xml`);
    this.#text = toSheetHead(this.#columns) + this.#toHeading();
  }

  async #finish(): Promise<void> {
    this.#text += '</sheetData></worksheet>';
    await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#zip.write(this.#text);
    this.#text = '';
  }

  #toHeading(): string {
    this.#rows++;
    const cells = this.#columns.map(({ title }) => toTextCell(title, ` s="${HEADING_STYLE}"`));
    return `<row>${cells.join('')}</row>`;
  }

  #toRow(row: Row): string {
    this.#rows++;
    let cells = '';
    for (let at = 0; at < row.length; at++) cells += this.#toCell(row[at] ?? null, this.#columns[at]);
    return `<row>${cells}</row>`;
  }

  #toCell(cell: Cell, column: Column | undefined): string {
    if (typeof cell === 'string') return toTextCell(cell, '');
    if (cell === null || !Number.isFinite(cell)) return '<c/>';
    if (column?.type === 'time') return `<c s="${TIME_STYLE}"><v>${this.#options.time.toExcel(cell)}</v></c>`;
    return `<c><v>${cell}</v></c>`;
  }
}

/** The heading stays in sight. */
function toSheetHead(columns: readonly Column[]): string {
  const widths = columns.map(
    ({ type }, at) => `<col min="${at + 1}" max="${at + 1}" width="${WIDTHS[type]}" customWidth="1"/>`,
  );
  const view =
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  return `${XML}<worksheet xmlns="${MAIN}">${view}<cols>${widths.join('')}</cols><sheetData>`;
}

function toTextCell(text: string, style: string): string {
  return `<c t="inlineStr"${style}><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

/** XML 1.0 has no place for most control characters, nor for halves of surrogate pairs. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- these are the characters that XML cannot hold
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

/** The parts beside the sheets. Key: path in the archive. */
function toFrame(sheets: number, sheetName: string): readonly (readonly [string, string])[] {
  const numbers = Array.from({ length: sheets }, (_, at) => at + 1);
  const toName = (number: number): string => escapeXml(number === 1 ? sheetName : `${sheetName} ${number}`);
  const all = (one: (number: number) => string): string => numbers.map(one).join('');
  return [
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${all((number) => `<sheet name="${toName(number)}" sheetId="${number}" r:id="rId${number}"/>`)}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships">${all((number) => `<Relationship Id="rId${number}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${number}.xml"/>`)}<Relationship Id="rId${sheets + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    ],
    ['xl/styles.xml', STYLES],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/>${all((number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>`)}</Types>`,
    ],
  ];
}
