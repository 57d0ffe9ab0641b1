/**
 * What the source was promised is kept or told: an appointment that stands is moved with consent and not behind anybody's back, work
 * that waits carries a time (service-workflow.md §1 and §2). And two acts of which only the record stays (§8, §2).
 */
import { describe, expect, test } from 'vitest';
import { stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createActor,
  createContext,
  createFull,
  HOUR_MS,
  refusalOf,
  SUPERVISOR,
} from './fixtures.ts';
import { createStory, type Story, toMs } from './story-rig.ts';

const told = (story: Story, from: number): readonly string[] =>
  story.loop.messages
    .slice(from)
    .map(({ kind, recipient, body }) => `${kind} ${recipient} ${body.en}`)
    .toSorted();

/** A tap whose owner expects the plumber the next day at ten. */
function appointed(channel: 'phone' | 'form' = 'phone'): Story {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('desk-li', { channel, contactMethod: channel === 'form' ? '' : '139', source: 'owner-call' });
  if (story.ticket().stage === 'recorded') story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
  story.act('desk-li', { type: 'appoint', fromMs: toMs('09-23 10:00'), toMs: toMs('09-23 11:00') });
  story.act('wang', { type: 'take', readBack: 'x' });
  return story;
}

const MOVE = { type: 'appoint', fromMs: toMs('09-25 10:00'), toMs: toMs('09-25 11:00') } as const;

describe('an appointment that stands', () => {
  test('is not moved a minute before its breach by whoever is to keep it, without the source', () => {
    const story = appointed();
    story.to('09-23 09:56');
    expect(story.refusal('wang', MOVE)).toBe('missing-fields: agreedWith, reason');
    expect(story.ticket().appointment?.fromMs).toBe(toMs('09-23 10:00'));
  });

  test('is moved with whom it was agreed on the record, and the desk is told', () => {
    const story = appointed();
    story.to('09-23 09:56');
    const from = story.loop.messages.length;
    story.act('wang', { ...MOVE, agreedWith: 'representative', reason: '业主外出' });
    const moved = story.loop.ticketEvents.findLast(({ type }) => type === 'appointed');
    expect(moved).toMatchObject({
      by: 'wang',
      detail: { agreedWith: 'representative', reason: '业主外出', from: { fromMs: toMs('09-23 10:00') } },
    });
    expect(told(story, from)).toEqual([
      expect.stringMatching(
        /^information desk-chen The appointment is moved to 2026-09-25 10:00\. Ring the reporter/,
      ),
      expect.stringMatching(/^information desk-li The appointment is moved/),
    ]);
  });

  test('the first one asks nobody’s consent and tells nobody', () => {
    const story = createStory(defaultPolicy, '09-22 10:00');
    story.report('desk-li', {});
    const from = story.loop.messages.length;
    story.act('desk-li', MOVE);
    expect(told(story, from).filter((it) => it.startsWith('information'))).toEqual([]);
  });
});

describe.each([
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const)('work that waits: %s', (_name, policy) => {
  const ticket = createFull({ stage: 'handling', estimatedAtMs: null });
  const wait = { type: 'wait', reason: 'part', note: 'n', approver: 'x' } as const;
  const step = (given: object, before = ticket) =>
    stepTicket(before, { ...wait, ...given }, SUPERVISOR, createContext({ policy }));
  const at = (hours: number) => BASE_MS + hours * HOUR_MS;

  test('needs an estimate, which the guard of the policy asks for', () => {
    expect(refusalOf(() => step({}))).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'estimatedAtMs' },
    });
  });

  test.each([
    ['as it is said', { estimatedAtMs: at(5) }, null, at(5)],
    ['the end of the wait where none is said', { untilMs: at(3) }, null, at(3)],
    ['as it was said before, while that lies ahead', {}, at(4), at(4)],
    ['the end of the wait where that lies behind what was said before', { untilMs: at(6) }, at(4), at(6)],
  ] as const)('%s', (_how, given, known, expected) => {
    const after = step(given, { ...ticket, estimatedAtMs: known }).ticket;
    expect(after).toMatchObject({ stage: 'waiting', estimatedAtMs: expected });
  });

  test.each([
    ['over already', { estimatedAtMs: BASE_MS }],
    ['before the wait is over', { estimatedAtMs: at(2), untilMs: at(3) }],
  ])('refuses one that is %s', (_how, given) => {
    expect(refusalOf(() => step(given)).code).toBe('end-not-ahead');
  });

  test.each([
    ['said now', { estimatedAtMs: at(5) }, null, at(5)],
    ['said before', {}, at(4), at(4)],
  ] as const)(
    'ends when the estimate that was %s is over, unless an end is given',
    (_how, given, known, end) => {
      const waiting = step(given, { ...ticket, estimatedAtMs: known }).ticket;
      expect(waiting.waiting?.untilMs).toBe(end);
      expect(sweepTicket(waiting, policy, end - 1)?.ticket.stage ?? 'waiting').toBe('waiting');
      const resumed = sweepTicket(waiting, policy, end)?.ticket;
      expect(resumed).toMatchObject({ stage: 'handling', waiting: null });
      expect(resumed?.clocks.filter(({ isPaused }) => isPaused)).toEqual([]);
      const own = step({ untilMs: at(3), estimatedAtMs: at(5) }).ticket;
      expect(own.waiting?.untilMs).toBe(at(3));
    },
  );

  test('has an end also where no guard asks for one', () => {
    const free = createContext({ policy: { ...policy, guards: [] } });
    expect(refusalOf(() => stepTicket(ticket, wait, SUPERVISOR, free))).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'estimatedAtMs' },
    });
  });

  test('an estimate of the past is none', () => {
    expect(refusalOf(() => step({}, { ...ticket, estimatedAtMs: BASE_MS - 1 })).code).toBe('missing-fields');
  });
});

test('the desk is asked to ring a reporter without an account, once the estimate is known', () => {
  const story = appointed();
  const from = story.loop.messages.length;
  story.act('wang', {
    type: 'wait',
    reason: 'part',
    note: '阀芯',
    approver: 'boss-wu',
    estimatedAtMs: toMs('09-24 12:00'),
  });
  const desks = ['desk-chen', 'desk-li'].map((desk) =>
    expect.stringContaining(`information ${desk} Expected to be done at 2026-09-24 12:00. Ring the reporter`),
  );
  // Beside whoever is named as the approver.
  expect(told(story, from)).toEqual([
    expect.stringMatching(/^information boss-wu Name wang has put it on hold with you as the approver/),
    ...desks,
  ]);
});

test.each([
  ['default', defaultPolicy, 'repair', 'wang', ['wang']],
  // Nobody signs for it there: it is all engineers'.
  ['hospital', hospitalPolicy, 'completion', 'foreman-tan', ['wang', 'zhao']],
] as const)(
  'when the promised time comes and it still waits, its clock runs again, and those of the wait are told: %s',
  (_name, policy, id, by, acting) => {
    const story = createStory(policy, '09-22 10:00');
    story.report('duty-he', { priority: 'urgent', source: 'internal-need' });
    if (policy === defaultPolicy) story.act('wang', { type: 'take', readBack: 'x' });
    if (story.ticket().stage === 'received') story.act('duty-he', { type: 'record' });
    story.act('wang', { type: 'arrive', how: 'by-hand' });
    const wait = { type: 'wait', reason: 'part', note: '阀芯', approver: 'boss-wu' } as const;
    story.act(by, { ...wait, estimatedAtMs: toMs('09-22 12:00') });
    const clock = () => story.ticket().clocks.find((one) => one.id === id);
    expect(clock()).toMatchObject({ isPaused: true, dueAtMs: null });
    const from = story.loop.messages.length;
    story.to('09-22 12:00');
    expect(story.ticket()).toMatchObject({ stage: 'on-site', waiting: null });
    expect(clock()).toMatchObject({ isPaused: false, dueAtMs: expect.any(Number) });
    expect(told(story, from).filter((it) => it.includes('expected to be done'))).toEqual([
      expect.stringMatching(/^information boss-wu .*limits run again\. See to it/),
      ...acting.map((name) =>
        expect.stringMatching(new RegExp(`^information ${name} .*limits run again\\. Act on it soon`)),
      ),
    ]);
  },
);

test('an account is told itself, and nobody is asked to ring', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('service-qian', { channel: 'form', class: 'engineering' });
  if (story.ticket().stage === 'received') story.act('desk-li', { type: 'record', place: '大堂' });
  expect(story.ticket().reporter).toBe('service-qian');
  const from = story.loop.messages.length;
  story.act('desk-li', { type: 'estimate', atMs: toMs('09-24 12:00') });
  expect(told(story, from)).toEqual([
    expect.stringContaining('information service-qian Expected to be done'),
  ]);
});

describe('entry to a dwelling', () => {
  const enter = { type: 'enter-dwelling', approver: 'manager-sun', reason: '漏水，户内无人' } as const;
  const desk = createActor('desk-li', ['desk', 'duty']);
  const step = (given: object, priority: 'emergency' | 'urgent') =>
    stepTicket(createFull({ stage: 'on-site', priority }), { ...enter, ...given }, desk, createContext());

  test('is recorded with who approved it and why, and changes nothing else', () => {
    const { ticket, events } = step({}, 'emergency');
    expect(ticket.stage).toBe('on-site');
    expect(events).toMatchObject([
      {
        type: 'dwelling-entered',
        by: 'desk-li',
        detail: { approver: 'manager-sun', reason: '漏水，户内无人' },
      },
    ]);
  });

  test.each([
    ['without the emergency flag', {}, 'urgent', 'wrong-stage'],
    ['by one’s own leave', { approver: 'desk-li' }, 'emergency', 'own-approval'],
    ['by nobody’s', { approver: ' ' }, 'emergency', 'missing-fields'],
    ['for no reason', { reason: '' }, 'emergency', 'missing-fields'],
  ] as const)('is refused %s', (_how, given, priority, code) => {
    expect(refusalOf(() => step(given, priority)).code).toBe(code);
  });
});

describe('a sampled return visit', () => {
  const closed = createFull({ stage: 'closed', closedAtMs: BASE_MS });
  const sample = { type: 'sample-visit', how: 'phone', isRepaired: true, isSatisfied: true } as const;
  const step = (given: object, actor = SUPERVISOR, ticket = closed) =>
    stepTicket(ticket, { ...sample, ...given }, actor, createContext());

  test('of a supervisor is recorded on the closed ticket, which stays closed', () => {
    const { ticket, events } = step({});
    expect([ticket.stage, ticket.clocks]).toEqual(['closed', closed.clocks]);
    expect(events).toMatchObject([
      { type: 'sampled', by: 'boss-wu', detail: { how: 'phone', isRepaired: true } },
    ]);
  });

  test('says what was wrong where something was', () => {
    expect(refusalOf(() => step({ isSatisfied: false }))).toMatchObject({ params: { fields: 'note' } });
    expect(step({ isSatisfied: false, note: '仍滴水' }).ticket.stage).toBe('rework');
  });

  test('that finds it not repaired, or nobody satisfied, opens it again', () => {
    for (const bad of [{ isRepaired: false }, { isSatisfied: false }]) {
      const { ticket, events } = step({ ...bad, note: '根本没办' });
      expect(ticket).toMatchObject({
        stage: 'rework',
        round: closed.round + 1,
        reworkCount: closed.reworkCount + 1,
        isFirstFix: false,
        closedAtMs: null,
      });
      expect(events).toMatchObject([
        { type: 'sampled', by: 'boss-wu', detail: { ...bad, note: '根本没办' } },
        { type: 'reopened', by: 'boss-wu', detail: { reason: '根本没办', by: 'sample-visit' } },
      ]);
    }
  });

  test('that finds it bad is told to the desk, to who had it and to the supervisor; till it is filed the record is corrected', () => {
    const story = createStory(defaultPolicy, '09-22 10:00');
    story.report('desk-li', {
      channel: 'phone',
      contactMethod: '139',
      source: 'internal-need',
      flow: 'public-area',
    });
    story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
    story.act('wang', { type: 'take', readBack: '大堂，水' }, { type: 'arrive', how: 'by-hand' });
    story.act('wang', { type: 'diagnose', diagnosis: '垫片' }, { type: 'plan', plan: '换垫片' });
    story.act(
      'wang',
      { type: 'start' },
      { type: 'done', handler: 'wang', result: '修好了', handlingMinutes: 5 },
    );
    story.act('boss-wu', { type: 'accept', opinion: '好' });
    story.act(
      'desk-li',
      { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true },
      { type: 'close' },
    );
    const reason = '未换，只紧了螺栓';
    story.act('boss-wu', { type: 'correct', field: 'result', value: '紧了螺栓', reason });
    expect(story.ticket()).toMatchObject({ stage: 'closed', result: '紧了螺栓' });
    const from = story.loop.messages.length;
    story.act('manager-sun', { ...sample, isRepaired: false, note: '根本没办' });
    const what =
      'A sampled visit found it not repaired or not satisfactory; the ticket is open again: 根本没办';
    const messages = story.loop.messages.slice(from);
    expect(messages.map(({ kind, recipient }) => `${kind} ${recipient}`).toSorted()).toEqual([
      'reworked boss-wu',
      'reworked desk-chen',
      'reworked desk-li',
      'reworked wang',
    ]);
    for (const { body } of messages) expect(body.en).toContain(what);
  });

  test('opens it again also after the reopen window, as long as it is not filed', () => {
    const nowMs = BASE_MS + defaultPolicy.reopenMs + HOUR_MS;
    const bad = { ...sample, isRepaired: false, note: '根本没办' };
    const { ticket } = stepTicket(closed, bad, SUPERVISOR, createContext({ nowMs }));
    expect(ticket.stage).toBe('rework');
  });

  test('is a supervisor’s, and of nothing that is open or filed', () => {
    expect(refusalOf(() => step({}, createActor('desk-li', ['desk']))).code).toBe('not-your-step');
    for (const stage of ['visited', 'archived'] as const)
      expect(refusalOf(() => step({}, SUPERVISOR, { ...closed, stage })).code).toBe('wrong-stage');
  });
});
