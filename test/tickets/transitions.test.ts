/**
 * Every step × stage × person × path of both shipped policies: done, or refused for the right reason. What is expected is
 * worked out here from the tables of service-workflow.md §2 and from the policy's rows, not by the code under test.
 */
import { describe, expect, test } from 'vitest';
import type { Actor, Match, Path, Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import {
  FLOW_NAMES,
  PRIORITY_NAMES,
  SOURCE_NAMES,
  STAGE_NAMES,
  type Stage,
  TICKET_CLASS_NAMES,
  type Ticket,
} from '../../src/core/ticket.ts';
import { offeredTransitions } from '../../src/tickets/offers.ts';
import { allowedTransitions, naturalNext } from '../../src/tickets/path.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import {
  type TicketActor,
  TRANSITION_TYPES,
  type Transition,
  type TransitionType,
} from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { BASE_MS, COMPLETE, createActor, createContext, createFull, PEOPLE, toLookedAt } from './fixtures.ts';

const LEADS_TO: Partial<Record<TransitionType, Stage>> = {
  record: 'recorded',
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
  reject: 'rework',
  reopen: 'rework',
  cancel: 'cancelled',
  merge: 'merged',
};
const PATH_STEPS = Object.keys(LEADS_TO).slice(0, 13) as TransitionType[];

const BEFORE_ARRIVAL: readonly Stage[] = ['received', 'recorded', 'dispatched', 'taken'];
const AT_WORK: readonly Stage[] = [
  'on-site',
  'diagnosed',
  'planned',
  'agreed',
  'handling',
  'waiting',
  'rework',
];
const FINISHED: readonly Stage[] = ['done', 'accepted', 'visited'];
const RECORD: readonly TransitionType[] = [
  'urge',
  'answer',
  'escalate',
  'contact',
  'correct',
  'attach',
  'link',
  'note',
];

type Settings = Pick<Ticket, 'class' | 'source' | 'flow' | 'priority'>;

function fits(match: Match, settings: Settings): boolean {
  const { class: classes, source, flow, priority } = match;
  return (
    (classes?.includes(settings.class) ?? true) &&
    (source?.includes(settings.source) ?? true) &&
    (flow?.includes(settings.flow) ?? true) &&
    (priority?.includes(settings.priority) ?? true)
  );
}

/** The first settings whose path is this one. */
function findSettings(policy: Policy, path: Path): Settings {
  for (const ticketClass of TICKET_CLASS_NAMES)
    for (const source of SOURCE_NAMES)
      for (const flow of FLOW_NAMES)
        for (const priority of PRIORITY_NAMES) {
          const settings = { class: ticketClass, source, flow, priority };
          if (policy.paths.find(({ match }) => fits(match, settings)) === path) return settings;
        }
  throw new Error('a path that no ticket takes');
}

/** Steps along the path from behind this stage: the next, and more as long as what is passed over may be. */
function toForward({ stages }: Path, from: number): TransitionType[] {
  const steps: TransitionType[] = [];
  for (let at = from + 1; at < stages.length; at++) {
    steps.push(...PATH_STEPS.filter((step) => LEADS_TO[step] === stages[at]?.stage));
    if (stages[at]?.isOptional !== true) break;
  }
  return steps;
}

/** Where work is dispatched again after a rework: the last stage that is not behind the dispatch. */
function toReworkPlace({ stages }: Path): number {
  const early: readonly Stage[] = ['received', 'recorded', 'dispatched'];
  return stages.filter(({ stage }) => early.includes(stage)).length - 1;
}

/** From the document: what this stage allows. */
function toExpected(
  policy: Policy,
  path: Path,
  settings: Settings,
  stage: Stage,
): ReadonlySet<TransitionType> {
  const hasDispatch = path.stages.some((it) => it.stage === 'dispatched');
  // "Back to dispatch", unless the policy lets that be passed over.
  const isDispatchNeeded = path.stages.some((it) => it.stage === 'dispatched' && !it.isOptional);
  const steps: TransitionType[] = [];
  if (stage === 'closed') return new Set<TransitionType>(['archive', 'reopen', 'sample-visit', 'correct']);
  const isBefore = BEFORE_ARRIVAL.includes(stage) || AT_WORK.includes(stage);
  if (!isBefore && !FINISHED.includes(stage)) return new Set();
  if (stage === 'waiting') steps.push('resume');
  else if (stage === 'rework') steps.push(...(isDispatchNeeded ? [] : toForward(path, toReworkPlace(path))));
  else
    steps.push(
      ...toForward(
        path,
        path.stages.findIndex((it) => it.stage === stage),
      ),
    );
  if (['rework', 'dispatched', 'taken'].includes(stage) && hasDispatch) steps.push('dispatch');
  // "Go there at once" is told before the desk has dispatched: whoever goes says so.
  const isTold = ['received', 'recorded', 'rework'].includes(stage) && fits(policy.report.match, settings);
  if (isTold && path.stages.some((it) => it.stage === 'on-site')) steps.push('arrive');
  steps.push(...RECORD);
  if (FINISHED.includes(stage)) steps.push('reject');
  else {
    steps.push('cancel', 'merge', 'reclassify', 'set-difficult', 'appoint', 'estimate', 'give-contractor');
    if (settings.priority === 'emergency') steps.push('enter-dwelling');
    if (stage !== 'received' && stage !== 'waiting') steps.push('wait');
    if (stage !== 'received' && stage !== 'recorded') steps.push('transfer');
  }
  if (policy.incidents.from.some((match) => fits(match, settings))) {
    steps.push('confirm-fire');
    if (settings.class !== 'fire') steps.push('entrapment');
  }
  return new Set(steps);
}

/** The gateway may go on by itself after the record. */
function toTarget(step: Transition, stage: Stage, from: Stage): readonly Stage[] {
  if (step.type === 'record') return ['recorded', 'dispatched'];
  if (step.type === 'resume') return [from];
  // What a sheet says is real waits for nothing.
  if (['confirm-fire', 'entrapment'].includes(step.type) && stage === 'waiting') return [from];
  // The dispatch stays the desk's.
  if (step.type === 'arrive' && ['received', 'recorded', 'rework'].includes(stage)) return [stage, 'on-site'];
  return [LEADS_TO[step.type] ?? stage];
}

function toActors(): readonly { readonly as: Actor; readonly actor: TicketActor }[] {
  const roles = ROLE_NAMES.map((role) => ({ as: role, actor: createActor('somebody', [role]) }));
  const people = Object.entries(PEOPLE).map(([as, actor]) => ({ as: as as Actor, actor }));
  return [...roles, ...people];
}

function createAt(settings: Settings, stage: Stage): Ticket {
  const isTaken = !['received', 'recorded', 'dispatched', 'rework'].includes(stage);
  const waiting = { reason: 'part', note: 'n', approver: 'a', sinceMs: BASE_MS, untilMs: null } as const;
  return createFull({
    ...settings,
    stage,
    takenBy: isTaken ? PEOPLE.taker.username : null,
    closedAtMs: ['closed', 'archived', 'cancelled', 'merged'].includes(stage) ? BASE_MS : null,
    waiting: stage === 'waiting' ? { ...waiting, from: 'handling' } : null,
  });
}

function outcomeOf(ticket: Ticket, step: Transition, actor: TicketActor, policy: Policy): string {
  // Filed after the reopen window, everything else within it.
  const nowMs = BASE_MS + 1 + (step.type === 'archive' ? policy.reopenMs : 0);
  try {
    const from = step.type === 'cancel' || step.type === 'wait' ? toLookedAt(ticket) : ticket;
    const made = stepTicket(from, step, actor, createContext({ policy, nowMs }));
    return made.ticket.stage;
  } catch (error) {
    if (error instanceof RiserError) return error.code;
    throw error;
  }
}

/** Whoever is the taker is one only once it is taken. */
function isTheir(policy: Policy, ticket: Ticket, type: TransitionType, as: Actor): boolean {
  const also = (policy.alsoMay ?? []).filter(({ step, match }) => step === type && fits(match, ticket));
  const may = [...policy.actors[type], ...also.flatMap(({ actors }) => actors)];
  return may.includes(as) && (as !== 'taker' || ticket.takenBy !== null);
}

function findMismatches(policy: Policy, path: Path): readonly string[] {
  const settings = findSettings(policy, path);
  const mismatches: string[] = [];
  const onPath = path.stages.map(({ stage }) => stage);
  const stages = STAGE_NAMES.filter(
    (stage) => onPath.includes(stage) || ['waiting', 'rework', 'cancelled', 'merged'].includes(stage),
  );
  for (const stage of stages) {
    const ticket = createAt(settings, stage);
    const expected = toExpected(policy, path, settings, stage);
    const allowed = new Set(allowedTransitions(ticket, policy));
    if (allowed.symmetricDifference(expected).size > 0)
      mismatches.push(`${stage}: ${[...allowed].join()} instead of ${[...expected].join()}`);
    for (const { as, actor } of toActors()) {
      const offered = offeredTransitions(ticket, actor, policy, PEOPLE.owner.username);
      for (const type of TRANSITION_TYPES) {
        const mayStep = expected.has(type) && isTheir(policy, ticket, type, as);
        const refusal = expected.has(type) ? 'not-your-step' : 'wrong-stage';
        const wanted = mayStep ? toTarget(COMPLETE[type], stage, 'handling') : [refusal];
        const found = outcomeOf(ticket, COMPLETE[type], actor, policy);
        if (!(wanted as readonly string[]).includes(found) || offered.includes(type) !== mayStep)
          mismatches.push(`${stage}: ${type} by ${as}: ${found} instead of ${wanted.join(' or ')}`);
      }
    }
  }
  return mismatches;
}

for (const [name, policy] of [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const) {
  describe(`under the ${name} policy`, () => {
    policy.paths.forEach((path, at) => {
      test(`every step, stage and person of path ${at + 1} is allowed or refused as the tables say`, () => {
        expect(findMismatches(policy, path)).toEqual([]);
      });
    });
  });
}

describe('the path', () => {
  test('what a group or role is assigned, each of its members may take', () => {
    const crew = { username: 'zoe', roles: [], groups: ['night-crew'] };
    const ticket = createFull({ stage: 'dispatched', assignee: 'night-crew', takenBy: null });
    const take = () => stepTicket(ticket, COMPLETE.take, crew, createContext());
    expect(take().ticket).toMatchObject({ stage: 'taken', takenBy: 'zoe', readBack: 'lobby, water' });
    expect(offeredTransitions(ticket, createActor('zoe', ['night-crew']), defaultPolicy, null)).toContain(
      'take',
    );
    expect(offeredTransitions(ticket, createActor('zoe'), defaultPolicy, null)).not.toContain('take');
  });

  test('an emergency is signed after arrival, without going back a stage', () => {
    const emergency = { stage: 'dispatched', priority: 'emergency', takenBy: null } as const;
    const context = createContext();
    const there = stepTicket(createFull(emergency), COMPLETE.arrive, PEOPLE.assignee, context).ticket;
    expect(there).toMatchObject({ stage: 'on-site', takenBy: null });
    expect(allowedTransitions(there, defaultPolicy)).toContain('take');
    const signed = stepTicket(there, COMPLETE.take, PEOPLE.assignee, context).ticket;
    expect(signed).toMatchObject({ stage: 'on-site', takenBy: 'ann' });
    expect(allowedTransitions(signed, defaultPolicy)).not.toContain('take');
  });

  test('whoever takes a ticket over signs for it, and the stage stays', () => {
    const context = createContext();
    const handed = stepTicket(createFull({ stage: 'handling' }), COMPLETE.transfer, PEOPLE.taker, context);
    expect(handed.ticket).toMatchObject({ stage: 'handling', assignee: 'ben', takenBy: null });
    expect(handed.events).toMatchObject([
      { type: 'transferred', detail: { from: 'tom', reason: 'on leave' } },
    ]);
    const signed = stepTicket(handed.ticket, COMPLETE.take, createActor('ben'), context).ticket;
    expect(signed).toMatchObject({ stage: 'handling', takenBy: 'ben' });
  });

  test('rework without an assignee can only be dispatched', () => {
    const ticket = createFull({ stage: 'rework', assignee: null, takenBy: null });
    const steps = allowedTransitions(ticket, defaultPolicy);
    expect(steps[0]).toBe('dispatch');
    expect(steps).not.toContain('take');
  });

  test('a ticket whose new class has other stages goes on from where it is', () => {
    const ticket = createFull({ stage: 'planned', class: 'enquiry', flow: 'daily', priority: 'normal' });
    expect(naturalNext(ticket, defaultPolicy)).toBe('done');
  });

  test('a refusal names stage and step, or who may', () => {
    const ticket = createFull({ stage: 'dispatched', takenBy: null });
    const step = (type: TransitionType, actor: TicketActor) => () =>
      stepTicket(ticket, COMPLETE[type], actor, createContext());
    expect(step('accept', PEOPLE.owner)).toThrow(
      expect.objectContaining({
        code: 'wrong-stage',
        params: { stage: { zh: '已派单', en: 'Dispatched' }, transition: 'accept' },
      }),
    );
    expect(step('cancel', PEOPLE.assignee)).toThrow(
      expect.objectContaining({
        code: 'not-your-step',
        params: { transition: 'cancel', who: { zh: '前台、主管', en: 'Desk, Department supervisor' } },
      }),
    );
  });
});
