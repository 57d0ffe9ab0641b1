/** A wire that can be cut: a TCP relay on a free port between the gateway and a device (or a broker, or InfluxDB). */
import { connect, createServer, type Socket } from 'node:net';

export interface Wire extends AsyncDisposable {
  readonly port: number;
  /**
   * Connections are reset and new ones refused at once, as when the device's own end goes away.
   * @param only those whose first bytes hold this text (MQTT: the client's id); default: all
   */
  cut(only?: string): void;
  /** Nothing is closed, but nothing passes any more: the cable is pulled at a switch. @param only as of `cut` */
  mute(only?: string): void;
  /** Ends either; connections made while it was mute are reset, and those that have lost bytes by it. */
  restore(): void;
  /** Connections made through it so far. */
  connections(): number;
  /** Connections through it that are open at both ends now. */
  open(): number;
  /** Wall clock of the last connection that was made through it, UTC ms; null before the first. */
  connectedAtMs(): number | null;
}

type State = 'whole' | 'cut' | 'mute';

/** One connection through the wire. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** What the near end said first; null before that. */
  first: Buffer | null;
  /** Bytes have been swallowed: what follows would make no sense. */
  hasHole: boolean;
}

export async function createWire(targetPort: number): Promise<Wire> {
  const pairs = new Set<Pair>();
  /** Taken while mute: they lead nowhere. */
  const dead = new Set<Socket>();
  let state: State = 'whole';
  let only: string | null = null;
  let connections = 0;
  let connectedAtMs: number | null = null;
  const isMeant = ({ first }: Pair): boolean => only === null || first?.includes(only) === true;
  const reset = (pair: Pair): void => {
    for (const socket of [pair.near, pair.far]) socket.resetAndDestroy();
  };
  const passes = (pair: Pair): boolean => {
    if (state === 'whole' || !isMeant(pair)) return true;
    if (state === 'cut') reset(pair);
    pair.hasHole = true;
    return false;
  };
  const server = createServer((near) => {
    if (state === 'cut' && only === null) {
      near.resetAndDestroy();
      return;
    }
    if (state === 'mute' && only === null) {
      hold(near, dead);
      return;
    }
    connections += 1;
    connectedAtMs = Date.now();
    join({ near, far: connect(targetPort, '127.0.0.1'), first: null, hasHole: false }, pairs, passes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const become = (next: State, which: string | undefined): void => {
    state = next;
    only = which ?? null;
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut(which) {
      become('cut', which);
      for (const pair of pairs) if (isMeant(pair)) reset(pair);
      for (const socket of dead) socket.resetAndDestroy();
    },
    mute(which) {
      become('mute', which);
    },
    restore() {
      become('whole', undefined);
      for (const pair of pairs) if (pair.hasHole) reset(pair);
      for (const socket of dead) socket.resetAndDestroy();
    },
    connections: () => connections,
    open: () => pairs.size,
    connectedAtMs: () => connectedAtMs,
    async [Symbol.asyncDispose]() {
      become('cut', undefined);
      for (const pair of pairs) reset(pair);
      for (const socket of dead) socket.resetAndDestroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Keeps a connection open without reading or answering. */
function hold(socket: Socket, among: Set<Socket>): void {
  among.add(socket);
  socket.on('error', () => socket.destroy());
  socket.on('close', () => among.delete(socket));
}

/** What one end says, the other hears while `passes`; what one end does, the other suffers. */
function join(pair: Pair, among: Set<Pair>, passes: (pair: Pair) => boolean): void {
  const { near, far } = pair;
  among.add(pair);
  near.once('data', (bytes: Buffer) => {
    pair.first = bytes;
  });
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.setNoDelay(true);
    from.on('error', () => to.destroy());
    from.on('data', (bytes: Buffer) => {
      if (passes(pair)) to.write(bytes);
    });
    from.on('close', () => {
      among.delete(pair);
      to.destroy();
    });
  }
}
