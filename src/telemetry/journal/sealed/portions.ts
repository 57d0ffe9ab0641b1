/**
 * All readings of a sealed file in portions, point after point, for sending them on: walks over the file once, holds one
 * window of it, and can go on later where it was.
 */
import { type BlockRows, createRows, type OpenRows } from '../rows.ts';
import { RECORD_BYTES, type SealedFigures } from './record.ts';
import { copyRows, createDecoder, rowsBetween } from './slices.ts';
import { type ReadBytes, walkChunks } from './walk.ts';

/** A place between two readings of a file. A sealed file never changes, so that it holds over restarts. */
export interface PortionCursor {
  /** Of the chunk. */
  readonly offset: number;
  /** Readings of the chunk that are done. */
  readonly row: number;
  /** Readings of the file that are done: at the end, what is short of the figures was damaged. */
  readonly readings: number;
}

export interface Portion {
  /** At most as many as asked for; empty only in the last one. In arrays of their own. */
  readonly rows: BlockRows;
  /** Where to go on behind these. */
  readonly next: PortionCursor;
  /** Damaged stretches met since the portion before. */
  readonly damagedPlaces: number;
}

export const FIRST_PORTION: PortionCursor = { offset: RECORD_BYTES, row: 0, readings: 0 };

/**
 * Ends behind the last chunk; the last portion may be empty and only tell of damage.
 * @param maxReadings at least 1
 */
export function* portionsOf(
  read: ReadBytes,
  figures: SealedFigures,
  maxReadings: number,
  from: PortionCursor,
): Generator<Portion> {
  const range = { from: from.offset, end: figures.directoryAt, baseMs: figures.minStampMs };
  const decode = createDecoder();
  let state = start(from, maxReadings);
  let skip = from.row;
  for (const walked of walkChunks(read, range)) {
    const rows = walked.type === 'chunk' ? decode(walked.chunk) : null;
    if (walked.type === 'damage' || rows === null) {
      state.damagedPlaces++;
      continue;
    }
    for (let row = skip; row < rows.count; ) {
      const taken = Math.min(rows.count - row, maxReadings - state.rows.count);
      copyRows(state.rows, rows, row, taken);
      row += taken;
      state.readings += taken;
      if (state.rows.count < maxReadings) continue;
      const next = { offset: walked.offset, row, readings: state.readings };
      yield finish(state, next);
      state = start(next, maxReadings);
    }
    skip = 0;
  }
  const isEmpty = state.rows.count === 0 && state.damagedPlaces === 0;
  if (!isEmpty) yield finish(state, { offset: range.end, row: 0, readings: state.readings });
}

/** A portion being filled. */
interface Filling {
  readonly rows: OpenRows;
  /** Of the file, these included. */
  readings: number;
  damagedPlaces: number;
}

function start(from: PortionCursor, maxReadings: number): Filling {
  return { rows: createRows(maxReadings), readings: from.readings, damagedPlaces: 0 };
}

function finish(filling: Filling, next: PortionCursor): Portion {
  const { rows, damagedPlaces } = filling;
  const isFull = rows.count === rows.point.length;
  return { rows: isFull ? rows : rowsBetween(rows, 0, rows.count), next, damagedPlaces };
}
