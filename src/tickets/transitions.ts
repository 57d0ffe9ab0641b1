/**
 * What people can do to a ticket, with the fields of each step. The API's schemas mirror this union. Fields that a policy's
 * guard may ask for are optional here: the step refuses them by name, with the rule that asks.
 */

import type { AgreedHow, AgreedWith, CancelReason } from '../core/cancellation.ts';
import type { AttachmentId, ContactId, EquipmentId, LocationId, TicketId } from '../core/ids.ts';
import type {
  Attachment,
  Attendance,
  Channel,
  Flow,
  Impact,
  Material,
  Priority,
  TicketClass,
  TicketLink,
  TicketSource,
  WaitReason,
} from '../core/ticket.ts';
import type { EntrapmentStep, FireConfirmation, FireStep } from '../core/ticket-sheets.ts';

type Maybe<T> = T | undefined;

export type Transition =
  // --- along the path ---
  /** Desk: what came in is written down. Left-out fields stay as received. */
  | {
      readonly type: 'record';
      readonly class?: Maybe<TicketClass>;
      readonly content?: Maybe<string>;
      readonly place?: Maybe<string>;
      readonly contactName?: Maybe<string>;
      readonly contactMethod?: Maybe<string>;
    }
  /** Desk: confirm or redirect whom the ticket goes to. */
  | { readonly type: 'dispatch'; readonly assignee: string; readonly note?: Maybe<string> }
  /** Responsible person: read back and sign for it. */
  | { readonly type: 'take'; readonly readBack?: Maybe<string> }
  /**
   * Responsible person: arrived on site; by QR code only with what stands on the label there (engine/arrival-code.ts). `code-entered`:
   * the equipment's number was typed, it is not known that he has seen the label.
   */
  | {
      readonly type: 'arrive';
      readonly how: 'by-hand' | 'qr-code' | 'code-entered';
      readonly code?: Maybe<string>;
    }
  | { readonly type: 'diagnose'; readonly diagnosis: string; readonly faultKind?: Maybe<string> }
  | { readonly type: 'plan'; readonly plan: string; readonly workInstruction?: Maybe<string> }
  /** Owner service and source: told and agreed. */
  | {
      readonly type: 'agree';
      readonly agreedBy: string;
      readonly workingTime: string;
      readonly impact: string;
      readonly protection: string;
      readonly cooperation: string;
      readonly feesYuan?: Maybe<number>;
    }
  | { readonly type: 'start' }
  | {
      readonly type: 'done';
      readonly result: string;
      readonly handler?: Maybe<string>;
      /** Left out = as the marks of the round show. */
      readonly handlingMinutes?: Maybe<number>;
      readonly testResult?: Maybe<string>;
      /** An empty list says that none were used. */
      readonly materials?: Maybe<readonly Material[]>;
      readonly amountYuan?: Maybe<number>;
      readonly outsideControl?: Maybe<string>;
    }
  /** Opinion and signature; the alarm must be normal, or a manual reading or a named override stands in. */
  | {
      readonly type: 'accept';
      readonly opinion: string;
      readonly manualReading?: Maybe<string>;
      readonly overrideReason?: Maybe<string>;
      readonly overridePhoto?: Maybe<AttachmentId>;
    }
  | {
      readonly type: 'visit';
      readonly how: 'phone' | 'in-person';
      readonly isRepaired: boolean;
      readonly isSatisfied: boolean;
      readonly isChargeAgreed?: Maybe<boolean>;
      readonly note?: Maybe<string>;
    }
  | { readonly type: 'close' }
  | { readonly type: 'archive' }
  // --- side ways ---
  | {
      readonly type: 'wait';
      readonly reason: WaitReason;
      readonly note: string;
      readonly approver: string;
      readonly untilMs?: Maybe<number>;
      /** When it will be done, told to the source; left out = as estimated before, or the end of the wait. UTC ms. */
      readonly estimatedAtMs?: Maybe<number>;
    }
  | { readonly type: 'resume' }
  /** Acceptance refused: the failure is recorded first, and the ticket goes back to dispatch. */
  | { readonly type: 'reject'; readonly reason: string }
  | { readonly type: 'reopen'; readonly reason: string }
  /** Withdrawn: with whom that was agreed, how and when (UTC ms); who approved it where that is asked for (cancel-consent.ts). */
  | {
      readonly type: 'cancel';
      readonly reason: CancelReason;
      readonly note: string;
      readonly agreedWith?: Maybe<AgreedWith>;
      readonly how?: Maybe<AgreedHow>;
      readonly agreedAtMs?: Maybe<number>;
      readonly approver?: Maybe<string>;
    }
  | { readonly type: 'merge'; readonly into: TicketId; readonly note: string }
  // --- no change of stage ---
  | { readonly type: 'transfer'; readonly assignee: string; readonly reason: string }
  | { readonly type: 'urge'; readonly note: string }
  /** Cannot handle it: the supervisor is asked. */
  | { readonly type: 'escalate'; readonly reason: string }
  /** What the supervisor answers; also answers a warning. */
  | { readonly type: 'answer'; readonly note: string }
  | {
      readonly type: 'reclassify';
      readonly class?: Maybe<TicketClass>;
      readonly priority?: Maybe<Priority>;
      readonly attendance?: Maybe<Attendance>;
      readonly flow?: Maybe<Flow>;
      readonly impact?: Maybe<Impact>;
      readonly reason: string;
    }
  | { readonly type: 'set-difficult'; readonly approver: string; readonly reason: string }
  /** Whoever may approve it does not, or not any more: the earlier due times hold again. */
  | { readonly type: 'clear-difficult'; readonly reason: string }
  /** One that stands is moved with the consent of whom it was made with, and a reason. */
  | {
      readonly type: 'appoint';
      readonly fromMs: number;
      readonly toMs: number;
      readonly agreedWith?: Maybe<AgreedWith>;
      readonly reason?: Maybe<string>;
    }
  | { readonly type: 'estimate'; readonly atMs: number; readonly note?: Maybe<string> }
  /** The source was spoken to: answered, told of a time, rung before an appointment. The note says what was said. */
  | { readonly type: 'contact'; readonly how: 'phone' | 'in-person'; readonly note: string }
  /** A new entry that names the old value, who, when and why; the record keeps both. */
  | {
      readonly type: 'correct';
      readonly field: CorrectableField;
      readonly value: string;
      readonly reason: string;
    }
  | { readonly type: 'attach'; readonly attachment: Attachment }
  | {
      readonly type: 'link';
      readonly ticket: TicketId;
      readonly kind: Extract<TicketLink['kind'], 'previous' | 'related' | 'duplicate'>;
    }
  | {
      readonly type: 'give-contractor';
      readonly user?: Maybe<string>;
      readonly contact?: Maybe<ContactId>;
      readonly note: string;
    }
  | {
      readonly type: 'confirm-fire';
      readonly verdict: FireConfirmation['verdict'];
      readonly how: FireConfirmation['how'];
      readonly cause?: Maybe<string>;
    }
  | {
      readonly type: 'fire-step';
      readonly step: FireStep;
      readonly who?: Maybe<string>;
      readonly note?: Maybe<string>;
    }
  | {
      readonly type: 'entrapment';
      readonly liftCode?: Maybe<string>;
      readonly rescueLine?: Maybe<string>;
      readonly floor?: Maybe<string>;
      readonly people?: Maybe<number>;
      readonly step?: Maybe<EntrapmentStep>;
      readonly who?: Maybe<string>;
      readonly note?: Maybe<string>;
      /** The maintainer: a contact of the register, or a firm with its number. */
      readonly contact?: Maybe<ContactId>;
      readonly firm?: Maybe<string>;
      readonly phone?: Maybe<string>;
      /** What bears the signature: a slip's number, a photo or document on the ticket. */
      readonly signedSlip?: Maybe<string>;
      readonly signedPhoto?: Maybe<AttachmentId>;
      /** Of a step that is there already: why it is written down anew. */
      readonly reason?: Maybe<string>;
    }
  /** 入户: only in an emergency, and by leave of somebody else. */
  | { readonly type: 'enter-dwelling'; readonly approver: string; readonly reason: string }
  /** 抽样回访: a supervisor asks once more, on a closed ticket. */
  | {
      readonly type: 'sample-visit';
      readonly how: 'phone' | 'in-person';
      readonly isRepaired: boolean;
      readonly isSatisfied: boolean;
      readonly note?: Maybe<string>;
    }
  /** A remark on the record. */
  | { readonly type: 'note'; readonly note: string };

export type TransitionType = Transition['type'];

export const TRANSITION_TYPES = [
  'record',
  'dispatch',
  'take',
  'arrive',
  'diagnose',
  'plan',
  'agree',
  'start',
  'done',
  'accept',
  'visit',
  'close',
  'archive',
  'wait',
  'resume',
  'reject',
  'reopen',
  'cancel',
  'merge',
  'transfer',
  'urge',
  'escalate',
  'answer',
  'reclassify',
  'set-difficult',
  'clear-difficult',
  'appoint',
  'estimate',
  'contact',
  'correct',
  'attach',
  'link',
  'give-contractor',
  'confirm-fire',
  'fire-step',
  'entrapment',
  'enter-dwelling',
  'sample-visit',
  'note',
] as const satisfies readonly TransitionType[];

/** Personal fields among them are written to the record as digests. */
export const CORRECTABLE_FIELDS = [
  'content',
  'place',
  'faultKind',
  'contactName',
  'contactMethod',
  'diagnosis',
  'plan',
  'workInstruction',
  'result',
  'testResult',
  'amountYuan',
  'outsideControl',
] as const;
export type CorrectableField = (typeof CORRECTABLE_FIELDS)[number];

/** Who does it, as far as rules depend on it. */
export interface TicketActor {
  readonly username: string;
  readonly roles: readonly string[];
  /** Groups that the person is a member of. */
  readonly groups: readonly string[];
  /** Of a contractor's account: its firm in the register of contacts; null or left out = none. */
  readonly firm?: ContactId | null;
}

/** A matter that a person reports, or that is entered later from a slip. */
export interface NewTicket {
  readonly source: Exclude<TicketSource, 'equipment-alarm'>;
  readonly channel: Exclude<Channel, 'alarm'>;
  readonly class: TicketClass;
  /** null = from the impact. */
  readonly priority: Priority | null;
  readonly impact: Impact | null;
  readonly attendance: Attendance | null;
  readonly flow: Flow | null;
  readonly content: string;
  readonly faultKind: string | null;
  readonly equipment: EquipmentId | null;
  readonly location: LocationId | null;
  /** Place in words where no location of the register fits. */
  readonly place: string;
  readonly contactName: string;
  readonly contactMethod: string;
  readonly appointment: { readonly fromMs: number; readonly toMs: number } | null;
  /** 补录: number of the slip and the real time of receipt; null = now. */
  readonly slip: string | null;
  /** An exercise of people and telephones (通讯联络演练): marked on all its way, in no figure. Left out = no. */
  readonly isDrill?: boolean;
  /** Whoever reports it says that it is none of what the same person has reported from there before. Left out = nobody has said. */
  readonly isNewMatter?: boolean;
  readonly receivedAtMs: number | null;
}
