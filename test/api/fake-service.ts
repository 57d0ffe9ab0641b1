/** What the API asks about people, policies, messages and files: answers from lists, remembers what it was asked. */
import { Readable } from 'node:stream';
import type { Attachments } from '../../src/attachments/port.ts';
import type { DrillRecord } from '../../src/core/drill-record.ts';
import type { Handover, Roster, StaffProfile } from '../../src/core/duty.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { Feedback } from '../../src/core/feedback.ts';
import { toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Message } from '../../src/core/message.ts';
import type { Attachment } from '../../src/core/ticket.ts';
import type { DrillRecordPort } from '../../src/drill-records/port.ts';
import { openFeedback } from '../../src/feedback/open.ts';
import type { HandoverPort } from '../../src/handover/port.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { findGaps } from '../../src/people/gaps.ts';
import type { RosterPort, StaffPort } from '../../src/people/port.ts';
import { NO_PROFILE, type StaffBook, toStaff } from '../../src/people/staff-book.ts';
import type { PoliciesPort } from '../../src/policies/port.ts';
import type { SlipPort } from '../../src/slips/port.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import type {
  DueWords,
  HistoryEntry,
  PolicyVersionRow,
  SlipRow,
  StoreQueries,
  UserRow,
} from '../../src/store/store.ts';
import { createTestPolicy } from '../support/model.ts';
import { NOW_MS, TICKET, text } from './fixtures.ts';

type Record = (...call: readonly unknown[]) => void;

export const POLICY_ROW: PolicyVersionRow = {
  version: 'p1',
  state: 'in-force',
  text: 'version: 2\n',
  origin: 'file',
  by: 'gateway',
  atMs: NOW_MS,
  reason: 'file policy.yaml',
  reviewedBy: null,
  reviewedAtMs: null,
  reviewNote: '',
  policy: createTestPolicy(),
};

export const MESSAGE: Message = {
  id: toId('m-1'),
  key: 'GC20261121-0001/assigned/1/engineer/inbox',
  kind: 'assigned',
  priority: 'urgent',
  channel: 'inbox',
  recipient: 'engineer',
  subject: text('Assigned'),
  body: text('Outlet pressure low'),
  ticket: TICKET.id,
  occurrence: null,
  incident: null,
  isDrill: false,
  createdAtMs: NOW_MS,
  notBeforeMs: NOW_MS,
  state: 'delivered',
  attempts: 1,
  nextAtMs: null,
  sentAtMs: NOW_MS,
  deliveredAtMs: NOW_MS,
  readAtMs: null,
  answeredAtMs: null,
  answer: null,
};

export const INCIDENT: Incident = {
  id: toId('SJ20261121-01'),
  number: 'SJ20261121-01',
  version: 2,
  site: toId('tower'),
  kind: 'fire',
  nature: 'safety-accident',
  grade: 'ordinary',
  verdict: 'open',
  phase: 'first-handling',
  commander: null,
  isDrill: false,
  beganAtMs: NOW_MS,
  lastAtMs: NOW_MS,
  endedAtMs: null,
  location: toId('pump-room'),
  place: text('B2 Pump room'),
  tickets: [TICKET.id],
  reportDueAtMs: NOW_MS + 7_200_000,
  reportWarnedAtMs: null,
  reportBreachedAtMs: null,
  reports: [],
  plan: null,
};

export const FEEDBACK: Feedback = openFeedback(
  {
    number: 'FK20261121-0001',
    site: toId('tower'),
    entry: {
      source: 'letter',
      channel: 'paper',
      subject: 'cleaning',
      content: 'Wet floor',
      place: 'Lobby',
      handler: 'engineer',
      tickets: [],
      receivedAtMs: null,
    },
    tickets: [],
    personal: toPersonalFields('王女士', '13812340000', '00'.repeat(16)),
    by: 'desk',
  },
  createTestPolicy(),
  NOW_MS,
).feedback;

export const ROSTER: Roster = {
  version: 1,
  timeZone: 'Asia/Shanghai',
  shifts: [{ id: 'day', name: text('Day'), from: 480, to: 1_200 }],
  posts: [{ id: 'desk', name: text('Desk'), role: 'desk', group: null, calendar: null, isStandby: false }],
  assignments: [
    { date: '2026-11-21', post: 'desk', shift: 'day', username: 'desk', swappedFrom: null, approver: null },
  ],
};

const PROFILE: StaffProfile = {
  ...NO_PROFILE,
  groups: ['water'],
  ways: [{ way: 'phone', address: '13800000001' }],
};

const HANDOVER: Handover = {
  id: 'h-1',
  atMs: NOW_MS,
  from: 'desk',
  to: 'admin',
  post: 'desk',
  standing: [],
  shelved: [],
  suppressed: [],
  outOfService: [],
  lockOuts: [],
  tickets: [],
  blind: [],
  note: '',
  signedFromAtMs: null,
  signedToAtMs: null,
};

export const ATTACHMENT: Attachment = {
  id: toId('a-1'),
  name: '现场 1.jpg',
  mediaType: 'image/jpeg',
  bytes: 10,
  sha256: '0'.repeat(64),
  by: 'engineer',
  atMs: NOW_MS,
};

export const PERSONAL = toPersonalFields('王女士', '13812340000', '00'.repeat(16));
const SLIP: SlipRow = {
  number: 'ZD-000001',
  printedAtMs: NOW_MS,
  printedBy: 'desk',
  ticket: null,
  voided: null,
};

export const DRILL: DrillRecord = {
  id: 'd-1',
  revision: 1,
  kind: 'fire',
  equipment: null,
  content: 'Evacuation',
  place: text('Lobby'),
  beganAtMs: NOW_MS - 3_600_000,
  endedAtMs: NOW_MS,
  begunBy: 'supervisor',
  tickets: [],
  participants: ['desk'],
  flow: [{ atMs: NOW_MS, text: text('All out') }],
  evaluation: null,
  writtenBy: 'supervisor',
  writtenAtMs: NOW_MS,
};

export const DUE_RECORD = {
  ticket: TICKET.id,
  number: TICKET.number,
  closedAtMs: 1_000,
  words: true,
  files: true,
} as const;

/** What is due of feedback, and its line that is. */
export const DUE_WORDS: DueWords = {
  kind: 'feedback',
  total: 3,
  items: [{ record: 'feedback/FK-1', name: 'FK-1', overAtMs: 1_000 }],
};
const RECORD_LINE: HistoryEntry = {
  atMs: 1,
  type: 'received',
  by: 'desk',
  note: '',
  detail: { content: 'wet floor at Ms Chen', source: 'letter' },
  event: 4,
  typed: ['content'],
};

type ServiceQueries = Pick<
  StoreQueries,
  | 'ticketsOfEquipment'
  | 'ticketFigures'
  | 'personal'
  | 'personalStoredBefore'
  | 'dueRecords'
  | 'dueWords'
  | 'recordHistory'
  | 'recordHold'
  | 'knownAttachments'
  | 'policyVersions'
  | 'policyVersion'
  | 'messages'
  | 'messagesFailedSince'
  | 'incidents'
  | 'incident'
  | 'staff'
  | 'roster'
  | 'handovers'
  | 'slips'
  | 'slip'
  | 'feedbacks'
  | 'feedback'
  | 'feedbackHistory'
  | 'drillRecords'
  | 'drillRevisions'
  | 'lastDrills'
  | 'commissioningEvents'
  | 'commissioningHistory'
  | 'commissioningPhotos'
  | 'ticketDues'
>;

export const SERVICE_QUERIES: ServiceQueries = {
  ticketsOfEquipment: async () => [],
  ticketFigures: async (fromMs, toMs) => ({
    fromMs,
    toMs,
    opened: 4,
    closed: 2,
    cancelled: 1,
    open: 1,
    byClass: { engineering: 4 },
    byPriority: { urgent: 4 },
    clocks: { arrival: { n: 4, breached: 1, medianMs: 60_000, p90Ms: 120_000, maxMs: 180_000 } },
    reworked: 0,
    falseAlarms: 1,
  }),
  personal: async (id) => (id === `${TICKET.id}/1` ? PERSONAL : null),
  personalStoredBefore: async (beforeMs) => [{ id: `${TICKET.id}/1`, storedAtMs: beforeMs - 1 }],
  dueRecords: async ({ wordsBeforeMs, filesBeforeMs }) =>
    wordsBeforeMs === null && filesBeforeMs === null ? [] : [DUE_RECORD],
  dueWords: async (terms) => (terms.feedback === undefined ? [] : [DUE_WORDS]),
  recordHistory: async (record) => (record === DUE_WORDS.items[0]?.record ? [RECORD_LINE] : []),
  recordHold: async () => null,
  knownAttachments: async () => new Set(),
  policyVersions: async () => ({ items: [POLICY_ROW], total: 1 }),
  policyVersion: async (version) => (version === 'p1' ? POLICY_ROW : null),
  messages: async ({ recipient }) =>
    recipient === undefined || recipient === MESSAGE.recipient
      ? { items: [MESSAGE], total: 1 }
      : { items: [], total: 0 },
  messagesFailedSince: async () => [],
  incidents: async () => ({ items: [INCIDENT], total: 1 }),
  incident: async (id) => (id === INCIDENT.id ? INCIDENT : null),
  staff: async () => new Map([['engineer', PROFILE]]),
  roster: async () => ROSTER,
  handovers: async () => ({ items: [HANDOVER], total: 1 }),
  slips: async () => ({ items: [SLIP], total: 1 }),
  slip: async (number) => (number === SLIP.number ? SLIP : null),
  feedbacks: async () => ({ items: [FEEDBACK], total: 1 }),
  feedback: async (id) => (id === FEEDBACK.id ? FEEDBACK : null),
  feedbackHistory: async () => [],
  ticketDues: async () => [],
  drillRecords: async () => ({ items: [], total: 0 }),
  drillRevisions: async () => [],
  lastDrills: async () => new Map(),
  commissioningEvents: async () => [],
  commissioningHistory: async () => ({ items: [], total: 0 }),
  commissioningPhotos: async () => new Set(),
};

export function createFakePolicies(record: Record): PoliciesPort {
  const require = (version: string): PolicyVersionRow => {
    if (version !== POLICY_ROW.version) throw new RiserError('not-found', { what: text('version') });
    return POLICY_ROW;
  };
  return {
    inForce: () => POLICY_ROW,
    list: async () => ({ items: [POLICY_ROW], total: 1 }),
    get: async (version) => require(version),
    policy: async (version) => require(version).policy,
    compare: async (from, to) => ({
      from: require(from),
      to: require(to),
      differences: [{ path: 'reopenMs', before: 1, after: 2, isSafety: false }],
      isTruncated: false,
      held: [],
    }),
    check: () => ({
      differences: [{ path: 'reopenMs', before: 1, after: 2, isSafety: false }],
      held: [{ step: 'accept', roles: ['area-manager'], text: text('nobody can take it') }],
    }),
    async propose(proposal) {
      record('proposePolicy', proposal);
      return { ...POLICY_ROW, state: 'proposed', by: proposal.by };
    },
    async approve(version, approval) {
      record('approvePolicy', version, approval);
      return require(version);
    },
    async refuse(version, review) {
      record('refusePolicy', version, review);
      return require(version);
    },
    async withdraw(version, review) {
      record('withdrawPolicy', version, review);
      return require(version);
    },
  };
}

/** @param users key: user name */
export function createFakeDuty(users: ReadonlyMap<string, UserRow>, record: Record): RosterPort & StaffPort {
  const toBook = (): StaffBook => ({
    roster: ROSTER,
    staff: toStaff([...users.values()], new Map([['engineer', PROFILE]])),
    calendars: new Map(),
    parents: new Map([[toId('pump-room'), null]]),
  });
  return {
    reload: async () => record('reloadStaff'),
    roster: () => ROSTER,
    view: () => createDutyView(toBook()),
    gaps: (fromMs, toMs) => findGaps(toBook(), fromMs, toMs),
    async importRoster({ bytes: _bytes, ...input }) {
      record('importRoster', input);
      return ROSTER;
    },
    exportRoster: (format) => (format === 'csv' ? 'date,post\n' : 'version: 1\n'),
    async requestSwap({ by, ...input }) {
      record('requestSwap', input, by);
      return { id: 's-1', ...input, by, atMs: NOW_MS };
    },
    async agreeSwap(id, by) {
      record('agreeSwap', id, by);
      return ROSTER;
    },
    async approveSwap(id, by) {
      record('approveSwap', id, by);
      return ROSTER;
    },
    async dropSwap(id, by, note) {
      record('dropSwap', id, by, note);
    },
    profiles: () =>
      new Map(
        [...users.keys()].map((username) => {
          const {
            ways,
            certificates: _certificates,
            ...profile
          } = username === 'engineer' ? PROFILE : NO_PROFILE;
          return [username, { ...profile, certificates: [], reachedBy: ways.map(({ way }) => way) }];
        }),
      ),
    async profile(username, reader) {
      record('readProfile', username, reader);
      if (!users.has(username)) throw new RiserError('user-unknown', { username });
      return PROFILE;
    },
    async setProfile(username, profile, by) {
      record('setProfile', username, profile, by);
      if (!users.has(username)) throw new RiserError('user-unknown', { username });
    },
    certificates: () => [{ username: 'engineer', kind: 'lift', validTo: '2026-12-01', daysLeft: 10 }],
  };
}

export function createFakeDrillRecords(record: Record): DrillRecordPort {
  return {
    list: async () => ({ items: [DRILL], total: 1 }),
    revisions: async () => [DRILL],
    async evaluate(id, evaluation) {
      record('evaluateDrill', id, evaluation);
      return { ...DRILL, revision: 2, evaluation: evaluation.evaluation };
    },
    async write(input) {
      record('writeDrill', input);
      return DRILL;
    },
    due: async () => [{ kind: 'flood', lastAtMs: null }],
  };
}

export function createFakeSlips(record: Record): SlipPort {
  const require = async (number: string): Promise<SlipRow> => {
    if (number !== SLIP.number) throw new RiserError('slip-used', { number });
    return SLIP;
  };
  return {
    list: async () => ({ items: [SLIP], total: 1 }),
    async print(count, by) {
      record('printSlips', count, by);
      return [SLIP];
    },
    requireUnused: require,
    async void(number, reason, by) {
      record('voidSlip', number, reason, by);
      return { ...(await require(number)), voided: reason };
    },
  };
}

export function createFakeHandovers(record: Record): HandoverPort {
  return {
    async begin(input) {
      record('beginHandover', input);
      return HANDOVER;
    },
    async sign(id, by) {
      record('signHandover', id, by);
      return HANDOVER;
    },
    list: async () => ({ items: [HANDOVER], total: 1 }),
    unsigned: () => [HANDOVER],
  };
}

export function createFakeAttachments(record: Record): Attachments {
  const counters = { files: 1, bytes: 10, receiving: 0, received: 1, refused: 0, failed: 0, swept: 0 };
  return {
    start: async () => {},
    stop: async () => {},
    async receive(source, { id, name, by }) {
      let bytes = 0;
      for await (const chunk of source) bytes += (chunk as Buffer).length;
      record('receive', name, by, bytes);
      return { ...ATTACHMENT, id, name, by, bytes };
    },
    async read(id, part) {
      record('read', id, part ?? null);
      const whole = Buffer.from('0123456789');
      const from = part?.from ?? 0;
      const to = part?.to ?? whole.length - 1;
      if (from >= whole.length) throw new RiserError('range-not-satisfiable', { bytes: whole.length });
      return { stream: Readable.from([whole.subarray(from, to + 1)]), bytes: whole.length, from, to };
    },
    async discard(id) {
      record('discard', id);
    },
    counters: () => counters,
  };
}
