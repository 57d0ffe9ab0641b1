/**
 * The past as the journal's thread holds it: the journal's own source with the newest readings in memory, InfluxDB's where
 * one is configured, and the server that the main thread asks. host.ts joins it to the writer.
 */
import type { InfluxSettings } from '../../config/model.ts';
import { SINK_HISTORIES } from '../../sinks/index.ts';
import type { BlockRows } from '../journal/rows.ts';
import type { PointTable } from '../journal/table.ts';
import { createJournalSource } from './journal/journal-source.ts';
import { JournalTail } from './journal/tail.ts';
import type { ToHistory } from './remote/messages.ts';
import { HistoryServer, type Tell } from './remote/server.ts';

export interface HistoryThreadOptions {
  /** Of the journal itself. */
  readonly directory: string;
  readonly table: PointTable;
  readonly influx: InfluxSettings | null;
  /** Highest stamp of anything that retention has deleted, UTC ms; −Infinity = nothing was. */
  readonly trimmedToMs: () => number;
  readonly tell: Tell;
}

export interface HistoryThread {
  /** A block that has become durable; in order of the numbers. */
  add(seq: number, rows: BlockRows): void;
  receive(message: ToHistory): void;
  /** Breaks off whatever is asked. */
  close(): void;
}

export function createHistoryThread(options: HistoryThreadOptions): HistoryThread {
  const { directory, table, influx, trimmedToMs, tell } = options;
  const tail = new JournalTail();
  const journal = createJournalSource({ directory, table, tail, trimmedToMs });
  const remote = influx === null ? null : SINK_HISTORIES.influxdb({ settings: influx, points: table.points });
  const server = new HistoryServer({ journal, ...(remote !== null && { influx: remote }) }, tell);
  return {
    add: (seq, rows) => tail.add(seq, rows),
    receive: (message) => server.receive(message),
    close() {
      server.close();
      journal.close();
      remote?.close();
    },
  };
}
