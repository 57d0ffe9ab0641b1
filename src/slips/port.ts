/** What the API asks of the pre-numbered slips, and how many there may be. */
import type { EquipmentId } from '../core/ids.ts';
import type { Page, SlipRow } from '../store/store.ts';

export const SLIP_LIMITS = {
  /** Slips of one block: a pad. */
  block: 100,
  /** Slips that are entered with one request: a pad, too. */
  entries: 100,
} as const;

export interface SlipPort {
  list(filter: {
    readonly state: 'unused' | 'all';
    readonly limit: number;
    readonly offset: number;
  }): Promise<Page<SlipRow>>;
  /** The next numbers, in one transaction with its audit row. @throws RiserError `bad-request`, `store-failed` */
  print(count: number, by: string): Promise<readonly SlipRow[]>;
  /** For the command that uses it, which looks once more. @throws RiserError `not-found`, `slip-used` */
  requireUnused(number: string): Promise<SlipRow>;
  /** Spoiled or lost. @throws RiserError `not-found`, `slip-used`, `reason-required`, `store-failed`, `engine-busy` */
  void(number: string, reason: string, by: string): Promise<SlipRow>;
}

export interface LabelPort {
  /** What the code on its label says, below the gateway's address: `/r/pump-1?k=…`. */
  pathOf(equipment: EquipmentId): string;
  /** The equipment whose label says that; null = it is none of this installation's labels. */
  read(code: string): EquipmentId | null;
  /** What was typed, or stands on a label that is none, without the key in it: no record keeps one. */
  withoutKey(code: string): string;
}
