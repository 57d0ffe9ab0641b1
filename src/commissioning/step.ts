/**
 * What may happen in a commissioning, and what follows from it: `stepX(state, input, …) → events`. Pure: nothing is stored
 * here, and a refusal leaves nothing behind. Applying the events is state.ts.
 *
 *   begin ─▶ seen · value-checked · alarm-proven · ticket-received (or waived) ─▶ signed ─▶ ended when all are
 *                                    ▲ changed (configuration): back, with the reason ┘
 */
import type {
  AlarmProof,
  CommissioningEvent,
  CommissioningStep,
  CommissioningState as PointState,
  TrialTicket,
  ValueCheck,
  WaivableStep,
} from '../core/commissioning.ts';
import { COMMISSIONING_STEPS, SILENCE_HOURS } from '../core/commissioning.ts';
import { RiserError } from '../core/errors.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Attachment } from '../core/ticket.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import { type Commission, type CommissioningState, isOpen, type PointRecord, withEvents } from './state.ts';
import { type PointSubject, toChangedFacets } from './subject.ts';

export type Events = readonly CommissioningEvent[];

/** What people do with one point; the gateway's own notes go the same way. */
export type PointInput =
  | { readonly type: 'seen'; readonly valueText: Text; readonly receivedMs: number }
  | { readonly type: 'value'; readonly check: ValueCheck }
  | { readonly type: 'photo'; readonly photo: Attachment }
  | { readonly type: 'alarm'; readonly proof: AlarmProof }
  | { readonly type: 'ticket'; readonly ticket: TrialTicket | null; readonly note: string }
  | { readonly type: 'waive'; readonly step: WaivableStep; readonly reason: string }
  | { readonly type: 'sign'; readonly note: string }
  | { readonly type: 'withdraw'; readonly reason: string };

export interface BeginInput {
  readonly reason: string;
  readonly untilMs: number | null;
  /** Said by whoever begins it, having seen how many alarms of life safety will be silent. */
  readonly isLifeSafetyConfirmed: boolean;
  /** Somebody else who answers for it, where life safety will be silent. */
  readonly approver?: string;
}

/** One equipment or part that a scope means. */
export interface ToBegin {
  readonly equipment: EquipmentId;
  readonly points: number;
  /** Alarms of life safety that will open no ticket. */
  readonly lifeSafety: number;
}

/**
 * Where life safety will be silent somebody else approves it, for hours; new equipment is begun by the register (notes.ts).
 * @throws RiserError `commissioning-open`, `commissioning-life-safety`, `commissioning-approval`, `own-approval`, `reason-required`,
 * `end-not-ahead`, `end-too-far`
 */
export function stepBegin(
  state: CommissioningState,
  wanted: readonly ToBegin[],
  input: BeginInput,
  by: string,
  nowMs: number,
): Events {
  const fresh = wanted.filter(({ equipment }) => !isOpen(state.commissions.get(equipment)));
  if (fresh.length === 0) throw new RiserError('commissioning-open');
  requireText(input.reason);
  const { lifeSafetyMs, openMs, longestMs } = COMMISSIONING_LIMITS;
  const silent = fresh.reduce((sum, { lifeSafety }) => sum + lifeSafety, 0);
  if (silent > 0 && !input.isLifeSafetyConfirmed)
    throw new RiserError('commissioning-life-safety', { count: silent });
  const approver = silent > 0 ? requireApprover(input.approver, by) : undefined;
  if (input.untilMs !== null) requireEnd(input.untilMs, nowMs, silent > 0 ? lifeSafetyMs : longestMs);
  const common = { type: 'begun', point: null, origin: 'person', atMs: nowMs, by } as const;
  return fresh.map((one) => ({
    ...common,
    ...one,
    untilMs: input.untilMs ?? nowMs + (one.lifeSafety > 0 ? lifeSafetyMs : openMs),
    reason: input.reason,
    ...(one.lifeSafety > 0 && approver !== undefined && { approver }),
  }));
}

/** @throws as `stepBegin` does, and `commissioning-not-open` */
export function stepExtend(
  state: CommissioningState,
  equipment: EquipmentId,
  input: { readonly reason: string; readonly untilMs: number; readonly approver?: string },
  by: string,
  nowMs: number,
): Events {
  const { reason, untilMs } = input;
  const isApproved = requireOpen(state, equipment).approver !== null;
  requireText(reason);
  const approver = isApproved ? requireApprover(input.approver, by) : undefined;
  const { lifeSafetyMs, longestMs } = COMMISSIONING_LIMITS;
  requireEnd(untilMs, nowMs, isApproved ? lifeSafetyMs : longestMs);
  const of = { type: 'extended', equipment, point: null, atMs: nowMs, by, reason, untilMs } as const;
  return [approver === undefined ? of : { ...of, approver }];
}

/** What was approved for hours is over when they are: its alarms ring again, unproven or not. */
export function stepTimeOver(
  state: CommissioningState,
  equipment: EquipmentId,
  unsigned: number,
  nowMs: number,
): Events {
  const found = state.commissions.get(equipment);
  if (!isOpen(found) || found.approver === null || found.untilMs > nowMs) return [];
  const of = { equipment, point: null, atMs: nowMs, by: GATEWAY } as const;
  return [{ ...of, type: 'ended', why: 'time-over', reason: '', unsigned }];
}

/** By a person, with points that are not signed: they open tickets from now on, and stay listed. */
export function stepEnd(
  state: CommissioningState,
  equipment: EquipmentId,
  { reason, unsigned }: { readonly reason: string; readonly unsigned: number },
  by: string,
  nowMs: number,
): Events {
  requireOpen(state, equipment);
  requireText(reason);
  return [{ type: 'ended', equipment, point: null, atMs: nowMs, by, why: 'person', reason, unsigned }];
}

/**
 * @throws RiserError `commissioning-not-open`, `commissioning-signed`, `commissioning-not-signed`, `commissioning-photos`,
 * `commissioning-value-differs`, `commissioning-not-waivable`, `commissioning-steps-missing`, `reason-required`
 */
export function stepPoint(
  state: CommissioningState,
  subject: PointSubject,
  input: PointInput,
  by: string,
  nowMs: number,
): Events {
  const { facets, point } = subject;
  const of = { equipment: point.equipment, point: point.id, atMs: nowMs, by } as const;
  // A change since is told first, so that nothing is proven of what is no more.
  const changed = toChange(state, subject, nowMs);
  const now = changed.length === 0 ? state : withEvents(state, changed);
  const record = now.points.get(point.id) ?? null;
  if (input.type === 'withdraw') {
    if (record?.signed == null) throw new RiserError('commissioning-not-signed');
    requireText(input.reason);
    return [...changed, { ...of, type: 'withdrawn', reason: input.reason }];
  }
  requireOpen(now, point.equipment);
  if (record?.signed != null) throw new RiserError('commissioning-signed', { by: record.signed.by });
  return [...changed, toEvent(subject, record, input, { ...of, facets })];
}

type Of = Pick<
  Extract<CommissioningEvent, { type: 'signed' }>,
  'equipment' | 'point' | 'atMs' | 'by' | 'facets'
>;

function toEvent(
  subject: PointSubject,
  record: PointRecord | null,
  input: Exclude<PointInput, { type: 'withdraw' }>,
  { facets, ...of }: Of,
): CommissioningEvent {
  switch (input.type) {
    case 'seen':
      return { ...of, facets, ...input };
    case 'value':
      requireMatch(input.check);
      return { ...of, type: 'value-checked', facets, check: input.check };
    case 'photo':
      if ((record?.photos.length ?? 0) >= COMMISSIONING_LIMITS.photos)
        throw new RiserError('commissioning-photos', { max: COMMISSIONING_LIMITS.photos });
      return { ...of, type: 'photo-added', photo: input.photo };
    case 'alarm':
      return { ...of, type: 'alarm-proven', facets, proof: input.proof };
    case 'ticket':
      if (input.ticket === null) requireText(input.note);
      return { ...of, facets, type: 'ticket-received', ticket: input.ticket, note: input.note };
    case 'waive':
      if (subject.isLifeSafety) throw new RiserError('commissioning-not-waivable');
      requireText(input.reason);
      return { ...of, type: 'waived', step: input.step, reason: input.reason };
    case 'sign':
      requireSteps(subject, record);
      return { ...of, type: 'signed', facets, note: input.note };
    default:
      return input satisfies never;
  }
}

/** What the configuration has changed of a point since it was proven; nothing where it has not. */
export function toChange(state: CommissioningState, { point, facets }: PointSubject, nowMs: number): Events {
  const record = state.points.get(point.id);
  if (record === undefined || record.facets === null) return [];
  const what = toChangedFacets(record.facets, facets);
  if (what.length === 0) return [];
  const isVoid = isOpen(state.commissions.get(point.equipment)) || record.signed === null;
  const of = { equipment: point.equipment, point: point.id, atMs: nowMs, by: GATEWAY };
  return [{ ...of, type: 'changed', facets, what, isVoid }];
}

/** Of an equipment all of whose points are signed: its commissioning is over. */
export function stepComplete(
  state: CommissioningState,
  equipment: EquipmentId,
  unsigned: number,
  nowMs: number,
): Events {
  if (!isOpen(state.commissions.get(equipment)) || unsigned > 0) return [];
  const of = { equipment, point: null, atMs: nowMs, by: GATEWAY } as const;
  return [{ ...of, type: 'ended', why: 'all-signed', reason: '', unsigned: 0 }];
}

/** Steps that lack; a point without alarms has none to prove, alarms without tickets none to receive. */
export function toMissingSteps(
  subject: PointSubject,
  record: PointRecord | null,
): readonly Exclude<CommissioningStep, 'signed'>[] {
  const steps: Exclude<CommissioningStep, 'signed'>[] = [];
  if (record === null || record.seen === null) steps.push('seen');
  if (record === null || record.value === null) steps.push('value');
  if (!isAlarmProven(subject, record)) steps.push('alarm');
  if (subject.opensTicket && record?.ticket == null && record?.waivers.ticket === undefined)
    steps.push('ticket');
  return steps;
}

/** Every alarm of life safety that the point has; of others one, or a reason. */
export function isAlarmProven({ rules }: PointSubject, record: PointRecord | null): boolean {
  if (rules.length === 0) return true;
  const proven = new Set(record?.proofs.map(({ key }) => key) ?? []);
  const grave = rules.filter(({ severity }) => severity === 'life-safety');
  if (grave.length > 0) return grave.every(({ key }) => proven.has(key));
  return rules.some(({ key }) => proven.has(key)) || record?.waivers.alarm !== undefined;
}

export function toPointState(
  state: CommissioningState,
  subject: PointSubject,
  record: PointRecord | null,
): PointState {
  const isInTest = isOpen(state.commissions.get(subject.point.equipment));
  const isSame = record?.facets == null || toChangedFacets(record.facets, subject.facets).length === 0;
  if (record?.signed != null && (isSame || !isInTest))
    return record.changed === null && isSame ? 'signed' : 'changed';
  if (!isInTest) return 'open';
  return isSame && toMissingSteps(subject, record).length === 0 ? 'ready' : 'unsigned';
}

/** @throws RiserError `commissioning-not-open` */
function requireOpen(state: CommissioningState, equipment: EquipmentId): Commission {
  const found = state.commissions.get(equipment);
  if (!isOpen(found)) throw new RiserError('commissioning-not-open');
  return found;
}

function requireText(text: string): void {
  const max = COMMISSIONING_LIMITS.textChars;
  if (text.trim() === '' || text.length > max) throw new RiserError('reason-required', { max });
}

/** Whether that one may approve anything is the API's to ask. */
function requireApprover(approver: string | undefined, by: string): string {
  if (approver === undefined || approver === '')
    throw new RiserError('commissioning-approval', { hours: SILENCE_HOURS });
  if (approver === by) throw new RiserError('own-approval');
  return approver;
}

function requireEnd(untilMs: number, nowMs: number, longestMs: number): void {
  if (untilMs <= nowMs) throw new RiserError('end-not-ahead');
  if (untilMs - nowMs > longestMs) throw new RiserError('end-too-far', { days: longestMs / 86_400_000 });
}

function requireMatch({ isWithin, explanation, shownText, panel, tolerance }: ValueCheck): void {
  if (isWithin || explanation.trim() !== '') return;
  throw new RiserError('commissioning-value-differs', { shown: shownText, panel, tolerance });
}

function requireSteps(subject: PointSubject, record: PointRecord | null): void {
  const missing = toMissingSteps(subject, record);
  if (missing.length === 0) return;
  const name = (language: 'zh' | 'en', separator: string): string =>
    missing.map((step) => COMMISSIONING_STEPS[step][language]).join(separator);
  const steps: Text = { zh: name('zh', '、'), en: name('en', ', ') };
  throw new RiserError('commissioning-steps-missing', { point: subject.point.id, steps });
}
