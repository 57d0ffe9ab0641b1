/**
 * The index of words keeps what was replaced in it until its parts are merged (FTS5, contentless-delete tables: a deleted row is
 * only marked). After words were redacted or destroyed all parts are therefore merged into one, in short pieces between the
 * commits; that it is owed is noted in the file, so that it is done after a restart as well.
 */
import type { DatabaseSync } from 'node:sqlite';

/** Pages that one piece writes: a few ms, much less than a commit may wait. */
const MERGE_PAGES = 64;
/** Row of `meta`: `owed`, `under-way`; not there = nothing is owed. */
const NAME = 'words-index';

export interface IndexUpkeep {
  /** Inside the transaction that takes words. */
  begin(): void;
  /** In a transaction of its own. */
  step(): { readonly isDone: boolean; readonly hasWorked: boolean };
}

export function createIndexUpkeep(database: DatabaseSync): IndexUpkeep {
  const read = database.prepare('select value from meta where name = ?');
  const note = database.prepare(
    'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
  );
  const clear = database.prepare('delete from meta where name = ?');
  // https://sqlite.org/fts5.html#the_merge_command: a negative number begins with all parts, a positive one goes on.
  const merges = ['ticket_text', 'feedback_text'].map((table) =>
    database.prepare(`insert into ${table} (${table}, rank) values ('merge', ?)`),
  );
  const count = database.prepare('select total_changes() as n');
  const changes = (): number => Number(count.get()?.['n']);
  return {
    begin: () => void note.run(NAME, 'owed'),
    step() {
      const state = read.get(NAME)?.['value'];
      if (state === undefined) return { isDone: true, hasWorked: false };
      database.exec('begin immediate');
      try {
        let isDone = true;
        for (const merge of merges) {
          const before = changes();
          merge.run(state === 'owed' ? -MERGE_PAGES : MERGE_PAGES);
          // By the same page: fewer than two changes = there was nothing to merge.
          isDone &&= changes() - before < 2;
        }
        if (isDone) clear.run(NAME);
        else if (state === 'owed') note.run(NAME, 'under-way');
        database.exec('commit');
        return { isDone, hasWorked: true };
      } catch (error) {
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
  };
}
