/** Scales that stand in another request than their values, on one new connection after another. */
import { expect, it, onTestFinished } from 'vitest';
import { toSamples } from '../../../src/acquisition/samples.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import { createTestLink, createTestModel } from '../../support/model.ts';
import { answerAddresses, startFakeServer } from './fake-server.ts';

const NEVER = new AbortController().signal;

/** Holding 7 has its exponent in input 2; every register holds its address. */
const model = createTestModel({
  equipment: [
    {
      id: 'meter',
      device: { unit: 1 },
      points: [
        {
          name: 'energy',
          address: { table: 'holding', address: 7, scaleRegister: { table: 'input', address: 2 } },
        },
      ],
    },
  ],
});

it('a value is good on every connection, however often the connection is given back', async () => {
  const server = await startFakeServer(answerAddresses);
  onTestFinished(() => server.close());
  const driver = createModbusDriver();
  const link = createTestLink('link', { port: server.port });
  const requests = driver.plan(link, model.points, () => model.equipment.values().next().value!);
  expect(requests).toHaveLength(2);
  for (let connections = 0; connections < 3; connections++) {
    const connection = driver.open(link, () => null);
    onTestFinished(() => connection.close());
    await connection.connect(NEVER);
    const samples = [];
    for (const request of requests) samples.push(...toSamples(await connection.read(request, NEVER)));
    expect(samples).toMatchObject([{ value: 700, quality: 0 }]);
    connection.close();
  }
});
