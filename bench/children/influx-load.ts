/**
 * A writer that sends batches of points as fast as the server takes them: our sink with its blocks, or `writePoints` of the
 * `influx` package with its objects. Both write the same: 2,000 equipment with one point each, a float with one decimal,
 * two tags, stamps in ms. Each loads what it needs and nothing of the other.
 */
import type { IPoint } from 'influx';
import type { SinkBlock } from '../../src/sinks/sink.ts';
import { createRandom } from './field.ts';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface InfluxLoadSetup {
  readonly client: 'sink' | 'writePoints';
  readonly url: string;
  readonly database: string;
  readonly series: number;
  readonly batch: number;
  /** Writes under way at once. */
  readonly writes: number;
}

interface Writer {
  /** @returns whether all of the batch was stored */
  write(batch: Batch): Promise<boolean>;
  close(): void;
}

/** Points of consecutive seconds; `firstSecond` differs from batch to batch. */
interface Batch {
  readonly firstSecond: number;
  readonly values: Float64Array;
}

const START_MS = 1_700_000_000_000;
const TIMEOUT_MS = 30_000;

serveSubject<InfluxLoadSetup>(async (setup) => {
  const writer = await OPENERS[setup.client](setup);
  const random = createRandom(1);
  const values = Float64Array.from({ length: setup.batch }, () => Math.round(random() * 1_000) / 10);
  const secondsEach = Math.ceil(setup.batch / setup.series);
  let nextSecond = 0;
  const stop = new AbortController();
  const counts = { readings: 0, failures: 0 };
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const firstSecond = nextSecond;
      nextSecond += secondsEach;
      if (await writer.write({ firstSecond, values })) counts.readings += setup.batch;
      else counts.failures++;
    }
  };
  const running = Array.from({ length: setup.writes }, run);
  return {
    count: () => ({ ...NO_COUNTS, ...counts, atMs: nowMs() }),
    async stop() {
      stop.abort();
      await Promise.all(running);
      writer.close();
    },
  };
});

const OPENERS: Readonly<Record<InfluxLoadSetup['client'], (setup: InfluxLoadSetup) => Promise<Writer>>> = {
  async sink(setup) {
    const { createInfluxSink } = await import('../../src/sinks/influxdb.ts');
    const sink = createInfluxSink({
      url: setup.url,
      database: setup.database,
      username: null,
      password: null,
      token: null,
      retentionPolicy: null,
      timeoutMs: TIMEOUT_MS,
      gzip: null,
      catchUpPerS: 1,
      rollups: null,
    });
    const points = Array.from({ length: setup.series }, (_, at) => ({
      site: 'bench',
      equipment: `pump-${at}`,
      kind: 'pump',
      name: 'pressure',
    }));
    const { signal } = new AbortController();
    return {
      async write(batch) {
        const result = await sink.send([toBlock(batch, points, setup)], signal);
        return result.outcome === 'accepted' && result.rejected.length === 0;
      },
      close: () => sink.close(),
    };
  },
  async writePoints(setup) {
    const { InfluxDB } = await import('influx');
    const { hostname, port } = new URL(setup.url);
    const influx = new InfluxDB({
      host: hostname,
      port: Number(port),
      database: setup.database,
      pool: { requestTimeout: TIMEOUT_MS },
    });
    return {
      write: (batch) =>
        influx.writePoints(toPoints(batch, setup), { precision: 'ms' }).then(
          () => true,
          () => false,
        ),
      close: () => {},
    };
  },
};

function toBlock(
  { firstSecond, values }: Batch,
  points: SinkBlock['points'],
  { series }: InfluxLoadSetup,
): SinkBlock {
  const count = values.length;
  const point = new Uint32Array(count);
  const stampMs = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    point[at] = at % series;
    stampMs[at] = START_MS + (firstSecond + Math.floor(at / series)) * 1_000;
  }
  const none = new Uint8Array(count);
  return { points, rows: { count, point, stampMs, value: values, quality: none, mark: none } };
}

function toPoints({ firstSecond, values }: Batch, { series }: InfluxLoadSetup): IPoint[] {
  return Array.from(values, (pressure, at) => ({
    measurement: 'pump',
    tags: { equipment: `pump-${at % series}`, site: 'bench' },
    fields: { pressure },
    timestamp: START_MS + (firstSecond + Math.floor(at / series)) * 1_000,
  }));
}
