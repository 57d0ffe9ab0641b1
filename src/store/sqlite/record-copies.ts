/**
 * Rows that repeat what was typed into a record that is no ticket: the record as it is now, and messages about it. They follow
 * when its words are redacted or destroyed; what is in memory the engine writes anew.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AlarmControl, Occurrence } from '../../core/alarm.ts';
import type { DrillRecord } from '../../core/drill-record.ts';
import type { Handover } from '../../core/duty.ts';
import type { Feedback } from '../../core/feedback.ts';
import type { Incident } from '../../core/incident.ts';
import type { Message } from '../../core/message.ts';
import {
  mapDrillWords,
  mapFeedbackWords,
  mapHandoverWords,
  mapHiding,
  mapIncidentWords,
  mapOccurrenceWords,
  parseRecordName,
  type RecordKind,
} from '../../core/record-words.ts';
import { toFeedbackWords } from './commit-feedback.ts';
import { mapMessage } from './copied-words.ts';
import { parse } from './rows.ts';

type ToText = (text: string) => string;

interface Kind {
  /** Takes the id of the record once or more; gives `key` and `doc`. */
  readonly find: string;
  readonly change: string;
  readonly map: (doc: unknown, toText: ToText) => unknown;
  /** Words of the index, by the same key. */
  readonly index?: { readonly put: string; readonly toWords: (doc: unknown) => string };
}

const MESSAGES = {
  change: 'update message set doc = ? where seq = ?',
  map: (doc: unknown, toText: ToText) => mapMessage(doc as Message, toText),
};

const KINDS: Readonly<Record<RecordKind, readonly Kind[]>> = {
  feedback: [
    {
      find: 'select seq as key, doc from feedback where id = ?1',
      change: 'update feedback set doc = ? where seq = ?',
      map: (doc, toText) => mapFeedbackWords(doc as Feedback, toText),
      index: {
        put: 'insert or replace into feedback_text (words, rowid) values (?, ?)',
        toWords: (doc) => toFeedbackWords(doc as Feedback),
      },
    },
    // Keys of messages begin with the number of what they are about; '0' follows on '/'.
    {
      ...MESSAGES,
      find: "select seq as key, doc from message where key >= ?1 || '/' and key < ?1 || '0'",
    },
  ],
  incident: [
    {
      find: 'select seq as key, doc from incident where id = ?1',
      change: 'update incident set doc = ? where seq = ?',
      map: (doc, toText) => mapIncidentWords(doc as Incident, toText),
    },
  ],
  handover: [
    {
      find: 'select seq as key, doc from handover where id = ?1',
      change: 'update handover set doc = ? where seq = ?',
      map: (doc, toText) => mapHandoverWords(doc as Handover, toText),
    },
  ],
  alarm: [
    {
      find: 'select id as key, doc from occurrence where id = ?1',
      change: 'update occurrence set doc = ? where id = ?',
      map: (doc, toText) => mapOccurrenceWords(doc as Occurrence, toText),
    },
    {
      find: `select alarm_key as key, doc from alarm_control
        where alarm_key in (select ?1 union all select alarm_key from occurrence where id = ?1)`,
      change: 'update alarm_control set doc = ? where alarm_key = ?',
      map: (doc, toText) => ({ ...(doc as AlarmControl), ...mapHiding(doc as AlarmControl, toText) }),
    },
  ],
  drill: [
    {
      find: 'select seq as key, doc from drill_record where id = ?1',
      change: 'update drill_record set doc = ? where seq = ?',
      map: (doc, toText) => mapDrillWords(doc as DrillRecord, toText),
    },
  ],
  audit: [],
};

export interface RecordCopies {
  /** @param record `feedback/FK…` */
  rewrite(record: string, toText: ToText): void;
}

export function createRecordCopies(database: DatabaseSync): RecordCopies {
  return {
    rewrite(record, toText) {
      const named = parseRecordName(record);
      if (named === null) return;
      for (const { find, change, map, index } of KINDS[named.kind]) {
        for (const { key, doc } of database.prepare(find).all(named.id)) {
          const mapped = map(parse(String(doc)), toText);
          const next = JSON.stringify(mapped);
          if (next === doc) continue;
          database.prepare(change).run(next, key ?? null);
          if (index !== undefined) database.prepare(index.put).run(index.toWords(mapped), key ?? null);
        }
      }
    },
  };
}
