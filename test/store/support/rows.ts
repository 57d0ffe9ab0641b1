/** Small valid rows for the tests of the store. What they mean is not the point, only that they are stored. */

import type { Policy } from '../../../src/config/policy.ts';
import { fromPolicyDoc, type PolicyDoc } from '../../../src/config/policy-doc.ts';
import { type AlarmControl, NO_MARKS, type Occurrence, type Storm } from '../../../src/core/alarm.ts';
import type { DrillRecord } from '../../../src/core/drill-record.ts';
import type { Handover, Roster, StaffProfile } from '../../../src/core/duty.ts';
import { type AttachmentId, type EquipmentId, type PointId, toId } from '../../../src/core/ids.ts';
import type { Incident } from '../../../src/core/incident.ts';
import type { Message } from '../../../src/core/message.ts';
import type { Attachment, Ticket } from '../../../src/core/ticket.ts';
import { toPersonalFields } from '../../../src/store/personal.ts';
import type {
  AuditRow,
  DrillRow,
  LockOutRow,
  PersonalFields,
  PointWriteRow,
  PolicyVersionRow,
  RuleChangeRow,
  RuleMemoryRow,
  SessionRow,
  SlipRow,
  TicketDueRow,
  UserRow,
  Write,
} from '../../../src/store/store.ts';
import { createTestTicket } from '../../support/ticket.ts';

const text = { zh: '水泵', en: 'pump' };
export const KEY = 'site/pump-1/dry-running';

export function makeOccurrence(id: string, changes: Partial<Occurrence> = {}): Occurrence {
  return {
    id: toId(id),
    key: toId(KEY),
    site: toId('site'),
    equipment: toId('pump-1'),
    rule: toId('dry-running'),
    ruleVersion: 'r1',
    severity: 'high',
    level: null,
    isActive: true,
    blindSinceMs: null,
    acknowledged: null,
    onsetAtMs: 900,
    raisedAtMs: 1_000,
    returnedAtMs: null,
    endedAtMs: null,
    endReason: null,
    count: 1,
    text,
    equipmentName: text,
    place: text,
    evidence: {
      point: 'flow',
      pointName: text,
      value: 0,
      valueText: text,
      quality: 0,
      sourceMs: null,
      receivedMs: 999,
    },
    ticket: null,
    explainedBy: null,
    ticketDueAtMs: null,
    ...NO_MARKS,
    ...changes,
  };
}

export function makeTicket(id: string, changes: Partial<Ticket> = {}): Ticket {
  return createTestTicket({
    id: toId(id),
    number: `GC20261121-${id}`,
    site: toId('site'),
    priority: 'urgent',
    stage: 'recorded',
    policyVersion: 'p1',
    place: text,
    equipment: toId('pump-1'),
    equipmentName: text,
    content: text,
    contact: { id: null, name: text, method: '', personal: null, isConfirmed: null },
    ...changes,
  });
}

export function makeUser(username: string, changes: Partial<UserRow> = {}): UserRow {
  return {
    username,
    displayName: { zh: '王工', en: 'Wang' },
    roles: ['engineer'],
    passwordHash: '$argon2id$none',
    isDisabled: false,
    isDemo: false,
    createdAtMs: 1,
    changedAtMs: 1,
    ...changes,
  };
}

export function makeSession(tokenHash: string, username: string, expiresAtMs = 1e15): SessionRow {
  return { tokenHash, username, createdAtMs: 1, expiresAtMs };
}

export function makeAudit(action: string, changes: Partial<AuditRow> = {}): AuditRow {
  return { atMs: 5, actor: 'wang', action, object: 'wang', detail: { b: 2, a: { d: 4, c: 3 } }, ...changes };
}

export function audit(action: string): Write {
  return { type: 'audit', entry: makeAudit(action) };
}

export function link(ticket: string, occurrence: string, isOpen = true, key = KEY): Write {
  return { type: 'ticket-alarm', ticket: toId(ticket), key: toId(key), occurrence: toId(occurrence), isOpen };
}

export function occurrence(id: string, changes: Partial<Occurrence> = {}): Write {
  return { type: 'occurrence', occurrence: makeOccurrence(id, changes) };
}

export function ticket(
  id: string,
  changes: Partial<Ticket> = {},
  expectedVersion: number | null = null,
): Write {
  return { type: 'ticket', ticket: makeTicket(id, changes), expectedVersion };
}

export function alarmEvent(id: string, note = ''): Write {
  return {
    type: 'alarm-event',
    event: {
      occurrence: toId(id),
      key: toId(KEY),
      type: 'raised',
      atMs: 1_000,
      by: 'gateway',
      note,
      detail: { level: null },
    },
  };
}

export function ticketEvent(id: string, detail: Readonly<Record<string, unknown>> = {}): Write {
  return {
    type: 'ticket-event',
    event: {
      ticket: toId(id),
      version: 1,
      type: 'opened',
      stage: 'recorded',
      atMs: 1_000,
      by: 'gateway',
      detail,
    },
  };
}

export function delay(key: string): Write {
  const row = {
    ruleVersion: 'r1',
    elapsedMs: 12.5,
    direction: 'on',
    goodSamples: 2,
    onsetAtMs: 900,
  } as const;
  return { type: 'delays', delays: [{ key: toId(key), ...row }] };
}

export function makePointWrite(id: string, changes: Partial<PointWriteRow> = {}): PointWriteRow {
  return {
    id,
    point: 'pump-1/set-point',
    value: 0.4,
    previous: 0.45,
    state: 'sent',
    by: 'wang',
    reason: 'night',
    atMs: 1_000,
    readBack: null,
    revertAtMs: null,
    changedAtMs: 1_000,
    detail: '',
    target: 'here',
    ...changes,
  };
}

export function pointWrite(id: string, changes: Partial<PointWriteRow> = {}): Write {
  return { type: 'point-write', write: makePointWrite(id, changes) };
}

export const LOCK_OUT: LockOutRow = { by: 'wang', reason: 'bearing is being changed', atMs: 1_000 };

export function lockOut(equipment: string, row: LockOutRow | null = LOCK_OUT): Write {
  return { type: 'lock-out', equipment, lockOut: row };
}

export const SHELF: NonNullable<AlarmControl['shelf']> = {
  by: 'wang',
  atMs: 1_000,
  reason: 'seal is on order',
  untilMs: 9_000,
  isOneShot: false,
};

export function makeControl(key: string, changes: Partial<AlarmControl> = {}): AlarmControl {
  const [, equipment = '', rule = ''] = key.split('/');
  return {
    key: toId(key),
    equipment: toId(equipment),
    rule: toId(rule),
    shelf: SHELF,
    outOfService: null,
    ...changes,
  };
}

export function control(key: string, changes: Partial<AlarmControl> = {}): Write {
  return { type: 'alarm-control', control: makeControl(key, changes) };
}

export function makeStorm(id: string, changes: Partial<Storm> = {}): Storm {
  return {
    id: toId(id),
    site: toId('site'),
    beganAtMs: 1_000,
    endedAtMs: null,
    root: toId('o-1'),
    members: 11,
    peak: 11,
    ticket: null,
    ...changes,
  };
}

export function storm(id: string, changes: Partial<Storm> = {}): Write {
  return { type: 'storm', storm: makeStorm(id, changes) };
}

export function makeMemory(key: string, memory: unknown): RuleMemoryRow {
  return { key: toId(key), ruleVersion: 'r1', savedAtMs: 1_000, memory };
}

export function makeChange(id: string, changes: Partial<RuleChangeRow> = {}): RuleChangeRow {
  return {
    id,
    equipment: toId('pump-1'),
    rule: toId('dry-running'),
    override: { onDelayMs: 5_000 },
    baseVersion: 'r1',
    state: 'proposed',
    by: 'wang',
    atMs: 1_000,
    reason: 'raises at each start',
    reviewedBy: null,
    reviewedAtMs: null,
    reviewNote: '',
    ...changes,
  };
}

export function ruleChange(id: string, changes: Partial<RuleChangeRow> = {}): Write {
  return { type: 'rule-change', change: makeChange(id, changes) };
}

export const DRILL: DrillRow = { by: 'wang', atMs: 1_000, reason: '消防演练', untilMs: 9_000 };

export function drill(equipment: string, row: DrillRow | null = DRILL): Write {
  return { type: 'drill', equipment: toId(equipment), drill: row };
}

/** A person's decision about an alarm that has no open occurrence. */
export function decision(key = KEY): Write {
  return {
    type: 'alarm-event',
    event: {
      occurrence: null,
      key: toId(key),
      type: 'shelved',
      atMs: 2_000,
      by: 'wang',
      note: 'seal is on order',
      detail: { untilMs: 9_000 },
    },
  };
}

/** A part of one: the store asks only that it comes back as it was, Maps included. */
/** As it comes back from the store: with what versions of this kind lack. */
export function makePolicy(version: string): Policy {
  const days = { holidays: { '2026-10-01': { zh: '国庆节', en: 'National Day' } }, makeUpDays: {} };
  const calendar = { id: 'working', week: [[{ from: 540, to: 1_020 }], []], days };
  return fromPolicyDoc({ version, calendars: [calendar], reopenMs: 86_400_000 } as unknown as PolicyDoc);
}
export function makePolicyVersion(
  version: string,
  changes: Partial<PolicyVersionRow> = {},
): PolicyVersionRow {
  return {
    version,
    state: 'in-force',
    text: 'version: 2',
    origin: 'file',
    by: 'gateway',
    atMs: 1_000,
    reason: '',
    reviewedBy: null,
    reviewedAtMs: null,
    reviewNote: '',
    policy: makePolicy(version),
    ...changes,
  };
}

export function policyVersion(version: string, changes: Partial<PolicyVersionRow> = {}): Write {
  return { type: 'policy-version', version: makePolicyVersion(version, changes) };
}

export function makeMessage(id: string, changes: Partial<Message> = {}): Message {
  return {
    id: toId(id),
    key: `key-of-${id}`,
    kind: 'assigned',
    priority: 'urgent',
    channel: 'inbox',
    recipient: 'wang',
    subject: text,
    body: text,
    ticket: null,
    occurrence: null,
    incident: null,
    isDrill: false,
    createdAtMs: 1_000,
    notBeforeMs: 1_000,
    state: 'queued',
    attempts: 0,
    nextAtMs: 1_000,
    sentAtMs: null,
    deliveredAtMs: null,
    readAtMs: null,
    answeredAtMs: null,
    answer: null,
    ...changes,
  };
}

export function message(id: string, changes: Partial<Message> = {}): Write {
  return { type: 'message', message: makeMessage(id, changes) };
}

export function makeIncident(id: string, changes: Partial<Incident> = {}): Incident {
  return {
    id: toId(id),
    number: `SJ20261121-${id}`,
    version: 1,
    site: toId('site'),
    kind: 'fire',
    nature: 'safety-accident',
    grade: 'ordinary',
    verdict: 'open',
    phase: 'first-handling',
    commander: null,
    isDrill: false,
    beganAtMs: 1_000,
    lastAtMs: 1_000,
    endedAtMs: null,
    location: null,
    place: text,
    tickets: [],
    reportDueAtMs: 8_000,
    reportWarnedAtMs: null,
    reportBreachedAtMs: null,
    reports: [],
    plan: null,
    ...changes,
  };
}

export function incident(
  id: string,
  changes: Partial<Incident> = {},
  expectedVersion: number | null = null,
): Write {
  return { type: 'incident', incident: makeIncident(id, changes), expectedVersion };
}

/** Something in the histories that names the digest. */
export function chained(digest: string): Write {
  return { type: 'audit', entry: makeAudit('contact-stored', { detail: { digest } }) };
}

export const PERSONAL: PersonalFields = toPersonalFields('赵敏', '13900001234', '5a17'.repeat(8));

export function personal(id: string, fields: PersonalFields | null = PERSONAL, atMs = 1_000): Write {
  return { type: 'personal', id, atMs, fields };
}

export function dues(id: string, ...dueAtMs: readonly number[]): Write {
  const rows = dueAtMs.map(
    (at, round): TicketDueRow => ({ clock: 'arrival', round, what: 'breach', dueAtMs: at }),
  );
  return { type: 'ticket-dues', ticket: toId(id), dues: rows };
}

export function makeAttachment(id: string, changes: Partial<Attachment> = {}): Attachment {
  return {
    id: toId(id),
    name: '现场.jpg',
    mediaType: 'image/jpeg',
    bytes: 3,
    sha256: '0'.repeat(64),
    by: 'wang',
    atMs: 1_000,
    ...changes,
  };
}

export function attachment(ticketId: string, id: string, changes: Partial<Attachment> = {}): Write {
  return { type: 'attachment', ticket: toId(ticketId), attachment: makeAttachment(id, changes) };
}

export const PROFILE: StaffProfile = {
  groups: ['水暖组'],
  specialities: ['water'],
  certificates: [{ kind: 'electrician-lv', number: 'T1', validTo: '2027-01-31' }],
  ways: [{ way: 'phone', address: '8002' }],
  areas: [],
  language: 'zh',
  firm: null,
};

export function roster(version: number): { readonly type: 'roster'; readonly roster: Roster } {
  return {
    type: 'roster',
    roster: { version, timeZone: 'Asia/Shanghai', shifts: [], posts: [], assignments: [] },
  };
}

export function makeHandover(id: string, changes: Partial<Handover> = {}): Handover {
  const lines = {
    standing: [],
    shelved: [],
    suppressed: [],
    outOfService: [],
    lockOuts: [],
    tickets: [],
    blind: [],
  };
  return {
    id,
    atMs: 1_000,
    from: 'wang',
    to: 'li',
    post: 'desk',
    ...lines,
    note: '',
    signedFromAtMs: null,
    signedToAtMs: null,
    ...changes,
  };
}

export function handover(id: string, changes: Partial<Handover> = {}): Write {
  return { type: 'handover', handover: makeHandover(id, changes) };
}

export function makeDrillRecord(id: string, changes: Partial<DrillRecord> = {}): DrillRecord {
  return {
    id,
    revision: 1,
    kind: 'fire',
    equipment: null,
    content: '消防演练',
    place: text,
    beganAtMs: 1_000,
    endedAtMs: 2_000,
    begunBy: 'wang',
    tickets: [],
    participants: ['wang'],
    flow: [],
    evaluation: null,
    writtenBy: 'gateway',
    writtenAtMs: 2_000,
    ...changes,
  };
}

export function drillRecord(id: string, changes: Partial<DrillRecord> = {}): Write {
  return { type: 'drill-record', record: makeDrillRecord(id, changes) };
}

export function commissioningEvent(equipment: string, changes: { readonly photo?: string } = {}): Write {
  const of = { equipment: toId<EquipmentId>(equipment), atMs: 1_000, by: 'li' } as const;
  const photo =
    changes.photo === undefined ? null : { ...makeAttachment('a-1'), id: toId<AttachmentId>(changes.photo) };
  const point = toId<PointId>(`${equipment}/p`);
  if (photo !== null)
    return { type: 'commissioning-event', event: { ...of, point, type: 'photo-added', photo } };
  return {
    type: 'commissioning-event',
    event: { ...of, point: null, type: 'extended', reason: 'parts are late', untilMs: 9_000 },
  };
}

export function makeSlip(number: string, changes: Partial<SlipRow> = {}): SlipRow {
  return { number, printedAtMs: 1_000, printedBy: 'desk', ticket: null, voided: null, ...changes };
}

export function slip(number: string, changes: Partial<SlipRow> = {}): Write {
  return { type: 'slip', slip: makeSlip(number, changes) };
}
