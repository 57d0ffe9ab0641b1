/** Status records of the gateway's parts as figures of /metrics. What they count is theirs; here it is named. */
import type { Figure } from './api/services.ts';
import type { BackupStatus } from './backup/port.ts';
import type { LinkStatus, ListenerStatus } from './core/link.ts';
import { toOutboxCounters } from './notify/figures.ts';
import type { OutboxStatus } from './notify/outbox.ts';
import type { EventWriterCounters } from './telemetry/events/event-writer.ts';
import { LOSS_KINDS, type LossTotals } from './telemetry/journal/losses.ts';
import type { QualityTally } from './telemetry/point-quality-view.ts';

/** What only ever rises since the start; the rest are gauges. Names of the status records. */
const COUNTERS: ReadonlySet<string> = new Set([
  'events',
  'rounds',
  'commits',
  'commitFailures',
  'refusedCommands',
  'appendedReadings',
  'durableReadings',
  'confirmedReadings',
  'droppedReadings',
  'damagedPlaces',
  'damagedReadings',
  'sealingFailures',
  'sentReadings',
  'rejectedReadings',
  'quarantineDropped',
  'sentRows',
  'refusedLines',
  'droppedRows',
  'lateReadings',
  'droppedLateReadings',
  'retries',
  'failures',
  'refused',
  'confirmedWrites',
  'failedWrites',
  'differingWrites',
  'unknownWrites',
  'refusedWrites',
  'unauditedRefusals',
  'issued',
  'confirmed',
  'wrong',
  'reverts',
  'failedReverts',
  'begun',
  'failed',
  'cancelled',
  'countedRows',
  'rebuilds',
  'queries',
  'failedQueries',
  'incompleteAnswers',
  'refusedQueries',
  'dueCorrections',
  'contradictions',
  'sent',
  'dropped',
  'recordFailures',
  'received',
  'swept',
  'accepted',
  'merged',
  'limited',
]);

/** Numbers and booleans of a status record as metrics: `riser_engine_commit_failures_total`. */
export function toFigures(
  prefix: string,
  values: Readonly<Record<string, unknown>>,
  labels?: Readonly<Record<string, string>>,
): Figure[] {
  return Object.entries(values).flatMap(([key, value]): Figure[] => {
    if (typeof value !== 'number' && typeof value !== 'boolean') return [];
    const type = COUNTERS.has(key) ? 'counter' : 'gauge';
    return [toFigure(prefix, key, type, Number(value), labels)];
  });
}

/** Counters of refusals by code (`exceptions_02`): one metric with the code as label. */
const BY_CODE = /^exceptions_([0-9a-f]{2})$/i;

/** The counters of one link, every one of which only rises, and its load of the last minute. */
export function toLinkFigures({ link, state, counters, load }: LinkStatus): Figure[] {
  const labels = { link };
  const gauge = (key: string, value: number | null): Figure[] =>
    value === null ? [] : [toFigure('riser_link', key, 'gauge', value, labels)];
  return [
    ...Object.entries(counters).map(([key, value]) => toLinkCounter(key, value, labels)),
    ...gauge('online', Number(state === 'online')),
    ...gauge('busyRatio', load?.busyRatio ?? null),
    ...gauge('latencyP50Ms', load?.latencyP50Ms ?? null),
    ...gauge('latencyP99Ms', load?.latencyP99Ms ?? null),
    ...gauge('reachedRatio', load?.reachedRatio ?? null),
  ];
}

/** What was met at a port of ours where devices connect. */
export function toListenerFigures({ place, counters }: ListenerStatus): Figure[] {
  return Object.entries(counters).map(([key, value]) =>
    toFigure('riser_listener', key, 'counter', value, { listen: place }),
  );
}

function toLinkCounter(key: string, value: number, labels: { readonly link: string }): Figure {
  const digits = BY_CODE.exec(key)?.[1];
  if (digits === undefined) return toFigure('riser_link', key, 'counter', value, labels);
  const code = String(Number.parseInt(digits, 16));
  return toFigure('riser_link', 'exceptions_by_code', 'counter', value, { ...labels, code });
}

/** How much of the site can be seen. `never-good` counts points that are in one of the other states as well. */
export function toPointFigures({ good, uncertain, bad, neverGood }: QualityTally): Figure[] {
  const states = { good, uncertain, bad, 'never-good': neverGood };
  return Object.entries(states).map(([state, value]) => ({
    name: 'riser_points',
    help: 'Points by quality now; never-good: without a good reading since start',
    type: 'gauge',
    value,
    labels: { state },
  }));
}

/** Events written beside the readings, and what went wrong with them. */
export function toEventFigures({ events, ...others }: EventWriterCounters): Figure[] {
  return [...toFigures('riser_telemetry', { events }), ...toFigures('riser_events', others)];
}

/** Losses of readings by kind. They go on over restarts: the log of losses counts from the first start of all. */
export function toLossFigures(totals: LossTotals): Figure[] {
  const type = 'counter';
  return LOSS_KINDS.flatMap((kind) => [
    {
      name: 'riser_lost_readings_total',
      help: 'Readings lost since the data directory was made, by kind; so many at least',
      type,
      value: totals[kind].readings,
      labels: { kind },
    },
    {
      name: 'riser_losses_total',
      help: 'Losses of readings noticed since the data directory was made, by kind',
      type,
      value: totals[kind].losses,
      labels: { kind },
    },
  ]);
}

/** Messages by channel, and what is counted of all channels together. */
export function toOutboxFigures(status: OutboxStatus): Figure[] {
  return [
    ...status.channels.flatMap(({ channel, trouble, ...lane }) =>
      toFigures('riser_outbox', { ...lane, trouble: trouble !== null }, { channel }),
    ),
    ...toFigures('riser_outbox', toOutboxCounters(status)),
  ];
}

/** No line where there is nothing to tell: a backup was never made, or none is scheduled. */
export function toBackupFigures({ lastOkMs, lastFailure, bytes }: BackupStatus): Figure[] {
  const gauge = (key: string, help: string, value: number | null): Figure[] =>
    value === null ? [] : [{ name: `riser_backup_${key}`, help, type: 'gauge', value }];
  const isKnown = lastFailure !== null || lastOkMs !== null;
  return [
    ...gauge(
      'last_success_timestamp_seconds',
      'Beginning of the newest complete backup, Unix time',
      lastOkMs === null ? null : lastOkMs / 1_000,
    ),
    ...gauge(
      'last_result',
      'Last backup: 1 = made and checked, 0 = failed',
      isKnown ? Number(lastFailure === null) : null,
    ),
    ...gauge('bytes', 'Size of the newest complete backup', bytes),
  ];
}

function toFigure(
  prefix: string,
  key: string,
  type: Figure['type'],
  value: number,
  labels?: Readonly<Record<string, string>>,
): Figure {
  const words = key.replace(/^is(?=[A-Z])/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const name = `${prefix}_${words}${type === 'counter' ? '_total' : ''}`.replaceAll('__', '_');
  return {
    name,
    help: `${prefix.replaceAll('_', ' ')}: ${words.replaceAll('_', ' ').trim()}`,
    type,
    value,
    ...(labels && { labels }),
  };
}
