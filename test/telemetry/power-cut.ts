/**
 * A disk that records what is done to it, and what may be left of that after a power cut: synced content and names for
 * certain, of everything else any part, in any order. Shares nothing with the code under test but its interface.
 */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JOURNAL_DISK, type JournalDisk } from '../../src/telemetry/journal/disk.ts';
import type { SegmentFile } from '../../src/telemetry/journal/files.ts';

/** Files by number, so that a renamed one stays the same file. `upTo`: steps before it that are durable now. */
export type Step =
  | { readonly type: 'create'; readonly name: string; readonly file: number }
  | { readonly type: 'write'; readonly file: number; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly file: number; readonly bytes: number }
  | { readonly type: 'sync-file'; readonly file: number; readonly upTo: number }
  | { readonly type: 'rename'; readonly from: string; readonly to: string; readonly file: number }
  | { readonly type: 'remove'; readonly name: string }
  | { readonly type: 'sync-names'; readonly upTo: number };

export interface RecordingDisk extends JournalDisk {
  readonly steps: readonly Step[];
}

/**
 * What changes something is recorded when it begins, because from then on it may be on the disk; a sync when it is over,
 * and it holds for what had been done when it began.
 * @param onStep called with the number of steps so far, after each
 */
export function createRecordingDisk(onStep: (steps: number) => void): RecordingDisk {
  const steps: Step[] = [];
  /** Key: name; as the running process sees them. */
  const files = new Map<string, number>();
  let lastFile = 0;
  const take = (step: Step): void => {
    steps.push(step);
    onStep(steps.length);
  };
  const create = (path: string): number => {
    lastFile++;
    files.set(basename(path), lastFile);
    take({ type: 'create', name: basename(path), file: lastFile });
    return lastFile;
  };
  const syncNames = async (work: Promise<void>): Promise<void> => {
    const upTo = steps.length;
    await work;
    take({ type: 'sync-names', upTo });
  };
  return {
    steps,
    readFile: (path) => JOURNAL_DISK.readFile(path),
    async createFile(path) {
      const file = create(path);
      const upTo = steps.length;
      const real = await JOURNAL_DISK.createFile(path);
      take({ type: 'sync-names', upTo });
      return recordFile(real, file, steps, take);
    },
    async writeFile(path, text) {
      const file = create(path);
      take({ type: 'write', file, offset: 0, bytes: Buffer.from(text) });
      const upTo = steps.length;
      await JOURNAL_DISK.writeFile(path, text);
      take({ type: 'sync-file', file, upTo });
    },
    async rename(from, to) {
      const file = files.get(basename(from)) ?? 0;
      files.delete(basename(from));
      files.set(basename(to), file);
      take({ type: 'rename', from: basename(from), to: basename(to), file });
      await JOURNAL_DISK.rename(from, to);
    },
    async remove(path) {
      files.delete(basename(path));
      take({ type: 'remove', name: basename(path) });
      await JOURNAL_DISK.remove(path);
    },
    syncDirectory: (path) => syncNames(JOURNAL_DISK.syncDirectory(path)),
  };
}

function recordFile(
  real: SegmentFile,
  file: number,
  steps: readonly Step[],
  take: (step: Step) => void,
): SegmentFile {
  return {
    async write(bytes, offset) {
      take({ type: 'write', file, offset, bytes: Buffer.from(bytes) });
      await real.write(bytes, offset);
    },
    async datasync() {
      const upTo = steps.length;
      await real.datasync();
      take({ type: 'sync-file', file, upTo });
    },
    async truncate(bytes) {
      take({ type: 'truncate', file, bytes });
      await real.truncate(bytes);
    },
    close: () => real.close(),
  };
}

/** How much of a step that was not synced has reached the disk, 0–1; names: all or nothing from 0.5 on. */
export type Reached = (step: Step, index: number) => number;

/** What is on the disk when the power fails before step `cut`. Key: name. */
export function afterPowerCut(steps: readonly Step[], cut: number, reached: Reached): Map<string, Buffer> {
  const done = steps.slice(0, cut);
  const isSynced = toSynced(done);
  const contents = new Map<number, Buffer>();
  const names = new Map<string, number>();
  for (const [index, step] of done.entries()) {
    const share = isSynced(step, index) ? 1 : reached(step, index);
    if (step.type === 'write') {
      const bytes = step.bytes.subarray(0, Math.floor(step.bytes.length * share));
      if (bytes.length > 0) contents.set(step.file, writeInto(contents.get(step.file), bytes, step.offset));
    }
    if (share < 0.5) continue;
    if (step.type === 'truncate')
      contents.set(step.file, (contents.get(step.file) ?? Buffer.alloc(0)).subarray(0, step.bytes));
    if (step.type === 'create') names.set(step.name, step.file);
    if (step.type === 'remove') names.delete(step.name);
    if (step.type === 'rename') {
      names.delete(step.from);
      names.set(step.to, step.file);
    }
  }
  return new Map([...names].map(([name, file]) => [name, contents.get(file) ?? Buffer.alloc(0)]));
}

export function storeFiles(directory: string, files: ReadonlyMap<string, Buffer>): void {
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
}

/** Syncs nothing: for recoveries whose own durability is not in question. */
export const QUICK_DISK: JournalDisk = {
  ...JOURNAL_DISK,
  async writeFile(path, text) {
    writeFileSync(path, text);
  },
  syncDirectory: () => Promise.resolve(),
};

function toSynced(done: readonly Step[]): (step: Step, index: number) => boolean {
  let namesUpTo = 0;
  /** Key: file; value: steps before it are durable. */
  const filesUpTo = new Map<number, number>();
  for (const step of done) {
    if (step.type === 'sync-names') namesUpTo = Math.max(namesUpTo, step.upTo);
    if (step.type === 'sync-file')
      filesUpTo.set(step.file, Math.max(filesUpTo.get(step.file) ?? 0, step.upTo));
  }
  return (step, index) =>
    step.type === 'write' || step.type === 'truncate'
      ? index < (filesUpTo.get(step.file) ?? 0)
      : index < namesUpTo;
}

function writeInto(old: Buffer = Buffer.alloc(0), bytes: Buffer, offset: number): Buffer {
  const grown = Buffer.alloc(Math.max(old.length, offset + bytes.length));
  old.copy(grown);
  bytes.copy(grown, offset);
  return grown;
}
