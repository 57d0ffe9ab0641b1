/** The sink against the real VictoriaMetrics: count and checksum of what was written are those of what it exports. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createManagement } from '../../src/sinks/influx-management.ts';
import { createInfluxSink } from '../../src/sinks/influxdb.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { type RunningVictoria, startVictoria } from '../support/victoria-metrics.ts';
import { pumpPoint, type Row, toBlock } from './blocks.ts';

const T = 1_700_000_000_000;
const ACCEPTED = { outcome: 'accepted', rejected: [] };

function digest(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines.toSorted()) hash.update(`${line}\n`);
  return `${lines.length} × ${hash.digest('hex').slice(0, 16)}`;
}

describeWithTools(['victoria-metrics'], 'real VictoriaMetrics', () => {
  let victoria: RunningVictoria;
  beforeAll(async () => {
    victoria = await startVictoria();
  }, 240_000);
  afterAll(() => victoria.stop());

  const stored = async (database: string): Promise<readonly string[]> =>
    (await victoria.export(database)).flatMap(({ metric, values, timestamps }) =>
      values.map((value, at) => `${metric['__name__']} ${metric['equipment']} ${timestamps[at]} ${value}`),
    );

  test('it holds every reading once, with its value of up to 12 digits, also when all is sent twice', async () => {
    const random = createRandom(testSeed());
    const points = Array.from({ length: 100 }, (_, at) =>
      pumpPoint(`pump-${at % 10}`, `p${Math.floor(at / 10)}`),
    );
    const rows = Array.from({ length: 20_000 }, (_, at): Row => {
      // It keeps 12 decimal digits: what instruments give fits in.
      const value =
        [Math.round(random() * 1e3) / 10, Math.round(random() * 1e9) / 1e3, at % 2, -at][at % 4] ?? 0;
      return [at % 100, T + 7 * Math.floor(at / 100), value, 0, at < 100 ? 1 : 0];
    });
    const sink = createInfluxSink(toInfluxSettings({ url: victoria.url, database: 'twice' }));
    for (let time = 0; time < 2; time++) {
      for (let at = 0; at < rows.length; at += 5_000) {
        const block = toBlock(points, rows.slice(at, at + 5_000));
        expect(await sink.send([block], new AbortController().signal)).toEqual(ACCEPTED);
      }
    }
    sink.close();
    const expected = rows.flatMap(([point, stampMs, value], at) => {
      const { kind, name, equipment } = points[point] as (typeof points)[0];
      const line = `${kind}_${name} ${equipment} ${stampMs} ${value === 0 ? 0 : value}`;
      return at < 100 ? [line, `${kind}_${name}_quality ${equipment} ${stampMs} 0`] : [line];
    });
    expect(digest(await stored('twice'))).toBe(digest(expected));
  });

  test('it is recognised, and asked neither for databases, policies nor selects', async () => {
    const hours = { rawHours: 24, minuteHours: 48, quarterHours: 0, hourHours: 0 };
    const management = createManagement(
      toInfluxSettings({ url: victoria.url, database: 'x', rollups: hours }),
    );
    expect(await management.server()).toEqual({ product: 'victoria-metrics', version: '' });
    expect(await management.ensureDatabase()).toBe(false);
    expect(await management.ensureRetention()).toEqual({
      done: [],
      open: [],
      unsupported: expect.stringContaining('-retentionPeriod'),
    });
    await expect(management.select('SELECT p0 FROM pump')).rejects.toMatchObject({ kind: 'unsupported' });
    management.close();
  });
});
