/** What people do to an incident. The API's schemas mirror this union; the step is incidents/step.ts. */
import type { TicketId } from '../core/ids.ts';
import type { Grade, Incident, IncidentReport, Nature, Phase } from '../core/incident.ts';
import type { FireConfirmation } from '../core/ticket-sheets.ts';

export type IncidentChange =
  | {
      readonly type: 'confirm';
      readonly verdict: Exclude<Incident['verdict'], 'open'>;
      readonly note: string;
      /** How it is known; of what was none a person says so. Left out = not said. */
      readonly how?: FireConfirmation['how'];
      /** Who has approved that it was none after all, where a final report is owed; left out = nobody. */
      readonly approver?: string;
    }
  | {
      readonly type: 'grade';
      readonly grade: Grade;
      readonly nature: Nature;
      readonly commander: string;
      readonly reason: string;
      /** Who has approved that a major grade is lowered; left out = nobody. */
      readonly approver?: string;
    }
  | { readonly type: 'phase'; readonly phase: Phase; readonly note: string }
  /** Written down; sending it is `report-sent`. */
  | { readonly type: 'report'; readonly report: Omit<IncidentReport, 'by' | 'atMs' | 'sent'> }
  /** The last report of that kind went out; `atMs` may lie before now (late entry is visible). */
  | {
      readonly type: 'report-sent';
      readonly kind: IncidentReport['kind'];
      readonly atMs: number;
      readonly to: string;
      readonly how: string;
      readonly evidence: string;
    }
  | { readonly type: 'join'; readonly ticket: TicketId }
  | { readonly type: 'end'; readonly note: string };
