/**
 * The gateway watches itself: its own points (a failing store is an alarm like a failing pump), /health, /ready and
 * the figures of /metrics, all from the same sources.
 */
import { statfsSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Acquisition } from './acquisition/acquisition.ts';
import type { Figure, HealthReport } from './api/services.ts';
import type { BackupRunner } from './backup/runner.ts';
import type { CommissioningStatus } from './commissioning/port.ts';
import type { Engine } from './engine/engine.ts';
import { toBackupFigures, toFigures, toLinkFigures, toLossFigures } from './figures.ts';
import { toOutboxPoints } from './notify/figures.ts';
import type { OutboxStatus } from './notify/outbox.ts';
import type { Store } from './store/store.ts';
import type { DeviceClocks } from './telemetry/device-clocks.ts';
import type { Journal, JournalStatus } from './telemetry/journal.ts';
import { type RollupStatus, toRollupFault } from './telemetry/rollups/status.ts';
import type { Writing } from './writing/writing.ts';

export interface SelfWatchOptions {
  readonly directory: string;
  readonly engine: Engine;
  readonly journal: Journal;
  readonly store: Store;
  readonly acquisition: Acquisition;
  readonly writing: Pick<Writing, 'counters'>;
  readonly clocks: Pick<DeviceClocks, 'wrong'>;
  readonly backups: Pick<BackupRunner, 'ageHours' | 'failed' | 'status'>;
  readonly commissioning: () => CommissioningStatus;
  /** null = no message is sent yet. */
  readonly outbox: () => OutboxStatus | null;
}

export interface SelfWatch {
  /** Values of the gateway's own points, by the figure name in devices/riser-gateway.yaml. */
  readonly points: Readonly<Record<string, () => number>>;
  /** The API is bound. */
  listening(): void;
  isReady(): boolean;
  health(): HealthReport;
  figures(): readonly Figure[];
  stop(): void;
}

/** A decision loop that has not turned for this long is stuck; the sweep turns it four times a second. */
const STUCK_AFTER_MS = 10_000;
/** Interval of the timer whose lateness is measured. */
const DELAY_RESOLUTION_MS = 20;
/** Window of the event-loop delay histogram. */
const DELAY_WINDOW_MS = 10_000;
const MINUTE_MS = 60_000;
/** Windows over which dropped readings are an alarm: 10 min, so that it returns when no more are lost. */
const DROPPED_WINDOWS = 60;

export function createSelfWatch(options: SelfWatchOptions): SelfWatch {
  const { engine, journal, store, acquisition, writing } = options;
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  let [delayMs, isListening] = [0, false];
  /** Dropped readings at the end of each of the last windows, oldest first. */
  const droppedBefore: number[] = [];
  const timer = setInterval(() => {
    // The histogram holds whole intervals of its timer; what exceeds the resolution is delay.
    delayMs = Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS);
    delay.reset();
    droppedBefore.push(journal.status().droppedReadings);
    if (droppedBefore.length > DROPPED_WINDOWS) droppedBefore.shift();
  }, DELAY_WINDOW_MS);
  timer.unref();

  const isAlive = (): boolean => engine.status().idleMs < STUCK_AFTER_MS;

  return {
    points: {
      'journal-healthy': () => Number(journal.status().isHealthy),
      'journal-dropped': () =>
        journal.status().droppedReadings -
        (droppedBefore.length < DROPPED_WINDOWS ? 0 : (droppedBefore[0] ?? 0)),
      'journal-used': () => journal.status().unconfirmedRatio * 100,
      'journal-lost': () => journal.status().lost?.readings ?? 0,
      'journal-delay': () => journal.status().oldestWaitingMs / 1_000,
      'influx-healthy': () =>
        journal.status().influx.state === 'off' ? Number.NaN : Number(journal.status().influx.state === 'ok'),
      quarantined: () => {
        const { state, quarantinedReadings } = journal.status().influx;
        return state === 'off' ? Number.NaN : quarantinedReadings;
      },
      'influx-backlog': () => journal.status().backlogReadings,
      'influx-age': () => (journal.status().oldestUnconfirmedAgeMs ?? 0) / MINUTE_MS,
      'store-healthy': () => Number(store.status().isHealthy && engine.status().isHealthy),
      'clocks-wrong': () => options.clocks.wrong(),
      'rules-failing': () => engine.status().failingRules,
      'tickets-stuck': () => engine.status().stuckTickets,
      'disk-free': () => toFreePercent(options.directory),
      'loop-delay': () => delayMs,
      'reverts-failed': () => writing.counters().notPutBack,
      'backup-age': () => options.backups.ageHours(),
      'backup-failed': () => options.backups.failed(),
      ...toOutboxPoints(options.outbox),
    },
    listening() {
      isListening = true;
    },
    isReady: () => isListening && isAlive() && store.status().isHealthy,
    health: () => toHealth(options, isAlive()),
    figures: () => [
      ...toFigures('riser_engine', { ...engine.status() }),
      ...toFigures('riser_journal', { ...journal.status() }),
      ...toFigures('riser_influx', { ...journal.status().influx }),
      ...toRollupFigures(journal.status().rollups ?? null),
      ...toLossFigures(journal.status().lossTotals),
      ...toBackupFigures(options.backups.status()),
      ...toFigures('riser_store', { ...store.status() }),
      ...toFigures('riser_commissioning', { ...options.commissioning() }),
      {
        name: 'riser_loop_delay_p99_ms',
        help: 'Event-loop delay, p99 of the last 10 s',
        type: 'gauge',
        value: delayMs,
      },
      ...acquisition.links().flatMap(toLinkFigures),
    ],
    stop() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

function toHealth(
  { engine, journal, store, acquisition, commissioning }: SelfWatchOptions,
  isAlive: boolean,
): HealthReport {
  const { influx, ...own } = journal.status();
  const loop = engine.status();
  const state = store.status();
  const links = acquisition.links().map((link) => ({
    name: `link:${link.link}`,
    isHealthy: link.state === 'online',
    detail: link.reason === null ? link.state : `${link.state}: ${link.reason}`,
  }));
  const parts = [
    {
      name: 'engine',
      isHealthy: isAlive && loop.isHealthy && loop.stuckTickets === 0,
      detail: isAlive ? loop.detail : 'stuck',
    },
    { name: 'store', isHealthy: state.isHealthy, detail: `${state.commits} commits` },
    { name: 'journal', isHealthy: own.isHealthy, detail: own.detail || toDamage(own) },
    {
      name: 'influxdb',
      isHealthy: influx.state === 'ok' || influx.state === 'off',
      detail: `${influx.state}: ${influx.detail}`,
    },
    toRollupPart(own.rollups ?? null),
    toCommissioningPart(commissioning()),
    ...links,
  ];
  const status = !isAlive ? 'failed' : parts.every((part) => part.isHealthy) ? 'ok' : 'degraded';
  return { isAlive, status, parts };
}

function toRollupPart(status: RollupStatus | null): HealthReport['parts'][number] {
  if (status === null) return { name: 'rollups', isHealthy: true, detail: 'off' };
  const fault = toRollupFault(status);
  const work = status.isCatchingUp ? 'catching up' : 'ok';
  return { name: 'rollups', isHealthy: fault === null, detail: fault ?? work };
}

/** A building that is being commissioned is in order; life safety that calls nobody is not, and says so until it does. */
function toCommissioningPart(status: CommissioningStatus): HealthReport['parts'][number] {
  const { open, overdue, unsigned, silent, silentTotal, isHealthy } = status;
  const name = 'commissioning';
  if (open === 0) return { name, isHealthy, detail: isHealthy ? 'none' : 'notes cannot be stored' };
  const names = silent.map(({ key }) => key).join(', ');
  const safety =
    silentTotal === 0 ? '' : `; LIFE SAFETY: ${silentTotal} alarms open no ticket and ring nobody: ${names}`;
  const late = overdue === 0 ? '' : `, ${overdue} overdue`;
  const detail = `${open} in commissioning${late}, ${unsigned} points unproven${safety}`;
  return { name, isHealthy: isHealthy && silentTotal === 0, detail };
}

function toRollupFigures(status: RollupStatus | null): readonly Figure[] {
  if (status === null) return [];
  const isHealthy = toRollupFault(status) === null;
  return toFigures('riser_rollups', { ...status, isHealthy, openStatements: status.openStatements.length });
}

/** Damage found at the start costs only itself, but is said as long as the process runs. */
function toDamage({
  damagedPlaces,
  damagedReadings,
}: Pick<JournalStatus, 'damagedPlaces' | 'damagedReadings'>): string {
  if (damagedPlaces === 0) return '';
  return `writing; ${damagedReadings} readings in ${damagedPlaces} damaged places could not be read`;
}

function toFreePercent(directory: string): number {
  try {
    const { bavail, blocks } = statfsSync(directory);
    return blocks === 0 ? Number.NaN : (bavail / blocks) * 100;
  } catch {
    // The directory's disk is gone: no value, which the point shows as bad quality.
    return Number.NaN;
  }
}
