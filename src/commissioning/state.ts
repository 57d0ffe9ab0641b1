/**
 * What stands of commissioning, worked out from its events: a fold without time, disk or model. Pure. Which event may
 * follow which state is step.ts.
 */
import type {
  AlarmProof,
  CommissioningEnd,
  CommissioningEvent,
  CommissioningOrigin,
  PointFacet,
  PointFacets,
  TrialTicket,
  ValueCheck,
  WaivableStep,
} from '../core/commissioning.ts';
import type { EquipmentId, PointId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Attachment } from '../core/ticket.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';

/** The last commissioning of one equipment or part. */
export interface Commission {
  readonly equipment: EquipmentId;
  readonly origin: CommissioningOrigin;
  readonly reason: string;
  readonly begunBy: string;
  readonly beganAtMs: number;
  readonly untilMs: number;
  /** Who else answers for life safety that is silent; null = nobody does, and what a person has begun silences none. */
  readonly approver: string | null;
  /** null while it lasts. */
  readonly endedAtMs: number | null;
  readonly endedBy: string | null;
  readonly endWhy: CommissioningEnd | null;
  /** Why it was ended with unsigned points; empty otherwise. */
  readonly endReason: string;
  /** When the supervisor was told last that it is overdue, and how often; null = not yet. */
  readonly toldAtMs: number | null;
  readonly told: number;
  /** Whether the supervisor was told which life safety is silent. */
  readonly isSafetyTold: boolean;
}

interface Done {
  readonly by: string;
  readonly atMs: number;
}

export interface PointRecord {
  readonly point: PointId;
  readonly equipment: EquipmentId;
  /** Of the definition that its proofs are of; null = it has none yet. */
  readonly facets: PointFacets | null;
  readonly seen: (Done & { readonly valueText: Text; readonly receivedMs: number }) | null;
  readonly value: (Done & ValueCheck) | null;
  readonly photos: readonly Attachment[];
  /** The first of each rule. */
  readonly proofs: readonly AlarmProof[];
  readonly ticket: (Done & { readonly ticket: TrialTicket | null; readonly note: string }) | null;
  readonly waivers: Readonly<Partial<Record<WaivableStep, Done & { readonly reason: string }>>>;
  readonly signed: (Done & { readonly note: string }) | null;
  /** What the configuration has changed since it was signed, or why its proofs were voided. */
  readonly changed: {
    readonly atMs: number;
    readonly what: readonly PointFacet[];
    readonly isVoid: boolean;
  } | null;
  /** Why the signature was taken back; null = it was not, or there is another one. */
  readonly withdrawn: (Done & { readonly reason: string }) | null;
}

export interface CommissioningState {
  readonly commissions: ReadonlyMap<EquipmentId, Commission>;
  readonly points: ReadonlyMap<PointId, PointRecord>;
}

export const NO_COMMISSIONING: CommissioningState = { commissions: new Map(), points: new Map() };

/**
 * Whether it may silence life safety: new equipment, which the register says, or with a second person who answers for it. So
 * nothing that happens later (a signature taken back, a changed rule) silences what was not asked for.
 */
export function isSilencing({ origin, approver }: Commission): boolean {
  return origin === 'register' || approver !== null;
}

export function isOpen(commission: Commission | undefined): commission is Commission {
  return commission !== undefined && commission.endedAtMs === null;
}

/** @param events in the order in which they were stored */
export function withEvents(
  state: CommissioningState,
  events: Iterable<CommissioningEvent>,
): CommissioningState {
  const commissions = new Map(state.commissions);
  const points = new Map(state.points);
  for (const event of events) {
    if (event.point === null) {
      applyToEquipment(commissions, event);
      if (event.type === 'begun') forgetUnsigned(points, event.equipment);
    } else
      points.set(event.point, toPoint(points.get(event.point) ?? toNew(event.point, event.equipment), event));
  }
  return { commissions, points };
}

type EquipmentEvent = Extract<CommissioningEvent, { point: null }>;
type PointEvent = Exclude<CommissioningEvent, { point: null }>;

function applyToEquipment(commissions: Map<EquipmentId, Commission>, event: EquipmentEvent): void {
  const { equipment, atMs, by } = event;
  if (event.type === 'begun') {
    const { origin, reason, untilMs, approver = null } = event;
    const fresh = {
      endedAtMs: null,
      endedBy: null,
      endWhy: null,
      endReason: '',
      toldAtMs: null,
      told: 0,
      isSafetyTold: false,
    };
    commissions.set(equipment, {
      equipment,
      origin,
      reason,
      untilMs,
      approver,
      begunBy: by,
      beganAtMs: atMs,
      ...fresh,
    });
    return;
  }
  const before = commissions.get(equipment);
  if (before === undefined) return;
  commissions.set(equipment, { ...before, ...toChange(before, event) });
}

function toChange(
  before: Commission,
  event: Exclude<EquipmentEvent, { type: 'begun' }>,
): Partial<Commission> {
  switch (event.type) {
    case 'extended':
      return {
        untilMs: event.untilMs,
        approver: event.approver ?? before.approver,
        toldAtMs: null,
        // Who watches has to know of the new end.
        ...(event.approver !== undefined && { isSafetyTold: false }),
      };
    case 'ended':
      return { endedAtMs: event.atMs, endedBy: event.by, endWhy: event.why, endReason: event.reason };
    case 'told':
      return event.what === 'overdue'
        ? { toldAtMs: event.atMs, told: before.told + 1 }
        : { isSafetyTold: true };
    default:
      return event satisfies never;
  }
}

/** Another test begins: what an earlier one has proven of points that nobody has signed does not count for it. */
function forgetUnsigned(points: Map<PointId, PointRecord>, equipment: EquipmentId): void {
  for (const [id, record] of points)
    if (record.equipment === equipment && record.signed === null) points.delete(id);
}

function toNew(point: PointId, equipment: EquipmentId): PointRecord {
  return {
    point,
    equipment,
    facets: null,
    seen: null,
    value: null,
    photos: [],
    proofs: [],
    ticket: null,
    waivers: {},
    signed: null,
    changed: null,
    withdrawn: null,
  };
}

function toPoint(before: PointRecord, event: PointEvent): PointRecord {
  const { atMs, by } = event;
  const done = { atMs, by };
  switch (event.type) {
    case 'seen': {
      const { facets, valueText, receivedMs } = event;
      return { ...before, facets, seen: { ...done, valueText, receivedMs } };
    }
    case 'value-checked':
      return { ...before, facets: event.facets, value: { ...done, ...event.check } };
    case 'photo-added':
      return { ...before, photos: [...before.photos, event.photo] };
    case 'alarm-proven':
      return { ...before, facets: event.facets, proofs: withProof(before.proofs, event.proof) };
    case 'ticket-received': {
      const { facets, ticket, note } = event;
      return { ...before, facets, ticket: { ...done, ticket, note } };
    }
    case 'waived':
      return { ...before, waivers: { ...before.waivers, [event.step]: { ...done, reason: event.reason } } };
    case 'signed':
      return {
        ...before,
        facets: event.facets,
        signed: { ...done, note: event.note },
        changed: null,
        withdrawn: null,
      };
    case 'withdrawn':
      return { ...before, signed: null, changed: null, withdrawn: { ...done, reason: event.reason } };
    case 'changed':
      return toChanged(before, event);
    default:
      return event satisfies never;
  }
}

function withProof(proofs: readonly AlarmProof[], proof: AlarmProof): readonly AlarmProof[] {
  if (proofs.some(({ key }) => key === proof.key)) return proofs;
  return [...proofs, proof].slice(-COMMISSIONING_LIMITS.proofs);
}

/**
 * Proofs of another point are none. Another alarm rule leaves the device seen and its value compared; another address,
 * scaling or kind leaves nothing.
 */
function toChanged(before: PointRecord, event: Extract<PointEvent, { type: 'changed' }>): PointRecord {
  const { atMs, what, isVoid, facets } = event;
  if (!isVoid) {
    const all = new Set([...(before.changed?.what ?? []), ...what]);
    return { ...before, facets, changed: { atMs, what: [...all], isVoid } };
  }
  const kept = what.every((facet) => facet === 'alarms')
    ? { seen: before.seen, value: before.value, photos: before.photos }
    : {};
  return { ...toNew(before.point, before.equipment), facets, ...kept, changed: { atMs, what, isVoid } };
}
