/** The counters of a transport, all from the beginning, so that none appears late in /metrics. */
import { TRANSPORT_COUNTERS } from '../transport.ts';

export type TransportCounter = (typeof TRANSPORT_COUNTERS)[number];
export type TransportCounters = Record<TransportCounter, number>;

export function createCounters(): TransportCounters {
  return Object.fromEntries(TRANSPORT_COUNTERS.map((name) => [name, 0])) as TransportCounters;
}

/** Of a transport and of the wire below it. */
export function addCounters(
  counters: TransportCounters,
  more: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(TRANSPORT_COUNTERS.map((name) => [name, counters[name] + (more[name] ?? 0)]));
}
