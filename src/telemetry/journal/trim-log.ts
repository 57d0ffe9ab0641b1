/**
 * The durable log of losses, and of what was deleted: `lost.json`, replaced atomically. A loss by deletion is in it before
 * the first file goes; all others as soon as the disk takes them. So a loss is still told after a restart, files whose
 * deletion a power cut undid are not counted again, and numbers and stamps of what is gone are never given anew.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JournalDisk, replaceFileOn } from './disk.ts';
import { LOST_FILE, nullIfGone } from './files.ts';
import { acknowledge, addLoss, type LostReadings, type NewLoss, type ToldLoss, toLost } from './losses.ts';
import { NOTHING_TRIMMED, parseTrimState, type TrimState } from './trim-state.ts';

/** Pure: applied to the state that is written, and to what has become of it meanwhile. */
export type TrimChange = (state: TrimState) => TrimState;

export class TrimLog {
  readonly #directory: string;
  readonly #disk: JournalDisk;
  readonly #wallMs: () => number;
  #state: TrimState;
  /** Counts changes in memory; the file holds those up to `#saved`. */
  #revision = 0;
  #saved = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    directory: string,
    disk: JournalDisk,
    state: TrimState = NOTHING_TRIMMED,
    wallMs: () => number = Date.now,
  ) {
    this.#directory = directory;
    this.#disk = disk;
    this.#state = state;
    this.#wallMs = wallMs;
  }

  get state(): TrimState {
    return this.#state;
  }

  /** What nobody has taken note of; null = nothing. */
  get lost(): LostReadings | null {
    const { book, pending } = this.#state;
    return toLost([...book.losses, ...pending.map((loss) => ({ ...loss, isSeen: false }))]);
  }

  /** In memory at once; durable with the next `save` or `change` that succeeds. */
  note(loss: NewLoss): void {
    this.adjust((state) => this.withLosses(state, [loss]));
  }

  /** A person has taken note of losses as they were told; durable like `note`. */
  acknowledge(told: readonly ToldLoss[], by: string): void {
    const nowMs = this.#wallMs();
    this.adjust((state) => ({ ...state, book: acknowledge(state.book, told, by, nowMs) }));
  }

  /** In memory at once; durable like `note`. */
  adjust(change: TrimChange): void {
    const state = change(this.#state);
    if (state === this.#state) return;
    this.#state = state;
    this.#revision++;
  }

  /** The file is to be written anew. */
  touch(): void {
    this.#revision++;
  }

  /** Writes what is only in memory, if anything. @throws the error of the file system; then it stays to be saved. */
  async save(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#saved < this.#revision) await this.#write((state) => state);
    });
  }

  /** Durable when it resolves. @throws the error of the file system; then nothing has changed. */
  async change(change: TrimChange): Promise<void> {
    await this.#inTurn(() => this.#write(change));
  }

  /** The state with further losses, noticed now. */
  withLosses(state: TrimState, losses: readonly NewLoss[]): TrimState {
    const nowMs = this.#wallMs();
    return { ...state, book: losses.reduce((book, loss) => addLoss(book, loss, nowMs), state.book) };
  }

  async #write(change: TrimChange): Promise<void> {
    const revision = this.#revision;
    const text = toText(change(this.#state));
    await replaceFileOn(this.#disk, join(this.#directory, LOST_FILE), text);
    this.#state = change(this.#state);
    this.#saved = revision;
  }

  async #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(task);
    this.#writing = done.catch(() => undefined);
    await done;
  }
}

/**
 * A missing file says that nothing was lost or deleted. One that cannot be read is itself a loss of unknown size: what it
 * has told is forgotten.
 */
export async function loadTrimLog(
  directory: string,
  disk: JournalDisk,
  wallMs: () => number = Date.now,
): Promise<TrimLog> {
  const path = join(directory, LOST_FILE);
  const text = await readFile(path, 'utf8')
    .catch(nullIfGone)
    .catch(() => '');
  const state = text === null ? NOTHING_TRIMMED : parseTrimState(text, wallMs());
  const log = new TrimLog(directory, disk, state ?? NOTHING_TRIMMED, wallMs);
  if (state === null) log.note(FORGOTTEN);
  // Of the version before, or with a deletion that was under way: noticed now, and not anew at each start.
  else if (text !== null && text !== toText(state)) log.touch();
  return log;
}

function toText(state: TrimState): string {
  return JSON.stringify({ version: 2, ...state });
}

const FORGOTTEN: NewLoss = {
  kind: 'damaged',
  readings: 1,
  isExact: false,
  fromMs: null,
  toMs: null,
  isConfirmed: null,
};
