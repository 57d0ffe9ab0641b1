/** What the log says of losses: each kind by itself, with count and range. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { NO_SINK } from '../../src/telemetry/forwarder/status.ts';
import {
  addLoss,
  type LossBook,
  type NewLoss,
  NO_LOSSES,
  toLost,
} from '../../src/telemetry/journal/losses.ts';
import type { JournalStatus } from '../../src/telemetry/journal.ts';
import { createStatusLog } from '../../src/telemetry/status-log.ts';

const LOSS: NewLoss = {
  kind: 'expired',
  readings: 5,
  isExact: true,
  fromMs: 1,
  toMs: 2,
  isConfirmed: false,
};

function toStatus({ losses, totals }: LossBook): JournalStatus {
  return {
    isHealthy: true,
    detail: '',
    damagedPlaces: 0,
    damagedReadings: 0,
    lost: toLost(losses),
    lossTotals: totals,
    sealingFailure: null,
    influx: NO_SINK,
    rollups: null,
  } as unknown as JournalStatus;
}

/** @returns kind, readings and message of each line. */
function logAll(losses: readonly NewLoss[]): readonly unknown[] {
  const lines: unknown[] = [];
  const write = (line: string): void => {
    const { kind, readings, msg } = JSON.parse(line) as Record<string, unknown>;
    lines.push([kind, readings, msg]);
  };
  const log = createStatusLog(pino({}, { write }), toStatus(NO_LOSSES));
  let book = NO_LOSSES;
  for (const loss of losses) {
    book = addLoss(book, loss, 0);
    log(toStatus(book));
    log(toStatus(book));
  }
  return lines;
}

test('each loss is logged once, with what was lost by it', () => {
  expect(logAll([LOSS, { ...LOSS, kind: 'damaged', readings: 7 }, LOSS])).toEqual([
    ['expired', 5, 'journal: full; readings were deleted before the sink had them'],
    ['damaged', 7, 'journal: readings are damaged'],
    ['expired', 5, 'journal: full; readings were deleted before the sink had them'],
  ]);
});

test('drops that go on are logged when they begin', () => {
  expect(
    logAll([
      { ...LOSS, kind: 'dropped' },
      { ...LOSS, kind: 'dropped', readings: 9 },
    ]),
  ).toEqual([['dropped', 5, 'journal: no room for readings; they were dropped']]);
});
