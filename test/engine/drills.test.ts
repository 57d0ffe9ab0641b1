/** Drills of a whole (a mains failure) and of one ticket: what is marked, what never is, and their records. */
import { describe, expect, test } from 'vitest';
import { isDownstreamOf } from '../../src/config/dependence.ts';
import type { DrillRecord } from '../../src/core/drill-record.ts';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const HOUR_MS = 3_600_000;

/** A lift and a pump that hang on one transformer. */
function createBuilding() {
  const rule = (id: string, severity: 'life-safety' | 'high') =>
    ({ id, type: 'state', severity, points: ['on'], params: { point: 'on', in: [1] } }) as const;
  const point = [{ name: 'on' }];
  const power = { upstream: { power: toId<EquipmentId>('transformer') } };
  return createTestModel({
    equipment: [
      { id: 'transformer', points: point, rules: [rule('lost', 'high')] },
      { id: 'pump', points: point, rules: [rule('trip', 'high')], ...power },
      { id: 'lift', kind: 'lift', points: point, rules: [rule('trapped', 'life-safety')], ...power },
    ],
  });
}

const begin = (loop: TestLoop, isWhole: boolean): void => {
  const untilMs = loop.clock.now().wallMs + HOUR_MS;
  const drill = { equipment: toId<EquipmentId>('transformer'), by: 'boss', reason: '停电演练', isWhole };
  loop.command({ type: 'drill', ...drill, untilMs });
};
const records = (loop: TestLoop): readonly DrillRecord[] =>
  loop.writes.flatMap((write) => (write.type === 'drill-record' ? [write.record] : []));
const marks = (loop: TestLoop) =>
  Object.fromEntries(loop.alarms().map(({ equipment, isDrill }) => [equipment, isDrill]));

describe('a drill of the mains', () => {
  test('marks what hangs on them, and never people who are stuck in a lift', () => {
    const loop = createTestLoop(createBuilding());
    begin(loop, true);
    loop.feed({ 'transformer/on': 1, 'pump/on': 1, 'lift/on': 1 });
    expect(marks(loop)).toEqual({ transformer: true, pump: true, lift: false });
    expect(loop.tickets().map(({ equipment, isDrill }) => [equipment, isDrill])).toEqual([
      ['transformer', true],
      ['pump', true],
      ['lift', false],
    ]);
  });

  test.each(['lift', 'transformer'])('is not begun on a lift with people in it: %s', (equipment) => {
    const loop = createTestLoop(createBuilding());
    loop.feed({ 'lift/on': 1, 'transformer/on': 0 });
    const [ticket] = loop.tickets();
    if (ticket === undefined) throw new Error('no ticket');
    const step = (transition: Parameters<typeof toTicketCommand>[1]) =>
      loop.command(toTicketCommand(loop.tickets()[0] ?? ticket, transition));
    step({ type: 'entrapment', people: 2, floor: '3' });
    const untilMs = loop.clock.now().wallMs + HOUR_MS;
    const drill = {
      type: 'drill',
      equipment: toId<EquipmentId>(equipment),
      by: 'boss',
      reason: '演练',
      untilMs,
    } as const;
    // What only supplies it may be drilled: its lift is never marked.
    if (equipment === 'transformer') return expect(() => loop.command(drill)).not.toThrow();
    expect(() => loop.command(drill)).toThrow(expect.objectContaining({ code: 'value-not-allowed' }));
    loop.feed({ 'lift/on': 0 });
    step({ type: 'entrapment', step: 'released' });
    return expect(() => loop.command(drill)).not.toThrow();
  });

  test('lasts no longer than a shift, whatever date was typed', () => {
    const loop = createTestLoop(createBuilding());
    const drill = {
      type: 'drill',
      equipment: toId<EquipmentId>('pump'),
      by: 'boss',
      reason: '演练',
    } as const;
    const { wallMs } = loop.clock.now();
    expect(() => loop.command({ ...drill, untilMs: wallMs + 8 * HOUR_MS + 1 })).toThrow(
      expect.objectContaining({ code: 'drill-too-long', params: { hours: 8 } }),
    );
    loop.command({ ...drill, untilMs: wallMs + 8 * HOUR_MS });
  });

  test.each([
    ['the hospital', hospitalPolicy, 4],
    ['a policy of before', createBuilding().policy, 8],
    ['half an hour', { ...createBuilding().policy, drills: { longestMs: HOUR_MS / 2 } }, 0.5],
  ])('lasts no longer than its policy lets: %s', (_name, policy, hours) => {
    const loop = createTestLoop({ ...createBuilding(), policy });
    const given = { equipment: toId<EquipmentId>('pump'), by: 'boss', reason: '演练' };
    const drill = { type: 'drill', ...given } as const;
    const { wallMs } = loop.clock.now();
    expect(() => loop.command({ ...drill, untilMs: wallMs + hours * HOUR_MS + 1 })).toThrow(
      expect.objectContaining({ code: 'drill-too-long', params: { hours } }),
    );
    loop.command({ ...drill, untilMs: wallMs + hours * HOUR_MS });
  });

  test('of the equipment alone marks nothing else', () => {
    const loop = createTestLoop(createBuilding());
    begin(loop, false);
    loop.feed({ 'transformer/on': 1, 'pump/on': 1 });
    expect(marks(loop)).toEqual({ transformer: true, pump: false });
  });

  test('ends in a record with the tickets of all that it marked', () => {
    const loop = createTestLoop(createBuilding());
    begin(loop, true);
    loop.feed({ 'transformer/on': 1, 'pump/on': 1, 'lift/on': 1 });
    loop.advance(2 * HOUR_MS, () => {});
    expect(records(loop)).toMatchObject([{ equipment: 'transformer', content: '停电演练', begunBy: 'boss' }]);
    expect(records(loop)[0]?.tickets).toHaveLength(2);
  });
});

describe('a drill that ends while its fire burns', () => {
  const state = { type: 'state', severity: 'life-safety', class: 'fire', points: ['on'] } as const;
  const panel = {
    id: 'panel',
    kind: 'fire-panel',
    points: [{ name: 'on' }],
    rules: [{ id: 'fire', ...state, params: { point: 'on', in: [1] } }],
  } as const;
  const incidents = (loop: TestLoop) => {
    const known = loop.writes.flatMap((write) => (write.type === 'incident' ? [write.incident] : []));
    return [...new Map(known.map((incident) => [incident.id, incident])).values()];
  };

  test('is reported to all, and has an incident that is none of the drill', () => {
    const loop = createTestLoop(createTestModel({ equipment: [panel], policy: defaultPolicy }));
    const untilMs = loop.clock.now().wallMs + HOUR_MS;
    const drill = { equipment: toId<EquipmentId>('panel'), by: 'boss', reason: '消防演练', isWhole: false };
    loop.command({ type: 'drill', ...drill, untilMs });
    loop.feed({ on: 1 });
    expect(incidents(loop)).toMatchObject([{ isDrill: true, verdict: 'test' }]);
    const told = loop.ticketEvents.filter(({ type }) => type === 'reporting').length;
    loop.advance(2 * HOUR_MS, () => {});
    const [ticket] = loop.tickets();
    expect(ticket).toMatchObject({ isDrill: false, incident: incidents(loop)[1]?.id });
    expect(loop.ticketEvents.filter(({ type }) => type === 'reporting')).toHaveLength(told + 1);
    expect(incidents(loop)[1]).toMatchObject({ isDrill: false, verdict: 'open', tickets: [ticket?.id] });
  });
});

test('a circle of supplies does not keep the search going', () => {
  const model = createTestModel({
    equipment: [
      { id: 'a', points: [], rules: [], upstream: { power: toId('b') } },
      { id: 'b', points: [], rules: [], upstream: { power: toId('a') } },
      { id: 'c', points: [], rules: [] },
    ],
  });
  expect(isDownstreamOf(model, toId('a'), toId('b'))).toBe(true);
  expect(isDownstreamOf(model, toId('a'), toId('c'))).toBe(false);
});

test('a drill of telephones is a marked ticket, and a record when it ends', () => {
  const loop = createTestLoop(createBuilding());
  const report = {
    source: 'internal-need',
    channel: 'phone',
    class: 'engineering',
    priority: 'emergency',
    impact: null,
    attendance: null,
    flow: null,
    content: '夜间通讯联络演练',
    faultKind: null,
    equipment: null,
    location: null,
    place: '前台',
    contactName: '前台',
    contactMethod: '8800',
    appointment: null,
    slip: null,
    receivedAtMs: null,
    isDrill: true,
  } as unknown as NewTicket;
  const actor = { username: 'boss', roles: ['supervisor'], groups: [] };
  loop.command({ type: 'open-ticket', actor, ticket: report, personal: null });
  const [ticket] = loop.tickets();
  expect(ticket).toMatchObject({ isDrill: true, stage: 'recorded' });
  loop.command({ type: 'open-ticket', actor, ticket: { ...report, isDrill: false }, personal: null });
  expect(loop.tickets().map(({ isDrill }) => isDrill)).toEqual([true, false]);
  const end = { type: 'cancel', reason: 'withdrawn', note: '演练结束' } as never;
  loop.command(toTicketCommand(ticket as NonNullable<typeof ticket>, end));
  expect(records(loop)).toMatchObject([
    {
      kind: 'notification',
      equipment: null,
      content: '夜间通讯联络演练',
      tickets: [{ number: ticket?.number }],
    },
  ]);
});
