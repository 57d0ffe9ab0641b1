/** A site of two buildings with lifts, and tickets that begin incidents, for the tests of incidents and plans. */
import type { Contact, Location, SiteModel } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import { type ContactId, type EquipmentId, type LocationId, toId } from '../../src/core/ids.ts';
import type { Incident, Plan } from '../../src/core/incident.ts';
import type { Kind } from '../../src/core/kinds.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { openIncident } from '../../src/incidents/step.ts';
import { createTestModel, createTestPolicy } from '../support/model.ts';
import { TEST_SERVICE } from '../support/test-policy.ts';
import { createTestTicket } from '../support/ticket.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** 2026-09-22 10:00 in Shanghai. */
export const BEGAN_MS = Date.UTC(2026, 8, 22, 2, 0, 0);

export const POLICY: Policy = createTestPolicy({
  incidents: {
    ...TEST_SERVICE.incidents,
    from: [{ priority: ['emergency'] }],
    majorGrades: ['extra-major', 'major'],
  },
});

const PLACES: readonly (readonly [id: string, parent: string | null])[] = [
  ['tower-a', null],
  ['a-roof', 'tower-a'],
  ['a-shaft', 'a-roof'],
  ['a-room', 'tower-a'],
  ['tower-b', null],
  ['b-room', 'tower-b'],
];

/** Key: id; value: kind and place. */
const EQUIPMENT: Readonly<Record<string, readonly [Kind, string]>> = {
  'lift-1': ['lift', 'a-shaft'],
  'lift-2': ['lift', 'a-shaft'],
  'panel-a': ['fire-panel', 'a-room'],
  'panel-b': ['fire-panel', 'b-room'],
  'board-1': ['switchboard', 'a-room'],
  'pump-1': ['pump', 'a-room'],
};

export const CONTACTS: readonly Contact[] = [
  makeContact('rescue', { kind: 'rescue-line', method: '96333', for: ['lift'] }),
  makeContact('rescue-other', { kind: 'rescue-line', method: '110' }),
  makeContact('lift-firm', { kind: 'maintainer', method: '8805', phones: ['010-1', '010-2'], for: ['lift'] }),
  makeContact('pump-firm', { kind: 'maintainer', method: '8807', for: ['pump'] }),
  makeContact('brigade', { kind: 'fire-brigade', method: '119' }),
];

export function makeContact(id: string, given: Partial<Contact> = {}): Contact {
  const name = { zh: `单位${id}`, en: id };
  return { id: toId(id), name, method: '8800', kind: 'internal', phones: [], for: [], ...given };
}

export function makePlan(id: string, given: Partial<Plan> = {}): Plan {
  return {
    id,
    name: { zh: id, en: id },
    kind: 'fire',
    nature: 'safety-accident',
    systems: [],
    steps: [{ text: { zh: '第一步', en: 'first' }, role: 'desk' }],
    contacts: [],
    reviewedOn: '2026-01-10',
    reviewBy: '2029-01-10',
    ...given,
  };
}

export function makeModel(given: Partial<SiteModel> = {}): SiteModel {
  const entries = Object.entries(EQUIPMENT).map(([id, [kind, location]]) => ({
    id,
    kind,
    name: { zh: `设备${id}`, en: id },
    location: toId<LocationId>(location),
  }));
  const equipment = [...entries, { id: 'lift-1-door', kind: 'door' as const, parent: 'lift-1' }];
  const locations = PLACES.map(([id, parent]): [LocationId, Location] => [
    toId(id),
    {
      id: toId(id),
      parent: parent === null ? null : toId(parent),
      name: { zh: id, en: id },
      path: { zh: id, en: id },
    },
  ]);
  return createTestModel({
    equipment,
    policy: POLICY,
    overrides: {
      locations: new Map(locations),
      contacts: new Map(CONTACTS.map((contact): [ContactId, Contact] => [contact.id, contact])),
      ...given,
    },
  });
}

export const MODEL = makeModel();

let made = 0;
/** All that were made, for what looks them up. */
export const MADE = new Map<string, Ticket>();

/** An emergency; at the place of its equipment unless it says otherwise. */
export function makeTicket(equipment: string | null, given: Partial<Ticket> = {}): Ticket {
  const place = equipment === null ? null : (MODEL.equipment.get(toId(equipment))?.location ?? null);
  const number = `XF20260922-${String(++made).padStart(4, '0')}`;
  const ticket = createTestTicket({
    id: toId(number),
    number,
    class: equipment?.startsWith('panel') === true ? 'fire' : 'engineering',
    priority: 'emergency',
    receivedAtMs: BEGAN_MS,
    equipment: equipment === null ? null : toId<EquipmentId>(equipment),
    location: place,
    ...given,
  });
  MADE.set(ticket.id, ticket);
  return ticket;
}

/** As it is opened for that ticket, the first of its day. @throws Error when the ticket begins none */
export function begin(ticket: Ticket = makeTicket('panel-a'), model = MODEL, nowMs = BEGAN_MS): Incident {
  const step = openIncident(ticket, { model, policy: POLICY, nextNumber: () => 1 }, nowMs);
  if (step === null) throw new Error('the ticket begins no incident');
  return step.incident;
}

/** What a refused step answers; null when it is not refused. */
export function refusalOf(step: () => unknown): RiserError | null {
  try {
    step();
    return null;
  } catch (error) {
    if (error instanceof RiserError) return error;
    throw error;
  }
}
