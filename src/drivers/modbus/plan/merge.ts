/**
 * Puts pieces of refused requests together again once the device has accepted them, so that a map with one bad address
 * does not cost a request per point for ever. Pure, and careful: what it makes reads only addresses that accepted pieces
 * read, holds no request that was refused, and is no longer than the limit of the model or, after a refusal of the
 * length, than the longer half of the refused request. So a merged request may still be refused (areas that touch but are
 * not read across), but never the same one twice: it is then split again and the next merge knows of it.
 */
import type { PollRequest } from '../../driver.ts';
import type { ModbusRequest, PlannedRead } from '../request.ts';
import type { Table } from '../schema.ts';
import { type Frame, makeRequest, scalesFirst } from './make-request.ts';
import type { Range } from './spans.ts';

/** A piece that may be joined with others. */
interface Piece extends Range {
  readonly request: PollRequest;
  readonly detail: ModbusRequest;
  readonly planned: PlannedRead;
}

/** Pieces that become one request. */
interface Joined extends Range {
  readonly pieces: readonly Piece[];
}

/** In order of table and address, but for `scalesFirst`; a request that joins nothing is handed back as it came. */
export function mergeRequests(pieces: readonly PollRequest[]): readonly PollRequest[] {
  const tables = Map.groupBy(pieces, ({ device, block }) => `${device} ${block?.table ?? ''}`);
  return scalesFirst([...tables.values()].flatMap(mergeTable));
}

function mergeTable(requests: readonly PollRequest[]): readonly PollRequest[] {
  const pieces = requests.flatMap(toPiece).toSorted((a, b) => a.start - b.start || a.end - b.end);
  const others = requests.filter((request) => toPiece(request).length === 0);
  const joined: Joined[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    const next = last === undefined ? null : join(last, piece);
    if (next === null) joined.push({ start: piece.start, end: piece.end, pieces: [piece] });
    else joined[joined.length - 1] = next;
  }
  const made = [...joined.map(toRequest), ...others];
  return made.toSorted((a, b) => (a.block?.first ?? 0) - (b.block?.first ?? 0));
}

/** None for what the planner did not make, and for declared blocks. */
function toPiece(request: PollRequest): readonly Piece[] {
  const detail = request.detail as ModbusRequest;
  const { planned, address, count } = detail;
  if (planned === undefined || planned.isBlock || request.block === null) return [];
  return [{ start: address, end: address + count, request, detail, planned }];
}

/** null when they must stay apart. */
function join(joined: Joined, piece: Piece): Joined | null {
  if (piece.start > joined.end) return null;
  const pieces = [...joined.pieces, piece];
  const whole = { start: joined.start, end: Math.max(joined.end, piece.end) };
  if (whole.end - whole.start > Math.min(...pieces.map(({ planned }) => planned.maxCount))) return null;
  const holdsRefused = pieces.some(({ planned }) =>
    planned.refused.some(({ address, count }) => whole.start <= address && address + count <= whole.end),
  );
  return holdsRefused ? null : { ...whole, pieces };
}

function toRequest({ pieces, ...range }: Joined): PollRequest {
  const [first, ...more] = pieces as readonly [Piece, ...Piece[]];
  if (more.length === 0) return first.request;
  const items = pieces.flatMap(({ start, detail }) =>
    detail.items.map(({ at, ...item }) => ({ ...item, start: start + at })),
  );
  const scales = new Map(
    pieces.flatMap(({ start, detail }) =>
      detail.scales.map(({ key, at }) => [key, { key, start: start + at }]),
    ),
  );
  return makeRequest(toFrame(pieces, first), range, items, [...scales.values()]);
}

function toFrame(pieces: readonly Piece[], { request, detail, planned }: Piece): Frame {
  const { timeoutMs, retries, maxInFlight } = request;
  /** Key: first address and count. Ancestors are common to pieces of one request. */
  const refused = new Map(
    pieces.flatMap((piece) =>
      piece.planned.refused.map((range) => [`${range.address} ${range.count}`, range]),
    ),
  );
  return {
    unit: detail.unit,
    table: request.block?.table as Table,
    timeoutMs,
    retries,
    maxInFlight,
    planned: {
      ...planned,
      maxCount: Math.min(...pieces.map((piece) => piece.planned.maxCount)),
      refused: [...refused.values()],
    },
  };
}
