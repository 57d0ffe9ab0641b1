/** Modbus endpoints that are no TCP servers: serial ports (pairs of pseudo-terminals) and modems that dial in. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ModbusRig, type RigOptions, startModbusRig } from '../support/modbus-rig.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { type SerialPair, startSerialPair } from '../support/serial-pair.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { type DialledServer, openDialledServer, openSerialWire, type RawWire } from './wire.ts';

const ASK = '01 03 00 00 00 01 84 0a';
const GOOD = '01 03 02 12 34 b5 33';
const PULLS = 8;
const UNITS: RigOptions['units'] = [{ unit: 1, holding: 2 }];

async function start(options: Partial<RigOptions>): Promise<ModbusRig> {
  const rig = await startModbusRig({ units: UNITS, ...options });
  onTestFinished(() => rig.close());
  rig.pin(1, 'holding', 0, 0x1234);
  return rig;
}

describeWithTools(['socat'], 'a serial line', (socat) => {
  async function lay(options: Partial<RigOptions> = {}) {
    const pair: SerialPair = await startSerialPair(socat, temporaryDirectory());
    onTestFinished(() => pair[Symbol.asyncDispose]());
    const rig = await start({ transport: 'serial', path: pair.near, ...options });
    const wire: RawWire = await openSerialWire(pair.far);
    onTestFinished(() => wire.end());
    return { pair, rig, wire };
  }

  it('is answered in RTU', async () => {
    const { rig, wire } = await lay();
    wire.send(ASK);
    expect(await wire.receive(7)).toBe(GOOD);
    expect(rig.log()).toEqual([
      expect.objectContaining({ request: '010300000001840a', response: '0103021234b533' }),
    ]);
  });

  it('is answered in ASCII', async () => {
    const { wire } = await lay({ framing: 'ascii' });
    wire.send(Buffer.from(':010300000001FB\r\n').toString('hex'));
    expect(await wire.receive(15)).toBe('3a 30 31 30 33 30 32 31 32 33 34 42 34 0d 0a');
  });

  const spoilt: readonly (readonly [Parameters<ModbusRig['setFault']>[1], string])[] = [
    [{ kind: 'crc' }, '01 03 02 12 34 4a cc'],
    [{ kind: 'exception', code: 6 }, '01 83 06 c1 32'],
    [{ kind: 'wrong-unit' }, '02 03 02 12 34 f1 33'],
    [{ kind: 'truncated' }, '01 03 02 12 34'],
    [{ kind: 'duplicate' }, `${GOOD} ${GOOD}`],
    [{ kind: 'unsolicited', position: 'before' }, `f7 03 02 de ad e8 4c ${GOOD}`],
    [{ kind: 'split', bytes: 2, ms: 5 }, GOOD],
    [{ kind: 'late', ms: 30 }, GOOD],
  ];
  for (const [fault, bytes] of spoilt) {
    it(`carries ${fault.kind} once, as the log proves`, async () => {
      const { rig, wire } = await lay();
      rig.setFault(1, { ...fault, times: 1 });
      wire.send(ASK);
      expect(await wire.receive(bytes.split(' ').length)).toBe(bytes);
      expect(rig.log(fault.kind)).toEqual([expect.objectContaining({ response: bytes.replaceAll(' ', '') })]);
      wire.send(ASK);
      expect(await wire.receive(7)).toBe(GOOD);
    });
  }

  it('is dead while half-open, and lives again', async () => {
    const { rig, wire } = await lay();
    rig.setFault(null, { kind: 'half-open' });
    wire.send(ASK);
    // Another endpoint on the same loop has heard and answered meanwhile; this one has not.
    const other = await lay();
    other.wire.send(ASK);
    await other.wire.receive(7);
    rig.clearFaults();
    wire.send('01 03 00 00 00 01 84 0a');
    expect(await wire.receive(7)).toBe(GOOD);
    expect(rig.counters()).toMatchObject({ framesServed: 1 });
    expect(wire.rest()).toBe('');
  });

  it('is opened again whenever its adapter was pulled out', async () => {
    const { pair, rig, wire } = await lay();
    let line = wire;
    onTestFinished(() => line.end());
    // Several times: one pull in ten gives the library's reader 0 bytes for ever instead of an end.
    for (let pulls = 0; pulls < PULLS; pulls++) {
      line.send(ASK);
      expect(await line.receive(7)).toBe(GOOD);
      line.end();
      await pair.unplug();
      await pair.plug();
      await until(() => rig.counters()['connectionsMade'] === pulls + 2, {
        timeoutMs: 20_000,
        what: `the port after pull ${pulls + 1}`,
      });
      line = await openSerialWire(pair.far);
    }
    line.send(ASK);
    expect(await line.receive(7)).toBe(GOOD);
  });

  it('that is not there is said at the start', async () => {
    const { pair } = await lay();
    await expect(start({ transport: 'serial', path: `${pair.near}-not` })).rejects.toThrow(
      'No such file or directory',
    );
  });

  it('refuses faults of connections, of which it has none', async () => {
    const { rig } = await lay();
    for (const kind of ['refuse', 'reset'] as const) {
      expect(() => rig.setFault(null, { kind })).toThrow('an endpoint with connections');
    }
  });
});

describe('a modem that dials in', () => {
  async function listen(): Promise<DialledServer> {
    const server = await openDialledServer();
    onTestFinished(() => server[Symbol.asyncDispose]());
    return server;
  }
  const dial = (server: DialledServer, options: Partial<RigOptions> = {}): Promise<ModbusRig> =>
    start({ transport: 'dial-in', port: server.port, registration: 'DTU7', ...options });

  it('says its registration, then answers in RTU', async () => {
    const server = await listen();
    await dial(server);
    const wire = await server.accept();
    expect(await wire.receive(4)).toBe('44 54 55 37');
    wire.send(ASK);
    expect(await wire.receive(7)).toBe(GOOD);
  });

  it('sends heartbeats beside its answers, and both are in the log', async () => {
    const server = await listen();
    const rig = await dial(server, { heartbeat: { bytes: Buffer.from([0xfe]), everyMs: 20 } });
    const wire = await server.accept();
    expect(await wire.receive(6)).toBe('44 54 55 37 fe fe');
    const said = rig.log().map(({ request, response }) => `${request}>${response}`);
    expect(said.slice(0, 3)).toEqual(['>44545537', '>fe', '>fe']);
  });

  it('does not put a heartbeat into the middle of an answer in pieces', async () => {
    const server = await listen();
    const rig = await dial(server, { heartbeat: { bytes: Buffer.from([0xfe]), everyMs: 15 } });
    rig.setFault(1, { kind: 'split', bytes: 1, ms: 15 });
    const wire = await server.accept();
    await wire.receive(4);
    wire.send(ASK);
    await until(() => wire.rest().includes(GOOD), { timeoutMs: 15_000, what: 'the answer in one' });
    const [answer] = rig.log('split');
    const beats = rig
      .log()
      .filter(({ response, atMs }) => response === 'fe' && atMs > (answer?.atMs ?? Infinity));
    expect(beats.some(({ atMs }) => atMs < (answer?.sentAtMs ?? 0))).toBe(true);
  });

  it('dials again when its connection is lost, and when nobody takes it', async () => {
    const server = await listen();
    const rig = await dial(server, { reconnectMs: 20 });
    const first = await server.accept();
    first.end();
    const second = await server.accept();
    expect(await second.receive(4)).toBe('44 54 55 37');
    await server[Symbol.asyncDispose]();
    await until(() => Number(rig.counters()['connectionsFailed']) >= 2, {
      timeoutMs: 15_000,
      what: 'two attempts in vain',
    });
    const back = await openDialledServer(server.port);
    onTestFinished(() => back[Symbol.asyncDispose]());
    const third = await back.accept();
    expect(await third.receive(4)).toBe('44 54 55 37');
    third.send(ASK);
    expect(await third.receive(7)).toBe(GOOD);
  });

  it('half-open once: the old connection stays without a word, a second one registers beside it', async () => {
    const server = await listen();
    const rig = await dial(server, { reconnectMs: 20 });
    const old = await server.accept();
    await old.receive(4);
    rig.setFault(null, { kind: 'half-open', times: 1 });
    const fresh = await server.accept();
    expect(await fresh.receive(4)).toBe('44 54 55 37');
    for (const wire of [old, fresh]) wire.send(ASK);
    expect(await fresh.receive(7)).toBe(GOOD);
    expect([old.isClosed(), old.rest()]).toEqual([false, '']);
    expect(server.connections()).toBe(2);
  });

  it('refused: it hangs up as soon as it is connected, again and again', async () => {
    const server = await listen();
    const rig = await dial(server, { reconnectMs: 20 });
    await server.accept();
    rig.setFault(null, { kind: 'refuse', times: 3 });
    await until(() => rig.log('refuse').length === 3, { timeoutMs: 15_000, what: 'three refusals' });
    await server.accept();
    await server.accept();
    const last = await server.accept();
    await last.receive(4);
    last.send(ASK);
    expect(await last.receive(7)).toBe(GOOD);
  });

  it('dials nobody where there is no port', async () => {
    const rig = await start({ transport: 'dial-in', port: 0 });
    expect(rig.port).toBe(0);
    expect(rig.counters()).toMatchObject({ connectionsMade: 0, connectionsFailed: 0 });
  });
});
