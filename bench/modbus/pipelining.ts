/** Several reads under way on one connection to a device that answers after 5 ms; the baseline is one at a time. */
import { startChild } from '../children.ts';
import { FIELD_CORE, pin } from '../cores.ts';
import { type Row, toRow } from '../rows.ts';
import type { OwnScene, RunOptions } from '../suite.ts';
import { type Figures, measureWindow } from '../window.ts';

const ANSWER_MS = 5;
const DEPTHS = [1, 4, 16] as const;
const REGISTERS = 100;
/** Of the depth, as speed-up. */
const SHARE = 0.9;
/** Rates, not costs: little time says enough. */
const MAX_WINDOW_MS = 5_000;

export const PIPELINING: OwnScene = {
  name: `one connection, a device that answers after ${ANSWER_MS} ms`,
  async measure(_directory, options) {
    const setup = { devices: 1, registers: REGISTERS, alarms: 0, delayMs: ANSWER_MS };
    const field = await startChild('modbus-field', setup);
    try {
      pin(field.pid, FIELD_CORE);
      const { ports } = field.facts as { readonly ports: readonly number[] };
      return toPipeliningRows(await measureDepths(ports[0] ?? 0, options));
    } finally {
      await field.stop();
    }
  },
};

async function measureDepths(
  port: number,
  { timing, onProgress }: RunOptions,
): Promise<ReadonlyMap<number, readonly Figures[]>> {
  const window = { warmUpMs: timing.warmUpMs, windowMs: Math.min(timing.windowMs, MAX_WINDOW_MS) };
  const measured = new Map<number, Figures[]>();
  for (let repetition = 0; repetition < timing.repetitions; repetition++) {
    for (const depth of DEPTHS) {
      onProgress(`pipelining, ${repetition + 1} of ${timing.repetitions}: depth ${depth}`);
      const setup = { client: 'driver', port, connections: 1, depth, registers: REGISTERS };
      const figures = await measureWindow('modbus-load', setup, window);
      measured.set(depth, [...(measured.get(depth) ?? []), figures]);
    }
  }
  return measured;
}

/** @param measured key: depth */
export function toPipeliningRows(measured: ReadonlyMap<number, readonly Figures[]>): readonly Row[] {
  const rates = (depth: number): readonly number[] => (measured.get(depth) ?? []).map(({ perS }) => perS);
  return DEPTHS.map((depth) =>
    toRow({
      suite: 'modbus',
      scene: PIPELINING.name,
      what: `requests a second, depth ${depth} ÷ depth 1`,
      unit: '',
      values: rates(depth),
      baselines: rates(1),
      goal: { of: 'ratio', min: SHARE * depth },
    }),
  );
}
