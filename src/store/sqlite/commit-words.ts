/**
 * Events of tickets with what people have typed into them beside the chain, the redaction of one part, and the destruction of
 * all of them after their retention. Rows of the transaction that commit.ts runs; store/words.ts says how they hang together.
 *
 * Of an event that holds its words itself (an earlier version wrote it) the part is replaced in its detail; its old digest stays
 * in the chain, and the act that took the words is chained behind it with a digest of what is left.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type TypedValue, toReplacer, toTypedParts, withParts } from '../../core/typed-words.ts';
import type { TicketEventRow, Write } from '../store.ts';
import { GONE, sealEvent } from '../words.ts';
import { type ChainWriter, toCanonicalJson, toContentDigest } from './chain.ts';
import type { Appliers } from './commit.ts';
import { type Copies, createCopies } from './copied-words.ts';
import { parse } from './rows.ts';

export type WordsType = 'ticket-event' | 'redaction' | 'destruction';

const SALT_BYTES = 16;

/** A part of the record whose words are there. */
interface Place {
  readonly event: number;
  readonly field: string;
  /** JSON of the words. */
  readonly text: string;
  /** Whether the event itself holds them. */
  readonly isOwn: boolean;
}

/** What the act that takes words away says of it in the chain. */
export interface Taken {
  /** `17/note`, sorted. */
  readonly parts: readonly string[];
  /** Events of earlier versions: id and digest of what is left, by id. */
  readonly left: readonly (readonly [event: number, digest: string])[];
}

/** @param toSalt replaced by tests */
export function createWordsAppliers(
  database: DatabaseSync,
  append: ChainWriter['append'],
  toSalt: () => string = () => randomBytes(SALT_BYTES).toString('hex'),
): Pick<Appliers, WordsType> {
  const appendEvent = createEventAppender(database, append, toSalt);
  const places = createPlaces(database);
  const taker = createTaker(database);
  const copies = createCopies(database);
  const files = createFileDestroyer(database);
  return {
    'ticket-event': ({ event }) => void appendEvent(event),
    redaction({ event }) {
      const { event: id, field } = event.detail;
      const all = places(event.ticket);
      const wanted = all.find((place) => place.event === id && place.field === field);
      // The same words wherever the record repeats them; gone meanwhile = nothing more to take.
      const same = all.filter((place) => wanted !== undefined && toPlain(place) === toPlain(wanted));
      const taken = taker.prepare(same);
      const row = appendEvent({ ...event, detail: { ...event.detail, ...toChained(taken) } });
      taker.take(same, `ticket_event/${row}`, taken);
      if (wanted === undefined) return;
      const toText = toReplacer(parse(wanted.text) as TypedValue, event.detail.replacement);
      copies.rewrite(event.ticket, toText);
    },
    destruction: (write) => destroy(write, { places, taker, copies, files, append }),
  };
}

/** The same in both languages, as a content stands in a correction, is the same as once. */
function toPlain({ text }: Place): string {
  const words = parse(text) as TypedValue;
  return typeof words !== 'string' && words.zh === words.en ? toCanonicalJson(words.zh) : text;
}

interface Parts {
  readonly places: (ticket: string) => readonly Place[];
  readonly taker: Taker;
  readonly copies: Copies;
  readonly files: (ticket: string, atMs: number) => readonly string[];
  readonly append: ChainWriter['append'];
}

function destroy(
  { records, entry }: Extract<Write, { type: 'destruction' }>,
  { places, taker, copies, files, append }: Parts,
): void {
  const gone = records.filter(({ words }) => words).map(({ ticket }) => ticket);
  const all = gone.flatMap((ticket) => places(ticket));
  const taken = taker.prepare(all);
  const removed = records
    .filter((record) => record.files)
    .flatMap(({ ticket }) => files(ticket, entry.atMs))
    .sort();
  const { parts, left } = taken;
  const digest = toDestroyedDigest(taken, removed);
  const detail = { ...entry.detail, texts: parts.length, reworded: left.length, files: removed, digest };
  const { atMs: at_ms, actor, action, object } = entry;
  const row = append('audit', { at_ms, actor, action, object, detail: toCanonicalJson(detail) });
  taker.take(all, `audit/${row}`, taken);
  for (const ticket of gone) copies.rewrite(ticket, () => '');
}

/** SHA-256 of all that went in one run, hex. @param files ids, sorted */
export function toDestroyedDigest({ parts, left }: Taken, files: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([parts, left, files]))
    .digest('hex');
}

function toChained({ parts, left }: Taken): Readonly<Record<string, unknown>> {
  return { parts, ...(left.length > 0 && { left }) };
}

/** @returns writes the event and what was typed into it; the id of its row */
function createEventAppender(
  database: DatabaseSync,
  append: ChainWriter['append'],
  toSalt: () => string,
): (event: TicketEventRow) => number {
  const add = database.prepare('insert into words (event, field, digest, salt, text) values (?, ?, ?, ?, ?)');
  return (event) => {
    const { detail, words } = sealEvent(event, toSalt);
    const id = append('ticket_event', {
      ticket: event.ticket,
      version: event.version,
      type: event.type,
      stage: event.stage,
      at_ms: event.atMs,
      actor: event.by,
      detail: toCanonicalJson(detail),
    });
    for (const { field, digest, salt, value } of words)
      add.run(id, field, digest, salt, toCanonicalJson(value));
    return id;
  };
}

/** @returns every part of a ticket's record whose words are there */
function createPlaces(database: DatabaseSync): (ticket: string) => readonly Place[] {
  const events = database.prepare('select id, type, actor, detail from ticket_event where ticket = ?');
  const words = database.prepare('select field, text from words where event = ? and text is not null');
  return (ticket) =>
    events.all(ticket).flatMap(({ id, type, actor, detail: doc }): readonly Place[] => {
      const event = Number(id);
      const detail = parse(String(doc)) as TicketEventRow['detail'];
      const own = toTypedParts({ type: String(type), by: String(actor), detail });
      return [
        ...words
          .all(event)
          .map(({ field, text }) => ({ event, field: String(field), text: String(text), isOwn: false })),
        ...own.map(({ field, value }) => ({ event, field, text: toCanonicalJson(value), isOwn: true })),
      ];
    });
}

interface Taker {
  /** What will be left; changes nothing. */
  prepare(places: readonly Place[]): Taken;
  take(places: readonly Place[], act: string, taken: Taken): void;
}

function createTaker(database: DatabaseSync): Taker {
  const read = database.prepare('select detail from ticket_event where id = ?');
  const empty = database.prepare(
    'update words set text = null, salt = null, act = ? where event = ? and field = ?',
  );
  const mark = database.prepare("insert into words (event, field, digest, act) values (?, ?, '', ?)");
  const rewrite = database.prepare('update ticket_event set detail = ? where id = ?');
  const note = database.prepare(
    `insert into reworded (event, digest, act) values (?, ?, ?)
     on conflict (event) do update set digest = excluded.digest, act = excluded.act`,
  );
  const toLeft = (event: number, own: readonly Place[]): string => {
    const detail = parse(String(read.get(event)?.['detail'])) as TicketEventRow['detail'];
    return toCanonicalJson(withParts(detail, new Map(own.map(({ field }) => [field, GONE]))));
  };
  return {
    prepare(places) {
      const left = [...byEvent(places)].map(
        ([event, own]) => [event, toContentDigest('ticket_event', { detail: toLeft(event, own) })] as const,
      );
      return { parts: places.map(({ event, field }) => `${event}/${field}`).sort(), left };
    },
    take(places, act, { left }) {
      const digests = new Map(left);
      for (const { event, field, isOwn } of places) {
        if (isOwn) mark.run(event, field, act);
        else empty.run(act, event, field);
      }
      for (const [event, own] of byEvent(places)) {
        rewrite.run(toLeft(event, own), event);
        note.run(event, digests.get(event) ?? '', act);
      }
    },
  };
}

/** Those that events hold themselves, by id. */
function byEvent(places: readonly Place[]): ReadonlyMap<number, readonly Place[]> {
  const own = Map.groupBy(
    places.filter(({ isOwn }) => isOwn),
    ({ event }) => event,
  );
  return new Map([...own].sort(([a], [b]) => a - b));
}

/** @returns marks what lies beside the database as destroyed; ids of the files. What went onto another ticket is that one's. */
function createFileDestroyer(database: DatabaseSync): Parts['files'] {
  const find = database.prepare(
    'select id, doc from attachment where ticket = ? and destroyed_at_ms is null order by id',
  );
  const change = database.prepare('update attachment set destroyed_at_ms = ?, doc = ? where id = ?');
  return (ticket, atMs) =>
    find.all(ticket).map(({ id, doc }) => {
      const bare = { ...(parse(String(doc)) as object), name: '', destroyedAtMs: atMs };
      change.run(atMs, JSON.stringify(bare), String(id));
      return String(id);
    });
}
