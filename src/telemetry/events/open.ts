/** Puts the writer of events together; null without a sink. */
import { join } from 'node:path';
import type { SiteModel } from '../../config/model.ts';
import { FIGURE_SINKS } from '../../sinks/index.ts';
import { createEventWriter, type EventWriter, type EventWriterOptions } from './event-writer.ts';

const CURSOR_FILE = 'events.json';

export interface OpenEventsOptions extends Omit<EventWriterOptions, 'sink' | 'cursorPath' | 'model'> {
  readonly model: SiteModel;
  /** The data directory; what is known of the sink lies in its journal. */
  readonly directory: string;
}

export function openEventWriter({ directory, ...options }: OpenEventsOptions): EventWriter | null {
  const { influx } = options.model;
  if (influx === null) return null;
  const cursorPath = join(directory, 'journal', CURSOR_FILE);
  return createEventWriter({ ...options, sink: FIGURE_SINKS.influxdb(influx), cursorPath });
}
