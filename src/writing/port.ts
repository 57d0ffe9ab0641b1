/**
 * What others may ask of writing: the only way to a device's set-points and commands. Every call is checked, written
 * down with its reason and read back (writing.ts).
 */
import type { RiserError } from '../core/errors.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import type { LockOutRow, PointWriteRow } from '../store/store.ts';

export interface WriteCommand {
  /** Index into the points of the site model. */
  readonly point: number;
  /** In the point's unit; a boolean is 0 or 1. */
  readonly value: number;
  readonly reason: string;
  /** User name. */
  readonly by: string;
  readonly roles: readonly Role[];
}

export interface WritesFilter {
  readonly equipment?: string;
  /** Name of the point within its equipment. */
  readonly point?: string;
  readonly limit: number;
}

export interface WritingPort {
  /**
   * Resolves when the value has been read back or its time is over, and after `WRITING_LIMITS.answerMs` with the row as
   * it then is: `confirmed`, `differs`, `unknown`, or still `sent`. Only `confirmed` means that it worked.
   * @throws RiserError before anything is sent: `reason-required`, `not-writable`, `life-safety-write`, `not-permitted`,
   * `locked-out`, `value-not-allowed`, `interlocked`, `write-busy`, `engine-busy` (stopping), `store-failed`. After the
   * row was made: `link-down`, `write-busy`, `write-failed` (state `failed`: nothing was changed in the device)
   */
  write(command: WriteCommand): Promise<PointWriteRow>;
  /**
   * Counts and writes down a write that was refused before anything of the request had been read, so that no value is
   * known: to somebody who may write nothing at all. What `write` refuses it writes down itself.
   * @param point index into the points of the site model
   * @param by user name
   */
  noteUnread(point: number, by: string, refusal: RiserError): void;
  /**
   * Hangs a tag. What is on the wire at that moment has ended when it resolves; nothing follows it.
   * @throws RiserError `reason-required`, `not-found`, `locked-out` (a tag hangs already), `store-failed`
   */
  lockOut(equipment: EquipmentId, reason: string, by: string): Promise<LockOutRow>;
  /**
   * Takes the tag off: whoever hung it, or a supervisor or admin.
   * @throws RiserError `not-found`, `not-locked-out`, `not-permitted`, `store-failed`
   */
  unlock(equipment: EquipmentId, by: string, roles: readonly Role[]): Promise<void>;
  /** Tags that hang now. Key: equipment id. */
  lockOuts(): ReadonlyMap<string, LockOutRow>;
  /** Newest first. */
  writes(filter: WritesFilter): Promise<readonly PointWriteRow[]>;
}
