/**
 * The simulator's frame log in words: which unit was asked for what, when, and what it answered. Decoded by hand from
 * the bytes, with nothing of the gateway's.
 */
import type { LoggedFrame } from '../../simulators/frame-log.ts';

export interface Asked {
  /** UTC ms. */
  readonly atMs: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  readonly count: number;
  /** null = accepted, or not answered. */
  readonly exceptionCode: number | null;
  readonly isAnswered: boolean;
  /** Registers of an accepted read of registers, in address order. */
  readonly registers: readonly number[];
}

/** Bytes before the unit. */
const HEAD_BYTES = { mbap: 6, rtu: 0 } as const;

/** Oldest first; connections and what nobody asked for are left out. */
export function toAsked(
  frames: readonly LoggedFrame[],
  framing: keyof typeof HEAD_BYTES = 'mbap',
): readonly Asked[] {
  const head = HEAD_BYTES[framing];
  return frames
    .filter(({ request }) => request.length > 0)
    .map(({ atMs, request, response }) => {
      const question = Buffer.from(request, 'hex').subarray(head);
      const answer = response === null ? null : Buffer.from(response, 'hex').subarray(head);
      const isRefused = answer !== null && ((answer[1] ?? 0) & 0x80) !== 0;
      return {
        atMs,
        unit: question.readUInt8(0),
        functionCode: question.readUInt8(1),
        address: question.readUInt16BE(2),
        count: question.readUInt16BE(4),
        exceptionCode: isRefused ? answer.readUInt8(2) : null,
        isAnswered: answer !== null,
        registers: answer === null || isRefused || answer.readUInt8(1) < 3 ? [] : toRegisters(answer),
      };
    });
}

function toRegisters(answer: Buffer): readonly number[] {
  const count = Math.floor(Math.min(answer.readUInt8(2), answer.length - 3) / 2);
  return Array.from({ length: count }, (_, at) => answer.readUInt16BE(3 + at * 2));
}

/** Times between one and the next, ms. */
export function gapsOf(times: readonly { readonly atMs: number }[]): readonly number[] {
  return times.slice(1).map(({ atMs }, at) => atMs - (times[at]?.atMs ?? 0));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
