/**
 * Words of the ticket stage (service-workflow.md §1, §2): one matter that people must deal with.
 * Which transition is allowed when is in tickets/; limits and routing are the policy's.
 */

import type { Cancellation } from './cancellation.ts';
import type {
  AttachmentId,
  ContactId,
  EquipmentId,
  FeedbackId,
  IncidentId,
  LocationId,
  SiteId,
  TicketId,
} from './ids.ts';
import type { Text } from './text.ts';
import type { TicketAlarm, TicketEvidence } from './ticket-alarm.ts';
import type { EarlyArrival } from './ticket-arrival.ts';
import type { AffectedArea, PastRepair } from './ticket-background.ts';
import type { CarriedOver } from './ticket-carried.ts';
import type { TicketClock, TicketMark } from './ticket-clock.ts';
import type { EmergencyReport, Escalation } from './ticket-escalation.ts';
import type { RepairProof } from './ticket-proof.ts';
import type { EntrapmentSheet, FireConfirmation } from './ticket-sheets.ts';

export type { TicketAlarm, TicketEvidence } from './ticket-alarm.ts';
export type { AffectedArea, PastRepair } from './ticket-background.ts';
export type { EmergencyReport, Escalation } from './ticket-escalation.ts';
export type { TicketEvent, TicketEventType } from './ticket-event.ts';
export type { RepairProof } from './ticket-proof.ts';

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

export const CHANNELS = {
  alarm: { zh: '设备告警', en: 'Alarm' },
  counter: { zh: '前台', en: 'Counter' },
  phone: { zh: '电话', en: 'Phone' },
  page: { zh: '值班页面', en: 'Staff page' },
  form: { zh: '线上报修', en: 'Online form' },
  'qr-code': { zh: '设备二维码', en: 'QR code' },
  round: { zh: '巡检', en: 'Round' },
  slip: { zh: '纸质单补录', en: 'Paper slip' },
} as const satisfies Record<string, Text>;
export type Channel = keyof typeof CHANNELS;
export const CHANNEL_NAMES = Object.keys(CHANNELS) as readonly Channel[];

/** Which way of working a ticket takes (service-workflow.md §1, source 002). */
export const FLOWS = {
  daily: { zh: '日常服务', en: 'Daily service' },
  warranty: { zh: '保修期维修', en: 'Warranty' },
  'public-area': { zh: '公共区域', en: 'Public area' },
} as const satisfies Record<string, Text>;
export type Flow = keyof typeof FLOWS;
export const FLOW_NAMES = Object.keys(FLOWS) as readonly Flow[];

/** What decides the arrival clock. */
export const ATTENDANCES = {
  emergency: { zh: '立即到场', en: 'At once' },
  urgent: { zh: '急修到场', en: 'Urgent' },
  immediate: { zh: '即时服务', en: 'Immediate service' },
  appointment: { zh: '预约', en: 'Appointment' },
  'next-working-day': { zh: '下一工作日', en: 'Next working day' },
} as const satisfies Record<string, Text>;
export type Attendance = keyof typeof ATTENDANCES;
export const ATTENDANCE_NAMES = Object.keys(ATTENDANCES) as readonly Attendance[];

/** Urgency, complexity and scope of impact: what a priority is derived from (source 001 §1.3). 1 = least. */
export interface Impact {
  readonly urgency: 1 | 2 | 3;
  readonly complexity: 1 | 2 | 3;
  readonly scope: 1 | 2 | 3;
}

/** In the order of the document; which of them a ticket passes is its policy's path. */
export const STAGES = {
  received: { zh: '待录入', en: 'Received' },
  recorded: { zh: '已录入', en: 'Recorded' },
  dispatched: { zh: '已派单', en: 'Dispatched' },
  taken: { zh: '已签收', en: 'Taken' },
  'on-site': { zh: '已到场', en: 'On site' },
  diagnosed: { zh: '已诊断', en: 'Diagnosed' },
  planned: { zh: '已初拟方案', en: 'Planned' },
  agreed: { zh: '方案已确认', en: 'Agreed' },
  handling: { zh: '处理中', en: 'Handling' },
  waiting: { zh: '等待中', en: 'Waiting' },
  done: { zh: '处理完毕', en: 'Done' },
  rework: { zh: '二次处理', en: 'Rework' },
  accepted: { zh: '已验收', en: 'Accepted' },
  visited: { zh: '已回访', en: 'Return visit made' },
  closed: { zh: '已关闭', en: 'Closed' },
  archived: { zh: '已存档', en: 'Archived' },
  cancelled: { zh: '已撤销', en: 'Cancelled' },
  merged: { zh: '已合并', en: 'Merged' },
} as const satisfies Record<string, Text>;
export type Stage = keyof typeof STAGES;
export const STAGE_NAMES = Object.keys(STAGES) as readonly Stage[];

export const WAIT_REASONS = {
  part: { zh: '等配件', en: 'Part' },
  vendor: { zh: '等厂家', en: 'Vendor' },
  access: { zh: '无法进入', en: 'Access' },
  weather: { zh: '天气', en: 'Weather' },
  other: { zh: '其他', en: 'Other' },
} as const satisfies Record<string, Text>;
export type WaitReason = keyof typeof WAIT_REASONS;
export const WAIT_REASON_NAMES = Object.keys(WAIT_REASONS) as readonly WaitReason[];

/** What was used, as printed on the slip. */
export interface Material {
  readonly name: string;
  readonly quantity: number;
  readonly unit: string;
}

/** A photo or document; its bytes lie beside the database (attachments/). */
export interface Attachment {
  readonly id: AttachmentId;
  readonly name: string;
  /** As recognised from its first bytes, not as claimed. */
  readonly mediaType: string;
  readonly bytes: number;
  /** Of the bytes, hex. */
  readonly sha256: string;
  readonly by: string;
  readonly atMs: number;
  /** When its bytes and name were destroyed after their retention; left out = they are there. */
  readonly destroyedAtMs?: number;
}

export interface TicketLink {
  readonly ticket: TicketId;
  readonly kind:
    | 'previous'
    | 'related'
    | 'duplicate'
    | 'merged-from'
    | 'merged-into'
    | 'split-from'
    | 'split-into';
}

/** Something that whoever works on the ticket must see and, where it says so, decide on. */
export interface Banner {
  readonly kind:
    | 'blind'
    | 'rule-changed'
    | 'closed-while-active'
    | 'came-back'
    | 'repeat'
    | 'proposed-done'
    | 'own-acceptance'
    | 'no-certificate'
    | 'carried-over'
    | 'incomplete';
  readonly atMs: number;
  readonly text: Text;
}

/**
 * One matter that somebody must deal with. Personal fields (contact name and method, reporter) are kept beside the
 * record, see `Contact`; the chained history holds their digests only.
 */
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
  readonly channel: Channel;
  readonly class: TicketClass;
  readonly flow: Flow;
  readonly priority: Priority;
  readonly impact: Impact | null;
  readonly attendance: Attendance;
  /** 疑难: approved, moves the due date from the same day to one week (source 004). */
  readonly difficult: { readonly approver: string; readonly reason: string; readonly atMs: number } | null;
  readonly stage: Stage;
  readonly stageSinceMs: number;
  /** Of 1, grows with each rework and reopening. */
  readonly round: number;
  readonly policyVersion: string;
  readonly isDrill: boolean;
  /** 补录: entered from a paper slip or by phone after the fact, with its real times. */
  readonly isLateEntry: boolean;
  /** Number of the paper slip; null = none. */
  readonly slip: string | null;
  /**
   * What its clocks start from: when it was reported, or its alarm raised. Where the alarm had to be held back (a cause stood for
   * it, it was hidden, the gateway was off) it is when the ticket was opened: nobody could have acted before.
   */
  readonly receivedAtMs: number;
  /** When its alarm was raised, however long the ticket had to wait; null = not of an alarm, or stored before this was. */
  readonly raisedAtMs: number | null;
  /** When the ticket was opened, or written down; null = stored before this was. */
  readonly openedAtMs: number | null;
  /** null while it waits to be recorded. */
  readonly recordedAtMs: number | null;
  readonly closedAtMs: number | null;
  /** First receiver: owns it until it is closed (首接负责). */
  readonly firstReceiver: string;
  readonly place: Text;
  readonly location: LocationId | null;
  readonly equipment: EquipmentId | null;
  readonly equipmentName: Text | null;
  readonly faultKind: string | null;
  readonly content: Text;
  readonly guidance: Text | null;
  readonly sparePart: Text | null;
  readonly contact: Contact;
  /** Account of the person who reported it, who may see it and follow it; null = an alarm, or a person without one. */
  readonly reporter: string | null;
  /** User or role that is to take it; null while the desk must decide. */
  readonly assignee: string | null;
  readonly takenBy: string | null;
  /** Of this round; left out or null = nobody was there before the dispatch. */
  readonly earlyArrival?: EarlyArrival | null;
  /** Who has worked on it in this round (user names; a handler may be entered in words): none of them accepts it. */
  readonly workedBy: readonly string[];
  readonly readBack: string | null;
  readonly appointment: { readonly fromMs: number; readonly toMs: number } | null;
  readonly diagnosis: string | null;
  readonly plan: string | null;
  readonly workInstruction: string | null;
  /** Estimated completion, told to the source. */
  readonly estimatedAtMs: number | null;
  readonly agreement: {
    /** Of the source: personal data like the contact's name, in the row that `personal` names. */
    readonly by: string;
    /** Left out where the name stands here. */
    readonly personal?: string;
    readonly atMs: number;
    readonly workingTime: string;
    readonly impact: string;
    readonly protection: string;
    readonly cooperation: string;
    readonly feesYuan: number | null;
  } | null;
  readonly waiting: {
    readonly reason: WaitReason;
    readonly note: string;
    readonly approver: string;
    readonly sinceMs: number;
    /** When it ends by itself; null = of an earlier version, which let waits without an end. */
    readonly untilMs: number | null;
    /** Stage to go back to. */
    readonly from: Stage;
  } | null;
  readonly handler: string | null;
  /** Working time of the round, minutes, without waits: as said, else as its marks show; null = neither. */
  readonly handlingMinutes: number | null;
  readonly result: string | null;
  /** The reading after the repair, in words or as entered. */
  readonly testResult: string | null;
  readonly materials: readonly Material[];
  /** Amount charged, in yuan. */
  readonly amountYuan: number | null;
  /** 非我方原因: cause outside our control. */
  readonly outsideControl: string | null;
  readonly acceptance: {
    readonly by: string;
    readonly opinion: string;
    readonly atMs: number;
    readonly manualReading: string | null;
    /** The alarm still stood: who answers for it, and why. */
    readonly override: { readonly reason: string; readonly photo: AttachmentId } | null;
    /** Accepted by somebody who has done the work, where the policy lets them; left out = by another. */
    readonly isOwnWork?: true;
  } | null;
  readonly visit: {
    readonly by: string;
    readonly how: 'phone' | 'in-person';
    readonly isRepaired: boolean;
    readonly isSatisfied: boolean;
    readonly isChargeAgreed: boolean | null;
    readonly note: string;
    readonly atMs: number;
  } | null;
  readonly cancellation: Cancellation | null;
  readonly reworkCount: number;
  /** Known when its proof has ended: false after any rework or recurrence. */
  readonly isFirstFix: boolean | null;
  /** 返修: the same equipment and fault kind within the policy's windows. */
  readonly repeatOf: { readonly ticket: TicketId; readonly within: 'day' | 'week' } | null;
  readonly urges: number;
  /** Those that still count for whoever urges again (tickets/rates.ts). Older rows have none. */
  readonly recentUrges?: readonly { readonly by: string; readonly atMs: number }[];
  /** What people without contact have added: when it was told last, and how many since then are not; left out = nothing. */
  readonly unheard?: { readonly toldAtMs: number; readonly count: number };
  readonly escalation: Escalation;
  /** 当日未完成: on the supervisor's list; null = never open at the end of a day. */
  readonly carriedOver: CarriedOver | null;
  /** In the order of the reports; empty where the policy asks for none. */
  readonly reports: readonly EmergencyReport[];
  readonly proof: RepairProof | null;
  readonly banners: readonly Banner[];
  readonly links: readonly TicketLink[];
  readonly incident: IncidentId | null;
  /** Feedback that it was made of as a complaint; left out = of none. */
  readonly feedbacks?: readonly FeedbackId[];
  /** Outside firm that repairs it: an account of ours, or a contact of the register without one. */
  readonly contractor: { readonly user: string | null; readonly contact: ContactId | null } | null;
  readonly attachments: readonly Attachment[];
  /** 保全: its words and files are not destroyed while it stands; left out or null = none. */
  readonly hold?: { readonly by: string; readonly atMs: number; readonly reason: string } | null;
  /** When what people had typed on it was destroyed after its retention; left out = it is there. */
  readonly wordsGoneAtMs?: number;
  readonly fire: FireConfirmation | null;
  readonly entrapment: EntrapmentSheet | null;
  readonly alarms: readonly TicketAlarm[];
  readonly evidence: TicketEvidence | null;
  readonly history: readonly PastRepair[];
  readonly affected: AffectedArea | null;
  /** What clocks are computed from, oldest first. */
  readonly marks: readonly TicketMark[];
  /** As computed at the last event or sweep (tickets/clocks.ts). */
  readonly clocks: readonly TicketClock[];
}

/**
 * Whom to ask. Of the register (`id`), or of a person: then name and method are personal data, kept in a row of their own
 * (`personal`: its id), destroyed after their retention, and empty here from then on.
 */
export interface Contact {
  readonly id: ContactId | null;
  readonly name: Text;
  readonly method: string;
  readonly personal: string | null;
  /** Whether the person has confirmed that the way reaches them; null = not asked for. */
  readonly isConfirmed: boolean | null;
}

const ENDED: readonly Stage[] = ['closed', 'archived', 'cancelled', 'merged'];

export function isTicketOpen(ticket: Pick<Ticket, 'stage'>): boolean {
  return !ENDED.includes(ticket.stage);
}
