/** The baseline of mqtt: a bare aedes broker with one subscriber inside the process that does nothing. */
import { createServer, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface AedesSetup {
  readonly port: number;
  /** What one message carries. */
  readonly readingsPerMessage: number;
}

serveSubject<AedesSetup>(async ({ port, readingsPerMessage }) => {
  const broker = await Aedes.createBroker();
  let messages = 0;
  broker.subscribe(
    'bench/#',
    (_packet, done) => {
      messages++;
      done();
    },
    () => {},
  );
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    count: () => ({ ...NO_COUNTS, readings: messages * readingsPerMessage, atMs: nowMs() }),
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      broker.close();
    },
  };
});
