/** The gateway's own figures: each that the profile names is there, and shows what its part counts. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { BackupStatus } from '../src/backup/port.ts';
import { toEventFigures, toOutboxFigures } from '../src/figures.ts';
import type { OutboxStatus } from '../src/notify/outbox.ts';
import { createSelfWatch, type SelfWatchOptions } from '../src/self-watch.ts';
import { IDLE_STATUS, NO_SINK } from '../src/telemetry/forwarder/status.ts';
import { NO_LOSSES } from '../src/telemetry/journal/losses.ts';
import type { JournalStatus } from '../src/telemetry/journal.ts';
import { NOT_COMMISSIONING } from './api/fake-commissioning.ts';

const PROFILE = new URL('../devices/riser-gateway.yaml', import.meta.url);

const ROLLUPS = {
  state: 'ok',
  detail: '',
  sentRows: 10,
  refusedLines: 0,
  isRefusing: false,
  refusals: [],
  waitingRows: 0,
  droppedRows: 0,
  openStatements: [],
  isCatchingUp: false,
  storedToMs: null,
  lateReadings: 0,
} as const satisfies JournalStatus['rollups'];

const NO_BACKUP: BackupStatus = {
  lastOkMs: null,
  lastFailure: null,
  isRunning: false,
  progressRatio: null,
  bytes: null,
  durationMs: null,
  nextMs: null,
};

function create(
  notPutBack: number,
  journal: Partial<JournalStatus> = {},
  backup = NO_BACKUP,
  outbox: OutboxStatus | null = null,
) {
  const parts = {
    engine: { status: () => ({ idleMs: 0, isHealthy: true, detail: '', stuckTickets: 0 }) },
    store: { status: () => ({ isHealthy: true, commits: 1 }) },
    acquisition: { links: () => [] },
    journal: {
      status: () => ({
        isHealthy: true,
        detail: '',
        damagedPlaces: 0,
        lost: null,
        lossTotals: NO_LOSSES.totals,
        influx: NO_SINK,
        ...journal,
      }),
    },
  } as unknown as Pick<SelfWatchOptions, 'engine' | 'store' | 'acquisition' | 'journal'>;
  const counters = () => ({ notPutBack }) as ReturnType<SelfWatchOptions['writing']['counters']>;
  const backups = { ageHours: () => 3, failed: () => 1, status: () => backup };
  const watch = createSelfWatch({
    ...parts,
    directory: '/',
    writing: { counters },
    backups,
    clocks: { wrong: () => 0 },
    outbox: () => outbox,
    commissioning: () => NOT_COMMISSIONING,
  });
  onTestFinished(() => watch.stop());
  return watch;
}

test('every figure of the profile is supplied, and no other', () => {
  const named = [...readFileSync(PROFILE, 'utf8').matchAll(/figure: ([\w-]+)/g)].map(([, figure]) => figure);
  expect(Object.keys(create(0).points).toSorted((a, b) => a.localeCompare(b))).toEqual(
    named.toSorted((a = '', b = '') => a.localeCompare(b)),
  );
});

test.each([0, 2])('%i points that were not put back are that many', (count) => {
  expect(create(count).points['reverts-failed']?.()).toBe(count);
});

test('readings in quarantine are counted; without InfluxDB there is no value', () => {
  const influx = { ...IDLE_STATUS, quarantinedReadings: 7 };
  expect(create(0, { influx }).points['quarantined']?.()).toBe(7);
  expect(create(0).points['quarantined']?.()).toBeNaN();
});

test.each<[string, JournalStatus['rollups'], boolean, string]>([
  ['off', null, true, 'off'],
  ['well', ROLLUPS, true, 'ok'],
  ['catching up', { ...ROLLUPS, isCatchingUp: true }, true, 'catching up'],
  ['refused', { ...ROLLUPS, state: 'rejecting', detail: '401 who' }, false, 'rejecting: 401 who'],
  ['waiting for a person', { ...ROLLUPS, openStatements: ['ALTER x'] }, false, 'statements to run: ALTER x'],
])('health with roll-ups that are %s', (_name, rollups = null, isHealthy, detail) => {
  const { parts, status } = create(0, { rollups }).health();
  expect(parts).toContainEqual({ name: 'rollups', isHealthy, detail });
  expect(status).toBe(isHealthy ? 'ok' : 'degraded');
});

test('figures of the roll-ups say how much was stored and refused, and what is open', () => {
  const rollups = { ...ROLLUPS, refusedLines: 2, isRefusing: true, openStatements: ['ALTER x'] };
  const figures = create(0, { rollups }).figures();
  const found = figures.filter(({ name }) => name.startsWith('riser_rollups_'));
  expect(Object.fromEntries(found.map(({ name, value }) => [name, value]))).toEqual({
    riser_rollups_sent_rows_total: 10,
    riser_rollups_refused_lines_total: 2,
    riser_rollups_refusing: 1,
    riser_rollups_waiting_rows: 0,
    riser_rollups_dropped_rows_total: 0,
    riser_rollups_open_statements: 1,
    riser_rollups_catching_up: 0,
    riser_rollups_late_readings_total: 0,
    riser_rollups_healthy: 0,
  });
  expect(
    create(0)
      .figures()
      .some(({ name }) => name.startsWith('riser_rollups_')),
  ).toBe(false);
});

test('messages that wait or were given up are those of the outbox; before it runs there are none', () => {
  const outbox: OutboxStatus = {
    queued: 4,
    sent: 0,
    failed: 9,
    dropped: 0,
    retries: 30,
    failedLately: 2,
    undelivered: 1,
    oldestMs: 61_500,
    recordFailures: 0,
    channels: [],
  };
  const { points } = create(0, {}, NO_BACKUP, outbox);
  expect([points['message-delay']?.(), points['messages-failed']?.()]).toEqual([61.5, 3]);
  const { points: early } = create(0);
  expect([early['message-delay']?.(), early['messages-failed']?.()]).toEqual([0, 0]);
});

test('figures of messages are those of each channel, and what is counted of all of them', () => {
  const lane = {
    queued: 1,
    running: 0,
    sent: 5,
    retries: 2,
    failed: 1,
    dropped: 0,
    awaitingPage: 0,
    undelivered: 1,
    oldestMs: 9,
  };
  const figures = toOutboxFigures({
    ...lane,
    queued: 2,
    failedLately: 1,
    recordFailures: 3,
    channels: [
      { ...lane, channel: 'inbox', trouble: null },
      { ...lane, channel: 'webhook', trouble: '500 no' },
    ],
  });
  const of = (name: string) =>
    figures
      .filter((figure) => figure.name === `riser_outbox_${name}`)
      .map(({ value, type, labels }) => [labels?.['channel'], value, type]);
  expect(of('sent_total')).toEqual([
    ['inbox', 5, 'counter'],
    ['webhook', 5, 'counter'],
  ]);
  expect(of('queued')).toEqual([
    ['inbox', 1, 'gauge'],
    ['webhook', 1, 'gauge'],
  ]);
  expect(of('trouble').map(([, value]) => value)).toEqual([0, 1]);
  expect(of('failed_lately')).toEqual([[undefined, 1, 'gauge']]);
  expect(of('record_failures_total')).toEqual([[undefined, 3, 'counter']]);
});

test('losses are counted by kind, and the point of the alarm holds what nobody has taken note of', () => {
  const lossTotals = { ...NO_LOSSES.totals, damaged: { readings: 40, losses: 2 } };
  const lost = { readings: 12, isExact: false, fromMs: null, toMs: null };
  const watch = create(0, { lossTotals, lost });
  const of = (name: string) =>
    Object.fromEntries(
      watch
        .figures()
        .filter((figure) => figure.name === name)
        .map(({ labels, value, type }) => [labels?.['kind'], [value, type]]),
    );
  expect(of('riser_lost_readings_total')).toEqual({
    expired: [0, 'counter'],
    dropped: [0, 'counter'],
    'pushed-out': [0, 'counter'],
    damaged: [40, 'counter'],
  });
  expect(of('riser_losses_total')).toMatchObject({ damaged: [2, 'counter'] });
  expect(watch.points['journal-lost']?.()).toBe(12);
});

test('figures of the backups are those of the newest one; there are none before the first', () => {
  const failure = { atMs: 2, code: 'backup-failed', text: { zh: '', en: '' } } as const;
  const of = (backup?: BackupStatus) =>
    create(0, {}, backup)
      .figures()
      .filter(({ name }) => name.startsWith('riser_backup_'))
      .map(({ name, value }) => [name, value]);
  expect(of()).toEqual([]);
  expect(of({ ...NO_BACKUP, lastOkMs: 1_700_000_000_500, bytes: 12 })).toEqual([
    ['riser_backup_last_success_timestamp_seconds', 1_700_000_000.5],
    ['riser_backup_last_result', 1],
    ['riser_backup_bytes', 12],
  ]);
  expect(of({ ...NO_BACKUP, lastFailure: failure })).toEqual([['riser_backup_last_result', 0]]);
});

test('events are counted under a name that says so', () => {
  const counters = { events: 3, refused: 1, dropped_link_lines: 0, failures: 2 };
  expect(toEventFigures(counters).map(({ name, type, value }) => [name, type, value])).toEqual([
    ['riser_telemetry_events_total', 'counter', 3],
    ['riser_events_refused_total', 'counter', 1],
    ['riser_events_dropped_link_lines', 'gauge', 0],
    ['riser_events_failures_total', 'counter', 2],
  ]);
});
