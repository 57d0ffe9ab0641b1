/** The stores of telemetry as the API sees them: a journal that lost readings, a quarantine with three; calls are written down. */
import type { QuarantinedReading, StoragePort, TelemetryLoss } from '../../src/api/storage-port.ts';
import { NOW_MS } from './fixtures.ts';

export const LOSS = {
  readings: 120,
  isExact: true,
  expired: 100,
  dropped: 20,
  pushedOut: 0,
  damaged: 0,
  kept: 0,
  fromMs: 1_000,
  toMs: 9_000,
};

const toEntry = (id: number, changes: Partial<TelemetryLoss>): TelemetryLoss => ({
  id,
  kind: 'expired',
  readings: 100,
  isExact: true,
  fromMs: 1_000,
  toMs: 9_000,
  noticedMs: NOW_MS,
  noticedToMs: NOW_MS,
  joined: 1,
  isConfirmed: false,
  isSeen: false,
  ...changes,
});

/** Newest first; the oldest was seen long ago, and when its readings were nobody knows. */
export const LOSSES: readonly TelemetryLoss[] = [
  toEntry(3, { kind: 'dropped', readings: 20 }),
  toEntry(2, {}),
  toEntry(1, { kind: 'damaged', readings: 1, isExact: false, fromMs: null, toMs: null, isSeen: true }),
];

const READINGS: readonly QuarantinedReading[] = [
  toReading(3, 'field type conflict', { equipment: 'booster', name: 'outlet-pressure' }),
  toReading(2, 'points beyond retention policy', { equipment: 'gone', name: 'level' }),
  toReading(1, 'field type conflict', null),
];

function toReading(
  id: number,
  reason: string,
  point: { readonly equipment: string; readonly name: string } | null,
): QuarantinedReading {
  return {
    id,
    at: new Date(NOW_MS + id).toISOString(),
    reason,
    point,
    stampMs: NOW_MS,
    value: 0.4,
    quality: 0,
  };
}

/** @param hasSink false = nothing is forwarded, so nothing is refused */
export function createFakeStorage(
  record: (...call: readonly unknown[]) => void,
  hasSink = true,
): StoragePort {
  let acknowledged: ReturnType<StoragePort['state']>['acknowledged'] = null;
  return {
    state: () => ({
      journal: {
        state: 'ok',
        detail: '',
        bytes: 1_000,
        maxBytes: 8_000,
        maxAgeDays: 14,
        bytesPerReading: 3.5,
        oldestMs: NOW_MS - 3_600_000,
        fittingHours: 48,
        readingsPerS: 20,
        waitingReadings: 0,
        durableDelayMs: null,
        lastSyncMs: NOW_MS,
        damagedPlaces: 0,
        damagedReadings: 0,
      },
      forwarder: {
        state: hasSink ? 'down' : 'off',
        detail: hasSink ? 'connect ECONNREFUSED' : '',
        target: hasSink ? 'http://influx:8086 · riser' : null,
        backlogReadings: 500,
        oldestUnconfirmedMs: NOW_MS - 60_000,
        confirmedPerS: 0,
        catchUpMs: null,
        paceRatio: 1,
        retries: 4,
        quarantinedReadings: READINGS.length,
      },
      loss: acknowledged === null ? LOSS : null,
      losses: LOSSES.map((one) => (acknowledged === null ? one : { ...one, isSeen: true })),
      acknowledged,
    }),
    async acknowledgeLosses(losses, by) {
      record(
        'acknowledgeLosses',
        losses.map(({ id }) => id),
        by,
      );
      acknowledged = { by, atMs: NOW_MS, readings: LOSS.readings };
    },
    quarantine: hasSink
      ? {
          list: async (beforeId, limit) => {
            const items = READINGS.filter(({ id }) => id < (beforeId ?? 100)).slice(0, limit);
            const last = items.at(-1)?.id ?? 1;
            return { items, nextBeforeId: last > 1 ? last : null };
          },
          counts: async () => [
            { reason: 'field type conflict', readings: 2 },
            { reason: null, readings: 1 },
          ],
          resend: async (selection) => {
            record('resend', selection);
            return { sentReadings: 2, keptReadings: 1, failure: null };
          },
          discard: async (selection) => {
            record('discard', selection);
            return selection === 'all' ? READINGS.length : selection.length;
          },
        }
      : null,
  };
}
