/**
 * Notification → rule → journal: 4,000 items of one server, of which 2,000 change every second. Baseline: a bare
 * node-opcua-client with one subscription on the same items.
 */
import { toCommonRows } from '../common-rows.ts';
import { writeSite } from '../site.ts';
import type { Scene, Suite } from '../suite.ts';

const DEVICES = 40;
const VALUES = 100;
const CHANGING = 50;
const ALARMS = 3;
const NAMESPACE = 'urn:riser:bench';
const SAMPLING_MS = 500;
const PUBLISHING_MS = 500;
const BASELINE = 'opcua-client';

export const opcua: Suite = {
  summary: 'notification → rule → journal at 2,000 changes/s through one subscription',
  timing: {
    full: { warmUpMs: 3_000, windowMs: 8_000, alarmsMs: 5_000, repetitions: 1 },
    quick: { warmUpMs: 2_000, windowMs: 5_000, alarmsMs: 5_000, repetitions: 1 },
  },
  scenes: (scale, { windowMs }) => [toScene(Math.max(1, Math.round(DEVICES * scale)), windowMs)],
};

function toScene(devices: number, windowMs: number): Scene {
  const changesPerS = devices * CHANGING;
  const name = `${changesPerS.toLocaleString('en-US')} changes/s`;
  return {
    name,
    field: 'opcua-field',
    fieldSetup: { devices, values: VALUES, alarms: ALARMS, namespace: NAMESPACE },
    firstReadings: devices * VALUES,
    counter: { counter: 'readings', readingsPerCount: 1 },
    writeSite: (directory, ports) =>
      writeSite({
        directory,
        protocol: 'opcua',
        devices,
        values: VALUES,
        links: ports.map((port) => ({ url: `opc.tcp://127.0.0.1:${port}`, publishingMs: PUBLISHING_MS })),
        toDevice: (at) => ({ link: 0, object: `device-${at + 1}` }),
        toAddress: (value) => ({ node: `s={object}.value-${value}` }),
        point: { poll: SAMPLING_MS },
        section: { namespace: NAMESPACE },
      }),
    contenders: ([port]) => [
      {
        subject: BASELINE,
        setup: {
          port,
          devices,
          values: VALUES,
          namespace: NAMESPACE,
          samplingMs: SAMPLING_MS,
          publishingMs: PUBLISHING_MS,
        },
      },
    ],
    toRows: (results) =>
      toCommonRows(results, {
        suite: 'opcua',
        scene: name,
        expectedPerS: changesPerS,
        pollsPerS: 0,
        item: { name: 'reading', readings: 1 },
        baseline: BASELINE,
        windowMs,
      }),
  };
}
