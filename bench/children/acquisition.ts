/** Drivers and acquisition of a whole site, without rules, journal or API: what polling alone costs. */
import pino from 'pino';
import { createAcquisition } from '../../src/acquisition/acquisition.ts';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { createTexts } from '../../src/core/texts.ts';
import { createModbusDriver } from '../../src/drivers/modbus/driver.ts';
import { createSystemClock } from '../../src/engine/system-clock.ts';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface AcquisitionSetup {
  readonly siteFile: string;
}

/** Counters of links that say that something is wrong. */
const FAILURES = ['timeouts', 'exceptions', 'bad_frames', 'reconnects', 'stale_readings'];

serveSubject<AcquisitionSetup>(async ({ siteFile }) => {
  const model = loadSite(siteFile, { catalog: CATALOG, env: {}, epoch: 1 });
  let readings = 0;
  const acquisition = createAcquisition({
    model,
    drivers: new Map([['modbus', createModbusDriver()]]),
    clock: createSystemClock(),
    log: pino({ level: 'error' }, pino.destination({ fd: 2, sync: true })),
    random: Math.random,
    texts: createTexts(LIMITS.texts),
    onBatch: (batch) => void (readings += batch.count),
    onLinkStatus: () => {},
  });
  acquisition.start();
  const sum = (names: readonly string[]): number =>
    acquisition
      .links()
      .reduce((all, { counters }) => all + names.reduce((own, name) => own + (counters[name] ?? 0), 0), 0);
  return {
    count: () => ({
      ...NO_COUNTS,
      readings,
      skipped: sum(['skipped_cycles']),
      failures: sum(FAILURES),
      atMs: nowMs(),
    }),
    stop: () => acquisition.stop(),
  };
});
