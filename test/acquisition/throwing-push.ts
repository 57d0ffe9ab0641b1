/**
 * A process of its own: a push link with a mistake where the argument says: in `connect`, in the subscriber of a
 * `sample`, or there while the driver's library swallows what its listeners throw (`event`). Ends itself with 3 after 5 s.
 */
import { pino } from 'pino';
import { createAcquisition } from '../../src/acquisition/acquisition.ts';
import { createTexts } from '../../src/core/texts.ts';
import { createTestModel } from '../support/model.ts';
import { createFakePushDriver } from './fake-push-driver.ts';

const where = process.argv[2];
const driver = createFakePushDriver();
if (where === 'connect') driver.outcome = () => new TypeError('a mistake of ours');
const model = createTestModel({ equipment: [{ id: 'lift', points: [{ name: 'floor', staleMs: null }] }] });
createAcquisition({
  model,
  drivers: new Map([['modbus', driver]]),
  clock: { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot-1' }) },
  log: pino({ level: 'silent' }),
  random: () => 0,
  texts: createTexts(1),
  onBatch: () => {
    throw new Error('a mistake of ours');
  },
  onLinkStatus: () => {},
}).start();
setTimeout(() => process.exit(3), 5_000);
setTimeout(() => {
  if (where === 'sample') driver.say({ 0: 1 });
  if (where !== 'event') return;
  try {
    driver.say({ 0: 1 });
  } catch {
    // As some libraries do.
  }
}, 50);
