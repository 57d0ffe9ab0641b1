/** Who is told of what, by which channel, in which words; the tickets are made by the real steps under the default policy. */
import { describe, expect, test } from 'vitest';
import type { Roster } from '../../src/core/duty.ts';
import { type LocationId, type MessageId, toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Message } from '../../src/core/message.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import type { IncidentEvent } from '../../src/incidents/step.ts';
import {
  type ChannelRule,
  createToMessages,
  type DutyLook,
  type ToMessagesOptions,
} from '../../src/notify/to-messages.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { NO_PROFILE, type StaffMember } from '../../src/people/staff-book.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { sweepTicket } from '../../src/tickets/sweep.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createAlarm,
  createAlarmTicket,
  createContext,
  createFreePolicy,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  withClocks,
} from '../tickets/fixtures.ts';
import { createDuty } from './fixtures.ts';

const policy = createFreePolicy();
const INBOX: ChannelRule = { id: 'inbox', kinds: null, roles: null, reachesContacts: false };
const PEOPLE = {
  desk: ['desk-li'],
  engineer: ['engineer-wang', 'engineer-zhao'],
  supervisor: ['boss-wu'],
  manager: ['manager-sun'],
  leader: ['leader-zhou'],
  'owner-service': ['service-qian'],
} as const;

interface Given {
  readonly duty?: DutyLook;
  readonly channels?: readonly ChannelRule[];
  readonly ownerOf?: ToMessagesOptions['ownerOf'];
  readonly before?: readonly Message[];
  readonly nowMs?: number;
  readonly incidents?: readonly IncidentEvent[];
}

function tell(events: readonly TicketEvent[], given: Given = {}): readonly Message[] {
  const { duty = createDuty(PEOPLE), channels = [INBOX], ownerOf, before = [], nowMs = BASE_MS } = given;
  let made = 0;
  const toMessages = createToMessages({
    duty: () => duty,
    channels,
    timeZone: 'Asia/Shanghai',
    ...(ownerOf === undefined ? {} : { ownerOf }),
  });
  return toMessages(events, given.incidents ?? [], {
    nowMs,
    nextId: () => `m${++made}` as MessageId,
    has: (key) => before.some((message) => message.key === key),
    messagesOf: (ticket) => before.filter((message) => message.ticket === ticket),
    policyOf: () => policy,
  });
}

function event(
  type: TicketEvent['type'],
  ticket: Ticket,
  detail: TicketEvent['detail'] = {},
  by = 'gateway',
): TicketEvent {
  return { type, atMs: BASE_MS, by, ticket, detail };
}

function createTicket(given: Partial<Ticket> = {}): Ticket {
  return createAlarmTicket({
    place: { zh: '1号楼B1层', en: 'Building 1, B1' },
    equipmentName: { zh: '2号客梯', en: 'Lift 2' },
    content: { zh: '轿厢困人', en: 'people trapped' },
    location: toId<LocationId>('b1'),
    assignee: 'engineer',
    takenBy: null,
    contractor: null,
    attendance: 'urgent',
    priority: 'urgent',
    ...given,
  });
}

const EMERGENCY = { priority: 'emergency', attendance: 'emergency', stage: 'recorded' } as const;

/** `recipient kind` of each. */
const who = (messages: readonly Message[]): readonly string[] =>
  messages.map(({ recipient, kind }) => `${recipient} ${kind}`);

const step = (ticket: Ticket, transition: Transition): readonly TicketEvent[] =>
  stepTicket(ticket, transition, DESK, createContext({ policy })).events;

describe('an emergency', () => {
  const ticket = createTicket(EMERGENCY);
  const reported = event('reporting', ticket, { to: ['assignee', 'supervisor', 'leader'], when: 'at-once' });

  test('is reported to the responsible people on duty, the department and the leader, each by a message of its own', () => {
    expect(who(tell([reported]))).toEqual([
      'engineer-wang emergency',
      'engineer-zhao emergency',
      'boss-wu emergency',
      'leader-zhou emergency',
    ]);
  });

  test('says what and where first, and what this person has to do', () => {
    const [engineer, , boss, leader] = tell([reported]);
    expect(engineer?.subject).toEqual({
      zh: '【突发紧急】1号楼B1层 2号客梯：轿厢困人',
      en: '[Emergency] Building 1, B1 Lift 2: people trapped',
    });
    expect(engineer?.body.zh).toBe(`请立即到场处置。工单 ${ticket.number}`);
    expect(boss?.body.zh).toBe(`请组织处置。工单 ${ticket.number}`);
    expect(leader?.body.en).toBe(`For your attention. Ticket ${ticket.number}`);
  });

  test('of a drill is marked in both languages', () => {
    const drill = { ...ticket, isDrill: true };
    const [message] = tell([{ ...reported, ticket: drill }]);
    expect(message).toMatchObject({ isDrill: true });
    expect(message?.subject.zh).toMatch(/^【演练】【突发紧急】/);
    expect(message?.subject.en).toMatch(/^\[DRILL\] \[Emergency\]/);
  });

  test('goes out at night, at once', () => {
    const nowMs = BASE_MS + 17 * HOUR_MS;
    for (const message of tell([reported], { nowMs })) expect(message.notBeforeMs).toBe(nowMs);
  });

  test('without a responsible person is the desk’s to dispatch, and it is told once', () => {
    const nobody = { ...ticket, assignee: null };
    const messages = tell([
      event('recorded', nobody),
      { ...reported, ticket: nobody, detail: { to: ['assignee'], when: 'at-once' } },
    ]);
    expect(who(messages)).toEqual(['desk-li emergency']);
    expect(messages[0]?.body.zh).toContain('请立即派单');
    expect(messages[0]).not.toHaveProperty('reportsTo');
  });

  test('that nobody had is reported to the assignee by its assignment, also to whoever assigns it to himself', () => {
    const reports = [{ to: 'assignee', atMs: BASE_MS, deliveredAtMs: null, answeredAtMs: null }];
    const waiting = createTicket({ ...EMERGENCY, stage: 'recorded', assignee: null, reports });
    for (const assignee of ['engineer-zhao', 'desk-li']) {
      const [message] = tell(step(waiting, { type: 'dispatch', assignee }));
      expect(message).toMatchObject({ kind: 'assigned', recipient: assignee, reportsTo: ['assignee'] });
    }
  });

  test('is told to somebody in any case, and says for whom it was meant', () => {
    const duty = createDuty({ desk: ['desk-li'] });
    const messages = tell([{ ...reported, detail: { to: ['leader'], when: 'at-once' } }], { duty });
    expect(who(messages)).toEqual(['desk-li emergency']);
    expect(messages[0]?.body.zh).toContain('原应通知“领导”，现无人可通知。');
  });

  test('one person who stands for two of its recipients is told once', () => {
    const duty = createDuty({ ...PEOPLE, leader: ['boss-wu'] });
    expect(who(tell([reported], { duty }))).toEqual([
      'engineer-wang emergency',
      'engineer-zhao emergency',
      'boss-wu emergency',
    ]);
  });

  test('that was told is not told again by the same event', () => {
    expect(tell([reported], { before: tell([reported]) })).toEqual([]);
  });

  test('told later says whether it is confirmed or unanswered', () => {
    const later = (when: string) => tell([{ ...reported, detail: { to: ['leader'], when } }])[0]?.body.zh;
    expect(later('confirmed')).toContain('情况已核实属实。');
    expect(later('unanswered')).toContain('此前已报告，无人应答。');
  });
});

describe('whose turn it is', () => {
  test('a ticket that waits for its dispatch is the desk’s, one that was dispatched in the same round is not', () => {
    const recorded = createTicket({ stage: 'recorded' });
    const dispatched = createTicket({ stage: 'dispatched' });
    expect(who(tell([event('recorded', recorded)]))).toEqual(['desk-li to-dispatch']);
    expect(who(tell([event('recorded', recorded), event('dispatched', dispatched)]))).toEqual([
      'engineer-wang assigned',
      'engineer-zhao assigned',
    ]);
  });

  test('a dispatch tells the person it went to, not who made it', () => {
    const events = step(createTicket({ stage: 'recorded' }), { type: 'dispatch', assignee: 'engineer-zhao' });
    expect(who(tell(events))).toEqual(['engineer-zhao assigned']);
    const own = step(createTicket({ stage: 'recorded' }), { type: 'dispatch', assignee: 'desk-li' });
    expect(tell(own)).toEqual([]);
  });

  test('a transfer tells the new one', () => {
    const transition: Transition = { type: 'transfer', assignee: 'engineer-wang', reason: 'shift ends' };
    const messages = tell(step(createTicket({ stage: 'handling', takenBy: 'engineer-zhao' }), transition));
    expect(who(messages)).toEqual(['engineer-wang assigned']);
    expect(messages[0]?.body.zh).toContain('原因：shift ends。请签收并复述确认。');
  });

  test('what is done is the owner’s to accept, else theirs whom the policy names', () => {
    const done = event('done', createTicket({ stage: 'done' }), {}, 'engineer-zhao');
    const ofPolicy = tellUnder({ accept: ['owner', 'owner-service'] }, [done]);
    expect(who(ofPolicy(undefined))).toEqual(['service-qian to-accept']);
    expect(who(ofPolicy(() => 'boss-wu'))).toEqual(['boss-wu to-accept']);
  });

  test('what is accepted in the evening is visited in the hours of the desk', () => {
    const accepted = event('accepted', createTicket({ stage: 'accepted' }), {}, 'service-qian');
    const evening = BASE_MS + 14 * HOUR_MS;
    const [message] = tell([accepted], { nowMs: evening });
    expect(message).toMatchObject({ kind: 'to-visit', recipient: 'desk-li' });
    expect(message?.notBeforeMs).toBeGreaterThan(evening);
    expect(tell([accepted])[0]?.notBeforeMs).toBe(BASE_MS);
  });

  test('a rework goes back to dispatch, and who had it knows, with its reason', () => {
    const events = step(createTicket({ stage: 'done' }), { type: 'reject', reason: '仍漏水' });
    const messages = tell(events);
    expect(who(messages)).toEqual(['engineer-wang reworked', 'engineer-zhao reworked']);
    expect(messages[0]?.body.zh).toContain('原因：仍漏水。请知悉。');
  });

  function tellUnder(actors: Partial<typeof policy.actors>, events: readonly TicketEvent[]) {
    const own = { ...policy, actors: { ...policy.actors, ...actors } };
    return (ownerOf: ToMessagesOptions['ownerOf']) =>
      createToMessages({
        duty: () => createDuty(PEOPLE),
        channels: [INBOX],
        timeZone: 'UTC',
        ...(ownerOf === undefined ? {} : { ownerOf }),
      })(events, [], {
        nowMs: BASE_MS,
        nextId: () => toId('m'),
        has: () => false,
        messagesOf: () => [],
        policyOf: () => own,
      });
  }
});

describe('clocks and the ladder', () => {
  test('a warning goes to who has to act, a breach to the supervisor with the name, an unanswered one up the ladder', () => {
    let ticket = withClocks(
      createTicket({ takenBy: 'engineer-zhao', stage: 'taken' }),
      defaultPolicy,
      BASE_MS,
    );
    const seen: string[] = [];
    const bodies: string[] = [];
    for (let minute = 1; minute <= 31; minute += 1) {
      const nowMs = BASE_MS + minute * MINUTE_MS;
      const swept = sweepTicket(ticket, defaultPolicy, nowMs);
      if (swept === null) continue;
      ticket = swept.ticket;
      const messages = tell(swept.events, { nowMs });
      seen.push(...who(messages));
      bodies.push(...messages.map(({ body }) => body.zh));
    }
    expect(seen).toContain('engineer-zhao clock-warned');
    expect(seen).toContain('boss-wu clock-breached');
    expect(seen).toContain('boss-wu escalated');
    expect(bodies.some((body) => /“到场”时限 10:30 到期。请尽快处理。/.test(body))).toBe(true);
    expect(bodies.some((body) => body.includes('“到场”已超时，责任人：名engineer-zhao。请督办。'))).toBe(
      true,
    );
    expect(bodies.some((body) => body.includes('预警无人应答。请协调处理。'))).toBe(true);
  });

  test('a warning that would go to the gateway goes to the desk', () => {
    const ticket = withClocks(createTicket({ stage: 'recorded' }), defaultPolicy, BASE_MS);
    const warned = event('clock-warned', ticket, {
      clocks: ['dispatch'],
      rounds: [1],
      responsible: 'gateway',
    });
    expect(who(tell([warned]))).toEqual(['desk-li clock-warned']);
  });

  test('an urge names who urges and says what', () => {
    const urged = event('urged', createTicket({ takenBy: 'engineer-zhao' }), { note: '客户在等' }, 'boss-wu');
    const [message] = tell([urged]);
    expect(message).toMatchObject({ kind: 'urged', recipient: 'engineer-zhao' });
    expect(message?.body.zh).toContain('名boss-wu督促：客户在等。');
  });
});

describe('what wakes nobody', () => {
  const quiet = createTicket({ priority: 'normal', attendance: 'next-working-day' });

  test('is kept for working time', () => {
    const night = BASE_MS + 17 * HOUR_MS;
    const [message] = tell([event('dispatched', quiet)], { nowMs: night });
    // 09:00 in Shanghai on Wednesday.
    expect(new Date(message?.notBeforeMs ?? 0).toISOString()).toBe('2026-09-23T01:00:00.000Z');
    expect(message?.nextAtMs).toBe(message?.notBeforeMs);
  });

  test('is told at once while it runs', () => {
    expect(tell([event('dispatched', quiet)])[0]?.notBeforeMs).toBe(BASE_MS);
  });
});

describe('what follows a message', () => {
  const ticket = createTicket({ ...EMERGENCY, alarms: [createAlarm({ isActive: false })] });
  const raises = tell([event('reporting', ticket, { to: ['assignee'], when: 'at-once' })]);
  const returned = event('alarm-returned', { ...ticket, version: 2 });

  test('a return is told to those who were told of the raise, by the same channel', () => {
    const messages = tell([returned], { before: raises });
    expect(who(messages)).toEqual(['engineer-wang information', 'engineer-zhao information']);
    expect(messages[0]?.body.zh).toContain('告警已恢复正常。仍须到场核实。');
  });

  test('without a raise there is no return', () => {
    expect(tell([returned])).toEqual([]);
    expect(tell([returned], { before: raises.map((message) => ({ ...message, state: 'failed' })) })).toEqual(
      [],
    );
  });

  test('a return is not told while another alarm of the ticket stands', () => {
    const other = [createAlarm({ isActive: false }), createAlarm({ id: toId('occurrence-2') })];
    expect(tell([event('alarm-returned', { ...ticket, alarms: other })], { before: raises })).toEqual([]);
  });

  test('whoever is on the way learns that the ticket is cancelled', () => {
    const cancelled = {
      ...ticket,
      version: 3,
      stage: 'cancelled',
      cancellation: { by: 'desk-li', reason: 'false-alarm', note: '', atMs: BASE_MS },
    } as const;
    const [message] = tell([event('cancelled', cancelled, {}, 'desk-li')], { before: raises });
    expect(message?.body.zh).toContain('工单已撤销（误报）。无须再处理。');
  });
});

describe('channels', () => {
  const reported = event('reporting', createTicket(EMERGENCY), {
    to: ['assignee', 'leader'],
    when: 'at-once',
  });

  test('a channel for leaders and emergencies gets these and no others', () => {
    const hook: ChannelRule = {
      id: 'webhook',
      kinds: ['emergency'],
      roles: ['leader'],
      reachesContacts: false,
    };
    const messages = tell([reported, event('urged', createTicket(), { note: 'x' })], {
      channels: [INBOX, hook],
    });
    expect(
      messages.filter(({ channel }) => channel === 'webhook').map(({ recipient, kind }) => [recipient, kind]),
    ).toEqual([['leader-zhou', 'emergency']]);
    expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
  });

  test('a firm without an account is told only by a channel that can reach it', () => {
    const given = createTicket({ contractor: { user: null, contact: toId('lift-firm') } });
    const events = [event('contractor-set', given)];
    expect(tell(events)).toEqual([]);
    const hook: ChannelRule = { id: 'webhook', kinds: null, roles: null, reachesContacts: true };
    expect(tell(events, { channels: [INBOX, hook] })).toMatchObject([
      { recipient: 'lift-firm', channel: 'webhook' },
    ]);
  });
});

describe('an incident', () => {
  const ticket = createTicket(EMERGENCY);
  const incident: Incident = {
    id: toId('sj-1'),
    number: 'SJ20260922-01',
    version: 2,
    site: toId('test-site'),
    kind: 'fire',
    nature: 'safety-accident',
    grade: 'ordinary',
    verdict: 'confirmed',
    phase: 'first-handling',
    commander: null,
    isDrill: false,
    beganAtMs: BASE_MS,
    endedAtMs: null,
    lastAtMs: BASE_MS,
    reportWarnedAtMs: null,
    reportBreachedAtMs: null,
    location: null,
    place: { zh: '1号楼', en: 'Building 1' },
    tickets: [ticket.id],
    reportDueAtMs: BASE_MS + 2 * HOUR_MS,
    reports: [],
    plan: null,
  };
  const change = (
    type: IncidentEvent['type'],
    given: Partial<Incident> = {},
    detail: IncidentEvent['detail'] = {},
  ): readonly IncidentEvent[] => [
    { type, atMs: BASE_MS, by: 'security-ma', incident: { ...incident, ...given }, detail },
  ];

  test('that is confirmed has its report, with the time by which', () => {
    const [message] = tell([], { incidents: change('confirmed') });
    expect(message).toMatchObject({
      kind: 'report-due',
      recipient: 'desk-li',
      incident: 'sj-1',
      ticket: null,
    });
    expect(message?.body.zh).toBe(
      '原应通知“当值”，现无人可通知。须于 12:00 前向产权人或业主委员会报送信息报告。请按时报送。事件 SJ20260922-01',
    );
  });

  test('whose report is about to be overdue is told to whose it is, by name', () => {
    const [message, ...others] = tell([], {
      incidents: change('report-warned', {}, { responsible: 'engineer-wang' }),
    });
    expect(others).toEqual([]);
    expect(message?.recipient).toBe('engineer-wang');
    expect(message?.body.zh).toContain('报送信息报告，责任人：');
    expect(message?.body.zh).toContain('engineer-wang');
  });

  test('whose warning nobody answers is told on the rung that it has come to', () => {
    const detail = { role: 'manager', level: 2, responsible: 'engineer-wang' };
    const messages = tell([], { incidents: change('report-escalated', {}, detail) });
    expect(who(messages)).toEqual(['manager-sun report-due']);
    expect(messages[0]?.body.zh).toMatch(/信息报告将于 12:00 到期，预警无人响应，责任人：.*engineer-wang/);
  });

  test('whose report is overdue is told to whose it is and to the supervisor, with the name', () => {
    const detail = { responsible: 'engineer-wang', to: 'supervisor' };
    const messages = tell([], { incidents: change('report-breached', {}, detail) });
    expect(who(messages)).toEqual(['engineer-wang report-due', 'boss-wu report-due']);
    expect(messages[1]?.body.zh).toMatch(/信息报告已超时，责任人：.*engineer-wang/);
    const own = { responsible: 'boss-wu', to: 'supervisor' };
    expect(who(tell([], { incidents: change('report-breached', {}, own) }))).toEqual(['boss-wu report-due']);
  });

  test('whose grade is lowered is told to whoever is named as the approver', () => {
    const detail = { reason: '无人伤亡', approver: 'manager-sun' };
    const messages = tell([], { incidents: change('graded', { commander: 'boss-wu' }, detail) });
    expect(who(messages)).toEqual(['boss-wu information', 'manager-sun information']);
    expect(messages[1]?.body.zh).toMatch(/以您为批准人降低事件等级（无人伤亡）。如未批准，请立即致电前台/);
  });

  test('that was a false alarm is taken back from all who were told, and from nobody else', () => {
    const before = tell([event('reporting', ticket, { to: ['assignee'], when: 'at-once' })]);
    const incidents = change('confirmed', { verdict: 'false-alarm' });
    expect(who(tell([], { incidents, before }))).toEqual([
      'engineer-wang information',
      'engineer-zhao information',
    ]);
    expect(tell([], { incidents })).toEqual([]);
  });
});

test('of those who hold a role, the ones on duty are told, as the roster has it', () => {
  const toMember = (username: string): StaffMember => ({
    ...NO_PROFILE,
    username,
    name: { zh: username, en: username },
    roles: ['engineer'],
    isDisabled: false,
  });
  const roster: Roster = {
    version: 1,
    timeZone: 'Asia/Shanghai',
    shifts: [{ id: 'day', name: { zh: '白班', en: 'Day' }, from: 480, to: 1_200 }],
    posts: [
      {
        id: 'on-call',
        name: { zh: '当值', en: 'On call' },
        role: 'engineer',
        group: null,
        calendar: null,
        isStandby: false,
      },
    ],
    assignments: [
      {
        date: '2026-09-22',
        post: 'on-call',
        shift: 'day',
        username: 'wang',
        swappedFrom: null,
        approver: null,
      },
    ],
  };
  const staff = new Map(['wang', 'zhao'].map((name) => [name, toMember(name)]));
  const duty = createDutyView({ roster, staff, calendars: new Map(), parents: new Map() });
  const dispatched = event('dispatched', createTicket());
  expect(who(tell([dispatched], { duty }))).toEqual(['wang assigned']);
  const night = BASE_MS + 14 * HOUR_MS;
  expect(who(tell([dispatched], { duty, nowMs: night }))).toEqual(['wang assigned', 'zhao assigned']);
});

test('nobody to tell and nobody to stand in makes no message, and no error', () => {
  const duty = createDuty({});
  expect(tell([event('urged', createTicket(), { note: 'x' })], { duty })).toEqual([]);
});
