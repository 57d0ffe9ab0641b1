/**
 * How far the histories of alarms and tickets are stored in the sink. Replaced atomically, after the sink has confirmed: a
 * crash before that sends some events again, which changes nothing.
 */
import { readFile } from 'node:fs/promises';
import { JOURNAL_DISK, replaceFileOn } from '../journal/disk.ts';

/** The last row that is stored; its hash tells whether it is still the same history. */
export interface HistoryPlace {
  readonly id: number;
  readonly hash: string;
}

export interface Cursor {
  readonly alarm: HistoryPlace;
  readonly ticket: HistoryPlace;
}

const VERSION = 1;
export const BEGINNING: HistoryPlace = { id: 0, hash: '' };

/** A missing or damaged file means that nothing is stored: everything is sent again. */
export async function loadCursor(path: string): Promise<Cursor> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    const { version, alarm, ticket } = JSON.parse(text) as Cursor & { readonly version: number };
    if (version === VERSION && isPlace(alarm) && isPlace(ticket)) return { alarm, ticket };
  } catch {
    // Not ours.
  }
  return { alarm: BEGINNING, ticket: BEGINNING };
}

/** @throws the error of the file system */
export async function saveCursor(path: string, { alarm, ticket }: Cursor): Promise<void> {
  await replaceFileOn(JOURNAL_DISK, path, JSON.stringify({ version: VERSION, alarm, ticket }));
}

function isPlace(place: HistoryPlace | undefined): boolean {
  return Number.isSafeInteger(place?.id) && typeof place?.hash === 'string';
}
