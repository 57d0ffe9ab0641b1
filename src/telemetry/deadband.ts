/**
 * Which readings are worth journalling: a change of quality, a change of value by the point's dead-band, and a heartbeat.
 * Columns by dense point index; no clock of its own.
 */
import { isBad } from '../core/quality.ts';
import { JOURNAL_LIMITS } from './journal/limits.ts';

/** No quality code: nothing of the point was journalled in this run. */
const NOTHING = 255;

export interface Deadband {
  /** Whether the reading is to be journalled. Changes nothing. */
  passes(point: number, value: number, quality: number, receivedMs: number): boolean;
  /** The reading is going to be journalled: the next ones are compared with it. */
  note(point: number, value: number, quality: number, receivedMs: number): void;
}

/** @param deadbands by point index, in the point's unit; 0 = any change */
export function createDeadband(deadbands: readonly number[]): Deadband {
  const limit = Float64Array.from(deadbands);
  const lastValue = new Float64Array(deadbands.length);
  const lastQuality = new Uint8Array(deadbands.length).fill(NOTHING);
  const lastMs = new Float64Array(deadbands.length);

  return {
    passes(point, value, quality, receivedMs) {
      if (quality !== lastQuality[point]) return true;
      // Either way: a clock that was set back must not silence a point until it has caught up.
      if (Math.abs(receivedMs - (lastMs[point] as number)) >= JOURNAL_LIMITS.heartbeatMs) return true;
      if (isBad(quality)) return false;
      const last = lastValue[point] as number;
      return value !== last && Math.abs(value - last) >= (limit[point] as number);
    },
    note(point, value, quality, receivedMs) {
      lastValue[point] = value;
      lastQuality[point] = quality;
      lastMs[point] = receivedMs;
    },
  };
}
