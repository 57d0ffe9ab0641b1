/** What others may ask of commissioning (调试验收). Permissions are the API's business. */
import type { SiteModel } from '../config/model.ts';
import type {
  CommissioningEvent,
  CommissioningStep,
  CommissioningState as PointState,
  WaivableStep,
} from '../core/commissioning.ts';
import type { AlarmKey, EquipmentId, PointId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Attachment } from '../core/ticket.ts';
import type { Page } from '../store/store.ts';
import type { Commission, PointRecord } from './state.ts';
import type { CommissioningScope } from './subject.ts';

export type { Commission, PointRecord } from './state.ts';
export type { CommissioningScope } from './subject.ts';

/** One equipment or part with what has been proven of it. */
export interface CommissionedEquipment {
  readonly commission: Commission;
  readonly name: Text;
  readonly place: Text;
  /** Points by where they stand; all of them together are its points. */
  readonly tally: Readonly<Record<PointState, number>>;
  /** Points of which each step is done, or that have none of it to do. */
  readonly done: Readonly<Record<CommissioningStep, number>>;
  /** Alarms of life safety that open no ticket now. */
  readonly silent: readonly SilentAlarm[];
  /** Open beyond the time that was set. */
  readonly isOverdue: boolean;
}

export interface SilentAlarm {
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  readonly equipmentName: Text;
  readonly text: Text;
}

export interface CommissionedPoint {
  readonly point: PointId;
  readonly name: Text;
  readonly state: PointState;
  /** null = nothing has been proven yet. */
  readonly record: PointRecord | null;
  readonly missing: readonly Exclude<CommissioningStep, 'signed'>[];
  /** Alarms that prove it. */
  readonly alarms: readonly {
    readonly key: AlarmKey;
    readonly text: Text;
    readonly isLifeSafety: boolean;
    readonly opensTicket: boolean;
  }[];
  readonly isLifeSafety: boolean;
}

/** At one look: what every page and /health say. */
export interface CommissioningStatus {
  /** Equipment and parts in commissioning. */
  readonly open: number;
  readonly overdue: number;
  /** Points without a signature in them. */
  readonly unsigned: number;
  /** Alarms that open no ticket. */
  readonly mute: number;
  /** Of life safety among them; the first `COMMISSIONING_LIMITS.named`. */
  readonly silent: readonly SilentAlarm[];
  readonly silentTotal: number;
  /** Points that were changed since they were signed. */
  readonly changed: number;
  /** Since when the oldest is open, UTC ms; null = none is. */
  readonly oldestMs: number | null;
  /** Notes of the gateway that were dropped because the store refused for too long. */
  readonly dropped: number;
  /** Whether what the gateway notes can be stored. */
  readonly isHealthy: boolean;
}

export interface ValueInput {
  /** As read on the panel: a number in the point's unit, 0 or 1 of a boolean, a text. */
  readonly panel: number | string;
  /** null = 2 % of the panel's value, at least one digit of those shown; states and texts have to be the same. */
  readonly tolerance: number | null;
  readonly explanation: string;
}

/** Errors of all: `not-found`, `commissioning-not-open`, `reason-required`, `store-failed`. */
export interface CommissioningPort {
  status(): CommissioningStatus;
  /** In order of beginning. `open` = in commissioning, or over with points that are unsigned or changed since. */
  list(state: 'open' | 'all'): readonly CommissionedEquipment[];
  /** Whether it is in commissioning now. */
  isOpen(id: EquipmentId): boolean;
  /** null = it was never commissioned. */
  equipment(id: EquipmentId): CommissionedEquipment | null;
  points(id: EquipmentId): readonly CommissionedPoint[];
  /** Newest first. */
  history(
    id: EquipmentId,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Page<CommissioningEvent>>;
  /** What a scope means: how many points and alarms of life safety would be silent. */
  preview(scope: CommissioningScope): {
    readonly equipment: number;
    readonly points: number;
    readonly lifeSafety: number;
  };
  /**
   * @param input `approver` is known to be somebody who may
   * @returns those that it begins of. @throws also `commissioning-open`, `value-not-allowed`, `commissioning-life-safety`, `commissioning-approval`,
   * `own-approval`, `end-not-ahead`, `end-too-far`
   */
  begin(
    scope: CommissioningScope,
    input: {
      readonly reason: string;
      readonly untilMs: number | null;
      readonly isLifeSafetyConfirmed: boolean;
      readonly approver?: string;
    },
    by: string,
  ): Promise<readonly EquipmentId[]>;
  /** @throws also `commissioning-approval`, `own-approval`, `end-not-ahead`, `end-too-far` */
  extend(
    id: EquipmentId,
    input: { readonly reason: string; readonly untilMs: number; readonly approver?: string },
    by: string,
  ): Promise<void>;
  /** With points that are not signed: they open tickets from now on. */
  end(id: EquipmentId, reason: string, by: string): Promise<void>;
  /** @throws also `commissioning-signed`, `commissioning-value-not-good`, `commissioning-value-differs` */
  checkValue(point: PointId, input: ValueInput, by: string): Promise<void>;
  /** The file is durable. @throws also `commissioning-signed`, `commissioning-photos` */
  addPhoto(point: PointId, photo: Attachment, by: string): Promise<void>;
  /** By the desk, by name: the trial's ticket or message has come. @throws also `commissioning-signed` */
  confirmTicket(point: PointId, note: string, by: string): Promise<void>;
  /** @throws also `commissioning-signed`, `commissioning-not-waivable` */
  waive(point: PointId, step: WaivableStep, reason: string, by: string): Promise<void>;
  /** All of them or none. @throws also `commissioning-signed`, `commissioning-steps-missing` */
  sign(points: readonly PointId[], note: string, by: string): Promise<void>;
  /** @throws also `commissioning-not-signed` */
  withdraw(point: PointId, reason: string, by: string): Promise<void>;
  /** A photo of the equipment's points; null = there is no such. */
  photo(id: EquipmentId, photo: string): Attachment | null;
  /** As it runs now: names of points. */
  readonly model: SiteModel;
}
