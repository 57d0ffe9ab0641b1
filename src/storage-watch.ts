/**
 * How the stores of telemetry stand, for people: the status of the journal's thread beside its limits, rates of the last
 * minute, when a backlog will be worked off, and losses until somebody has seen them. Decides nothing.
 */
import type {
  ForwarderState,
  JournalState,
  LostTelemetry,
  StoragePort,
  TelemetryLoss,
} from './api/storage-port.ts';
import type { InfluxSettings, SiteModel } from './config/model.ts';
import type { Clock } from './core/clock.ts';
import type { Journal, JournalStatus } from './telemetry/journal.ts';

export interface StorageWatchOptions {
  readonly journal: Pick<Journal, 'status' | 'losses' | 'acknowledgeLosses'>;
  readonly model: Pick<SiteModel, 'journal' | 'influx'>;
  readonly clock: Clock;
  /** null until the journal's thread answers for it. */
  readonly quarantine: StoragePort['quarantine'];
}

export interface StorageWatch extends StoragePort {
  stop(): void;
}

/** Rates are those of the last minute: shorter ones jump with every batch, longer ones hide that something stands still. */
const WINDOW_MS = 60_000;
const SAMPLE_MS = 5_000;
/** Less than this says nothing about a rate. */
const LEAST_WINDOW_MS = 10_000;
/** A backlog that shrinks more slowly has no end that is worth telling. */
const LEAST_CATCH_UP_PER_S = 0.5;

/** Counters at one moment; `atMs` monotonic. */
export interface RateSample {
  readonly atMs: number;
  readonly durableReadings: number;
  readonly confirmedReadings: number;
}

export function createStorageWatch(options: StorageWatchOptions): StorageWatch {
  const { journal, model, clock, quarantine } = options;
  const samples: RateSample[] = [];
  const sample = (): RateSample => {
    const { durableReadings, confirmedReadings } = journal.status();
    return { atMs: clock.now().monoMs, durableReadings, confirmedReadings };
  };
  const take = (): void => {
    samples.push(sample());
    const oldestMs = clock.now().monoMs - WINDOW_MS - SAMPLE_MS;
    while ((samples[0]?.atMs ?? oldestMs) < oldestMs) samples.shift();
  };
  take();
  const timer = setInterval(take, SAMPLE_MS);
  timer.unref();
  return {
    quarantine,
    state() {
      const status = journal.status();
      const rates = toRates(samples, sample());
      const { losses, acknowledged } = journal.losses();
      return {
        journal: toJournalState(status, model.journal, rates),
        forwarder: toForwarderState(status, model.influx, rates),
        loss: toNewLoss(losses),
        losses: losses.toReversed(),
        acknowledged,
      };
    },
    acknowledgeLosses: (losses, by) => journal.acknowledgeLosses(losses, by),
    stop: () => clearInterval(timer),
  };
}

export interface Rates {
  /** Readings in a second; null = not known yet. */
  readonly durablePerS: number | null;
  readonly confirmedPerS: number | null;
}

/** Over the samples that lie within the window before `now`. */
export function toRates(samples: readonly RateSample[], now: RateSample): Rates {
  const first = samples.find(({ atMs }) => now.atMs - atMs <= WINDOW_MS + SAMPLE_MS);
  const ms = first === undefined ? 0 : now.atMs - first.atMs;
  if (first === undefined || ms < LEAST_WINDOW_MS) return { durablePerS: null, confirmedPerS: null };
  const perS = (from: number, to: number): number => (Math.max(0, to - from) * 1_000) / ms;
  return {
    durablePerS: perS(first.durableReadings, now.durableReadings),
    confirmedPerS: perS(first.confirmedReadings, now.confirmedReadings),
  };
}

/** null when nothing waits, or the backlog does not shrink. */
export function toCatchUpMs(
  backlogReadings: number,
  { durablePerS, confirmedPerS }: Rates,
  state: ForwarderState['state'],
): number | null {
  if (backlogReadings === 0 || state !== 'ok' || durablePerS === null || confirmedPerS === null) return null;
  const perS = confirmedPerS - durablePerS;
  return perS < LEAST_CATCH_UP_PER_S ? null : (backlogReadings / perS) * 1_000;
}

function toJournalState(
  status: JournalStatus,
  { maxBytes, maxAgeDays }: SiteModel['journal'],
  { durablePerS }: Rates,
): JournalState {
  const { detail, bytes, inFlightReadings, oldestWaitingMs } = status;
  return {
    state: toState(status),
    detail,
    bytes,
    maxBytes,
    maxAgeDays,
    bytesPerReading: status.sealedReadingBytes,
    oldestMs: status.oldestStampMs,
    fittingHours: status.hoursHeld,
    readingsPerS: durablePerS,
    waitingReadings: inFlightReadings,
    durableDelayMs: inFlightReadings > 0 ? oldestWaitingMs : null,
    lastSyncMs: status.lastSyncMs,
    damagedPlaces: status.damagedPlaces,
    damagedReadings: status.damagedReadings,
  };
}

function toState({ isHealthy, detail, droppedReadings }: JournalStatus): JournalState['state'] {
  if (isHealthy) return detail === '' ? 'ok' : 'upkeep';
  return droppedReadings > 0 && detail.startsWith('no room') ? 'dropping' : 'failing';
}

function toForwarderState(
  { influx, backlogReadings, oldestUnconfirmedMs }: JournalStatus,
  settings: InfluxSettings | null,
  rates: Rates,
): ForwarderState {
  return {
    state: influx.state,
    detail: influx.state === 'ok' ? '' : influx.detail,
    target: settings === null ? null : toTarget(settings),
    backlogReadings,
    oldestUnconfirmedMs,
    confirmedPerS: influx.state === 'off' ? null : rates.confirmedPerS,
    catchUpMs: toCatchUpMs(backlogReadings, rates, influx.state),
    paceRatio: influx.paceRatio,
    retries: influx.retries,
    quarantinedReadings: influx.quarantinedReadings,
  };
}

/** Without user name and password, which an address may carry. */
export function toTarget({ url, database }: Pick<InfluxSettings, 'url' | 'database'>): string {
  if (!URL.canParse(url)) return database;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname} · ${database}`;
}

/** What nobody has taken note of; null = nothing. */
export function toNewLoss(losses: readonly TelemetryLoss[]): LostTelemetry | null {
  const fresh = losses.filter(({ isSeen }) => !isSeen);
  if (fresh.length === 0) return null;
  const gone = fresh.filter(({ isConfirmed }) => isConfirmed !== true);
  const sum = (of: readonly TelemetryLoss[]): number =>
    of.reduce((total, { readings }) => total + readings, 0);
  const sumOf = (kind: TelemetryLoss['kind']): number => sum(gone.filter((loss) => loss.kind === kind));
  const times = (pick: (loss: TelemetryLoss) => number | null): readonly number[] =>
    gone.map(pick).filter((ms) => ms !== null);
  const starts = times(({ fromMs }) => fromMs);
  const ends = times(({ toMs }) => toMs);
  return {
    readings: sum(gone),
    isExact: gone.every(({ isExact }) => isExact),
    expired: sumOf('expired'),
    dropped: sumOf('dropped'),
    pushedOut: sumOf('pushed-out'),
    damaged: sumOf('damaged'),
    kept: sum(fresh) - sum(gone),
    fromMs: starts.length === 0 ? null : Math.min(...starts),
    toMs: ends.length === 0 ? null : Math.max(...ends),
  };
}
