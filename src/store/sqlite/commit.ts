/**
 * One `WriteBatch` as one transaction: every kind of write as rows. Knows no threads; worker.ts calls it.
 * What the rows mean is the business of the stages.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Occurrence } from '../../core/alarm.ts';
import { STORE_LIMITS } from '../limits.ts';
import type {
  DelayRow,
  LockOutRow,
  PointWriteRow,
  SessionRow,
  UserRow,
  Write,
  WriteBatch,
} from '../store.ts';
import { createChainWriter } from './chain.ts';
import { type Columns, insert, upsert } from './columns.ts';
import { createEngineAppliers, type EngineType } from './commit-engine.ts';
import { createFeedbackAppliers, type FeedbackType } from './commit-feedback.ts';
import { createRecordWordsAppliers, type RecordWordsType } from './commit-record-words.ts';
import { createServiceAppliers, type ServiceType } from './commit-service.ts';
import { createTicketAppliers, type TicketType } from './commit-tickets.ts';
import { createWordsAppliers, type WordsType } from './commit-words.ts';
import { createIndexUpkeep } from './index-upkeep.ts';
import { createLogUpkeep } from './log-upkeep.ts';

export interface Committer {
  /**
   * Stores all of the batch or nothing.
   * @param mayCommit asked once, when everything is written and only the commit is left; false rolls back
   * @throws the error of SQLite, or `CommitCancelled`; then nothing is stored.
   */
  commit(batch: WriteBatch, mayCommit?: () => boolean): void;
  /**
   * A short piece of the work that remains after commits, and after words were destroyed; call it between commits.
   * @returns whether more remains @throws the error of SQLite; then it is to be tried again later
   */
  tidy(): boolean;
}

/** The caller gave the batch up before its commit began. */
export class CommitCancelled extends Error {
  override readonly name = 'CommitCancelled';
}

export type Appliers = { readonly [Type in Write['type']]: (write: Extract<Write, { type: Type }>) => void };

const OCCURRENCE: Columns<Occurrence> = {
  id: (row) => row.id,
  alarm_key: (row) => row.key,
  equipment: (row) => row.equipment,
  severity: (row) => row.severity,
  ticket: (row) => row.ticket,
  raised_at_ms: (row) => row.raisedAtMs,
  ended_at_ms: (row) => row.endedAtMs,
  storm: (row) => row.storm,
  doc: (row) => JSON.stringify(row),
};

const DELAY: Columns<DelayRow> = { alarm_key: (row) => row.key, doc: (row) => JSON.stringify(row) };

const USER: Columns<UserRow> = {
  username: (row) => row.username,
  is_disabled: (row) => (row.isDisabled ? 1 : 0),
  is_demo: (row) => (row.isDemo ? 1 : 0),
  doc: (row) => JSON.stringify(row),
};

const SESSION: Columns<SessionRow> = {
  token_hash: (row) => row.tokenHash,
  username: (row) => row.username,
  created_at_ms: (row) => row.createdAtMs,
  expires_at_ms: (row) => row.expiresAtMs,
};

const COUNTER: Columns<Extract<Write, { type: 'counter' }>> = {
  name: (row) => row.name,
  value: (row) => row.value,
};

/** @param database open for writing, schema up to date; stays the caller's. */
export function createCommitter(database: DatabaseSync): Committer {
  const chain = createChainWriter(database);
  const appliers: Appliers = {
    ...createRowAppliers(database),
    ...createTicketAppliers(database),
    ...createServiceAppliers(database),
    ...createFeedbackAppliers(database),
    ...createEngineAppliers(database),
    ...createRecordWordsAppliers(database, chain.append),
    ...createWordsAppliers(database, chain.append),
  };
  const words = createIndexUpkeep(database);
  const log = createLogUpkeep(database);
  return {
    commit(batch, mayCommit = () => true) {
      database.exec('begin immediate');
      try {
        chain.begin();
        for (const write of batch.writes) (appliers[write.type] as (write: Write) => void)(write);
        if (batch.writes.some(isOfWords)) words.begin();
        chain.end();
        if (!mayCommit()) throw new CommitCancelled('given up before the commit');
        database.exec('commit');
      } catch (error) {
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
      log.committed(batch.writes.some(isDestroying));
    },
    tidy() {
      const { isDone, hasWorked } = words.step();
      if (isDone && hasWorked) log.empty();
      log.step();
      return !isDone;
    },
  };
}

/** Also the index of words has to forget what it takes. */
function isOfWords({ type }: Write): boolean {
  return ['redaction', 'destruction', 'words-redaction', 'words-destruction'].includes(type);
}

function isDestroying(write: Write): boolean {
  return isOfWords(write) || (write.type === 'personal' && write.fields === null);
}

type LockOutWrite = Extract<Write, { type: 'lock-out' }>;

const POINT_WRITE: Columns<PointWriteRow> = {
  id: (row) => row.id,
  equipment: (row) => row.point.slice(0, row.point.indexOf('/')),
  name: (row) => row.point.slice(row.point.indexOf('/') + 1),
  is_open: (row) => (row.state === 'sent' || row.state === 'reverting' || row.revertAtMs !== null ? 1 : 0),
  doc: (row) => JSON.stringify(row),
};

const LOCK_OUT: Columns<{ readonly equipment: string; readonly row: LockOutRow }> = {
  equipment: ({ equipment }) => equipment,
  doc: ({ row }) => JSON.stringify(row),
};

/** Those that are not over are kept, however old. */
function createPointWriteApplier(database: DatabaseSync): Appliers['point-write'] {
  const put = upsert(database, 'point_write', ['id'], POINT_WRITE);
  const prune = database.prepare(
    'delete from point_write where is_open = 0 and seq <= (select max(seq) from point_write) - ?',
  );
  return ({ write }) => {
    put(write);
    prune.run(STORE_LIMITS.pointWrites);
  };
}

function createLockOutApplier(database: DatabaseSync): Appliers['lock-out'] {
  const put = upsert(database, 'lock_out', ['equipment'], LOCK_OUT);
  const remove = database.prepare('delete from lock_out where equipment = ?');
  return ({ equipment, lockOut }: LockOutWrite) => {
    if (lockOut === null) remove.run(equipment);
    else put({ equipment, row: lockOut });
  };
}

function createRowAppliers(
  database: DatabaseSync,
): Omit<Appliers, RecordWordsType | EngineType | TicketType | ServiceType | WordsType | FeedbackType> {
  const occurrence = upsert(database, 'occurrence', ['id'], OCCURRENCE);
  const counter = upsert(database, 'counter', ['name'], COUNTER);
  const user = upsert(database, 'user', ['username'], USER);
  const session = upsert(database, 'session', ['token_hash'], SESSION);
  const addDelay = insert(database, 'delay', DELAY);
  const clearDelays = database.prepare('delete from delay');
  const endSession = database.prepare('delete from session where token_hash = ?');
  const endSessions = database.prepare('delete from session where username = ?');
  const pruneSessions = database.prepare('delete from session where expires_at_ms <= ?');
  const addVersion = database.prepare(
    'insert into config_version (hash, loaded_at_ms, files) values (?, ?, ?)',
  );
  return {
    occurrence: (write) => occurrence(write.occurrence),
    counter,
    delays(write) {
      clearDelays.run();
      write.delays.forEach(addDelay);
    },
    user: (write) => user(write.user),
    session(write) {
      pruneSessions.run(write.session.createdAtMs);
      session(write.session);
    },
    'point-write': createPointWriteApplier(database),
    'lock-out': createLockOutApplier(database),
    'session-end': (write) => void endSession.run(write.tokenHash),
    'sessions-end': (write) => void endSessions.run(write.username),
    'config-version': ({ version }) =>
      void addVersion.run(version.hash, version.loadedAtMs, JSON.stringify(version.files)),
  };
}
