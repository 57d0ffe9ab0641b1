/** The gateway's own figures: each that the profile names is there, and shows what its part counts. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createSelfWatch, type SelfWatchOptions } from '../src/self-watch.ts';
import { IDLE_STATUS, NO_SINK } from '../src/telemetry/forwarder/status.ts';
import type { JournalStatus } from '../src/telemetry/journal.ts';

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

function create(notPutBack: number, journal: Partial<JournalStatus> = {}) {
  const parts = {
    engine: { status: () => ({ idleMs: 0, isHealthy: true, detail: '' }) },
    store: { status: () => ({ isHealthy: true, commits: 1 }) },
    acquisition: { links: () => [] },
    journal: {
      status: () => ({ isHealthy: true, detail: '', damagedPlaces: 0, influx: NO_SINK, ...journal }),
    },
  } as unknown as Pick<SelfWatchOptions, 'engine' | 'store' | 'acquisition' | 'journal'>;
  const counters = () => ({ notPutBack }) as ReturnType<SelfWatchOptions['writing']['counters']>;
  const backups = { ageHours: () => 3, failed: () => 1 };
  const watch = createSelfWatch({ ...parts, directory: '/', writing: { counters }, backups });
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
