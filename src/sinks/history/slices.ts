/**
 * All rows of one series between two instants, slice of time after slice of time. A select with a LIMIT over a long range
 * makes the server open all of that range for every page (InfluxDB 1.6: 150–600 ms a page over a month at 1 s); one over a
 * short range costs what it brings. How long a slice is follows from what the one before brought; the next one is on its
 * way while one is worked on. A slice that brings more than was thought is read on in pages.
 */
import type { InfluxSeries } from '../influx-client.ts';
import type { Management, SelectResult } from '../influx-management.ts';
import { INFLUX_HISTORY_LIMITS as LIMITS } from './limits.ts';

export interface SliceQuery {
  /** `SELECT … FROM … WHERE …`, the condition not empty, that yields one series. */
  readonly select: string;
  /** UTC ms; the end is excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
  /** Default LIMITS.firstSliceMs. */
  readonly firstSliceMs?: number;
}

interface Slice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly first: Promise<SelectResult>;
}

/** Series of one slice or page each, by time; at most `sliceRows` × 2 rows. @throws InfluxError; the signal's reason */
export async function* readSlices(management: Management, query: SliceQuery): AsyncGenerator<InfluxSeries> {
  const stop = new AbortController();
  const signal = AbortSignal.any([query.signal, stop.signal]);
  const ask = (fromMs: number, toMs: number): Promise<SelectResult> => {
    const statement = `${query.select} AND time >= ${fromMs}ms AND time < ${toMs}ms ORDER BY time ASC`;
    const asked = management.select(statement, { rows: 2 * LIMITS.sliceRows, series: 1, signal });
    // What was asked for ahead fails when its turn comes, or is nobody's.
    asked.catch(() => undefined);
    return asked;
  };
  const slices: Slice[] = [];
  let askedMs = query.fromMs;
  let sliceMs = query.firstSliceMs ?? LIMITS.firstSliceMs;
  try {
    for (let atOnce = 1; ; atOnce = LIMITS.slicesAtOnce) {
      for (; askedMs < query.toMs && slices.length < atOnce; askedMs = slices.at(-1)?.toMs ?? query.toMs) {
        const toMs = Math.min(query.toMs, askedMs + sliceMs);
        slices.push({ fromMs: askedMs, toMs, first: ask(askedMs, toMs) });
      }
      const slice = slices.shift();
      if (slice === undefined) return;
      let rows = 0;
      for await (const page of readPages(slice, ask)) {
        rows += page.values.length;
        yield page;
      }
      sliceMs = toSliceMs(slice.toMs - slice.fromMs, rows);
    }
  } finally {
    stop.abort(new Error('nobody reads any longer'));
  }
}

async function* readPages(
  { first, toMs }: Slice,
  ask: (fromMs: number, toMs: number) => Promise<SelectResult>,
): AsyncGenerator<InfluxSeries> {
  for (let asked = first; ; ) {
    const {
      series: [page],
      isCut,
    } = await asked;
    if (page === undefined) return;
    yield page;
    if (!isCut) return;
    // One reading of a series has one stamp (journal/stamps.ts): the next page begins 1 ms later.
    asked = ask(Number(page.values.at(-1)?.[0]) + 1, toMs);
  }
}

/** As long as brings `sliceRows`, when the rows lie as dense as in the slice before. */
function toSliceMs(sliceMs: number, rows: number): number {
  const times = Math.min(LIMITS.sliceGrowth, LIMITS.sliceRows / Math.max(1, rows));
  return Math.max(LIMITS.leastSliceMs, Math.round(sliceMs * times));
}
