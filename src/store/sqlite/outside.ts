/**
 * The proof of what lies outside the hash chains, which hold digests of it only: personal fields and the bytes of
 * attachments. What was destroyed leaves nothing to check. Reads only.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { hashFileSync, toAttachmentFolder } from '../attachment-files.ts';
import { toPersonalDigest } from '../personal.ts';
import type { PersonalFields } from '../store.ts';
import { inspectRecordWords } from './record-words-proof.ts';
import { inspectWords, type WordsReport } from './words-proof.ts';

export interface OutsideReport {
  readonly personal: { readonly present: number; readonly destroyed: number };
  /** Parts of the record that people have typed; null = the database is older than that. */
  readonly words: WordsReport | null;
  readonly attachments: { readonly files: number; readonly bytes: number; readonly destroyed: number };
  /** The first places that do not match; at most as many as were asked for. */
  readonly findings: readonly string[];
  /** How many do not match in all. */
  readonly mismatches: number;
}

interface Findings {
  readonly list: string[];
  mismatches: number;
  readonly max: number;
}

/** A SHA-256 as it stands in the detail of an event; those of typed words are checked in their place. */
const DIGEST = /(?<!"\$words":)"([0-9a-f]{64})"/g;

/**
 * In one snapshot. Reads every attachment through: as long as the disk takes.
 * @param directory the data directory
 */
export function inspectOutside(
  database: DatabaseSync,
  directory: string,
  maxFindings: number,
): OutsideReport {
  const findings: Findings = { list: [], mismatches: 0, max: maxFindings };
  database.exec('begin');
  try {
    const chained = readChainedDigests(database);
    const personal = inspectPersonal(database, chained, findings);
    const words = sum(
      inspectWords(database, (text) => note(findings, text)),
      inspectRecordWords(database, (text) => note(findings, text)),
    );
    const attachments = inspectAttachments(database, toAttachmentFolder(directory), chained, findings);
    return { personal, words, attachments, findings: findings.list, mismatches: findings.mismatches };
  } finally {
    database.exec('rollback');
  }
}

function sum(ofTickets: WordsReport | null, ofOthers: WordsReport): WordsReport | null {
  if (ofTickets === null) return null;
  return {
    present: ofTickets.present + ofOthers.present,
    redacted: ofTickets.redacted + ofOthers.redacted,
    destroyed: ofTickets.destroyed + ofOthers.destroyed,
  };
}

function inspectPersonal(
  database: DatabaseSync,
  chained: ReadonlySet<string>,
  findings: Findings,
): OutsideReport['personal'] {
  let [present, destroyed] = [0, 0];
  for (const row of database.prepare('select id, digest, doc from personal order by id').iterate()) {
    const { doc } = row;
    const [id, digest] = [String(row['id']), String(row['digest'])];
    if (!chained.has(digest)) note(findings, `personal ${id}: its digest is in no history`);
    if (doc === null) {
      destroyed++;
      continue;
    }
    present++;
    if (!isOfDigest(String(doc), digest)) note(findings, `personal ${id}: it was changed`);
  }
  return { present, destroyed };
}

function isOfDigest(doc: string, digest: string): boolean {
  const fields = JSON.parse(doc) as PersonalFields;
  return fields.digest === digest && toPersonalDigest(fields) === digest;
}

/** Digests that the histories of tickets and the audit log name. */
function readChainedDigests(database: DatabaseSync): ReadonlySet<string> {
  const digests = new Set<string>();
  const isNeeded = 'select 1 from personal union all select 1 from attachment limit 1';
  if (database.prepare(isNeeded).get() === undefined) return digests;
  const known = "select name from sqlite_master where name in ('ticket_event', 'audit', 'feedback_event')";
  for (const { name: table } of database.prepare(known).all()) {
    for (const { detail } of database.prepare(`select detail from ${String(table)}`).iterate()) {
      for (const [, digest = ''] of String(detail).matchAll(DIGEST)) digests.add(digest);
    }
  }
  return digests;
}

function inspectAttachments(
  database: DatabaseSync,
  folder: string,
  chained: ReadonlySet<string>,
  findings: Findings,
): OutsideReport['attachments'] {
  let [files, bytes, destroyed] = [0, 0, 0];
  for (const row of database.prepare('select * from attachment order by id').iterate()) {
    const id = String(row['id']);
    // That the run which destroyed it names it, words-proof.ts sees.
    if ((row['destroyed_at_ms'] ?? null) !== null) {
      destroyed++;
      continue;
    }
    const file = hashFileSync(join(folder, id));
    files++;
    bytes += file?.bytes ?? 0;
    if (!chained.has(String(row['sha256']))) note(findings, `attachment ${id}: its digest is in no history`);
    if (file === null) note(findings, `attachment ${id}: its file is missing`);
    else if (file.bytes !== row['bytes'] || file.sha256 !== row['sha256'])
      note(findings, `attachment ${id}: its file was changed`);
  }
  return { files, bytes, destroyed };
}

function note(findings: Findings, text: string): void {
  findings.mismatches++;
  if (findings.list.length < findings.max) findings.list.push(text);
}
