/**
 * A repair is accepted and proven by what the points show (alarms.md B9, UNKNOWN > t). Its alarm has mostly ended by then: whoever
 * took the ticket acknowledged it. So the ticket itself is told that nobody can see the point, and that it can be seen again.
 */
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, KEY, MINUTE_MS, type Rig, refused, toRigModel } from './alarm-rig.ts';

const PROOF_MS = 10 * MINUTE_MS;
const PROVING = { proof: [{ match: {}, ms: PROOF_MS }] };
const toProving = () => toRigModel({ policy: PROVING });
const DONE: readonly Transition[] = [
  { type: 'take' },
  { type: 'arrive', how: 'by-hand' },
  { type: 'start' },
  { type: 'done', result: 'new seal' },
];
const ACCEPT: Transition = { type: 'accept', opinion: 'good' };

function ticketOf({ loop }: Rig): Ticket {
  const [ticket] = loop.tickets();
  if (ticket === undefined) throw new Error('no ticket');
  return ticket;
}

function work(rig: Rig, ...transitions: readonly Transition[]): void {
  for (const transition of transitions) rig.loop.command(toTicketCommand(ticketOf(rig), transition));
}

/** @param value what the point shows meanwhile, once a second */
function pass(rig: Rig, ms: number, value: Parameters<Rig['feed']>[0]): void {
  rig.feed(value);
  rig.loop.advance(ms, () => rig.feed(value));
}

const kindsOf = (rig: Rig): readonly string[] => ticketOf(rig).banners.map(({ kind }) => kind);
const saidOf = ({ loop }: Rig): readonly string[] =>
  loop
    .announced()
    .filter((it) => it.includes(' alarm-'))
    .map((it) => it.split(' ')[1] ?? '');

/** Raised, taken, returned and ended, done: the proof runs. */
function createRepaired(): Rig {
  const rig = createRig({ policy: PROVING });
  rig.feed(5);
  rig.feed(15);
  work(rig, DONE[0] as Transition);
  rig.feed(5);
  expect(rig.loop.alarms()).toEqual([]);
  work(rig, ...DONE.slice(1));
  expect(ticketOf(rig).proof).toMatchObject({ state: 'watching' });
  saidOf(rig);
  return rig;
}

describe('a repair whose alarm has ended', () => {
  test('is not accepted by a point that nobody sees, unless somebody has read it by hand', () => {
    const rig = createRepaired();
    pass(rig, 4_000, 'comm-loss');
    expect(saidOf(rig)).toEqual([]);
    pass(rig, 2_000, 'comm-loss');
    expect(saidOf(rig)).toEqual(['alarm-blind']);
    expect(kindsOf(rig)).toEqual(['blind']);
    expect(() => work(rig, ACCEPT)).toThrow(refused('alarm-blind'));
    work(rig, { ...ACCEPT, manualReading: '3.1 bar at the gauge' });
    expect(ticketOf(rig)).toMatchObject({
      stage: 'accepted',
      acceptance: { manualReading: '3.1 bar at the gauge' },
    });
  });

  test('is not proven meanwhile, and has as long to go afterwards as it had before', () => {
    const rig = createRepaired();
    pass(rig, 2 * MINUTE_MS, 5);
    pass(rig, 2 * PROOF_MS, 'comm-loss');
    expect(ticketOf(rig).proof).toMatchObject({ state: 'paused', endsAtMs: null });
    const { leftMs } = ticketOf(rig).proof ?? { leftMs: 0 };
    expect(leftMs).toBeGreaterThan(PROOF_MS - 2 * MINUTE_MS - 10_000);
    saidOf(rig);
    pass(rig, 1_000, 5);
    expect(saidOf(rig)).toEqual(['alarm-sighted']);
    expect(kindsOf(rig)).toEqual([]);
    pass(rig, leftMs - 5_000, 5);
    expect(ticketOf(rig).proof).toMatchObject({ state: 'watching' });
    pass(rig, 6_000, 5);
    expect(ticketOf(rig)).toMatchObject({ proof: { state: 'proven' }, isFirstFix: true });
  });

  test('is blind no more when the alarm is raised anew straight from the dark', () => {
    const rig = createRepaired();
    pass(rig, 6_000, 'comm-loss');
    pass(rig, 1_000, 15);
    expect(ticketOf(rig)).toMatchObject({ stage: 'rework', proof: { state: 'failed' } });
    work(rig, { type: 'dispatch', assignee: 'engineer' }, ...DONE);
    rig.feed(5);
    expect(kindsOf(rig)).toEqual(['came-back']);
    work(rig, ACCEPT);
    expect(ticketOf(rig).stage).toBe('accepted');
  });

  test('is told once of each, and a form that was filled in meanwhile is not lost', () => {
    const rig = createRepaired();
    const seen = ticketOf(rig);
    pass(rig, MINUTE_MS, 'comm-loss');
    pass(rig, MINUTE_MS, 5);
    expect(saidOf(rig)).toEqual(['alarm-blind', 'alarm-sighted']);
    rig.loop.command(toTicketCommand(seen, ACCEPT));
    expect(ticketOf(rig).stage).toBe('accepted');
  });

  test('is seen again after a restart in whose time the device came back', () => {
    const rig = createRepaired();
    pass(rig, 6_000, 'comm-loss');
    rig.loop.restart(MINUTE_MS);
    rig.loop.advance(1_000);
    expect(kindsOf(rig)).toEqual(['blind']);
    pass(rig, 1_000, 5);
    expect(kindsOf(rig)).toEqual([]);
    expect(ticketOf(rig).proof).toMatchObject({ state: 'watching' });
  });

  test('stays blind over a restart while the device stays silent', () => {
    const rig = createRepaired();
    pass(rig, 6_000, 'comm-loss');
    rig.loop.restart(MINUTE_MS);
    saidOf(rig);
    pass(rig, MINUTE_MS, 'comm-loss');
    expect(saidOf(rig)).toEqual([]);
    expect(ticketOf(rig).proof).toMatchObject({ state: 'paused' });
  });
});

describe('an alarm that went blind after it had returned', () => {
  test('leaves the ticket in the dark until the point is seen, also when it ends by its acknowledgement', () => {
    const rig = createRig({ policy: PROVING });
    rig.feed(5);
    rig.feed(15);
    rig.feed(5);
    pass(rig, 6_000, 'comm-loss');
    expect(kindsOf(rig)).toEqual(['blind']);
    work(rig, DONE[0] as Transition);
    expect(rig.loop.alarms()).toEqual([]);
    expect(kindsOf(rig)).toEqual(['blind']);
    pass(rig, 1_000, 5);
    expect(kindsOf(rig)).toEqual([]);
  });
});

test('a closed repair is not proven in the dark either; what is over for good is told nothing', () => {
  const rig = createRepaired();
  work(rig, ACCEPT, { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true }, { type: 'close' });
  pass(rig, 6_000, 'comm-loss');
  expect(ticketOf(rig)).toMatchObject({ stage: 'closed', proof: { state: 'paused' } });
  pass(rig, 1_000, 5);
  expect(ticketOf(rig)).toMatchObject({ stage: 'closed', proof: { state: 'watching' } });

  const other = createRig();
  other.feed(15);
  work(other, { type: 'cancel', reason: 'false-alarm', note: 'steam' });
  other.feed(5);
  const { version } = ticketOf(other);
  pass(other, 6_000, 'comm-loss');
  expect(ticketOf(other).version).toBe(version);
});

describe('a rule that is switched off or changed', () => {
  const changed = toRigModel({ rule: { version: 'v2' } });

  test('proves nothing any more of a repair whose alarm has ended: people decide', () => {
    const rig = createRepaired();
    rig.loop.replaceModel(toProving(), [KEY]);
    expect(kindsOf(rig)).toEqual(['blind', 'rule-changed']);
    expect(ticketOf(rig)).toMatchObject({ stage: 'done', proof: { state: 'paused' } });
    pass(rig, 2 * PROOF_MS, 5);
    expect(ticketOf(rig).proof).toMatchObject({ state: 'paused' });
    expect(() => work(rig, ACCEPT)).toThrow(refused('alarm-blind'));
    work(rig, { ...ACCEPT, manualReading: '3.1 bar' });
    expect(ticketOf(rig).stage).toBe('accepted');
  });

  test('is told once, also over a restart, and sees again once it is switched on', () => {
    const rig = createRepaired();
    rig.loop.replaceModel(toProving(), [KEY]);
    const { version } = ticketOf(rig);
    rig.loop.replaceModel(toProving(), [KEY]);
    pass(rig, MINUTE_MS, 5);
    expect(ticketOf(rig).version).toBe(version);
    rig.loop.replaceModel(toProving());
    pass(rig, 1_000, 5);
    expect(kindsOf(rig)).toEqual(['rule-changed']);
    expect(ticketOf(rig).proof).toMatchObject({ state: 'watching' });
  });

  test('gone from the files while the gateway was down leaves the repair to people', () => {
    const rig = createRepaired();
    rig.loop.restart(MINUTE_MS, createTestModel({ policy: PROVING }));
    rig.loop.advance(1_000);
    expect(kindsOf(rig)).toEqual(['blind', 'rule-changed']);
    const { version } = ticketOf(rig);
    rig.loop.restart(MINUTE_MS);
    rig.loop.advance(1_000);
    expect(ticketOf(rig).version).toBe(version);
  });

  test('with another limit goes on watching, and whoever accepts it is told', () => {
    const rig = createRepaired();
    rig.loop.replaceModel({ ...changed, policy: toProving().policy });
    expect(kindsOf(rig)).toEqual(['rule-changed']);
    expect(ticketOf(rig)).toMatchObject({ stage: 'done', proof: { state: 'watching' } });
    work(rig, ACCEPT);
    expect(ticketOf(rig).stage).toBe('accepted');
  });

  test('says so also of an alarm that has returned and that nobody has acknowledged', () => {
    for (const [model, isOff] of [
      [changed, false],
      [toRigModel(), true],
    ] as const) {
      const rig = createRig();
      rig.feed(15);
      rig.feed(5);
      rig.loop.replaceModel(model, isOff ? [KEY] : []);
      expect(kindsOf(rig)).toContain('rule-changed');
      expect(ticketOf(rig).stage).toBe('dispatched');
    }
  });

  test('is no news to a closed ticket unless its repair was still being proven', () => {
    const rig = createRepaired();
    work(
      rig,
      ACCEPT,
      { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true },
      { type: 'close' },
    );
    rig.loop.replaceModel({ ...changed, policy: toProving().policy });
    expect(kindsOf(rig)).not.toContain('rule-changed');
    rig.loop.replaceModel(toProving(), [KEY]);
    expect(ticketOf(rig)).toMatchObject({ stage: 'closed', proof: { state: 'paused' } });
  });
});
