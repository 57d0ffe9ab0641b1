/**
 * Tickets opened from alarms while the gateway polls; and the archive of a large site: lists, search and the figures of a
 * month, beside reading every document.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Database, toKysely } from '../../src/store/sqlite/database.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { createQueries } from '../../src/store/sqlite/queries.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { percentile } from '../statistics.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';
import { ARCHIVE_TICKETS, fillArchive } from '../tickets/archive.ts';
import { toOpeningScene } from '../tickets/opening.ts';
import { QUESTIONS, type Question } from '../tickets/questions.ts';

/** The page waits for it: a person does not notice. */
const QUICK: Goal = { of: 'value', max: 200 };
/** Asked so often for each second of the window. */
const RUNS_PER_S = 2;
const SCANS = 3;
const TOLD_TICKETS = 20_000;
const MB = 1024 * 1024;

export const tickets: Suite = {
  summary:
    'opening tickets from alarms at 10,000 points/s; 200,000 archived ones: lists, search, figures of a month',
  timing: {
    full: { warmUpMs: 0, windowMs: 30_000, alarmsMs: 0, repetitions: 1 },
    quick: { warmUpMs: 0, windowMs: 10_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale, { windowMs }) => [
    toOpeningScene(scale),
    toArchiveScene(scale, Math.max(2, (windowMs / 1e3) * RUNS_PER_S)),
  ],
};

function toArchiveScene(scale: number, runs: number): OwnScene {
  const count = Math.max(1_000, Math.round(ARCHIVE_TICKETS * scale));
  const name = `${count.toLocaleString('en-US')} archived tickets`;
  return {
    name,
    async measure(directory, options) {
      const path = join(directory, 'riser.db');
      await makeArchive(path, count, name, options);
      const database = new DatabaseSync(path, { readOnly: true });
      try {
        return [...(await askAll(database, name, runs, options)), toSizeRow(path, count, name)];
      } finally {
        database.close();
      }
    },
  };
}

async function makeArchive(
  path: string,
  count: number,
  name: string,
  { onProgress }: RunOptions,
): Promise<void> {
  const database = openDatabase(path);
  fillArchive(database, count, (done) => {
    if (done % TOLD_TICKETS === 0) onProgress(`${name}: ${done.toLocaleString('en-US')} are there`);
  });
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

/** Milliseconds of every run. Key: question. */
export type Answers = ReadonlyMap<
  string,
  { readonly asked: readonly number[]; readonly scanned: readonly number[] }
>;

async function askAll(
  database: DatabaseSync,
  scene: string,
  runs: number,
  { onProgress }: RunOptions,
): Promise<readonly Row[]> {
  const queries = createQueries(toKysely<Database>(database));
  const answers = new Map<string, { asked: readonly number[]; scanned: readonly number[] }>();
  for (const question of QUESTIONS) {
    onProgress(`${scene}: ${question.what}`);
    const asked = await time(runs, (run) => question.ask(queries, run));
    answers.set(question.what, { asked, scanned: await scanAll(database, question) });
  }
  return toTicketRows(scene, answers);
}

async function scanAll(database: DatabaseSync, { scan }: Question): Promise<readonly number[]> {
  return scan === null ? [] : time(SCANS, (run) => Promise.resolve(scan(database, run)));
}

export function toTicketRows(scene: string, answers: Answers): readonly Row[] {
  return [...answers].map(([what, { asked, scanned }]) =>
    toRow({
      suite: 'tickets',
      scene,
      what: `${what}, p95`,
      unit: 'ms',
      values: [percentile(asked, 95)],
      baselines: scanned.length === 0 ? [] : [percentile(scanned, 50)],
      goal: QUICK,
    }),
  );
}

function toSizeRow(path: string, count: number, scene: string): Row {
  const values = [statSync(path).size / MB];
  return toRow({
    suite: 'tickets',
    scene,
    what: `database of ${count.toLocaleString('en-US')}`,
    unit: 'MB',
    values,
  });
}

async function time(runs: number, act: (run: number) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const begun = performance.now();
    await act(run);
    times.push(performance.now() - begun);
  }
  return times;
}
