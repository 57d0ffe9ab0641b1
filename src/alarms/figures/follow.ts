/**
 * Brings the figures up to the end of the histories: at start from what was saved, later from row to row. The histories are
 * the only source, so the figures after a restart are those before it. When to follow and when to save is the caller's
 * business.
 */
import { defined } from '../../core/assert.ts';
import type { AlarmLogRow, FiguresPart, StoreQueries, TicketLogRow } from '../../store/store.ts';
import { isBlindPart } from './blind-time.ts';
import { FiguresEdit } from './edit.ts';
import { fromLogRow } from './event.ts';
import { BEGINNING, type Cursor, createFigures, type Figures, toKey } from './figures.ts';
import { fromFiguresParts, toDecoded } from './snapshot.ts';
import { takeFigureEvent } from './step.ts';

/** Rows read and counted in one go: 5–10 ms. */
export const FOLLOW_ROWS = 500;

type Queries = Pick<StoreQueries, 'alarmLog' | 'ticketLog' | 'ticket'>;

export interface Followed {
  readonly figures: Figures;
  /** Rows that were counted. */
  readonly rows: number;
  /** The histories are not those that the figures had been made from (another backup was restored): they were made anew. */
  readonly isRebuilt: boolean;
}

/** Parts of what was saved that are read in one go. */
const LOAD_PARTS = 2;

/**
 * What was saved, or nothing yet.
 * @param nowMs beginning of what is counted where nothing was saved
 * @param pause as of `followHistories`
 * @throws the error of the store
 */
export async function loadFigures(
  queries: Pick<StoreQueries, 'figures'>,
  timeZone: string,
  nowMs: number,
  pause: () => Promise<void>,
): Promise<Figures> {
  const parts = new Map<string, unknown>();
  for (let after = ''; ; ) {
    const page = await queries.figures(after, LOAD_PARTS);
    const last = page.at(-1);
    if (last === undefined) return fromFiguresParts(parts, timeZone) ?? createFigures(timeZone, nowMs);
    for (const { part, doc } of page) if (!isBlindPart(part)) parts.set(part, toDecoded(part, doc));
    after = last.part;
    await pause();
  }
}

/** What was saved of blind time. @param pause as of `followHistories` @throws the error of the store */
export async function loadBlindParts(
  queries: Pick<StoreQueries, 'figures'>,
  pause: () => Promise<void>,
): Promise<readonly FiguresPart[]> {
  const parts: FiguresPart[] = [];
  for (let after = ''; ; ) {
    const page = await queries.figures(after, LOAD_PARTS);
    const last = page.at(-1);
    if (last === undefined) return parts;
    parts.push(...page.filter(({ part }) => isBlindPart(part)));
    after = last.part;
    await pause();
  }
}

/**
 * @param pause awaited between two pages, so that others have their turn (the queries run on the calling thread)
 * @param signal breaks off after the page; what is counted by then is returned
 * @throws the error of the store
 */
export async function followHistories(
  figures: Figures,
  queries: Queries,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Promise<Followed> {
  const isSame =
    (await isThere(queries.alarmLog, figures.alarmCursor)) &&
    (await isThere(queries.ticketLog, figures.ticketCursor));
  let now = isSame ? figures : createFigures(figures.timeZone, figures.sinceMs);
  let rows = 0;
  for (const read of [readAlarms, readTickets]) {
    for (;;) {
      const page = await read(now, queries);
      now = page.figures;
      rows += page.rows;
      if (page.rows < FOLLOW_ROWS || signal.aborted) break;
      await pause();
    }
  }
  return { figures: now, rows, isRebuilt: !isSame };
}

/** Another row at its place, or none, is another history. */
async function isThere(
  read: (fromId: number, limit: number) => Promise<readonly (AlarmLogRow | TicketLogRow)[]>,
  { id, hash }: Cursor,
): Promise<boolean> {
  if (id === BEGINNING.id) return true;
  const [row] = await read(id, 1);
  return row?.id === id && row.hash === hash;
}

type Page = Pick<Followed, 'figures' | 'rows'>;

async function readAlarms(figures: Figures, queries: Queries): Promise<Page> {
  const rows = await queries.alarmLog(figures.alarmCursor.id + 1, FOLLOW_ROWS);
  if (rows.length === 0) return { figures, rows: 0 };
  const edit = new FiguresEdit(figures);
  for (const row of rows)
    if (row.detail['isRetroactive'] !== true) takeFigureEvent(edit, fromLogRow(row, edit.memoryOf(row.key)));
  edit.moveTo({ alarmCursor: toCursor(rows) });
  return { figures: edit.finish(), rows: rows.length };
}

/** False alarms are what people have said of tickets. */
async function readTickets(figures: Figures, queries: Queries): Promise<Page> {
  const rows = await queries.ticketLog(figures.ticketCursor.id + 1, FOLLOW_ROWS);
  if (rows.length === 0) return { figures, rows: 0 };
  const edit = new FiguresEdit(figures);
  for (const row of rows) {
    if (row.type !== 'cancelled') continue;
    const ticket = await queries.ticket(row.ticket);
    if (ticket?.cancellation?.reason !== 'false-alarm' || ticket.isDrill) continue;
    for (const { key, firstAtMs } of ticket.alarms) {
      takeFigureEvent(edit, { kind: 'false-alarm', key: toKey(key), atMs: firstAtMs });
    }
  }
  edit.moveTo({ ticketCursor: toCursor(rows) });
  return { figures: edit.finish(), rows: rows.length };
}

function toCursor(rows: readonly (AlarmLogRow | TicketLogRow)[]): Cursor {
  const { id, hash } = defined(rows.at(-1), 'last row of a page');
  return { id, hash };
}
