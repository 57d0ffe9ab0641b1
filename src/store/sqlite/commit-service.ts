/**
 * What the service keeps beside tickets: versions of the policy, messages, incidents, personal fields, staff, roster,
 * handovers, slips. Rows of the transaction that commit.ts runs.
 */
import type { DatabaseSync } from 'node:sqlite';
import { toPolicyDoc } from '../../config/policy-doc.ts';
import type { CommissioningEvent } from '../../core/commissioning.ts';
import type { DrillRecord } from '../../core/drill-record.ts';
import type { Handover, Roster, StaffProfile } from '../../core/duty.ts';
import { type Incident, isIncidentOver } from '../../core/incident.ts';
import { isMessageOver, type Message } from '../../core/message.ts';
import type { PolicyVersionRow, SlipRow, Write } from '../store.ts';
import { type Columns, insert, toValues, upsert } from './columns.ts';
import type { Appliers } from './commit.ts';
import { VersionMismatch } from './version-mismatch.ts';

export type ServiceType =
  | 'policy-version'
  | 'message'
  | 'incident'
  | 'personal'
  | 'staff'
  | 'roster'
  | 'handover'
  | 'drill-record'
  | 'commissioning-event'
  | 'slip';

type PersonalWrite = Extract<Write, { type: 'personal' }>;

const POLICY_VERSION: Columns<PolicyVersionRow> = {
  version: (row) => row.version,
  state: (row) => row.state,
  doc: ({ policy: _policy, ...row }) => JSON.stringify(row),
  policy: ({ policy }) => JSON.stringify(toPolicyDoc(policy)),
};

const MESSAGE: Columns<Message> = {
  id: (row) => row.id,
  key: (row) => row.key,
  recipient: (row) => row.recipient,
  channel: (row) => row.channel,
  ticket: (row) => row.ticket,
  incident: (row) => row.incident,
  state: (row) => row.state,
  is_over: (row) => (isMessageOver(row) ? 1 : 0),
  created_at_ms: (row) => row.createdAtMs,
  doc: (row) => JSON.stringify(row),
};

const INCIDENT: Columns<Incident> = {
  id: (row) => row.id,
  number: (row) => row.number,
  version: (row) => row.version,
  began_at_ms: (row) => row.beganAtMs,
  ended_at_ms: (row) => row.endedAtMs,
  is_over: (row) => (isIncidentOver(row) ? 1 : 0),
  doc: (row) => JSON.stringify(row),
};

const STAFF: Columns<{ readonly username: string; readonly profile: StaffProfile }> = {
  username: (row) => row.username,
  doc: (row) => JSON.stringify(row.profile),
};

const HANDOVER: Columns<Handover> = {
  id: (row) => row.id,
  at_ms: (row) => row.atMs,
  doc: (row) => JSON.stringify(row),
};

const DRILL_RECORD: Columns<DrillRecord> = {
  id: (row) => row.id,
  revision: (row) => row.revision,
  kind: (row) => row.kind,
  ended_at_ms: (row) => row.endedAtMs,
  is_evaluated: (row) => (row.evaluation === null ? 0 : 1),
  doc: (row) => JSON.stringify(row),
};

const COMMISSIONING_EVENT: Columns<CommissioningEvent> = {
  equipment: (row) => row.equipment,
  point: (row) => row.point,
  type: (row) => row.type,
  at_ms: (row) => row.atMs,
  photo: (row) => (row.type === 'photo-added' ? row.photo.id : null),
  doc: (row) => JSON.stringify(row),
};

const SLIP: Columns<SlipRow> = {
  number: (row) => row.number,
  is_unused: (row) => (row.ticket === null && row.voided === null ? 1 : 0),
  doc: (row) => JSON.stringify(row),
};

/** @param database as of createCommitter (commit.ts). */
export function createServiceAppliers(database: DatabaseSync): Pick<Appliers, ServiceType> {
  const policy = upsert(database, 'policy_version', ['version'], POLICY_VERSION);
  const message = upsert(database, 'message', ['id'], MESSAGE);
  const handover = upsert(database, 'handover', ['id'], HANDOVER);
  const drillRecord = insert(database, 'drill_record', DRILL_RECORD);
  const commissioning = insert(database, 'commissioning_event', COMMISSIONING_EVENT);
  const slip = upsert(database, 'slip', ['number'], SLIP);
  return {
    'policy-version': ({ version }) => policy(version),
    message: (write) => message(write.message),
    incident: createIncidentApplier(database),
    personal: createPersonalApplier(database),
    staff: upsert(database, 'staff', ['username'], STAFF),
    roster: createRosterApplier(database),
    handover: (write) => handover(write.handover),
    'drill-record': ({ record }) => drillRecord(record),
    'commissioning-event': ({ event }) => commissioning(event),
    slip: (write) => slip(write.slip),
  };
}

function createIncidentApplier(database: DatabaseSync): Appliers['incident'] {
  const add = insert(database, 'incident', INCIDENT);
  const assignments = Object.keys(INCIDENT).map((column) => `${column} = :${column}`);
  const change = database.prepare(
    `update incident set ${assignments.join(', ')} where id = :id and version = :expected_version`,
  );
  return ({ incident, expectedVersion }) => {
    if (expectedVersion === null) return add(incident);
    const { changes } = change.run({ ...toValues(INCIDENT, incident), expected_version: expectedVersion });
    if (changes !== 1)
      throw new VersionMismatch(`incident ${incident.number} is not at version ${expectedVersion}`);
  };
}

/** What was destroyed once keeps the time of it. The digest stays, as it does in the histories. */
function createPersonalApplier(database: DatabaseSync): (write: PersonalWrite) => void {
  const put = database.prepare(
    `insert into personal (id, digest, stored_at_ms, doc) values (?, ?, ?, ?)
     on conflict (id) do update set digest = excluded.digest, stored_at_ms = excluded.stored_at_ms,
       destroyed_at_ms = null, doc = excluded.doc`,
  );
  const destroy = database.prepare(
    'update personal set doc = null, destroyed_at_ms = ? where id = ? and doc is not null',
  );
  return ({ id, atMs, fields }) => {
    if (fields === null) destroy.run(atMs, id);
    else put.run(id, fields.digest, atMs, JSON.stringify(fields));
  };
}

function createRosterApplier(database: DatabaseSync): Appliers['roster'] {
  const find = database.prepare('select version from roster');
  const put = database.prepare('insert or replace into roster (id, version, doc) values (1, ?, ?)');
  return ({ roster }: { readonly roster: Roster }) => {
    const stored = find.get()?.['version'] ?? null;
    if (stored !== null && roster.version !== Number(stored) + 1)
      throw new VersionMismatch(`roster ${roster.version} does not follow ${Number(stored)}`);
    put.run(roster.version, JSON.stringify(roster));
  };
}
