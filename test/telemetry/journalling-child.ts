/**
 * A process that journals until it is killed: `node journalling-child.ts <directory> <influx url> <run>`.
 * Its readings have the values run × 1,000,000 + 0, 1, 2 …, round robin over its points. It prints one line per status: how
 * many of them are durable.
 */
import { pino } from 'pino';
import { createJournal } from '../../src/telemetry/journal.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const [directory = '', url = '', run = '0'] = process.argv.slice(2);
const POINTS = 4;
const PER_TURN = 40;
const first = Number(run) * 1_000_000;

const journal = await createJournal({
  directory,
  model: createTestModel(pumpPoints(2, POINTS / 2)),
  settings: { maxAgeDays: 30, maxBytes: 1e9 },
  influx: toInfluxSettings({ url, database: 'killed', timeoutMs: 2000 }),
  log: pino({ level: 'silent' }),
});
journal.onStatus(({ durableReadings }) => process.stdout.write(`${durableReadings}\n`));
let next = 0;
setInterval(() => {
  const nowMs = Date.now();
  const readings = Array.from({ length: PER_TURN }, (): TestReading => {
    const at = next++;
    return [at % POINTS, first + at, nowMs];
  });
  journal.append(toBatch(readings));
}, 5);
process.stdout.write('0\n');
