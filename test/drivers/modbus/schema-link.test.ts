/** Configuration of a Modbus link: what belongs to its transport, and what two links must not share. */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { modbusSchema } from '../../../src/drivers/modbus/schema.ts';
import { loadWith } from './site-support.ts';

const validator = Compile(Type.Object({ ...modbusSchema.link }, { additionalProperties: false }));

/** As the loader does it: defaults first, then the checks across properties. */
function problems(options: object): readonly string[] {
  const filled = validator.Default(structuredClone(options)) as Readonly<Record<string, unknown>>;
  if (!validator.Check(filled)) return ['(schema)'];
  return (modbusSchema.checkLink?.(filled) ?? []).map(({ path, expected }) => `${path}: ${expected}`);
}

function endpoints(options: object): readonly string[] | undefined {
  return modbusSchema.toEndpoints?.(validator.Default(structuredClone(options)) as Record<string, unknown>);
}

const DIAL_IN = { transport: 'dial-in', listen: { port: 7_000 }, registration: { text: 'DTU0001' } };
const link = (id: string, options: string) =>
  `  - { id: ${id}, name: { zh: 总线, en: Bus }, protocol: modbus, ${options} }\n`;
const SERIAL = { transport: 'serial', device: '/dev/ttyS1' };

describe('a link is sound', () => {
  it.each([
    { host: 'plc' },
    { host: 'plc', port: 1_502, backup: { host: 'plc-2' } },
    { host: 'plc', framing: 'rtu', baudRate: 19_200, parity: 'none' },
    SERIAL,
    { ...SERIAL, baudRate: 38_400, parity: 'none', stopBits: 1 },
    { ...SERIAL, framing: 'ascii', dataBits: 7 },
    DIAL_IN,
    { ...DIAL_IN, framing: 'mbap', heartbeat: { hex: 'FE FE' } },
    // A registration that comes again is passed over anyway.
    { ...DIAL_IN, heartbeat: { text: 'DTU0001' } },
    { ...DIAL_IN, heartbeat: { text: 'alive DTU0001' } },
  ])('%j', (options) => {
    expect(problems(options)).toEqual([]);
  });
});

describe('a link is refused', () => {
  it.each([
    [{}, ['host: host for transport tcp']],
    [{ ...SERIAL, device: undefined }, ['device: device for transport serial']],
    [
      { transport: 'dial-in' },
      ['listen: listen for transport dial-in', 'registration: registration for transport dial-in'],
    ],
    [
      { ...SERIAL, host: 'plc', port: 503 },
      ['host: no host for transport serial', 'port: no port for transport serial'],
    ],
    [{ ...SERIAL, backup: { host: 'b' } }, ['backup: no backup for transport serial']],
    [{ ...DIAL_IN, host: 'plc' }, ['host: no host for transport dial-in']],
    [{ ...DIAL_IN, backup: { host: 'b' } }, ['backup: no backup for transport dial-in']],
    [{ host: 'plc', device: '/dev/ttyS1' }, ['device: no device for transport tcp']],
    [{ host: 'plc', heartbeat: { text: 'hi' } }, ['heartbeat: no heartbeat for transport tcp']],
    [{ host: 'plc', baudRate: 19_200 }, ['baudRate: no baudRate for framing mbap']],
    [
      { host: 'plc', parity: 'none', stopBits: 2 },
      ['parity: no parity for framing mbap', 'stopBits: no stopBits for framing mbap'],
    ],
    [{ ...SERIAL, framing: 'mbap' }, ['framing: rtu or ascii for transport serial']],
    [{ ...SERIAL, dataBits: 7 }, ['dataBits: 8 for framing rtu']],
    [{ ...DIAL_IN, registration: {} }, ['registration: text or hex']],
    [{ ...DIAL_IN, heartbeat: { text: 'a', hex: '61' } }, ['heartbeat: text or hex']],
    [
      { ...DIAL_IN, heartbeat: { text: 'DTU0001 alive' } },
      ['heartbeat: a heartbeat that does not begin with the registration, nor is the beginning of it'],
    ],
    [
      { ...DIAL_IN, heartbeat: { hex: '44 54 55' } },
      ['heartbeat: a heartbeat that does not begin with the registration, nor is the beginning of it'],
    ],
    [
      { ...SERIAL, device: 'ttyUSB0' },
      ['device: the whole path of the port, such as /dev/serial/by-id/… or /dev/ttyUSB0'],
    ],
    [
      { ...SERIAL, device: './ttyUSB0' },
      ['device: the whole path of the port, such as /dev/serial/by-id/… or /dev/ttyUSB0'],
    ],
    [
      { host: '0:0:0:0:0:0:0:1', backup: { host: '::1' } },
      ['backup: another way to the device than host and port'],
    ],
    [
      { host: 'PLC', backup: { host: 'plc', port: 502 } },
      ['backup: another way to the device than host and port'],
    ],
    [{ host: 'plc', framing: 'binary' }, ['(schema)']],
    [{ ...DIAL_IN, registration: { hex: 'F' } }, ['(schema)']],
  ])('%j', (options, expected) => {
    expect(problems(options)).toEqual(expected);
  });
});

describe('the place where a link ends', () => {
  it.each([
    [{ host: 'PLC.example' }, ['tcp plc.example:502']],
    [{ host: 'a', port: 503, backup: { host: 'B' } }, ['tcp a:503', 'tcp b:502']],
    [SERIAL, ['serial /dev/ttyS1']],
    [DIAL_IN, ['dial-in 127.0.0.1:7000 DTU0001']],
    [{ ...DIAL_IN, registration: { hex: '44 54 55 30 30 30 31' } }, ['dial-in 127.0.0.1:7000 DTU0001']],
    [{ ...DIAL_IN, registration: { hex: '01fe' } }, ['dial-in 127.0.0.1:7000 01FE']],
    [{ host: 'localhost' }, ['tcp 127.0.0.1:502']],
    [{ host: '[::1]' }, ['tcp 127.0.0.1:502']],
    [{ host: '0:0:0:0:0:0:0:1' }, ['tcp 127.0.0.1:502']],
    [{ host: '::FFFF:10.0.0.5' }, ['tcp 10.0.0.5:502']],
    [{ host: '2001:DB8:0:0::0001' }, ['tcp 2001:db8::1:502']],
    [{ host: 'fe80:0::1%eth0' }, ['tcp fe80::1%eth0:502']],
    [{ host: 'plc.example.' }, ['tcp plc.example:502']],
    [{ transport: 'serial', device: '/dev//ttyS1' }, ['serial /dev/ttyS1']],
    [{}, []],
  ])('%j ends at %j', (options, expected) => {
    expect(endpoints(options)).toEqual(expected);
  });

  it('belongs to one link: the second is told where the first stands', () => {
    const { problems } = loadWith(
      `links:\n${link('one', 'host: PLC')}${link('two', 'host: plc, port: 502')}${link('three', 'host: x, backup: { host: plc }')}`,
    );
    expect(problems).toEqual([
      'site.yaml:8:5 links[1]: expected an endpoint of its own (equipment on one bus shares one link), found "tcp plc:502", first used at site.yaml:7:5',
      'site.yaml:9:5 links[2]: expected an endpoint of its own (equipment on one bus shares one link), found "tcp plc:502", first used at site.yaml:7:5',
    ]);
  });

  it('may be shared by modems that dial in, each with a registration of its own', () => {
    const dialIn = (id: string, text: string) =>
      link(id, `transport: dial-in, listen: { port: 7000 }, registration: { text: ${text} }`);
    expect(loadWith(`links:\n${dialIn('one', 'DTU1')}${dialIn('two', 'DTU2')}`).problems).toEqual([]);
    expect(loadWith(`links:\n${dialIn('one', 'DTU1')}${dialIn('two', 'DTU1')}`).problems).toHaveLength(1);
  });

  it('is refused at a port where another registration begins like its own', () => {
    const dialIn = (id: string, text: string, listen = '{ port: 7000 }') =>
      link(id, `transport: dial-in, listen: ${listen}, registration: ${text}`);
    const of = (...links: readonly string[]) => loadWith(`links:\n${links.join('')}`).problems;
    expect(of(dialIn('one', '{ text: DTU1 }'), dialIn('two', '{ text: DTU10 }'))).toEqual([
      expect.stringMatching(
        /^site\.yaml:8:\d+ links\[1\]\.registration: expected a registration that .* found "DTU10" beside "DTU1", first used at site\.yaml:7:5$/,
      ),
    ]);
    // Whichever stands first, and however the bytes are written down.
    expect(of(dialIn('one', '{ text: DTU10 }'), dialIn('two', '{ hex: "44 54 55 31" }'))).toHaveLength(1);
    expect(of(dialIn('one', '{ hex: "01 FE" }'), dialIn('two', '{ hex: "01 FE 00" }'))).toEqual([
      expect.stringContaining('found "01FE00" beside "01FE"'),
    ]);
    // Told apart by an end of their own, or by the port.
    expect(of(dialIn('one', '{ text: "DTU1;" }'), dialIn('two', '{ text: "DTU10;" }'))).toEqual([]);
    expect(of(dialIn('one', '{ text: DTU1 }'), dialIn('two', '{ text: DTU10 }', '{ port: 7001 }'))).toEqual(
      [],
    );
  });

  it('is told by whatever name of this machine it has', () => {
    const both = `links:\n${link('one', 'host: localhost')}${link('two', 'host: 127.0.0.1')}`;
    expect(loadWith(both).problems).toEqual([expect.stringContaining('"tcp 127.0.0.1:502", first used at')]);
    const apart = `links:\n${link('one', 'host: 127.0.0.2')}${link('two', 'host: 127.0.0.1')}`;
    expect(loadWith(apart).problems).toEqual([]);
  });

  it('where modems dial in is no port at which something else listens', () => {
    const dialIn = (id: string, host: string, port: number) =>
      link(id, `transport: dial-in, listen: { host: ${host}, port: ${port} }, registration: { text: ${id} }`);
    const broker =
      '  - { id: broker, name: { zh: 接入, en: Broker }, protocol: mqtt, listen: { port: 1883 } }\n';
    const problemsOf = (links: string, http = '') => loadWith(`${http}links:\n${links}`).problems;
    const own = 'expected a port at which nothing else of the gateway listens, found';
    expect(problemsOf(dialIn('one', '127.0.0.1', 8_080))).toEqual([
      expect.stringMatching(/links\[0\]\.listen\.port: .* found 8080, the port of the API \(http\)$/),
    ]);
    expect(problemsOf(dialIn('one', '0.0.0.0', 8_080))).toHaveLength(1);
    expect(problemsOf(dialIn('one', '192.0.2.1', 8_080))).toEqual([]);
    expect(problemsOf(dialIn('one', '127.0.0.1', 9_090), 'http: { port: 9090 }\n')).toHaveLength(1);
    expect(problemsOf(broker + dialIn('one', '127.0.0.1', 1_883))).toEqual([
      expect.stringContaining(`${own} "1883", first used at`),
    ]);
    // One server takes all addresses, the other cannot have one of them.
    expect(problemsOf(dialIn('one', '0.0.0.0', 7_000) + dialIn('two', '127.0.0.1', 7_000))).toHaveLength(1);
  });

  it('is one port for one broker of ours', () => {
    const broker = (id: string, port: number) =>
      `  - { id: ${id}, name: { zh: 接入, en: Broker }, protocol: mqtt, listen: { port: ${port} } }\n`;
    expect(loadWith(`links:\n${broker('one', 1_883)}${broker('two', 1_884)}`).problems).toEqual([]);
    expect(loadWith(`links:\n${broker('one', 1_883)}${broker('two', 1_883)}`).problems).toEqual([
      expect.stringContaining('"listen 127.0.0.1:1883", first used at'),
    ]);
  });
});

describe('how a link is connected', () => {
  const wayOf = (options: object) =>
    modbusSchema.toWay?.(validator.Default(structuredClone(options)) as Record<string, unknown>);
  const BUS = { framing: 'rtu', line: '9600 8E1', registration: null };

  it.each<readonly [object, object]>([
    [
      { host: '10.0.0.5' },
      { transport: 'tcp', framing: 'mbap', ends: ['10.0.0.5:502'], line: null, registration: null },
    ],
    [
      { host: '::1', backup: { host: 'plc', port: 503 } },
      { transport: 'tcp', framing: 'mbap', ends: ['[::1]:502', 'plc:503'], line: null, registration: null },
    ],
    [
      { host: 'plc', framing: 'rtu' },
      { transport: 'tcp', ends: ['plc:502'], ...BUS },
    ],
    [
      { ...SERIAL, parity: 'none', stopBits: 2, baudRate: 19_200 },
      { transport: 'serial', ends: ['/dev/ttyS1'], ...BUS, line: '19200 8N2' },
    ],
    [DIAL_IN, { transport: 'dial-in', ends: ['127.0.0.1:7000'], ...BUS, registration: 'DTU0001' }],
    [
      { ...DIAL_IN, registration: { hex: '01 fe' } },
      { transport: 'dial-in', ends: ['127.0.0.1:7000'], ...BUS, registration: '01 FE' },
    ],
  ])('%j is %j', (options, expected) => {
    expect(wayOf(options)).toEqual(expected);
  });

  it('stands in the site', () => {
    const { model } = loadWith(`links:\n${link('one', 'host: plc')}`);
    expect([...(model?.links.values() ?? [])].map(({ way }) => way?.ends)).toEqual([['plc:502']]);
  });
});

describe('unit 0', () => {
  const of = (options: Readonly<Record<string, unknown>>) =>
    modbusSchema.checkDevice?.({ unit: 0 }, [], options);

  it('is all devices of a bus, so nobody is asked or written there', () => {
    const expected = [{ path: 'unit', expected: '1 to 255 on a bus (0 is all devices at once)', found: '0' }];
    expect(of(SERIAL)).toEqual(expected);
    expect(of({ host: 'converter', framing: 'rtu' })).toEqual(expected);
    expect(modbusSchema.checkDevice?.({ unit: 1 }, [], SERIAL)).toEqual([]);
  });

  it('is what some devices with a network port of their own want', () => {
    expect(of({ host: 'plc' })).toEqual([]);
  });
});
