/** The driver against a real server: values, status codes, missing nodes, log-in. */
import { afterEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../src/core/errors.ts';
import { isBad } from '../../../src/core/quality.ts';
import type { TestPoint } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { freePort } from '../../support/ports.ts';
import { type OpcuaServerOptions, startOpcuaServer, type TestOpcuaServer } from './server.ts';
import { at, createSite, type Heard, listen, NAMESPACE } from './site.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serve(options: Partial<OpcuaServerOptions> = {}): Promise<TestOpcuaServer> {
  const server = await startOpcuaServer({ namespace: NAMESPACE, variables: {}, ...options });
  closing.push(() => server.stop());
  return server;
}

function open(url: string, points: readonly TestPoint[], link: object = {}, device: object = {}): Heard {
  const heard = listen(createSite(url, points, { ...link }, { ...device }));
  closing.push(() => heard.connection.close());
  return heard;
}

const connect = (heard: Heard) => heard.connection.connect(new AbortController().signal);
const failure = (heard: Heard) =>
  connect(heard).then(
    () => null,
    (error: unknown) => error,
  );

describe('values', () => {
  it('come after connecting, all in one batch, and again when they change', async () => {
    const server = await serve({
      variables: {
        floor: { type: 'Int32', value: 3 },
        load: { type: 'Double', value: 12.5 },
        landing: { type: 'Boolean', value: true },
      },
    });
    const points = [at('floor'), at('load'), at('landing', {}, { type: 'boolean' })];
    const heard = open(server.url, points);
    await connect(heard);
    await heard.quality('landing', 'good');
    expect(heard.batches[0]).toHaveLength(3);
    expect(['floor', 'load', 'landing'].map((name) => heard.last(name)?.value)).toEqual([3, 12.5, 1]);
    const sourceTime = new Date(Date.now() - 5_000);
    server.set('floor', { value: -1, sourceTime });
    await until(() => heard.last('floor')?.value === -1, { timeoutMs: 15_000, what: 'the change' });
    expect(heard.last('floor')?.sourceMs).toBe(sourceTime.getTime());
    expect(heard.batches.at(-1)).toHaveLength(1);
    expect(heard.connection.stats()).toMatchObject({ values: 4, bad_values: 0, missing_nodes: 0 });
    expect(heard.degraded).toEqual([]);
  });

  it('of all types that the driver knows, and of those that it does not', async () => {
    const server = await serve({
      variables: {
        wide: { type: 'Int64', value: [0xffffffff, 0xfffffff6] },
        list: { type: 'Double', value: [1, 2, 3], isArray: true },
        wides: {
          type: 'UInt64',
          value: [
            [0, 1],
            [1, 0],
          ],
          isArray: true,
        },
        mode: { type: 'String', value: 'auto' },
        free: { type: 'String', value: 'anything' },
        time: { type: 'DateTime', value: new Date() },
        empty: { type: 'Double', value: null },
      },
    });
    const mode = { values: { auto: 2, manual: 1 } };
    const heard = open(server.url, [
      at('wide'),
      at('list', { index: 2 }),
      at('wides', { index: 1 }),
      at('mode', mode),
      at('free', mode),
      at('time'),
      at('empty'),
    ]);
    await connect(heard);
    await heard.quality('empty', 'decode');
    const values = ['wide', 'list', 'wides', 'mode'].map((name) => heard.last(name)?.value);
    expect(values).toEqual([-10, 3, 2 ** 32, 2]);
    for (const name of ['free', 'time', 'empty']) expect(heard.last(name)?.quality).toBe('decode');
    server.set('mode', { value: 'broken' });
    await heard.quality('mode', 'decode');
    expect(heard.connection.stats()).toMatchObject({ bad_values: 4 });
  });

  it('of one node that several points read are watched once', async () => {
    const server = await serve({ variables: { word: { type: 'UInt16', value: 0b101 } } });
    const bit = (name: string, place: number): TestPoint => ({
      name,
      type: 'boolean',
      address: { node: 's=word', bit: place },
    });
    const heard = open(server.url, [bit('a', 0), bit('b', 1), bit('c', 2), at('word')]);
    await connect(heard);
    await heard.quality('word', 'good');
    expect(['a', 'b', 'c', 'word'].map((name) => heard.last(name)?.value)).toEqual([1, 0, 1, 5]);
    // The clock and the state of the server stand beside it.
    expect(server.monitoredItems()).toBe(3);
  });

  it('carry the doubt and the failure that the server marks them with', async () => {
    const server = await serve({ variables: { load: { type: 'Double', value: 1 } } });
    const heard = open(server.url, [at('load')]);
    await connect(heard);
    await heard.quality('load', 'good');
    server.set('load', { status: 'UncertainLastUsableValue' });
    expect((await heard.quality('load', 'source-uncertain')).value).toBe(1);
    server.set('load', { status: 'BadSensorFailure' });
    expect((await heard.quality('load', 'sentinel')).value).toBeNaN();
    server.set('load', { status: 'BadNoCommunication' });
    await heard.quality('load', 'comm-loss');
    server.set('load', { status: 'BadDeviceFailure' });
    await heard.quality('load', 'device-error');
    server.set('load', { status: 'Good', value: 2, sourceTime: new Date(Date.now() + 120_000) });
    expect((await heard.quality('load', 'source-time')).value).toBe(2);
    expect(heard.lost).toEqual([]);
  });
});

describe('names', () => {
  it('are those of the object, in the namespace of the profile before that of the link', async () => {
    const server = await serve({ variables: { 'lift-1.Load': { type: 'Double', value: 4 } } });
    const load = { name: 'load', address: { node: 's={object}.Load' } };
    const byUri = { name: 'uri', address: { node: `nsu=${NAMESPACE};s=lift-1.Load` } };
    const byIndex = { name: 'zero', address: { node: 'ns=0;i=2259' } };
    const device = { object: 'lift-1', namespace: NAMESPACE };
    const heard = open(server.url, [load, byUri, byIndex], { namespace: 'urn:other' }, device);
    await connect(heard);
    await heard.quality('zero', 'good');
    expect([heard.last('load')?.value, heard.last('uri')?.value]).toEqual([4, 4]);
  });

  it('that the server or the configuration does not know cost their own points only', async () => {
    const server = await serve({ variables: { load: { type: 'Double', value: 4 } } });
    const heard = open(server.url, [
      at('load'),
      at('speed'),
      { name: 'foreign', address: { node: 'nsu=urn:nobody;i=1' } },
      { name: 'nameless', address: { node: 's={object}.Load' } },
      at('more'),
    ]);
    await connect(heard);
    await heard.quality('load', 'good');
    expect(heard.bad).toEqual([{ points: [1, 2, 3, 4], reason: 'device-error' }]);
    expect(heard.degraded).toEqual([
      '4 nodes cannot be watched: s=speed (BadNodeIdUnknown), nsu=urn:nobody;i=1 (no namespace urn:nobody), ' +
        's={object}.Load (the equipment names no object) and 1 more',
    ]);
    expect(heard.connection.stats()).toMatchObject({ missing_nodes: 4 });
  });

  it('that appear later are found without a new connection', async () => {
    const server = await serve({ variables: { load: { type: 'Double', value: 4 } } });
    const heard = open(server.url, [at('load'), at('speed')]);
    await connect(heard);
    await until(() => heard.degraded.length === 1, { timeoutMs: 15_000, what: 'degraded' });
    server.addNode('speed', { type: 'Double', value: 1.6 });
    expect((await heard.quality('speed', 'good')).value).toBe(1.6);
    expect(heard.degraded.at(-1)).toBeNull();
    expect(heard.lost).toEqual([]);
    expect(server.subscriptions()).toBe(1);
  });

  it('that disappear turn their points bad, and are found again', async () => {
    const server = await serve({
      variables: { load: { type: 'Double', value: 4 }, speed: { type: 'Double', value: 1 } },
    });
    const heard = open(server.url, [at('load'), at('speed')]);
    await connect(heard);
    await heard.quality('speed', 'good');
    server.removeNode('speed');
    await heard.quality('speed', 'device-error');
    expect(heard.degraded[0]).toBe('1 node cannot be watched: s=speed (removed by the server)');
    expect(heard.last('load')?.quality).toBe('good');
    server.addNode('speed', { type: 'Double', value: 2 });
    await until(() => heard.last('speed')?.value === 2, { timeoutMs: 15_000, what: 'its new value' });
    expect(heard.last('speed')?.quality).toBe('good');
    expect(heard.degraded.at(-1)).toBeNull();
    expect(server.monitoredItems()).toBe(4);
  });
});

describe('an item', () => {
  it('that the server silently reports no more is found, gets its value, and is made anew', async () => {
    const server = await serve({
      variables: { load: { type: 'Double', value: 4 }, door: { type: 'Int32', value: 0 } },
    });
    const heard = open(server.url, [at('load'), at('door')]);
    await connect(heard);
    await heard.quality('door', 'good');
    server.silence('door');
    server.set('door', { value: 1 });
    await until(() => heard.last('door')?.value === 1, {
      timeoutMs: 15_000,
      what: 'the value that was read',
    });
    expect(heard.degraded[0]).toBe('1 node cannot be watched: s=door (its changes were not reported)');
    await until(() => heard.degraded.at(-1) === null, { timeoutMs: 15_000, what: 'a new item' });
    server.set('door', { value: 2 });
    await until(() => heard.last('door')?.value === 2, {
      timeoutMs: 15_000,
      what: 'a change of the new item',
    });
    expect(heard.connection.stats()).toMatchObject({ silent_items: 1, missing_nodes: 0 });
    expect([heard.lost, server.monitoredItems()]).toEqual([[], 4]);
  });

  it('that the server looks at too seldom is not used, and the link says so', async () => {
    const server = await serve({
      variables: { load: { type: 'Double', value: 4 }, slow: { type: 'Double', value: 1, everyMs: 120_000 } },
    });
    const heard = open(server.url, [at('load'), at('slow')]);
    await connect(heard);
    await heard.quality('load', 'good');
    expect(heard.degraded).toEqual(['1 node cannot be watched: s=slow (looked at only every 120000 ms)']);
    expect(heard.bad).toEqual([{ points: [1], reason: 'device-error' }]);
  });

  it('that the server looks at as seldom as it was asked to is used', async () => {
    const server = await serve({ variables: { slow: { type: 'Double', value: 1, everyMs: 120_000 } } });
    const heard = open(server.url, [at('slow', {}, { pollMs: 120_000 })]);
    await connect(heard);
    await heard.quality('slow', 'good');
    expect(heard.degraded).toEqual([]);
  });
});

it('a hundred nodes that go together are told together', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `v${at}`);
  const variables = Object.fromEntries(names.map((name, value) => [name, { type: 'Int32' as const, value }]));
  const server = await serve({ variables });
  const model = createSite(
    server.url,
    names.map((name) => at(name)),
  );
  const heard = listen(model, '/nonexistent', 60_000);
  closing.push(() => heard.connection.close());
  await connect(heard);
  await until(() => names.every((name) => heard.last(name)), { timeoutMs: 15_000, what: 'all values' });
  for (const name of names) server.removeNode(name);
  const areGone = () => names.every((name) => heard.last(name)?.quality === 'device-error');
  await until(areGone, { timeoutMs: 15_000, what: 'all gone' });
  expect(heard.degraded.at(-1)).toMatch(/^100 nodes cannot be watched/);
  // Sampled by the server one after the other, they may come in a few answers.
  expect(heard.degraded.length).toBeLessThan(10);
});

it('a server that takes few items per call gets all of them, a few at a time', async () => {
  const names = Array.from({ length: 25 }, (_, at) => `v${at}`);
  const variables = Object.fromEntries(names.map((name, value) => [name, { type: 'Int32' as const, value }]));
  const server = await serve({ variables, maxMonitoredItemsPerCall: 10 });
  const heard = open(
    server.url,
    names.map((name) => at(name)),
  );
  await connect(heard);
  await until(() => names.every((name) => heard.last(name)), { timeoutMs: 15_000, what: 'all values' });
  expect(names.map((name) => heard.last(name)?.value)).toEqual(names.map((_, value) => value));
  expect(server.monitoredItems()).toBe(27);
});

describe('log-in', () => {
  const user = { name: 'riser', password: 'right' };
  const variables = { load: { type: 'Double' as const, value: 4 } };

  it('with the right password works', async () => {
    const server = await serve({ user, variables });
    const heard = open(server.url, [at('load')], { username: 'riser', password: 'right' });
    await connect(heard);
    await heard.quality('load', 'good');
  });

  it.each([
    [{ username: 'riser', password: 'wrong' }, /user name or password refused/],
    [{}, /Bad|anonymous/i],
    [{ username: 'riser' }, /the password is missing/],
    [{ password: 'right' }, /the user name is missing/],
  ])('with %j fails, says why, and leaves nothing behind', async (link, message) => {
    const server = await serve({ user, variables });
    const heard = open(server.url, [at('load')], link);
    const error = await failure(heard);
    expect(error).toBeInstanceOf(DeviceError);
    expect(error).toMatchObject({ code: 'connect-failed', message: expect.stringMatching(message) });
    expect(String(error)).not.toMatch(/wrong|right/);
    await heard.connection.close();
    await until(() => server.sessions() === 0, { timeoutMs: 15_000, what: 'no session left' });
  });
});

describe('connecting', () => {
  it('to a port where nobody listens fails at once', async () => {
    const heard = open(`opc.tcp://127.0.0.1:${await freePort()}`, [at('load')]);
    const error = await failure(heard);
    expect(error).toMatchObject({
      code: 'connect-failed',
      message: expect.stringMatching(/connection refused/),
    });
  });

  it('ends with `stopped` when it is stopped, before or meanwhile', async () => {
    const server = await serve();
    const heard = open(server.url, [at('load')]);
    await expect(heard.connection.connect(AbortSignal.abort())).rejects.toMatchObject({ code: 'stopped' });
    const other = open(server.url, [at('load')]);
    const stop = new AbortController();
    const connecting = other.connection.connect(stop.signal);
    stop.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'stopped' });
  });

  it('closing meanwhile leaves no session', async () => {
    const server = await serve();
    const heard = open(server.url, [at('load')]);
    const connecting = failure(heard);
    await until(() => server.sessions() > 0, { timeoutMs: 15_000, what: 'a session', intervalMs: 1 });
    await heard.connection.close();
    await connecting;
    await until(() => server.sessions() === 0, { timeoutMs: 15_000, what: 'no session left' });
    expect(heard.lost).toEqual([]);
  });

  it('no bad value ever carries a number', async () => {
    const server = await serve({
      variables: { load: { type: 'Double', value: 4, status: 'BadSensorFailure' } },
    });
    const heard = open(server.url, [at('load')]);
    await connect(heard);
    await heard.quality('load', 'sentinel');
    for (const { value, quality } of heard.batches.flat()) expect(Number.isNaN(value)).toBe(isBad(quality));
  });
});
