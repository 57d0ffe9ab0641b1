/**
 * The gateway as a subject: the whole program as `run` starts it (drivers, acquisition, rules, alarms, tickets,
 * SQLite, journal, API; no page, no InfluxDB) on a generated site. Its figures come from its own /metrics, asked for
 * outside the measured time; when its alarms rose from its own database.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import { startApp } from '../../src/app.ts';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import type { Occurrence } from '../../src/core/alarm.ts';
import { type Counts, nowMs, serveSubject } from './subject.ts';

export interface GatewaySetup {
  readonly siteFile: string;
  readonly dataDirectory: string;
  /** Counter of the links in /metrics, without prefix, and what one of it carries. */
  readonly counter: 'replies' | 'readings';
  readonly readingsPerCount: number;
}

export interface Raise {
  /** `equipment/rule` */
  readonly key: string;
  /** When the decision loop raised it, and when it took the value in, UTC ms. */
  readonly raisedAtMs: number;
  readonly receivedMs: number;
}

/** Counters of links that say that something is wrong. */
const FAILURES = ['timeouts', 'exceptions', 'bad_frames', 'reconnects', 'stale_readings', 'client_errors'];
const DATABASE = 'riser.db';

serveSubject<GatewaySetup>(async (setup) => {
  const app = await startApp({
    model: loadSite(setup.siteFile, { catalog: CATALOG, env: {}, epoch: 1 }),
    version: 'bench',
    dataDirectory: setup.dataDirectory,
    madeBy: 'run',
    simulation: null,
    webDirectory: null,
    log: pino({ level: 'error' }, pino.destination({ fd: 2, sync: true })),
    onFatal: (error) => {
      throw error;
    },
  });
  return {
    count: async () => toCounts(await readFigures(app.url), setup),
    stop: () => app.stop(),
    answers: { raises: () => readRaises(setup.dataDirectory) },
  };
});

/** Key: name of the metric; value: the sum over its labels. */
type Figures = ReadonlyMap<string, number>;

async function readFigures(url: string): Promise<Figures> {
  const answer = await fetch(`${url}/metrics`);
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
  const figures = new Map<string, number>();
  for (const [, name = '', value] of (await answer.text()).matchAll(/^(riser_\w+)(?:\{.*\})? (\S+)$/gm))
    figures.set(name, (figures.get(name) ?? 0) + Number(value));
  return figures;
}

function toCounts(figures: Figures, { counter, readingsPerCount }: GatewaySetup): Counts {
  const get = (name: string): number => figures.get(`riser_${name}`) ?? 0;
  return {
    atMs: nowMs(),
    readings: get(`link_${counter}_total`) * readingsPerCount,
    skipped: get('link_skipped_cycles_total'),
    failures: FAILURES.reduce((sum, name) => sum + get(`link_${name}_total`), 0),
    dropped: get('journal_dropped_readings_total'),
    more: {
      journalled: get('journal_appended_readings_total'),
      inFlight: get('journal_in_flight_readings'),
      commits: get('engine_commits_total'),
      rounds: get('engine_rounds_total'),
      openAlarms: get('engine_open_alarms'),
    },
  };
}

function readRaises(dataDirectory: string): readonly Raise[] {
  const database = new DatabaseSync(join(dataDirectory, DATABASE), { readOnly: true });
  try {
    const rows = database.prepare('select doc from occurrence').all();
    return rows.map(({ doc }) => {
      const { equipment, rule, raisedAtMs, evidence } = JSON.parse(String(doc)) as Occurrence;
      return { key: `${equipment}/${rule}`, raisedAtMs, receivedMs: evidence.receivedMs };
    });
  } finally {
    database.close();
  }
}
