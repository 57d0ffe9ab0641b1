/**
 * A bus in this process, on a clock that the test moves: for promises about an answer that is so and so much late, which
 * no machine keeps that is held up itself.
 */
import { Duplex } from 'node:stream';
import { onTestFinished, vi } from 'vitest';
import type { Wire } from '../../../../src/drivers/modbus/transport.ts';

export interface HeldBus {
  readonly wire: Wire;
  /** Every request so far, with the time of its arrival on the held clock (monotonic ms). */
  readonly requests: readonly { readonly bytes: Buffer; readonly atMs: number }[];
  respond: (request: Buffer, send: (bytes: Buffer) => void) => void;
  /** Says something unasked on the connection that is open. */
  send(bytes: Buffer): void;
}

const LIMIT_MS = 60_000;

/** Timers and the monotonic clock stand still from now to the end of the test. */
export function startHeldBus(respond: HeldBus['respond']): HeldBus {
  if (!vi.isFakeTimers()) {
    vi.useFakeTimers({
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'performance',
      ],
    });
    onTestFinished(() => void vi.useRealTimers());
  }
  const requests: { bytes: Buffer; atMs: number }[] = [];
  let open: Duplex | null = null;
  const bus: HeldBus = {
    requests,
    respond,
    send: (bytes) => void (open?.destroyed || open?.push(bytes)),
    wire: {
      name: 'held bus',
      stats: () => ({}),
      open() {
        const stream = new Duplex({
          read: () => {},
          write(bytes: Buffer, _encoding, done) {
            requests.push({ bytes, atMs: performance.now() });
            bus.respond(bytes, (answer) => void (stream.destroyed || stream.push(answer)));
            done();
          },
        });
        open = stream;
        return Promise.resolve(stream);
      },
    },
  };
  return bus;
}

/** Lets time pass until the work is done. @throws Error when it is not within a minute of the held clock, or as it does */
export async function pass<T>(work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const ended = () => (state.isDone = true);
  work.then(ended, ended);
  for (let passed = 0; !state.isDone; passed++) {
    if (passed === LIMIT_MS) throw new Error(`not done within ${LIMIT_MS} ms`);
    await vi.advanceTimersByTimeAsync(1);
  }
  return await work;
}
