/**
 * A driver without a wire, for tests on fake time: every read takes `latencyMs` and ends as the test says. It keeps
 * count of what must never happen: two connections of one link at once, two reads of one connection at once.
 */
import type { Equipment } from '../../src/config/model.ts';
import { DeviceError } from '../../src/core/errors.ts';
import type { PointSample, PollConnection, PollDriver, PollRequest } from '../../src/drivers/driver.ts';

export type Outcome = 'answer' | 'timeout' | 'gateway-timeout' | 'exception' | 'lost' | 'hang';

export interface FakeDriver extends PollDriver {
  /** Decides each read. Default: always `answer`. */
  outcome: (request: PollRequest) => Outcome;
  /** Decides each connect. */
  canConnect: () => boolean;
  latencyMs: number;
  readonly reads: { readonly label: string; readonly atMs: number }[];
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
  readonly reads: { label: string; atMs: number }[];
  readonly connects: number[];
  openNow: number;
  maxOpen: number;
  maxReads: number;
  readonly drops: Set<(reason: string) => void>;
}

/** One request per equipment and poll interval; its device is named after `device.unit`. */
export function createFakeDriver(): FakeDriver {
  const state: State = { reads: [], connects: [], openNow: 0, maxOpen: 0, maxReads: 0, drops: new Set() };
  const driver: FakeDriver = {
    mode: 'poll',
    outcome: () => 'answer',
    canConnect: () => true,
    latencyMs: 5,
    reads: state.reads,
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
    timeoutMs: () => FAKE_TIMEOUT_MS,
    plan: (_link, points, equipmentOf) =>
      [...Map.groupBy(points, equipmentOf)].map(([equipment, group]) => toRequest(equipment, group)),
    open: (_link, onLost) => openFake(driver, state, onLost),
  };
  return driver;
}

function toRequest(equipment: Equipment, group: readonly { index: number; pollMs: number }[]): PollRequest {
  return {
    points: group.map(({ index }) => index),
    device: `unit ${String(equipment.device['unit'])}`,
    label: `${equipment.id} ${group[0]!.pollMs}`,
    block: null,
    costMs: 0,
    timeoutMs: FAKE_TIMEOUT_MS,
    retries: 0,
    maxInFlight: 1,
    detail: null,
  };
}

function openFake(driver: FakeDriver, state: State, onLost: (reason: string) => void): PollConnection {
  const ended = new AbortController();
  let reading = 0;
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

  async function answerAfterLatency(
    request: PollRequest,
    signal: AbortSignal,
  ): Promise<readonly PointSample[]> {
    const outcome = driver.outcome(request);
    const waitMs = { hang: 1e9, timeout: FAKE_TIMEOUT_MS }[outcome as string] ?? driver.latencyMs;
    await wait(waitMs, signal, ended.signal);
    if (ended.signal.aborted || signal.aborted) throw failed('stopped');
    if (outcome === 'timeout') throw new DeviceError('timeout', `no answer to ${request.label}`);
    if (outcome === 'gateway-timeout') throw new DeviceError('timeout', 'gateway', { exceptionCode: 11 });
    if (outcome === 'exception') throw new DeviceError('exception', 'refused', { exceptionCode: 2 });
    if (outcome === 'lost') {
      drop('connection reset');
      throw failed('connection-lost');
    }
    return request.points.map((point) => ({ point, value: point, quality: 0, sourceMs: Number.NaN }));
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
      state.reads.push({ label: request.label, atMs: performance.now() });
      requests++;
      reading++;
      state.maxReads = Math.max(state.maxReads, reading);
      try {
        return await answerAfterLatency(request, signal);
      } finally {
        reading--;
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
