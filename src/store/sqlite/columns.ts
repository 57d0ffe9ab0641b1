/** Rows of a table from objects: which column gets what, and the statements for it. Knows no table; commit.ts does. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Key: column. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => SQLInputValue>>;

/** @returns adds one row; throws the error of SQLite when its key is there already. */
export function insert<Row>(
  database: DatabaseSync,
  table: string,
  columns: Columns<Row>,
): (row: Row) => void {
  return toRunner(database.prepare(toInsert(table, Object.keys(columns))), columns);
}

/** @param key columns of the unique key. @returns adds one row or replaces the one with that key. */
export function upsert<Row>(
  database: DatabaseSync,
  table: string,
  key: readonly string[],
  columns: Columns<Row>,
): (row: Row) => void {
  const changed = Object.keys(columns).filter((column) => !key.includes(column));
  const assignments = changed.map((column) => `${column} = excluded.${column}`);
  const onConflict = `on conflict (${key.join(', ')}) do update set ${assignments.join(', ')}`;
  return toRunner(database.prepare(`${toInsert(table, Object.keys(columns))} ${onConflict}`), columns);
}

function toInsert(table: string, names: readonly string[]): string {
  return `insert into ${table} (${names.join(', ')}) values (${names.map((name) => `:${name}`).join(', ')})`;
}

function toRunner<Row>(statement: StatementSync, columns: Columns<Row>): (row: Row) => void {
  return (row) => void statement.run(toValues(columns, row));
}

export function toValues<Row>(columns: Columns<Row>, row: Row): Record<string, SQLInputValue> {
  return Object.fromEntries(Object.entries(columns).map(([name, toValue]) => [name, toValue(row)]));
}
