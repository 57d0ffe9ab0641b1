/** Site files for tests: booster sets and a sump on the simulated plant. JSON is YAML, so nothing is formatted here. */
import { writeFileSync } from 'node:fs';

export interface SiteOptions {
  readonly httpPort: number;
  /** Default 127.0.0.1. */
  readonly httpHost?: string;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly pumpRoomPort: number;
  readonly sumpRoomPort: number;
  /** Left out = no InfluxDB. */
  readonly influxUrl?: string;
  /** Booster sets that all read the one simulated set; default 1. */
  readonly sets?: number;
}

export const SITE_ID = 'trial';
/** Longer than any stall of a machine that does other work: no test of these sites waits for silence. */
const TIMEOUT_MS = 8_000;

export function writeSite(path: string, options: SiteOptions): void {
  const name = { zh: '试验', en: 'Trial' };
  const link = { name, protocol: 'modbus', host: '127.0.0.1', timeoutMs: TIMEOUT_MS };
  const booster = { profile: 'generic-booster-2p', link: 'pump-room', location: 'room', name };
  const { httpHost: host = '127.0.0.1', httpPort: port, tls, influxUrl: url, sets = 1 } = options;
  const site = {
    version: 1,
    site: { id: SITE_ID, name, timeZone: 'Asia/Shanghai' },
    locations: [{ id: 'room', name }],
    links: [
      { id: 'pump-room', port: options.pumpRoomPort, ...link },
      { id: 'sump-room', port: options.sumpRoomPort, ...link },
    ],
    equipment: [
      ...Array.from({ length: sets }, (_, at) => ({ id: `dws-${at + 1}`, ...booster })),
      { id: 'sump-1', profile: 'generic-sump-2p', link: 'sump-room', location: 'room', name },
    ],
    http: { host, port, ...(tls && { tls }) },
    ...(url !== undefined && { influx: { url, database: 'riser' } }),
  };
  writeFileSync(path, JSON.stringify(site, null, 1));
}
