/**
 * Guards that nobody passes: the gateway records and dispatches under the same ones as people do, whoever takes a matter over signs
 * for it, a rework is dispatched again, and a short form can be sent by those whom the policy names (service-workflow.md §1, §2).
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { toHandlingMinutes } from '../../src/tickets/handling-time.ts';
import { stepForm, stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  COMPLETE,
  createActor,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  MINUTE_MS,
  PEOPLE,
  refusalOf,
  SUPERVISOR,
} from './fixtures.ts';
import { createStory } from './story-rig.ts';

const RULE = { zh: '须有预计完成时间', en: 'an estimate is needed' };

function withGuard(policy: Policy, transition: 'record' | 'dispatch', field: string): Policy {
  return { ...policy, guards: [...policy.guards, { transition, match: {}, fields: [field], rule: RULE }] };
}

const heldBack = ({ banners }: Ticket): string | undefined =>
  banners.find(({ kind }) => kind === 'incomplete')?.text.zh;

describe('the gateway stops before a stage whose guard does not hold', () => {
  test('cleaning without a place waits at the duty desk of the hospital, which fills it in and dispatches it', () => {
    const story = createStory(hospitalPolicy, '09-22 10:00');
    story.report('duty-he', { class: 'cleaning', place: '', contactName: '', contactMethod: '' });
    expect(story.ticket()).toMatchObject({ stage: 'received' });
    expect(heldBack(story.ticket())).toContain('place');
    const told = story.loop.ticketEvents.findLast(({ detail }) => detail['heldBack'] !== undefined);
    expect(told).toMatchObject({ by: 'gateway', detail: { heldBack: 'dispatch', missing: ['place'] } });
    expect(story.refusal('duty-he', { type: 'dispatch', assignee: 'foreman-tan' })).toBe(
      'missing-fields: place',
    );
    story.act('duty-he', { type: 'correct', field: 'place', value: '三病区', reason: '来电未说明' });
    story.act('duty-he', { type: 'dispatch', assignee: 'foreman-tan' });
    expect(story.ticket().stage).toBe('dispatched');
    expect(heldBack(story.ticket())).toBeUndefined();
  });

  test('an alarm is neither recorded nor dispatched by itself where the policy asks for more', () => {
    for (const [step, stage] of [
      ['record', 'received'],
      ['dispatch', 'recorded'],
    ] as const) {
      const story = createStory(withGuard(defaultPolicy, step, 'appointment'), '09-22 10:00');
      story.feed({ 'pump-fault': 1 });
      expect([step, story.ticket().stage]).toEqual([step, stage]);
      expect(heldBack(story.ticket())).toContain(RULE.zh);
      expect(story.ticket().recordedAtMs === null).toBe(step === 'record');
    }
  });

  test('what a person reports is recorded and then waits for its dispatch', () => {
    const story = createStory(withGuard(defaultPolicy, 'dispatch', 'appointment'), '09-22 10:00');
    story.report('desk-li', { class: 'complaint' });
    expect(story.ticket().stage).toBe('recorded');
    expect(heldBack(story.ticket())).toContain('appointment');
  });

  test('an alarm is recorded without the telephone number that the register lacks, as the default policy says', () => {
    const story = createStory(defaultPolicy, '09-22 10:00');
    story.feed({ 'pump-fault': 1 });
    expect(story.ticket()).toMatchObject({ contact: { method: '' } });
    expect(['received', 'recorded']).not.toContain(story.ticket().stage);
    expect(heldBack(story.ticket())).toBeUndefined();
  });
});

describe('a signature', () => {
  const context = createContext();
  const ben = createActor('ben');
  const handling = createFull({ stage: 'handling', priority: 'normal', flow: 'public-area' });
  const given = stepTicket(handling, COMPLETE.transfer, SUPERVISOR, context).ticket;

  test('of whoever has taken a matter over comes before anything else along the path', () => {
    expect(refusalOf(() => stepTicket(given, COMPLETE.done, ben, context))).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'takenBy' },
    });
    const taken = stepTicket(given, COMPLETE.take, ben, context).ticket;
    expect(taken).toMatchObject({ stage: 'handling', takenBy: 'ben', readBack: 'lobby, water' });
    expect(stepTicket(taken, COMPLETE.done, ben, context).ticket.stage).toBe('done');
  });

  test('does not hold up what is no work: it may wait, be given on, or be cancelled', () => {
    const on: Transition = { type: 'transfer', assignee: 'tom', reason: 'on leave' };
    expect(stepTicket(given, on, SUPERVISOR, context).ticket.assignee).toBe('tom');
    expect(refusalOf(() => stepTicket(given, COMPLETE.done, createActor('nobody'), context)).code).toBe(
      'not-your-step',
    );
  });

  test('of an emergency may be given after the work, and is there before it is closed', () => {
    const unsigned = { priority: 'emergency', attendance: 'emergency', takenBy: null } as const;
    const visited = createFull({ ...unsigned, stage: 'visited' });
    expect(refusalOf(() => stepTicket(visited, COMPLETE.close, DESK, context))).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'takenBy' },
    });
    for (const stage of ['done', 'accepted', 'visited'] as const) {
      const late = stepTicket(createFull({ ...unsigned, stage }), COMPLETE.take, PEOPLE.assignee, context);
      expect(late.ticket).toMatchObject({ stage, takenBy: PEOPLE.assignee.username });
    }
    const signed = stepTicket(visited, COMPLETE.take, PEOPLE.assignee, context).ticket;
    expect(stepTicket(signed, COMPLETE.close, DESK, context).ticket.stage).toBe('closed');
  });

  test('is not offered after the work where the policy asks for none', () => {
    const done = createFull({ stage: 'done', priority: 'normal', takenBy: null });
    expect(refusalOf(() => stepTicket(done, COMPLETE.take, PEOPLE.assignee, context)).code).toBe(
      'wrong-stage',
    );
  });
});

test('a rework is dispatched again before anybody takes it', () => {
  const context = createContext();
  const rework = createFull({ stage: 'rework', priority: 'normal', takenBy: null });
  expect(refusalOf(() => stepTicket(rework, COMPLETE.take, PEOPLE.assignee, context)).code).toBe(
    'wrong-stage',
  );
  const again = stepTicket(rework, COMPLETE.dispatch, DESK, context).ticket;
  expect(stepTicket(again, COMPLETE.take, PEOPLE.assignee, context).ticket.stage).toBe('taken');
});

describe('a short form', () => {
  const VISIT: Transition = { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true };
  const alarm = createFull({
    stage: 'done',
    source: 'equipment-alarm',
    flow: 'public-area',
    priority: 'normal',
  });
  const send = (ticket: Ticket, form: string, steps: readonly Transition[], who: string, policy: Policy) => {
    const actor = who in PEOPLE ? PEOPLE[who as keyof typeof PEOPLE] : createActor('somebody', [who]);
    return stepForm(ticket, form, steps, actor, createContext({ policy })).ticket.stage;
  };

  for (const who of ['owner', 'owner-service', 'area-manager', 'supervisor'])
    test(`of acceptance and visit is sent by the ${who}, for equipment`, () => {
      expect(send(alarm, 'acceptance', [COMPLETE.accept, VISIT], who, defaultPolicy)).toBe('visited');
    });

  test('is refused to those whom it does not name, and lets nobody take its steps by themselves', () => {
    for (const who of ['desk', 'engineer', 'reporter'])
      expect(
        refusalOf(() => send(alarm, 'acceptance', [COMPLETE.accept, VISIT], who, defaultPolicy)).code,
      ).toBe('not-your-step');
    const accepted = { ...alarm, stage: 'accepted' } as const;
    expect(refusalOf(() => stepTicket(accepted, VISIT, PEOPLE.owner, createContext())).code).toBe(
      'not-your-step',
    );
  });

  test('of the hospital is signed and closed by the ward', () => {
    const cleaning = createFull({ class: 'cleaning', source: 'owner-call', flow: 'daily', stage: 'done' });
    for (const who of ['area-manager', 'owner', 'reporter'])
      expect(send(cleaning, 'sign-off', [COMPLETE.accept, COMPLETE.close], who, hospitalPolicy)).toBe(
        'closed',
      );
    for (const who of ['duty', 'supervisor'])
      expect(
        refusalOf(() => send(cleaning, 'sign-off', [COMPLETE.accept, COMPLETE.close], who, hospitalPolicy))
          .code,
      ).toBe('not-your-step');
  });
});

describe('what is done', () => {
  const guard = (field: string): Policy =>
    createFreePolicy({ guards: [{ transition: 'done', match: {}, fields: [field], rule: RULE }] });
  const done = (policy: Policy, given: Partial<Ticket>, step: Partial<Transition & { type: 'done' }> = {}) =>
    stepTicket(
      createFull({ stage: 'handling', flow: 'public-area', ...given }),
      { type: 'done', result: 'r', ...step },
      DESK,
      createContext({ policy }),
    ).ticket;

  test('names its handler where the desk writes down the work of a firm', () => {
    const firm = {
      contractor: { user: null, contact: 'firm' },
      takenBy: DESK.username,
      workedBy: [],
    } as unknown;
    expect(refusalOf(() => done(guard('handler'), firm as Partial<Ticket>)).params).toMatchObject({
      fields: 'handler',
    });
    expect(done(guard('handler'), firm as Partial<Ticket>, { handler: '王师傅' }).handler).toBe('王师傅');
    expect(done(guard('handler'), {}).handler).toBe(PEOPLE.taker.username);
  });

  test('says that no material was used by an empty list, and says nothing by none', () => {
    expect(refusalOf(() => done(guard('materials'), {})).code).toBe('missing-fields');
    expect(done(guard('materials'), {}, { materials: [] }).stage).toBe('done');
  });

  test('has the handling time that its marks show, without waits and steps of the clock, unless somebody says another', () => {
    const at = (minutes: number): number => BASE_MS + minutes * MINUTE_MS;
    const mark = (minutes: number, type: string, stage: string, stepMs?: number) =>
      ({
        atMs: at(minutes),
        type,
        stage,
        ...(stepMs !== undefined && { stepMs }),
      }) as Ticket['marks'][number];
    const marks = [
      mark(0, 'received', 'received'),
      mark(5, 'started', 'handling'),
      mark(9, 'reworked', 'rework'),
      mark(10, 'arrived', 'on-site'),
      mark(12, 'started', 'handling'),
      mark(20, 'waited', 'waiting'),
      mark(50, 'resumed', 'handling'),
      mark(115, 'clock-step', 'handling', 60 * MINUTE_MS),
    ];
    expect(toHandlingMinutes(marks, at(120))).toBe(8 + 5 + 5);
    expect(toHandlingMinutes(marks.slice(0, 3), at(120))).toBeNull();
    expect(done(createFreePolicy(), { marks }, { handlingMinutes: 7 }).handlingMinutes).toBe(7);
    expect(refusalOf(() => done(guard('handlingMinutes'), { marks: [] })).code).toBe('missing-fields');
  });
});
