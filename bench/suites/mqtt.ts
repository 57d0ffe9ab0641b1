/**
 * Message → rule → journal: messages of QoS 1 with 10 values each into the gateway's own broker. Baseline: a bare
 * aedes with one subscriber inside the process that does nothing.
 */
import { toCommonRows } from '../common-rows.ts';
import { writeSite } from '../site.ts';
import type { Scene, Suite } from '../suite.ts';

const RATES = [1_000, 5_000] as const;
const DEVICES = 100;
const VALUES = 10;
const ALARMS = 1;
/** A device speaks at least ten times a second. */
const STALE_MS = 10_000;
const BASELINE = 'aedes';

export const mqtt: Suite = {
  summary: 'message → rule → journal at 1,000 and 5,000 messages/s through the own broker',
  timing: {
    full: { warmUpMs: 3_000, windowMs: 8_000, alarmsMs: 5_000, repetitions: 1 },
    quick: { warmUpMs: 2_000, windowMs: 5_000, alarmsMs: 5_000, repetitions: 1 },
  },
  scenes: (scale, { windowMs }) => {
    const devices = Math.max(1, Math.round(DEVICES * scale));
    return RATES.map((rate) => toScene(devices, (rate * devices) / DEVICES, windowMs));
  },
};

function toScene(devices: number, messagesPerS: number, windowMs: number): Scene {
  const name = `${messagesPerS.toLocaleString('en-US')} messages/s of ${VALUES} values`;
  return {
    name,
    field: 'mqtt-field',
    fieldSetup: { devices, values: VALUES, alarms: ALARMS, messagesPerS },
    firstReadings: messagesPerS * VALUES,
    counter: { counter: 'readings', readingsPerCount: 1 },
    writeSite: (directory, ports) =>
      writeSite({
        directory,
        protocol: 'mqtt',
        devices,
        values: VALUES,
        links: ports.map((port) => ({ listen: { host: '127.0.0.1', port } })),
        toDevice: (at) => ({ link: 0, topic: `bench/device-${at + 1}` }),
        toAddress: (value) => ({ topic: '{topic}/telemetry', path: `$.v${value}` }),
        point: { staleAfter: STALE_MS },
        section: {},
      }),
    contenders: ([port]) => [{ subject: BASELINE, setup: { port, readingsPerMessage: VALUES } }],
    toRows: (results) =>
      toCommonRows(results, {
        suite: 'mqtt',
        scene: name,
        expectedPerS: messagesPerS * VALUES,
        pollsPerS: 0,
        item: { name: 'message', readings: VALUES },
        baseline: BASELINE,
        windowMs,
      }),
  };
}
