/**
 * What people ask an archive: pages of lists, words, figures of a month; and the same asked without lists and indexes, by
 * reading every document.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { StoreQueries, TicketFilter } from '../../src/store/store.ts';
import { ARCHIVE_DAYS, ARCHIVE_END_MS } from './archive.ts';

const DAY_MS = 86_400_000;
const PAGE = { state: 'all', limit: 50, offset: 0 } as const;

export interface Question {
  readonly what: string;
  /** @param run counts from 0: another equipment, word or month each time @returns rows that match */
  readonly ask: (queries: StoreQueries, run: number) => Promise<number>;
  /** The baseline; null = that of the question before. */
  readonly scan: ((database: DatabaseSync, run: number) => number) | null;
}

function list(
  what: string,
  toFilter: (run: number) => Partial<TicketFilter>,
  where: string | null,
): Question {
  return {
    what,
    ask: async (queries, run) => (await queries.tickets({ ...PAGE, ...toFilter(run) })).total,
    scan: where === null ? null : (database) => count(database, where),
  };
}

function search(what: string, words: readonly string[], more: Partial<TicketFilter> = {}): Question {
  const wordOf = (run: number): string => words[run % words.length] ?? '';
  return {
    what,
    ask: async (queries, run) => (await queries.tickets({ ...PAGE, ...more, text: wordOf(run) })).total,
    scan: (database, run) =>
      count(
        database,
        wordOf(run)
          .split(' ')
          .map((word) => `doc like '%${word}%'`)
          .join(' and '),
      ),
  };
}

export const QUESTIONS: readonly Question[] = [
  list('list: all', (run) => ({ offset: run * 50 }), "json_extract(doc, '$.number') is not null"),
  list('list: open', () => ({ state: 'open' }), "json_extract(doc, '$.stage') = 'handling'"),
  list(
    'list: of one equipment',
    (run) => ({ equipment: `unit-${run}` }),
    "json_extract(doc, '$.equipment') = 'unit-7'",
  ),
  list(
    'list: of one person',
    (run) => ({ assignee: `person-${run}` }),
    "json_extract(doc, '$.assignee') = 'person-7'",
  ),
  list(
    'list: class, priority and fault kind',
    (run) => ({ class: 'engineering', priority: 'normal', faultKind: `fault-${run % 7}` }),
    "json_extract(doc, '$.class') = 'engineering' and json_extract(doc, '$.priority') = 'normal'",
  ),
  list(
    'list: archived, by priority, of half the time',
    () => ({ stage: 'archived', priority: 'urgent', fromMs: ARCHIVE_END_MS - (ARCHIVE_DAYS / 2) * DAY_MS }),
    null,
  ),
  search('search: a word of every tenth ticket', ['水泵', '客梯', '烟感']),
  search('search: a word of every ticket', ['处理', '密封件']),
  search('search: one character', ['泵', '梯']),
  search('search: two words', ['水泵 漏水', '客梯 异响', 'lift noise']),
  search('search: a rare word', ['976', '411号']),
  search('search: a number', ['GC20260101', 'GC20250704']),
  search('search: a word of every ticket, in a class', ['处理'], { class: 'fire' }),
  {
    what: 'figures of a month',
    ask: async (queries, run) => {
      const toMs = ARCHIVE_END_MS - (run % 23) * 30 * DAY_MS;
      return (await queries.ticketFigures(toMs - 30 * DAY_MS, toMs)).opened;
    },
    scan: (database, run) => {
      const toMs = ARCHIVE_END_MS - (run % 23) * 30 * DAY_MS;
      return scanFigures(database, toMs - 30 * DAY_MS, toMs);
    },
  },
];

function count(database: DatabaseSync, where: string): number {
  return Number(database.prepare(`select count(*) as n from ticket where ${where}`).get()?.['n']);
}

/** Every document is read; those of the month give their clocks. */
function scanFigures(database: DatabaseSync, fromMs: number, toMs: number): number {
  const rows = database
    .prepare(
      `select clock.value ->> 'id' as id, clock.value ->> 'spentMs' as spent from ticket, json_each(doc, '$.clocks') as clock
       where json_extract(doc, '$.receivedAtMs') >= ? and json_extract(doc, '$.receivedAtMs') < ? order by id, spent`,
    )
    .all(fromMs, toMs);
  return rows.length;
}
