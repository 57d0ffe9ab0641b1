/**
 * The ninety seconds of an emergency (service-workflow.md §2): they end when all those to whom it is reported at once have
 * been reached, in the transaction that records the last delivery, and run out with the names of those who have not.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { defined } from '../../src/core/assert.ts';
import type { Message } from '../../src/core/message.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { DeliveryOutcome } from '../../src/engine/commands.ts';
import { createInbox } from '../../src/notify/inbox.ts';
import type { Delivery } from '../../src/notify/notifier.ts';
import { createToMessages } from '../../src/notify/to-messages.ts';
import { toUndelivered } from '../../src/tickets/reporting.ts';
import { createDuty } from '../notify/fixtures.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const SECOND_MS = 1_000;
const STAFF: Readonly<Record<string, readonly string[]>> = {
  desk: ['desk-li'],
  duty: ['duty-he'],
  engineer: ['wang'],
  supervisor: ['boss-wu'],
  leader: ['leader-zhou'],
  foreman: ['foreman-tan'],
};
const DELIVERED: Delivery = { result: 'delivered', answer: null };
const REFUSED: Delivery = { result: 'refused', answer: { code: '400', text: 'no' } };

function start(policy: Policy, staff = STAFF, channels = ['inbox']) {
  const rule = { type: 'state', params: { in: [1] }, severity: 'life-safety', class: 'engineering' } as const;
  const model = createTestModel({
    equipment: [{ id: 'pump', points: [{ name: 'p' }], rules: [{ id: 'burst', points: ['p'], ...rule }] }],
    overrides: { policy },
  });
  const toMessages = createToMessages({
    duty: () => createDuty(staff),
    channels: channels.map((id) => ({ id, kinds: null, roles: null, reachesContacts: false })),
    timeZone: 'Asia/Shanghai',
  });
  const loop = createTestLoop(model, undefined, { toMessages });
  loop.feed({ p: 0 });
  loop.feed({ p: 1 });
  return loop;
}

const ticketOf = (loop: TestLoop): Ticket => defined(loop.tickets()[0], 'the ticket');
const reportsOf = (loop: TestLoop): readonly Message[] =>
  loop.messages.filter(({ kind }) => kind === 'emergency');
/** `record-alarm` and the others are not what this is about. */
const clockOf = (loop: TestLoop) =>
  defined(
    ticketOf(loop).clocks.find(({ id }) => id === 'report' || id === 'alert'),
    'the clock of the report',
  );
const typesOf = (loop: TestLoop) => loop.ticketEvents.map(({ type }) => type);

function record(loop: TestLoop, { id }: Message, delivery: Delivery = DELIVERED): void {
  const outcome: DeliveryOutcome = { type: 'attempt', delivery, atMs: loop.clock.now().wallMs };
  loop.command({ type: 'delivery', message: id, outcome });
}

const breachOf = (loop: TestLoop) =>
  loop.ticketEvents.find(
    ({ type, detail }) => type === 'clock-breached' && String(detail['clocks']).match(/report|alert/),
  );

describe.each([
  {
    name: 'default',
    policy: defaultPolicy,
    limitMs: 90 * SECOND_MS,
    at: ['wang', 'boss-wu', 'leader-zhou'],
    ringer: 'desk-li',
  },
  {
    name: 'hospital',
    policy: hospitalPolicy,
    limitMs: 60 * SECOND_MS,
    at: ['duty-he', 'wang'],
    ringer: 'duty-he',
  },
])('under the $name policy', ({ policy, limitMs, at, ringer }) => {
  test('the clock runs from the alarm on, while nobody is known to have been reached', () => {
    const loop = start(policy);
    const began = loop.clock.now().wallMs;
    expect(reportsOf(loop).map(({ recipient }) => recipient)).toEqual(at);
    expect(clockOf(loop)).toMatchObject({ startedAtMs: began, dueAtMs: began + limitMs, stoppedAtMs: null });
    expect(typesOf(loop)).toContain('reporting');
    expect(typesOf(loop)).not.toContain('reported');
  });

  test('it stops with the last of those who are to know at once, not before', () => {
    const loop = start(policy);
    const [first, ...rest] = reportsOf(loop);
    for (const message of rest) record(loop, message);
    loop.advance(20 * SECOND_MS);
    expect(clockOf(loop).stoppedAtMs).toBeNull();
    record(loop, defined(first, 'a message'));
    const nowMs = loop.clock.now().wallMs;
    expect(clockOf(loop)).toMatchObject({ stoppedAtMs: nowMs, breachedAtMs: null });
    expect(typesOf(loop).filter((type) => type === 'reported')).toHaveLength(1);
    expect(ticketOf(loop).reports.map(({ deliveredAtMs }) => deliveredAtMs)).not.toContain(null);
    loop.advance(2 * limitMs);
    expect(breachOf(loop)).toBeUndefined();
  });

  test('the delivery and the mark are one transaction: where it fails, neither is there', () => {
    const loop = start(policy);
    const messages = reportsOf(loop);
    for (const message of messages.slice(1)) record(loop, message);
    loop.failCommits(true);
    expect(() => record(loop, defined(messages[0], 'a message'))).toThrow();
    loop.failCommits(false);
    expect(clockOf(loop).stoppedAtMs).toBeNull();
    loop.restart(SECOND_MS);
    expect(clockOf(loop).stoppedAtMs).toBeNull();
    const before = loop.writes.length;
    record(loop, defined(messages[0], 'a message'));
    const written = loop.writes.slice(before).map(({ type }) => type);
    expect(written).toEqual(expect.arrayContaining(['message', 'ticket', 'ticket-event']));
    expect(clockOf(loop).stoppedAtMs).not.toBeNull();
  });

  test('whoever cannot be reached by any way is named when the time is over, and those above are told', () => {
    const loop = start(policy, STAFF, ['inbox', 'webhook']);
    const last = at.at(-1);
    for (const message of reportsOf(loop))
      record(loop, message, message.recipient === last ? REFUSED : DELIVERED);
    loop.advance(limitMs - SECOND_MS);
    expect(breachOf(loop)).toBeUndefined();
    loop.advance(2 * SECOND_MS);
    const to = ticketOf(loop).reports.at(-1)?.to;
    expect(breachOf(loop)?.detail['unreached']).toEqual([{ to, people: [last] }]);
    const told = loop.messages.find(
      ({ kind, body }) => kind === 'clock-breached' && body.zh.includes('未送达'),
    );
    expect(told?.body.zh).toContain(`名${last}`);
    expect(told?.recipient).toBe(policy === defaultPolicy ? 'boss-wu' : 'foreman-tan');
  });

  test('the inbox reaches nobody who has no page open: the time runs out with every name; the page that opens ends it', async () => {
    const loop = start(policy);
    let pages = 0;
    const inbox = createInbox({ announce: ({ shown }) => void (pages > 0 && shown()) });
    const attempt = async (): Promise<void> => {
      for (const message of reportsOf(loop)) {
        const recipient = { id: message.recipient, name: '', language: 'zh', addresses: [] } as const;
        record(loop, message, await inbox.deliver(message, recipient, new AbortController().signal));
      }
    };
    await attempt();
    loop.advance(limitMs + SECOND_MS);
    const reports = toUndelivered(ticketOf(loop));
    expect(breachOf(loop)?.detail['unreached']).toEqual(
      reports.map(({ to }, index) => ({ to, people: [at[index]] })),
    );
    expect(clockOf(loop)).toMatchObject({ stoppedAtMs: null });
    pages = 1;
    await attempt();
    expect(clockOf(loop).stoppedAtMs).toBe(loop.clock.now().wallMs);
  });

  test('before it runs out, whoever dispatches is told whom to ring, and nobody whom nothing has reached', () => {
    const loop = start(policy);
    const [reached, ...missing] = reportsOf(loop);
    record(loop, defined(reached, 'a message'));
    loop.advance(limitMs * 0.8);
    const isMeant = ({ kind, body }: Message): boolean => kind === 'clock-warned' && /“紧急/.test(body.zh);
    const warnings = loop.messages.filter(isMeant);
    expect(warnings.map(({ recipient }) => recipient)).toEqual([ringer]);
    for (const { recipient } of missing) expect(warnings[0]?.body.zh).toContain(recipient);
    expect(warnings[0]?.body.zh).toMatch(/未送达：.*请电话通知未送达的人员。/);
    expect(warnings[0]?.body.en).toMatch(/not reached: .*Ring those who were not reached\./);
    const warned = loop.ticketEvents.find(
      ({ type, detail }) => type === 'clock-warned' && 'unreached' in detail,
    );
    expect(warned?.detail).toMatchObject({ responsible: 'gateway' });
  });

  test('one way that works is enough', () => {
    const loop = start(policy, STAFF, ['inbox', 'webhook']);
    for (const message of reportsOf(loop))
      record(loop, message, message.channel === 'inbox' ? DELIVERED : REFUSED);
    expect(clockOf(loop).stoppedAtMs).not.toBeNull();
  });

  test('a recipient whom nobody stands for is named too: that another was told instead is no report', () => {
    const staff = { ...STAFF, [policy === defaultPolicy ? 'leader' : 'engineer']: [] };
    const loop = start(policy, staff);
    for (const message of reportsOf(loop)) record(loop, message);
    loop.advance(limitMs + SECOND_MS);
    expect(breachOf(loop)?.detail['unreached']).toEqual([
      { to: policy === defaultPolicy ? 'leader' : 'assignee', people: [] },
    ]);
    expect(loop.messages.some(({ body }) => body.zh.includes('无人可通知'))).toBe(true);
  });

  test('the one who reads it before the channel answers has been reached', () => {
    const loop = start(policy);
    for (const { id, recipient: by } of reportsOf(loop))
      loop.command({
        type: 'delivery',
        message: id,
        outcome: { type: 'read', by, atMs: loop.clock.now().wallMs },
      });
    expect(clockOf(loop).stoppedAtMs).not.toBeNull();
  });
});

test('nobody loses a form to the note that it is reported', () => {
  const loop = start(defaultPolicy);
  const seen = ticketOf(loop);
  for (const message of reportsOf(loop)) record(loop, message);
  expect(ticketOf(loop).version).toBeGreaterThan(seen.version);
  const { ticket } = loop.command(toTicketCommand(seen, { type: 'dispatch', assignee: 'wang' }, 'desk-li'));
  expect(ticket).toMatchObject({ stage: 'dispatched' });
});

test('that the desk has dispatched it does not make up for those who know nothing', () => {
  const loop = start(defaultPolicy);
  loop.command(toTicketCommand(ticketOf(loop), { type: 'dispatch', assignee: 'wang' }, 'desk-li'));
  expect(clockOf(loop).stoppedAtMs).toBeNull();
});

test('who is told later than those at once holds up nothing, and is on record when his turn is', () => {
  const loop = start(hospitalPolicy);
  const [first, second] = reportsOf(loop);
  record(loop, defined(first, 'a message'));
  loop.advance(121 * SECOND_MS);
  const late = defined(reportsOf(loop)[2], 'the message to the supervisor');
  record(loop, late);
  expect(typesOf(loop)).not.toContain('reported');
  record(loop, defined(second, 'a message'));
  const reported = loop.ticketEvents.filter(({ type }) => type === 'reported');
  expect(reported.map(({ detail }) => detail['to'])).toEqual([['duty', 'assignee', 'supervisor']]);
});

test('who is told only when it is confirmed keeps no clock running', () => {
  const loop = start(hospitalPolicy);
  for (const message of reportsOf(loop)) record(loop, message);
  expect(ticketOf(loop).reports.map(({ to }) => to)).toEqual(['duty', 'assignee']);
  expect(clockOf(loop).stoppedAtMs).not.toBeNull();
  loop.advance(121 * SECOND_MS);
  expect(ticketOf(loop).reports.at(-1)).toMatchObject({ to: 'supervisor', deliveredAtMs: null });
  expect(breachOf(loop)).toBeUndefined();
});

describe('after the gateway was off', () => {
  const WEEK_MS = 7 * 24 * 3_600_000;
  const BUSY: Delivery = { result: 'retry', answer: { code: '503', text: 'busy' }, afterMs: null };
  const namesOf = (messages: readonly Message[]) => messages.map(({ recipient }) => recipient);

  test('an emergency that nobody knows of is told anew, once, whatever became of its messages', () => {
    const loop = start(defaultPolicy);
    const [first, second, third] = reportsOf(loop);
    // One was given up, one reached its man, one was still tried when the gateway went off.
    record(loop, defined(first, 'a message'), REFUSED);
    record(loop, defined(second, 'a message'));
    record(loop, defined(third, 'a message'), BUSY);
    loop.restart(WEEK_MS);
    loop.round();
    const anew = reportsOf(loop).slice(3);
    expect(namesOf(anew)).toEqual(['wang', 'leader-zhou']);
    expect(anew[0]?.body.zh).toContain('重新报告');
    const reported = loop.ticketEvents.findLast(({ type }) => type === 'reporting');
    expect(reported?.detail).toEqual({ to: ['assignee', 'leader'], when: 'again' });
    const old = loop.writes.findLast(
      (write) => write.type === 'message' && write.message.id === defined(third, 'a message').id,
    );
    expect(old).toMatchObject({ message: { state: 'dropped', answer: { code: 'replaced' } } });
    for (const message of anew) record(loop, message);
    expect(toUndelivered(ticketOf(loop))).toEqual([]);
    loop.restart(WEEK_MS);
    loop.round();
    expect(reportsOf(loop)).toHaveLength(5);
  });

  test('what is still on its way goes on as it is, and starts over and over ring nobody twice', () => {
    const loop = start(defaultPolicy);
    for (const message of reportsOf(loop)) record(loop, message, BUSY);
    loop.restart(10 * 60 * SECOND_MS);
    loop.round();
    expect(reportsOf(loop)).toHaveLength(3);
    for (const message of reportsOf(loop)) record(loop, message, REFUSED);
    loop.restart(SECOND_MS);
    loop.round();
    expect(reportsOf(loop)).toHaveLength(6);
    for (const message of reportsOf(loop).slice(3)) record(loop, message, REFUSED);
    loop.restart(SECOND_MS);
    loop.round();
    expect(reportsOf(loop)).toHaveLength(6);
  });

  test('an emergency that somebody has acted on is not reported anew', () => {
    const loop = start(defaultPolicy);
    loop.command(toTicketCommand(ticketOf(loop), { type: 'dispatch', assignee: 'wang' }, 'desk-li'));
    for (const message of reportsOf(loop)) record(loop, message, REFUSED);
    loop.restart(WEEK_MS);
    loop.round();
    expect(reportsOf(loop)).toHaveLength(3);
  });
});
