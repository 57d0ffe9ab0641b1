/** Puts the roll-ups of a journal together; null where none are configured. */
import type { InfluxSettings } from '../../config/model.ts';
import { FIGURE_SINKS } from '../../sinks/index.ts';
import type { FigureSink } from '../../sinks/sink.ts';
import { type PointTable, TableCache } from '../journal/table.ts';
import { ROLLUP_LIMITS, type RollupLimits } from './limits.ts';
import { JournalRange } from './range.ts';
import { Rollups } from './rollups.ts';

/** What tests replace. */
export interface RollupParts {
  readonly figures?: FigureSink;
  readonly rollupLimits?: RollupLimits;
}

export interface RollupHost {
  /** Of the journal. */
  readonly directory: string;
  readonly table: PointTable;
  readonly influx: InfluxSettings | null;
  /** Number of the last block that recovery found. */
  readonly lastSeq: number;
  readonly wallMs: () => number;
  readonly onChange: () => void;
}

export function createRollups(host: RollupHost, parts: RollupParts): Rollups | null {
  const { directory, influx } = host;
  const configured = influx === null || influx.rollups === null ? null : FIGURE_SINKS.influxdb(influx);
  const sink = parts.figures ?? configured;
  if (sink === null) return null;
  const tables = new TableCache(directory);
  const limits = parts.rollupLimits ?? ROLLUP_LIMITS;
  const source = new JournalRange(directory, tables, limits);
  const monoMs = (): number => performance.now();
  return new Rollups({ ...host, tables, source, sink, limits, monoMs, random: Math.random });
}
