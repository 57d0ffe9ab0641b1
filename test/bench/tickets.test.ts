/** The archive that the benchmark asks, small: every question finds something, and the rows say how long it took. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { toTicketRows } from '../../bench/suites/tickets.ts';
import { fillArchive } from '../../bench/tickets/archive.ts';
import { toOpeningRows } from '../../bench/tickets/opening.ts';
import { QUESTIONS } from '../../bench/tickets/questions.ts';
import { type Database, toKysely } from '../../src/store/sqlite/database.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { createQueries } from '../../src/store/sqlite/queries.ts';
import { temporaryDirectory } from '../support/temp.ts';

const TICKETS = 1_000;
/** Another equipment, word or month each time. */
const RUNS = 10;

test('every question finds tickets, by lists and by reading every document', async () => {
  const path = join(temporaryDirectory(), 'riser.db');
  const writer = openDatabase(path);
  fillArchive(writer, TICKETS, () => undefined);
  writer.close();
  const database = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => database.close());
  const queries = createQueries(toKysely<Database>(database));
  for (const { what, ask, scan } of QUESTIONS) {
    let found = 0;
    for (let run = 0; run < RUNS; run++) found += await ask(queries, run);
    expect([what, found > 0]).toEqual([what, true]);
    if (scan !== null) expect([what, scan(database, 0)]).toEqual([what, expect.any(Number)]);
  }
});

test('a question is as slow as its slowest runs, beside the middle one of the scans', () => {
  const asked = Array.from({ length: 100 }, (_, n) => n + 101);
  const rows = toTicketRows('scene', new Map([['list: open', { asked, scanned: [3_000, 1_000, 2_000] }]]));
  expect(rows).toMatchObject([
    { what: 'list: open, p95', unit: 'ms', value: 195, baseline: 2_000, met: true },
  ]);
  const [slow] = toTicketRows('scene', new Map([['list: open', { asked: [201], scanned: [] }]]));
  expect(slow).toMatchObject({ value: 201, baseline: null, met: false });
});

test('an opening is as slow as its slowest in a hundred, and all of them are found', () => {
  const openings = Array.from({ length: 200 }, (_, n) => ({
    changedBy: `device-1/value-${n}`,
    decidedMs: 1,
    storedMs: n < 197 ? 5 : 30,
    cpuMs: 1,
    rows: 12,
    messages: 3,
  }));
  const [slow, middle, ...others] = toOpeningRows('scene', { openings, changes: 200, readings: 1 });
  expect(slow).toMatchObject({ value: 30, met: false });
  expect(middle).toMatchObject({ value: 5 });
  expect(others).toContainEqual(
    expect.objectContaining({ what: expect.stringMatching(/^openings/), met: true }),
  );
  const lost = toOpeningRows('scene', { openings: openings.slice(1), changes: 200, readings: 1 });
  expect(lost).toContainEqual(
    expect.objectContaining({ what: expect.stringMatching(/^openings/), met: false }),
  );
});
