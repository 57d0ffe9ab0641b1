/**
 * Register → rule → journal: devices of 100 holding registers at 1 s over real sockets, through the whole gateway.
 * Baseline: a script with modbus-serial that reads the same registers. Beside it our driver alone, which shows where
 * the time goes.
 */
import { toCommonRows } from '../common-rows.ts';
import { type Row, toRow } from '../rows.ts';
import { writeModbusSite } from '../site.ts';
import type { Results, Scene, Suite } from '../suite.ts';

const RATES = [1_000, 10_000, 50_000] as const;
const REGISTERS = 100;
const POLL_MS = 1_000;
const TIMEOUT_MS = 1_000;
/** Registers of a device that can raise an alarm: 10 devices have enough for a window of 20 s. */
const ALARMS = 10;
const BASELINE = 'modbus-serial';
const DRIVER_ALONE = 'framing';

export const pipeline: Suite = {
  summary: 'register → rule → journal at 1,000, 10,000 and 50,000 points/s over Modbus TCP',
  timing: {
    full: { warmUpMs: 3_000, windowMs: 10_000, alarmsMs: 6_000, repetitions: 3 },
    quick: { warmUpMs: 2_000, windowMs: 6_000, alarmsMs: 4_000, repetitions: 1 },
  },
  scenes: (scale, { windowMs }) =>
    RATES.map((rate) => toScene(Math.max(1, Math.round((rate * scale) / REGISTERS)), windowMs)),
};

function toScene(devices: number, windowMs: number): Scene {
  const points = devices * REGISTERS;
  const name = `${points.toLocaleString('en-US')} points/s`;
  return {
    name,
    field: 'modbus-field',
    fieldSetup: { devices, registers: REGISTERS, alarms: ALARMS },
    firstReadings: points,
    counter: { counter: 'replies', readingsPerCount: REGISTERS },
    writeSite: (directory, ports) =>
      writeModbusSite({
        directory,
        ports,
        devices,
        values: REGISTERS,
        pollMs: POLL_MS,
        timeoutMs: TIMEOUT_MS,
      }),
    contenders: (ports, siteFile) => [
      { subject: BASELINE, setup: { ports, registers: REGISTERS, pollMs: POLL_MS, timeoutMs: TIMEOUT_MS } },
      { subject: DRIVER_ALONE, setup: { siteFile, pollMs: POLL_MS }, isOnce: true },
    ],
    toRows: (results) => [
      ...toCommonRows(results, {
        suite: 'pipeline',
        scene: name,
        expectedPerS: points,
        pollsPerS: devices,
        item: { name: 'reading', readings: 1 },
        baseline: BASELINE,
        windowMs,
      }),
      ...toDriverRows(name, results),
    ],
  };
}

function toDriverRows(scene: string, results: Results): readonly Row[] {
  const pick = (subject: string): readonly number[] =>
    (results.get(subject) ?? []).map(({ cpuUsPerReading }) => cpuUsPerReading);
  const what = 'CPU per reading, our driver alone';
  return [
    toRow({
      suite: 'pipeline',
      scene,
      what,
      unit: 'µs',
      values: pick(DRIVER_ALONE),
      baselines: pick(BASELINE),
    }),
  ];
}
