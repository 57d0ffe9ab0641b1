/** The simulators' Modbus server on the wire. All bytes are typed by hand from the Modbus specification. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFrameLog, type FrameLog } from '../../simulators/frame-log.ts';
import { createModbusServer, MODBUS_LIMITS, type ModbusServer } from '../../simulators/modbus/server.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { createSimulation, type Simulation } from '../../simulators/simulation.ts';
import { openWire, type Wire } from './wire.ts';

const quiet = fileURLToPath(new URL('../../simulators/scenarios/quiet.yaml', import.meta.url));

let simulation: Simulation;
let log: FrameLog;
let booster: ModbusServer;
let sump: ModbusServer;
let boosterPort: number;
let sumpPort: number;
let wires: Wire[];

beforeEach(async () => {
  simulation = createSimulation(loadScenario(quiet));
  log = createFrameLog(() => 1_700_000_000_000, 3);
  const make = (endpoint: string): ModbusServer =>
    createModbusServer({ endpoint, findUnit: (unit) => simulation.unit(endpoint, unit), log });
  booster = make('pump-room');
  sump = make('sump-room');
  boosterPort = await booster.listen(0);
  sumpPort = await sump.listen(0);
  wires = [];
});

afterEach(async () => {
  for (const wire of wires) wire.end();
  await booster.close();
  await sump.close();
});

async function open(port: number): Promise<Wire> {
  const wire = await openWire(port);
  wires.push(wire);
  return wire;
}

/** One request on a fresh connection. */
async function ask(port: number, request: string, answerBytes: number): Promise<string> {
  const wire = await open(port);
  wire.send(request);
  return wire.receive(answerBytes);
}

describe('reading', () => {
  it('answers holding registers with FC 3', async () => {
    simulation.pin('dws-1', 'holding', 0, 451);
    expect(await ask(boosterPort, '12 34 00 00 00 06 01 03 00 00 00 02', 13)).toBe(
      '12 34 00 00 00 07 01 03 04 01 c3 01 c2',
    );
  });

  it('gives 32-bit values with the high word first', async () => {
    // 18,340.2 kWh in 0.1 kWh = 183,402 = 0x0002 cc6a
    expect(await ask(boosterPort, '00 01 00 00 00 06 01 03 00 06 00 02', 13)).toBe(
      '00 01 00 00 00 07 01 03 04 00 02 cc 6a',
    );
  });

  it('answers input registers with FC 4', async () => {
    expect(await ask(sumpPort, '00 02 00 00 00 06 01 04 00 00 00 01', 11)).toBe(
      '00 02 00 00 00 05 01 04 02 03 20',
    );
  });

  it('answers discrete inputs with FC 2, first float in the lowest bit', async () => {
    expect(await ask(sumpPort, '00 03 00 00 00 06 01 02 00 00 00 04', 10)).toBe(
      '00 03 00 00 00 04 01 02 01 01',
    );
    simulation.pin('sump-1', 'discrete', 3, 1);
    expect(await ask(sumpPort, '00 04 00 00 00 06 01 02 00 00 00 04', 10)).toBe(
      '00 04 00 00 00 04 01 02 01 09',
    );
    expect(await ask(sumpPort, '00 05 00 00 00 06 01 02 00 03 00 01', 10)).toBe(
      '00 05 00 00 00 04 01 02 01 01',
    );
  });

  it('answers coils with FC 1', async () => {
    expect(await ask(sumpPort, '00 06 00 00 00 06 01 01 00 00 00 01', 10)).toBe(
      '00 06 00 00 00 04 01 01 01 01',
    );
  });

  it('shows the pump on duty as ready, running and remote, and the standby as ready and remote', async () => {
    expect(await ask(boosterPort, '00 07 00 00 00 06 01 03 00 14 00 02', 13)).toBe(
      '00 07 00 00 00 07 01 03 04 02 03 00 00',
    );
    expect(await ask(boosterPort, '00 08 00 00 00 06 01 03 00 28 00 01', 11)).toBe(
      '00 08 00 00 00 05 01 03 02 02 01',
    );
  });
});

describe('faults on the wire', () => {
  it('shows a trip in the very next answer: bit 3, code 49, neither ready nor running, common fault', async () => {
    simulation.setFault('dws-1-pump-1', 'trip', true);
    expect(await ask(boosterPort, '00 01 00 00 00 06 01 03 00 14 00 04', 17)).toBe(
      '00 01 00 00 00 0b 01 03 08 02 08 00 31 00 00 00 00',
    );
    expect(await ask(boosterPort, '00 02 00 00 00 06 01 03 00 05 00 01', 11)).toBe(
      '00 02 00 00 00 05 01 03 02 00 02',
    );
    simulation.setFault('dws-1-pump-1', 'trip', false);
    expect(await ask(boosterPort, '00 03 00 00 00 06 01 03 00 15 00 01', 11)).toBe(
      '00 03 00 00 00 05 01 03 02 00 00',
    );
  });

  it('shows a lost pressure sensor as 0xffff with its status bit', async () => {
    simulation.setFault('dws-1', 'sensor-fault', true);
    expect(await ask(boosterPort, '00 01 00 00 00 06 01 03 00 00 00 01', 11)).toBe(
      '00 01 00 00 00 05 01 03 02 ff ff',
    );
    expect(await ask(boosterPort, '00 02 00 00 00 06 01 03 00 05 00 01', 11)).toBe(
      '00 02 00 00 00 05 01 03 02 00 06',
    );
  });

  it('shows a lost level sensor as 0xffff and a tripped drainage pump with code 48', async () => {
    simulation.setFault('sump-1', 'sensor-fault', true);
    simulation.setFault('sump-1-pump-2', 'trip', true);
    expect(await ask(sumpPort, '00 01 00 00 00 06 01 04 00 00 00 01', 11)).toBe(
      '00 01 00 00 00 05 01 04 02 ff ff',
    );
    expect(await ask(sumpPort, '00 02 00 00 00 06 01 03 00 32 00 02', 13)).toBe(
      '00 02 00 00 00 07 01 03 04 00 09 00 30',
    );
  });
});

describe('exceptions', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['01 for a write of one coil where there are none', '01 05 00 00 ff 00', '01 85 01'],
    ['01 for a write of coils where there are none', '01 0f 00 00 00 01 01 01', '01 8f 01'],
    ['02 for a write of a register that is only read', '01 06 00 00 00 01', '01 86 02'],
    ['02 for a write of registers that are only read', '01 10 00 00 00 01 02 00 01', '01 90 02'],
    ['01 for a function that nobody knows', '01 63', '01 e3 01'],
    ['02 for a hole between two blocks', '01 03 00 08 00 01', '01 83 02'],
    ['02 when a request begins mapped and ends in a hole', '01 03 00 00 00 0a', '01 83 02'],
    ['02 for a table that the device does not have', '01 04 00 00 00 01', '01 84 02'],
    ['02 beyond the last address', '01 03 ff ff 00 02', '01 83 02'],
    ['03 for a count of 0', '01 03 00 00 00 00', '01 83 03'],
    ['03 for 61 registers on the booster', '01 03 00 00 00 3d', '01 83 03'],
    ['02, not 03, for 60 registers', '01 03 00 00 00 3c', '01 83 02'],
    ['03 for 2,001 bits', '01 02 00 00 07 d1', '01 82 03'],
    ['03 for a request cut short inside its frame', '01 03 00 00', '01 83 03'],
  ];
  for (const [name, request, answer] of cases) {
    it(`answers ${name}`, async () => {
      const length = request.split(' ').length.toString(16).padStart(2, '0');
      expect(await ask(boosterPort, `00 09 00 00 00 ${length} ${request}`, 9)).toBe(
        `00 09 00 00 00 03 ${answer}`,
      );
    });
  }

  it('answers 01 for every write on a device that takes none', async () => {
    const writes: readonly (readonly [string, string])[] = [
      ['06 01 05 00 00 ff 00', '85'],
      ['06 01 06 00 28 00 01', '86'],
      ['08 01 0f 00 00 00 01 01 01', '8f'],
      ['09 01 10 00 28 00 01 02 00 01', '90'],
      ['08 01 16 00 28 00 00 00 01', '96'],
      ['0d 01 17 00 28 00 01 00 28 00 01 02 00 01', '97'],
    ];
    for (const [request, functionCode] of writes) {
      expect(await ask(sumpPort, `00 09 00 00 00 ${request}`, 9)).toBe(
        `00 09 00 00 00 03 01 ${functionCode} 01`,
      );
    }
  });

  it('answers 03 for 126 registers on the sump', async () => {
    expect(await ask(sumpPort, '00 09 00 00 00 06 01 03 00 00 00 7e', 9)).toBe('00 09 00 00 00 03 01 83 03');
  });
});

describe('the stream', () => {
  it('gives a wrong unit no answer, and goes on answering the right one', async () => {
    const wire = await open(boosterPort);
    wire.send('00 01 00 00 00 06 02 03 00 00 00 01');
    wire.send('00 02 00 00 00 06 01 03 00 01 00 01');
    expect(await wire.receive(11)).toBe('00 02 00 00 00 05 01 03 02 01 c2');
    expect(booster.counters()).toMatchObject({ framesServed: 1, framesUnanswered: 1 });
  });

  it('puts a request together that arrives byte by byte', async () => {
    const wire = await open(boosterPort);
    for (const byte of '00 05 00 00 00 06 01 03 00 01 00 01'.split(' ')) {
      await new Promise<void>((resolve) => wire.socket.write(Buffer.from(byte, 'hex'), () => resolve()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await wire.receive(11)).toBe('00 05 00 00 00 05 01 03 02 01 c2');
  });

  it('answers several requests in one segment, in order, and keeps the beginning of the next', async () => {
    const wire = await open(boosterPort);
    wire.send('00 01 00 00 00 06 01 03 00 01 00 01 00 02 00 00 00 06 01 03 00 04 00 01 00 03 00 00 00 06 01');
    expect(await wire.receive(22)).toBe('00 01 00 00 00 05 01 03 02 01 c2 00 02 00 00 00 05 01 03 02 00 02');
    wire.send('03 00 01 00 01');
    expect(await wire.receive(11)).toBe('00 03 00 00 00 05 01 03 02 01 c2');
  });

  const broken: readonly (readonly [string, string])[] = [
    ['another protocol', '00 01 00 07 00 06 01 03 00 00 00 01'],
    ['a length beyond 254', '00 01 00 00 00 ff 01 03 00 00 00 01'],
    ['a length of 0', '00 01 00 00 00 00 01 03 00 00 00 01'],
  ];
  for (const [name, bytes] of broken) {
    it(`cuts a connection that announces ${name}`, async () => {
      const wire = await open(boosterPort);
      wire.send(bytes);
      await wire.closed();
      expect(booster.counters()).toMatchObject({ framesServed: 0, connectionsCutBadFrame: 1 });
    });
  }

  it('answers the good request before the bad bytes behind it', async () => {
    const wire = await open(boosterPort);
    wire.send('00 01 00 00 00 06 01 03 00 01 00 01 ff ff ff ff ff ff');
    expect(await wire.receive(11)).toBe('00 01 00 00 00 05 01 03 02 01 c2');
    await wire.closed();
    expect(booster.counters()).toMatchObject({ framesServed: 1, connectionsCutBadFrame: 1 });
  });

  it('refuses one connection more than its limit and serves again when one has gone', async () => {
    for (let at = 0; at < MODBUS_LIMITS.connections; at++) await open(boosterPort);
    const extra = await open(boosterPort);
    await extra.closed();
    expect(booster.counters().connectionsRefused).toBe(1);
    const first = wires[0];
    first?.end();
    await expect
      .poll(
        async () => {
          try {
            return await ask(boosterPort, '00 02 00 00 00 06 01 03 00 01 00 01', 11);
          } catch {
            return 'refused';
          }
        },
        { timeout: 15_000 },
      )
      .toBe('00 02 00 00 00 05 01 03 02 01 c2');
  });

  it('cuts a client that asks and asks but never reads', async () => {
    const wire = await open(boosterPort);
    wire.socket.pause();
    const many = Buffer.concat(
      Array.from({ length: 2_000 }, () => Buffer.from('000100000006010300000008', 'hex')),
    );
    await expect
      .poll(
        () => {
          if (wire.socket.writableLength < 1_000_000) wire.socket.write(many);
          return booster.counters().connectionsCutUnread;
        },
        { timeout: 40_000, interval: 5 },
      )
      .toBe(1);
  }, 240_000);

  it('survives a client that resets in the middle of a request', async () => {
    const wire = await open(boosterPort);
    wire.send('00 01 00 00 00 06 01');
    wire.socket.resetAndDestroy();
    expect(await ask(boosterPort, '00 02 00 00 00 06 01 03 00 01 00 01', 11)).toBe(
      '00 02 00 00 00 05 01 03 02 01 c2',
    );
  });

  it('refuses a port that is in use', async () => {
    const second = createModbusServer({ endpoint: 'other', findUnit: () => undefined, log });
    await expect(second.listen(boosterPort)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('the frame log', () => {
  it('keeps the last frames only, oldest first, with what was answered', async () => {
    const wire = await open(boosterPort);
    for (const transaction of ['01', '02', '03']) {
      wire.send(`00 ${transaction} 00 00 00 06 01 03 00 01 00 01`);
      await wire.receive(11);
    }
    wire.send('00 04 00 00 00 06 09 03 00 01 00 01 00 05 00 00 00 06 01 03 00 01 00 01');
    await wire.receive(11);
    expect(log.list()).toEqual([
      {
        atMs: 1_700_000_000_000,
        endpoint: 'pump-room',
        request: '000300000006010300010001',
        response: '00030000000501030201c2',
      },
      { atMs: 1_700_000_000_000, endpoint: 'pump-room', request: '000400000006090300010001', response: null },
      expect.objectContaining({ request: '000500000006010300010001' }),
    ]);
  });
});
