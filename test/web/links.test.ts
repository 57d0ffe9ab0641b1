/** What the pages of links make of figures, counters and the poll plan. */
import { describe, expect, test } from 'vitest';
import { POLL_COUNTERS, PUSH_COUNTERS } from '../../src/acquisition/link-counters.ts';
import { TRANSPORT_COUNTERS } from '../../src/drivers/modbus/transport.ts';
import { DIAL_IN_COUNTERS } from '../../src/drivers/modbus/wires/dial-in-listeners.ts';
import type { LinkStatus } from '../../src/web/api/types.ts';
import {
  type AddressMap,
  findRun,
  stepAddress,
  toAddressMaps,
  toMapRows,
} from '../../src/web/links/address-map.ts';
import { isFault, toCounterGroups } from '../../src/web/links/counter-groups.ts';
import {
  isPolling,
  toBusyTone,
  toMsText,
  toPercentText,
  toReachedTone,
} from '../../src/web/links/figures.ts';
import { countBadFrames, toLinkRows } from '../../src/web/links/link-order.ts';
import type { PlannedRequest } from '../../src/web/links/link-queries.ts';
import {
  isTroubled,
  toPointPath,
  toRangeText,
  toRequestKey,
  toRequestState,
  toSecondsText,
  toUnit,
} from '../../src/web/links/plan-words.ts';
import { zhLinks } from '../../src/web/locales/zh-links.ts';
import { text } from './samples.ts';

const REFUSED = { exceptionCode: 2, exceptionText: text('illegal address') };

function toLink(link: string, given: Partial<LinkStatus> = {}): LinkStatus {
  return {
    link,
    name: text(link),
    protocol: 'modbus',
    state: 'online',
    sinceMs: 0,
    reason: null,
    causes: [],
    way: null,
    listener: null,
    counters: {},
    exceptions: [],
    load: null,
    clocks: [],
    ...given,
  };
}

function toQuality(link: string, bad: number) {
  return {
    link,
    name: text(link),
    points: 10,
    good: 10 - bad,
    uncertain: 0,
    bad,
    neverGood: 0,
    coverageRatio: 1,
  };
}

const load = (busyRatio: number, reachedRatio = 1) => ({
  busyRatio,
  latencyP50Ms: null,
  latencyP99Ms: null,
  reachedRatio,
});

/** @param points name, first address, count; a name of null is a scale factor */
function toRequest(
  first: number,
  count: number,
  points: readonly (readonly [string | null, number, number])[],
  given: Partial<PlannedRequest> = {},
): PlannedRequest {
  const places = points.map(([point, at, size]) => ({ point, first: at, count: size }));
  return {
    label: `unit 1 holding ${first}`,
    device: 'unit 1',
    pollMs: 1_000,
    points: points.flatMap(([point]) => point ?? []),
    block: { table: 'holding', first, count, used: 0, places },
    costMs: 5,
    maxInFlight: 1,
    latencyMs: 4,
    answeredMs: 1,
    failures: 0,
    exceptionCode: null,
    exceptionText: null,
    isSplit: false,
    ...given,
  };
}

function toOnlyMap(requests: readonly PlannedRequest[]): AddressMap {
  const [map, ...others] = toAddressMaps(requests);
  if (map === undefined || others.length > 0) throw new Error('one map was expected');
  return map;
}

const toShort = ({ runs }: Pick<AddressMap, 'runs'>) =>
  runs.map(({ first, count, use, points }) => [first, count, use, points.join('+')]);

describe('the list of links', () => {
  test('begins with what needs attention, the worst first, and keeps the given order otherwise', () => {
    const links = [
      toLink('unused', { state: 'stopped' }),
      toLink('well'),
      toLink('with-bad-points'),
      toLink('full', { load: load(0.95) }),
      toLink('late', { load: load(0.2, 0.5) }),
      toLink('trying', { state: 'connecting' }),
      toLink('half', { state: 'degraded' }),
      toLink('dead', { state: 'offline' }),
      toLink('well-too', { load: load(0.75, 0.99) }),
    ];
    const rows = toLinkRows(links, [toQuality('with-bad-points', 3), toQuality('well', 0)]);
    expect(rows.map(({ link, trouble }) => [link.link, trouble])).toEqual([
      ['dead', 'offline'],
      ['half', 'degraded'],
      ['trying', 'connecting'],
      ['full', 'overloaded'],
      ['late', 'overloaded'],
      ['with-bad-points', 'data'],
      ['well', null],
      ['well-too', null],
      ['unused', null],
    ]);
  });

  test('is searched by name in both languages, id, protocol, and where a link ends', () => {
    const links = [
      toLink('a', { name: { zh: '配电室', en: 'Switch room' } }),
      toLink('b', { protocol: 'mqtt' }),
      toLink('c', {
        way: {
          transport: 'dial-in',
          framing: 'rtu',
          ends: ['0.0.0.0:9000'],
          line: null,
          registration: 'DTU7',
        },
      }),
    ];
    const search = (words: string) => toLinkRows(links, [], words).map(({ link }) => link.link);
    expect(search(' switch ')).toEqual(['a']);
    expect(search('配电')).toEqual(['a']);
    expect(search('MQTT')).toEqual(['b']);
    expect([search('dtu7'), search(':9000')]).toEqual([['c'], ['c']]);
    expect(search('nothing')).toEqual([]);
  });

  test('does not call a protocol free of bad frames that counts none', () => {
    expect(countBadFrames(toLink('a', { counters: { values: 3 } }))).toBeNull();
    expect(countBadFrames(toLink('a', { counters: { bad_frames: 1, crc_errors: 2, wrong_unit: 4 } }))).toBe(
      7,
    );
  });
});

describe('figures', () => {
  test('turn amber from 70 % busy and red from 90 %', () => {
    expect([0, 0.699, 0.7, 0.899, 0.9, 1].map(toBusyTone)).toEqual([
      'good',
      'good',
      'medium',
      'medium',
      'bad',
      'bad',
    ]);
    expect([1, 0.99, 0.98, 0.89].map(toReachedTone)).toEqual(['good', 'good', 'medium', 'bad']);
  });

  test('never say 100 % of what is not whole, nor 0 % of what is something', () => {
    expect([1, 0.99999, 0.29, 0.5, 0.0001, 0, 1.204].map(toPercentText)).toEqual([
      '100 %',
      '99.9 %',
      '29 %',
      '50 %',
      '< 0.1 %',
      '0 %',
      '120.4 %',
    ]);
  });

  test('are shares of something only while there is a connection', () => {
    const states = ['connecting', 'online', 'degraded', 'offline', 'stopped'] as const;
    expect(states.filter((state) => isPolling({ state }))).toEqual(['online', 'degraded']);
  });

  test('have a digit after the point only where it says something', () => {
    expect([0.14, 9.9, 9.96, 117.4].map(toMsText)).toEqual(['0.1', '9.9', '10', '117']);
    expect([500, 1_000, 60_000].map(toSecondsText)).toEqual(['0.5', '1', '60']);
  });
});

describe('counters', () => {
  test('have words for everything that acquisition and Modbus count', () => {
    const names = [...POLL_COUNTERS, ...PUSH_COUNTERS, ...TRANSPORT_COUNTERS];
    expect(names.filter((name) => !Object.hasOwn(zhLinks.counter, name))).toEqual([]);
  });

  test('have words for everything that is met at a port where modems dial in', () => {
    expect(Object.keys(zhLinks.listener)).toEqual([...DIAL_IN_COUNTERS]);
  });

  test('stand in groups, those by exception code apart, an unknown one at the end', () => {
    const groups = toCounterGroups({ news: 1, exceptions: 2, exceptions_02: 2, requests: 9, crc_errors: 0 });
    expect(groups.map(({ group, counters }) => [group, counters.map(({ name }) => name)])).toEqual([
      ['exchange', ['requests', 'exceptions']],
      ['discarded', ['crc_errors']],
      ['other', ['news']],
    ]);
  });

  test('are faults only above zero, and only those that are', () => {
    expect(isFault({ name: 'timeouts', count: 1 })).toBe(true);
    expect(isFault({ name: 'timeouts', count: 0 })).toBe(false);
    expect(isFault({ name: 'replies', count: 5 })).toBe(false);
  });
});

describe('a request of the plan', () => {
  test('that is silent now says so before an older refusal', () => {
    const states = [{}, { answeredMs: null }, REFUSED, { failures: 2 }, { ...REFUSED, failures: 2 }].map(
      (given) => toRequest(0, 1, [], given),
    );
    expect(states.map(toRequestState)).toEqual(['accepted', 'waiting', 'refused', 'silent', 'silent']);
    expect(states.map(isTroubled)).toEqual([false, false, true, true, true]);
  });

  test('is told from the same addresses in another poll group', () => {
    expect(toRequestKey(toRequest(0, 1, []))).not.toBe(toRequestKey(toRequest(0, 1, [], { pollMs: 60_000 })));
  });

  test('names units, ranges and the page of a point', () => {
    expect([toUnit('unit 17'), toUnit('ns=2;s=a')]).toEqual(['17', null]);
    expect([toRangeText(20, 4), toRangeText(20, 1)]).toEqual(['20–23', '20']);
    expect(toPointPath('pump-1/speed')).toBe('/equipment/pump-1?point=pump-1%2Fspeed');
  });
});

describe('the address map', () => {
  test('tells what points use, what is read along and what serves others', () => {
    const map = toOnlyMap([
      toRequest(10, 8, [
        ['p/wide', 10, 2],
        ['p/one', 12, 1],
        [null, 15, 1],
      ]),
    ]);
    expect(toShort(map)).toEqual([
      [10, 2, 'used', 'p/wide'],
      [12, 1, 'used', 'p/one'],
      [13, 2, 'along', ''],
      [15, 1, 'used', ''],
      [16, 2, 'along', ''],
    ]);
    expect(map).toMatchObject({ asked: 8, used: 4, refused: 0 });
    expect(findRun(map.runs, 15)).toMatchObject({ isScale: true });
  });

  test('names every point of a register that several share', () => {
    const bits = ['p/a', 'p/b'].map((point) => [point, 3, 1] as const);
    expect(toShort(toOnlyMap([toRequest(3, 1, bits)]))).toEqual([[3, 1, 'used', 'p/a+p/b']]);
  });

  test('keeps devices and tables apart, and leaves out what has no addresses', () => {
    const coils = { table: 'coil', first: 0, count: 4, used: 4 };
    const maps = toAddressMaps([
      toRequest(0, 1, []),
      toRequest(0, 1, [], { device: 'unit 2' }),
      toRequest(0, 1, [], { block: coils }),
      toRequest(0, 1, [], { device: 'topic', block: null }),
    ]);
    expect(maps.map(({ id }) => id)).toEqual(['unit 1 holding', 'unit 2 holding', 'unit 1 coil']);
  });

  test('marks what the device refuses, with its points and why', () => {
    const map = toOnlyMap([toRequest(0, 2, [['p/a', 0, 1]]), toRequest(2, 2, [['p/b', 2, 2]], REFUSED)]);
    expect(toShort(map)).toEqual([
      [0, 1, 'used', 'p/a'],
      [1, 1, 'along', ''],
      [2, 2, 'refused', 'p/b'],
    ]);
    expect(findRun(map.runs, 3)).toMatchObject(REFUSED);
    expect(map.refused).toBe(2);
  });

  test.for(['refused first', 'refused last'])(
    'an address that another request is given can be read, %s',
    (order) => {
      const requests = [
        toRequest(0, 4, [['p/a', 0, 1]], REFUSED),
        toRequest(0, 2, [['p/b', 1, 1]], { pollMs: 5_000 }),
      ];
      const map = toOnlyMap(order === 'refused first' ? requests : requests.toReversed());
      expect(toShort(map)).toEqual([
        [0, 1, 'used', 'p/a'],
        [1, 1, 'used', 'p/b'],
        [2, 2, 'refused', ''],
      ]);
      expect(findRun(map.runs, 0)?.exceptionCode).toBeNull();
    },
  );

  test('where the protocol does not say who uses what, every point of the request may', () => {
    const block = { table: 'holding', first: 5, count: 3, used: 2 };
    expect(toShort(toOnlyMap([toRequest(5, 3, [['p/a', 5, 1]], { block })]))).toEqual([
      [5, 3, 'used', 'p/a'],
    ]);
  });

  test('cuts runs at the ends of rows and tells what lies between them', () => {
    const { runs } = toOnlyMap([toRequest(6, 4, [['p/a', 6, 4]]), toRequest(40, 1, [['p/b', 40, 1]])]);
    expect(
      toMapRows(runs, 8).map((row) => [
        row.first,
        row.skipped,
        row.runs.map((run) => [run.first, run.count]),
      ]),
    ).toEqual([
      [0, null, [[6, 2]]],
      [8, null, [[8, 2]]],
      [40, '16–39', [[40, 1]]],
    ]);
  });

  test('begins where the first address is asked for', () => {
    const { runs } = toOnlyMap([toRequest(40_000, 1, [])]);
    expect(toMapRows(runs, 32).map(({ first, skipped }) => [first, skipped])).toEqual([[40_000, '0–39999']]);
  });

  test('of two thousand registers stays a few hundred shapes where neighbours belong together', () => {
    const requests = Array.from({ length: 16 }, (_, at) =>
      toRequest(at * 125, 125, [[`p/${at}`, at * 125, 125]]),
    );
    const map = toOnlyMap(requests);
    expect(map.asked).toBe(2_000);
    expect(toMapRows(map.runs, 64).flatMap(({ runs }) => runs).length).toBeLessThan(64);
  });

  test('is walked by keyboard from asked address to asked address, and does not leave the map', () => {
    const { runs } = toOnlyMap([toRequest(0, 4, []), toRequest(100, 4, [])]);
    expect(stepAddress(runs, 0, 1)).toBe(1);
    expect(stepAddress(runs, 3, 1)).toBe(100);
    expect(stepAddress(runs, 100, -1)).toBe(3);
    expect(stepAddress(runs, 2, 32)).toBe(100);
    expect(stepAddress(runs, 0, -1)).toBe(0);
    expect(stepAddress(runs, 103, 32)).toBe(103);
  });
});
