/**
 * The words that a policy may use for steps, fields, events and people. The tables are typed by the contracts that they
 * repeat (tickets/transitions.ts, core/ticket.ts): one that lacks a word, or has one too many, does not compile.
 */
import { ROLE_NAMES } from '../core/roles.ts';
import { STAGE_NAMES, type Stage, type Ticket } from '../core/ticket.ts';
import type { Transition, TransitionType } from '../tickets/transitions.ts';
import type { Actor, ClockEvent } from './policy.ts';

type FieldOf<T extends TransitionType> = Exclude<keyof Extract<Transition, { type: T }>, 'type'>;

/** Fields that a guard may ask a transition for. */
export const TRANSITION_FIELDS = {
  record: ['class', 'content', 'place', 'contactName', 'contactMethod'],
  dispatch: ['assignee', 'note'],
  take: ['readBack'],
  arrive: ['how'],
  diagnose: ['diagnosis', 'faultKind'],
  plan: ['plan', 'workInstruction'],
  agree: ['agreedBy', 'workingTime', 'impact', 'protection', 'cooperation', 'feesYuan'],
  start: [],
  done: ['result', 'handler', 'handlingMinutes', 'testResult', 'materials', 'amountYuan', 'outsideControl'],
  accept: ['opinion', 'manualReading', 'overrideReason', 'overridePhoto'],
  visit: ['how', 'isRepaired', 'isSatisfied', 'isChargeAgreed', 'note'],
  close: [],
  archive: [],
  wait: ['reason', 'note', 'approver', 'untilMs', 'estimatedAtMs'],
  resume: [],
  reject: ['reason'],
  reopen: ['reason'],
  cancel: ['reason', 'note'],
  merge: ['into', 'note'],
  transfer: ['assignee', 'reason'],
  urge: ['note'],
  escalate: ['reason'],
  answer: ['note'],
  reclassify: ['class', 'priority', 'attendance', 'flow', 'impact', 'reason'],
  'set-difficult': ['approver', 'reason'],
  'clear-difficult': ['reason'],
  appoint: ['fromMs', 'toMs', 'agreedWith', 'reason'],
  estimate: ['atMs', 'note'],
  contact: ['how', 'note'],
  correct: ['field', 'value', 'reason'],
  attach: ['attachment'],
  link: ['ticket', 'kind'],
  'give-contractor': ['user', 'contact', 'note'],
  'confirm-fire': ['verdict', 'how', 'cause'],
  'fire-step': ['step', 'who', 'note'],
  entrapment: ['liftCode', 'rescueLine', 'floor', 'people', 'step', 'who', 'note'],
  'enter-dwelling': ['approver', 'reason'],
  'sample-visit': ['how', 'isRepaired', 'isSatisfied', 'note'],
  note: ['note'],
} as const satisfies { readonly [T in TransitionType]: readonly FieldOf<T>[] };
export const TRANSITION_NAMES = Object.keys(TRANSITION_FIELDS) as readonly TransitionType[];

/** Fields of the ticket that a guard may ask for, as they are after the step. */
export const TICKET_FIELDS = [
  'class',
  'content',
  'place',
  'location',
  'equipment',
  'faultKind',
  'contact',
  'impact',
  'slip',
  'assignee',
  'takenBy',
  'readBack',
  'appointment',
  'diagnosis',
  'plan',
  'workInstruction',
  'estimatedAtMs',
  'agreement',
  'handler',
  'handlingMinutes',
  'result',
  'testResult',
  'materials',
  'amountYuan',
  'outsideControl',
  'acceptance',
  'visit',
  'attachments',
  'contractor',
  'fire',
  'entrapment',
] as const satisfies readonly (keyof Ticket)[];

/** The transition that reaches a stage of a path; `received` is reached by opening the ticket. */
export const TRANSITION_OF = {
  recorded: 'record',
  dispatched: 'dispatch',
  taken: 'take',
  'on-site': 'arrive',
  diagnosed: 'diagnose',
  planned: 'plan',
  agreed: 'agree',
  handling: 'start',
  done: 'done',
  accepted: 'accept',
  visited: 'visit',
  closed: 'close',
  archived: 'archive',
} as const satisfies Partial<Record<Stage, TransitionType>>;
export type PathStageName = 'received' | keyof typeof TRANSITION_OF;

/** Stages that a path can have, in the order of the document. */
export const PATH_STAGES: readonly PathStageName[] = [
  'received',
  ...(Object.keys(TRANSITION_OF) as readonly (keyof typeof TRANSITION_OF)[]),
];

/** Steps that may stand on one form: those of a path, but filing, which waits for the reopen window. */
export const FORM_TRANSITIONS = Object.values(TRANSITION_OF).filter((step) => step !== 'archive');

/** Stages in which a clock may stand still: those that a ticket leaves again. */
export const PAUSE_STAGES = STAGE_NAMES.filter(
  (stage) => !['closed', 'archived', 'cancelled', 'merged'].includes(stage),
);

/**
 * Events that clocks can go by, with the stage of a path that they belong to; null = an event that may come at any time,
 * or never. Events of the clocks themselves are left out: a clock must not wind another one.
 */
export const CLOCK_EVENTS = {
  received: 'received',
  opened: null,
  recorded: 'recorded',
  reporting: null,
  reported: null,
  dispatched: 'dispatched',
  taken: 'taken',
  arrived: 'on-site',
  diagnosed: 'diagnosed',
  planned: 'planned',
  agreed: 'agreed',
  started: 'handling',
  done: 'done',
  accepted: 'accepted',
  visited: 'visited',
  closed: 'closed',
  archived: 'archived',
  waited: null,
  resumed: null,
  reworked: null,
  reopened: null,
  cancelled: null,
  merged: null,
  split: null,
  linked: null,
  transferred: null,
  urged: null,
  escalated: null,
  answered: null,
  corrected: null,
  redacted: null,
  'hold-set': null,
  'hold-lifted': null,
  destroyed: null,
  reclassified: null,
  'difficult-set': null,
  'difficult-cleared': null,
  appointment: null,
  appointed: null,
  estimated: null,
  contacted: null,
  'dwelling-entered': null,
  sampled: null,
  attached: null,
  'sheet-filled': null,
  'incident-set': null,
  'contractor-set': null,
  'contact-confirmed': null,
  noted: null,
  'alarm-attached': null,
  'alarm-returned': null,
  'alarm-blind': null,
  'alarm-sighted': null,
  'alarm-explained': null,
  'explained-by': null,
  'rule-changed': null,
  'priority-raised': null,
  'emergency-began': null,
  'proof-started': null,
  'proof-ended': null,
  'carried-over': null,
  entrapment: null,
  'passengers-calmed': null,
  'maintainer-called': null,
  'rescue-called': null,
  'maintainer-arrived': null,
  released: null,
  'back-in-service': null,
} as const satisfies Record<
  Exclude<ClockEvent, 'clock-warned' | 'clock-breached' | 'clocks-moved'>,
  PathStageName | null
>;
export type PolicyClockEvent = keyof typeof CLOCK_EVENTS;
export const START_EVENTS = Object.keys(CLOCK_EVENTS) as readonly PolicyClockEvent[];
export const STOP_EVENTS = START_EVENTS.filter((event) => event !== 'appointment' && event !== 'received');

const PERSONS = {
  assignee: true,
  taker: true,
  'first-receiver': true,
  owner: true,
  'its-contractor': true,
  reporter: true,
} as const satisfies Record<Exclude<Actor, (typeof ROLE_NAMES)[number]>, true>;
export const ACTOR_NAMES: readonly Actor[] = [
  ...ROLE_NAMES,
  ...(Object.keys(PERSONS) as readonly (keyof typeof PERSONS)[]),
];

/** Rates of service-workflow.md §7 that can have a target. */
export const TARGET_NAMES = [
  'timely',
  'accuracy',
  'recognition',
  'satisfaction',
  'qualified',
  'visited',
  'visitedSameDay',
  'intact',
  'urgentRepairs',
  'complaints',
] as const;
