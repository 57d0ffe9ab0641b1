/**
 * Paper slips (信息处理单) that are used or voided, in the transaction of what they are used for: of two entries with one number
 * one wins, and a slip whose ticket is stored is stored as used. Printing and looking up are slips/.
 */
import { RiserError } from '../core/errors.ts';
import type { TicketId } from '../core/ids.ts';
import type { SlipRow } from '../store/store.ts';
import type { Command } from './commands.ts';
import type { Tentative } from './tentative.ts';

/**
 * Whoever looked it up found it unused; that may be a while ago.
 * @throws RiserError `slip-used`
 */
export function requireUnused(tx: Tentative, { number, ticket, voided }: SlipRow): void {
  if (ticket !== null || voided !== null || tx.service.isSlipOver(number))
    throw new RiserError('slip-used', { number });
}

/** On paper times are told to the minute. */
const MINUTE_MS = 60_000;

/** Nobody has written on it before the minute in which it was printed. @throws RiserError `late-entry-order` */
export function requireAfterPrint({ printedAtMs }: SlipRow, receivedAtMs: number): void {
  if (receivedAtMs < Math.floor(printedAtMs / MINUTE_MS) * MINUTE_MS)
    throw new RiserError('late-entry-order', { after: new Date(printedAtMs).toISOString() });
}

/** It has been entered as this ticket, or on it. Call `requireUnused` before anything is decided. */
export function useSlip(tx: Tentative, slip: SlipRow, ticket: TicketId, by: string, nowMs: number): void {
  tx.service.putSlip({ ...slip, ticket });
  const detail = { ticket };
  tx.service.audit({ atMs: nowMs, actor: by, action: 'slip-use', object: slip.number, detail });
}

/** @throws RiserError `slip-used`, `reason-required` */
export function voidSlip(
  tx: Tentative,
  { slip, by, reason }: Command & { readonly type: 'void-slip' },
  nowMs: number,
): void {
  if (reason.trim() === '') throw new RiserError('reason-required');
  requireUnused(tx, slip);
  tx.service.putSlip({ ...slip, voided: reason });
  const detail = { reason };
  tx.service.audit({ atMs: nowMs, actor: by, action: 'slip-void', object: slip.number, detail });
}
