/** Configuration of MQTT: defaults, parts, and what is refused. */
import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import {
  mqttSchema,
  toLinkProblem,
  toMqttAddress,
  toMqttDevice,
  toMqttLink,
} from '../../../src/drivers/mqtt/schema.ts';

const closed = (properties: object) => Type.Object({ ...properties }, { additionalProperties: false });
const issues = (address: object) =>
  mqttSchema.checkAddress({ topic: '{topic}/x', ...address }, {}).map(({ path }) => path);

describe('defaults', () => {
  it('are filled in, also below listen, and not written into the frozen configuration', () => {
    const frozen = Object.freeze({ listen: Object.freeze({}) });
    expect(toMqttLink(frozen)).toEqual({
      keepAliveS: 15,
      connectTimeoutMs: 5_000,
      protocolVersion: 4,
      listen: { host: '127.0.0.1', port: 1_883, users: [] },
    });
    expect(toMqttDevice({ topic: 'a' })).toEqual({ topic: 'a', maxPayloadBytes: 65_536 });
    expect(toMqttAddress({ topic: 'a' })).toEqual({
      topic: 'a',
      scale: 1,
      offset: 0,
      sentinels: [],
      isOptional: false,
    });
    expect(frozen).toEqual({ listen: {} });
  });
});

describe('parts', () => {
  it('have their number in topic and path', () => {
    const address = { topic: '{topic}/door/{n}', path: '$.doors[{n}].door{n}', scale: 2 };
    const shifted = mqttSchema.shiftAddress(address, { by: 0, n: 3 });
    expect(shifted).toEqual({ topic: '{topic}/door/3', path: '$.doors[3].door3', scale: 2 });
    expect(issues(shifted)).toEqual([]);
    expect(issues(address)).toEqual(['topic', 'path']);
  });
});

describe('addresses', () => {
  it.each([
    [{ path: '$.a-b' }, ['path']],
    [{ path: '$..a' }, ['path']],
    [{ scale: 0 }, ['scale']],
    [{ path: '$.a', bit: 1, scale: 2, offset: 3 }, ['scale', 'offset']],
    [{ path: '$.a', bit: 1, values: { x: 1 } }, ['values']],
    [{ values: { x: 1 }, offset: 1 }, ['offset']],
    [{ isOptional: true }, ['isOptional']],
    [{ path: '$.a', isOptional: true, values: { x: 1 }, sentinels: [-1, 'n/a', true] }, []],
  ])('%j is refused at %j', (address, paths) => {
    expect(issues(address)).toEqual(paths);
  });

  const schema = closed(mqttSchema.address);
  it.each(['a', 'a/b', '{topic}/x', '{topic}/door/{n}/+', '+/a', 'a//b', '{topic}-x', '机房/1'])(
    'take topic %j',
    (topic) => {
      expect(Value.Check(schema, { topic })).toBe(true);
    },
  );
  it.each(['', '#', 'a/#', 'a+/b', 'a/+b', '{other}/x', '{topic', '$SYS/x', 'a\0'])(
    'refuse topic %j',
    (topic) => {
      expect(Value.Check(schema, { topic })).toBe(false);
    },
  );

  it('say themselves whether they are a single bit', () => {
    expect([mqttSchema.isBoolean({ bit: 0 }), mqttSchema.isBoolean({ values: { a: 1 } })]).toEqual([
      true,
      false,
    ]);
  });
});

describe('points', () => {
  const check = (staleAfterMs: number | null, section: object) =>
    mqttSchema.checkPoint!({ staleAfterMs, address: {} }, { ...section });
  it('need something that says when they are too old', () => {
    expect(check(null, {})).toMatchObject([{ path: 'staleAfter' }]);
    expect([...check(60_000, {}), ...check(null, { availability: {} })]).toEqual([]);
  });
});

describe('profiles', () => {
  const schema = closed(mqttSchema.profile);
  const base = { maxPayloadBytes: 1 };
  const availability = { topic: '{topic}/status', online: [true], offline: ['off', 0] };
  it.each([
    [{ availability }, true],
    [{ availability: { ...availability, path: '$.a' } }, true],
    [{ availability: { ...availability, path: 'a' } }, false],
    [{ availability: { ...availability, topic: '{topic}/+' } }, false],
    [{ availability: { ...availability, topic: '{topic}/{n}' } }, false],
    [{ availability: { ...availability, online: [] } }, false],
    [{ time: { path: '$.ts', format: 'ms' } }, true],
    [{ time: { path: '$.ts', format: 'minutes' } }, false],
  ])('%j: %s', (section, expected) => {
    expect(Value.Check(schema, { ...base, ...section })).toBe(expected);
  });
});

describe('links', () => {
  const schema = closed(mqttSchema.link);
  const base = { keepAliveS: 15, connectTimeoutMs: 5_000, protocolVersion: 4 };
  it.each([
    ['mqtt://broker', true],
    ['mqtts://broker:8883', true],
    ['mqtt://[::1]:1883', true],
    ['http://broker', false],
    ['mqtt://user:secret@broker', false],
    ['mqtt://broker/path', false],
    ['broker:1883', false],
  ])('url %s: %s', (url, expected) => {
    expect(Value.Check(schema, { ...base, url })).toBe(expected);
  });

  it.each([
    ['a/#', true],
    ['#', true],
    ['+/a/+', true],
    ['a#', false],
    ['a/#/b', false],
    ['$SYS/#', false],
  ])('topics of a user %s: %s', (topic, expected) => {
    const listen = { host: '::1', port: 1, users: [{ name: 'a', password: 'b', topics: [topic] }] };
    expect(Value.Check(schema, { ...base, listen })).toBe(expected);
  });

  it('are in order on this machine without users, or elsewhere with users and TLS', () => {
    const tls = { cert: 'cert.pem', key: 'key.pem' };
    const users = [{ name: 'a', password: 'b', topics: ['#'] }];
    expect(toLinkProblem(toMqttLink({ listen: {} }))).toBeNull();
    expect(toLinkProblem(toMqttLink({ listen: { host: '0.0.0.0', users, tls } }))).toBeNull();
    expect(toLinkProblem(toMqttLink({ url: 'mqtt://broker', username: 'a' }))).toBeNull();
    expect(toLinkProblem(toMqttLink({ url: 'mqtt://broker', password: 'a' }))).toContain('username');
  });
});
