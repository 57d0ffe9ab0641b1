/** Writing to simulated equipment, on the wire. All bytes are typed by hand from the Modbus specification. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFrameLog } from '../../simulators/frame-log.ts';
import { createModbusServer } from '../../simulators/modbus/server.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { createSimulation } from '../../simulators/simulation.ts';
import { type ModbusRig, startModbusRig } from '../support/modbus-rig.ts';
import { openWire } from './wire.ts';

/** A request of unit 1 and its answer; `request` and the result are without the MBAP header, with the unit. */
async function ask(port: number, request: string): Promise<string> {
  const wire = await openWire(port);
  const length = request.split(' ').length.toString(16).padStart(2, '0');
  wire.send(`00 09 00 00 00 ${length} ${request}`);
  const head = await wire.receive(6);
  const answer = await wire.receive(Number.parseInt(head.slice(-2), 16));
  wire.end();
  return answer;
}

describe('a test pattern', () => {
  let rig: ModbusRig;

  beforeEach(async () => {
    rig = await startModbusRig({ units: [{ unit: 1, holding: 4, input: 4, coils: 4, discrete: 4 }] });
  });

  afterEach(() => rig.close());

  const expectAnswer = async (request: string, answer: string): Promise<void> =>
    expect(await ask(rig.port, request)).toBe(answer);

  it('takes one coil with function 5, on and off', async () => {
    await expectAnswer('01 05 27 12 ff 00', '01 05 27 12 ff 00');
    expect(rig.value(1, 'coil', 10_002)).toBe(1);
    await expectAnswer('01 05 27 12 00 00', '01 05 27 12 00 00');
    expect(rig.value(1, 'coil', 10_002)).toBe(0);
  });

  it('takes one register with function 6, and the next reading shows it', async () => {
    await expectAnswer('01 06 27 10 12 34', '01 06 27 10 12 34');
    await expectAnswer('01 03 27 10 00 01', '01 03 02 12 34');
  });

  it('takes coils with function 15, the first in the lowest bit', async () => {
    await expectAnswer('01 0f 27 10 00 05 01 15', '01 0f 27 10 00 05');
    await expectAnswer('01 01 27 10 00 08', '01 01 01 15');
  });

  it('takes registers with function 16', async () => {
    await expectAnswer('01 10 27 10 00 02 04 00 07 00 08', '01 10 27 10 00 02');
    await expectAnswer('01 03 27 10 00 03', '01 03 06 00 07 00 08 00 00');
  });

  it('takes part of a register with function 22, by the example of the specification (§6.16)', async () => {
    await ask(rig.port, '01 06 27 10 00 12');
    await expectAnswer('01 16 27 10 00 f2 00 25', '01 16 27 10 00 f2 00 25');
    expect(rig.value(1, 'holding', 10_000)).toBe(0x17);
  });

  it('writes before it reads with function 23', async () => {
    await expectAnswer('01 17 27 10 00 02 27 11 00 01 02 00 42', '01 17 04 00 00 00 42');
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['02 for a coil of the pattern', '01 05 00 00 ff 00', '01 85 02'],
    ['02 for a register of the pattern', '01 06 00 00 00 01', '01 86 02'],
    [
      '02 for registers that go beyond those that take writes',
      '01 10 27 17 00 02 04 00 01 00 01',
      '01 90 02',
    ],
    ['02 for a mask where nothing is', '01 16 30 00 00 f2 00 25', '01 96 02'],
    ['02 for a reading of nothing with function 23', '01 17 30 00 00 01 27 10 00 01 02 00 01', '01 97 02'],
    ['03 for a coil that is neither on nor off', '01 05 27 10 00 01', '01 85 03'],
    ['03 for more than the last register takes', '01 06 27 17 00 65', '01 86 03'],
    ['03 for no coils', '01 0f 27 10 00 00 00', '01 8f 03'],
    ['03 for a byte count that does not fit the coils', '01 0f 27 10 00 05 02 15 00', '01 8f 03'],
    ['03 for no registers', '01 10 27 10 00 00 00', '01 90 03'],
    ['03 for a byte count that does not fit the registers', '01 10 27 10 00 02 02 00 07', '01 90 03'],
    ['03 for a write cut short inside its frame', '01 06 27 10 00', '01 86 03'],
    ['03 for a mask cut short', '01 16 27 10 00 f2', '01 96 03'],
  ];
  for (const [name, request, answer] of refused) {
    it(`answers ${name}, and nothing is written`, async () => {
      await expectAnswer(request, answer);
      expect(await ask(rig.port, '01 03 27 10 00 08')).toBe(`01 03 10${' 00'.repeat(16)}`);
      expect(await ask(rig.port, '01 01 27 10 00 08')).toBe('01 01 01 00');
    });
  }

  it('takes several registers all or none', async () => {
    await expectAnswer('01 10 27 16 00 02 04 00 07 00 65', '01 90 03');
    await expectAnswer('01 03 27 16 00 02', '01 03 04 00 00 00 00');
    await expectAnswer('01 10 27 16 00 02 04 00 07 00 64', '01 10 27 16 00 02');
  });
});

describe('the booster set', () => {
  const quiet = fileURLToPath(new URL('../../simulators/scenarios/quiet.yaml', import.meta.url));
  const make = () => {
    const simulation = createSimulation(loadScenario(quiet));
    const server = createModbusServer({
      endpoint: 'pump-room',
      findUnit: (unit) => simulation.unit('pump-room', unit),
      log: createFrameLog(() => 0),
    });
    return { simulation, server };
  };
  const pressureOf = ({ simulation }: ReturnType<typeof make>): number =>
    simulation.unit('pump-room', 1)?.image.holding.get(0) ?? 0;

  it('takes another set-point, and pressure follows it', async () => {
    const plant = make();
    const port = await plant.server.listen(0);
    plant.simulation.advance(10_000);
    expect(pressureOf(plant)).toBeGreaterThan(430);
    // 0.300 MPa
    expect(await ask(port, '01 06 00 01 01 2c')).toBe('01 06 00 01 01 2c');
    expect(await ask(port, '01 03 00 01 00 01')).toBe('01 03 02 01 2c');
    plant.simulation.advance(60_000);
    expect(Math.abs(pressureOf(plant) - 300)).toBeLessThan(20);
    // 0.500 MPa
    expect(await ask(port, '01 10 00 01 00 01 02 01 f4')).toBe('01 10 00 01 00 01');
    plant.simulation.advance(60_000);
    expect(Math.abs(pressureOf(plant) - 500)).toBeLessThan(20);
    await plant.server.close();
  });

  it('refuses a set-point below 0.20 or above 0.55 MPa, and every other register', async () => {
    const plant = make();
    const port = await plant.server.listen(0);
    expect(await ask(port, '01 06 00 01 00 c7')).toBe('01 86 03');
    expect(await ask(port, '01 06 00 01 02 27')).toBe('01 86 03');
    expect(await ask(port, '01 06 00 04 00 01')).toBe('01 86 02');
    expect(await ask(port, '01 10 00 01 00 02 04 01 2c 00 00')).toBe('01 90 02');
    expect(await ask(port, '01 03 00 01 00 01')).toBe('01 03 02 01 c2');
    await plant.server.close();
  });
});
