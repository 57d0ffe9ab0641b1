/**
 * What retention has deleted, kept in `lost.json` and replaced atomically before the first file goes: so that a loss is still
 * told after a restart, until a person has taken note of it; that files whose deletion a power cut undid are not counted
 * again; and that numbers and stamps of what is gone are never given anew.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JournalDisk, replaceFileOn } from './disk.ts';
import { LOST_FILE } from './files.ts';

/** Readings deleted before the sink had them. Stamps are those of the segments concerned, UTC ms. */
export interface LostReadings {
  readonly readings: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TrimState {
  /** Since a person took note of it last; null = nothing. */
  readonly lost: LostReadings | null;
  /** Highest stamp of anything deleted, UTC ms; null = nothing ever was. Behind it the journal is complete. */
  readonly trimmedToMs: number | null;
  /** No new reading has a stamp up to it: of what was deleted, and of damaged blocks that sealing left behind. */
  readonly stampFloorMs: number | null;
  /** Highest block number deleted; 0 = none. */
  readonly seqFloor: number;
  /** Names of the files that were deleted last; a start deletes them once more. */
  readonly deleting: readonly string[];
}

export const NOTHING_TRIMMED: TrimState = {
  lost: null,
  trimmedToMs: null,
  stampFloorMs: null,
  seqFloor: 0,
  deleting: [],
};

export class TrimLog {
  readonly #directory: string;
  readonly #disk: JournalDisk;
  #state: TrimState;

  constructor(directory: string, disk: JournalDisk, state: TrimState = NOTHING_TRIMMED) {
    this.#directory = directory;
    this.#disk = disk;
    this.#state = state;
  }

  get state(): TrimState {
    return this.#state;
  }

  /** Durable when it resolves. @throws the error of the file system; then nothing has changed. */
  async change(change: Partial<TrimState>): Promise<void> {
    const state = { ...this.#state, ...change };
    const text = JSON.stringify({ version: 1, ...state });
    await replaceFileOn(this.#disk, join(this.#directory, LOST_FILE), text);
    this.#state = state;
  }
}

/** A missing or damaged file says that nothing was deleted. */
export async function loadTrimLog(directory: string, disk: JournalDisk): Promise<TrimLog> {
  const text = await readFile(join(directory, LOST_FILE), 'utf8').catch(() => '');
  return new TrimLog(directory, disk, parseState(text));
}

export function joinLost(one: LostReadings | null, other: LostReadings | null): LostReadings | null {
  if (one === null || other === null) return one ?? other;
  return {
    readings: one.readings + other.readings,
    fromMs: Math.min(one.fromMs, other.fromMs),
    toMs: Math.max(one.toMs, other.toMs),
  };
}

/** The higher one; null = none. */
export function highest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

function parseState(text: string): TrimState {
  try {
    const stored = JSON.parse(text) as Partial<TrimState> & { version: number };
    if (stored.version !== 1) return NOTHING_TRIMMED;
    const deleting = Array.isArray(stored.deleting) ? stored.deleting.filter(isFileName) : [];
    return {
      lost: stored.lost ?? null,
      trimmedToMs: stored.trimmedToMs ?? null,
      stampFloorMs: stored.stampFloorMs ?? null,
      seqFloor: stored.seqFloor ?? 0,
      deleting,
    };
  } catch {
    return NOTHING_TRIMMED;
  }
}

/** Only what this journal makes: nothing outside of its directory is ever deleted. */
function isFileName(name: unknown): boolean {
  return typeof name === 'string' && /^\d{16}\.(seg|idx|sealed)$/.test(name);
}
