/** The baseline of the pipeline: a script that reads the same registers at the same rate with modbus-serial (promises) and drops them. */
import { createRequire } from 'node:module';
import type { ModbusRTU } from 'modbus-serial/ModbusRTU.js';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

// Its types describe a module that its code is not: what `require` gives is the class itself.
const Client = createRequire(import.meta.url)('modbus-serial') as new () => ModbusRTU;

export interface ModbusSerialSetup {
  readonly ports: readonly number[];
  readonly registers: number;
  readonly pollMs: number;
  readonly timeoutMs: number;
}

serveSubject<ModbusSerialSetup>(async (setup) => {
  const counts = { readings: 0, skipped: 0, failures: 0 };
  const timers: NodeJS.Timeout[] = [];
  const clients = await Promise.all(setup.ports.map((port) => connect(port, setup.timeoutMs)));
  clients.forEach((client, at) => {
    let isBusy = false;
    const poll = async (): Promise<void> => {
      if (isBusy) return void counts.skipped++;
      isBusy = true;
      try {
        const { data } = await client.readHoldingRegisters(0, setup.registers);
        counts.readings += data.length;
      } catch {
        counts.failures++;
      }
      isBusy = false;
    };
    const start = (): void => void timers.push(setInterval(() => void poll(), setup.pollMs));
    timers.push(setTimeout(start, (setup.pollMs * at) / clients.length));
  });
  return {
    count: () => ({ ...NO_COUNTS, ...counts, atMs: nowMs() }),
    stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const client of clients) client.close(() => {});
    },
  };
});

async function connect(port: number, timeoutMs: number): Promise<ModbusRTU> {
  const client = new Client();
  await client.connectTCP('127.0.0.1', { port });
  client.setID(1);
  client.setTimeout(timeoutMs);
  return client;
}
