/**
 * Data-quality figures of every point as Prometheus text (`GET /metrics/points`, a scrape target of its own). Written
 * straight into chunks, one turn of the event loop each: a site of 50,000 points has some 30 MB of it.
 *
 * All lines of one metric stand together, as the format asks; the figures are taken in one pass before the first line,
 * so one scrape tells of one time. Source: Prometheus, exposition formats, text format 0.0.4.
 */
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PointDef } from '../config/model.ts';
import { RiserError } from '../core/errors.ts';
import type { PointQuality } from '../telemetry/point-quality-view.ts';
import { forEachInTurns } from './in-turns.ts';
import type { ApiServices } from './services.ts';

export const POINT_METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Scrapes under way at once: a scraper and a curious person. Each holds 40 bytes a point. */
export const MAX_POINT_SCRAPES = 2;

/** Lines of one chunk: some 50 kB, made in about 1 ms. Text that lives for one turn only costs the collector nothing. */
const LINES_PER_TURN = 500;

const SECOND_MS = 1_000;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  /** NaN = no line for this point. */
  readonly value: (figures: PointQuality, nowMs: number) => number;
}

const METRICS: readonly Metric[] = [
  {
    name: 'riser_point_good_ratio',
    help: 'Share of the time since start in which the value was good',
    type: 'gauge',
    value: ({ goodRatio }) => goodRatio ?? Number.NaN,
  },
  {
    name: 'riser_point_last_good_seconds',
    help: 'Age of the last good reading; no line where there was none since start',
    type: 'gauge',
    value: ({ lastGoodMs }, nowMs) => toAgeSeconds(lastGoodMs, nowMs),
  },
  {
    name: 'riser_point_never_good',
    help: '1 = no good reading since start',
    type: 'gauge',
    value: ({ good }) => Number(good === 0),
  },
  {
    name: 'riser_point_sentinels_total',
    help: 'Readings that said "not available"',
    type: 'counter',
    value: ({ sentinels }) => sentinels,
  },
  {
    name: 'riser_point_unchanged_seconds',
    help: 'Time since the value last changed; no line where there is no usable value',
    type: 'gauge',
    value: ({ unchangedSinceMs }, nowMs) => toAgeSeconds(unchangedSinceMs, nowMs),
  },
];

/** Not below 0, whatever the wall clock has done since. */
function toAgeSeconds(sinceMs: number | null, nowMs: number): number {
  return sinceMs === null ? Number.NaN : Math.max(0, nowMs - sinceMs) / SECOND_MS;
}

type Services = Pick<ApiServices, 'model' | 'pointQuality' | 'clock'>;

/**
 * One for each server. The stream is made by the call and gives its place back when it closes, read to its end or not.
 * @throws RiserError `too-many-requests` when MAX_POINT_SCRAPES are under way; counted with the problems of the API
 */
export function createPointMetrics(): (services: Services) => Readable {
  let underWay = 0;
  return (services) => {
    if (underWay >= MAX_POINT_SCRAPES) throw new RiserError('too-many-requests');
    underWay++;
    return Readable.from(render(services), { objectMode: false }).once('close', () => {
      underWay--;
    });
  };
}

async function* render({ model, pointQuality, clock }: Services): AsyncGenerator<string, void, void> {
  const { points } = model;
  const columns = METRICS.map((metric) => ({ metric, values: new Float64Array(points.length) }));
  await forEachInTurns(points.length, (at) => {
    const figures = pointQuality.get(at);
    const nowMs = clock.now().wallMs;
    for (const { metric, values } of columns) values[at] = metric.value(figures, nowMs);
  });
  const site = toLabelValue(model.site.id);
  for (const { metric, values } of columns) {
    const { name, help, type } = metric;
    yield `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (let from = 0; from < points.length; from += LINES_PER_TURN) {
      await nextTurn();
      const part = points.slice(from, from + LINES_PER_TURN);
      yield toLines(name, site, part, values.subarray(from, from + part.length));
    }
  }
}

function toLines(name: string, site: string, points: readonly PointDef[], values: Float64Array): string {
  let lines = '';
  for (const [at, point] of points.entries()) {
    const value = values[at] as number;
    if (!Number.isNaN(value)) lines += `${name}${toLabels(site, point)} ${value}\n`;
  }
  return lines;
}

function toLabels(site: string, { equipment, name, link }: PointDef): string {
  return `{site="${site}",equipment="${toLabelValue(equipment)}",point="${toLabelValue(name)}",link="${toLabelValue(link ?? '')}"}`;
}

/** Escaped as the text format asks: backslash, double quote, line feed. */
export function toLabelValue(text: string): string {
  if (!/[\\"\n]/.test(text)) return text;
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}
