/** Runs the journal's host in the test's own thread, with a wall clock and a disk that the test governs. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InfluxSettings, SiteModel } from '../../src/config/model.ts';
import type { SendResult, Sink, SinkBlock } from '../../src/sinks/sink.ts';
import { type HostParts, type JournalHost, openJournalHost } from '../../src/telemetry/host.ts';
import { createSegmentFile, type SegmentFile } from '../../src/telemetry/journal/files.ts';
import { toTableText } from '../../src/telemetry/journal/table.ts';
import { until as poll } from '../support/poll.ts';

/** The host's wall clock unless a test says otherwise. */
export const START_MS = 1_700_000_000_000;
export const ACCEPTED: SendResult = { outcome: 'accepted', rejected: [] };
export const DOWN: SendResult = {
  outcome: 'retry',
  state: 'down',
  reason: 'connection refused',
  waitMs: null,
};

export function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'riser-journal-'));
}

/** Short waits: what gathers for how long is proved where it matters. */
const QUICK = { commitMs: 10, gatherMs: 50 };

export interface HostTestOptions extends HostParts {
  readonly directory: string;
  readonly model: SiteModel;
  readonly influx?: InfluxSettings;
  readonly maxBytes?: number;
  readonly maxAgeDays?: number;
}

export function openHost(options: HostTestOptions): Promise<JournalHost> {
  const { directory, model, influx, maxBytes, maxAgeDays, ...parts } = options;
  const settings = {
    directory,
    tableText: toTableText(model),
    journal: { maxAgeDays: maxAgeDays ?? 30, maxBytes: maxBytes ?? 1e9 },
    influx: influx ?? null,
  };
  return openJournalHost(settings, () => undefined, { wallMs: () => START_MS, ...QUICK, ...parts });
}

/** Polls until `isTrue`, or fails with the last state after the deadline. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  what: () => string,
  deadlineMs = 20_000,
): Promise<void> {
  try {
    await poll(isTrue, { timeoutMs: deadlineMs, what: 'the state', intervalMs: 10 });
  } catch (error) {
    throw new Error(`not within ${deadlineMs} ms: ${what()}`, { cause: error });
  }
}

/** A sink that answers as told and keeps what it has accepted, by `equipment/point` and stamp. */
export function createFakeSink(answer: (blocks: readonly SinkBlock[]) => SendResult): Sink & {
  readonly writes: readonly (readonly SinkBlock[])[];
  /** Key: `equipment/point stamp`; value: how often it was written. */
  readonly stored: ReadonlyMap<string, number>;
} {
  const writes: (readonly SinkBlock[])[] = [];
  const stored = new Map<string, number>();
  return {
    writes,
    stored,
    send(blocks) {
      writes.push(blocks);
      const result = answer(blocks);
      if (result.outcome === 'accepted') for (const block of blocks) storeBlock(stored, block);
      return Promise.resolve(result);
    },
    close: () => undefined,
  };
}

function storeBlock(stored: Map<string, number>, { points, rows }: SinkBlock): void {
  for (let at = 0; at < rows.count; at++) {
    const point = points[rows.point[at] as number];
    const key = `${point?.equipment}/${point?.name} ${rows.stampMs[at]}`;
    stored.set(key, (stored.get(key) ?? 0) + 1);
  }
}

/** Real segment files on a disk that can be made full, or made to fail its syncs. */
export function createFailingDisk(): {
  mode: 'good' | 'full' | 'torn' | 'no-sync';
  create(path: string): Promise<SegmentFile>;
} {
  const disk: ReturnType<typeof createFailingDisk> = {
    mode: 'good',
    async create(path) {
      if (disk.mode === 'full') throw noSpace();
      const file = await createSegmentFile(path);
      return {
        async write(bytes, offset) {
          if (disk.mode === 'torn') await file.write(bytes.subarray(0, bytes.length >>> 1), offset);
          if (disk.mode === 'torn' || disk.mode === 'full') throw noSpace();
          await file.write(bytes, offset);
        },
        async datasync() {
          if (disk.mode === 'no-sync') throw new Error('EIO: i/o error, fdatasync');
          await file.datasync();
        },
        // A disk in trouble does not cut files either.
        truncate: (bytes) => (disk.mode === 'good' ? file.truncate(bytes) : Promise.reject(noSpace())),
        close: () => file.close(),
      };
    },
  };
  return disk;
}

function noSpace(): Error {
  return new Error('ENOSPC: no space left on device, write');
}
