/**
 * What is asked of an InfluxDB beside writing: which server it is, its database, its retention policies, and selects for
 * history. Servers that know no such statements are recognised and said once; nothing is tried again here.
 *
 * Riser makes policies and lengthens them; it never shortens one, because that deletes data at once: the statement is
 * handed to people instead, like all those that it lacks the right for.
 */
import type { InfluxSettings, RollupSettings } from '../config/model.ts';
import { createInfluxClient, type InfluxClient, InfluxError, type InfluxSeries } from './influx-client.ts';
import { InfluxHttp } from './influx-http.ts';
import { parseDuration, quoteName, toDuration, toShardDuration } from './influxql.ts';

export type InfluxProduct = 'influxdb-1' | 'influxdb-2' | 'influxdb-3' | 'victoria-metrics' | 'unknown';

export interface InfluxServer {
  readonly product: InfluxProduct;
  /** As the server says it; empty when it does not. */
  readonly version: string;
}

/** Where each resolution is written; null = the database's default policy. */
export interface PolicyNames {
  readonly raw: string | null;
  readonly minute: string;
  readonly quarter: string;
  readonly hour: string;
}

export interface OpenStatement {
  /** InfluxQL, to be run by an administrator. */
  readonly statement: string;
  readonly reason: string;
}

export interface RetentionOutcome {
  /** Statements that were carried out. */
  readonly done: readonly string[];
  /** Those that a person must run. */
  readonly open: readonly OpenStatement[];
  /** Why this server has no retention policies to manage; null where it has. */
  readonly unsupported: string | null;
}

export interface SelectResult {
  readonly series: readonly InfluxSeries[];
  /** A series has more rows than were asked for, or there are more series. */
  readonly isCut: boolean;
}

export interface SelectLimits {
  /** Rows of one series, 1–100,000. Default 10,000. */
  readonly rows?: number;
  /** Series, 1–10,000. Default 1,000. */
  readonly series?: number;
  readonly signal?: AbortSignal;
}

export interface Management {
  /** Asked once and remembered. @throws InfluxError `down` */
  server(): Promise<InfluxServer>;
  /** @returns whether it was made; false also where servers make theirs by themselves or have none. @throws InfluxError */
  ensureDatabase(): Promise<boolean>;
  /** Does nothing without `rollups`. @throws InfluxError `down` */
  ensureRetention(): Promise<RetentionOutcome>;
  /** @param statement a SELECT without LIMIT and SLIMIT @throws InfluxError; the signal's reason */
  select(statement: string, limits?: SelectLimits): Promise<SelectResult>;
  close(): void;
}

export const POLICY_NAMES = { minute: 'riser_1m', quarter: 'riser_15m', hour: 'riser_1h' } as const;

const SELECT_LIMITS = { rows: 10_000, series: 1_000, maxRows: 100_000, maxSeries: 10_000 } as const;
const NOTHING: RetentionOutcome = { done: [], open: [], unsupported: null };
const UNSUPPORTED: Readonly<Record<Exclude<InfluxProduct, 'influxdb-1' | 'unknown'>, string>> = {
  'influxdb-2':
    'InfluxDB 2 keeps data by bucket: set the retention of its buckets and map them (docs/influxdb.md)',
  'influxdb-3': 'InfluxDB 3 keeps data by database: set its retention period there (docs/influxdb.md)',
  'victoria-metrics': 'VictoriaMetrics keeps everything for -retentionPeriod (docs/influxdb.md)',
};

export function toPolicyNames(settings: Pick<InfluxSettings, 'retentionPolicy'>): PolicyNames {
  return { raw: settings.retentionPolicy, ...POLICY_NAMES };
}

export function createManagement(settings: InfluxSettings): Management {
  return new InfluxManagement(settings);
}

interface Policy {
  readonly name: string;
  /** 0 = for ever. */
  readonly hours: number;
  readonly isDefault: boolean;
}

class InfluxManagement implements Management {
  readonly #settings: InfluxSettings;
  readonly #http: InfluxHttp;
  readonly #stop = new AbortController();
  #client: Promise<InfluxClient> | null = null;
  #server: InfluxServer | null = null;

  constructor(settings: InfluxSettings) {
    this.#settings = settings;
    this.#http = new InfluxHttp(settings);
  }

  async server(): Promise<InfluxServer> {
    this.#server ??= await this.#ping();
    return this.#server;
  }

  async ensureDatabase(): Promise<boolean> {
    const { product } = await this.server();
    if (product !== 'influxdb-1' && product !== 'unknown') return false;
    const name = this.#settings.database;
    const known = await this.#run('SHOW DATABASES').catch(unlessDown);
    if (known?.[0]?.values.some(([one]) => one === name) === true) return false;
    await this.#run(`CREATE DATABASE ${quoteName(name)}`);
    return true;
  }

  async ensureRetention(): Promise<RetentionOutcome> {
    const { rollups, database } = this.#settings;
    if (rollups === null) return NOTHING;
    const { product } = await this.server();
    if (product !== 'influxdb-1' && product !== 'unknown')
      return { ...NOTHING, unsupported: UNSUPPORTED[product] };
    const found = await this.#run(`SHOW RETENTION POLICIES ON ${quoteName(database)}`).catch(keepRefusal);
    const refusal = found instanceof InfluxError ? found.message : null;
    const policies = found instanceof InfluxError ? [] : parsePolicies(found);
    if (policies === null) return { ...NOTHING, unsupported: 'the server has no retention policies' };
    const changes = toChanges(this.#settings, rollups, policies);
    if (refusal !== null) return { ...NOTHING, open: changes.map(toOpen(refusal)) };
    return await this.#carryOut(changes);
  }

  async select(statement: string, limits: SelectLimits = {}): Promise<SelectResult> {
    await this.#refuseWithoutSelect();
    const rows = Math.min(limits.rows ?? SELECT_LIMITS.rows, SELECT_LIMITS.maxRows);
    const series = Math.min(limits.series ?? SELECT_LIMITS.series, SELECT_LIMITS.maxSeries);
    const bounded = `${statement} LIMIT ${rows + 1} SLIMIT ${series + 1}`;
    const found = await this.#run(bounded, limits.signal);
    const isCut =
      found.length > series || found.some(({ values, partial }) => values.length > rows || partial === true);
    return {
      series: found.slice(0, series).map((one) => ({ ...one, values: one.values.slice(0, rows) })),
      isCut,
    };
  }

  close(): void {
    this.#stop.abort(new Error('closed'));
    this.#http.close();
    // A client that could not be made has nothing to close.
    this.#client?.then((client) => client.close()).catch(() => undefined);
  }

  async #carryOut(changes: readonly Change[]): Promise<RetentionOutcome> {
    const done: string[] = [];
    const open: OpenStatement[] = [];
    for (const change of changes) {
      if (change.shortens !== null) {
        open.push(toOpen(change.shortens)(change));
        continue;
      }
      const refusal = await this.#run(change.statement).catch(keepRefusal);
      if (refusal instanceof InfluxError) open.push(toOpen(refusal.message)(change));
      else done.push(change.statement);
    }
    return { done, open, unsupported: null };
  }

  async #ping(): Promise<InfluxServer> {
    try {
      const { headers } = await this.#http.ping(this.#stop.signal);
      return toServer(headers['x-influxdb-version'], headers['x-server-hostname']);
    } catch (error) {
      throw new InfluxError('down', (error as Error).message, { cause: error });
    }
  }

  async #refuseWithoutSelect(): Promise<void> {
    const { product } = await this.server();
    if (product === 'victoria-metrics')
      throw new InfluxError('unsupported', 'VictoriaMetrics takes writes of this API, but no selects');
  }

  async #run(statement: string, signal?: AbortSignal): Promise<readonly InfluxSeries[]> {
    this.#client ??= createInfluxClient(this.#settings);
    const client = await this.#client;
    const any = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    return await client.run(statement, any);
  }
}

function toServer(
  version: string | readonly string[] | undefined,
  hostName: string | readonly string[] | undefined,
): InfluxServer {
  const text = String(version ?? '');
  // VictoriaMetrics calls itself InfluxDB 1.8 in some answers; this header is its own.
  if (hostName !== undefined) return { product: 'victoria-metrics', version: '' };
  const major = /^v?([123])\./.exec(text)?.[1];
  return { product: major === undefined ? 'unknown' : (`influxdb-${major}` as InfluxProduct), version: text };
}

/** null where the answer is not one of an InfluxDB 1.x. */
function parsePolicies(series: readonly InfluxSeries[]): readonly Policy[] | null {
  const [found] = series;
  if (found === undefined) return [];
  const column = (name: string): number => found.columns.indexOf(name);
  const [name, duration, isDefault] = [column('name'), column('duration'), column('default')];
  if (name === -1 || duration === -1) return null;
  return found.values.map((row) => ({
    name: String(row[name]),
    hours: parseDuration(String(row[duration])),
    isDefault: row[isDefault] === true,
  }));
}

interface Change {
  readonly statement: string;
  /** Why it is not carried out by Riser; null = it may be. */
  readonly shortens: string | null;
}

function toChanges(
  settings: InfluxSettings,
  rollups: RollupSettings,
  policies: readonly Policy[],
): readonly Change[] {
  const raw = settings.retentionPolicy ?? policies.find(({ isDefault }) => isDefault)?.name ?? 'autogen';
  // The default policy may hold the data of others: it stays as it is unless it is told how long to keep.
  const isRawLeftAlone = settings.retentionPolicy === null && rollups.rawHours === 0;
  const wanted: readonly (readonly [name: string, hours: number])[] = [
    ...(isRawLeftAlone ? [] : [[raw, rollups.rawHours] as const]),
    [POLICY_NAMES.minute, rollups.minuteHours],
    [POLICY_NAMES.quarter, rollups.quarterHours],
    [POLICY_NAMES.hour, rollups.hourHours],
  ];
  return wanted.flatMap(([name, hours]) => {
    const present = policies.find((policy) => policy.name === name);
    const change = toChange(settings.database, name, hours, present);
    return change === null ? [] : [change];
  });
}

function toChange(database: string, name: string, hours: number, present: Policy | undefined): Change | null {
  const place = `RETENTION POLICY ${quoteName(name)} ON ${quoteName(database)}`;
  const kept = `DURATION ${toDuration(hours)}`;
  if (present === undefined) return { statement: `CREATE ${place} ${kept} REPLICATION 1`, shortens: null };
  if (present.hours === hours) return null;
  const isShorter = hours !== 0 && (present.hours === 0 || hours < present.hours);
  const shortens = isShorter
    ? `deletes what is older: it is kept for ${toDuration(present.hours)} now`
    : null;
  return { statement: `ALTER ${place} ${kept} SHARD DURATION ${toShardDuration(hours)}`, shortens };
}

function toOpen(reason: string): (change: Change) => OpenStatement {
  return ({ statement, shortens }) => ({ statement, reason: shortens ?? reason });
}

/** What the server refuses is an answer here; anything else is thrown on. */
function keepRefusal(error: unknown): InfluxError {
  if (error instanceof InfluxError && error.kind === 'refused') return error;
  throw error;
}

function unlessDown(error: unknown): null {
  keepRefusal(error);
  return null;
}
