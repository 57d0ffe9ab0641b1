/**
 * The files of the quarantine: `quarantine/<first id>.log`, 16 digits, one JSON object a line, ascending ids. The last one
 * is appended to until it is full; others are only replaced as a whole. Bounded: whoever appends drops the oldest file first
 * when there is no room. A torn line costs itself only. Calls must not overlap (quarantine.ts sees to that).
 */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_DISK, replaceFileOn } from '../../journal/disk.ts';
import { FORWARDER_LIMITS } from '../limits.ts';
import { parseLine, type QuarantinedReading, toLine } from './entry.ts';

export interface QuarantineFile {
  readonly name: string;
  readonly bytes: number;
  readonly readings: number;
  readonly lastId: number;
  /** Key: reason; value: readings. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Ends with a whole line: may be appended to. */
  readonly isSound: boolean;
}

export interface QuarantineLimits {
  readonly fileBytes: number;
  readonly files: number;
}

const DEFAULT_LIMITS: QuarantineLimits = {
  fileBytes: FORWARDER_LIMITS.quarantineFileBytes,
  files: FORWARDER_LIMITS.quarantineFiles,
};
const ID_DIGITS = 16;

export class QuarantineFiles {
  readonly #directory: string;
  readonly #limits: QuarantineLimits;
  /** Ascending. */
  #files: QuarantineFile[] = [];
  #dropped = 0;

  constructor(directory: string, limits: QuarantineLimits = DEFAULT_LIMITS) {
    this.#directory = directory;
    this.#limits = limits;
  }

  get files(): readonly QuarantineFile[] {
    return this.#files;
  }

  get readings(): number {
    return this.#files.reduce((sum, file) => sum + file.readings, 0);
  }

  get droppedReadings(): number {
    return this.#dropped;
  }

  /** The oldest one, when the next `append` has no room beside it: to be dropped before; null = there is room. */
  get surplus(): QuarantineFile | null {
    const isBegun = this.#files.length < this.#limits.files || this.#open !== null;
    return isBegun ? null : (this.#files[0] ?? null);
  }

  /** Looks at what is there. @throws the error of the file system. */
  async load(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o750 });
    const names = (await readdir(this.#directory)).filter((name) => /^\d{16}\.log$/.test(name)).sort();
    const files: QuarantineFile[] = [];
    for (const name of names) files.push(describe(name, await this.#readText(name)));
    this.#files = files;
  }

  /** Oldest first. Torn lines are left out. */
  async read({ name }: QuarantineFile): Promise<readonly QuarantinedReading[]> {
    return parse(await this.#readText(name));
  }

  /** Durable when it resolves. @throws the error of the file system; then nothing counts as added. */
  async append(entries: readonly QuarantinedReading[]): Promise<void> {
    const first = entries[0];
    if (first === undefined) return;
    const text = entries.map(toLine).join('');
    const last = this.#open;
    if (last !== null) {
      await this.#extend(last, text);
      this.#set(last, add(last, entries, text));
    } else {
      const name = `${String(first.id).padStart(ID_DIGITS, '0')}.log`;
      await replaceFileOn(JOURNAL_DISK, this.#path(name), text);
      this.#files.push(describe(name, text));
    }
  }

  /** @throws the error of the file system; then the file is as it was. */
  async replace(file: QuarantineFile, entries: readonly QuarantinedReading[]): Promise<void> {
    if (entries.length === 0) {
      await rm(this.#path(file.name), { force: true });
      this.#files = this.#files.filter((one) => one !== file);
      return;
    }
    const text = entries.map(toLine).join('');
    await replaceFileOn(JOURNAL_DISK, this.#path(file.name), text);
    this.#set(file, describe(file.name, text));
  }

  async #extend(file: QuarantineFile, text: string): Promise<void> {
    const handle = await open(this.#path(file.name), 'a', 0o640);
    try {
      await handle.appendFile(text);
      await handle.datasync();
    } catch (error) {
      // What was written of it must not be found by the next start; where that fails too, nothing follows it.
      await handle.truncate(file.bytes).catch(() => this.#set(file, { ...file, isSound: false }));
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** Takes a file away for want of room. @throws the error of the file system; then it stays. */
  async drop(file: QuarantineFile): Promise<void> {
    await this.replace(file, []);
    this.#dropped += file.readings;
  }

  /** The last one, while it may be appended to. */
  get #open(): QuarantineFile | null {
    const last = this.#files.at(-1);
    return last?.isSound === true && last.bytes < this.#limits.fileBytes ? last : null;
  }

  #set(before: QuarantineFile, after: QuarantineFile): void {
    this.#files = this.#files.map((file) => (file === before ? after : file));
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  #readText(name: string): Promise<string> {
    return readFile(this.#path(name), 'utf8');
  }
}

function parse(text: string): readonly QuarantinedReading[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter((entry) => entry !== null);
}

function describe(name: string, text: string): QuarantineFile {
  const none: QuarantineFile = {
    name,
    bytes: 0,
    readings: 0,
    // Its first line may be torn; its name is taken all the same.
    lastId: Number.parseInt(name, 10),
    reasons: new Map(),
    isSound: text.endsWith('\n'),
  };
  return add(none, parse(text), text);
}

function add(file: QuarantineFile, entries: readonly QuarantinedReading[], text: string): QuarantineFile {
  const reasons = new Map(file.reasons);
  for (const { reason } of entries) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return {
    ...file,
    bytes: file.bytes + Buffer.byteLength(text),
    readings: file.readings + entries.length,
    lastId: entries.at(-1)?.id ?? file.lastId,
    reasons,
  };
}
