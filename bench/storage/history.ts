/**
 * How quickly the past is looked at: a day of one point as a curve, and all points at one instant, out of a journal of 14
 * days, asked over the journal's thread as the API does. Beside it the same out of SQLite rows, and InfluxDB's part of the
 * way beside the bare query.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { createInfluxSource } from '../../src/sinks/history/influx-source.ts';
import { createHistory } from '../../src/telemetry/history/history.ts';
import type { HistorySource } from '../../src/telemetry/history/source.ts';
import { parseTable, toTableText } from '../../src/telemetry/journal/table.ts';
import { createJournal } from '../../src/telemetry/journal.ts';
import { startInflux } from '../../test/support/influx.ts';
import { toInfluxSettings } from '../../test/support/influx-settings.ts';
import { findTool, TOOLS } from '../../test/support/tools.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { percentile } from '../statistics.ts';
import type { OwnScene } from '../suite.ts';
import { STORAGE_KIND, STORAGE_SITE, toStorageModel } from './model.ts';
import { KEPT_SHARE, makePast, PAST_POINTS, type Past, toValue } from './past.ts';

/** Goals of performance.md, section 6. */
const QUICK_DAY: Goal = { of: 'value', max: 50 };
const QUICK_INSTANT: Goal = { of: 'value', max: 100 };
const LITTLE_MORE: Goal = { of: 'ratio', max: 1.3 };

const MAX_POINTS = 1_000;
const RUNS = 60;
/** Points that are asked for in turn. */
const ASKED_POINTS = 30;
const END_MS = Date.UTC(2026, 0, 15);
const DATABASE = 'bench';
const WRITE_LINES = 10_000;

/** @param scale share of the time that the journal covers */
export function toHistoryScene(scale: number): OwnScene {
  const name = 'history of 2,000 points, 14 days';
  return {
    name,
    async measure(directory, { onProgress }) {
      const journal = join(directory, 'journal');
      mkdirSync(journal, { recursive: true });
      onProgress(`${name}: making the journal`);
      const past = await makePast(journal, scale, END_MS);
      onProgress(`${name}: ${past.readings} readings in ${past.files} files; asking`);
      const asked = await askJournal(journal, past);
      const rows = askRows(join(directory, 'rows.db'), past);
      onProgress(`${name}: InfluxDB`);
      return toHistoryRows(name, { ...asked, rows, influx: await askInflux(past) });
    },
  };
}

/** Milliseconds of every run. */
export interface HistoryFigures {
  readonly day: readonly number[];
  readonly instant: readonly number[];
  /** The same day out of SQLite rows. */
  readonly rows: readonly number[];
  /** null = it is not installed. */
  readonly influx: { readonly path: readonly number[]; readonly bare: readonly number[] } | null;
}

export function toHistoryRows(scene: string, { day, instant, rows, influx }: HistoryFigures): readonly Row[] {
  const base = { suite: 'storage', scene, unit: 'ms' };
  const p95 = (values: readonly number[]): readonly number[] =>
    values.length === 0 ? [] : [percentile(values, 95)];
  const missing = influx === null ? 'influxd is not installed' : undefined;
  return [
    toRow({
      ...base,
      what: 'a day of one point, p95',
      values: p95(day),
      baselines: p95(rows),
      goal: QUICK_DAY,
    }),
    toRow({ ...base, what: 'all points at one instant, p95', values: p95(instant), goal: QUICK_INSTANT }),
    toRow({
      ...base,
      what: 'a day out of InfluxDB',
      values: influx?.path ?? [],
      baselines: influx?.bare ?? [],
      goal: LITTLE_MORE,
      missing,
    }),
  ];
}

async function askJournal(directory: string, past: Past): Promise<Pick<HistoryFigures, 'day' | 'instant'>> {
  const model = toStorageModel(PAST_POINTS);
  const journal = await createJournal({
    directory,
    model,
    settings: { maxAgeDays: 36_500, maxBytes: 1e12 },
    influx: null,
    log: pino({ level: 'error' }),
  });
  try {
    const history = createHistory({ sources: journal.history, clock: clockAt(past.endMs) });
    const points = model.points.map(({ index }) => index);
    return {
      day: await timeRuns((run) => askDay(history, past, toPoint(run))),
      instant: await timeRuns((run) => history.instant({ points, atMs: past.endMs - 1_000 * (run + 1) })),
    };
  } finally {
    await journal.close();
  }
}

async function askDay(history: ReturnType<typeof createHistory>, past: Past, point: number): Promise<void> {
  const { fromMs, toMs } = toDay(past);
  const { samples, missing } = await history.history({ point, fromMs, toMs, maxPoints: MAX_POINTS });
  const known = samples.filter(({ last }) => last !== null).length;
  if (missing !== null || known < samples.length) throw new Error(`the day is not whole: ${missing}`);
}

/** The dense day of the journal. */
function toDay({ startMs, endMs }: Past): { readonly fromMs: number; readonly toMs: number } {
  const dayMs = (endMs - startMs) / 14;
  return { fromMs: endMs - dayMs, toMs: endMs };
}

/** A table of rows as one would have it, with the same day of the points in it. */
function askRows(path: string, past: Past): readonly number[] {
  const database = new DatabaseSync(path);
  database.exec(
    'create table reading (series, ts, value real, quality, primary key (series, ts)) without rowid',
  );
  const insert = database.prepare('insert into reading values (?, ?, ?, 0)');
  const { fromMs, toMs } = toDay(past);
  database.exec('begin');
  for (let point = 0; point < toPoint(ASKED_POINTS - 1) + 1; point += toPoint(1)) {
    for (let ms = fromMs; ms < toMs; ms += 1_000)
      insert.run(point, ms, toValue(point, (ms - past.startMs) / 1e3));
  }
  database.exec('commit');
  const bucketMs = Math.ceil((toMs - fromMs) / MAX_POINTS);
  const select = database.prepare(
    `select ts / ${bucketMs} as bucket, min(value), max(value), avg(value), count(*) from reading
     where series = ? and ts >= ? and ts < ? group by bucket`,
  );
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    select.all(toPoint(run), fromMs, toMs);
    times.push(performance.now() - begun);
  }
  database.close();
  return times;
}

async function askInflux(past: Past): Promise<HistoryFigures['influx']> {
  if (findTool(TOOLS.influxd) === null) return null;
  const server = await startInflux();
  const model = toStorageModel(PAST_POINTS);
  const settings = toInfluxSettings({ url: server.url, database: DATABASE });
  const source = createInfluxSource({ settings, points: parseTable(toTableText(model)).points });
  try {
    await server.query('', `CREATE DATABASE ${DATABASE}`);
    await writeDay(server.url, past);
    return await timeInflux(source, server.url, past);
  } finally {
    source.close();
    await server.stop();
  }
}

async function timeInflux(source: HistorySource, url: string, past: Past): Promise<HistoryFigures['influx']> {
  const { fromMs, toMs } = toDay(past);
  const query = { point: 0, fromMs, toMs, signal: new AbortController().signal, onMissing: () => undefined };
  const statement = `SELECT "v0", "v0_quality" FROM "${STORAGE_KIND}" WHERE equipment = 'unit-0' AND time >= ${fromMs}ms AND time < ${toMs}ms`;
  let readings = 0;
  const [path, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS / 6; run++) {
    bare.push(await time(() => askBare(url, statement)));
    path.push(
      await time(async () => {
        readings = 0;
        for await (const { count } of source.readings(query)) readings += count;
      }),
    );
  }
  if (readings !== (toMs - fromMs) / 1_000) throw new Error(`${readings} readings came back`);
  return { path, bare };
}

async function askBare(url: string, statement: string): Promise<void> {
  const body = new URLSearchParams({ db: DATABASE, q: statement, epoch: 'ms' });
  const answer = await fetch(`${url}/query`, { method: 'POST', body });
  await answer.json();
}

async function writeDay(url: string, past: Past): Promise<void> {
  const { fromMs, toMs } = toDay(past);
  let lines: string[] = [];
  const send = async (): Promise<void> => {
    const query = `${url}/write?db=${DATABASE}&precision=ms`;
    const answer = await fetch(query, { method: 'POST', body: lines.join('\n') });
    if (!answer.ok) throw new Error(await answer.text());
    lines = [];
  };
  for (let ms = fromMs; ms < toMs; ms += 1_000) {
    const quality = ms % 60_000 === 0 ? ',v0_quality=0' : '';
    const value = toValue(0, (ms - past.startMs) / 1e3);
    lines.push(`${STORAGE_KIND},equipment=unit-0,site=${STORAGE_SITE} v0=${value}${quality} ${ms}`);
    if (lines.length === WRITE_LINES) await send();
  }
  if (lines.length > 0) await send();
}

async function timeRuns(act: (run: number) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await time(() => act(run)));
  return times;
}

async function time(act: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** One of those that the past holds throughout. */
function toPoint(run: number): number {
  return KEPT_SHARE * (run % ASKED_POINTS);
}

function clockAt(wallMs: number) {
  return { now: () => ({ wallMs, monoMs: 0, bootId: 'bench' }) };
}
