/**
 * A driver without a wire, for tests on fake time: every read takes `latencyMs` and ends as the test says. It keeps
 * count of what must never happen: two connections of one link at once, more reads at once than allowed, a write beside
 * anything else. Its address map is the index of the point, so that requests can be split and merged.
 */

import { toColumns } from '../../src/acquisition/samples.ts';
import type { Equipment, PointDef } from '../../src/config/model.ts';
import { DeviceError } from '../../src/core/errors.ts';
import type {
  PointSample,
  PollConnection,
  PollDriver,
  PollRequest,
  WriteRequest,
} from '../../src/drivers/driver.ts';

/** A number is the code of an exception; `exception` has code 1, which says nothing of addresses. */
export type Outcome = 'answer' | 'timeout' | 'gateway-timeout' | 'exception' | 'lost' | 'hang' | number;

export interface FakeDriver extends PollDriver {
  /** Decides each read. Default: always `answer`. */
  outcome: (request: PollRequest) => Outcome;
  writeOutcome: (request: WriteRequest) => Outcome;
  /** Decides each connect. */
  canConnect: () => boolean;
  /** What a point shows; default its index, good. */
  sampleOf: (point: number) => Partial<PointSample>;
  /** What requests of a plan are made with. */
  habits: Partial<Pick<PollRequest, 'retries' | 'maxInFlight' | 'timeoutMs'>>;
  latencyMs: number;
  releaseMs: number | null;
  readonly reads: { readonly label: string; readonly atMs: number; readonly request: PollRequest }[];
  readonly writes: { readonly label: string; readonly atMs: number; readonly underWay: number }[];
  readonly connects: number[];
  /** Connections that were opened and not closed. */
  readonly openNow: number;
  /** Most connections of one link, and most reads of one connection, at once. */
  readonly maxOpen: number;
  readonly maxReads: number;
  /** Ends all connections as a broken wire does. */
  drop(reason: string): void;
}

export const FAKE_TIMEOUT_MS = 100;

interface State {
  readonly reads: { label: string; atMs: number; request: PollRequest }[];
  readonly writes: { label: string; atMs: number; underWay: number }[];
  readonly connects: number[];
  openNow: number;
  maxOpen: number;
  maxReads: number;
  readonly drops: Set<(reason: string) => void>;
}

/** One request per equipment and poll interval; its device is named after `device.unit`. */
export function createFakeDriver(): FakeDriver {
  const state: State = {
    reads: [],
    writes: [],
    connects: [],
    openNow: 0,
    maxOpen: 0,
    maxReads: 0,
    drops: new Set(),
  };
  const driver: FakeDriver = {
    mode: 'poll',
    outcome: () => 'answer',
    writeOutcome: () => 'answer',
    canConnect: () => true,
    sampleOf: () => ({}),
    habits: {},
    latencyMs: 5,
    releaseMs: null,
    reads: state.reads,
    writes: state.writes,
    connects: state.connects,
    get openNow() {
      return state.openNow;
    },
    get maxOpen() {
      return state.maxOpen;
    },
    get maxReads() {
      return state.maxReads;
    },
    drop: (reason) => [...state.drops].forEach((drop) => drop(reason)),
    plan: (_link, points, equipmentOf) =>
      [...Map.groupBy(points, equipmentOf)].map(([equipment, group]) => toRequest(driver, equipment, group)),
    split: splitInHalves,
    merge: mergeNeighbours,
    toWrite: (_link, point, equipment, value) => toWrite(point, equipment, value),
    releaseAfterMs: () => driver.releaseMs,
    open: (_link, onLost) => openFake(driver, state, onLost),
  };
  return driver;
}

function toRequest(
  { habits }: FakeDriver,
  equipment: Equipment,
  group: readonly { index: number; pollMs: number }[],
): PollRequest {
  return {
    points: group.map(({ index }) => index),
    device: `unit ${String(equipment.device['unit'])}`,
    label: `${equipment.id} ${group[0]!.pollMs}`,
    block: { table: 'holding', first: group[0]!.index, count: group.length, used: group.length },
    costMs: 0,
    timeoutMs: FAKE_TIMEOUT_MS,
    retries: 0,
    maxInFlight: 1,
    detail: null,
    ...habits,
  };
}

/** The same for other points: `pump 1000 [3 4 5]`. */
export function toPiece(request: PollRequest, points: readonly number[]): PollRequest {
  const label = `${request.label.split(' [')[0]!} [${points.join(' ')}]`;
  const block = { table: 'holding', first: points[0]!, count: points.length, used: points.length };
  return { ...request, points, label, block };
}

export function splitInHalves(request: PollRequest, exceptionCode: number): readonly PollRequest[] {
  const { points } = request;
  if (points.length < 2 || (exceptionCode !== 2 && exceptionCode !== 3)) return [];
  const half = Math.ceil(points.length / 2);
  return [points.slice(0, half), points.slice(half)].map((part) => toPiece(request, part));
}

/** Runs of neighbours, none longer than the longest piece. */
export function mergeNeighbours(pieces: readonly PollRequest[]): readonly PollRequest[] {
  const most = Math.max(...pieces.map(({ points }) => points.length));
  const runs: number[][] = [];
  for (const point of pieces.flatMap(({ points }) => points).toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && run.at(-1) === point - 1 && run.length < most) run.push(point);
    else runs.push([point]);
  }
  return runs.map((run) => toPiece(pieces[0]!, run));
}

function toWrite(point: PointDef, equipment: Equipment, value: number): WriteRequest {
  const device = `unit ${String(equipment.device['unit'])}`;
  return {
    point: point.index,
    device,
    label: `${point.id} = ${value}`,
    timeoutMs: FAKE_TIMEOUT_MS,
    detail: null,
  };
}

function openFake(driver: FakeDriver, state: State, onLost: (reason: string) => void): PollConnection {
  const ended = new AbortController();
  let reading = 0;
  let writing = 0;
  let requests = 0;
  const end = () => {
    if (ended.signal.aborted) return;
    state.openNow--;
    state.drops.delete(drop);
    ended.abort();
  };
  const drop = (reason: string) => {
    end();
    onLost(reason);
  };
  state.openNow++;
  state.maxOpen = Math.max(state.maxOpen, state.openNow);
  const failed = (code: 'stopped' | 'connection-lost') => new DeviceError(code, code);

  async function endAs(
    outcome: Outcome,
    label: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const waitMs = { hang: 1e9, timeout: timeoutMs }[outcome as string] ?? driver.latencyMs;
    await wait(waitMs, signal, ended.signal);
    if (ended.signal.aborted || signal.aborted) throw failed('stopped');
    if (outcome === 'timeout') throw new DeviceError('timeout', `no answer to ${label}`);
    if (outcome === 'gateway-timeout') throw new DeviceError('timeout', 'gateway', { exceptionCode: 11 });
    const exceptionCode = outcome === 'exception' ? 1 : outcome;
    if (typeof exceptionCode === 'number') throw new DeviceError('exception', 'refused', { exceptionCode });
    if (outcome === 'lost') {
      drop('connection reset');
      throw failed('connection-lost');
    }
  }

  return {
    async connect(signal) {
      state.connects.push(performance.now());
      await wait(driver.latencyMs, signal, ended.signal);
      if (signal.aborted) throw failed('stopped');
      if (!driver.canConnect()) throw new DeviceError('connect-failed', 'connect refused by plc:502');
      state.drops.add(drop);
    },
    async read(request, signal) {
      const { label, points } = request;
      if (writing > 0) throw new Error('a read beside a write');
      state.reads.push({ label, atMs: performance.now(), request });
      requests++;
      reading++;
      state.maxReads = Math.max(state.maxReads, reading);
      if (reading > request.maxInFlight) throw new Error('more reads at once than the request allows');
      try {
        await endAs(driver.outcome(request), label, request.timeoutMs, signal);
      } finally {
        reading--;
      }
      const sample = (point: number) => ({ point, value: point, quality: 0, sourceMs: Number.NaN });
      return toColumns(points.map((point) => ({ ...sample(point), ...driver.sampleOf(point) })));
    },
    async write(request, signal) {
      state.writes.push({ label: request.label, atMs: performance.now(), underWay: reading + writing });
      writing++;
      try {
        await endAs(driver.writeOutcome(request), request.label, request.timeoutMs, signal);
      } finally {
        writing--;
      }
    },
    close: end,
    stats: () => ({ requests }),
  };
}

function wait(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    for (const signal of signals) {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}
