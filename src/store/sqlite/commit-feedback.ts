/** Entries of feedback as rows, with what lists, searches and the sweep go by; their history is commit-record-words.ts. Part of commit.ts. */
import type { DatabaseSync } from 'node:sqlite';
import { type Feedback, isFeedbackOver } from '../../core/feedback.ts';
import { toIndexWords } from './bigrams.ts';
import { type Columns, toValues } from './columns.ts';
import type { Appliers } from './commit.ts';
import { VersionMismatch } from './version-mismatch.ts';

export type FeedbackType = 'feedback';

const FEEDBACK: Columns<Feedback> = {
  id: (row) => row.id,
  number: (row) => row.number,
  version: (row) => row.version,
  is_over: (row) => (isFeedbackOver(row) ? 1 : 0),
  is_breached: (row) => (row.clocks.some(({ breachedAtMs }) => breachedAtMs !== null) ? 1 : 0),
  stage: (row) => row.stage,
  source: (row) => row.source,
  subject: (row) => row.subject,
  handler: (row) => row.handler,
  received_at_ms: (row) => row.receivedAtMs,
  doc: (row) => JSON.stringify(row),
};

/** @param database as of createCommitter (commit.ts) */
export function createFeedbackAppliers(database: DatabaseSync): Pick<Appliers, FeedbackType> {
  return { feedback: createEntryApplier(database) };
}

function createEntryApplier(database: DatabaseSync): Appliers['feedback'] {
  const names = Object.keys(FEEDBACK);
  const add = database.prepare(
    `insert into feedback (${names.join(', ')}) values (${names.map((name) => `:${name}`).join(', ')})`,
  );
  const change = database.prepare(
    `update feedback set ${names.map((name) => `${name} = :${name}`).join(', ')}
     where id = :id and version = :expected_version`,
  );
  const find = database.prepare('select seq from feedback where id = ?');
  const index = database.prepare('insert or replace into feedback_text (rowid, words) values (?, ?)');
  const link = database.prepare('insert or ignore into feedback_ticket (feedback, ticket) values (?, ?)');
  const clearDues = database.prepare('delete from feedback_due where feedback = ?');
  const addDue = database.prepare(
    'insert into feedback_due (feedback, clock, what, due_at_ms) values (?, ?, ?, ?)',
  );
  return ({ feedback, expectedVersion, dues }) => {
    const { id, number, tickets } = feedback;
    const values = toValues(FEEDBACK, feedback);
    if (expectedVersion === null) add.run(values);
    else if (change.run({ ...values, expected_version: expectedVersion }).changes !== 1)
      throw new VersionMismatch(`feedback ${number} is not at version ${expectedVersion}`);
    index.run(Number(find.get(id)?.['seq']), toFeedbackWords(feedback));
    for (const ticket of tickets) link.run(id, ticket.id);
    clearDues.run(id);
    for (const due of dues) addDue.run(id, due.clock, due.what, due.dueAtMs);
  };
}

/** Whoever said it is not among them. */
export function toFeedbackWords({
  number,
  content,
  place,
  handling,
  answer,
  analysis,
  tickets,
}: Feedback): string {
  const said = [handling?.arranged, answer?.result, analysis?.cause, analysis?.measure, analysis?.opinion];
  const numbers = tickets.map((ticket) => ticket.number);
  return toIndexWords(
    [number, content, place, ...said, ...numbers].filter((text) => text != null).join('\n'),
  );
}
