/**
 * A push driver without a wire, for tests on fake time: connects after `latencyMs`, then says what the test says. It
 * keeps count of what must never happen: two connections of one link at once.
 */
import { DeviceError } from '../../src/core/errors.ts';
import type { PushConnection, PushDriver, PushSink } from '../../src/drivers/driver.ts';

export interface FakePushDriver extends PushDriver {
  /** Decides each connect; an error is thrown, `hang` waits for the signal. Default: `connect`. */
  outcome: () => 'connect' | 'refuse' | 'hang' | Error;
  latencyMs: number;
  /** Time that `close` takes. */
  closeMs: number;
  /** Times of `connect`, monotonic. */
  readonly connects: number[];
  /** Connections that were opened and whose `close` has not resolved. */
  readonly openNow: number;
  readonly maxOpen: number;
  /** Sinks of all connections so far, oldest first. */
  readonly sinks: PushSink[];
  /** Sink of the newest connection. */
  readonly sink: PushSink;
  say(values: Readonly<Record<number, number>>, quality?: number): void;
}

export function createFakePushDriver(): FakePushDriver {
  const state = { connects: [] as number[], sinks: [] as PushSink[], openNow: 0, maxOpen: 0 };
  const driver: FakePushDriver = {
    mode: 'push',
    outcome: () => 'connect',
    latencyMs: 5,
    closeMs: 5,
    connects: state.connects,
    sinks: state.sinks,
    get openNow() {
      return state.openNow;
    },
    get maxOpen() {
      return state.maxOpen;
    },
    get sink() {
      return state.sinks.at(-1)!;
    },
    say: (values, quality = 0) =>
      driver.sink.samples(
        Object.entries(values).map(([point, value]) => ({
          point: Number(point),
          value,
          quality,
          sourceMs: Number.NaN,
        })),
      ),
    open: (_link, _points, _equipmentOf, sink) => {
      state.sinks.push(sink);
      state.openNow++;
      state.maxOpen = Math.max(state.maxOpen, state.openNow);
      return openFake(driver, () => state.openNow--);
    },
  };
  return driver;
}

function openFake(driver: FakePushDriver, onClosed: () => void): PushConnection {
  let closing: Promise<void> | null = null;
  return {
    async connect(signal) {
      driver.connects.push(performance.now());
      const outcome = driver.outcome();
      await wait(outcome === 'hang' ? 1e9 : driver.latencyMs, signal);
      if (signal.aborted) throw new DeviceError('stopped', 'stopped');
      if (outcome === 'refuse') throw new DeviceError('connect-failed', 'connect refused by broker:1883');
      if (outcome instanceof Error) throw outcome;
    },
    close: () => (closing ??= wait(driver.closeMs).then(onClosed)),
    stats: () => ({ messages: 1 }),
  };
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
