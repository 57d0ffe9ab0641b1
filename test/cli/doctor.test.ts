/** The command `doctor plan`: figures before anything is polled, advice that holds, exit codes. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { doctor } from '../../src/cli/doctor.ts';
import type { LinkPlan } from '../../src/cli/doctor-plan.ts';
import { profile, writeSite } from '../drivers/modbus/site-support.ts';
import { capture } from '../support/capture.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** 20 registers in a row, every second. */
const METER = profile(
  'meter',
  '{}',
  Array.from({ length: 20 }, (_, at) => `{ table: holding, address: ${at} }`),
);

interface Bus {
  readonly id: string;
  readonly options: string;
  readonly meters: number;
}

function writeBuses(...buses: readonly Bus[]): string {
  return writeBusesAt(1_000, ...buses);
}

function writeBusesAt(pollMs: number, ...buses: readonly Bus[]): string {
  const links = buses.map(
    ({ id, options }) => `  - { id: ${id}, name: { zh: 总线, en: Bus }, protocol: modbus, ${options} }\n`,
  );
  const meters = buses.flatMap(({ id, meters: count }) =>
    Array.from(
      { length: count },
      (_, at) =>
        `  - { id: ${id}-${at}, profile: meter, link: ${id}, unit: ${at + 1}, location: house, name: { zh: 表, en: Meter } }\n`,
    ),
  );
  const equipment = meters.length === 0 ? '' : `equipment:\n${meters.join('')}`;
  return writeSite(`links:\n${links.join('')}${equipment}`, {
    'meter.yaml': METER.replaceAll('poll: 1000', `poll: ${pollMs}`),
  });
}

const serial = (id: string, meters: number, more = ''): Bus => ({
  id,
  meters,
  options: `transport: serial, device: /dev/${id}${more}`,
});

async function examine(
  path: string,
): Promise<{ readonly code: number; readonly links: readonly LinkPlan[] }> {
  const written = capture();
  const code = await doctor(['plan', '--config', path, '--json']);
  vi.restoreAllMocks();
  const { links } = JSON.parse(written.out) as { readonly links: readonly LinkPlan[] };
  return { code, links };
}

describe('figures', () => {
  test('are those of the bytes on the bus, per poll group and in all', async () => {
    const { code, links } = await examine(writeBuses(serial('bus', 5)));
    expect(code).toBe(0);
    // 13 characters and 40 of data, twice 3.5 of silence, 11 bits each; 10 ms of turnaround.
    const onceMs = (60 * 11_000) / 9_600 + 10;
    expect(links).toHaveLength(1);
    expect(links[0]).toMatchObject({
      link: 'bus',
      transport: 'serial',
      framing: 'rtu',
      endpoints: ['serial /dev/bus'],
      line: '9600 baud 8E1',
      advice: [],
      load: {
        verdict: 'fits',
        devices: 5,
        requests: 5,
        points: 100,
        requestsPerSecond: 5,
        coverage: { used: 100, asked: 100 },
        groups: [{ pollMs: 1_000, requests: 5, points: 100 }],
      },
    });
    expect(links[0]?.load.groups[0]?.cycleMs).toBeCloseTo(5 * onceMs, 6);
    expect(links[0]?.load.loadRatio).toBeCloseTo((5 * onceMs) / 1_000, 6);
    expect(links[0]?.requests[4]).toMatchObject({ label: 'unit 5 holding 0–19', pollMs: 1_000 });
    expect(links[0]?.requests[4]?.points).toHaveLength(20);
  });
});

describe('a link that cannot carry its plan', () => {
  test('is an error with what helps, and exit code 1', async () => {
    const written = capture();
    expect(await doctor(['plan', '--config', writeBuses(serial('bus', 16))])).toBe(1);
    expect(written.out).toMatch(
      /^bus +16 +320 +16 +16\.0 +126\.0 % +100 % +OVERLOADED +serial \/dev\/bus rtu 9600 baud 8E1$/m,
    );
    expect(written.out).toContain('ERROR bus: 126.0 % of its time; polls will be skipped. What helps:');
    expect(written.out).toContain('  - poll every 1900 ms what is polled every 1000 ms\n');
    expect(written.out).toContain('  - set the bus to 38400 baud, if all of its devices can\n');
    expect(written.out).toContain('  - share its 16 units among 2 links\n');
  });

  test('fits with each piece of the advice', async () => {
    const faster = await examine(writeBuses(serial('bus', 16, ', baudRate: 38400')));
    expect(faster.links[0]?.load.verdict).toBe('fits');
    const slower = await examine(writeBuses(serial('bus', 16, ', baudRate: 19200')));
    expect(slower.links[0]?.load.verdict).not.toBe('fits');
    const rarer = await examine(writeBusesAt(1_900, serial('bus', 16)));
    expect(rarer.links[0]?.load).toMatchObject({ verdict: 'fits', groups: [{ pollMs: 1_900 }] });
    const shared = await examine(writeBuses(serial('one', 8), serial('two', 8)));
    expect(shared.links.map(({ load }) => load.verdict)).toEqual(['fits', 'fits']);
  });

  test('is a warning and exit code 0 as long as it is only tight', async () => {
    const written = capture();
    expect(await doctor(['plan', '--config', writeBuses(serial('bus', 10))])).toBe(0);
    expect(written.out).toMatch(/ TIGHT /);
    expect(written.out).toContain('WARNING bus: 78.8 % of its time');
  });
});

describe('what is shown', () => {
  test('begins with one line for each link, then the plans; other protocols are left out', async () => {
    const buses = Array.from({ length: 40 }, (_, at) => serial(`bus-${at}`, 1));
    const broker =
      '  - { id: broker, name: { zh: 接入, en: Broker }, protocol: mqtt, listen: { port: 1884 } }\n';
    const written = capture();
    const path = writeBuses(...buses, {
      id: 'last',
      meters: 0,
      options: `host: PLC }\n${broker.trimEnd().slice(0, -2)}`,
    });
    expect(await doctor(['plan', '--config', path])).toBe(0);
    const lines = written.out.split('\n');
    expect(lines.slice(0, 43).map((line) => line.split(' ')[0])).toEqual([
      'link',
      ...buses.map(({ id }) => id),
      'last',
      '',
    ]);
    expect(written.out).toContain('last: tcp plc:502 mbap\n  no points: it is not connected\n');
    expect(written.out).not.toContain('broker');
  });

  test('is one link with --link, and an unknown one is refused by name', async () => {
    const path = writeBuses(serial('one', 1), serial('two', 1));
    const one = capture();
    expect(await doctor(['plan', '--config', path, '--link', 'two'])).toBe(0);
    expect(one.out).toContain('two: serial /dev/two');
    expect(one.out).not.toContain('/dev/one');
    vi.restoreAllMocks();
    const other = capture();
    expect(await doctor(['plan', '--config', path, '--link', 'three'])).toBe(1);
    expect(other.err).toBe('There is no Modbus link three; known: one, two\n');
  });
});

describe('usage', () => {
  test('problems of the configuration go to standard error, and the exit code is 1', async () => {
    const written = capture();
    const path = writeSite('links:\n  - { id: a, name: { zh: 甲, en: A }, protocol: modbus }\n');
    expect(await doctor(['plan', '--config', path])).toBe(1);
    expect(written.err).toMatch(
      /site\.yaml:\d+:\d+ links\[0\]\.host: expected host for transport tcp, found nothing\n$/,
    );
    expect(written.out).toBe('');
  });

  test('--help explains the exit codes', async () => {
    const written = capture();
    expect(await doctor(['--help'])).toBe(0);
    expect(written.out).toContain('Exit codes:');
  });

  test.each([
    [[]],
    [['plan']],
    [['plan', '--config']],
    [['plans', '--config', 'x']],
    [['plan', 'x', '--config', 'x']],
  ])('wrong usage %j gives the help and 1', async (args) => {
    const written = capture();
    expect(await doctor(args)).toBe(1);
    expect(written.err).toContain('Usage:');
    expect(written.out).toBe('');
  });
});
