/** The API's types as the page uses them: type-only, so that nothing of the gateway enters the bundle. */
import type {
  AcknowledgedView,
  AlarmControlView,
  ApproverView,
  DrillView,
  StormView,
} from '../../api/alarm-schemas.ts';
import type { BacktestView } from '../../api/backtest-schema.ts';
import type { ExplanationView } from '../../api/explain-schema.ts';
import type { AlarmFiguresView, AlarmReportView } from '../../api/figures-schema.ts';
import type { PointHistoryView } from '../../api/history-schema.ts';
import type { IncidentView } from '../../api/incident-schemas.ts';
import type { MessageView } from '../../api/message-schemas.ts';
import type { ProposedChangeView, RuleChangeView, RuleView } from '../../api/rule-schemas.ts';
import type { RuleTestsView } from '../../api/rule-test-schema.ts';
import type {
  AlarmView,
  EquipmentView,
  HistoryEntryView,
  LinkView,
  PersonView,
  PointView,
  ProblemDocument,
  SiteView,
  TicketView,
} from '../../api/schemas.ts';
import type { OfferedFieldView, OfferedFormView, OfferedStepView } from '../../api/ticket-schemas.ts';
import type { PointWriteView } from '../../api/write-schema.ts';
import type { Text } from '../../core/text.ts';

export type { LiveEventName, LiveEvents, ReadingTuple, Trouble } from '../../api/schemas.ts';
export type { Handover, Roster } from '../../core/duty.ts';
export type { Language, Text } from '../../core/text.ts';
export type { Permission } from '../../people/permissions.ts';
export type { NewTicket, Transition, TransitionType } from '../../tickets/transitions.ts';

export type Alarm = AlarmView;
/** What people decided about an alarm, with or without an open occurrence. */
export type AlarmControl = AlarmControlView;
/** What came of a bulk acknowledgement. */
export type Acknowledged = AcknowledgedView;
export type AlarmFigures = AlarmFiguresView;
export type AlarmReport = AlarmReportView;
export type Approver = ApproverView;
export type Backtest = BacktestView;
export type Drill = DrillView;
export type Explanation = ExplanationView;
export type Equipment = EquipmentView;
export type HistoryEntry = HistoryEntryView;
export type LinkStatus = LinkView;
export type Person = PersonView;
export type Point = PointView;
export type PointHistory = PointHistoryView;
export type Problem = ProblemDocument;
export type ProposedChange = ProposedChangeView;
export type Rule = RuleView;
export type RuleChange = RuleChangeView;
export type RuleTests = RuleTestsView;
export type Site = Omit<SiteView, 'shelveMaxMs'> & {
  /** Longest shelf by severity, ms; 0 = never. */
  readonly shelveMaxMs: Readonly<Record<AlarmView['severity'], number>>;
};
export type Storm = StormView;
export type Incident = IncidentView;
/** One message of the outbox: to one person through one channel. */
export type Message = MessageView;
export type Ticket = TicketView;
/** A step that the person may take now, with the fields that it asks for. */
export type OfferedStep = OfferedStepView;
export type OfferedField = OfferedFieldView;
/** Several steps on one form (简化流程). */
export type OfferedForm = OfferedFormView;
export type Attachment = Ticket['attachments'][number];
export type TicketClock = Ticket['clocks'][number];
export type Severity = Alarm['severity'];
export type LockOut = NonNullable<Equipment['lockOut']>;
/** How a point may be written. */
export type PointWriting = NonNullable<Point['write']>;
export type PointWrite = PointWriteView;

/** Definition of a point without what changes: the values live in live/readings.ts. */
export type PointDefinition = Pick<
  Point,
  'id' | 'equipment' | 'name' | 'text' | 'unit' | 'type' | 'isKey' | 'decimals' | 'states' | 'write'
>;

export interface SimulatedFault {
  readonly equipment: string;
  readonly fault: string;
  readonly text: { readonly zh: string; readonly en: string };
  readonly isActive: boolean;
}

/** Colleagues as lists show them. */
export interface StaffMember {
  readonly username: string;
  readonly displayName: Text;
  readonly roles: readonly string[];
  readonly groups?: readonly string[];
  readonly specialities?: readonly string[];
  /** Ids of places. */
  readonly areas?: readonly string[];
  readonly isDisabled?: boolean;
  /** Kinds of ways that are there, without the numbers. */
  readonly reachedBy?: readonly string[];
  /** Without their numbers. */
  readonly certificates?: readonly { readonly kind: string; readonly validTo: string }[];
}

/** Whom a ticket could go to. */
export interface Assignees {
  /** What the policy asks for; warned of only, in an emergency. */
  readonly certificates: readonly { readonly certificate: string; readonly isWarning: boolean }[];
  /** Best first. */
  readonly items: readonly Assignee[];
}

export interface Assignee {
  readonly username: string;
  readonly name: Text;
  readonly standing: 'duty' | 'standby' | 'off';
  readonly openTickets: number;
  readonly isFit: boolean;
  /** The gateway would refuse it. */
  readonly isRefused: boolean;
  /** The weightiest first. */
  readonly reasons: readonly Text[];
}

export interface CertificateNotice {
  readonly username: string;
  readonly kind: string;
  readonly validTo: string;
  /** Negative = it has run out. */
  readonly daysLeft: number;
}

/** Somebody on a post at this moment. */
export interface DutyNow {
  readonly post: string;
  readonly postName: Text;
  readonly username: string;
  readonly name: Text;
  readonly isStandby: boolean;
  readonly toMs: number;
}

export interface Gap {
  readonly fromMs: number;
  readonly kind: string;
  readonly post: string;
  readonly username: string | null;
  readonly text: Text;
}

/** Who would be told, step by step. */
export interface WhoAnswer {
  readonly localTime: string;
  readonly heldUntilMs: number | null;
  readonly steps: readonly {
    readonly when: Text;
    readonly assigneeText: Text;
    readonly people: readonly {
      readonly username: string;
      readonly name: Text;
      readonly standing: 'duty' | 'standby' | 'off';
      /** Left out where the person may not see them. */
      readonly ways?: readonly {
        readonly way: 'phone' | 'sms' | 'chat' | 'email' | 'radio';
        readonly address: string;
      }[];
    }[];
    readonly gaps: readonly Text[];
  }[];
  readonly contacts: readonly Contact[];
  readonly gaps: readonly Text[];
}

/** Of the register: who is outside of the house. */
export interface Contact {
  readonly id: string;
  readonly name: Text;
  readonly method: string;
  /** `internal` = of the house. */
  readonly kind: string;
}

/** One version of the service policy. */
export interface PolicyVersion {
  readonly version: string;
  readonly name: Text;
  readonly state: 'proposed' | 'in-force' | 'superseded' | 'refused' | 'withdrawn';
  readonly origin: 'file' | 'api';
  /** As YAML; lists leave it out. */
  readonly text?: string;
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
  readonly reviewedBy: string | null;
  readonly reviewedAtMs: number | null;
  readonly reviewNote: string;
}

export interface PolicyDifference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** About emergencies and life safety. */
  readonly isSafety: boolean;
}

export interface PolicyComparison {
  readonly differences: readonly PolicyDifference[];
  /** Steps that no account may take; an older gateway leaves it out. */
  readonly held?: readonly {
    readonly step: string;
    readonly roles: readonly string[];
    readonly text: Text;
  }[];
}

/** A reporter's own matter, as much as he may see. */
export interface PublicReport {
  /** Of the site; left out = that of the browser. */
  readonly timeZone?: string;
  readonly number: string;
  readonly receivedAtMs: number;
  readonly content: Text;
  readonly place: Text;
  readonly stageText: Text;
  readonly isOver: boolean;
  /** Dealt with together with the same matter that somebody else has reported. */
  readonly isTogether: boolean;
  /** false = the desk rings back, and may read out a code. */
  readonly isContactConfirmed: boolean | null;
  /** What comes next, and by when; null = nothing is promised. */
  readonly promised: { readonly text: Text; readonly atMs: number } | null;
  readonly steps: readonly { readonly text: Text; readonly atMs: number }[];
}

/** What the form of a report says beside its fields. */
export interface ReportForm {
  /** null = the site names none. */
  readonly deskPhone: string | null;
  /** Days for which a contact is kept after closing. */
  readonly personalDays: number;
}

export interface ReportAnswer {
  readonly number: string;
  /** Of the address to follow it; null = it was added to the ticket of a report that is there already. */
  readonly token: string | null;
}

/** Answer of every list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Rows that match in all, shown or not. */
  readonly total: number;
}
