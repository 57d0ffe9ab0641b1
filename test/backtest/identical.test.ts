/** A recorded hour replays identically: the same events at the same times, over random readings, gaps and a restart. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCourse } from '../../src/backtest/course.ts';
import { readReadings } from '../../src/backtest/journal-readings.ts';
import { Replay } from '../../src/backtest/replay.ts';
import { toReadPoints } from '../../src/backtest/site.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { createTestModel } from '../support/model.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { type Row, record, toAlarmLine, toTicketLine } from './recording.ts';

const START_MS = Date.UTC(2026, 10, 21, 2, 0, 0);
const HOUR_MS = 3_600_000;
const MODEL = createTestModel({
  equipment: [
    {
      id: 'feeder',
      points: [{ name: 'volts' }],
      rules: [
        {
          id: 'lost',
          type: 'threshold',
          points: ['volts'],
          severity: 'high',
          explains: 'power',
          params: { point: 'volts', lo: { limit: 20, deadband: 2 } },
        },
      ],
    },
    {
      id: 'pump',
      upstream: { power: 'feeder' as never },
      points: [{ name: 'p' }, { name: 'q' }, { name: 'mode' }],
      rules: [
        {
          id: 'high',
          type: 'threshold',
          points: ['p'],
          onDelayMs: 5_000,
          offDelayMs: 3_100,
          params: { point: 'p', hi: { limit: 60, deadband: 5 }, hihi: { limit: 90, severity: 'high' } },
        },
        {
          id: 'low',
          type: 'threshold',
          points: ['q'],
          explainedBy: ['power'],
          unknownHoldMs: 4_000,
          params: { point: 'q', lo: { limit: 15 } },
        },
        {
          id: 'guarded',
          type: 'threshold',
          points: ['q', 'mode'],
          onDelayMs: 1_700,
          params: { point: 'q', hi: { limit: 70 } },
          when: [{ point: 'mode', in: [1], notIn: null }],
        },
        { id: 'p-bad-data', type: 'bad-data', points: ['p'], onDelayMs: 2_000, opensTicket: false },
        { id: 'offline', type: 'offline', points: ['p', 'q', 'mode'], severity: 'low', onDelayMs: 1_000 },
      ],
    },
  ],
});

let data: TemporaryDirectory;
beforeEach(() => {
  data = createTemporaryDirectory();
});
afterEach(() => data.remove());

test('an hour of random readings with bad ones, silence and a restart is replayed event by event', async () => {
  const random = createRandom(testSeed());
  const live = record(MODEL, START_MS);
  const downMs = START_MS + Math.floor(HOUR_MS / 2);
  let atMs = feedUntil(START_MS, downMs);
  live.restart(atMs, atMs + 95_337);
  atMs = feedUntil(atMs + 95_337, START_MS + HOUR_MS);
  live.passTo(START_MS + HOUR_MS);
  await live.write(data.path);

  const said = replayAll();
  expect(live.said.length).toBeGreaterThan(100);
  expect(said).toEqual(live.said);

  function feedUntil(fromMs: number, toMs: number): number {
    let ms = fromMs;
    for (; ms < toMs; ms += 200 + Math.floor(random() * 4_000)) {
      const rows: Row[] = MODEL.points.flatMap(({ index, name }): readonly Row[] => {
        if (random() < 0.3) return [];
        if (random() < 0.05) return [[index, Number.NaN, QUALITIES.timeout.code]];
        if (random() < 0.03) return [[index, Number.NaN, QUALITIES.sentinel.code]];
        const value = name === 'mode' ? Math.floor(random() * 2) : random() * 100;
        return [[index, value, random() < 0.05 ? QUALITIES.step.code : 0]];
      });
      if (rows.length > 0) live.feed(ms, rows);
    }
    return ms;
  }
});

function replayAll(): readonly string[] {
  const said: string[] = [];
  const range = { fromMs: START_MS, toMs: START_MS + HOUR_MS };
  const replay = new Replay({
    model: MODEL,
    startMs: START_MS,
    range,
    staff: null,
    onAlarm: (event) => said.push(toAlarmLine(event)),
    onTicket: (event) => said.push(...toTicketLine(event)),
  });
  const pieces = readReadings({
    ...range,
    directory: join(data.path, 'journal'),
    points: MODEL.points.map(({ id }) => id),
    isRead: toReadPoints([MODEL]),
    onDamage: () => expect.unreachable('the journal is whole'),
  });
  runCourse(pieces, {
    epoch: MODEL.epoch,
    replays: [replay],
    range,
    lostToMs: START_MS,
    silenceMs: 300_000,
    onProgress: () => undefined,
    elapsedMs: () => 0,
  });
  return said;
}
