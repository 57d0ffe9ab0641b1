/** What is said of the roll-ups: what is a fault, and what of it is logged, once. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { NO_SINK } from '../../../src/telemetry/forwarder/status.ts';
import { NO_LOSSES } from '../../../src/telemetry/journal/losses.ts';
import type { JournalStatus } from '../../../src/telemetry/journal.ts';
import { type RollupStatus, toRollupFault } from '../../../src/telemetry/rollups/status.ts';
import { createStatusLog } from '../../../src/telemetry/status-log.ts';

const STATEMENT = 'ALTER RETENTION POLICY "riser_1m" ON "riser" DURATION 24h SHARD DURATION 1d';
const CONFLICT = 'field type conflict: input field "p_min"';

const WELL: RollupStatus = {
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
};

test.each<[string, Partial<RollupStatus>, string | null]>([
  ['all well', {}, null],
  ['catching up', { isCatchingUp: true, waitingRows: 5_000 }, null],
  ['refused long ago', { refusedLines: 3, refusals: [CONFLICT] }, null],
  ['down', { state: 'down', detail: '500 gone' }, 'down: 500 gone'],
  ['rejecting', { state: 'rejecting', detail: '401 who' }, 'rejecting: 401 who'],
  ['a disk that fails', { detail: 'EIO' }, 'EIO'],
  ['an open statement', { openStatements: [STATEMENT] }, `statements to run: ${STATEMENT}`],
  [
    'refusing',
    { refusedLines: 3, isRefusing: true, refusals: ['old', CONFLICT] },
    `3 lines refused: ${CONFLICT}`,
  ],
  [
    'down for want of a policy',
    { state: 'down', detail: '500 gone', openStatements: [STATEMENT] },
    `down: 500 gone. statements to run: ${STATEMENT}`,
  ],
])('%s: what a person should see to', (_name, changes, fault) => {
  expect(toRollupFault({ ...WELL, ...changes })).toBe(fault);
});

/** Logs these states of the roll-ups one after the other. @returns the lines */
function logAll(states: readonly (Partial<RollupStatus> | null)[]) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const toStatus = (state: Partial<RollupStatus> | null) =>
    ({
      isHealthy: true,
      damagedPlaces: 0,
      damagedReadings: 0,
      lost: null,
      lossTotals: NO_LOSSES.totals,
      sealingFailure: null,
      influx: NO_SINK,
      rollups: state && { ...WELL, ...state },
    }) as unknown as JournalStatus;
  const log = createStatusLog(pino({ base: null, timestamp: false }, { write }), toStatus(null));
  for (const state of states) log(toStatus(state));
  return lines;
}

test('a fault of the roll-ups is logged once when it begins and once when it ends', () => {
  const down = { state: 'down', detail: '500 gone' } as const;
  const rejecting = { state: 'rejecting', detail: '401 who' } as const;
  expect(logAll([{}, down, down, { ...down, detail: '500 still' }, rejecting, {}, {}])).toEqual([
    { level: 40, ...down, msg: 'roll-ups: cannot be stored; they are computed again later' },
    { level: 40, ...rejecting, msg: 'roll-ups: cannot be stored; they are computed again later' },
    { level: 30, msg: 'roll-ups: stored again' },
  ]);
});

test('statements for a person are logged when they change, with their words', () => {
  const open = { openStatements: [STATEMENT] };
  expect(logAll([open, open, { ...open, sentRows: 20 }, {}, {}])).toEqual([
    { level: 40, statements: [STATEMENT], msg: 'roll-ups: a person must run these InfluxQL statements' },
    { level: 30, msg: 'roll-ups: no statement is left to run' },
  ]);
});

test('each reason of refused lines is logged once', () => {
  const msg = 'roll-ups: lines are refused; they are left out';
  const one = { refusedLines: 1, isRefusing: true, refusals: [CONFLICT] };
  const two = { refusedLines: 3, isRefusing: true, refusals: [CONFLICT, 'another'] };
  expect(logAll([null, one, one, { ...one, isRefusing: false }, two, two, null])).toEqual([
    { level: 40, reason: CONFLICT, msg },
    { level: 40, reason: 'another', msg },
  ]);
});
