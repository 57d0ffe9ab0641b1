/** The API's types as the page uses them: type-only, so that nothing of the gateway enters the bundle. */
import type { PointHistoryView } from '../../api/history-schema.ts';
import type {
  AlarmView,
  EquipmentView,
  HistoryEntryView,
  LinkView,
  PersonView,
  PointView,
  ProblemDocument,
  RuleView,
  SiteView,
  TicketView,
} from '../../api/schemas.ts';
import type { PointWriteView } from '../../api/write-schema.ts';

export type { LiveEventName, LiveEvents, ReadingTuple, Trouble } from '../../api/schemas.ts';
export type { Language, Text } from '../../core/text.ts';
export type { Permission } from '../../people/permissions.ts';
export type { NewTicket, Transition, TransitionType } from '../../tickets/transitions.ts';

export type Alarm = AlarmView;
export type Equipment = EquipmentView;
export type HistoryEntry = HistoryEntryView;
export type LinkStatus = LinkView;
export type Person = PersonView;
export type Point = PointView;
export type PointHistory = PointHistoryView;
export type Problem = ProblemDocument;
export type Rule = RuleView;
export type Site = SiteView;
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
