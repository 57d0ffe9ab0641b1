/** The simulators' Modbus, read and written by a client that others have made: modbus-serial. */
import modbusSerial from 'modbus-serial';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startModbusRig } from '../support/modbus-rig.ts';

type Client = InstanceType<typeof modbusSerial.default>;

const CONNECTS: readonly (readonly ['mbap' | 'rtu', (client: Client, port: number) => Promise<void>])[] = [
  ['mbap', (client, port) => client.connectTCP('127.0.0.1', { port })],
  ['rtu', (client, port) => client.connectTelnet('127.0.0.1', { port })],
];

describe.each(CONNECTS)('a foreign client over %s', (framing, connect) => {
  it('reads all four tables and writes with every function that it has', async () => {
    const rig = await startModbusRig({
      units: [{ unit: 9, holding: 125, input: 20, coils: 20, discrete: 20 }],
      framing,
    });
    onTestFinished(() => rig.close());
    const client = new modbusSerial.default();
    client.setID(9);
    client.setTimeout(20_000);
    await connect(client, rig.port);
    onTestFinished(() => client.close(() => {}));
    const held = (table: 'holding' | 'input' | 'coil' | 'discrete', count: number): number[] =>
      Array.from({ length: count }, (_, address) => rig.value(9, table, address));
    expect((await client.readHoldingRegisters(0, 125)).data).toEqual(held('holding', 125));
    expect((await client.readInputRegisters(0, 20)).data).toEqual(held('input', 20));
    expect((await client.readCoils(0, 20)).data.slice(0, 20).map(Number)).toEqual(held('coil', 20));
    expect((await client.readDiscreteInputs(0, 20)).data.slice(0, 20).map(Number)).toEqual(
      held('discrete', 20),
    );
    await client.writeCoil(10_000, true);
    await client.writeCoils(10_001, [false, true, true]);
    expect([0, 1, 2, 3].map((at) => rig.value(9, 'coil', 10_000 + at))).toEqual([1, 0, 1, 1]);
    await client.writeRegister(10_000, 4_660);
    await client.writeRegisters(10_001, [1, 2]);
    expect([0, 1, 2].map((at) => rig.value(9, 'holding', 10_000 + at))).toEqual([4_660, 1, 2]);
    await expect(client.readHoldingRegisters(125, 1)).rejects.toMatchObject({ modbusCode: 2 });
  });
});
