/**
 * Rows of which the first that matches wins: one that no ticket gets is a mistake in a row before it, and so is one that is meant
 * for what is graver and comes after a row that takes it with more time.
 */
import type { Text } from '../core/text.ts';
import { TICKET_CLASS_NAMES } from '../core/ticket.ts';
import { matches } from './match.ts';
import { type Report, type Rows, type SoundParts, toKinds, toRow } from './policy-check.ts';
import type { PolicyContent } from './policy-schema.ts';
import type { Path } from './source.ts';
import { toMs } from './words.ts';

type Limit = PolicyContent['clocks'][number]['limits'][number];
type PriorityEntry = PolicyContent['priorityFrom'][number];
type RouteEntry = PolicyContent['routing'][number];

export function checkRows(parts: SoundParts, report: Report): void {
  for (const key of ['flowFrom', 'attendanceFrom', 'paths', 'proof'] as const)
    reportUnreached(parts[key] ?? [], [key], report);
  for (const [index, { limits }] of (parts.clocks ?? []).entries()) {
    reportUnreached(limits, ['clocks', index, 'limits'], report);
    checkGraver(limits, ['clocks', index, 'limits'], report);
  }
  checkTaken(parts.priorityFrom ?? [], isMatterTaken, ['priorityFrom'], report);
  checkTaken(parts.routing ?? [], isRouteTaken, ['routing'], report);
}

function reportUnreached(rows: Rows, at: Path, report: Report): void {
  const reached = new Set(toKinds(rows).map((kind) => toRow(rows, kind)));
  for (const index of rows.keys()) {
    if (!reached.has(index)) report([...at, index], REACHED, TAKEN);
  }
}

function checkTaken<Row>(
  rows: readonly Row[],
  isTaken: (row: Row, before: readonly Row[]) => boolean,
  at: Path,
  report: Report,
): void {
  for (const [index, row] of rows.entries()) {
    if (isTaken(row, rows.slice(0, index))) report([...at, index], REACHED, TAKEN);
  }
}

/** Of each class some row before takes all that this one asks for; words that tell of an event are looked for in any case. */
function isMatterTaken(row: PriorityEntry, before: readonly PriorityEntry[]): boolean {
  if (row.event !== undefined) return false;
  return (row.class ?? TICKET_CLASS_NAMES).every((name) =>
    before.some((other) => {
      const { words, unlike = [], kind } = other;
      if (other.class !== undefined && !other.class.includes(name)) return false;
      if (kind !== undefined && kind !== row.kind) return false;
      if (words !== undefined && row.words?.every((word) => words.includes(word)) !== true) return false;
      // What it takes out before it looks, the later row may find.
      if (!unlike.every((one) => row.unlike?.includes(one) === true)) return false;
      return LEVELS.every((level) => (other[level] ?? 1) <= (row[level] ?? 1));
    }),
  );
}

function isRouteTaken(row: RouteEntry, before: readonly RouteEntry[]): boolean {
  return (row.class === undefined ? TICKET_CLASS_NAMES : [row.class]).every((name) =>
    before.some(
      (other) =>
        (other.class ?? name) === name &&
        (other.kind ?? row.kind) === row.kind &&
        (other.location ?? row.location) === row.location,
    ),
  );
}

/** A row that names priorities but the normal one is for what cannot wait: a row for all before it must not give it more time. */
function checkGraver(limits: readonly Limit[], at: Path, report: Report): void {
  const kinds = toKinds(limits);
  for (const [index, row] of limits.entries()) {
    const { priority } = row.match;
    if (priority === undefined || priority.includes('normal')) continue;
    const taken = kinds.filter((kind) => matches(row.match, kind)).map((kind) => toRow(limits, kind));
    const laxer = [...new Set(taken)].find((other) => isLaxer(limits[other], row));
    if (laxer === undefined) continue;
    const words = `${priority.join(', ')}: ${row.limit}`;
    report([...at, index], toFirst(laxer), { zh: `排在其后（${words}）`, en: `one behind it (${words})` });
  }
}

/** More time for the same ticket, as far as two limits can be compared. What is difficult has it by its approver's leave. */
function isLaxer(other: Limit | undefined, row: Limit): boolean {
  if (other === undefined || other.match.priority !== undefined || other.match.isDifficult === true)
    return false;
  const [otherMs, rowMs] = [other, row].map(({ limit }) => (limit === 0 ? 0 : toMs(limit))) as [
    number,
    number,
  ];
  if (other.calendar === row.calendar) return otherMs > rowMs;
  // Of a limit in open hours at least as much passes on the wall.
  return row.calendar === null && otherMs >= rowMs;
}

const LEVELS = ['urgency', 'complexity', 'scope'] as const;
const REACHED: Text = { zh: '有工单能匹配到的一行', en: 'a row that some ticket gets' };
const TAKEN: Text = {
  zh: '其工单全部被前面的行先匹配',
  en: 'one whose tickets the rows before it take',
};
const toFirst = (laxer: number): Text => ({
  zh: `此行排在第 ${laxer + 1} 行之前：该行先匹配，给的时间更长`,
  en: `this row before row ${laxer}, which takes some of its tickets and gives them more time`,
});
