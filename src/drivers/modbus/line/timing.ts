/** How long the pauses of a line are. Source: MODBUS over Serial Line V1.02, 2.5.1.1. */
import type { ModbusLink } from '../schema.ts';

export interface LineTiming {
  /** Time of one character on the line, ms; 0 behind a network, where nobody knows it. */
  readonly characterMs: number;
  /** Silence that a frame needs before it, ms; 0 behind a network, where the serial server keeps it. */
  readonly silentMs: number;
  /** Silence after which a line is taken to be settled, ms. */
  readonly quietMs: number;
}

/** Between two bytes of one frame there is less: USB adapters hand over every 16 ms, modems every few 10 ms. */
export const QUIET_MS = 50;
const SILENT_CHARACTERS = 3.5;
/** Above this rate the silence is fixed. */
const FIXED_SILENCE_ABOVE_BAUD = 19_200;
const FIXED_SILENCE_MS = 1.75;

export function timingOf(link: ModbusLink): LineTiming {
  if (link.transport !== 'serial') return { characterMs: 0, silentMs: 0, quietMs: QUIET_MS };
  const { baudRate = 9_600, parity = 'even', dataBits = 8, stopBits = 1 } = link;
  const bits = 1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits;
  const characterMs = (bits * 1_000) / baudRate;
  const silentMs = baudRate > FIXED_SILENCE_ABOVE_BAUD ? FIXED_SILENCE_MS : SILENT_CHARACTERS * characterMs;
  return { characterMs, silentMs, quietMs: Math.max(QUIET_MS, silentMs) };
}
