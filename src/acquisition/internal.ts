/**
 * The gateway's own points (protocol `internal`): figures of the process as readings, so that rules watch the gateway
 * as they watch a pump. Which figures there are is app.ts's business.
 */
import type { PointDef, SiteModel } from '../config/model.ts';
import { assert } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { GOOD, QUALITIES } from '../core/quality.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../core/reading.ts';

export interface InternalSourceOptions {
  readonly model: SiteModel;
  readonly clock: Clock;
  /** Key: name in the point's address, whose link, if any, is handed on. NaN = not known now. */
  readonly figures: Readonly<Record<string, (link?: string) => number>>;
  readonly onBatch: (batch: ReadingBatch) => void;
  /** Default 1,000 ms. */
  readonly intervalMs?: number;
}

export interface InternalSource {
  /** Emits at once, then at every interval. */
  start(): void;
  stop(): void;
}

interface Source {
  readonly point: number;
  readonly figure: () => number;
}

const DEFAULT_INTERVAL_MS = 1_000;

/** @throws AssertionFailure when a point names a figure that does not exist. */
export function createInternalSource(options: InternalSourceOptions): InternalSource {
  const { model, figures, intervalMs = DEFAULT_INTERVAL_MS } = options;
  const sources = model.points.filter(({ link }) => link === null).map((point) => toSource(point, figures));
  let timer: NodeJS.Timeout | null = null;
  return {
    start() {
      assert(timer === null, 'the internal source starts once');
      emit(options, sources);
      timer = setInterval(() => emit(options, sources), intervalMs);
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}

function toSource(point: PointDef, figures: InternalSourceOptions['figures']): Source {
  const name = String(point.address['figure']);
  const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
  assert(figure !== undefined, `${point.id}: there is a figure ${name}`);
  const { link } = point.address;
  return { point: point.index, figure: typeof link === 'string' ? () => figure(link) : () => figure() };
}

function emit({ model, clock, onBatch }: InternalSourceOptions, sources: readonly Source[]): void {
  if (sources.length === 0) return;
  const { wallMs, monoMs } = clock.now();
  const builder = new ReadingBatchBuilder(model.epoch, sources.length);
  for (const { point, figure } of sources) {
    const value = figure();
    // The gateway itself says that there is none: a backup without a schedule has no age.
    builder.add(point, value, Number.isFinite(value) ? GOOD : QUALITIES.sentinel.code, wallMs);
  }
  onBatch(builder.finish(monoMs));
}
