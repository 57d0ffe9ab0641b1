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
import type { PointWriteView } from '../../api/write-schema.ts';

export type { LiveEventName, LiveEvents, ReadingTuple, Trouble } from '../../api/schemas.ts';
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
export type Ticket = TicketView;
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

/** Answer of every list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Rows that match in all, shown or not. */
  readonly total: number;
}
