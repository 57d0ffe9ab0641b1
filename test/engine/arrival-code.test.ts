/** Arrival by QR code: only before the equipment that the ticket is about, or at its place; by hand it is said to be by hand. */
import { describe, expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import { type LocationId, toId } from '../../src/core/ids.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const text = (en: string) => ({ zh: en, en });
const [TOWER, ROOM, LOBBY] = ['tower', 'room', 'lobby'].map((id) => toId<LocationId>(id)) as [
  LocationId,
  LocationId,
  LocationId,
];

/** A panel with a zone and two pumps in the room of the tower, a gate in its lobby. */
function start(): TestLoop {
  const base = createTestModel({
    equipment: [
      { id: 'panel', kind: 'fire-panel', points: [{ name: 'a' }] },
      { id: 'panel-zone-1', parent: 'panel', kind: 'fire-panel', points: [{ name: 'z' }] },
      { id: 'pump-1', kind: 'pump', points: [{ name: 'p' }] },
      { id: 'pump-2', kind: 'pump', points: [{ name: 'q' }] },
      { id: 'gate', kind: 'access-controller', points: [{ name: 'g' }] },
    ],
  });
  const place = (id: LocationId, parent: LocationId | null) =>
    [id, { id, parent, name: text(id), path: text(id) }] as const;
  const locations = new Map([place(TOWER, null), place(ROOM, TOWER), place(LOBBY, TOWER)]);
  const equipment = new Map(
    [...base.equipment].map(([id, it]) => [id, { ...it, location: id === 'gate' ? LOBBY : ROOM }]),
  );
  return createTestLoop({ ...base, locations, equipment });
}

function report(loop: TestLoop, about: Partial<Pick<NewTicket, 'equipment' | 'location' | 'place'>>) {
  const ticket: NewTicket = {
    source: 'internal-need',
    channel: 'phone',
    class: 'engineering',
    priority: null,
    impact: null,
    attendance: null,
    flow: null,
    content: 'it rattles',
    faultKind: null,
    equipment: null,
    location: null,
    place: '',
    contactName: 'Wang',
    contactMethod: '8001',
    appointment: null,
    slip: null,
    receivedAtMs: null,
    ...about,
  };
  const actor = { username: 'li', roles: ['desk'], groups: [] };
  loop.command({ type: 'open-ticket', actor, ticket, personal: null });
  const step = (...given: Parameters<typeof toTicketCommand> extends [unknown, ...infer R] ? R : never) => {
    const [opened] = loop.tickets();
    if (opened === undefined) throw new Error('no ticket');
    loop.command(toTicketCommand(opened, ...given));
  };
  step({ type: 'dispatch', assignee: 'engineer' });
  step({ type: 'take', readBack: 'rattles' });
  return (code?: string) => {
    step({ type: 'arrive', how: 'qr-code', code });
    return loop.tickets()[0]?.stage;
  };
}

function refusal(act: () => unknown): RiserError {
  try {
    act();
  } catch (error) {
    if (error instanceof RiserError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('of an equipment', () => {
  test.each([
    ['what the label says', 'https://riser.example:8443/r/pump-1'],
    ['with what a scanner adds', ' http://10.0.0.7:8080/r/pump-1/?from=scan#top '],
    ['the path alone', '/r/pump-1'],
    ['the id that the page hands on', 'pump-1'],
    ['the address that the label leads to', 'https://riser.example/report?equipment=pump-1'],
  ])('%s is its code', (_name, code) => {
    const loop = start();
    expect(report(loop, { equipment: toId('pump-1') })(code)).toBe('on-site');
    expect(loop.ticketEvents.at(-1)).toMatchObject({ type: 'arrived', detail: { how: 'qr-code', code } });
  });

  test.each([
    ['that of its neighbour', 'https://riser.example/r/pump-2'],
    ['that of the house', 'https://riser.example/report'],
    ['that of a reporter', 'https://riser.example/report/GC20261121-0001.AAAAAAAAAAAAAAAAAAAAAA'],
    ['one of nothing', 'https://elsewhere.example/pay?to=me'],
    ['one that no scanner reads', 'r/pump-1/pump-1'],
  ])('%s is refused and changes nothing', (_name, code) => {
    const loop = start();
    const arrive = report(loop, { equipment: toId('pump-1') });
    const before = loop.tickets();
    const { code: problem, params } = refusal(() => arrive(code));
    expect([problem, params]).toEqual(['arrival-code-wrong', { expected: expect.objectContaining({}) }]);
    expect(loop.tickets()).toEqual(before);
  });

  test('left out it is asked for by name', () => {
    const arrive = report(start(), { equipment: toId('pump-1') });
    for (const code of [undefined, '  '])
      expect(refusal(() => arrive(code))).toMatchObject({
        code: 'missing-fields',
        params: { fields: 'code' },
      });
  });

  test('the code of the panel counts for its zone, and that of a zone for its panel', () => {
    expect(report(start(), { equipment: toId('panel-zone-1') })('/r/panel')).toBe('on-site');
    expect(report(start(), { equipment: toId('panel') })('/r/panel-zone-1')).toBe('on-site');
  });
});

describe('of a place', () => {
  test('any equipment there shows it, also on a floor of the tower', () => {
    expect(report(start(), { location: ROOM })('/r/pump-2')).toBe('on-site');
    expect(report(start(), { location: TOWER })('/r/gate')).toBe('on-site');
  });

  test('an equipment elsewhere does not', () => {
    expect(refusal(() => report(start(), { location: LOBBY })('/r/pump-2')).code).toBe('arrival-code-wrong');
  });

  test('in words only it has no code: by hand', () => {
    const loop = start();
    const arrive = report(loop, { place: 'at the back' });
    expect(refusal(() => arrive('/r/pump-1')).code).toBe('arrival-code-wrong');
    const [ticket] = loop.tickets();
    if (ticket === undefined) throw new Error('no ticket');
    loop.command(toTicketCommand(ticket, { type: 'arrive', how: 'by-hand' }));
    expect(loop.ticketEvents.at(-1)).toMatchObject({ type: 'arrived', detail: { how: 'by-hand' } });
  });
});
