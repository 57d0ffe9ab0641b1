/**
 * The site that a benchmark runs on, as files: a profile with rules, equipment, links. Each device has `values`
 * points: the first half are states (0 or 1; the first few are what the field raises), the second half are numbers,
 * of which the last part walks. Every point has a threshold rule, every state a state rule: 1.5 rules a point, unless a
 * suite asks for rules on fewer points.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SiteOptions {
  readonly directory: string;
  readonly protocol: string;
  readonly devices: number;
  readonly values: number;
  readonly links: readonly Readonly<Record<string, unknown>>[];
  /** The protocol's part of equipment `at`, and its place in `links`. */
  readonly toDevice: (at: number) => { readonly link: number; readonly [key: string]: unknown };
  readonly toAddress: (value: number) => Readonly<Record<string, unknown>>;
  /** Keys of every point beside the common ones. */
  readonly point: Readonly<Record<string, unknown>>;
  /** The protocol's section of the profile. */
  readonly section: Readonly<Record<string, unknown>>;
  /** One point in so many has rules, among them the first; default 1. */
  readonly ruledEvery?: number;
  /** Default 0: any free one. */
  readonly httpPort?: number;
  /** Of all rules; default `low`. */
  readonly severity?: string;
  /** File beside the site's; default: the shipped one. */
  readonly policy?: string;
}

/** Of a site whose devices are units 1 of Modbus TCP endpoints on this machine, one on each link. */
export interface ModbusSiteOptions
  extends Pick<SiteOptions, 'directory' | 'values' | 'ruledEvery' | 'httpPort' | 'severity' | 'policy'> {
  readonly ports: readonly number[];
  /** Default: one on each port. */
  readonly devices?: number;
  readonly pollMs: number;
  /** Default: that of the product. */
  readonly timeoutMs?: number;
}

const PROFILE = 'bench-device';
/** Walking values stay far below. */
const HIGH_LIMIT = 950;
const STATE_LIMIT = 2;
/** Of numbers, raw; a random step of up to 4 passes it about half of the time. */
const DEADBAND = 2;

/** @returns the path of the site file */
export function writeSite(options: SiteOptions): string {
  const profiles = join(options.directory, 'profiles');
  mkdirSync(profiles, { recursive: true });
  // JSON is YAML.
  writeFileSync(join(profiles, `${PROFILE}.yaml`), JSON.stringify(toProfile(options), null, 1));
  const file = join(options.directory, 'site.yaml');
  writeFileSync(file, JSON.stringify(toSite(options), null, 1));
  return file;
}

/** @returns the path of the site file */
export function writeModbusSite({
  ports,
  devices = ports.length,
  pollMs,
  timeoutMs,
  ...options
}: ModbusSiteOptions): string {
  return writeSite({
    ...options,
    protocol: 'modbus',
    devices,
    links: ports.map((port) => ({ host: '127.0.0.1', port, ...(timeoutMs !== undefined && { timeoutMs }) })),
    toDevice: (at) => ({ link: at, unit: 1 }),
    toAddress: (address) => ({ table: 'holding', address }),
    point: { poll: pollMs },
    section: {},
  });
}

const toText = (text: string) => ({ zh: text, en: text });

function toSite({ protocol, devices, links, toDevice, httpPort = 0, policy }: SiteOptions): object {
  return {
    version: 1,
    site: { id: 'bench', name: toText('Bench'), timeZone: 'UTC' },
    locations: [{ id: 'house', name: toText('House') }],
    links: links.map((link, at) => ({
      id: `link-${at + 1}`,
      name: toText(`Link ${at + 1}`),
      protocol,
      ...link,
    })),
    equipment: Array.from({ length: devices }, (_, at) => {
      const { link, ...device } = toDevice(at);
      return {
        id: `device-${at + 1}`,
        profile: PROFILE,
        link: `link-${link + 1}`,
        location: 'house',
        name: toText(`Device ${at + 1}`),
        ...device,
      };
    }),
    http: { port: httpPort },
    ...(policy !== undefined && { policy }),
    profiles: ['profiles'],
  };
}

function toProfile(options: SiteOptions): object {
  const { protocol, values, toAddress, point, section, ruledEvery = 1, severity = 'low' } = options;
  const all = Array.from({ length: values }, (_, at) => at);
  const isState = (at: number): boolean => at < values / 2;
  return {
    version: 1,
    id: PROFILE,
    vendor: 'Bench',
    model: 'Bench',
    kind: 'pump',
    name: toText('Bench device'),
    protocol,
    source: 'bench/site.ts',
    verified: 'example',
    [protocol]: section,
    points: all.map((at) => ({
      id: `value-${at}`,
      name: toText(`Value ${at}`),
      unit: 'none',
      ...(isState(at)
        ? { states: [0, 1].map((value) => ({ value, name: toText(`State ${value}`) })) }
        : { deadband: DEADBAND, range: { min: 0, max: 1000 } }),
      ...point,
      address: toAddress(at),
    })),
    rules: all
      .filter((at) => at % ruledEvery === 0)
      .flatMap((at) => [
        ...(isState(at) ? [{ ...toRule('state', at, severity), type: 'state', in: [1] }] : []),
        {
          ...toRule('high', at, severity),
          type: 'threshold',
          hi: { limit: isState(at) ? STATE_LIMIT : HIGH_LIMIT, deadband: 1 },
        },
      ]),
  };
}

function toRule(name: string, at: number, severity: string): object {
  return { id: `${name}-${at}`, severity, text: toText(`Value ${at} ${name}`), point: `value-${at}` };
}
