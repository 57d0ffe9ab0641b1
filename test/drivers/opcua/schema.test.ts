/** Configuration of OPC UA: defaults, node ids, and what is refused across properties. */
import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { opcuaSchema, parseNodeId, toOpcuaAddress, toOpcuaLink } from '../../../src/drivers/opcua/schema.ts';

const paths = (address: object) => opcuaSchema.checkAddress({ ...address }, {}).map(({ path }) => path);

it('fills in the defaults of link and address, and not into the frozen configuration', () => {
  const frozen = Object.freeze({ url: 'opc.tcp://plc' });
  expect(toOpcuaLink(frozen)).toEqual({
    url: 'opc.tcp://plc',
    security: 'none',
    policy: 'Basic256Sha256',
    timeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    publishingMs: 500,
    silentAfterMs: 5_000,
  });
  expect(frozen).toEqual({ url: 'opc.tcp://plc' });
  expect(toOpcuaAddress({ node: 'i=1' })).toEqual({ node: 'i=1', scale: 1, offset: 0, sentinels: [] });
});

describe('links that are refused by the schema', () => {
  const schema = Type.Object({ ...opcuaSchema.link }, { additionalProperties: false });
  it.each([
    { url: 'http://plc:4840' },
    { url: 'opc.tcp://' },
    { url: 'opc.tcp://plc:x' },
    { url: 'opc.tcp://riser@plc' },
    { url: 'opc.tcp://riser:1234@plc:4840' },
    { url: 'opc.tcp://plc', security: 'both' },
    { url: 'opc.tcp://plc', policy: 'None' },
    { url: 'opc.tcp://plc', silentAfterMs: 999 },
    { url: 'opc.tcp://plc', username: '' },
  ])('%j', (link) => {
    expect(Value.Check(schema, toOpcuaLink(link))).toBe(false);
  });

  it.each(['opc.tcp://plc', 'opc.tcp://10.0.0.1:4840/server', 'opc.tcp://[fe80::1]:4840'])(
    'but not %s',
    (url) => {
      expect(Value.Check(schema, toOpcuaLink({ url }))).toBe(true);
    },
  );
});

describe('node ids', () => {
  it.each([
    ['i=2258', null, 'i=2258'],
    ['s=lift-1.CarPosition', null, 's=lift-1.CarPosition'],
    ['ns=2;s=a;b=c', { index: 2 }, 's=a;b=c'],
    ['nsu=urn:x;i=7', { uri: 'urn:x' }, 'i=7'],
    ['nsu=urn:x%3By%2525;s=n', { uri: 'urn:x;y%25' }, 's=n'],
    ['g=09087e75-8e5e-499b-954f-f2a9603db28a', null, 'g=09087e75-8e5e-499b-954f-f2a9603db28a'],
    ['b=M/RbKBsRVkePCePcx24oRA==', null, 'b=M/RbKBsRVkePCePcx24oRA=='],
  ])('%s is taken apart', (text, namespace, identifier) => {
    expect(parseNodeId(text)).toEqual({ namespace, identifier });
  });

  it.each([
    '',
    's=',
    'i=',
    'i=x',
    'i=4294967296',
    'x=1',
    'ns=2',
    'ns=x;i=1',
    'ns=65536;i=1',
    'g=1',
    'b=?',
    'CarPosition',
  ])('%j is none', (text) => {
    expect(parseNodeId(text)).toBeNull();
  });
});

describe('addresses that are refused across properties', () => {
  it.each([
    [{ node: 'CarPosition' }, ['node']],
    [{ node: 'i={object}x' }, ['node']],
    [{ node: 's=door-{n}' }, ['node']],
    [{ node: 'i=1', scale: 0 }, ['scale']],
    [{ node: 'i=1', bit: 1, scale: 2, offset: 1 }, ['scale', 'offset']],
    [{ node: 'i=1', bit: 1, values: { on: 1 } }, ['values']],
    [{ node: 'i=1', values: {} }, ['values']],
    [{ node: 'i=1', values: { on: 1 }, scale: 2 }, ['scale']],
  ])('%j', (address, expected) => {
    expect(paths(address)).toEqual(expected);
  });

  it.each([
    { node: 's={object}.CarPosition' },
    { node: 'i={object}' },
    { node: 'i=1', bit: 63, sentinels: [65_535] },
    { node: 'i=1', index: 3, scale: 0.1, offset: -4 },
    { node: 's=Mode', values: { auto: 1, off: 0 } },
  ])('but not %j', (address) => {
    expect(paths(address)).toEqual([]);
  });
});

it('puts the number of a part into its node ids and moves its array elements', () => {
  const address = Object.freeze({ node: 's={object}.Zone{n}.State', index: 2, bit: 3 });
  const shifted = opcuaSchema.shiftAddress(address, { by: 8, n: 5 });
  expect(shifted).toEqual({ node: 's={object}.Zone5.State', index: 10, bit: 3 });
  expect(opcuaSchema.shiftAddress({ node: 'i=1' }, { by: 8, n: 5 })).toEqual({ node: 'i=1' });
});

it('knows a boolean by its bit', () => {
  expect(opcuaSchema.isBoolean({ node: 'i=1', bit: 0 })).toBe(true);
  expect(opcuaSchema.isBoolean({ node: 'i=1' })).toBe(false);
});

it('refuses an equipment without the object that the node ids of its profile need', () => {
  const needs = [{ node: 'i=2258' }, { node: 's={object}.Level' }];
  expect(opcuaSchema.checkDevice?.({}, needs, {})).toMatchObject([{ path: 'object', found: 'nothing' }]);
  expect(opcuaSchema.checkDevice?.({ object: 'tank-1' }, needs, {})).toEqual([]);
  expect(opcuaSchema.checkDevice?.({}, [{ node: 'i=2258' }], {})).toEqual([]);
});

it('refuses a misspelt placeholder by its name', () => {
  expect(opcuaSchema.checkAddress({ node: 's={objet}.Level' }, {})).toMatchObject([
    { path: 'node', found: '{objet}' },
  ]);
});

it('refuses a user name without a password and the reverse', () => {
  const url = 'opc.tcp://127.0.0.1:4840';
  expect(opcuaSchema.checkLink?.({ url, username: 'a' })).toMatchObject([{ path: 'password' }]);
  expect(opcuaSchema.checkLink?.({ url, password: 'a' })).toMatchObject([{ path: 'username' }]);
  expect(opcuaSchema.checkLink?.({ url, username: 'a', password: 'b' })).toEqual([]);
});
