/**
 * The default policy against the document: who may do what in which stage, written out by hand from service-workflow.md §2 and
 * §4 and from nothing else. A line of config/policy.yaml that departs from it fails here, and so does a machine that reads the
 * policy otherwise. What any policy means is transitions.test.ts and random-policies.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import type { Stage, Ticket } from '../../src/core/ticket.ts';
import { offeredTransitions } from '../../src/tickets/offers.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { TicketActor, TransitionType } from '../../src/tickets/transitions.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  COMPLETE,
  createActor,
  createContext,
  createFull,
  HOUR_MS,
  PEOPLE,
  toLookedAt,
} from './fixtures.ts';

/** "Responsible person" of §2: whom it is assigned to, and who signed for it; under warranty the firm that does the work. */
const AT_WORK = 'assignee taker its-contractor';
/** "Responsible person of the source (for equipment: its named owner)". */
const SOURCE = 'owner owner-service area-manager supervisor reporter';

/** §2 (column "who", and the rules below the table) and §4; whoever is not named may not. */
const WHO: Readonly<Record<TransitionType, string>> = {
  // RECORDED: desk; RECEIVED: first receiver; §4: the duty person has the desk of the off-hours.
  record: 'desk duty first-receiver',
  // DISPATCHED: desk. Those who answer for the department may redirect.
  dispatch: 'desk foreman supervisor',
  // TAKEN: the responsible person signs for the form, nobody for him; the firm for what is given to it.
  take: 'assignee its-contractor',
  arrive: AT_WORK,
  diagnose: AT_WORK,
  plan: AT_WORK,
  // AGREED: owner service + source, whom the desk writes down.
  agree: 'owner-service desk',
  start: AT_WORK,
  done: AT_WORK,
  accept: SOURCE,
  // RETURN VISIT: desk; the owner service asks its owners.
  visit: 'desk owner-service',
  // CLOSED, ARCHIVED: desk; §4: archive manager.
  close: 'desk',
  archive: 'desk archivist',
  wait: 'assignee taker foreman supervisor',
  // Those who wait, and whoever may approve a wait: `staff.waitApprovers`.
  resume: 'assignee taker foreman supervisor manager leader',
  // REWORK: whoever accepts may refuse; the desk records the failure.
  reject: `${SOURCE} desk`,
  reopen: 'desk supervisor',
  cancel: 'desk supervisor',
  merge: 'desk supervisor',
  transfer: 'assignee taker foreman supervisor desk',
  // 督促: "supervisors … can urge a ticket", those above and the source as well.
  urge: 'desk owner-service supervisor manager leader reporter',
  // "What a receiver cannot answer: ask the supervisor."
  escalate: 'assignee taker its-contractor first-receiver duty desk',
  // ESCALATED: supervisor, then managers' meeting.
  answer: 'foreman supervisor manager leader',
  reclassify: 'desk supervisor',
  // §1: difficult is "a flag with an approver".
  'set-difficult': 'supervisor manager',
  // Whoever may approve it may refuse it: `staff.approvers`.
  'clear-difficult': 'supervisor manager leader',
  appoint: 'desk owner-service assignee taker its-contractor',
  estimate: 'assignee taker its-contractor supervisor desk',
  // "Arranged or answered", "contact", "call 15 min before": whoever speaks to the source, never the source itself.
  contact: 'desk duty first-receiver assignee taker its-contractor owner-service supervisor',
  correct: 'desk assignee taker supervisor',
  attach: 'desk first-receiver assignee taker its-contractor owner supervisor reporter',
  link: 'desk assignee taker supervisor',
  'give-contractor': 'desk assignee taker supervisor',
  // §3: fire-control room, guards, commander.
  'confirm-fire': 'security duty desk assignee taker commander',
  'fire-step': 'security duty desk assignee taker supervisor commander',
  entrapment: 'desk duty assignee taker lift-safety commander',
  // §8: the emergency flag, by those who stand at the door.
  'enter-dwelling': 'desk duty assignee taker security supervisor manager commander',
  // "Supervisors do sampled return visits."
  'sample-visit': 'supervisor manager',
  // Everybody who has to do with it; not those who only look (auditor, administrator, archive manager).
  note: 'desk duty first-receiver assignee taker its-contractor owner owner-service foreman supervisor manager leader lift-safety security commander reporter',
};

/** §4: one account of each role, and one person of each relation to the ticket. */
const ROLES =
  'admin desk duty engineer area-manager foreman supervisor manager leader lift-safety owner-service commander security archivist auditor contractor occupant';

/** "Side exits" and what is decided while work goes on; then what is only written down. */
const WORK = 'cancel merge reclassify set-difficult appoint estimate give-contractor';
const RECORD = 'urge answer escalate contact correct attach link note';

/** Beside the way along the path, which is the table of the class. */
const BESIDE: Readonly<Record<Stage, string>> = {
  received: `${WORK} ${RECORD}`,
  recorded: `wait ${WORK} ${RECORD}`,
  dispatched: `dispatch wait transfer ${WORK} ${RECORD}`,
  taken: `dispatch wait transfer ${WORK} ${RECORD}`,
  'on-site': `wait transfer ${WORK} ${RECORD}`,
  diagnosed: `wait transfer ${WORK} ${RECORD}`,
  planned: `wait transfer ${WORK} ${RECORD}`,
  agreed: `wait transfer ${WORK} ${RECORD}`,
  handling: `wait transfer ${WORK} ${RECORD}`,
  waiting: `resume transfer ${WORK} ${RECORD}`,
  // "Back to dispatch."
  rework: `dispatch wait transfer ${WORK} ${RECORD}`,
  done: `reject ${RECORD}`,
  accepted: `reject ${RECORD}`,
  visited: `reject ${RECORD}`,
  // "No edit after archiving"; a closed one is opened again, corrected or filed.
  closed: 'archive reopen sample-visit correct',
  archived: '',
  cancelled: '',
  merged: '',
};

type Way = Readonly<Partial<Record<Stage, string>>>;

/** "DONE → ACCEPTED → RETURN VISIT → CLOSED": of every class with an acceptance. */
const END: Way = { done: 'accept', accepted: 'visit', visited: 'close' };
const SIDE: readonly Stage[] = ['waiting', 'rework', 'closed', 'archived', 'cancelled', 'merged'];

interface Case {
  readonly name: string;
  readonly settings: Pick<Ticket, 'class' | 'source' | 'flow' | 'priority'>;
  readonly way: Way;
  /** The sheets of an emergency. */
  readonly sheets?: string;
  /** Who else may take a step of this class. */
  readonly who?: Readonly<Partial<Record<TransitionType, string>>>;
  /** Where a record leads: the gateway dispatches by the table, but emergencies are the desk's. */
  readonly recorded: Stage;
}

const CASES: readonly Case[] = [
  {
    name: 'an emergency, which may be signed for after arrival and interim handling',
    settings: { class: 'engineering', source: 'equipment-alarm', flow: 'public-area', priority: 'emergency' },
    // "Go there at once" is told before the desk has dispatched, and again after a rework: whoever goes is there.
    way: {
      received: 'record arrive',
      recorded: 'dispatch arrive',
      dispatched: 'take arrive',
      taken: 'arrive',
      'on-site': 'diagnose plan start',
      diagnosed: 'plan start',
      planned: 'start',
      handling: 'done',
      rework: 'arrive',
      ...END,
    },
    sheets: 'confirm-fire entrapment',
    recorded: 'recorded',
  },
  {
    name: 'an enquiry, which the desk may answer at once',
    settings: { class: 'enquiry', source: 'owner-call', flow: 'daily', priority: 'normal' },
    way: {
      received: 'record',
      recorded: 'dispatch take done',
      dispatched: 'take done',
      taken: 'done',
      rework: 'take done',
      done: 'accept visit',
      accepted: 'visit',
      visited: 'close',
    },
    // "Any owner's question is answered within 15 min", by whoever has taken it down.
    who: { done: 'desk duty first-receiver' },
    recorded: 'dispatched',
  },
  {
    name: 'work at an owner’s, on which he has to agree',
    settings: { class: 'engineering', source: 'owner-call', flow: 'daily', priority: 'normal' },
    way: {
      received: 'record',
      recorded: 'dispatch',
      dispatched: 'take',
      taken: 'arrive',
      'on-site': 'diagnose',
      diagnosed: 'plan',
      planned: 'agree',
      agreed: 'start',
      handling: 'done',
      rework: '',
      ...END,
    },
    recorded: 'dispatched',
  },
  {
    name: 'another matter of an owner',
    settings: { class: 'complaint', source: 'owner-call', flow: 'daily', priority: 'normal' },
    way: {
      received: 'record',
      recorded: 'dispatch',
      dispatched: 'take',
      taken: 'arrive diagnose plan agree start',
      'on-site': 'diagnose plan agree start',
      diagnosed: 'plan agree start',
      planned: 'agree start',
      agreed: 'start',
      handling: 'done',
      rework: '',
      ...END,
    },
    recorded: 'dispatched',
  },
  ...(['public-area', 'warranty'] as const).map(
    (flow): Case => ({
      name: `work in ${flow === 'warranty' ? 'its warranty' : 'a public area'}, on which nobody has to agree`,
      settings: { class: 'engineering', source: 'equipment-alarm', flow, priority: 'normal' },
      way: {
        received: 'record',
        recorded: 'dispatch',
        dispatched: 'take',
        taken: 'arrive',
        'on-site': 'diagnose',
        diagnosed: 'plan',
        planned: 'start',
        handling: 'done',
        rework: '',
        ...END,
      },
      recorded: 'dispatched',
    }),
  ),
];

const LEADS_TO: Readonly<Partial<Record<TransitionType, Stage>>> = {
  dispatch: 'dispatched',
  take: 'taken',
  arrive: 'on-site',
  diagnose: 'diagnosed',
  plan: 'planned',
  agree: 'agreed',
  start: 'handling',
  done: 'done',
  accept: 'accepted',
  visit: 'visited',
  close: 'closed',
  archive: 'archived',
  wait: 'waiting',
  resume: 'handling',
  reject: 'rework',
  reopen: 'rework',
  cancel: 'cancelled',
  merge: 'merged',
};

const split = (words: string): readonly string[] => words.split(' ').filter((word) => word !== '');
const TYPES = Object.keys(COMPLETE) as readonly TransitionType[];
const ACTORS: readonly (readonly [as: string, actor: TicketActor])[] = [
  ...split(ROLES).map((role) => [role, createActor('somebody', [role])] as const),
  ...Object.entries(PEOPLE),
];

/** Nobody has signed before it is taken, nor after it went back. */
function createAt(settings: Case['settings'], stage: Stage): Ticket {
  const isSigned = !split('received recorded dispatched rework').includes(stage);
  const wait = { reason: 'part', note: 'n', approver: 'a', sinceMs: BASE_MS, untilMs: null } as const;
  return createFull({
    ...settings,
    stage,
    takenBy: isSigned ? PEOPLE.taker.username : null,
    closedAtMs: split('closed archived cancelled merged').includes(stage) ? BASE_MS : null,
    waiting: stage === 'waiting' ? { ...wait, from: 'handling' } : null,
  });
}

/** Stage after it, or code of the refusal. */
function tryStep(ticket: Ticket, type: TransitionType, actor: TicketActor): string {
  // A day after the close, where the reopen window has just ended, it is filed.
  const nowMs = BASE_MS + 1 + (type === 'archive' ? 24 * HOUR_MS : 0);
  try {
    const from = type === 'cancel' || type === 'wait' ? toLookedAt(ticket) : ticket;
    return stepTicket(from, COMPLETE[type], actor, createContext({ nowMs })).ticket.stage;
  } catch (error) {
    if (error instanceof RiserError) return error.code;
    throw error;
  }
}

function expectedOf(one: Case, stage: Stage, type: TransitionType, as: string): string {
  const open = split(`${one.way[stage] ?? ''} ${BESIDE[stage]}`);
  const isOnSheet = stage !== 'closed' && open.length > 2 && split(one.sheets ?? '').includes(type);
  const isAtDoor =
    type === 'enter-dwelling' && one.settings.priority === 'emergency' && open.includes('appoint');
  if (!open.includes(type) && !isOnSheet && !isAtDoor) return 'wrong-stage';
  const isTaker = as === 'taker' && split('received recorded dispatched rework').includes(stage);
  const who = [...split(WHO[type]), ...split(one.who?.[type] ?? '')];
  if (!who.includes(as) || isTaker) return 'not-your-step';
  // The dispatch stays the desk's, whoever is there.
  if (type === 'arrive' && split('received recorded rework').includes(stage)) return stage;
  // What a sheet says is real waits for nothing.
  if (isOnSheet && stage === 'waiting' && one.settings.priority === 'emergency') return 'handling';
  return type === 'record' ? one.recorded : (LEADS_TO[type] ?? stage);
}

describe('the table of the document', () => {
  test.each(CASES)('holds for $name', (one) => {
    const stages = [...(Object.keys(one.way) as Stage[]), ...SIDE];
    const found: string[] = [];
    const expected: string[] = [];
    for (const stage of new Set(stages)) {
      const ticket = createAt(one.settings, stage);
      for (const [as, actor] of ACTORS) {
        const offered = offeredTransitions(ticket, actor, defaultPolicy, PEOPLE.owner.username);
        for (const type of TYPES) {
          const outcome = tryStep(ticket, type, actor);
          const wanted = expectedOf(one, stage, type, as);
          const isOffered = !wanted.includes('-step') && wanted !== 'wrong-stage';
          if (outcome === wanted && offered.includes(type) === isOffered) continue;
          found.push(`${stage}: ${type} by ${as}: ${outcome}`);
          expected.push(`${stage}: ${type} by ${as}: ${wanted}`);
        }
      }
    }
    expect(found).toEqual(expected);
    expect(found).toEqual([]);
  });

  test.each(CASES)('has the source accept, not whoever did the work: $name', ({ settings }) => {
    const ticket = createAt(settings, 'done');
    for (const as of split(SOURCE)) {
      const actor = ACTORS.find(([name]) => name === as)?.[1] ?? createActor('nobody');
      const own = { ...ticket, workedBy: [actor.username] };
      expect([as, tryStep(ticket, 'accept', actor), tryStep(own, 'accept', actor)]).toEqual([
        as,
        'accepted',
        'own-work',
      ]);
      expect(offeredTransitions(own, actor, defaultPolicy, PEOPLE.owner.username)).not.toContain('accept');
    }
  });

  test('names every step, every stage and every role', () => {
    expect(Object.keys(WHO).toSorted()).toEqual([...TYPES].toSorted());
    const named = new Set(Object.values(WHO).flatMap(split));
    const known = ACTORS.map(([as]) => as);
    expect([...named].filter((as) => !known.includes(as))).toEqual([]);
  });
});
