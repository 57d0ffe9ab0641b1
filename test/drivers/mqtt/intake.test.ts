/** From messages to samples: whole or not at all, in time or late, and only from devices that are there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intake, LATE_WINDOW_MS } from '../../../src/drivers/mqtt/intake.ts';
import type { TestEquipment } from '../../support/model.ts';
import { testSeed } from '../../support/seed.ts';
import { createMqttModel, createSensor, createSink, type RecordingSink, STATUS, TIME } from './support.ts';

const START_MS = Date.UTC(2026, 10, 21, 2, 0, 0);

interface Rig {
  readonly intake: Intake;
  readonly sink: RecordingSink;
  /** Moves both clocks. */
  readonly advance: (ms: number) => void;
  /** @param payload text as it is, anything else as JSON */
  readonly say: (topic: string, payload: unknown, isRetained?: boolean) => void;
  /** State of the only sensor's points, without its id. */
  readonly values: () => unknown[];
  readonly counter: (name: string) => number;
}

function start(...equipment: readonly TestEquipment[]): Rig {
  const model = createMqttModel(equipment);
  const sink = createSink(model);
  let passedMs = 0;
  const clock = { wallMs: () => START_MS + passedMs, monoMs: () => passedMs };
  const intake = new Intake(model.points, (point) => model.equipment.get(point.equipment)!, sink, clock);
  return {
    intake,
    sink,
    advance: (ms) => void (passedMs += ms),
    say(topic, payload, isRetained = false) {
      const isRaw = typeof payload === 'string' || Buffer.isBuffer(payload);
      intake.take({ topic, payload: Buffer.from(isRaw ? payload : JSON.stringify(payload)), isRetained });
    },
    values: () => Object.values(sink.state()),
    counter: (name) => intake.stats()[name] ?? Number.NaN,
  };
}

const sensor = createSensor('a', { time: TIME });
const topic = 'site/a/telemetry';
const at = (ms: number, temperature = 1) => ({ ts: START_MS + ms, temperature, humidity: 2 });

describe('a message', () => {
  it('is applied as one batch', () => {
    const { say, sink } = start(sensor);
    say(topic, at(0));
    expect(sink.calls).toEqual(['a/temperature=1 a/humidity=2']);
  });

  it('without one of its members makes that point bad and keeps no old value', () => {
    const { say, values } = start(sensor);
    say(topic, at(0));
    say(topic, { temperature: 5 });
    expect(values()).toEqual([5, 'decode']);
  });

  it.each([
    ['no JSON', '{"temperature": 1'],
    ['empty', ''],
    ['not UTF-8', Buffer.from([0xc3, 0x28])],
    ['too large', `{"temperature":1,"humidity":2,"x":"${'x'.repeat(70_000)}"}`],
    ['NaN, which JSON does not have', '{"temperature":NaN,"humidity":2}'],
  ])('that is %s makes all its points bad and is counted', (_what, payload) => {
    const { say, values, counter, sink } = start(sensor);
    say(topic, at(0));
    say(topic, payload);
    expect(values()).toEqual(['decode', 'decode']);
    expect([counter('bad_payloads'), sink.calls.length]).toEqual([1, 2]);
  });

  it.each([
    ['null', 'sentinel'],
    ['1e999', 'not-a-number'],
    ['"21.5"', 'decode'],
    ['[1]', 'decode'],
    ['{"__proto__":1}', 'decode'],
    ['true', 'decode'],
    ['-0.5', -0.5],
  ])('with %s in a member gives %s', (member, expected) => {
    const { say, values } = start(sensor);
    say(topic, `{"temperature":${member},"humidity":2}`);
    expect(values()).toEqual([expected, 2]);
  });

  it('nested a hundred thousand deep is only a message', () => {
    const { say, values } = start(createSensor('a', { maxPayloadBytes: 1_000_000 }));
    say(topic, `{"temperature":${'['.repeat(100_000)}${']'.repeat(100_000)},"humidity":2}`);
    expect(values()).toEqual(['decode', 2]);
  });

  it('with __proto__ members is only a message, and of two members of one name the last one counts', () => {
    const { say, values } = start(sensor);
    say(topic, '{"__proto__":{"humidity":7},"constructor":1,"temperature":1,"temperature":3}');
    expect(values()).toEqual([3, 'decode']);
    expect(Object.hasOwn(Object.prototype, 'humidity')).toBe(false);
  });

  it('of a topic that nobody reads is counted', () => {
    const { say, counter, sink } = start(sensor);
    say('site/a/other', at(0));
    say('site/a/other', at(0));
    expect([counter('unknown_topics'), counter('messages'), sink.calls.length]).toEqual([2, 2, 0]);
  });

  it('of any bytes never throws and leaves no point as it was', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const { say, values, sink } = start(sensor);
          say(topic, at(0, 77));
          say(topic, Buffer.from(bytes));
          expect(values()).not.toContain(77);
          expect(sink.calls).toHaveLength(2);
        },
      ),
      { seed: testSeed() },
    );
  });
});

describe('a retained message', () => {
  const aging = {
    ...sensor,
    points: sensor.points!.map((point, place) => ({ ...point, staleMs: place === 0 ? 60_000 : null })),
  };

  it.each([
    [60_000, [10, 2]],
    [60_001, [2]],
  ])('%d ms old counts for the points that may be so old (device online before it)', (ageMs, expected) => {
    const { say, values } = start(aging);
    say('site/a/status', { online: true }, true);
    say(topic, at(-ageMs, 10), true);
    expect(values()).toEqual(expected);
  });

  it('that is too old counts no more when it was held until the device spoke', () => {
    const { say, values, counter } = start(aging);
    say(topic, at(-60_001, 10), true);
    say('site/a/status', { online: true });
    expect(values()).toEqual([2]);
    expect(counter('stale_retained')).toBe(1);
  });

  it('without a time, or with one that cannot be, has no age', () => {
    const { say, values } = start(aging);
    say('site/a/status', { online: true }, true);
    say(topic, { temperature: 10, humidity: 2 }, true);
    expect(values()).toEqual([10, 2]);
  });

  it('is no measure for what is said live: a device with a slow clock stays good', () => {
    const { say, values } = start(aging);
    say(topic, at(-3_600_000, 10));
    expect(values()).toEqual([10, 2]);
  });
});

describe('the time of a message', () => {
  it('goes with its values', () => {
    const { intake, sink } = start(sensor);
    const times: number[] = [];
    sink.samples = (samples) => void times.push(...samples.map(({ sourceMs }) => sourceMs));
    intake.take({ topic, payload: Buffer.from(JSON.stringify(at(-5))), isRetained: false });
    expect(times).toEqual([START_MS - 5, START_MS - 5]);
  });

  it.each([0, null, '2026-11-21', START_MS + 60_001, Date.UTC(2014, 11, 31), 1e300])(
    'of %s cannot be, which makes good values uncertain and bad ones no better',
    (ts) => {
      const { say, values } = start(sensor);
      say(topic, { ts, temperature: 1, humidity: null });
      expect(values()).toEqual(['source-time', 'sentinel']);
    },
  );

  it('that is missing is no fault', () => {
    const { say, values } = start(sensor);
    say(topic, { temperature: 1, humidity: 2 });
    expect(values()).toEqual([1, 2]);
  });

  it('may be ahead by what a clock drifts', () => {
    const { say, values } = start(sensor);
    say(topic, at(59_000));
    expect(values()).toEqual([1, 2]);
  });

  it('may be in seconds or as text with its zone', () => {
    const seconds = start(createSensor('a', { time: { path: '$.ts', format: 's' } }));
    seconds.say(topic, { ts: START_MS / 1_000, temperature: 1, humidity: 2 });
    expect(seconds.values()).toEqual([1, 2]);
    const iso = start(createSensor('a', { time: { path: '$.ts', format: 'iso' } }));
    iso.say(topic, { ts: '2026-11-21T10:00:00+08:00', temperature: 1, humidity: 2 });
    expect(iso.values()).toEqual([1, 2]);
    iso.say(topic, { ts: '2026-11-21T10:00:00', temperature: 1, humidity: 2 });
    expect(iso.values()).toEqual(['source-time', 'source-time']);
  });

  it('that is older than the last one means that the message is late: it changes nothing, and is told as late', () => {
    const { say, values, counter, sink } = start(sensor);
    say(topic, at(0, 10));
    say(topic, at(-1, 9));
    expect(values()).toEqual([10, 2]);
    expect(sink.lateCalls).toEqual([`a/temperature=9 at ${START_MS - 1}`, `a/humidity=2 at ${START_MS - 1}`]);
    expect(counter('late_messages')).toBe(1);
  });

  it('that is the same means that it was delivered again, which does no harm', () => {
    const { say, values, counter } = start(sensor);
    say(topic, at(0, 10));
    say(topic, at(0, 10));
    expect(values()).toEqual([10, 2]);
    expect([counter('redelivered'), counter('late_messages')]).toEqual([1, 0]);
  });

  it('is remembered for a topic of a wildcard, however many topics nobody reads', () => {
    const wild = {
      ...sensor,
      points: [{ name: 'temperature', address: { topic: '{topic}/+/state', path: '$.temperature' } }],
    };
    const { say, values, counter } = start(wild);
    say('site/a/room/state', at(0, 10));
    for (let other = 0; other < 5_000; other++) say(`elsewhere/${other}`, at(0));
    say('site/a/room/state', at(-1_000, 5));
    expect(values()).toEqual([10]);
    expect([counter('late_messages'), counter('forgotten_topics')]).toEqual([1, 0]);
  });

  it('counts for each topic by itself', () => {
    const two = {
      name: 'leak',
      type: 'boolean' as const,
      address: { topic: '{topic}/state', path: '$.leak' },
    };
    const { say, sink } = start({ ...sensor, points: [...sensor.points!, two] });
    say(topic, at(0));
    say('site/a/state', { ts: START_MS - 1_000, leak: true });
    expect(sink.state()['a/leak']).toBe(1);
  });

  it('that stays behind means that the clock was set back: values go on, uncertain, until it has caught up', () => {
    const { say, values, advance } = start(sensor);
    say(topic, at(0, 10));
    advance(LATE_WINDOW_MS + 1);
    say(topic, at(-3_600_000, 11));
    expect(values()).toEqual(['source-time', 'source-time']);
    say(topic, at(1, 12));
    expect(values()).toEqual([12, 2]);
  });

  it('in the future does not lock out the messages after it', () => {
    const { say, values } = start(sensor);
    say(topic, at(3_600_000, 10));
    say(topic, at(0, 11));
    expect(values()).toEqual([11, 2]);
  });
});

describe('a device that is off', () => {
  it('has no value, its parts neither, and is named', () => {
    const part = { id: 'a-door-1', parent: 'a', device: sensor.device!, points: [doorPoint(1)] };
    const { say, sink } = start(sensor, part);
    say(topic, at(0));
    say('site/a/status', { online: false });
    expect(sink.state()).toEqual({
      'a/temperature': 'comm-loss',
      'a/humidity': 'comm-loss',
      'a-door-1/open': 'comm-loss',
    });
    expect(sink.reason()).toBe('offline: a');
  });

  it('is told once, and of many the first three are named', () => {
    const { say, sink } = start(...['a', 'b', 'c', 'd', 'e'].map((id) => createSensor(id)));
    for (const id of ['a', 'b', 'c', 'd', 'e', 'a']) say(`site/${id}/status`, { online: false });
    expect(sink.reason()).toBe('offline: a, b, c and 2 more');
    expect(sink.calls.filter((call) => call.startsWith('bad'))).toHaveLength(5);
  });

  it('is not revived by what the broker retains, but by "online" or by a live word', () => {
    const { say, sink, values } = start(sensor);
    say('site/a/status', { online: false }, true);
    say(topic, at(0), true);
    expect(values()).toEqual(['comm-loss', 'comm-loss']);
    say('site/a/status', { online: true });
    expect([values(), sink.reason()]).toEqual([['comm-loss', 'comm-loss'], null]);
    say(topic, at(0), true);
    expect(values()).toEqual([1, 2]);
    say('site/a/status', { online: false });
    say(topic, at(1));
    expect([values(), sink.reason()]).toEqual([[1, 2], null]);
  });

  it('may say so in the message of its state, which then says nothing else', () => {
    const { say, values } = start(
      createSensor('a', { availability: { ...STATUS, topic: '{topic}/telemetry' } }),
    );
    say(topic, { online: true, temperature: 1, humidity: 2 });
    expect(values()).toEqual([1, 2]);
    say(topic, { online: false, temperature: 3, humidity: 4 });
    expect(values()).toEqual(['comm-loss', 'comm-loss']);
  });

  it('may say so in plain text', () => {
    const plain = { topic: '{topic}/lwt', online: ['online'], offline: ['offline'] };
    const { say, sink } = start(createSensor('a', { availability: plain }));
    say('site/a/lwt', 'offline\n');
    expect(sink.reason()).toBe('offline: a');
    say('site/a/lwt', 'perhaps');
    expect(sink.reason()).toBe('offline: a');
    say('site/a/lwt', 'online');
    expect(sink.reason()).toBeNull();
  });
});

describe('retained state of a device of which nothing is known yet', () => {
  it('waits, and is applied in order when the device is there', () => {
    const { say, sink } = start(sensor);
    say(topic, at(0, 1), true);
    say(topic, at(1, 2), true);
    expect(sink.calls).toEqual([]);
    say('site/a/status', { online: true }, true);
    expect(sink.state()).toEqual({ 'a/temperature': 2, 'a/humidity': 2 });
    expect(sink.calls).toHaveLength(1);
  });

  it('is forgotten when the device is off', () => {
    const { say, values } = start(sensor);
    say(topic, at(0), true);
    say('site/a/status', { online: false }, true);
    say('site/a/status', { online: true });
    expect(values()).toEqual(['comm-loss', 'comm-loss']);
  });

  it('waits only as far as there is room', () => {
    const { say, counter } = start(sensor);
    for (let count = 0; count < 300; count++) say(topic, at(count), true);
    expect(counter('dropped')).toBe(300 - 256);
  });

  it('does not wait where the profile names no availability', () => {
    const { say, values } = start({ ...sensor, device: { topic: 'site/a' } });
    say(topic, at(0), true);
    expect(values()).toEqual([1, 2]);
  });
});

describe('topics', () => {
  it('of availability are subscribed to first, and each filter once', () => {
    const { intake } = start(createSensor('a'), createSensor('b'));
    expect(intake.filters).toEqual([
      'site/a/status',
      'site/b/status',
      'site/a/telemetry',
      'site/b/telemetry',
    ]);
  });

  it('with a wildcard serve their points, beside exact ones', () => {
    const points = [
      { name: 'any', address: { topic: '{topic}/+/t', path: '$.v' } },
      { name: 'one', address: { topic: '{topic}/x/t', path: '$.v' } },
    ];
    const { say, sink } = start({ id: 'a', device: { topic: 'site/a' }, points });
    say('site/a/y/t', { v: 1 });
    say('site/a/x/t', { v: 2 });
    say('site/a/x/y/t', { v: 3 });
    say('$SYS/a/x/t', { v: 3 });
    expect(sink.calls).toEqual(['a/any=1', 'a/one=2 a/any=2']);
  });

  it('beyond what is remembered are forgotten, oldest first, and still served', () => {
    const points = [{ name: 'any', address: { topic: '{topic}/+', path: '$.v' } }];
    const { say, sink, counter } = start({ id: 'a', device: { topic: 'site/a' }, points });
    for (let count = 0; count < 2_500; count++) say(`site/a/${count}`, { v: count });
    say('site/a/0', { v: 7 });
    expect([sink.state()['a/any'], counter('forgotten_topics')]).toEqual([7, 501]);
  });

  it('that two devices share serve both in one batch', () => {
    const shared = (id: string, path: string): TestEquipment => ({
      id,
      device: { topic: 'site/hub' },
      points: [{ name: 'v', address: { topic: '{topic}/all', path } }],
    });
    const { say, sink } = start(shared('a', '$.a'), shared('b', "$['b c'][1]"));
    say('site/hub/all', { a: 1, 'b c': [0, 2] });
    expect(sink.calls).toEqual(['a/v=1 b/v=2']);
  });

  it('of parts are theirs alone', () => {
    const doors = [1, 2].map((n) => ({
      id: `a-door-${n}`,
      parent: 'a',
      device: sensor.device!,
      points: [doorPoint(n)],
    }));
    const { say, sink } = start(sensor, ...doors);
    say('site/a/door/2', { contact: 'open' });
    expect(sink.state()).toEqual({ 'a-door-2/open': 1 });
  });
});

function doorPoint(n: number) {
  return {
    name: 'open',
    address: { topic: `{topic}/door/${n}`, path: '$.contact', values: { open: 1, closed: 0 } },
  };
}
