/**
 * Files of a ZIP archive one after the other, in constant memory. Compressing is done by the threads of zlib, so that a
 * large export does not keep the loop that polls; the form of the archive is fflate's.
 */
import { once } from 'node:events';
import { crc32, createDeflateRaw, type DeflateRaw } from 'node:zlib';
import { Zip, type ZipInputFile } from 'fflate';

/** Compression method of APPNOTE.TXT 4.4.5. */
const DEFLATE = 8;
/** zlib: near the speed of 1, near the size of 6 for rows that are much alike. */
const LEVEL = 3;

interface Open {
  readonly entry: ZipInputFile;
  readonly deflate: DeflateRaw;
}

export class ZipWriter {
  readonly #zip: Zip;
  #ready: Uint8Array[] = [];
  #open: Open | null = null;
  #error: Error | null = null;

  constructor() {
    this.#zip = new Zip((error, chunk) => {
      if (error === null) this.#ready.push(chunk);
      else this.#error ??= error;
    });
  }

  /** Ends the file before it. */
  async open(filename: string): Promise<void> {
    await this.#closeFile();
    const entry: ZipInputFile = { filename, size: 0, crc: 0, compression: DEFLATE };
    const deflate = createDeflateRaw({ level: LEVEL });
    this.#zip.add(entry);
    deflate.on('data', (chunk: Buffer<ArrayBuffer>) => entry.ondata?.(null, chunk, false));
    deflate.on('error', (error) => (this.#error ??= error));
    this.#open = { entry, deflate };
  }

  /** Resolves when it is compressed, or stands in the window of the compressor. */
  async write(text: string): Promise<void> {
    const { entry, deflate } = this.#current();
    const bytes = Buffer.from(text);
    entry.crc = crc32(bytes, entry.crc);
    entry.size += bytes.length;
    await new Promise<void>((resolve, reject) => {
      deflate.write(bytes, (error) => (error == null ? resolve() : reject(error)));
    });
    this.#throwIfFailed();
  }

  /** Ends the last file and the archive. */
  async end(): Promise<void> {
    await this.#closeFile();
    this.#zip.end();
    this.#throwIfFailed();
  }

  /** What is ready since the last call. */
  take(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Gives up, at any time; harmless after `end`. */
  destroy(): void {
    this.#open?.deflate.destroy();
    this.#open = null;
  }

  async #closeFile(): Promise<void> {
    if (this.#open === null) return;
    const { entry, deflate } = this.#open;
    const ended = once(deflate, 'end');
    deflate.end();
    await ended;
    entry.ondata?.(null, new Uint8Array(0), true);
    this.#open = null;
    this.#throwIfFailed();
  }

  #current(): Open {
    if (this.#open === null) throw new Error('no file of the archive is open');
    return this.#open;
  }

  #throwIfFailed(): void {
    if (this.#error !== null) throw this.#error;
  }
}
