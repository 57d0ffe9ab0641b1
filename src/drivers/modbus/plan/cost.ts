/**
 * Reckons how long one read takes on the wire, request to the next possible request. Pure; the planner weighs requests by
 * it, `doctor plan` adds it up. What the device really takes is measured by acquisition.
 *
 * | framing | request   | answer                    | beside the bytes                                  |
 * | rtu     | 8 bytes   | 5 bytes and the data      | two silences of 3.5 characters, turnaround        |
 * | ascii   | 17 chars  | 11 chars and twice the data | turnaround                                      |
 * | mbap    | –         | time per byte of the data | a round trip                                      |
 *
 * rtu and ascii over a socket have a round trip as well, and behind it a bus that is reckoned by `baudRate` and its
 * neighbours like a serial port of our own. Sources: MODBUS over Serial Line V1.02, 2.5.1.1 (RTU), 2.5.2.1 (ASCII).
 */
import { framingOf, type ModbusLink } from '../schema.ts';

/**
 * Time from the end of a request to the beginning of its answer on a serial line. The standard names none; meters and
 * controllers take some 5–20 ms.
 */
export const TURNAROUND_MS = 10;
/** Request and answer through a building's network and the device's own stack. */
export const ROUND_TRIP_MS = 3;
/** The same through a mobile network. */
export const MODEM_ROUND_TRIP_MS = 100;
/** What a small device takes to fetch and copy a byte of registers; the network itself takes a hundredth of it. */
export const SOCKET_BYTE_MS = 0.005;

const RTU_BYTES = 8 + 5;
const ASCII_CHARACTERS = 17 + 11;
const SILENT_CHARACTERS = 3.5;
/** Above 19,200 baud the silence no longer shrinks (V1.02, 2.5.1.1). */
const SILENCE_BOUND_BAUD = 19_200;
const SHORTEST_SILENCE_MS = 1.75;

/** Time of one read: `fixedMs`, and `byteMs` for each byte of registers or bits. */
export interface LineCost {
  readonly fixedMs: number;
  readonly byteMs: number;
}

export function toLineCost(link: ModbusLink): LineCost {
  const framing = framingOf(link);
  const tripMs = toRoundTripMs(link);
  if (framing === 'mbap') return { fixedMs: tripMs + link.gapMs, byteMs: SOCKET_BYTE_MS };
  const baudRate = link.baudRate ?? 9_600;
  const characterMs = (toCharacterBits(link) * 1_000) / baudRate;
  if (framing === 'ascii') {
    const fixedMs = ASCII_CHARACTERS * characterMs + TURNAROUND_MS + link.gapMs;
    return { fixedMs: tripMs + fixedMs, byteMs: 2 * characterMs };
  }
  const silenceMs = baudRate > SILENCE_BOUND_BAUD ? SHORTEST_SILENCE_MS : SILENT_CHARACTERS * characterMs;
  const pausesMs = silenceMs + TURNAROUND_MS + Math.max(silenceMs, link.gapMs);
  return { fixedMs: tripMs + RTU_BYTES * characterMs + pausesMs, byteMs: characterMs };
}

/** ms. */
export function toCostMs({ fixedMs, byteMs }: LineCost, isBits: boolean, count: number): number {
  return fixedMs + byteMs * (isBits ? Math.ceil(count / 8) : 2 * count);
}

function toRoundTripMs({ transport }: ModbusLink): number {
  if (transport === 'serial') return 0;
  return transport === 'tcp' ? ROUND_TRIP_MS : MODEM_ROUND_TRIP_MS;
}

/** Start bit, data, parity, stop. */
function toCharacterBits({ dataBits = 8, parity = 'even', stopBits = 1 }: ModbusLink): number {
  return 1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits;
}
