/** The hub of the live streams on fake time and fake connections: batching, bounds, sessions. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LiveHub, type LiveSink } from '../../src/api/live.ts';
import { API_LIMITS, type ApiLimits } from '../../src/api/options.ts';
import type { ReadingTuple, TicketView } from '../../src/api/schemas.ts';
import type { ApiServices } from '../../src/api/services.ts';
import { createTicketPolicies } from '../../src/api/ticket-policies.ts';
import { LIVE_ALARMS } from '../../src/api/ticket-views.ts';
import type { Policy } from '../../src/config/policy.ts';
import { createFeed } from '../../src/core/feed.ts';
import type { OccurrenceId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { TicketEvidence } from '../../src/core/ticket.ts';
import { TRANSITION_TYPES } from '../../src/tickets/transitions.ts';
import { CHANGE, CONTROL, STORM } from './fake-alarms.ts';
import { MESSAGE } from './fake-service.ts';
import { createGateway, createModel, type FakeGateway, LINK, NOW_MS, TICKET, toPerson } from './support.ts';

/** What an equipment of 60 points has to say around a raise, with a trend as long as the gateway keeps one. */
const EVIDENCE: TicketEvidence = {
  atMs: NOW_MS,
  points: Array.from({ length: 60 }, (_, at) => ({
    point: `booster/point-${at}`,
    name: { zh: `测点 ${at}`, en: `Point ${at}` },
    value: at,
    valueText: { zh: `${at} MPa`, en: `${at} MPa` },
    quality: 0,
    receivedMs: NOW_MS,
  })),
  trend: {
    point: 'booster/outlet-pressure',
    unit: 'MPa',
    samples: Array.from(
      { length: LIMITS.recentSamplesPerPoint.max },
      (_, at) => [NOW_MS + at * 1_000, at / 7] as const,
    ),
  },
};

interface FakeSink extends LiveSink {
  writableLength: number;
  frames: Buffer[];
  isEnded: boolean;
  isDestroyed: boolean;
  /** Events by name, with parsed data. */
  events(name?: string): { name: string; id: string | null; data: unknown }[];
}

function createSink(): FakeSink {
  const sink: FakeSink = {
    writableLength: 0,
    frames: [],
    isEnded: false,
    isDestroyed: false,
    write: (frame) => sink.frames.push(frame) > 0,
    end: () => (sink.isEnded = true),
    destroy: () => (sink.isDestroyed = true),
    events: (name) =>
      sink.frames.map(parse).filter((event) => event !== null && (name ?? event.name) === event.name) as [],
  };
  return sink;
}

function parse(frame: Buffer) {
  const match = /^(?:id: (.*)\n)?event: (.*)\ndata: (.*)\n\n$/.exec(frame.toString());
  return match === null
    ? null
    : { id: match[1] ?? null, name: match[2], data: JSON.parse(match[3] ?? '') as unknown };
}

/** A policy in which the desk dispatches, an engineer takes, and both leave a remark. */
function withActors() {
  const model = createModel();
  const nobody = Object.fromEntries(TRANSITION_TYPES.map((type) => [type, []])) as unknown as Actors;
  const actors: Actors = { ...nobody, dispatch: ['desk'], take: ['engineer'], note: ['desk', 'engineer'] };
  return { ...model, policy: { ...model.policy, actors } };
}
type Actors = Policy['actors'];

const hubs: LiveHub[] = [];
function createHub(
  gateway: FakeGateway,
  limits: Partial<ApiLimits> = {},
  overrides: Partial<ApiServices> = {},
): LiveHub {
  const services = { ...gateway.services, ...overrides };
  const hub = new LiveHub(services, createTicketPolicies(services), { ...API_LIMITS, ...limits });
  hubs.push(hub);
  return hub;
}
const figure = (hub: LiveHub, name: string) =>
  hub.figures().find((one) => one.name === `riser_live_${name}`)?.value;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.close();
  vi.useRealTimers();
});

describe('greeting', () => {
  test('the first event of a stream is hello with the server’s time', () => {
    const hub = createHub(createGateway());
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    expect(sink.events()).toEqual([
      { name: 'hello', id: null, data: { serverMs: NOW_MS, version: '1.2.3', trouble: [] } },
    ]);
  });

  test('a heartbeat follows every ten seconds', () => {
    const hub = createHub(createGateway());
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    vi.advanceTimersByTime(30_000);
    expect(sink.events('heartbeat')).toHaveLength(3);
  });
});

describe('what people follow', () => {
  test('shelves, storms and changes of rules come at once, numbered like alarms', () => {
    const gateway = createGateway();
    const sink = createSink();
    createHub(gateway).open(sink, 'token-desk', toPerson('desk'));
    const { controls, storms, ruleChanges } = gateway.services.feeds;
    controls.publish({ type: 'shelved', atMs: NOW_MS, control: CONTROL, by: 'desk' });
    storms.publish({ type: 'grew', atMs: NOW_MS, storm: STORM });
    ruleChanges.publish(CHANGE);
    expect(sink.events().slice(1)).toMatchObject([
      {
        name: 'control',
        id: '1',
        data: { type: 'shelved', control: { rule: 'pressure-low', severity: 'high' } },
      },
      { name: 'storm', id: '2', data: { type: 'grew', storm: { id: 'storm-1', members: 12 } } },
      { name: 'rule-change', id: '3', data: { id: 'change-1', state: 'proposed', needsApprovals: 1 } },
    ]);
  });
});

describe('readings', () => {
  test('a text comes as text behind the other fields, and null when there is none', () => {
    const model = createModel();
    const points = model.points.map((point) =>
      point.index === 2 ? { ...point, type: 'text' as const } : point,
    );
    const gateway = createGateway({ model: { ...model, points } });
    const number = gateway.services.texts.toNumber('门锁 "回路"\n断开') ?? -1;
    const hub = createHub(gateway);
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    gateway.publishReadings([
      [0, 0.4],
      [2, number],
    ]);
    vi.advanceTimersByTime(API_LIMITS.eventBatchMs);
    gateway.publishReadings([[2, Number.NaN, 129]]);
    vi.advanceTimersByTime(API_LIMITS.eventBatchMs);
    expect(sink.events('readings').map(({ data }) => data)).toEqual([
      [
        ['booster/outlet-pressure', 0.4, 0, NOW_MS, null],
        ['booster/silent', null, 0, NOW_MS, null, '门锁 "回路"\n断开'],
      ],
      [['booster/silent', null, 129, NOW_MS, null, null]],
    ]);
  });

  test('are sent once per interval, the last value of each point, bad ones as null', () => {
    const gateway = createGateway();
    const sink = createSink();
    createHub(gateway).open(sink, 'token-desk', toPerson('desk'));
    gateway.publishReadings([
      [0, 0.1],
      [1, 1],
    ]);
    gateway.publishReadings([[0, 0.2]]);
    gateway.publishReadings([[1, 1, 129]]);
    expect(sink.events('readings')).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(sink.events('readings').map(({ data }) => data)).toEqual([
      [
        ['booster/outlet-pressure', 0.2, 0, NOW_MS, null],
        ['booster/is-running', null, 129, NOW_MS, null],
      ],
    ]);
    vi.advanceTimersByTime(1_000);
    expect(sink.events('readings')).toHaveLength(1);
  });

  test('are written down once for all streams', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const sinks = Array.from({ length: 50 }, createSink);
    for (const sink of sinks) hub.open(sink, 'token-desk', toPerson('desk'));
    gateway.publishReadings([[0, 0.1]]);
    vi.advanceTimersByTime(100);
    expect(new Set(sinks.map((sink) => sink.frames.at(-1))).size).toBe(1);
  });

  test('more than one batch may hold wait for the next one, and none is forgotten', () => {
    const gateway = createGateway({}, 20);
    const sink = createSink();
    createHub(gateway, { eventBatchReadings: 10 }).open(sink, 'token-desk', toPerson('desk'));
    gateway.publishReadings(Array.from({ length: 23 }, (_, point) => [point, point] as const));
    vi.advanceTimersByTime(100);
    gateway.publishReadings([[22, 99]]);
    vi.advanceTimersByTime(300);
    const batches = sink.events('readings').map(({ data }) => data as ReadingTuple[]);
    expect(batches.map((batch) => batch.length)).toEqual([10, 10, 3]);
    expect(batches[2]?.at(-1)?.[1]).toBe(99);
  });

  test('whatever comes in which order, a page that follows ends with the latest value of every point', () => {
    const seed = Number(process.env['RISER_TEST_SEED'] ?? Date.now() % 2 ** 31);
    const step = fc.oneof(
      fc.record({
        point: fc.nat(22),
        value: fc.double({ noNaN: true }),
        quality: fc.constantFrom(0, 64, 129),
      }),
      fc.constantFrom('wait' as const),
    );
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const gateway = createGateway({}, 20);
      const sink = createSink();
      const hub = createHub(gateway, { eventBatchReadings: 4 });
      hub.open(sink, 'token-desk', toPerson('desk'));
      const latest = new Map<number, number | null>();
      for (const one of steps) {
        if (one === 'wait') vi.advanceTimersByTime(100);
        else {
          gateway.publishReadings([[one.point, one.value, one.quality]]);
          latest.set(one.point, one.quality >= 128 || !Number.isFinite(one.value) ? null : one.value);
        }
      }
      vi.advanceTimersByTime(2_000);
      const shown = new Map(
        sink
          .events('readings')
          .flatMap(({ data }) => (data as ReadingTuple[]).map(([id, value]) => [id, value])),
      );
      for (const [point, value] of latest) {
        expect(shown.get(String(gateway.services.model.points[point]?.id))).toBe(
          Object.is(value, -0) ? 0 : value,
        );
      }
      hub.close();
    });
    fc.assert(property, { seed, numRuns: 50 }); // a failure prints the seed
  });

  test('of another configuration are discarded and counted', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    const builder = new ReadingBatchBuilder(7, 1);
    builder.add(0, 1, 0, NOW_MS);
    gateway.services.feeds.readings.publish(builder.finish(0));
    vi.advanceTimersByTime(100);
    expect(sink.events('readings')).toEqual([]);
    expect(figure(hub, 'batches_discarded_total')).toBe(1);
  });

  test('cost nothing while nobody watches, and a stream that opens later gets only what comes later', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    gateway.publishReadings([[0, 0.1]]);
    expect(vi.getTimerCount()).toBe(2); // heartbeat and session check
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    vi.advanceTimersByTime(1_000);
    expect(sink.events('readings')).toEqual([]);
  });

  test('pending when the last page left are not sent to the next one', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const forget = hub.open(createSink(), 'token-desk', toPerson('desk'));
    gateway.publishReadings([[0, 0.1]]);
    forget();
    vi.advanceTimersByTime(100);
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    gateway.publishReadings([[1, 1]]);
    vi.advanceTimersByTime(100);
    expect(sink.events('readings').map(({ data }) => (data as ReadingTuple[]).map(([id]) => id))).toEqual([
      ['booster/is-running'],
    ]);
  });
});

describe('alarms, tickets and links', () => {
  test('go at once, alarms and tickets with growing ids', () => {
    const gateway = createGateway({ model: withActors() });
    const feeds = { ...gateway.services.feeds, links: createFeed<typeof LINK>() };
    const hub = createHub(gateway, {}, { feeds });
    const sink = createSink();
    hub.open(sink, 'token-engineer', toPerson('engineer'));
    gateway.publishAlarm({ type: 'raised' });
    gateway.publishTicket({ type: 'opened' });
    feeds.links.publish(LINK);
    expect(sink.events().slice(1)).toMatchObject([
      { name: 'alarm', id: '1', data: { type: 'raised', atMs: NOW_MS, alarm: { id: 'occ-1', state: 'B' } } },
      {
        name: 'ticket',
        id: '2',
        data: { type: 'opened', by: 'gateway', ticket: { transitions: ['take', 'note'] } },
      },
      { name: 'link', id: null, data: { link: 'plant', state: 'online' } },
    ]);
  });

  test('a ticket offers each reader his own transitions', () => {
    const gateway = createGateway({ model: withActors() });
    const hub = createHub(gateway);
    const sinks = (['desk', 'engineer', 'desk'] as const).map((role) => {
      const sink = createSink();
      hub.open(sink, `token-${role}`, toPerson(role));
      return sink;
    });
    gateway.publishTicket({});
    const offered = sinks.map(
      (sink) =>
        (sink.events('ticket')[0]?.data as { ticket: { transitions: string[] } } | undefined)?.ticket
          .transitions,
    );
    expect(offered).toEqual([
      ['dispatch', 'note'],
      ['take', 'note'],
      ['dispatch', 'note'],
    ]);
    expect(sinks[0]?.frames.at(-1)).toBe(sinks[2]?.frames.at(-1));
  });

  test('a ticket of an earlier version of the policy follows as soon as that has been read', async () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    gateway.publishTicket({ ticket: { ...TICKET, policyVersion: 'p0' } });
    expect(sink.events('ticket')).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(sink.events('ticket')[0]?.data).toMatchObject({ ticket: { id: TICKET.id } });
  });

  test('people from outside hear of their own tickets and messages, and of nothing else', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const [firm, other, desk] = [createSink(), createSink(), createSink()];
    hub.open(firm, 'token-firm', { ...toPerson('contractor'), username: 'firm' });
    hub.open(other, 'token-other', { ...toPerson('contractor'), username: 'other' });
    hub.open(desk, 'token-desk', toPerson('desk'));
    gateway.publishAlarm({});
    gateway.publishTicket({ ticket: { ...TICKET, contractor: { user: 'firm', contact: null } } });
    const message = { ...MESSAGE, recipient: 'firm' };
    gateway.services.feeds.inbox.publish({
      recipient: 'firm',
      sound: 'chime',
      message,
      shown: () => undefined,
    });
    const names = (sink: ReturnType<typeof createSink>) =>
      ['alarm', 'ticket', 'message'].filter((name) => sink.events(name).length > 0);
    expect(names(firm)).toEqual(['ticket', 'message']);
    expect(names(other)).toEqual([]);
    expect(names(desk)).toEqual(['alarm', 'ticket']);
  });

  test('a message is shown once for each open page of its recipient that takes it, and to no other', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const [first, stalled] = [createSink(), createSink()];
    const publish = (): number => {
      let shown = 0;
      const message = { ...MESSAGE, recipient: 'desk' };
      const announced = {
        recipient: 'desk',
        sound: 'siren',
        message,
        shown: () => void (shown += 1),
      } as const;
      gateway.services.feeds.inbox.publish(announced);
      return shown;
    };
    hub.open(createSink(), 'token-other', toPerson('engineer'));
    expect(publish()).toBe(0);
    const close = hub.open(first, 'token-desk', toPerson('desk'));
    hub.open(stalled, 'token-desk', toPerson('desk'));
    expect(publish()).toBe(2);
    stalled.writableLength = API_LIMITS.eventBurstBytes + API_LIMITS.eventStreamBytes + 1;
    expect(publish()).toBe(1);
    close();
    expect(publish()).toBe(0);
  });

  test('a reporter is not told who in the house did it', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const sink = createSink();
    hub.open(sink, 'token-resident', { ...toPerson('occupant'), username: 'resident' });
    gateway.publishTicket({ by: 'engineer', ticket: { ...TICKET, reporter: 'resident' } });
    expect(sink.events('ticket')[0]?.data).toMatchObject({ by: '', ticket: { alarms: [], clocks: [] } });
  });

  test('a storm of 100 alarms on one ticket costs a page little, and says how many there are', () => {
    const gateway = createGateway();
    const sink = createSink();
    createHub(gateway).open(sink, 'token-desk', toPerson('desk'));
    const [alarm] = TICKET.alarms;
    const whole: number[] = [];
    for (let count = 1; count <= 100; count++) {
      const alarms = Array.from({ length: count }, (_, at) => ({
        ...(alarm as NonNullable<typeof alarm>),
        occurrence: `occ-${at}` as OccurrenceId,
      }));
      const ticket = { ...TICKET, alarms, evidence: EVIDENCE, version: count };
      whole.push(Buffer.byteLength(JSON.stringify(ticket)));
      gateway.publishTicket({ type: 'alarm-attached', ticket });
    }
    const last = sink.events('ticket').at(-1)?.data as { readonly ticket: TicketView };
    expect(last.ticket).toMatchObject({ version: 100, alarmCount: 100 });
    expect(last.ticket.alarms.map(({ occurrence }) => occurrence)).toEqual(
      Array.from({ length: LIVE_ALARMS }, (_, at) => `occ-${100 - LIVE_ALARMS + at}`),
    );
    for (const left of ['evidence', 'history', 'affected', 'marks', 'offered'])
      expect(last.ticket).not.toHaveProperty(left);
    const bytes = sink.frames.reduce((sum, { length }) => sum + length, 0);
    const before = whole.reduce((sum, length) => sum + length, 0);
    expect(bytes).toBeLessThan(100 * 5_000);
    expect(bytes).toBeLessThan(before / 8);
  });
});

describe('bounds', () => {
  /** A gateway whose clock moves only when told. */
  function createTimed() {
    const now = { wallMs: 0, monoMs: 0, bootId: 'boot' };
    const gateway = createGateway({ clock: { now: () => now } });
    return { now, gateway, hub: createHub(gateway) };
  }

  test('a stream that does not read is closed and counted, the others go on', () => {
    const { now, gateway, hub } = createTimed();
    const [stalled, healthy] = [createSink(), createSink()];
    hub.open(stalled, 'token-desk', toPerson('desk'));
    hub.open(healthy, 'token-desk', toPerson('desk'));
    stalled.writableLength = API_LIMITS.eventStreamBytes + 1;
    gateway.publishAlarm({});
    now.monoMs += API_LIMITS.eventStallMs;
    gateway.publishAlarm({});
    expect(stalled.isDestroyed).toBe(false);
    now.monoMs += 1;
    gateway.publishAlarm({});
    expect(stalled.isDestroyed).toBe(true);
    expect(stalled.events('alarm')).toHaveLength(2);
    expect(healthy.events('alarm')).toHaveLength(3);
    expect([hub.size, figure(hub, 'streams_stalled_total')]).toEqual([1, 1]);
  });

  test('a stream that takes its time with a storm is not closed, but what waits has an end', () => {
    const { now, gateway, hub } = createTimed();
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    for (let storm = 0; storm < 3; storm++) {
      sink.writableLength = API_LIMITS.eventBurstBytes;
      gateway.publishAlarm({});
      now.monoMs += API_LIMITS.eventStallMs - 1;
      gateway.publishAlarm({});
      sink.writableLength = API_LIMITS.eventStreamBytes;
      gateway.publishAlarm({});
      now.monoMs += API_LIMITS.eventStallMs;
    }
    expect(sink.isDestroyed).toBe(false);
    sink.writableLength = API_LIMITS.eventBurstBytes + 1;
    gateway.publishAlarm({});
    expect(sink.isDestroyed).toBe(true);
  });

  test('one stream too many is refused and counted, and admitted when another has left', () => {
    const hub = createHub(createGateway(), { eventStreams: 1 });
    hub.admit(toPerson('desk'));
    const forget = hub.open(createSink(), 'token-desk', toPerson('desk'));
    expect(() => hub.admit(toPerson('desk'))).toThrow('Too many live connections');
    expect(figure(hub, 'streams_refused_total')).toBe(1);
    forget();
    hub.admit(toPerson('desk'));
  });

  test('one account cannot take all streams', () => {
    const hub = createHub(createGateway(), { eventStreams: 3, eventStreamsPerPerson: 2 });
    for (let count = 0; count < 2; count++) hub.open(createSink(), 'token-desk', toPerson('desk'));
    expect(() => hub.admit(toPerson('desk'))).toThrow('Too many live connections');
    hub.admit(toPerson('engineer'));
  });

  test('greeting and heartbeat name the parts of the gateway that are not well, links excepted', () => {
    const parts = [
      { name: 'engine', isHealthy: false, detail: 'decisions cannot be stored' },
      { name: 'store', isHealthy: true, detail: '5 commits' },
      { name: 'link:plant', isHealthy: false, detail: 'offline' },
    ];
    const hub = createHub(createGateway({ health: () => ({ isAlive: true, status: 'degraded', parts }) }));
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    vi.advanceTimersByTime(10_000);
    const trouble = [{ part: 'engine', detail: 'decisions cannot be stored' }];
    expect(sink.events('hello')[0]?.data).toMatchObject({ trouble });
    expect(sink.events('heartbeat')[0]?.data).toMatchObject({ trouble });
  });

  test('a closed hub ends its streams, takes no new one and leaves no timer', () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const sink = createSink();
    hub.open(sink, 'token-desk', toPerson('desk'));
    gateway.publishReadings([[0, 1]]);
    hub.close();
    hub.close();
    expect(sink.isEnded).toBe(true);
    expect(() => hub.admit(toPerson('desk'))).toThrow();
    expect(vi.getTimerCount()).toBe(0);
    const before = sink.frames.length;
    gateway.publishAlarm({});
    expect(sink.frames).toHaveLength(before);
  });
});

describe('sessions', () => {
  test('a stream ends within a minute after its session, others stay', async () => {
    const gateway = createGateway();
    const hub = createHub(gateway);
    const [gone, stays] = [createSink(), createSink()];
    hub.open(gone, 'token-desk', toPerson('desk'));
    hub.open(stays, 'token-engineer', toPerson('engineer'));
    gateway.sessions.delete('token-desk');
    await vi.advanceTimersByTimeAsync(59_999);
    expect(gone.isEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect([gone.isEnded, stays.isEnded, hub.size]).toEqual([true, false, 1]);
    expect(figure(hub, 'streams_ended_total')).toBe(1);
  });

  test('a person who may no longer read loses the stream; one with other rights is offered other transitions', async () => {
    const gateway = createGateway({ model: withActors() });
    const hub = createHub(gateway);
    const [gone, changed] = [createSink(), createSink()];
    hub.open(gone, 'token-desk', toPerson('desk'));
    hub.open(changed, 'token-engineer', toPerson('engineer'));
    gateway.sessions.set('token-desk', { ...toPerson('desk'), permissions: new Set(['audit.read']) });
    gateway.sessions.set('token-engineer', toPerson('desk'));
    await hub.recheck();
    gateway.publishTicket({});
    expect(gone.isEnded).toBe(true);
    expect(changed.events('ticket')[0]?.data).toMatchObject({
      ticket: { transitions: ['dispatch', 'note'] },
    });
  });

  test('a store that does not answer ends nobody, and the next check counts', async () => {
    const gateway = createGateway();
    const sink = createSink();
    let isBroken = true;
    const authenticate = async () => {
      if (isBroken) throw new Error('disk');
      return null;
    };
    const hub = createHub(gateway, {}, { people: { ...gateway.services.people, authenticate } });
    hub.open(sink, 'token-desk', toPerson('desk'));
    await hub.recheck();
    expect(sink.isEnded).toBe(false);
    expect(gateway.logged.join('')).toContain('could not be checked');
    isBroken = false;
    await hub.recheck();
    expect(sink.isEnded).toBe(true);
  });
});

test('a new configuration epoch is followed by the hub', () => {
  const gateway = createGateway();
  const next = { ...createModel(1), epoch: 2 };
  const services = { ...gateway.services };
  const hub = new LiveHub(services, createTicketPolicies(services), API_LIMITS);
  hubs.push(hub);
  const sink = createSink();
  hub.open(sink, 'token-desk', toPerson('desk'));
  Object.assign(services, { model: next });
  const builder = new ReadingBatchBuilder(2, 1);
  builder.add(3, 5, 0, NOW_MS);
  services.feeds.readings.publish(builder.finish(0));
  vi.advanceTimersByTime(100);
  expect(sink.events('readings').map(({ data }) => data)).toEqual([
    [['booster/extra-0', 5, 0, NOW_MS, null]],
  ]);
});
