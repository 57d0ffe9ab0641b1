/** A wire that can be cut: a TCP relay on a free port between the gateway and a device (or InfluxDB). */
import { connect, createServer, type Socket } from 'node:net';

export interface Wire extends AsyncDisposable {
  readonly port: number;
  /** Connections are reset and new ones refused at once, as when the device's own end goes away. */
  cut(): void;
  /** Nothing is closed, but nothing passes any more: the cable is pulled at a switch. */
  mute(): void;
  /** Ends either; connections made while it was mute are reset. */
  restore(): void;
  /** Connections made through it so far. */
  connections(): number;
  /** Wall clock of the last connection that was made through it, UTC ms; null before the first. */
  connectedAtMs(): number | null;
}

type State = 'whole' | 'cut' | 'mute';

export async function createWire(targetPort: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  /** Taken while mute: they lead nowhere. */
  const dead = new Set<Socket>();
  let state: State = 'whole';
  let connections = 0;
  let connectedAtMs: number | null = null;
  const server = createServer((near) => {
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    if (state === 'mute') {
      hold(near, dead);
      return;
    }
    connections += 1;
    connectedAtMs = Date.now();
    join(near, connect(targetPort, '127.0.0.1'), sockets, () => state === 'whole');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const reset = (which: ReadonlySet<Socket>): void => {
    for (const socket of which) socket.resetAndDestroy();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cut() {
      state = 'cut';
      reset(sockets);
      reset(dead);
    },
    mute() {
      state = 'mute';
    },
    restore() {
      state = 'whole';
      reset(dead);
    },
    connections: () => connections,
    connectedAtMs: () => connectedAtMs,
    async [Symbol.asyncDispose]() {
      state = 'cut';
      reset(sockets);
      reset(dead);
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
function join(near: Socket, far: Socket, among: Set<Socket>, passes: () => boolean): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    among.add(from);
    from.setNoDelay(true);
    from.on('error', () => to.destroy());
    from.on('data', (bytes: Buffer) => {
      if (passes()) to.write(bytes);
    });
    from.on('close', () => {
      among.delete(from);
      to.destroy();
    });
  }
}
