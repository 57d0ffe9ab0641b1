/**
 * Words of commissioning (调试验收), per point: until a point is proven and signed its alarms are listed, but open no ticket and
 * ring no phone (service-workflow.md §6). Records are events, appended and never changed; what stands now is worked out from
 * them (commissioning/step.ts).
 *
 *   device seen ─▶ value matches the panel ─▶ alarm proven ─▶ ticket received ─▶ signed
 *   设备在线        数值核对                  告警验证         工单验证          签字验收
 */
import type { AlarmKey, EquipmentId, OccurrenceId, PointId, TicketId } from './ids.ts';
import type { Text } from './text.ts';
import type { Attachment } from './ticket.ts';

export const COMMISSIONING_STEPS = {
  seen: { zh: '设备在线', en: 'Device seen' },
  value: { zh: '数值核对', en: 'Value matches' },
  alarm: { zh: '告警验证', en: 'Alarm proven' },
  ticket: { zh: '工单验证', en: 'Ticket received' },
  signed: { zh: '签字验收', en: 'Signed' },
} as const satisfies Record<string, Text>;
export type CommissioningStep = keyof typeof COMMISSIONING_STEPS;
export const COMMISSIONING_STEP_NAMES = Object.keys(COMMISSIONING_STEPS) as readonly CommissioningStep[];

/** What of a point's definition a signature stands on; each is told by its digest. */
export const POINT_FACETS = {
  address: { zh: '地址', en: 'address' },
  scale: { zh: '换算与量程', en: 'scaling' },
  kind: { zh: '类型与单位', en: 'kind' },
  alarms: { zh: '告警规则', en: 'alarm rules' },
} as const satisfies Record<string, Text>;
export type PointFacet = keyof typeof POINT_FACETS;
export const POINT_FACET_NAMES = Object.keys(POINT_FACETS) as readonly PointFacet[];
export type PointFacets = Readonly<Record<PointFacet, string>>;

/** Where a point stands. `changed` = signed, still in force, but not what was signed. */
export const COMMISSIONING_STATES = {
  unsigned: { zh: '未验收', en: 'unproven' },
  ready: { zh: '待签字', en: 'ready to be signed' },
  signed: { zh: '已验收', en: 'signed' },
  changed: { zh: '验收后有变更', en: 'changed since it was signed' },
  open: { zh: '未验收即结束调试', en: 'left unsigned' },
} as const satisfies Record<string, Text>;
export type CommissioningState = keyof typeof COMMISSIONING_STATES;
export const COMMISSIONING_STATE_NAMES = Object.keys(COMMISSIONING_STATES) as readonly CommissioningState[];

/** Steps that a reason may stand in for: what cannot be provoked on site. Never for life safety. */
export type WaivableStep = 'alarm' | 'ticket';

/** What the gateway showed, what was read on the panel, and whether that is the same. */
export interface ValueCheck {
  readonly shown: number;
  /** As people saw it, in both languages. */
  readonly shownText: Text;
  /** A number in the point's unit; a text for points of texts. */
  readonly panel: number | string;
  /** Largest difference that counts as the same, in the point's unit. */
  readonly tolerance: number;
  readonly isWithin: boolean;
  /** Why it was accepted although it differs; empty where it does not. */
  readonly explanation: string;
}

/** One alarm that came and went while its point was under test. */
export interface AlarmProof {
  readonly key: AlarmKey;
  readonly occurrence: OccurrenceId;
  readonly text: Text;
  readonly raisedAtMs: number;
  readonly returnedAtMs: number;
}

/** A marked trial ticket that somebody has acted on; null = the desk says so by name. */
export interface TrialTicket {
  readonly id: TicketId;
  readonly number: string;
}

/**
 * Life safety of equipment in use is silent for so long at most, hours, then it rings again (ours): a working day and its night,
 * while somebody watches it. Longer is asked for, and approved, anew.
 */
export const SILENCE_HOURS = 24;

/** `register` = the site file says `isCommissioning`. */
export type CommissioningOrigin = 'person' | 'register';

/** Why it is over; `time-over` = life safety was silent for as long as that was approved. */
export type CommissioningEnd = 'all-signed' | 'time-over' | CommissioningOrigin;

interface OfEquipment {
  readonly equipment: EquipmentId;
  readonly point: null;
}

interface OfPoint {
  readonly equipment: EquipmentId;
  readonly point: PointId;
}

/** Who did it when: a user name, or the gateway. UTC ms. */
export type CommissioningEvent = { readonly atMs: number; readonly by: string } & (
  | (OfEquipment & {
      readonly type: 'begun';
      readonly origin: CommissioningOrigin;
      readonly reason: string;
      /** When it is to be over: from then on the supervisor is told. */
      readonly untilMs: number;
      /** Points of it, and alarms of life safety that open no ticket from now on. */
      readonly points: number;
      readonly lifeSafety: number;
      /** Who else answers for silent life safety: it then ends by itself. Left out = nobody; a person's silences none. */
      readonly approver?: string;
    })
  | (OfEquipment & {
      readonly type: 'extended';
      readonly reason: string;
      readonly untilMs: number;
      readonly approver?: string;
    })
  /** `all-signed` and `time-over` end by themselves. @property unsigned points that open tickets from now on all the same */
  | (OfEquipment & {
      readonly type: 'ended';
      readonly why: CommissioningEnd;
      readonly reason: string;
      readonly unsigned: number;
    })
  /** The supervisor was told that it is open for too long, or what life safety it silences. */
  | (OfEquipment & { readonly type: 'told'; readonly what: 'overdue' | 'life-safety' })
  | (OfPoint & {
      readonly type: 'seen';
      readonly facets: PointFacets;
      readonly valueText: Text;
      readonly receivedMs: number;
    })
  | (OfPoint & { readonly type: 'value-checked'; readonly facets: PointFacets; readonly check: ValueCheck })
  | (OfPoint & { readonly type: 'photo-added'; readonly photo: Attachment })
  | (OfPoint & { readonly type: 'alarm-proven'; readonly facets: PointFacets; readonly proof: AlarmProof })
  | (OfPoint & {
      readonly type: 'ticket-received';
      readonly facets: PointFacets;
      readonly ticket: TrialTicket | null;
      readonly note: string;
    })
  | (OfPoint & { readonly type: 'waived'; readonly step: WaivableStep; readonly reason: string })
  | (OfPoint & { readonly type: 'signed'; readonly facets: PointFacets; readonly note: string })
  /** A signature taken back by a person. */
  | (OfPoint & { readonly type: 'withdrawn'; readonly reason: string })
  /** The configuration has changed it. @property isVoid its proofs count no more: its equipment is in commissioning */
  | (OfPoint & {
      readonly type: 'changed';
      readonly facets: PointFacets;
      readonly what: readonly PointFacet[];
      readonly isVoid: boolean;
    })
);
export type CommissioningEventType = CommissioningEvent['type'];
