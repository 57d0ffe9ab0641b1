/**
 * The file operations that the journal's durability rests on, in one place, so that a test can record them, fail them, fill
 * the disk and cut the power at any step. Reading at start is not among them.
 */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SEAL_DISK, type SealDisk } from './sealed/disk.ts';

export interface JournalDisk extends SealDisk {
  /** A new file, or one in place of an old one, its content synced; its name is durable after `syncDirectory`. */
  writeFile(path: string, text: string): Promise<void>;
}

export const JOURNAL_DISK: JournalDisk = {
  ...SEAL_DISK,
  async writeFile(path, text) {
    const handle = await open(path, 'w', 0o640);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  },
};

/** Replaces a file so that after a crash it is either the old or the new one. @throws the error of the file system. */
export async function replaceFileOn(disk: JournalDisk, path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  await disk.writeFile(temporary, text);
  await disk.rename(temporary, path);
  await disk.syncDirectory(dirname(path));
}
