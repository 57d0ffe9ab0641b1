/**
 * What others may ask of staff and roster: read, change, swap, find gaps, ask who would be told. Permissions are the
 * API's business; who did it and what changed is audited here.
 */
import type { Roster, StaffProfile, SwapRequest } from '../core/duty.ts';
import type { DutyView } from './duty.ts';
import type { Gap } from './gaps.ts';

/** A certificate that has run out, or will soon. */
export interface CertificateNotice {
  readonly username: string;
  readonly kind: string;
  /** Last local day on which it holds. */
  readonly validTo: string;
  /** Whole days until then; negative = it has run out. */
  readonly daysLeft: number;
}

/** Without ways and numbers of certificates, which are personal. */
export type PublicProfile = Omit<StaffProfile, 'ways' | 'certificates'> & {
  readonly certificates: readonly { readonly kind: string; readonly validTo: string }[];
  /** Kinds of ways that are there. */
  readonly reachedBy: readonly string[];
};

export interface StaffPort {
  /** Reads accounts, profiles and roster again: after an account was made or changed. @throws RiserError `store-failed` */
  reload(): Promise<void>;
  /** Of every account. Key: user name. */
  profiles(): ReadonlyMap<string, PublicProfile>;
  /** With everything; the reading is audited before it is answered. @throws RiserError `user-unknown`, `store-failed` */
  profile(username: string, reader: string): Promise<StaffProfile>;
  /**
   * Replaces it.
   * @param seen `toProfileVersion` of what `by` has read; left out = whatever is there
   * @throws RiserError `user-unknown`, `staff-changed`, `store-failed`
   */
  setProfile(username: string, profile: StaffProfile, by: string, seen?: string): Promise<void>;
  /** Those that run out within so many days (default 30) or have run out, soonest first. */
  certificates(nowMs: number, days?: number): readonly CertificateNotice[];
}

export interface RosterImport {
  /** The file as uploaded: UTF-8, a table also GB 18030. */
  readonly bytes: Uint8Array;
  readonly format: 'yaml' | 'csv';
  /** Stands for the file in messages. */
  readonly name: string;
  /** Version that the person saw; 0 = there was none. */
  readonly version: number;
  readonly by: string;
}

export interface SwapInput extends Pick<SwapRequest, 'date' | 'post' | 'shift' | 'from' | 'to' | 'inReturn'> {
  readonly reason: string;
  readonly by: string;
}

export interface RosterPort {
  /** null = none yet. */
  roster(): Roster | null;
  /** The latest. */
  view(): DutyView;
  /** Gaps of the roster in force. @throws RangeError for more than `MAX_GAP_DAYS` */
  gaps(fromMs: number, toMs: number): readonly Gap[];
  /** @throws RosterError `roster-invalid`; RiserError `roster-changed`, `not-found` (a table without a roster), `store-failed` */
  importRoster(input: RosterImport): Promise<Roster>;
  /** @throws RiserError `not-found` */
  exportRoster(format: RosterImport['format']): string;
  /** @throws RiserError `not-found`, `reason-required`, `swap-not-possible`, `store-failed` */
  requestSwap(input: SwapInput): Promise<SwapRequest>;
  /** By whoever takes it over; again it changes nothing. @throws RiserError `not-found`, `swap-of-others`, `store-failed` */
  agreeSwap(id: string, by: string): Promise<Roster>;
  /** @throws RiserError `not-found`, `swap-approver`, `swap-not-agreed`, `swap-not-possible`, `store-failed` */
  approveSwap(id: string, by: string): Promise<Roster>;
  /** By an approver, or withdrawn by one of those who are part of it. @throws RiserError `not-found`, `store-failed` */
  dropSwap(id: string, by: string, note: string): Promise<void>;
}
