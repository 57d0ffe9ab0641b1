/** The table of sinks. A new one is one file and one line here. */
import type { InfluxSettings } from '../config/model.ts';
import { createInfluxSource } from './history/influx-source.ts';
import { createInfluxFigures } from './influx-figures.ts';
import { createInfluxSink } from './influxdb.ts';
import type { FigureSink, Sink } from './sink.ts';

/** Settings by sink. */
export interface SinkSettings {
  readonly influxdb: InfluxSettings;
}

export const SINKS = {
  influxdb: createInfluxSink,
} as const satisfies { readonly [Name in keyof SinkSettings]: (settings: SinkSettings[Name]) => Sink };

/** The same servers for what is no reading: roll-ups, events, links. */
export const FIGURE_SINKS = {
  influxdb: createInfluxFigures,
} as const satisfies { readonly [Name in keyof SinkSettings]: (settings: SinkSettings[Name]) => FigureSink };

/** The past that the same servers hold; each beside a contract of its own, telemetry/history/source.ts. */
export const SINK_HISTORIES = { influxdb: createInfluxSource } as const;
