/** The gateway's Modbus driver alone: the same requests, decoded to samples by the driver contract, and dropped. */
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { defined } from '../../src/core/assert.ts';
import type { PollConnection } from '../../src/drivers/driver.ts';
import { createModbusDriver } from '../../src/drivers/modbus/driver.ts';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface FramingSetup {
  readonly siteFile: string;
  readonly pollMs: number;
}

serveSubject<FramingSetup>(async ({ siteFile, pollMs }) => {
  const model = loadSite(siteFile, { catalog: CATALOG, env: {}, epoch: 1 });
  const driver = createModbusDriver();
  const counts = { readings: 0, skipped: 0, failures: 0 };
  const timers: NodeJS.Timeout[] = [];
  const stop = new AbortController();
  const byLink = Map.groupBy(model.points, ({ link }) => link);
  const connections: PollConnection[] = [];
  for (const [at, link] of [...model.links.values()].entries()) {
    const requests = driver.plan(link, byLink.get(link.id) ?? [], (point) =>
      defined(model.equipment.get(point.equipment), 'equipment of the point'),
    );
    const connection = driver.open(link, () => void counts.failures++);
    connections.push(connection);
    await connection.connect(stop.signal);
    let isBusy = false;
    const poll = async (): Promise<void> => {
      if (isBusy) return void counts.skipped++;
      isBusy = true;
      try {
        for (const request of requests) {
          const samples = await connection.read(request, stop.signal);
          counts.readings += samples.count;
        }
      } catch {
        counts.failures++;
      }
      isBusy = false;
    };
    const start = (): void => void timers.push(setInterval(() => void poll(), pollMs));
    timers.push(setTimeout(start, (pollMs * at) / model.links.size));
  }
  return {
    count: () => ({ ...NO_COUNTS, ...counts, atMs: nowMs() }),
    stop() {
      for (const timer of timers) clearTimeout(timer);
      stop.abort();
      for (const connection of connections) connection.close();
    },
  };
});
