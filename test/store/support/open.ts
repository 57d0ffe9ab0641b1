/** Opens stores for tests and closes them when the test is over. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino, { type Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { openStore, type SqliteStore } from '../../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../../support/temp.ts';

export const silent: Logger = pino({ level: 'silent' });

export interface OpenedStore {
  readonly store: SqliteStore;
  readonly directory: string;
  readonly file: string;
}

/** In a directory of its own unless one is named. */
export async function openTestStore(directory: string = temporaryDirectory()): Promise<OpenedStore> {
  const store = await openStore({ directory, log: silent });
  onTestFinished(() => store.close());
  return { store, directory, file: join(directory, 'riser.db') };
}

/** What somebody with a database tool could do: changes the file behind the store's back. */
export function tamper(file: string, sql: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: false });
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

export function count(file: string, table: string): number {
  return countAll(file, [table]).get(table) ?? 0;
}

/** Rows of each, of one look. Key: table. */
export function countAll(file: string, tables: readonly string[]): ReadonlyMap<string, number> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const toCount = (table: string) =>
      Number(database.prepare(`select count(*) as n from ${table}`).get()?.['n']);
    return new Map(tables.map((table) => [table, toCount(table)]));
  } finally {
    database.close();
  }
}
