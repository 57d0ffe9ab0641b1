/** What a request PDU asks for, as far as its function code tells: which addresses it touches. Answers are respond.ts. */
import type { Table } from '../devices/device.ts';

export interface Span {
  readonly table: Table;
  readonly address: number;
  readonly count: number;
}

/** Key: function code of a read. */
export const READS: ReadonlyMap<number, Table> = new Map([
  [1, 'coil'],
  [2, 'discrete'],
  [3, 'holding'],
  [4, 'input'],
]);

/** Addresses that a request reads or writes; empty when the function has none or the request is cut short. */
export function toSpans(pdu: Uint8Array): readonly Span[] {
  const functionCode = pdu[0] ?? 0;
  const read = READS.get(functionCode);
  const one = (table: Table): readonly Span[] => [{ table, address: toWord(pdu, 1), count: 1 }];
  const many = (table: Table, at = 1): Span => ({
    table,
    address: toWord(pdu, at),
    count: toWord(pdu, at + 2),
  });
  if (pdu.length < 5) return [];
  if (read !== undefined) return [many(read)];
  if (functionCode === 5) return one('coil');
  if (functionCode === 6 || functionCode === 22) return one('holding');
  if (functionCode === 15) return [many('coil')];
  if (functionCode === 16) return [many('holding')];
  if (functionCode === 23 && pdu.length >= 9) return [many('holding'), many('holding', 5)];
  return [];
}

export function toWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function isBitTable(table: Table): boolean {
  return table === 'coil' || table === 'discrete';
}
