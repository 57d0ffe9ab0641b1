/** Whether a good value can be true: what the registers of the point have held between its request and its arrival. */
import type { LedgerEntry } from '../../../simulators/modbus/ledger.ts';
import { LATEST_ON_LINE_MS } from './fault-plan.ts';
import type { Running, SoakPoint } from './plant.ts';

export interface Claim {
  readonly running: Running;
  readonly unit: number;
  readonly point: SoakPoint;
  /** Wall clock of the request that was answered. */
  readonly askedMs: number;
  readonly receivedMs: number;
  readonly value: number;
}

/**
 * On a line an answer that was given to an earlier request of the same registers is as good as one to this request: it
 * may be as old as the latest answer.
 * @returns why the value cannot be true, null = it was held
 */
export function toWrong({ running, unit, point, askedMs, receivedMs, value }: Claim): string | null {
  if (receivedMs !== Date.now()) return `received at ${receivedMs}, which is not now`;
  const fromMs = running.endpoint.isLine ? askedMs - LATEST_ON_LINE_MS : askedMs;
  const held = (address: number): readonly LedgerEntry[] =>
    running.rig.ledger(unit, point.table, address, fromMs, receivedMs).entries;
  const values = toValues(point, held);
  if (values.includes(value)) return null;
  return `between ${fromMs - receivedMs} and 0 ms it held ${values.join(', ')}`;
}

/** What the registers have shown, by the type of the point: high word first. */
function toValues(
  { address, type }: SoakPoint,
  held: (address: number) => readonly LedgerEntry[],
): readonly number[] {
  const first = held(address).map(({ value }) => value);
  if (type === 'u16') return first;
  if (type === 'i16') return first.map((value) => (value > 0x7fff ? value - 0x1_0000 : value));
  return held(address + 1).flatMap((low) => first.map((high) => high * 0x1_0000 + low.value));
}
