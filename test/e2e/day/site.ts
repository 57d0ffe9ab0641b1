/** The site of the day, as files: meters of the test pattern with 32-bit points, a clock of its own, one location. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClockSetting } from './clock.ts';

export const SITE_ID = 'day';
export const DATABASE = 'riser';
export const KIND = 'electricity-meter';
/** Modbus units, each a meter of its own. */
export const UNITS: readonly number[] = [1, 2, 3, 4];
/** Points of a meter: `p0` is the registers 0 and 1, high word first, and so on. */
export const POINTS = 50;
/** Longer than the patterns need to change, so that no value is asked for twice. */
export const POLL_MS = 100;
/** A reply that was given is not thrown away, however busy the machine is. */
const LINK_TIMEOUT_MS = 8_000;
/** Slow answers of InfluxDB lie around it. */
export const INFLUX_TIMEOUT_MS = 1_500;

export interface DaySite {
  readonly httpPort: number;
  readonly influxUrl: string;
  readonly modbusPort: number;
  readonly location: { readonly id: string; readonly name: string };
}

/** May be called again: the next start finds what has changed. @returns path of the site file */
export function writeDaySite(directory: string, site: DaySite): string {
  const profiles = join(directory, 'profiles');
  mkdirSync(profiles, { recursive: true });
  writeFileSync(join(profiles, 'day-meter.yaml'), JSON.stringify(toProfile(), null, 1));
  const path = join(directory, 'site.yaml');
  writeFileSync(path, JSON.stringify(toSite(site), null, 1));
  return path;
}

/** By renaming: no thread ever reads half of it. @returns path of the file */
export function writeClock(directory: string, setting: ClockSetting): string {
  const path = join(directory, 'clock.json');
  writeFileSync(`${path}.tmp`, JSON.stringify(setting));
  renameSync(`${path}.tmp`, path);
  return path;
}

const toText = (text: string) => ({ zh: text, en: text });

function toProfile(): object {
  return {
    version: 1,
    id: 'day-meter',
    vendor: 'Trial',
    model: 'Trial',
    kind: KIND,
    name: toText('Meter'),
    protocol: 'modbus',
    source: 'docs/register-maps.md',
    verified: 'example',
    modbus: { maxRegisters: 2 * POINTS },
    points: Array.from({ length: POINTS }, (_, at) => ({
      id: `p${at}`,
      name: toText(`Value ${at}`),
      unit: 'none',
      poll: POLL_MS,
      badData: false,
      address: { table: 'holding', address: 2 * at, type: 'u32' },
    })),
  };
}

function toSite({ httpPort, influxUrl, modbusPort, location }: DaySite): object {
  return {
    version: 1,
    profiles: ['profiles'],
    site: { id: SITE_ID, name: toText('Day'), timeZone: 'Asia/Shanghai' },
    locations: [{ id: location.id, name: toText(location.name) }],
    links: [
      {
        id: 'meters',
        name: toText('Meters'),
        protocol: 'modbus',
        host: '127.0.0.1',
        port: modbusPort,
        timeoutMs: LINK_TIMEOUT_MS,
      },
    ],
    equipment: UNITS.map((unit) => ({
      id: `meter-${unit}`,
      profile: 'day-meter',
      link: 'meters',
      location: location.id,
      name: toText(`Meter ${unit}`),
      unit,
    })),
    http: { host: '127.0.0.1', port: httpPort },
    influx: { url: influxUrl, database: DATABASE, timeoutMs: INFLUX_TIMEOUT_MS },
  };
}
