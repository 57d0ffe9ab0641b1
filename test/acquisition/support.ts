/** What the tests of acquisition share: a recorder of readings and states, a clock on the process's timers, a quiet log. */
import { pino } from 'pino';
import { type Acquisition, createAcquisition } from '../../src/acquisition/acquisition.ts';
import type { SiteModel } from '../../src/config/model.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { LinkStatus } from '../../src/core/link.ts';
import { type QualityReason, toQualityReason } from '../../src/core/quality.ts';
import type { ReadingBatch } from '../../src/core/reading.ts';
import { createTexts } from '../../src/core/texts.ts';
import type { Driver } from '../../src/drivers/driver.ts';

/** Follows vitest's fake timers when they are on. */
export const processClock: Clock = {
  now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot-1' }),
};

export interface Seen {
  readonly point: number;
  readonly value: number;
  readonly quality: QualityReason;
  readonly sourceMs: number;
  readonly receivedMs: number;
  readonly monoMs: number;
}

export interface Recorder {
  readonly model: SiteModel;
  readonly seen: Seen[];
  readonly states: LinkStatus[];
  /** Messages of the log, with level: `warn link offline`. */
  readonly logged: string[];
  readonly acquisition: Acquisition;
  /** Last reading of a point, by its id. */
  last(id: string): Seen | undefined;
  of(id: string): readonly Seen[];
  /** Quality of every point now, by id; `no-data` before the first reading. */
  qualities(): Readonly<Record<string, QualityReason>>;
  history(): readonly string[];
  counter(link: string, name: string): number;
  status(link: string): LinkStatus;
}

/** @param random what spreads attempts to connect; by default they are not spread */
export function record(model: SiteModel, driver: Driver, random: () => number = () => 0): Recorder {
  const seen: Seen[] = [];
  const states: LinkStatus[] = [];
  const logged: string[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => logged.push(`${LEVELS[JSON.parse(line).level]} ${JSON.parse(line).msg}`) },
  );
  const acquisition = createAcquisition({
    model,
    drivers: new Map([['modbus', driver]]),
    clock: processClock,
    log,
    random,
    texts: createTexts(MOST_TEXTS),
    onBatch: (batch) => seen.push(...toSeen(batch)),
    onLinkStatus: (status) => states.push(status),
  });
  const of = (id: string) => seen.filter(({ point }) => model.points[point]?.id === id);
  const status = (link: string) => acquisition.links().find((entry) => entry.link === link)!;
  return {
    model,
    seen,
    states,
    logged,
    acquisition,
    of,
    last: (id) => of(id).at(-1),
    qualities: () =>
      Object.fromEntries(model.points.map(({ id }) => [id, of(id).at(-1)?.quality ?? ('no-data' as const)])),
    history: () => states.map(({ link, state }) => `${link} ${state}`),
    counter: (link, name) => status(link).counters[name]!,
    status,
  };
}

/** So few that a test can fill the table. */
export const MOST_TEXTS = 3;

const LEVELS: Readonly<Record<number, string>> = { 30: 'info', 40: 'warn', 50: 'error' };

function toSeen(batch: ReadingBatch): Seen[] {
  return Array.from({ length: batch.count }, (_, at) => ({
    point: batch.point[at]!,
    value: batch.value[at]!,
    quality: toQualityReason(batch.quality[at]!),
    sourceMs: batch.sourceMs[at]!,
    receivedMs: batch.receivedMs[at]!,
    monoMs: batch.monoMs,
  }));
}
