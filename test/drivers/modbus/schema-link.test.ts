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
    [{ host: 'plc.example.' }, ['tcp plc.example:502']],
    [{ transport: 'serial', device: '/dev//ttyS1' }, ['serial /dev/ttyS1']],
    [{}, []],
  ])('%j ends at %j', (options, expected) => {
    expect(endpoints(options)).toEqual(expected);
  });

  const link = (id: string, options: string) =>
    `  - { id: ${id}, name: { zh: 总线, en: Bus }, protocol: modbus, ${options} }\n`;

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
