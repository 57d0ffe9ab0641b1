/**
 * A journal directory as writer, sealing and retention leave it, beside a ledger of what went in. Blocks are encoded by the
 * journal's own code, because its format is not what is tested here; the ledger shares nothing with it.
 */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { createHistory } from '../../../../src/telemetry/history/history.ts';
import {
  createJournalSource,
  type JournalSource,
} from '../../../../src/telemetry/history/journal/journal-source.ts';
import { JournalTail } from '../../../../src/telemetry/history/journal/tail.ts';
import { createTurns } from '../../../../src/telemetry/history/journal/turns.ts';
import { indexPath, segmentPath } from '../../../../src/telemetry/journal/files.ts';
import { encodeBlock } from '../../../../src/telemetry/journal/format.ts';
import { sealSegments } from '../../../../src/telemetry/journal/sealed/seal.ts';
import {
  type PointTable,
  parseTable,
  storeTable,
  toTableText,
} from '../../../../src/telemetry/journal/table.ts';
import { createFakeClock } from '../../../support/clock.ts';
import { temporaryDirectory } from '../../../support/temp.ts';
import { type Reading, toRows } from '../../journal/sealed/sealing.ts';
import { createTestModel } from '../../model.ts';
import type { Row } from '../memory-source.ts';

export const T0 = 1_800_000_000_000;
export const BAD = 129;

/** `[point id, ms after T0, value]`; NaN = bad. */
export type Entry = readonly [id: string, ms: number, value: number];

export interface Rig {
  readonly directory: string;
  /** Key: point id. Sorted. */
  readonly ledger: ReadonlyMap<string, readonly Row[]>;
  readonly tail: JournalTail;
  /** The present table; those before it stay. */
  table(): PointTable;
  usePoints(ids: readonly string[]): Promise<void>;
  /** One block at the end of the open segment. @param inMemory also in the memory of the process */
  write(entries: readonly Entry[], inMemory?: boolean): number;
  /** The next block begins a new segment. @returns its first block */
  closeSegment(): number;
  /** Seals closed segments and deletes them. */
  seal(...firstSeqs: readonly number[]): Promise<void>;
  path(firstSeq: number): string;
  /** Closed with the test. */
  source(options?: { readonly sliceMs?: number; readonly trimmedToMs?: () => number }): JournalSource;
  ask(source?: JournalSource): ReturnType<typeof createHistory>;
  indexOf(id: string): number;
}

export async function createRig(ids: readonly string[] = ['pump-1/p', 'pump-2/p']): Promise<Rig> {
  const directory = temporaryDirectory();
  const ledger = new Map<string, Row[]>();
  const tail = new JournalTail();
  let table = await store(directory, ids);
  let seq = 0;
  let firstSeq = 1;
  const rig: Rig = {
    directory,
    ledger,
    tail,
    table: () => table,
    async usePoints(names) {
      table = await store(directory, names);
    },
    write(entries, inMemory = false) {
      const written = toRows(entries.map(([id, ms, value]) => toReading(table, id, ms, value)));
      seq++;
      const block = encodeBlock(written, { seq, tableId: table.id, highStampMs: Number.NEGATIVE_INFINITY });
      appendFileSync(segmentPath(directory, firstSeq), block);
      if (inMemory) tail.add(seq, written);
      for (const [id, ms, value] of entries) {
        const rows = ledger.get(id) ?? [];
        ledger.set(id, rows);
        rows.push([T0 + ms, value, Number.isNaN(value) ? BAD : 0]);
      }
      return seq;
    },
    closeSegment() {
      const closed = firstSeq;
      firstSeq = seq + 1;
      return closed;
    },
    async seal(...firstSeqs) {
      await sealSegments({ directory, firstSeqs });
      for (const one of firstSeqs) {
        rmSync(segmentPath(directory, one));
        rmSync(indexPath(directory, one), { force: true });
      }
    },
    path: (first) => segmentPath(directory, first),
    source({ sliceMs, trimmedToMs } = {}) {
      const source = createJournalSource({
        directory,
        table,
        tail,
        ...(sliceMs !== undefined && { turns: createTurns(sliceMs) }),
        ...(trimmedToMs !== undefined && { trimmedToMs }),
      });
      onTestFinished(() => source.close());
      return source;
    },
    ask: (source) =>
      createHistory({
        sources: [source ?? rig.source()],
        clock: createFakeClock({ wallMs: T0 + 10 * 86_400_000 }),
      }),
    indexOf: (id) => table.points.findIndex((point) => point.id === id),
  };
  return rig;
}

async function store(directory: string, ids: readonly string[]): Promise<PointTable> {
  const points = ids.map((id) => {
    const [equipment = '', name = ''] = id.split('/');
    return { equipment, name };
  });
  const table = parseTable(toTableText(createTestModel(points)));
  await storeTable(directory, table);
  return table;
}

function toReading(table: PointTable, id: string, ms: number, value: number): Reading {
  const point = table.points.findIndex((one) => one.id === id);
  return { point, stampMs: T0 + ms, value, quality: Number.isNaN(value) ? BAD : 0 };
}

/** Bytes at an offset turned over. */
export function damage(path: string, bytes: Buffer, at: number): void {
  const damaged = Buffer.from(bytes);
  for (let byte = at; byte < at + 4; byte++) damaged[byte] = (damaged[byte] ?? 0) ^ 0xff;
  writeFileSync(path, damaged);
}
