/** A process of its own: acquisition with a subscriber that throws at the first batch only. Ends itself with 3 after 5 s. */

import { pino } from 'pino';
import { createAcquisition } from '../../src/acquisition/acquisition.ts';
import { createTexts } from '../../src/core/texts.ts';
import { createModbusDriver } from '../../src/drivers/modbus/driver.ts';
import { startFakeServer } from '../drivers/modbus/fake-server.ts';
import { createTestLink, createTestModel } from '../support/model.ts';

const server = await startFakeServer();
const model = createTestModel({
  links: [createTestLink('link', { port: server.port })],
  equipment: [{ id: 'pump', points: [{ name: 'a' }] }],
});
let batches = 0;
createAcquisition({
  model,
  drivers: new Map([['modbus', createModbusDriver()]]),
  clock: { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot-1' }) },
  log: pino({ level: 'silent' }),
  random: () => 0,
  texts: createTexts(1),
  onBatch: () => {
    if (batches++ === 0) throw new Error('subscriber is broken');
  },
  onLinkStatus: () => {},
}).start();
setTimeout(() => process.exit(3), 5_000);
