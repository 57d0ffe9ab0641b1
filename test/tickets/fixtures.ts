/** People, steps with everything filled in, alarms and tickets for the tests of this folder. */
import type { Policy } from '../../src/config/policy.ts';
import { type AlarmEvent, type AlarmEventType, NO_MARKS, type Occurrence } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { AttachmentId, TicketId } from '../../src/core/ids.ts';
import { toId } from '../../src/core/ids.ts';
import type { Severity } from '../../src/core/severity.ts';
import type { Attachment, Ticket, TicketAlarm } from '../../src/core/ticket.ts';
import { recompute } from '../../src/tickets/mark.ts';
import type { StepContext } from '../../src/tickets/step.ts';
import { toTicketAlarm } from '../../src/tickets/ticket-alarms.ts';
import type { TicketActor, Transition, TransitionType } from '../../src/tickets/transitions.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { createTestTicket } from '../support/ticket.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** 10:00 in Shanghai, a Tuesday that is a working day. */
export const BASE_MS = Date.UTC(2026, 8, 22, 2, 0, 0);

export function createActor(username: string, roles: readonly string[] = []): TicketActor {
  return { username, roles, groups: [] };
}

/** Named by `createFull` in every relation that a ticket knows. */
export const PEOPLE = {
  assignee: createActor('ann'),
  taker: createActor('tom'),
  'first-receiver': createActor('fay'),
  owner: createActor('olga'),
  'its-contractor': createActor('con'),
  reporter: createActor('rob'),
} as const;

export const DESK = createActor('desk-li', ['desk']);
export const SUPERVISOR = createActor('boss-wu', ['supervisor', 'foreman']);

export function createContext(given: Partial<StepContext> = {}): StepContext {
  return {
    policy: defaultPolicy,
    nowMs: BASE_MS + MINUTE_MS,
    occurredAtMs: null,
    owner: PEOPLE.owner.username,
    personal: null,
    incident: null,
    ...given,
  };
}

/** A policy in which the desk may do everything: for tests that are not about who may. */
export function createFreePolicy(given: Partial<Policy> = {}): Policy {
  const names = Object.keys(defaultPolicy.actors) as TransitionType[];
  const actors = Object.fromEntries(names.map((name) => [name, ['desk']])) as unknown as Policy['actors'];
  return { ...defaultPolicy, actors, guards: [], dayEnd: null, ...given };
}

export const PHOTO: Attachment = {
  id: 'photo-1' as AttachmentId,
  name: 'valve.jpg',
  mediaType: 'image/jpeg',
  bytes: 1_000,
  sha256: '00',
  by: 'tom',
  atMs: BASE_MS,
};

/** Every step with all that its own rule and the shipped policies ask for. */
export const COMPLETE: Readonly<Record<TransitionType, Transition>> = {
  record: { type: 'record', content: 'water on the floor', place: 'lobby' },
  dispatch: { type: 'dispatch', assignee: 'ann' },
  take: { type: 'take', readBack: 'lobby, water' },
  arrive: { type: 'arrive', how: 'by-hand' },
  diagnose: { type: 'diagnose', diagnosis: 'seal worn' },
  plan: { type: 'plan', plan: 'new seal', workInstruction: 'WI-12' },
  agree: {
    type: 'agree',
    agreedBy: 'Ms Chen',
    workingTime: '14:00–15:00',
    impact: 'no water',
    protection: 'floor cover',
    cooperation: 'somebody at home',
    feesYuan: 0,
  },
  start: { type: 'start' },
  done: {
    type: 'done',
    result: 'new seal',
    handler: 'tom',
    handlingMinutes: 40,
    testResult: '0.45 MPa',
    amountYuan: 0,
  },
  accept: { type: 'accept', opinion: 'good' },
  visit: { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true, isChargeAgreed: true },
  close: { type: 'close' },
  archive: { type: 'archive' },
  wait: {
    type: 'wait',
    reason: 'part',
    note: 'seal ordered',
    approver: 'the-approver',
    estimatedAtMs: BASE_MS + 1_000 * HOUR_MS,
  },
  resume: { type: 'resume' },
  reject: { type: 'reject', reason: 'still dripping' },
  reopen: { type: 'reopen', reason: 'dripping again' },
  cancel: { type: 'cancel', reason: 'false-alarm', note: 'nothing was wrong', approver: 'the-approver' },
  merge: { type: 'merge', into: 'GC20260922-0002' as TicketId, note: 'same leak' },
  transfer: { type: 'transfer', assignee: 'ben', reason: 'on leave' },
  urge: { type: 'urge', note: 'when?' },
  escalate: { type: 'escalate', reason: 'no key' },
  answer: { type: 'answer', note: 'key is at the desk' },
  reclassify: { type: 'reclassify', class: 'security', reason: 'a break-in' },
  'set-difficult': { type: 'set-difficult', approver: 'the-approver', reason: 'no spare part in town' },
  'clear-difficult': { type: 'clear-difficult', reason: 'the depot has one' },
  appoint: { type: 'appoint', fromMs: BASE_MS + 1_000 * HOUR_MS, toMs: BASE_MS + 1_001 * HOUR_MS },
  estimate: { type: 'estimate', atMs: BASE_MS + 1_000 * HOUR_MS },
  contact: { type: 'contact', how: 'phone', note: 'somebody comes at two' },
  correct: { type: 'correct', field: 'content', value: 'oil on the floor', reason: 'it was oil' },
  attach: { type: 'attach', attachment: PHOTO },
  link: { type: 'link', ticket: 'GC20260922-0003' as TicketId, kind: 'related' },
  'give-contractor': { type: 'give-contractor', user: 'con', note: 'warranty' },
  'confirm-fire': { type: 'confirm-fire', verdict: 'real', how: 'on-site' },
  'fire-step': { type: 'fire-step', step: 'called-119' },
  entrapment: { type: 'entrapment', liftCode: 'L3', floor: '7', people: 2 },
  'enter-dwelling': {
    type: 'enter-dwelling',
    approver: 'the-approver',
    reason: 'water runs through the ceiling',
  },
  'sample-visit': { type: 'sample-visit', how: 'phone', isRepaired: true, isSatisfied: true },
  note: { type: 'note', note: 'looked at it' },
};

/** A ticket with everything on it and everybody named. */
export function createFull(given: Partial<Ticket> = {}): Ticket {
  return createTestTicket({
    number: 'GC20260922-0001',
    id: 'GC20260922-0001' as TicketId,
    receivedAtMs: BASE_MS,
    recordedAtMs: BASE_MS,
    stageSinceMs: BASE_MS,
    escalation: { level: 0, sinceMs: BASE_MS, reason: '', nextAtMs: null },
    place: { zh: '大堂', en: 'lobby' },
    contact: {
      id: null,
      name: { zh: '陈女士', en: 'Ms Chen' },
      method: '139',
      personal: null,
      isConfirmed: null,
    },
    assignee: PEOPLE.assignee.username,
    takenBy: PEOPLE.taker.username,
    firstReceiver: PEOPLE['first-receiver'].username,
    reporter: PEOPLE.reporter.username,
    contractor: { user: PEOPLE['its-contractor'].username, contact: null },
    attachments: [PHOTO],
    ...given,
  });
}

/** Somebody has looked, and it was nothing: an emergency is neither cancelled nor put off before. */
export function toLookedAt(ticket: Ticket): Ticket {
  const fire = {
    verdict: 'false-alarm',
    by: 'li',
    atMs: BASE_MS,
    how: 'on-site',
    cause: 'steam',
    steps: {},
  } as const;
  return { ...ticket, fire };
}

/** The same with its clocks computed, as if it had just come there. */
export function withClocks(ticket: Ticket, policy: Policy, nowMs: number): Ticket {
  return recompute(ticket, policy, nowMs);
}

export function createOccurrence(given: Partial<Occurrence> = {}): Occurrence {
  return {
    ...NO_MARKS,
    id: toId('occurrence-1'),
    key: toId('test-site/pump/high'),
    site: toId('test-site'),
    equipment: toId('pump'),
    rule: toId('high'),
    ruleVersion: 'v1',
    severity: 'medium',
    level: null,
    isActive: true,
    blindSinceMs: null,
    acknowledged: null,
    onsetAtMs: BASE_MS,
    raisedAtMs: BASE_MS,
    returnedAtMs: null,
    endedAtMs: null,
    endReason: null,
    count: 1,
    text: { zh: '压力高', en: 'pressure high' },
    equipmentName: { zh: '水泵', en: 'pump' },
    place: { zh: '泵房', en: 'pump room' },
    evidence: {
      point: 'pressure',
      pointName: { zh: '压力', en: 'pressure' },
      value: 1,
      valueText: { zh: '1', en: '1' },
      quality: 0,
      sourceMs: null,
      receivedMs: BASE_MS,
    },
    ticket: null,
    explainedBy: null,
    ticketDueAtMs: null,
    ...given,
  };
}

export const NORMAL: Partial<Occurrence> = { isActive: false, returnedAtMs: BASE_MS };

export function createAlarm(given: Partial<Occurrence> = {}): TicketAlarm {
  return toTicketAlarm(createOccurrence(given));
}

export function createEvent(
  type: AlarmEventType,
  given: Partial<Occurrence> = {},
  atMs: number = BASE_MS,
): AlarmEvent {
  return { type, atMs, occurrence: createOccurrence(given) };
}

/** An alarm ticket of a pump. */
export function createAlarmTicket(given: Partial<Ticket> = {}, severity: Severity = 'medium'): Ticket {
  return createFull({
    equipment: toId('pump'),
    faultKind: 'pressure',
    alarms: [createAlarm({ severity })],
    ...given,
  });
}

/** Code and parameters of the refusal. @throws Error when nothing is refused */
export function refusalOf(step: () => unknown): Pick<RiserError, 'code' | 'params'> {
  try {
    step();
  } catch (error) {
    if (error instanceof RiserError) return { code: error.code, params: error.params };
    throw error;
  }
  throw new Error('nothing was refused');
}
