/**
 * What readings are stored with, behind one face: the journal as the gateway has it (dead-band, worker, sealing), its append
 * log alone, one SQLite row a reading, and nothing at all (what the load itself costs).
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import type { InfluxSettings } from '../../src/config/model.ts';
import type { ReadingBatch } from '../../src/core/reading.ts';
import { openJournalHost } from '../../src/telemetry/host.ts';
import { parseSegmentName } from '../../src/telemetry/journal/files.ts';
import { SEALED_LIMITS } from '../../src/telemetry/journal/sealed/limits.ts';
import { sealSegments } from '../../src/telemetry/journal/sealed/seal.ts';
import { toTableText } from '../../src/telemetry/journal/table.ts';
import { createJournal } from '../../src/telemetry/journal.ts';
import { toStorageModel } from './model.ts';

export const STORES = ['journal', 'log', 'rows', 'none'] as const;
export type StoreName = (typeof STORES)[number];

export interface Store {
  /** Takes readings over; durable later. */
  append(batch: ReadingBatch): void;
  /** Readings that are durable so far. */
  durable(): number;
  dropped(): number;
  /** Makes all of it durable and brings it into its last form. @returns what it takes on disk */
  finish(): Promise<StoredBytes>;
}

export interface StoredBytes {
  /** As it is written first. */
  readonly written: number;
  /** In its last form: sealed, or the database with its log folded in. */
  readonly kept: number;
}

export interface StoreOptions {
  readonly directory: string;
  readonly points: number;
  /** Called when more readings are durable. */
  readonly onDurable: (readings: number) => void;
  readonly influx?: InfluxSettings;
}

const SETTINGS = { maxAgeDays: 3_650, maxBytes: 1e12 } as const;
const LOG = pino({ level: 'error' }, pino.destination({ fd: 2, sync: true }));
/** Rows of one transaction. */
const ROW_BATCH = 1_000;
/** Segment bytes of one sealing, as much below the limit as one segment may be too large. */
const SEAL_BYTES = SEALED_LIMITS.segmentBytes / 2;
const SETTLE_MS = 20;

export const OPENERS: Readonly<Record<StoreName, (options: StoreOptions) => Promise<Store>>> = {
  journal: openJournal,
  log: openLog,
  rows: openRows,
  none: () => {
    let readings = 0;
    return Promise.resolve({
      append: ({ count }) => void (readings += count),
      durable: () => readings,
      dropped: () => 0,
      finish: () => Promise.resolve({ written: 0, kept: 0 }),
    });
  },
};

async function openJournal({ directory, points, onDurable, influx }: StoreOptions): Promise<Store> {
  const journal = await createJournal({
    directory,
    model: toStorageModel(points),
    settings: SETTINGS,
    influx: influx ?? null,
    log: LOG,
    onFatal: (error) => {
      throw error;
    },
  });
  journal.onStatus(({ durableReadings }) => onDurable(durableReadings));
  return {
    append: (batch) => journal.append(batch),
    durable: () => journal.status().durableReadings,
    dropped: () => journal.status().droppedReadings,
    async finish() {
      await untilSettled(() => journal.status().inFlightReadings === 0);
      await journal.close();
      return { written: Number.NaN, kept: await sealRest(directory) };
    },
  };
}

/** In the thread of its caller, in one segment that is never closed, so that nothing is sealed. */
async function openLog({ directory, points, onDurable }: StoreOptions): Promise<Store> {
  const tableText = toTableText(toStorageModel(points));
  const settings = { directory, tableText, journal: SETTINGS, influx: null };
  const onStatus = ({ durableReadings }: { readonly durableReadings: number }): void =>
    onDurable(durableReadings);
  const host = await openJournalHost(settings, onStatus, { segmentBytes: Number.MAX_SAFE_INTEGER });
  let appended = 0;
  return {
    append(batch) {
      appended += batch.count;
      host.append(batch);
    },
    durable: () => host.status.durableReadings,
    dropped: () => 0,
    async finish() {
      await untilSettled(() => host.status.durableReadings === appended);
      await host.close();
      const written = bytesIn(directory, (name) => parseSegmentName(name) !== null);
      return { written, kept: written };
    },
  };
}

function openRows({ directory, onDurable }: StoreOptions): Promise<Store> {
  const path = join(directory, 'rows.db');
  const database = new DatabaseSync(path);
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  database.exec(
    'create table reading (series integer, ts integer, value real, quality integer, primary key (series, ts)) without rowid',
  );
  const insert = database.prepare('insert into reading values (?, ?, ?, ?)');
  let durable = 0;
  let waiting: ReadingBatch[] = [];
  let waitingCount = 0;
  const commit = (): void => {
    database.exec('begin immediate');
    for (const { count, point, receivedMs, value, quality } of waiting)
      for (let at = 0; at < count; at++)
        insert.run(point[at] as number, receivedMs[at] as number, value[at] as number, quality[at] as number);
    database.exec('commit');
    durable += waitingCount;
    waiting = [];
    waitingCount = 0;
    onDurable(durable);
  };
  return Promise.resolve({
    append(batch) {
      waiting.push(batch);
      waitingCount += batch.count;
      if (waitingCount >= ROW_BATCH) commit();
    },
    durable: () => durable,
    dropped: () => 0,
    finish() {
      commit();
      database.exec('pragma wal_checkpoint(truncate)');
      database.close();
      const written = statSync(path).size;
      return Promise.resolve({ written, kept: written });
    },
  });
}

/** Seals what the journal has not sealed by itself yet. @returns bytes of all sealed files */
async function sealRest(directory: string): Promise<number> {
  const segments = readdirSync(directory)
    .map((name) => ({ name, firstSeq: parseSegmentName(name) }))
    .flatMap(({ name, firstSeq }) =>
      firstSeq === null ? [] : [{ firstSeq, bytes: statSync(join(directory, name)).size }],
    )
    .toSorted((one, other) => one.firstSeq - other.firstSeq);
  let group: number[] = [];
  let bytes = 0;
  const sealGroup = async (): Promise<void> => {
    if (group.length > 0) await sealSegments({ directory, firstSeqs: group });
    group = [];
    bytes = 0;
  };
  for (const segment of segments) {
    if (bytes + segment.bytes > SEAL_BYTES) await sealGroup();
    group.push(segment.firstSeq);
    bytes += segment.bytes;
  }
  await sealGroup();
  return bytesIn(directory, (name) => name.endsWith('.sealed'));
}

function bytesIn(directory: string, isMeant: (name: string) => boolean): number {
  return readdirSync(directory)
    .filter(isMeant)
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}

async function untilSettled(isSettled: () => boolean): Promise<void> {
  while (!isSettled()) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}
