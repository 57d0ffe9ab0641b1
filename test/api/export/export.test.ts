/** The files themselves: what a spreadsheet opens, and nothing that it would run. */

import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { toCsv } from '../../../src/api/export/csv.ts';
import { EXPORT_LIMITS } from '../../../src/api/export/limits.ts';
import { createLocalTime } from '../../../src/api/export/local-time.ts';
import type { Row, Table } from '../../../src/api/export/table.ts';
import { toLanguage } from '../../../src/api/export/words.ts';
import { toXlsx } from '../../../src/api/export/xlsx.ts';
import { testRuns } from '../../support/effort.ts';
import { testSeed } from '../../support/seed.ts';

const shanghai = createLocalTime('Asia/Shanghai');
const COLUMNS = [
  { title: '时间', type: 'time' },
  { title: '=name', type: 'text' },
  { title: 'value', type: 'number' },
] as const;

function toTable(rows: readonly Row[], size = 2): Table {
  return {
    columns: COLUMNS,
    portions: (async function* () {
      for (let at = 0; at < rows.length; at += size)
        yield { rows: rows.slice(at, at + size), doneRatio: 0, missing: null };
    })(),
  };
}

async function csvOf(rows: readonly Row[]): Promise<string> {
  let text = '';
  for await (const chunk of toCsv(toTable(rows), shanghai)) text += chunk;
  return text;
}

async function xlsxOf(rows: readonly Row[], limits: Partial<typeof EXPORT_LIMITS> | object = {}) {
  const chunks: Uint8Array[] = [];
  const options = {
    time: shanghai,
    sheetName: '历史数据',
    tooMany: 'too many',
    limits: { ...EXPORT_LIMITS, ...limits },
  };
  for await (const chunk of toXlsx(toTable(rows), options)) chunks.push(chunk);
  const files = unzipSync(Buffer.concat(chunks));
  const read = (name: string) => new TextDecoder().decode(files[name]);
  return { names: Object.keys(files), read, sheet: (number = 1) => read(`xl/worksheets/sheet${number}.xml`) };
}

/** Cells of a sheet as text, row by row; every tag has to be closed. */
function toCells(xml: string): string[][] {
  const open: string[] = [];
  for (const [, isEnd, name = '', isEmpty] of xml.matchAll(/<(\/?)([\w:]+)[^<>]*?(\/?)>/g)) {
    if (isEnd === '/') expect(open.pop()).toBe(name);
    else if (isEmpty !== '/') open.push(name);
  }
  expect(open).toEqual([]);
  const decode = (text: string) =>
    text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  return [...xml.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<c(?:\/>|[^>]*>(.*?)<\/c>)/gs)].map(([, cell = '']) =>
      decode(cell.replaceAll(/<[^>]*>/g, '')),
    ),
  );
}

/** Char of XML 1.0, second edition, 2.2. */
function toHeld(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const isChar = code >= 0x20 ? code !== 0xfffe && code !== 0xffff : [9, 10, 13].includes(code);
  return isChar ? character : '\uFFFD';
}

describe('CSV', () => {
  test('begins with a byte order mark, ends its lines with CR LF, quotes what needs it', async () => {
    expect(await csvOf([[0, 'a,b "c"\nd', 1.5]])).toBe(
      '\uFEFF时间,\'=name,value\r\n1970-01-01T08:00:00.000+08:00,"a,b ""c""\nd",1.5\r\n',
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=x', ' =1', '\u202e=1', '＝1'])(
    '%j cannot begin a formula',
    async (text) => {
      const [, , field = ''] = /\r\n[^,]*(,)("?'[\s\S]*?),1\r\n$/.exec(await csvOf([[0, text, 1]])) ?? [];
      expect(field.replace(/^"|"$/g, '')).toBe(`'${text}`);
    },
  );

  test('leaves negative numbers as numbers, and what is not there empty', async () => {
    expect(
      (
        await csvOf([
          [0, '', -1.5],
          [1, 'x', null],
          [2, 'y', Number.NaN],
        ])
      )
        .split('\r\n')
        .slice(1, 4),
    ).toEqual([
      '1970-01-01T08:00:00.000+08:00,,-1.5',
      '1970-01-01T08:00:00.001+08:00,x,',
      '1970-01-01T08:00:00.002+08:00,y,',
    ]);
  });
});

describe('XLSX', () => {
  test('has the parts that a reader looks for, and texts, numbers and times in their cells', async () => {
    const { names, read, sheet } = await xlsxOf([
      [0, '=1+1', -0.25],
      [43_200_000, '<泵> & "b"\u0000', null],
    ]);
    expect(names).toEqual([
      'xl/worksheets/sheet1.xml',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/styles.xml',
      '_rels/.rels',
      '[Content_Types].xml',
    ]);
    expect(read('xl/workbook.xml')).toContain('<sheet name="历史数据" sheetId="1" r:id="rId1"/>');
    expect(toCells(sheet())).toEqual([
      ['时间', '=name', 'value'],
      [String(25_569 + 8 / 24), '=1+1', '-0.25'],
      [String(25_569 + 20 / 24), '<泵> & "b"\uFFFD', ''],
    ]);
    expect(sheet()).not.toContain('<f>');
  });

  test('goes on in the next sheet, with its heading, when one is full', async () => {
    const rows = Array.from({ length: 7 }, (_, at): Row => [at, `r${at}`, at]);
    const { names, read, sheet } = await xlsxOf(rows, { sheetRows: 4 });
    expect(names.filter((name) => name.startsWith('xl/worksheets'))).toHaveLength(3);
    expect([1, 2, 3].map((number) => toCells(sheet(number)).map(([, name]) => name))).toEqual([
      ['=name', 'r0', 'r1', 'r2'],
      ['=name', 'r3', 'r4', 'r5'],
      ['=name', 'r6'],
    ]);
    expect(read('xl/workbook.xml')).toContain('name="历史数据 3"');
    expect(read('[Content_Types].xml')).toContain('/xl/worksheets/sheet3.xml');
  });

  test('says in its last row that it could not hold all', async () => {
    const rows = Array.from({ length: 9 }, (_, at): Row => [at, `r${at}`, at]);
    const { sheet } = await xlsxOf(rows, { sheetRows: 3, sheets: 2 });
    expect(toCells(sheet(2)).at(-1)).toEqual(['too many']);
  });

  test('without rows has a heading', async () => {
    expect(toCells((await xlsxOf([])).sheet())).toEqual([['时间', '=name', 'value']]);
  });

  test('property: any text comes back, but for what XML cannot hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }),
        async (texts) => {
          const { sheet } = await xlsxOf(texts.map((text): Row => [0, text, 1]));
          const cells = toCells(sheet())
            .slice(1)
            .map(([, text]) => text);
          const held = (text: string) => Array.from(text.toWellFormed(), toHeld).join('');
          expect(cells).toEqual(texts.map(held));
        },
      ),
      { seed: testSeed(), numRuns: testRuns(20) },
    );
  });
});

describe('the clocks of the site', () => {
  test.each([
    ['UTC', '1970-01-01T00:00:00.000+00:00'],
    ['Asia/Kathmandu', '1970-01-01T05:30:00.000+05:30'],
    ['America/St_Johns', '1969-12-31T20:30:00.000-03:30'],
  ])('%s', (zone, expected) => {
    expect(createLocalTime(zone).toIso(0)).toBe(expected);
  });

  test('go back in autumn: the hour that comes twice has two offsets', () => {
    const berlin = createLocalTime('Europe/Berlin');
    const changeMs = Date.UTC(2026, 9, 25, 1);
    expect(berlin.toIso(changeMs - 1)).toBe('2026-10-25T02:59:59.999+02:00');
    expect(berlin.toIso(changeMs)).toBe('2026-10-25T02:00:00.000+01:00');
  });

  test('property: an instant reads back as itself', () => {
    const zones = fc.constantFrom(
      'Asia/Shanghai',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'America/New_York',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 4e12 }), (zone, ms) => {
        expect(Date.parse(createLocalTime(zone).toIso(ms))).toBe(ms);
      }),
      { seed: testSeed() },
    );
  });
});

test.each([
  [undefined, 'zh'],
  ['', 'zh'],
  ['en', 'en'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['de, en-GB;q=0.3', 'en'],
  ['en;q=0, zh;q=0.1', 'zh'],
  [';;q=x,,', 'zh'],
] as const)('Accept-Language %j is %s', (accepted, language) => {
  expect(toLanguage(accepted)).toBe(language);
});
