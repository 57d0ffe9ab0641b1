/** What an exported file is made of, before it is CSV or XLSX. Types only. */

/** A text is never anything but text; a number is a value, or an instant (UTC ms) in a column of times. */
export type Cell = string | number | null;
export type Row = readonly Cell[];

export interface Column {
  readonly title: string;
  readonly type: 'text' | 'number' | 'time';
}

export interface TablePortion {
  readonly rows: readonly Row[];
  /** Share of the whole that is done, 0–1. */
  readonly doneRatio: number;
  /** Why rows up to here may be missing; null = none are. */
  readonly missing: string | null;
}

/** Rows come once, in portions; who stops reading ends what makes them. */
export interface Table {
  readonly columns: readonly Column[];
  readonly portions: AsyncIterable<TablePortion>;
}
