/**
 * Photos and documents on tickets: received, kept beside the database, read, swept. Who may do it and on which ticket one
 * stands is decided elsewhere; that it does is a row of the database, written after the file is durable.
 *
 *   source ─▶ <id>.partial ─fsync─▶ renamed to <id> ─fsync of the folder─▶ row `attachment` with the transition
 *                 │ killed here: removed at the next start      │ killed here: an orphan, swept after a day
 *
 * A name without `.partial` is a whole file, whenever the process ends.
 */
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { RiserError } from '../core/errors.ts';
import type { AttachmentId } from '../core/ids.ts';
import type { Attachment } from '../core/ticket.ts';
import { toAttachmentFolder } from '../store/attachment-files.ts';
import { type AttachmentFiles, createFolder, type Folder } from './folder.ts';
import { ATTACHMENT_LIMITS, type AttachmentLimits } from './limits.ts';
import type { AttachmentCounters, Attachments, NewAttachment, ReadPart } from './port.ts';
import { receiveFile } from './receive.ts';

export interface AttachmentOptions {
  /** The data directory, locked by this process. */
  readonly directory: string;
  /** Those of the ids that stand on a ticket. */
  readonly known: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** UTC ms. */
  readonly wallMs: () => number;
  /** Told of a sweep that failed; the next one tries again. */
  readonly onSweepFailed: (error: unknown) => void;
  readonly limits?: Partial<AttachmentLimits>;
  /** Replaced by tests. */
  readonly files?: AttachmentFiles;
}

export function createAttachments(options: AttachmentOptions): Attachments {
  return new AttachmentKeeper(options);
}

class AttachmentKeeper implements Attachments {
  readonly #options: AttachmentOptions;
  readonly #limits: AttachmentLimits;
  readonly #folder: Folder;
  readonly #stopped = new AbortController();
  #sweeping: Promise<void> = Promise.resolve();
  #files = 0;
  #bytes = 0;
  #receiving = 0;
  #received = 0;
  #refused = 0;
  #failed = 0;
  #swept = 0;

  constructor(options: AttachmentOptions) {
    this.#options = options;
    this.#limits = { ...ATTACHMENT_LIMITS, ...options.limits };
    this.#folder = createFolder(toAttachmentFolder(options.directory), options.files);
  }

  async start(): Promise<void> {
    await this.#folder.make();
    const { whole, partial } = await this.#folder.list();
    for (const name of partial) await this.#folder.remove(name);
    this.#files = whole.length;
    this.#bytes = whole.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#sweeping = this.#sweepInTurns();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#sweeping;
  }

  async receive(source: Readable, file: NewAttachment): Promise<Attachment> {
    try {
      this.#assertSlot();
    } catch (error) {
      source.destroy();
      throw this.#count(error);
    }
    this.#receiving++;
    try {
      await this.#assertSpace();
      const received = await receiveFile(source, file.id, this.#folder, this.#limits);
      this.#files++;
      this.#bytes += received.bytes;
      this.#received++;
      return {
        id: file.id,
        name: toShownName(file.name),
        ...received,
        by: file.by,
        atMs: this.#options.wallMs(),
      };
    } catch (error) {
      source.destroy();
      throw this.#count(error);
    } finally {
      this.#receiving--;
    }
  }

  read(id: AttachmentId, part?: { readonly from: number; readonly to: number | null }): Promise<ReadPart> {
    return this.#folder.read(id, part ?? null);
  }

  async discard(id: AttachmentId): Promise<void> {
    await this.#remove(id);
  }

  counters(): AttachmentCounters {
    return {
      files: this.#files,
      bytes: this.#bytes,
      receiving: this.#receiving,
      received: this.#received,
      refused: this.#refused,
      failed: this.#failed,
      swept: this.#swept,
    };
  }

  #assertSlot(): void {
    if (this.#receiving >= this.#limits.receiving) throw new RiserError('attachments-busy');
    // Each of those under way may still become as large as it may be.
    const ahead = (this.#receiving + 1) * this.#limits.fileBytes;
    if (this.#bytes + ahead > this.#limits.totalBytes) throw new RiserError('attachments-full');
  }

  async #assertSpace(): Promise<void> {
    const free = await this.#folder.freeBytes();
    if (free < this.#limits.reserveBytes + this.#limits.fileBytes) throw new RiserError('attachments-full');
  }

  #count(error: unknown): unknown {
    if (error instanceof RiserError && error.code !== 'attachment-failed') this.#refused++;
    else this.#failed++;
    return error;
  }

  async #remove(id: string): Promise<boolean> {
    const bytes = await this.#folder.remove(id);
    if (bytes === null) return false;
    this.#files--;
    this.#bytes -= bytes;
    return true;
  }

  async #sweepInTurns(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#sweep().catch(this.#options.onSweepFailed);
      await delay(this.#limits.sweepMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #sweep(): Promise<void> {
    const before = this.#options.wallMs() - this.#limits.orphanMs;
    const old = (await this.#folder.list()).whole.filter(({ changedAtMs }) => changedAtMs < before);
    const names = old.map(({ name }) => name);
    const known = await this.#options.known(names);
    for (const name of names) if (!known.has(name) && (await this.#remove(name))) this.#swept++;
  }
}

/** Without folders and what cannot be printed. */
function toShownName(name: string): string {
  const last = name.split(/[/\\]/u).at(-1) ?? '';
  const shown = last.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim();
  return Array.from(shown).slice(0, ATTACHMENT_LIMITS.nameChars).join('');
}
