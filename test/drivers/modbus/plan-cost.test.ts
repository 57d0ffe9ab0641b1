/** Reckoned time of one read, against sums made by hand. */
import { describe, expect, it } from 'vitest';
import {
  MODEM_ROUND_TRIP_MS,
  ROUND_TRIP_MS,
  SOCKET_BYTE_MS,
  TURNAROUND_MS,
  toCostMs,
  toLineCost,
} from '../../../src/drivers/modbus/plan/cost.ts';
import { toModbusLink } from '../../../src/drivers/modbus/schema.ts';

function costMs(options: object, count: number, isBits = false): number {
  return toCostMs(toLineCost(toModbusLink({ ...options })), isBits, count);
}

describe('a serial bus', () => {
  it('takes both frames, two silences and the turnaround', () => {
    // 9600 8E1: 11 bits, 1.145833 ms a character. 8 + (5 + 20) + 2 × 3.5 = 40 characters.
    expect(costMs({ transport: 'serial' }, 10)).toBeCloseTo(45.8333 + TURNAROUND_MS, 3);
  });

  it('counts parity and stop bits', () => {
    const plain = { transport: 'serial', parity: 'none', stopBits: 1 };
    expect(costMs(plain, 10)).toBeCloseTo((40 * 10_000) / 9_600 + TURNAROUND_MS, 6);
    expect(costMs({ ...plain, stopBits: 2 }, 10)).toBeCloseTo(costMs({ transport: 'serial' }, 10), 6);
  });

  it('has silences of 1.75 ms above 19200 baud', () => {
    expect(costMs({ transport: 'serial', baudRate: 115_200 }, 10)).toBeCloseTo(
      (33 * 11_000) / 115_200 + 2 * 1.75 + TURNAROUND_MS,
      6,
    );
  });

  it('waits for the pause of the link where that is longer than the silence', () => {
    const without = costMs({ transport: 'serial' }, 1);
    expect(costMs({ transport: 'serial', gapMs: 4 }, 1)).toBeCloseTo(without, 6);
    expect(costMs({ transport: 'serial', gapMs: 50 }, 1)).toBeCloseTo(
      without + 50 - (3.5 * 11_000) / 9_600,
      6,
    );
  });

  it('reads eight bits with one byte', () => {
    const link = { transport: 'serial' };
    expect(costMs(link, 8, true)).toBe(costMs(link, 1, true));
    expect(costMs(link, 9, true)).toBe(costMs(link, 1));
  });

  it('takes two characters a byte in ASCII', () => {
    // ":" + 2 × 7 + CR LF, and ":" + 2 × (4 + 20) + CR LF.
    const characters = 17 + 51;
    expect(costMs({ transport: 'serial', framing: 'ascii', dataBits: 7 }, 10)).toBeCloseTo(
      (characters * 10_000) / 9_600 + TURNAROUND_MS,
      6,
    );
  });
});

describe('a socket', () => {
  it('takes a round trip, and little for each register', () => {
    expect(costMs({}, 10)).toBeCloseTo(ROUND_TRIP_MS + 20 * SOCKET_BYTE_MS, 6);
    expect(costMs({ gapMs: 20 }, 10)).toBeCloseTo(ROUND_TRIP_MS + 20 * SOCKET_BYTE_MS + 20, 6);
  });

  it('has the bus behind it where it carries frames of a bus', () => {
    const bus = costMs({ transport: 'serial', baudRate: 2_400 }, 10);
    expect(costMs({ framing: 'rtu', baudRate: 2_400 }, 10)).toBeCloseTo(bus + ROUND_TRIP_MS, 6);
    expect(costMs({ transport: 'dial-in', baudRate: 2_400 }, 10)).toBeCloseTo(bus + MODEM_ROUND_TRIP_MS, 6);
  });
});
