/**
 * A field of Modbus TCP devices, each with a port of its own and holding registers from 0 on. A fifth of the registers
 * walks once a second; the first ones are alarm values. Answers function 3 and nothing else.
 *
 *   request  | transaction 2 | 0 2 | length 2 | unit 1 | 3 | address 2 | count 2 |
 *   answer   | transaction 2 | 0 2 | length 2 | unit 1 | 3 | bytes 1   | registers |
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createDevices, createRaiser, createRandom, type Device, walk } from './field.ts';
import { serve } from './serve.ts';

export interface ModbusFieldSetup {
  readonly devices: number;
  readonly registers: number;
  /** Registers of each device that can raise an alarm. */
  readonly alarms: number;
  /** From request to answer; default 0: at once. */
  readonly delayMs?: number;
}

/** Answer to `served`. */
export interface FieldServed {
  /** Answers given since the start, all devices together, and by how many devices. */
  readonly answers: number;
  readonly devices: number;
}

const REQUEST_BYTES = 12;
const ANSWER_HEAD_BYTES = 9;
const READ_HOLDING = 3;
const WALK_MS = 1_000;
const WALKING_SHARE = 0.2;

serve<ModbusFieldSetup>(async (setup) => {
  const random = createRandom(1);
  const devices = createDevices(setup.devices, setup.registers, setup.alarms);
  const raiser = createRaiser(devices, random);
  /** Answers given, by device. */
  const served = new Uint32Array(devices.length);
  const servers = devices.map((device, at) =>
    createDeviceServer(device, setup.delayMs ?? 0, () => void ((served[at] as number) += 1)),
  );
  const ports = await Promise.all(servers.map(listen));
  const timer = setInterval(() => {
    for (const device of devices) walk(device, WALKING_SHARE, random);
  }, WALK_MS);
  return {
    facts: { ports },
    answers: {
      begin: () => raiser.begin(),
      end: () => raiser.end(),
      reset: () => raiser.reset(),
      served: (): FieldServed => ({
        answers: served.reduce((sum, count) => sum + count, 0),
        devices: served.filter((count) => count > 0).length,
      }),
    },
    stop() {
      clearInterval(timer);
      raiser.reset();
      for (const server of servers) server.close();
    },
  };
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function createDeviceServer(device: Device, delayMs: number, onAnswer: () => void): Server {
  const reply = (socket: Socket, request: Buffer): void => {
    answer(socket, device, request);
    onAnswer();
  };
  return createServer((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= REQUEST_BYTES) {
        const request = rest.subarray(0, REQUEST_BYTES);
        if (delayMs === 0) reply(socket, request);
        else setTimeout(reply, delayMs, socket, request);
        rest = rest.subarray(REQUEST_BYTES);
      }
    });
  });
}

function answer(socket: Socket, { values }: Device, request: Buffer): void {
  const [address, count] = [request.readUInt16BE(8), request.readUInt16BE(10)];
  if (request[7] !== READ_HOLDING || address + count > values.length) {
    socket.destroy();
    return;
  }
  const reply = Buffer.alloc(ANSWER_HEAD_BYTES + 2 * count);
  request.copy(reply, 0, 0, 4);
  reply.writeUInt16BE(3 + 2 * count, 4);
  request.copy(reply, 6, 6, 8);
  reply[8] = 2 * count;
  for (let at = 0; at < count; at++)
    reply.writeUInt16BE(values[address + at] ?? 0, ANSWER_HEAD_BYTES + 2 * at);
  socket.write(reply);
}
