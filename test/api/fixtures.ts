/** A small building for the API's tests: one booster set with a pump, one alarm, its ticket, one link. */
import type { Contact, Equipment, PointDef, RuleDef, SiteModel } from '../../src/config/model.ts';
import { NO_MARKS, type Occurrence } from '../../src/core/alarm.ts';
import { type ContactId, toId } from '../../src/core/ids.ts';
import type { LinkStatus } from '../../src/core/link.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Role } from '../../src/store/store.ts';
import { createTestPolicy } from '../support/model.ts';
import { createTestTicket } from '../support/ticket.ts';

export const NOW_MS = Date.UTC(2026, 10, 21, 8, 0, 0);
export const DEMO_ROLES: readonly Role[] = ['admin', 'supervisor', 'desk', 'engineer'];
export const text = (words: string) => ({ zh: `${words}（中）`, en: words });

function point(index: number, name: string, isBoolean = false): PointDef {
  return {
    index,
    id: toId(`booster/${name}`),
    equipment: toId('booster'),
    name,
    text: text(name),
    unit: isBoolean ? 'none' : 'megapascal',
    type: isBoolean ? 'boolean' : 'number',
    isKey: false,
    decimals: 2,
    states: new Map(
      isBoolean
        ? [
            [0, text('stopped')],
            [1, text('running')],
          ]
        : [],
    ),
    range: null,
    maxStep: null,
    stuckMs: null,
    write: null,
    deadband: 0,
    pollMs: 1_000,
    staleMs: 4_000,
    link: toId('plant'),
    address: {},
  };
}

/** @param points beside the three of the booster set, for load */
export function createModel(points = 0): SiteModel {
  const booster: Equipment = {
    id: toId('booster'),
    parent: null,
    kind: 'booster-set',
    name: text('Booster set'),
    profile: toId('generic-booster-2p'),
    link: toId('plant'),
    device: { unit: 1 },
    location: toId('pump-room'),
    contact: toId('chief'),
    responsible: null,
    upstream: {},
  };
  const pump: Equipment = {
    ...booster,
    id: toId('booster-pump-1'),
    parent: booster.id,
    kind: 'pump',
    contact: null,
  };
  const named = [point(0, 'outlet-pressure'), point(1, 'is-running', true), point(2, 'silent')];
  const all = [
    ...named,
    ...Array.from({ length: points }, (_, at) => point(named.length + at, `extra-${at}`)),
  ];
  const rule: RuleDef = {
    index: 0,
    id: toId('pressure-low'),
    key: toId('tower/booster/pressure-low'),
    equipment: booster.id,
    type: 'threshold',
    params: { point: 'outlet-pressure', lo: 0.2 },
    points: [0],
    severity: 'high',
    onDelayMs: 10_000,
    offDelayMs: 30_000,
    minGoodSamples: 2,
    uncertain: 'use',
    unknownHoldMs: 60_000,
    text: text('Outlet pressure low'),
    guidance: text('Look at the suction tank'),
    class: 'engineering',
    faultKind: 'pressure',
    faultKindText: text('Pressure fault'),
    when: [],
    calendar: null,
    expectedWhen: null,
    isLatching: false,
    reAlarmMs: null,
    explains: null,
    explainedBy: [],
    opensTicket: true,
    version: 'r1',
  };
  return {
    epoch: 1,
    hash: '0'.repeat(64),
    files: ['site.yaml'],
    site: { id: toId('tower'), name: text('Tower'), timeZone: 'Asia/Shanghai' },
    locations: new Map([
      [
        toId('pump-room'),
        { id: toId('pump-room'), parent: null, name: text('Pump room'), path: text('B2 Pump room') },
      ],
    ]),
    contacts: new Map<ContactId, Contact>([
      [
        toId('chief'),
        { id: toId('chief'), name: text('Chief'), method: '8001', kind: 'internal', phones: [], for: [] },
      ],
    ]),
    links: new Map([
      [toId('plant'), { id: toId('plant'), name: text('Plant'), protocol: 'modbus', options: {} }],
    ]),
    equipment: new Map([booster, pump].map((one) => [one.id, one])),
    points: all,
    pointIndex: new Map(all.map((one) => [one.id, one.index])),
    rules: [rule],
    // That of TICKET.
    policy: { ...createTestPolicy(), version: 'p1' },
    plans: [],
    http: { host: '127.0.0.1', port: 0, tls: null },
    calendars: new Map(),
    influx: null,
    journal: { maxAgeDays: 1, maxBytes: 1 },
    backup: null,
    notify: { webhook: null },
  };
}

export const OCCURRENCE: Occurrence = {
  id: toId('occ-1'),
  key: toId('tower/booster/pressure-low'),
  site: toId('tower'),
  equipment: toId('booster'),
  rule: toId('pressure-low'),
  ruleVersion: 'r1',
  severity: 'high',
  level: 'lo',
  isActive: true,
  blindSinceMs: null,
  acknowledged: null,
  onsetAtMs: NOW_MS - 20_000,
  raisedAtMs: NOW_MS - 10_000,
  returnedAtMs: null,
  endedAtMs: null,
  endReason: null,
  count: 1,
  text: text('Outlet pressure low'),
  equipmentName: text('Booster set'),
  place: text('B2 Pump room'),
  evidence: {
    point: 'outlet-pressure',
    pointName: text('outlet-pressure'),
    value: 0.15,
    valueText: text('0.15 MPa'),
    quality: 0,
    sourceMs: null,
    receivedMs: NOW_MS - 10_000,
  },
  ticket: toId('GC20261121-0001'),
  explainedBy: null,
  ticketDueAtMs: null,
  ...NO_MARKS,
};

const effect = (id: string, cause: string, isActive = true): Occurrence => ({
  ...OCCURRENCE,
  id: toId(id),
  key: toId(`tower/${id}/offline`),
  text: text('Offline'),
  equipmentName: text(id),
  isActive,
  ticket: null,
  explainedBy: {
    occurrence: toId(cause),
    key: OCCURRENCE.key,
    upstream: 'power',
    text: OCCURRENCE.text,
    equipmentName: OCCURRENCE.equipmentName,
    atMs: NOW_MS,
  },
});
/** The far one follows from the near one, which follows from the alarm of the ticket; the other from something else. */
export const EXPLAINED: readonly Occurrence[] = [
  effect('far', 'near', false),
  effect('near', OCCURRENCE.id),
  effect('other', 'occ-9'),
];

export const TICKET: Ticket = createTestTicket({
  version: 3,
  site: toId('tower'),
  priority: 'urgent',
  stageSinceMs: NOW_MS - 9_000,
  policyVersion: 'p1',
  receivedAtMs: NOW_MS - 10_000,
  recordedAtMs: NOW_MS - 10_000,
  place: text('B2 Pump room'),
  location: toId('pump-room'),
  equipment: toId('booster'),
  equipmentName: text('Booster set'),
  faultKind: 'pressure',
  content: text('Outlet pressure low'),
  contact: {
    id: toId('chief'),
    name: text('Chief'),
    method: '8001',
    personal: null,
    isConfirmed: null,
  },
  assignee: 'engineer',
  alarms: [
    {
      occurrence: toId('occ-1'),
      key: 'tower/booster/pressure-low',
      text: text('Outlet pressure low'),
      firstAtMs: NOW_MS,
      lastAtMs: NOW_MS,
      count: 1,
      isActive: true,
      blindSinceMs: null,
    },
  ],
  evidence: {
    atMs: NOW_MS,
    points: [
      {
        point: 'booster/silent',
        name: text('silent'),
        value: null,
        valueText: text('—'),
        quality: 128,
        receivedMs: NOW_MS,
      },
    ],
    trend: {
      point: 'outlet-pressure',
      unit: 'MPa',
      samples: [
        [NOW_MS - 1_000, 0.3],
        [NOW_MS, null],
      ],
    },
  },
  clocks: [
    {
      id: 'arrival',
      name: text('Arrival'),
      round: 1,
      startedAtMs: NOW_MS,
      limitMs: 2,
      warnAtMs: NOW_MS + 1,
      dueAtMs: NOW_MS + 2,
      spentMs: 0,
      isPaused: false,
      stoppedAtMs: null,
      warnedAtMs: null,
      answeredAtMs: null,
      breachedAtMs: null,
      isBreachTold: false,
      responsible: null,
    },
  ],
});

export const LINK: LinkStatus = {
  link: toId('plant'),
  state: 'online',
  sinceMs: NOW_MS - 60_000,
  reason: null,
  counters: { requests: 5, timeouts: 0 },
  load: null,
};
