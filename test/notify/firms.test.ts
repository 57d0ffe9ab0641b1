/** A firm that repairs under warranty: its people with an account are told in their inbox, its telephone is the further way. */
import { describe, expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import { type ContactId, type LocationId, type MessageId, toId } from '../../src/core/ids.ts';
import type { Message } from '../../src/core/message.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import { type ChannelRule, createToMessages } from '../../src/notify/to-messages.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { whoWouldBeTold } from '../../src/people/who.ts';
import { makeBook, member, ZONE } from '../people/fixtures.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { BASE_MS, createAlarmTicket } from '../tickets/fixtures.ts';

const FIRM = toId<ContactId>('lift-firm');
const PEOPLE = [
  member('li', ['desk']),
  member('wang', ['engineer']),
  member('safe', ['lift-safety'], { firm: FIRM }),
  member('con-a', ['contractor'], { firm: FIRM }),
  member('con-b', ['contractor'], { firm: FIRM }),
  member('con-gone', ['contractor'], { firm: FIRM, isDisabled: true }),
  member('con-other', ['contractor'], { firm: toId('other-firm') }),
];
const DUTY = createDutyView(makeBook(null, PEOPLE));
const INBOX: ChannelRule = { id: 'inbox', kinds: null, roles: null, reachesContacts: false };
const PHONE: ChannelRule = { id: 'webhook', kinds: null, roles: ['nobody'], reachesContacts: true };

const toMessages = createToMessages({ duty: () => DUTY, channels: [INBOX, PHONE], timeZone: ZONE });

function tell(type: TicketEvent['type'], given: Partial<Ticket> = {}, detail: TicketEvent['detail'] = {}) {
  const ticket = createAlarmTicket({
    stage: 'dispatched',
    priority: 'urgent',
    attendance: 'urgent',
    flow: 'warranty',
    assignee: 'engineer',
    takenBy: null,
    contractor: { user: null, contact: FIRM },
    ...given,
  });
  let made = 0;
  const messages = toMessages([{ type, atMs: BASE_MS, by: 'gateway', ticket, detail }], [], {
    nowMs: BASE_MS,
    nextId: () => `m${++made}` as MessageId,
    has: () => false,
    messagesOf: () => [],
    policyOf: () => defaultPolicy,
  });
  return messages.map(toRow);
}

const toRow = ({ recipient, channel, kind }: Message): string => `${recipient} ${channel} ${kind}`;
const firmRows = (kind: string): readonly string[] => [
  `con-a inbox ${kind}`,
  `con-b inbox ${kind}`,
  `lift-firm webhook ${kind}`,
];

describe('a ticket that a firm repairs', () => {
  test('is told to its accounts and to its telephone when it is given to it', () => {
    expect(tell('contractor-set')).toEqual(firmRows('assigned'));
  });

  test('is told to them with the dispatch, beside whoever of the house has it', () => {
    expect(tell('dispatched')).toEqual(['wang inbox assigned', ...firmRows('assigned')]);
  });

  test.each([
    ['urged', {}, { note: 'when?' }],
    ['priority-raised', {}, { from: 'normal' }],
    ['reworked', { stage: 'rework' }, { reason: 'still dripping' }],
  ] as const)('is told to them when it is %s', (type, given, detail) => {
    const rows = tell(type, given, detail);
    expect(rows).toContain(`wang inbox ${type}`);
    expect(rows.filter((row) => /^(con-|lift-firm)/.test(row))).toEqual(firmRows(type));
  });

  test('is told to the one account that was named, not to all of the firm', () => {
    const rows = tell('contractor-set', { contractor: { user: 'con-b', contact: FIRM } });
    expect(rows).toEqual(['con-b inbox assigned', 'lift-firm webhook assigned']);
    expect(tell('contractor-set', { contractor: { user: 'con-b', contact: null } })).toEqual([
      'con-b inbox assigned',
    ]);
  });

  test('of whose clock it holds is warned itself, and the desk with it', () => {
    const rows = tell('clock-warned', {}, { clocks: [], rounds: [], responsible: FIRM });
    expect(rows).toEqual(['li inbox clock-warned', ...firmRows('clock-warned')]);
  });

  test('reaches nobody of the house who only names the firm, no closed account and no other firm', () => {
    expect(DUTY.accountsOf(FIRM)).toEqual(['con-a', 'con-b']);
    expect(DUTY.accountsOf(toId('unknown-firm'))).toEqual([]);
  });
});

describe.each([
  { state: 'under warranty', warrantyUntil: '2099-12-31', accounts: ['con-a', 'con-b'] },
  { state: 'whose warranty is over', warrantyUntil: '2020-01-01', accounts: [] },
])('an alarm of equipment $state', ({ warrantyUntil, accounts }) => {
  const base = createTestModel({
    policy: defaultPolicy,
    equipment: [
      {
        id: 'pump',
        points: [{ name: 'p' }],
        rules: [
          { id: 'alarm', points: ['p'], type: 'state', params: { in: [1] }, severity: 'high' } as const,
        ],
      },
    ],
  });
  const pump = defined([...base.equipment.values()][0], 'the pump');
  const service = {
    serves: [],
    isolation: null,
    sparePart: null,
    warrantyUntil,
    contractor: FIRM,
    isCommissioning: false,
  };
  const equipment = { ...pump, service };
  const model = { ...base, equipment: new Map([[pump.id, equipment]]) };

  test('is told to those of the firm whom `who` names, and to no others', () => {
    const loop = createTestLoop(model, undefined, { toMessages });
    loop.feed({ p: 0 });
    loop.feed({ p: 1 });
    const told = loop.messages.filter(({ recipient }) => recipient.startsWith('con-'));
    expect(told.map(({ recipient, kind, channel }) => [recipient, kind, channel])).toEqual(
      accounts.map((name) => [name, 'assigned', 'inbox']),
    );
    const contact = {
      id: FIRM,
      name: { zh: '电梯维保', en: 'Lift firm' },
      method: '400',
      kind: 'maintainer',
      phones: [],
      for: [],
    } as const;
    const answer = whoWouldBeTold(
      { atMs: loop.clock.now().wallMs, severity: 'high', class: 'engineering', equipment },
      { policy: defaultPolicy, duty: DUTY, contacts: new Map([[FIRM, contact]]), timeZone: ZONE },
    );
    const steps = answer.steps.filter(({ id }) => id === 'contractor');
    expect(steps.flatMap(({ people }) => people.map(({ username }) => username))).toEqual(accounts);
    expect(steps.map(({ assigneeText }) => assigneeText.zh)).toEqual(accounts.length > 0 ? ['电梯维保'] : []);
    expect(answer.contacts.map(({ id }) => id)).toEqual(accounts.length > 0 ? [FIRM] : []);
  });
});

test('a firm without accounts is a gap that `who` names: somebody has to ring', () => {
  const service = { warrantyUntil: '2099-12-31', contractor: toId<ContactId>('no-account-firm') };
  const place = { kind: 'lift', location: toId<LocationId>('b1'), responsible: null, contact: null } as const;
  const answer = whoWouldBeTold(
    { atMs: BASE_MS, severity: 'high', class: null, equipment: { ...place, service } },
    { policy: defaultPolicy, duty: DUTY, contacts: new Map(), timeZone: ZONE },
  );
  const step = answer.steps.find(({ id }) => id === 'contractor');
  expect(step).toMatchObject({ people: [], gaps: [{ zh: '承修单位没有账号，须电话联系' }] });
});

test('the work is offered for acceptance to somebody who has not done it', () => {
  const done = {
    stage: 'done',
    flow: 'public-area',
    contractor: null,
    reporter: 'wang',
    workedBy: ['wang'],
  } as const;
  // The reporter has done it himself, nobody of the owner service has an account: the desk sees to it.
  expect(tell('done', done)).toEqual(['li inbox to-accept']);
  expect(tell('done', { ...done, workedBy: [] })).toEqual(['wang inbox to-accept']);
});
