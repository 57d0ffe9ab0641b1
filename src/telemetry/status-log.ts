/** Logs what changes in the state of the journal, its sink and its roll-ups, once per change. */
import type { Logger } from 'pino';
import { LOSS_KINDS, type LossKind } from './journal/losses.ts';
import type { JournalStatus } from './journal.ts';
import type { RollupStatus } from './rollups/status.ts';

/** @param first the status at start; damage found by the recovery is logged at once */
export function createStatusLog(log: Logger, first: JournalStatus): (status: JournalStatus) => void {
  if (first.damagedPlaces > 0) {
    log.warn(
      { places: first.damagedPlaces },
      'journal: damaged or unfinished blocks found at start; they cost only themselves',
    );
  }
  let before = first;
  return (status) => {
    logHealth(log, before, status);
    logSink(log, before, status);
    logLosses(log, before, status);
    logRollups(log, before.rollups ?? null, status.rollups ?? null);
    before = status;
  };
}

function logHealth(log: Logger, before: JournalStatus, status: JournalStatus): void {
  if (before.isHealthy === status.isHealthy) return;
  if (status.isHealthy) log.info('journal: healthy again');
  else log.error({ detail: status.detail }, 'journal: readings are not becoming durable');
}

function logSink(log: Logger, before: JournalStatus, status: JournalStatus): void {
  const { state, detail } = status.influx;
  if (before.influx.state === state) return;
  const backlogReadings = status.backlogReadings;
  if (state === 'ok') log.info({ backlogReadings }, 'influxdb: takes readings again');
  else log.warn({ state, detail, backlogReadings }, 'influxdb: takes no readings; they stay in the journal');
}

const LOSS_TEXTS = {
  expired: 'journal: full; readings were deleted before the sink had them',
  dropped: 'journal: no room for readings; they were dropped',
  'pushed-out': 'quarantine: full; the oldest readings were pushed out',
  damaged: 'journal: readings are damaged',
} as const satisfies Record<LossKind, string>;

function logLosses(log: Logger, before: JournalStatus, status: JournalStatus): void {
  for (const kind of LOSS_KINDS) {
    const [total, known] = [status.lossTotals[kind], before.lossTotals[kind]];
    // Drops go on for as long as their cause does; the journal being unhealthy tells of those.
    const isTold = kind === 'dropped' && known.losses > 0 && before.lost !== null;
    if (total.losses === known.losses || isTold) continue;
    log.error({ ...status.lost, kind, readings: total.readings - known.readings }, LOSS_TEXTS[kind]);
  }
  if (status.sealingFailure !== null && before.sealingFailure === null) {
    log.warn(
      { reason: status.sealingFailure },
      'journal: sealing fails; segments stay as they are meanwhile',
    );
  }
  if (status.damagedReadings > before.damagedReadings) {
    log.error({ readings: status.damagedReadings }, 'journal: damaged readings could not be forwarded');
  }
  if (status.influx.rejectedReadings > 0 && before.influx.rejectedReadings === 0) {
    log.warn('influxdb: refuses readings; they are set aside in the quarantine');
  }
}

function logRollups(log: Logger, before: RollupStatus | null, status: RollupStatus | null): void {
  if (status === null) return;
  const { state, detail, openStatements } = status;
  const [stateBefore, detailBefore] = [before?.state ?? 'ok', before?.detail ?? ''];
  const isWell = state === 'ok' && detail === '';
  if (state !== stateBefore || (detail === '') !== (detailBefore === '')) {
    if (isWell) log.info('roll-ups: stored again');
    else log.warn({ state, detail }, 'roll-ups: cannot be stored; they are computed again later');
  }
  if (openStatements.join(';') !== (before?.openStatements ?? []).join(';')) {
    if (openStatements.length === 0) log.info('roll-ups: no statement is left to run');
    else log.warn({ statements: openStatements }, 'roll-ups: a person must run these InfluxQL statements');
  }
  for (const reason of status.refusals.slice(before?.refusals.length ?? 0)) {
    log.warn({ reason }, 'roll-ups: lines are refused; they are left out');
  }
}
