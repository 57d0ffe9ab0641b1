/** 1,000 devices on connections of their own, each read once a second through drivers and acquisition. */
import { startChild } from '../children.ts';
import { FIELD_CORE, pin } from '../cores.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { writeModbusSite } from '../site.ts';
import type { OwnScene, RunOptions } from '../suite.ts';
import { type Figures, measureWindow } from '../window.ts';

const DEVICES = 1_000;
const REGISTERS = 100;
const POLL_MS = 1_000;
/** Links begin spread over a second, after connecting. */
const SETTLE_MS = 5_000;

const REACHED: Goal = { of: 'value', min: 0.99, max: 1.05 };
const DELAY: Goal = { of: 'value', max: 20 };
const NONE: Goal = { of: 'value', max: 0 };

export function toManyScene(scale: number): OwnScene {
  const devices = Math.max(1, Math.round(DEVICES * scale));
  const name = `${devices.toLocaleString('en-US')} devices × ${REGISTERS} registers at ${POLL_MS / 1e3} s through acquisition`;
  return {
    name,
    async measure(directory, options) {
      const field = await startChild('modbus-field', { devices, registers: REGISTERS, alarms: 0 });
      try {
        pin(field.pid, FIELD_CORE);
        const { ports } = field.facts as { readonly ports: readonly number[] };
        const all = await repeat(name, writeManySite(directory, ports), options);
        return toManyRows(name, devices, all);
      } finally {
        await field.stop();
      }
    },
  };
}

function writeManySite(directory: string, ports: readonly number[]): string {
  return writeModbusSite({
    directory,
    ports,
    values: REGISTERS,
    pollMs: POLL_MS,
    ruledEvery: REGISTERS,
  });
}

async function repeat(
  name: string,
  siteFile: string,
  { timing, onProgress }: RunOptions,
): Promise<readonly Figures[]> {
  const all: Figures[] = [];
  for (let repetition = 0; repetition < timing.repetitions; repetition++) {
    onProgress(`${name}, ${repetition + 1} of ${timing.repetitions}`);
    const window = { warmUpMs: timing.warmUpMs + SETTLE_MS, windowMs: timing.windowMs };
    all.push(await measureWindow('acquisition', { siteFile }, window));
  }
  return all;
}

export function toManyRows(scene: string, devices: number, all: readonly Figures[]): readonly Row[] {
  const expectedPerS = (devices * REGISTERS * 1e3) / POLL_MS;
  const row = (what: string, unit: string, pick: (figures: Figures) => number, goal?: Goal): Row =>
    toRow({ suite: 'modbus', scene, what, unit, values: all.map(pick), ...(goal && { goal }) });
  return [
    row('reached', '', ({ perS }) => perS / expectedPerS, REACHED),
    row('loop delay p99', 'ms', ({ loopDelayP99Ms }) => loopDelayP99Ms, DELAY),
    row('failures', '', ({ failures }) => failures, NONE),
    row('CPU', 'cores', ({ perS, perCpuS }) => perS / perCpuS),
    row('RSS', 'MB', ({ rssMb }) => rssMb),
  ];
}
