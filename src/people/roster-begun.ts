/**
 * Who was on duty stays on record, whatever file comes in (service-workflow.md §2: a breach is recorded with the responsible person): a
 * shift that is over keeps whoever had it, and one that runs is not emptied; somebody else may take it. Pure.
 */
import type { Assignment, Roster } from '../core/duty.ts';
import { createShiftSpans } from './shift-time.ts';

type Shifts = Pick<Roster, 'shifts' | 'posts' | 'assignments'>;

/**
 * The roster of a file with those of the shifts that have begun, as far as their post and shift are still there.
 * @param before in force until now; null = there is none
 */
export function withBegun<T extends Shifts>(
  made: T,
  before: (Shifts & Pick<Roster, 'timeZone'>) | null,
  nowMs: number,
): T {
  if (before === null) return made;
  const spanOf = createShiftSpans(before.timeZone);
  const shifts = new Map(before.shifts.map((shift) => [shift.id, shift]));
  const posts = new Set(made.posts.map(({ id }) => id));
  const known = new Set(made.shifts.map(({ id }) => id));
  const listed = new Set(made.assignments.map(toKey));
  const filled = new Set(made.assignments.map(toPlace));
  const begun = before.assignments.filter((assignment) => {
    const { date, post, shift } = assignment;
    const hours = shifts.get(shift);
    const isThere = hours !== undefined && posts.has(post) && known.has(shift);
    if (!isThere) return false;
    const { fromMs, toMs } = spanOf(date, hours);
    return toMs <= nowMs
      ? !listed.has(toKey(assignment))
      : fromMs <= nowMs && !filled.has(toPlace(assignment));
  });
  return begun.length === 0 ? made : { ...made, assignments: [...begun, ...made.assignments] };
}

function toKey(assignment: Assignment): string {
  return `${toPlace(assignment)}\n${assignment.username}`;
}

function toPlace({ date, post, shift }: Assignment): string {
  return [date, post, shift].join('\n');
}
