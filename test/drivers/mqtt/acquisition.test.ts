/** The driver under acquisition's loop: a cut wire takes its own points off and no others, and all come back alone. */

import { expect, it, onTestFinished } from 'vitest';
import { createAcquisition } from '../../../src/acquisition/acquisition.ts';
import type { LinkStatus } from '../../../src/core/link.ts';
import { toQualityReason } from '../../../src/core/quality.ts';
import { toReading } from '../../../src/core/reading.ts';
import { createTexts } from '../../../src/core/texts.ts';
import { createMqttDriver } from '../../../src/drivers/mqtt/driver.ts';
import { createTestModel } from '../../support/model.ts';
import { freePort } from '../../support/ports.ts';
import { requireTool } from '../../support/require-tool.ts';
import { createWire } from '../../support/wire.ts';
import {
  connectDevice,
  createMqttLink,
  createSensor,
  eventually,
  publish,
  silentLog,
  startMosquitto,
} from './support.ts';

const clock = { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId: 'boot-1' }) };

it('a cut wire to a broker', async (context) => {
  const { port } = await startMosquitto(requireTool('mosquitto', context));
  await using wire = await createWire(port);
  const ownPort = await freePort();
  const links = [
    { ...createMqttLink({ url: `mqtt://127.0.0.1:${wire.port}` }), id: 'far' as never },
    { ...createMqttLink({ listen: { port: ownPort } }), id: 'own' as never },
  ];
  const equipment = [
    { ...createSensor('a'), link: 'far' },
    { ...createSensor('b'), link: 'own' },
  ];
  const model = createTestModel({ equipment, links });
  const points = model.points.map((point) => ({ ...point, staleMs: null }));
  const state: Record<string, string> = {};
  const statuses: LinkStatus[] = [];
  const acquisition = createAcquisition({
    model: { ...model, points },
    drivers: new Map([['mqtt', createMqttDriver({ log: silentLog })]]),
    clock,
    log: silentLog,
    random: () => 0,
    texts: createTexts(10),
    onBatch: (batch) => {
      for (let at = 0; at < batch.count; at++) {
        const { point, quality } = toReading(batch, at);
        state[points[point]!.id] = toQualityReason(quality);
      }
    },
    onLinkStatus: (status) => void statuses.push(status),
  });
  acquisition.start();
  onTestFinished(() => acquisition.stop());
  const isOnline = (link: string) =>
    acquisition.links().find((status) => status.link === link)?.state === 'online';
  await eventually(() => isOnline('far') && isOnline('own'), 'both links');

  const far = await connectDevice(port);
  await publish(far, 'site/a/status', { online: true }, true);
  await publish(far, 'site/a/telemetry', { temperature: 1, humidity: 2 }, true);
  await publish(await connectDevice(ownPort), 'site/b/telemetry', { temperature: 1, humidity: 2 });
  const whole = {
    'a/temperature': 'good',
    'a/humidity': 'good',
    'b/temperature': 'good',
    'b/humidity': 'good',
  };
  await eventually(() => Object.values(state).length === 4, 'all points');
  expect(state).toEqual(whole);

  wire.cut();
  await eventually(() => state['a/humidity'] === 'comm-loss', 'the loss');
  expect(state).toEqual({ ...whole, 'a/temperature': 'comm-loss', 'a/humidity': 'comm-loss' });
  wire.restore();
  await eventually(() => state['a/humidity'] === 'good', 'the values again, from what the broker retains');
  expect(state).toEqual(whole);
  expect(isOnline('far')).toBe(true);
  expect(statuses.filter(({ link }) => link === 'own').map(({ state: of }) => of)).toEqual([
    'connecting',
    'online',
  ]);
});
