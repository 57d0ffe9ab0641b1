/** What people can do to a ticket, with the fields of each step. The API's schemas mirror this union. */

import type { EquipmentId, LocationId } from '../core/ids.ts';
import type { TicketClass } from '../core/ticket.ts';

export type Transition =
  /** Desk: confirm or redirect whom the ticket goes to. */
  | { readonly type: 'dispatch'; readonly assignee: string; readonly note?: string | undefined }
  /** Responsible person: read back and sign for it. */
  | { readonly type: 'take'; readonly readBack?: string | undefined }
  /** Responsible person: arrived on site. */
  | { readonly type: 'arrive'; readonly how: 'by-hand' | 'qr-code' }
  /** Diagnosis and plan on one form, handling begins. */
  | { readonly type: 'start'; readonly diagnosis: string; readonly plan: string }
  | {
      readonly type: 'done';
      readonly result: string;
      readonly materials?: string | undefined;
      readonly amountYuan?: number | undefined;
    }
  /** Opinion and signature; the alarm must be normal, or a manual reading stands in for a blind point. */
  | { readonly type: 'accept'; readonly opinion: string; readonly manualReading?: string | undefined }
  /** Acceptance refused: the desk records the failure and the ticket goes back. */
  | { readonly type: 'reject'; readonly reason: string }
  | {
      readonly type: 'visit';
      readonly how: 'phone' | 'in-person';
      readonly isSatisfied: boolean;
      readonly note?: string | undefined;
    }
  | { readonly type: 'close' }
  | { readonly type: 'cancel'; readonly reason: 'false-alarm' | 'duplicate'; readonly note: string }
  /** A remark on the record; no change of stage. */
  | { readonly type: 'note'; readonly note: string };

export type TransitionType = Transition['type'];

/** A matter that a person reports. */
export interface NewTicket {
  readonly source:
    | 'owner-call'
    | 'company-relay'
    | 'desk-relay'
    | 'internal-need'
    | 'instruction'
    | 'first-receiver';
  readonly channel: 'counter' | 'phone' | 'page';
  readonly class: TicketClass;
  readonly priority: 'emergency' | 'urgent' | 'normal';
  readonly content: string;
  readonly equipment: EquipmentId | null;
  readonly location: LocationId | null;
  /** Place in words where no location of the register fits. */
  readonly place: string;
  readonly contactName: string;
  readonly contactMethod: string;
}
