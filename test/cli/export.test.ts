/** The command `export`: a file out of a data directory, whole or not at all. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { exportHistory } from '../../src/cli/export.ts';
import { writeExport } from '../../src/cli/export-file.ts';
import { loadSite } from '../../src/config/load.ts';
import { createJournal } from '../../src/telemetry/journal.ts';
import { profile, writeSite } from '../drivers/modbus/site-support.ts';
import { capture } from '../support/capture.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { type TestReading, toBatch } from '../telemetry/model.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const FROM = Date.UTC(2026, 10, 21, 2);
const BAD = 129;

function writeMeters(): string {
  return writeSite(
    `links:
  - { id: bus, name: { zh: 总线, en: Bus }, protocol: modbus, transport: tcp, host: 127.0.0.1 }
equipment:
  - { id: meter, profile: meter, link: bus, unit: 1, location: house, name: { zh: 水表, en: Meter } }
`,
    {
      'meter.yaml': profile('meter', '{}', [
        '{ table: holding, address: 0 }',
        '{ table: holding, address: 1 }',
      ]),
    },
  );
}

/** A site and a data directory in which its first two points were journalled. */
async function prepare() {
  const config = writeMeters();
  const data = temporaryDirectory();
  const model = loadSite(config, { catalog: CATALOG, env: {}, epoch: 1 });
  const index = (id: string) => model.points.find((point) => point.id === id)?.index ?? -1;
  const [first, second] = [index('meter/p-0'), index('meter/p-1')];
  const readings: readonly TestReading[] = [
    [first, 1, FROM],
    [second, 7, FROM + 500],
    [first, 2, FROM + 1_000],
    [first, Number.NaN, FROM + 2_000, BAD],
    [first, 3, FROM + 3_000],
  ];
  const journal = await createJournal({
    directory: join(data, 'journal'),
    model,
    settings: { maxAgeDays: 30_000, maxBytes: 1e9 },
    influx: null,
    log: pino({ level: 'silent' }),
  });
  journal.append(toBatch(readings));
  await journal.close();
  const out = join(temporaryDirectory(), 'out.csv');
  const run = async (...args: readonly string[]) => {
    const written = capture();
    const code = await exportHistory(['--config', config, '--data', data, '--out', out, ...args]);
    vi.restoreAllMocks();
    return { code, ...written };
  };
  return { out, config, data, run };
}

const RANGE = ['--from', '2026-11-21T10:00+08:00', '--to', '2026-11-21T02:00:03Z'];

describe('readings of a data directory', () => {
  test('become a CSV with exactly the range', async () => {
    const { out, run } = await prepare();
    const { code, out: said, err } = await run('--points', 'meter/p-0', ...RANGE);
    expect([code, said, err]).toEqual([0, `${out}\n`, '']);
    const [heading, ...rows] = readFileSync(out, 'utf8').trimEnd().split('\r\n');
    expect(heading).toContain('时间');
    expect(rows.map((row) => row.split(',').filter((_, at) => [1, 2, 5, 8].includes(at)))).toEqual([
      [`${FROM}`, 'meter/p-0', '1', '正常'],
      [`${FROM + 1_000}`, 'meter/p-0', '2', '正常'],
      [`${FROM + 2_000}`, 'meter/p-0', '', '通信中断'],
    ]);
    expect(readdirSync(join(out, '..'))).toEqual(['out.csv']);
  });

  test('of a whole equipment, in buckets, in English', async () => {
    const { out, run } = await prepare();
    const wanted = ['--points', 'meter/*', '--kind', 'buckets', '--step', '1000', '--language', 'en'];
    expect((await run(...wanted, ...RANGE)).code).toBe(0);
    const [heading, first, second, third, ...rest] = readFileSync(out, 'utf8').trimEnd().split('\r\n');
    expect(heading).toContain('Meter Point mean [meter/p-0]');
    expect(first).toMatch(/,1,1,1,1,1,good,7,7,7,7,1,good$/);
    expect(second).toMatch(/,2,2,2,2,1,good,7,7,7,7,0,good$/);
    expect(third).toMatch(/,,,,,1,communication lost,7,7,7,7,0,good$/);
    expect(rest).toEqual([]);
  });

  test('become a workbook where the name says so', async () => {
    const { out, run } = await prepare();
    const book = out.replace('.csv', '.xlsx');
    expect((await run('--points', 'meter/p-0', '--out', book, ...RANGE)).code).toBe(0);
    expect(readFileSync(book).subarray(0, 2).toString()).toBe('PK');
  });
});

describe('what cannot be done', () => {
  test.each([
    [['--points', 'meter/nothing', ...RANGE], '--points'],
    [['--points', 'meter/p-0', '--from', '2026-11-21T10:00', '--to', '5'], '--from'],
    [['--points', 'meter/p-0', '--from', 'yesterday'], '--from'],
    [['--points', 'meter/p-0', '--from', '9', '--to', '8'], '--from'],
    [['--points', 'meter/p-0', '--kind', 'sums', ...RANGE], '--kind'],
    [['--points', 'meter/p-0', '--kind', 'buckets', '--step', 'x', ...RANGE], '--step'],
    [['--points', 'meter/p-0'], '--from'],
    [[...RANGE], '--points'],
  ])('%j is refused by the option that is wrong, and no file is made', async (args, option) => {
    const { out, run } = await prepare();
    const { code, err } = await run(...args);
    expect(code).toBe(1);
    expect(err).toContain(`${option}: expected`);
    expect(existsSync(out)).toBe(false);
  });

  test('a directory without a journal, or an output that cannot be written, is said so', async () => {
    const { run } = await prepare();
    const wanted = ['--points', 'meter/p-0', ...RANGE];
    expect((await run(...wanted, '--data', temporaryDirectory())).err).toMatch(
      /^history-failed: .*holds no journal/,
    );
    const { code, err } = await run(...wanted, '--out', join(temporaryDirectory(), 'no', 'out.csv'));
    expect([code, err]).toEqual([1, expect.stringMatching(/^file-not-writable: .*ENOENT/)]);
  });
});

describe('a file', () => {
  test('that is stopped on the way is not there, and what made it has ended', async () => {
    const out = join(temporaryDirectory(), 'out.csv');
    const stop = new AbortController();
    let isEnded = false;
    async function* endless() {
      try {
        for (let at = 0; ; at++) {
          if (at === 50) stop.abort();
          yield 'x'.repeat(100_000);
        }
      } finally {
        isEnded = true;
      }
    }
    await expect(writeExport(endless(), out, stop.signal)).rejects.toMatchObject({ code: 'stopped' });
    expect(isEnded).toBe(true);
    expect(readdirSync(join(out, '..'))).toEqual([]);
  });

  test('that fails on the way leaves the one from before as it was', async () => {
    const out = join(temporaryDirectory(), 'out.csv');
    const signal = new AbortController().signal;
    await writeExport(
      (async function* () {
        yield 'before';
      })(),
      out,
      signal,
    );
    async function* failing() {
      yield 'half';
      throw new Error('damaged');
    }
    await expect(writeExport(failing(), out, signal)).rejects.toThrow('damaged');
    expect(readFileSync(out, 'utf8')).toBe('before');
    expect(readdirSync(join(out, '..'))).toEqual(['out.csv']);
  });
});
