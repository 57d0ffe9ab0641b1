/**
 * Words of the ticket stage (service-workflow.md §1, §2): one matter that people must deal with.
 * Which transition is allowed when is in tickets/; limits and routing are the policy's.
 */
import type { ContactId, EquipmentId, LocationId, OccurrenceId, SiteId, TicketId } from './ids.ts';
import type { Text } from './text.ts';

export const TICKET_CLASSES = {
  complaint: { prefix: 'TS', text: { zh: '投诉', en: 'Complaint' } },
  help: { prefix: 'QZ', text: { zh: '求助', en: 'Help' } },
  enquiry: { prefix: 'ZX', text: { zh: '咨询', en: 'Enquiry' } },
  engineering: { prefix: 'GC', text: { zh: '工程', en: 'Engineering' } },
  security: { prefix: 'AQ', text: { zh: '安全', en: 'Security' } },
  fire: { prefix: 'XF', text: { zh: '消防', en: 'Fire' } },
  cleaning: { prefix: 'BJ', text: { zh: '清洁', en: 'Cleaning' } },
} as const satisfies Record<string, { prefix: string; text: Text }>;
export type TicketClass = keyof typeof TICKET_CLASSES;
export const TICKET_CLASS_NAMES = Object.keys(TICKET_CLASSES) as readonly TicketClass[];

export const PRIORITIES = {
  emergency: { rank: 3, text: { zh: '突发紧急', en: 'Emergency' } },
  urgent: { rank: 2, text: { zh: '急修', en: 'Urgent' } },
  normal: { rank: 1, text: { zh: '一般', en: 'Normal' } },
} as const satisfies Record<string, { rank: number; text: Text }>;
export type Priority = keyof typeof PRIORITIES;
export const PRIORITY_NAMES = Object.keys(PRIORITIES) as readonly Priority[];

export const SOURCES = {
  'owner-call': { zh: '业主致电', en: 'Owner call' },
  'company-relay': { zh: '物业内部转达', en: 'Relay inside the company' },
  'desk-relay': { zh: '前台内部转达', en: 'Relay inside the desk' },
  'internal-need': { zh: '内部需求', en: 'Internal need' },
  instruction: { zh: '上级指示信息', en: 'Instruction from above' },
  'first-receiver': { zh: '首接负责人', en: 'First receiver outside the desk' },
  'equipment-alarm': { zh: '设备告警', en: 'Equipment alarm' },
  round: { zh: '巡检', en: 'Inspection round' },
  maintenance: { zh: '保养', en: 'Preventive maintenance' },
} as const satisfies Record<string, Text>;
export type TicketSource = keyof typeof SOURCES;
export const SOURCE_NAMES = Object.keys(SOURCES) as readonly TicketSource[];

export const STAGES = {
  recorded: { zh: '已录入', en: 'Recorded' },
  dispatched: { zh: '已派单', en: 'Dispatched' },
  taken: { zh: '已签收', en: 'Taken' },
  'on-site': { zh: '已到场', en: 'On site' },
  handling: { zh: '处理中', en: 'Handling' },
  done: { zh: '处理完毕', en: 'Done' },
  rework: { zh: '二次处理', en: 'Rework' },
  accepted: { zh: '已验收', en: 'Accepted' },
  visited: { zh: '已回访', en: 'Return visit made' },
  closed: { zh: '已关闭', en: 'Closed' },
  cancelled: { zh: '已撤销', en: 'Cancelled' },
} as const satisfies Record<string, Text>;
export type Stage = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as readonly Stage[];

export const CLOCKS = {
  record: { zh: '录入时限', en: 'Recording' },
  dispatch: { zh: '派单时限', en: 'Dispatch' },
  arrival: { zh: '到场时限', en: 'Arrival' },
  repair: { zh: '处理时限', en: 'Repair' },
  visit: { zh: '回访时限', en: 'Return visit' },
} as const satisfies Record<string, Text>;
export type ClockId = keyof typeof CLOCKS;
export const CLOCK_IDS = Object.keys(CLOCKS) as readonly ClockId[];

/** One running or stopped clock of a ticket. Times are UTC ms. */
export interface TicketClock {
  readonly id: ClockId;
  readonly startedAtMs: number;
  /** A warning is due before the limit passes. */
  readonly warnAtMs: number;
  readonly dueAtMs: number;
  readonly stoppedAtMs: number | null;
  readonly warnedAtMs: number | null;
  readonly breachedAtMs: number | null;
}

/** An alarm occurrence on the ticket; further alarms of one fault attach here. */
export interface TicketAlarm {
  readonly occurrence: OccurrenceId;
  readonly key: string;
  readonly text: Text;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  readonly count: number;
  readonly isActive: boolean;
  readonly blindSinceMs: number | null;
  /** Its onset lies in (onsetAfterMs, onsetAtMs]: what came first is told by these. Older rows have none. */
  readonly onsetAtMs?: number;
  readonly onsetAfterMs?: number | null;
}

/** Readings around the raise, frozen when the ticket was born. */
export interface TicketEvidence {
  readonly atMs: number;
  readonly points: readonly {
    readonly point: string;
    readonly name: Text;
    readonly value: number | null;
    readonly valueText: Text;
    readonly quality: number;
    readonly receivedMs: number;
  }[];
  /** Recent samples of the point that raised, oldest first: [receivedMs, value or null]. */
  readonly trend: {
    readonly point: string;
    readonly unit: string;
    readonly samples: readonly (readonly [number, number | null])[];
  } | null;
}

export interface Ticket {
  readonly id: TicketId;
  /** As printed: class prefix, site date, number of that day, e.g. `GC20261121-0001`. */
  readonly number: string;
  /**
   * Counts every change. A writer names the version it saw and loses when a person, a change of stage or a further
   * alarm came between; what the gateway only notes (clocks, alarms come and gone) makes nobody lose.
   */
  readonly version: number;
  readonly site: SiteId;
  readonly source: TicketSource;
  readonly channel: 'alarm' | 'counter' | 'phone' | 'page';
  readonly class: TicketClass;
  readonly priority: Priority;
  readonly stage: Stage;
  readonly stageSinceMs: number;
  readonly policyVersion: string;
  readonly isDrill: boolean;
  readonly receivedAtMs: number;
  readonly recordedAtMs: number;
  readonly closedAtMs: number | null;
  readonly firstReceiver: string;
  readonly place: Text;
  readonly location: LocationId | null;
  readonly equipment: EquipmentId | null;
  readonly equipmentName: Text | null;
  readonly faultKind: string | null;
  readonly content: Text;
  readonly guidance: Text | null;
  readonly contact: { readonly id: ContactId | null; readonly name: Text; readonly method: string };
  /** User or role that is to take it; null while the desk must decide. */
  readonly assignee: string | null;
  readonly takenBy: string | null;
  readonly diagnosis: string | null;
  readonly plan: string | null;
  readonly result: string | null;
  readonly materials: string | null;
  /** Amount charged, in yuan. */
  readonly amountYuan: number | null;
  readonly acceptance: { readonly by: string; readonly opinion: string; readonly atMs: number } | null;
  readonly visit: {
    readonly by: string;
    readonly how: 'phone' | 'in-person';
    readonly isSatisfied: boolean;
    readonly note: string;
    readonly atMs: number;
  } | null;
  readonly cancellation: {
    readonly by: string;
    readonly reason: 'false-alarm' | 'duplicate';
    readonly note: string;
    readonly atMs: number;
  } | null;
  readonly reworkCount: number;
  readonly alarms: readonly TicketAlarm[];
  readonly evidence: TicketEvidence | null;
  readonly clocks: readonly TicketClock[];
}

export type TicketEventType =
  | 'opened'
  | 'dispatched'
  | 'taken'
  | 'arrived'
  | 'started'
  | 'done'
  | 'accepted'
  | 'reworked'
  | 'visited'
  | 'closed'
  | 'cancelled'
  | 'noted'
  | 'alarm-attached'
  | 'alarm-returned'
  | 'alarm-blind'
  | 'alarm-sighted'
  | 'alarm-explained'
  | 'explained-by'
  | 'priority-raised'
  | 'clock-warned'
  | 'clock-breached'
  | 'clocks-moved';

export interface TicketEvent {
  readonly type: TicketEventType;
  readonly atMs: number;
  /** User name, or `gateway`. */
  readonly by: string;
  /** The ticket after the event. */
  readonly ticket: Ticket;
  /** What the record keeps of this step: texts as entered, clock ids, occurrence ids. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export function isTicketOpen(ticket: Pick<Ticket, 'stage'>): boolean {
  return ticket.stage !== 'closed' && ticket.stage !== 'cancelled';
}
