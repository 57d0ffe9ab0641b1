/**
 * What every field of a benchmark answers: `begin` (raise alarm values one after another, note when), `end` (what
 * was changed), `reset`. Which wire carries the values is its own file's business. Nothing here is shared with src.
 */
import { nowMs } from './subject.ts';

/** Most alarm values that change in a second: more would measure tickets, not readings. */
export const RAISES_PER_S = 5;
/** Largest step of a walking value, raw. The dead-band of these points is 2 (bench/site.ts). */
const MAX_STEP = 4;
/** Where walking values begin, and the bounds that turn them back; the limits of the rules lie above. */
const WALK = { start: 500, min: 100, max: 900 } as const;

/** When an alarm value was set on the wire. Key: `equipment/point`, value: UTC ms. */
export type Changes = Readonly<Record<string, number>>;

export interface Device {
  readonly id: string;
  /** How many values at the beginning are alarm values: 0, once 1. */
  readonly alarms: number;
  readonly values: number[];
}

export function createDevices(count: number, values: number, alarms: number): readonly Device[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `device-${at + 1}`,
    alarms,
    values: Array.from({ length: values }, (_value, index) => toStart(index, values)),
  }));
}

function toStart(index: number, values: number): number {
  return index < values / 2 ? 0 : WALK.start;
}

/** One step, never 0, of a random walk of the device's last values. @param share of its values that walk, 0–0.5 */
export function walk({ values }: Device, share: number, random: () => number): void {
  for (let at = Math.ceil(values.length * (1 - share)); at < values.length; at++) {
    const value = values[at] ?? 0;
    const step = Math.ceil(random() * MAX_STEP);
    const isUp = value <= WALK.min || (value < WALK.max && random() < 0.5);
    values[at] = value + (isUp ? step : -step);
  }
}

/** mulberry32: the same walk in every run. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Raiser {
  begin(): void;
  /** Ends it. @returns what was changed since `begin` */
  end(): Changes;
  /** Everything back to rest. */
  reset(): void;
}

export function createRaiser(devices: readonly Device[], random: () => number): Raiser {
  let changes: Record<string, number> = {};
  let timer: NodeJS.Timeout | undefined;
  const waiting: { device: Device; at: number }[] = [];
  const next = (): void => {
    const turn = waiting.pop();
    if (turn === undefined) return;
    turn.device.values[turn.at] = 1;
    changes[`${turn.device.id}/value-${turn.at}`] = nowMs();
  };
  return {
    begin() {
      changes = {};
      const all = devices.flatMap((device) =>
        Array.from({ length: device.alarms }, (_, at) => ({ device, at, order: random() })),
      );
      waiting.splice(0, waiting.length, ...all.toSorted((left, right) => left.order - right.order));
      timer = setInterval(next, 1_000 / RAISES_PER_S);
    },
    end() {
      clearInterval(timer);
      return changes;
    },
    reset() {
      clearInterval(timer);
      for (const device of devices) device.values.fill(0, 0, device.alarms);
    },
  };
}
