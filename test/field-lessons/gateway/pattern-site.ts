/** Site and profiles for test-pattern devices, as files: 125 registers a unit, or 78 booleans. JSON is YAML. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = { zh: '试验', en: 'Trial' };

export const REGISTERS = 125;
export const BOOLEANS = 78;
export const REGISTER_POLL_MS = 100;
export const BOOLEAN_POLL_MS = 500;

export interface PatternSite {
  readonly httpPort: number;
  readonly influxUrl: string;
  /** Of the endpoint with registers, and its units. */
  readonly meters: { readonly port: number; readonly units: readonly number[] };
  /** Of the endpoint with booleans, and its units. */
  readonly alarms: { readonly port: number; readonly units: readonly number[] };
}

/** @returns path of the site file. Equipment: `meter-<unit>` with `r0` …, `alarms-<unit>` with `b0` … */
export function writePatternSite(directory: string, site: PatternSite): string {
  const profiles = join(directory, 'profiles');
  mkdirSync(profiles);
  writeProfile(profiles, 'pattern-registers', 'electricity-meter', {
    section: { maxRegisters: REGISTERS },
    points: Array.from({ length: REGISTERS }, (_, address) => ({
      id: `r${address}`,
      name: NAME,
      unit: 'none',
      poll: REGISTER_POLL_MS,
      badData: false,
      address: { table: 'holding', address },
    })),
  });
  writeProfile(profiles, 'pattern-booleans', 'switchboard', {
    section: {},
    points: Array.from({ length: BOOLEANS }, (_, address) => ({
      id: `b${address}`,
      name: NAME,
      unit: 'none',
      poll: BOOLEAN_POLL_MS,
      address: { table: 'discrete', address },
    })),
  });
  const link = (id: string, port: number) => ({
    id,
    name: NAME,
    protocol: 'modbus',
    host: '127.0.0.1',
    port,
    // An answer that was given is not thrown away, however busy the machine is: it is compared with what is stored.
    timeoutMs: 10_000,
  });
  const equip = (id: string, profile: string, units: readonly number[]) =>
    units.map((unit) => ({ id: `${id}-${unit}`, profile, link: id, location: 'room', name: NAME, unit }));
  const path = join(directory, 'site.yaml');
  const content = {
    version: 1,
    profiles: ['profiles'],
    site: { id: 'trial', name: NAME, timeZone: 'Asia/Shanghai' },
    locations: [{ id: 'room', name: NAME }],
    links: [link('meter', site.meters.port), link('alarms', site.alarms.port)],
    equipment: [
      ...equip('meter', 'pattern-registers', site.meters.units),
      ...equip('alarms', 'pattern-booleans', site.alarms.units),
    ],
    http: { host: '127.0.0.1', port: site.httpPort },
    influx: { url: site.influxUrl, database: 'riser', timeoutMs: 1_000 },
  };
  writeFileSync(path, JSON.stringify(content, null, 1));
  return path;
}

function writeProfile(
  directory: string,
  id: string,
  kind: string,
  { section, points }: { readonly section: object; readonly points: readonly object[] },
): void {
  const head = { version: 1, id, vendor: 'Trial', model: id, kind, name: NAME, protocol: 'modbus' };
  const profile = { ...head, source: 'docs/register-maps.md', verified: 'example', modbus: section, points };
  writeFileSync(join(directory, `${id}.yaml`), JSON.stringify(profile, null, 1));
}
