/** Sealed files kept open while they are asked for, the least lately used closed first. */
import { openSealed, type SealedFile } from '../../journal/sealed/sealed-file.ts';
import { JOURNAL_READ_LIMITS } from './limits.ts';

export class SealedFiles {
  readonly #maxOpen: number;
  /** Key: path. Insertion order = order of use. */
  readonly #open = new Map<string, SealedFile>();

  constructor(maxOpen: number = JOURNAL_READ_LIMITS.openFiles) {
    this.#maxOpen = maxOpen;
  }

  /** Not to be kept beyond the present slice. @throws like `openSealed` */
  get(path: string): SealedFile {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const file = openSealed(path);
    this.#open.set(path, file);
    if (this.#open.size > this.#maxOpen) this.forget(this.#open.keys().next().value ?? '');
    return file;
  }

  forget(path: string): void {
    this.#open.get(path)?.close();
    this.#open.delete(path);
  }

  close(): void {
    for (const path of this.#open.keys()) this.forget(path);
  }
}
