/**
 * The proof of what people have typed into records that are no tickets: words that are there fit the salted digest in their chain;
 * words that are gone were taken by a line of the audit that names them. Reads only. Tickets: words-proof.ts.
 */
import type { DatabaseSync } from 'node:sqlite';
import { RECORD_CHAINS, type RecordChain } from '../../core/record-words.ts';
import { partAt, type TypedValue } from '../../core/typed-words.ts';
import { findMarks, toMark, toWordsProof } from '../words.ts';
import { toPartsDigest } from './commit-record-words.ts';
import { parse } from './rows.ts';
import type { WordsReport } from './words-proof.ts';

type Detail = Readonly<Record<string, unknown>>;
type Note = (text: string) => void;

interface WordsRow {
  readonly field: string;
  readonly digest: string;
  readonly salt: string | null;
  readonly text: string | null;
  readonly act: number | null;
}

/** @param note is told of each place that does not match @returns nothing where the database is older than that */
export function inspectRecordWords(database: DatabaseSync, note: Note): WordsReport {
  const report = { present: 0, redacted: 0, destroyed: 0 };
  if (database.prepare("select 1 from sqlite_schema where name = 'record_words'").get() === undefined)
    return report;
  for (const chain of RECORD_CHAINS) inspectChain(database, chain, note, report);
  const acts = database.prepare(
    'select act, count(*) as parts from record_words where act is not null group by act order by act',
  );
  for (const { act, parts } of acts.all()) {
    const id = Number(act);
    const line = database.prepare('select action, detail from audit where id = ?').get(id);
    const wrong = findFault(database, id, line);
    if (wrong !== null) note(`audit ${id}: ${wrong}`);
    report[line?.['action'] === 'words-redact' ? 'redacted' : 'destroyed'] += Number(parts);
  }
  return report;
}

function inspectChain(
  database: DatabaseSync,
  chain: RecordChain,
  note: Note,
  report: { present: number },
): void {
  const find = database.prepare(
    'select field, digest, salt, text, act from record_words where chain = ? and event = ? order by field',
  );
  const lines = database.prepare(
    `select id, detail from ${chain}
     where instr(detail, '"$words"') > 0 or id in (select event from record_words where chain = ?) order by id`,
  );
  for (const { id, detail: doc } of lines.iterate(chain)) {
    const detail = parse(String(doc)) as Detail;
    const marks = new Set(findMarks(detail));
    for (const row of find.all(chain, Number(id)) as unknown as readonly WordsRow[]) {
      const wrong = findMismatch(partAt(detail, row.field), row);
      if (wrong !== null) note(`${chain} ${Number(id)} ${row.field}: ${wrong}`);
      if (row.text !== null) report.present++;
      marks.delete(row.field);
    }
    for (const field of marks) note(`${chain} ${Number(id)} ${field}: its words are missing`);
  }
}

function findMismatch(part: unknown, { digest, salt, text, act }: WordsRow): string | null {
  if (toMark(part) !== digest) return 'its words are not of the history';
  if (text === null) return act === null ? 'its words are gone, and nothing says why' : null;
  const isOfDigest = salt !== null && toWordsProof(salt, parse(text) as TypedValue) === digest;
  return isOfDigest ? null : 'its words were changed';
}

/** What is gone by a line of the audit is what the line names. */
function findFault(
  database: DatabaseSync,
  act: number,
  line: Readonly<Record<string, unknown>> | undefined,
): string | null {
  const action = line?.['action'];
  if (action !== 'words-redact' && action !== 'words-destroy')
    return 'words are gone by it, and it takes none';
  const rows = database.prepare('select chain, event, field from record_words where act = ?').all(act);
  const parts = rows
    .map(({ chain, event, field }) => `${String(chain)}/${Number(event)}/${String(field)}`)
    .sort();
  const detail = parse(String(line?.['detail'])) as Detail;
  const isNamed =
    action === 'words-destroy'
      ? detail['digest'] === toPartsDigest(parts)
      : JSON.stringify(detail['parts']) === JSON.stringify(parts);
  return isNamed ? null : 'other words are gone by it than it names';
}
