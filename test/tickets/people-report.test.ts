/**
 * What people report at night under both shipped policies: how grave it is when nobody has said so, who is told at once, who
 * owns it, and what its reporter is offered. The course of a telephone ticket is story-phone.test.ts.
 */
import { describe, expect, test } from 'vitest';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { Impact, Ticket } from '../../src/core/ticket.ts';
import { offeredTransitions } from '../../src/tickets/offers.ts';
import type { NewTicket, TicketActor } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Story, toLocal, toMs } from './story-rig.ts';

/** A Sunday of the holidays. */
const NIGHT = '10-04 03:00';
const LEAST: Impact = { urgency: 1, complexity: 1, scope: 1 };
const VISITOR: TicketActor = { username: 'visitor-82aff', roles: ['occupant'], groups: [] };
const FIRM: TicketActor = { username: 'lift-firm-wu', roles: ['contractor'], groups: [] };
/** Whoever may fill the sheets. */
const SHEETS: TicketActor = { username: 'guard', roles: ['desk', 'duty', 'security'], groups: [] };
const LIFT_CLOCKS: readonly string[] = ['entrapment-arrival', 'entrapment-release', 'lift-firm'];
const SHIPPED = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;

/** Whom each house tells of it before anybody has touched the ticket. */
const EMERGENCY = {
  default: {
    fire: [
      'emergency boss-wu',
      'emergency guard-feng',
      'emergency leader-zhou',
      'to-dispatch desk-chen',
      'to-dispatch desk-li',
    ],
    entrapment: ['emergency boss-wu', 'emergency desk-chen', 'emergency desk-li', 'emergency leader-zhou'],
  },
  hospital: {
    fire: ['emergency duty-he', 'emergency guard-feng'],
    entrapment: ['emergency duty-he', 'emergency lift-ma'],
  },
} as const;

/** Nobody has said how grave it is. */
const REPORT: NewTicket = {
  source: 'owner-call',
  channel: 'form',
  class: 'security',
  priority: null,
  impact: null,
  attendance: null,
  flow: null,
  content: '走廊有人逗留',
  faultKind: null,
  equipment: null,
  location: null,
  place: '3-1201',
  contactName: '',
  contactMethod: '139',
  appointment: null,
  slip: null,
  receivedAtMs: null,
};

function begin(policy: typeof defaultPolicy): Story {
  const story = createStory(policy, '10-04 02:59');
  story.to(NIGHT);
  return story;
}

function report(story: Story, given: Partial<NewTicket>, actor: TicketActor = VISITOR): Ticket {
  story.loop.command({ type: 'open-ticket', actor, personal: null, ticket: { ...REPORT, ...given } });
  return story.ticket();
}

/** `kind recipient` of the messages that go out at this moment. */
function toldNow({ loop }: Story): readonly string[] {
  const due = loop.messages.filter(({ notBeforeMs }) => notBeforeMs <= loop.clock.now().wallMs);
  return due.map(({ kind, recipient }) => `${kind} ${recipient}`).toSorted();
}

describe.each(SHIPPED)('under the %s policy', (name, policy) => {
  test.each([
    ['a fire', { class: 'fire', content: '冒烟' }, 'fire'],
    [
      'people in a lift',
      { class: 'help', equipment: toId<EquipmentId>('lift'), content: '有人被困' },
      'entrapment',
    ],
  ] as const)('%s that somebody reports is an emergency whatever its impact', (_what, given, kind) => {
    for (const impact of [null, LEAST]) {
      const story = begin(policy);
      const ticket = report(story, { ...given, impact });
      expect(ticket).toMatchObject({ priority: 'emergency', attendance: 'emergency' });
      expect(story.incidents()).toMatchObject([{ id: ticket.incident, kind }]);
      expect(toldNow(story)).toEqual(EMERGENCY[name][kind]);
    }
  });

  test.each([
    ['电梯困人', 'help'],
    ['two people are TRAPPED in the lift', 'engineering'],
    ['有人困在电梯里了', 'help'],
    ['电梯卡住了，里面有人', 'help'],
    ['我在电梯里出不来', 'engineering'],
    ['人关在电梯里面', 'help'],
    ['my mother is stuck in a lift', 'help'],
    ["we are in the elevator and can't get out", 'engineering'],
  ] as const)('people in a lift are an emergency also where no lift is named: %s', (content, ticketClass) => {
    const story = begin(policy);
    const ticket = report(story, { class: ticketClass, content });
    expect(ticket).toMatchObject({ priority: 'emergency', attendance: 'emergency' });
    expect(toldNow(story).length).toBeGreaterThan(0);
    // Nobody opens it as less: it is made less of with a reason, once somebody has looked.
    const less = { priority: 'normal', attendance: 'next-working-day' } as const;
    expect(report(begin(policy), { class: ticketClass, content, ...less })).toMatchObject({
      priority: 'emergency',
      attendance: 'emergency',
    });
  });

  test.each([
    ['有人困在电梯里了，没人管', 'complaint', 'entrapment'],
    ['电梯里有人出不来怎么办', 'enquiry', 'entrapment'],
    ['电梯困人', 'cleaning', 'entrapment'],
    ['我们困在梯里面了', 'help', 'entrapment'],
    ['有人困在电梯里了，二号梯', 'security', 'entrapment'],
    ['厨房着火了', 'help', 'fire'],
    ['楼道里冒浓烟，有火光', 'complaint', 'fire'],
    ['My kitchen is ON FIRE', 'help', 'fire'],
    ['配电间着火，冒烟', 'engineering', 'fire'],
    ['燃气泄漏', 'engineering', null],
    ['闻到很浓的煤气味', 'security', null],
    ['有人触电了', 'help', null],
  ] as const)('whoever is in danger chooses no class: %s (%s)', (content, ticketClass, kind) => {
    const story = begin(policy);
    const ticket = report(story, { class: ticketClass, content });
    expect(ticket).toMatchObject({ priority: 'emergency', attendance: 'emergency' });
    if (kind !== null) expect(story.incidents()).toMatchObject([{ id: ticket.incident, kind }]);
    if (kind === 'entrapment') {
      expect(ticket.entrapment).toMatchObject({ people: null });
      const clocks = ticket.clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null).map(({ id }) => id);
      expect(clocks.filter((id) => LIFT_CLOCKS.includes(id))).not.toEqual([]);
    }
    expect(ticket.entrapment !== null).toBe(kind === 'entrapment');
    const sheet = kind === 'entrapment' ? 'entrapment' : 'confirm-fire';
    if (kind !== null) expect(offeredTransitions(ticket, SHEETS, policy, null)).toContain(sheet);
  });

  test.each([
    '电梯卡丢了，要补办',
    '电梯里灯不亮',
    '防火门关不上',
    '烟感报警器没电了',
    '消防栓漏水',
    '燃气表读数怎么看',
    'the fire door does not close',
  ])('what is no such call is none: %s', (content) => {
    expect(report(begin(policy), { class: 'help', content }).priority).not.toBe('emergency');
  });

  test('somebody in a lift and its own alarm are one incident, whichever comes first', () => {
    const call = { class: 'help', equipment: toId<EquipmentId>('lift') } as const;
    const called = begin(policy);
    called.feed({ trapped: 1 });
    report(called, call);
    expect(called.incidents()).toHaveLength(1);
    const alarmed = begin(policy);
    report(alarmed, call);
    alarmed.feed({ trapped: 1 });
    expect(alarmed.incidents()).toHaveLength(1);
  });

  test('a report from outside waits for the desk, and is the duty person’s', () => {
    for (const actor of [VISITOR, FIRM]) {
      const story = begin(policy);
      const ticket = report(story, { contactName: '陈女士' }, actor);
      expect(ticket).toMatchObject({ stage: 'received', firstReceiver: 'duty-he', reporter: actor.username });
      const own = offeredTransitions(ticket, actor, policy, null);
      expect(own).not.toContain('record');
      expect(own.filter((type) => !policy.actors[type].includes('reporter'))).toEqual([]);
    }
  });

  test('no outsider acts as first receiver, also of a ticket that names one', () => {
    const ticket = { ...report(begin(policy), {}), firstReceiver: VISITOR.username };
    const own = offeredTransitions(ticket, VISITOR, policy, null);
    expect(own.filter((type) => !policy.actors[type].includes('reporter'))).toEqual([]);
  });

  test('what the desk takes down stays with whoever took the call', () => {
    const desk = { username: 'desk-chen', roles: ['desk'], groups: [] };
    const ticket = report(begin(policy), { channel: 'phone', contactName: '陈女士' }, desk);
    expect(ticket.firstReceiver).toBe('desk-chen');
    expect(ticket.stage).not.toBe('received');
  });
});

test('what turns out to be a fire is an emergency; what turns out to be less stays what it was', () => {
  const story = begin(defaultPolicy);
  report(
    story,
    { class: 'engineering', channel: 'phone', contactName: '陈女士' },
    {
      username: 'desk-li',
      roles: ['desk'],
      groups: [],
    },
  );
  expect(story.ticket().priority).toBe('normal');
  story.act('desk-li', { type: 'reclassify', class: 'fire', reason: '现场冒烟' });
  expect(story.ticket()).toMatchObject({ priority: 'emergency', attendance: 'emergency' });
  story.act('desk-li', { type: 'reclassify', class: 'engineering', reason: '蒸汽' });
  expect(story.ticket().priority).toBe('emergency');
});

test('a report that can wait for the working day is told to the desk at once, and to nobody else', () => {
  const story = begin(defaultPolicy);
  const ticket = report(story, {});
  expect(ticket).toMatchObject({ priority: 'normal', attendance: 'next-working-day', stage: 'received' });
  expect(toldNow(story)).toEqual(['to-dispatch desk-chen', 'to-dispatch desk-li']);
  story.to('10-04 03:01');
  expect(toldNow(story)).toContainEqual(expect.stringMatching(/^clock-warned /));
  // Once it is with the technicians it waits for their working day.
  story.act('desk-li', { type: 'record', contactName: '陈女士', contactMethod: '139' });
  const assigned = story.loop.messages.filter(({ kind }) => kind === 'assigned');
  expect(assigned.length).toBeGreaterThan(0);
  for (const { notBeforeMs } of assigned) expect(toLocal(notBeforeMs)).toBe('10-08 09:00');
});

test('a low alarm still wakes nobody, the desk included', () => {
  const story = begin(defaultPolicy);
  story.feed({ 'pump-leak': 1 });
  expect(story.loop.messages.length).toBeGreaterThan(0);
  for (const { notBeforeMs } of story.loop.messages) expect(notBeforeMs).toBeGreaterThan(toMs(NIGHT));
});
