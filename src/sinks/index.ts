/** The table of sinks. A new one is one file and one line here. */
import type { InfluxSettings } from '../config/model.ts';
import { createInfluxSink } from './influxdb.ts';
import type { Sink } from './sink.ts';

/** Settings by sink. */
export interface SinkSettings {
  readonly influxdb: InfluxSettings;
}

export const SINKS = {
  influxdb: createInfluxSink,
} as const satisfies { readonly [Name in keyof SinkSettings]: (settings: SinkSettings[Name]) => Sink };
