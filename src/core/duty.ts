/**
 * Words of people and duty (排班, 当值; service-workflow.md §4). Who is on when is worked out in people/duty.ts.
 * Times UTC milliseconds, dates local `YYYY-MM-DD`, times of day in minutes.
 */
import type { CalendarId, ContactId, LocationId } from './ids.ts';
import type { Role } from './roles.ts';
import type { Text } from './text.ts';

export const CONTACT_WAYS = ['phone', 'sms', 'chat', 'email', 'radio'] as const;
export type ContactWay = (typeof CONTACT_WAYS)[number];

/** What a contact of the register is (`contacts:` of the site file). */
export const CONTACT_KINDS = {
  internal: { zh: '内部', en: 'Of the house' },
  maintainer: { zh: '维保单位', en: 'Maintainer' },
  'fire-brigade': { zh: '消防救援', en: 'Fire brigade' },
  'rescue-line': { zh: '应急救援电话', en: 'Rescue line' },
  utility: { zh: '供电、供水等单位', en: 'Utility' },
  supplier: { zh: '供货厂家', en: 'Supplier' },
  authority: { zh: '主管部门', en: 'Authority' },
} as const satisfies Record<string, Text>;
export type ContactKind = keyof typeof CONTACT_KINDS;
export const CONTACT_KIND_NAMES = Object.keys(CONTACT_KINDS) as readonly ContactKind[];

/** What somebody is named as, on a ticket or an incident; an approver of waiting may be a foreman as well. */
export type NamedAs = 'assignee' | 'contractor' | 'approver' | 'wait-approver' | 'commander';

/** Beside the account: what duty, assignment and messages need to know of a person. */
export interface StaffProfile {
  readonly groups: readonly string[];
  /** 专业: `water`, `power`, `lift`, `fire`, `climate`, …, as in core/kinds SYSTEMS. */
  readonly specialities: readonly string[];
  readonly certificates: readonly Certificate[];
  /** In the order in which they are tried. Personal data: shown by permission, its reading is audited. */
  readonly ways: readonly { readonly way: ContactWay; readonly address: string }[];
  /** Areas that the person is responsible for. */
  readonly areas: readonly LocationId[];
  readonly language: 'zh' | 'en';
  /** Of a contractor: the firm in the register of contacts. */
  readonly firm: ContactId | null;
}

export interface Certificate {
  /** e.g. `lift`, `electrician-lv`, `electrician-hv`, `fire-control`. */
  readonly kind: string;
  readonly number: string;
  readonly validTo: string;
}

export interface Shift {
  readonly id: string;
  readonly name: Text;
  readonly from: number;
  /** At or before `from` it ends on the next day. */
  readonly to: number;
}

/** One post that has to be filled: the 24 h desk, the duty engineer, the stand-by electrician. */
export interface Post {
  readonly id: string;
  readonly name: Text;
  readonly role: Role;
  readonly group: string | null;
  /** Hours that must be covered; null = always. */
  readonly calendar: CalendarId | null;
  /** Stand-by comes after duty on the list of whom to tell. */
  readonly isStandby: boolean;
  /** Whoever holds it needs all of them; left out = none. */
  readonly certificates?: readonly string[];
}

/** One person on one post on one day; the shift of a Friday night belongs to Friday. */
export interface Assignment {
  readonly date: string;
  readonly post: string;
  readonly shift: string;
  readonly username: string;
  /** Who had it before a swap (换班), and who agreed. */
  readonly swappedFrom: string | null;
  readonly approver: string | null;
}

export interface Roster {
  readonly version: number;
  readonly timeZone: string;
  readonly shifts: readonly Shift[];
  readonly posts: readonly Post[];
  readonly assignments: readonly Assignment[];
  /** Hours in a row after which a person on duty counts as too long there; left out = 24 (people/gaps.ts). */
  readonly longestHours?: number;
  /** Swaps that wait for their approval, oldest first; left out = none. */
  readonly swaps?: readonly SwapRequest[];
}

/** 换班: another person takes an assignment; with `inReturn` gives one of the same kind back. */
export interface SwapRequest {
  readonly id: string;
  readonly date: string;
  readonly post: string;
  readonly shift: string;
  readonly from: string;
  readonly to: string;
  /** An assignment of `to` that `from` takes for it; null = none. */
  readonly inReturn: { readonly date: string; readonly post: string; readonly shift: string } | null;
  readonly reason: string;
  /** Who asked for it. */
  readonly by: string;
  readonly atMs: number;
  /** When `to` has agreed to take it over; left out = not yet, unless he has asked for it himself. */
  readonly agreedAtMs?: number;
}

/** 交接班: what one shift hands to the next, signed by both. The lists are frozen when it is begun. */
export interface Handover {
  readonly id: string;
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly post: string;
  readonly standing: readonly HandoverLine[];
  readonly shelved: readonly HandoverLine[];
  readonly suppressed: readonly HandoverLine[];
  readonly outOfService: readonly HandoverLine[];
  readonly lockOuts: readonly HandoverLine[];
  readonly tickets: readonly HandoverLine[];
  /** Drills under way; left out = it was begun by a version that did not list them. */
  readonly drills?: readonly HandoverLine[];
  /** Whose report is still to be sent, with its limit; left out as above. */
  readonly incidents?: readonly HandoverLine[];
  /** Equipment whose alarms ring nobody for it is in commissioning; left out as above. */
  readonly commissioning?: readonly HandoverLine[];
  readonly blind: readonly HandoverLine[];
  readonly note: string;
  readonly signedFromAtMs: number | null;
  readonly signedToAtMs: number | null;
}

export interface HandoverLine {
  readonly id: string;
  readonly text: Text;
  readonly detail: string;
}
