/**
 * Who is on duty at an instant (当值), and whom to tell: pure look-ups over a staff book. Duty comes before stand-by,
 * stand-by before everybody else who holds the role; whoever is responsible for the place comes first among equals.
 * Gaps that lie ahead are gaps.ts's business, whose turn a ticket is assignee.ts's.
 *
 * A shift that runs past midnight belongs to the day on which it begins.
 */
import type { Assignment, Post, Roster, Shift } from '../core/duty.ts';
import type { ContactId, LocationId } from '../core/ids.ts';
import { ROLE_NAMES, type Role } from '../core/roles.ts';
import { addDays, createShiftSpans, type Span, toLocalDate } from './shift-time.ts';
import { type Staff, type StaffBook, type StaffMember, toAreaChain } from './staff-book.ts';

/** One assignment with its hours. */
export interface DutyEntry extends Span {
  readonly assignment: Assignment;
  readonly post: Post;
  readonly shift: Shift;
  /** null = nobody of that name has an account. */
  readonly member: StaffMember | null;
}

export interface DutyQuery {
  readonly post?: string;
  /** Of the post. */
  readonly role?: Role;
  /** The place and what it lies in (`toAreaChain`): only those who are responsible for one of them, or for no place in particular. */
  readonly area?: readonly LocationId[];
}

/** `off`: holds the role, but is neither on duty nor on stand-by. */
export type Standing = 'duty' | 'standby' | 'off';

/** Somebody who can be told, as of one instant. */
export interface OnCall extends StaffMember {
  readonly standing: Standing;
  /** Post that the standing comes from; null when off. */
  readonly post: string | null;
  /** When it ends, UTC ms; null when off. */
  readonly untilMs: number | null;
}

/** What notify, engine and API ask of duty. A view does not change; `DutyBoard.view()` gives the latest. */
export interface DutyView {
  /**
   * Everybody who holds the role by account or by the post they are on: on duty first, then stand-by, then any. Disabled
   * accounts are left out.
   * @param near among equals, those responsible for this place come first
   */
  usersWith(role: Role, atMs: number, near?: LocationId | null): readonly OnCall[];
  /** null = no such account. */
  person(username: string, atMs: number): OnCall | null;
  /**
   * User names to tell for an assignee, which is a role, a user or a group, looked up in this order. Of a role or group
   * those on duty; when there are none those on stand-by; when there are none all. Empty = nobody can be told.
   */
  recipientsOf(assignee: string, atMs: number, near?: LocationId | null): readonly string[];
  /** Members of a role or group, or the one user, in the order of `usersWith`. */
  membersOf(assignee: string, atMs: number, near?: LocationId | null): readonly OnCall[];
  /** Enabled accounts of the firm's people, by name: contractors only, whoever else names it in the profile is of the house. */
  accountsOf(firm: ContactId): readonly string[];
  /** Assignments that run at the instant, in the order of the posts. */
  on(atMs: number, query?: DutyQuery): readonly DutyEntry[];
  /** Post's assignment that begins next after the instant, within a week; null = none. */
  nextOn(post: string, atMs: number): DutyEntry | null;
  readonly book: StaffBook;
}

/** How far `nextOn` looks ahead, days. */
const LOOK_AHEAD_DAYS = 7;

/** Assignments that run at the instant. For many questions make a view, which remembers. */
export function whoIsOn(
  roster: Roster,
  staff: Staff,
  atMs: number,
  query: DutyQuery = {},
): readonly DutyEntry[] {
  return createEntries(roster, staff).at(atMs).filter(toFilter(query));
}

export function createDutyView(book: StaffBook): DutyView {
  const entries = createEntries(book.roster, book.staff);
  const on = (atMs: number, query: DutyQuery = {}): readonly DutyEntry[] =>
    entries.at(atMs).filter(toFilter(query));
  const membersOf: DutyView['membersOf'] = (assignee, atMs, near) => {
    const area = toAreaChain(book.parents, near);
    return rankMembers(assignee, book.staff, on(atMs), area).map(({ person }) => person);
  };
  return {
    book,
    on,
    membersOf,
    usersWith: membersOf,
    person(username, atMs) {
      const member = book.staff.get(username);
      if (member === undefined) return null;
      return toRanked(member, on(atMs), null).person;
    },
    recipientsOf(assignee, atMs, near) {
      const area = toAreaChain(book.parents, near);
      const ranked = rankMembers(assignee, book.staff, on(atMs), area);
      const best = ranked[0]?.rank;
      const told = ranked.filter(({ rank }) => best !== undefined && toTier(rank) === toTier(best));
      return told.map(({ person }) => person.username);
    },
    accountsOf: (firm) =>
      [...book.staff.values()]
        .filter((member) => member.firm === firm && member.roles.includes('contractor') && !member.isDisabled)
        .map(({ username }) => username)
        .toSorted(),
    nextOn: (post, atMs) => entries.next(post, atMs),
  };
}

interface Entries {
  at(atMs: number): readonly DutyEntry[];
  next(post: string, atMs: number): DutyEntry | null;
}

/** All assignments of the roster with their hours; those that name a post or shift which is not there are left out. */
export function toEntries(
  roster: Roster,
  staff: Staff,
  assignments: readonly Assignment[] = roster.assignments,
): DutyEntry[] {
  const spanOf = createShiftSpans(roster.timeZone);
  const posts = new Map(roster.posts.map((post) => [post.id, post]));
  const shifts = new Map(roster.shifts.map((shift) => [shift.id, shift]));
  return assignments.flatMap((assignment): DutyEntry[] => {
    const post = posts.get(assignment.post);
    const shift = shifts.get(assignment.shift);
    if (post === undefined || shift === undefined) return [];
    const member = staff.get(assignment.username) ?? null;
    return [{ assignment, post, shift, member, ...spanOf(assignment.date, shift) }];
  });
}

function createEntries(roster: Roster | null, staff: Staff): Entries {
  if (roster === null) return { at: () => [], next: () => null };
  /** Key: date. */
  const assigned = Map.groupBy(roster.assignments, ({ date }) => date);
  /** Key: date. */
  const kept = new Map<string, readonly DutyEntry[]>();
  const order = new Map(roster.posts.map(({ id }, index) => [id, index]));
  const toPlace = ({ post }: DutyEntry): number => order.get(post.id) ?? 0;
  const entriesOf = (date: string): readonly DutyEntry[] => {
    const known = kept.get(date);
    if (known !== undefined) return known;
    const made = toEntries(roster, staff, assigned.get(date) ?? []).sort(
      (a, b) => toPlace(a) - toPlace(b) || a.fromMs - b.fromMs,
    );
    kept.set(date, made);
    return made;
  };
  const around = (atMs: number, days: number): readonly DutyEntry[] => {
    const today = toLocalDate(roster.timeZone, atMs);
    const dates = Array.from({ length: days + 2 }, (_, day) => addDays(today, day - 1));
    return dates.filter((date) => assigned.has(date)).flatMap(entriesOf);
  };
  return {
    at: (atMs) =>
      around(atMs, 1)
        .filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
        .toSorted((a, b) => toPlace(a) - toPlace(b)),
    next: (post, atMs) =>
      around(atMs, LOOK_AHEAD_DAYS)
        .filter((entry) => entry.post.id === post && entry.fromMs > atMs)
        .toSorted((a, b) => a.fromMs - b.fromMs)[0] ?? null,
  };
}

function toFilter({ post, role, area }: DutyQuery): (entry: DutyEntry) => boolean {
  return (entry) =>
    (post === undefined || entry.post.id === post) &&
    (role === undefined || entry.post.role === role) &&
    (area === undefined || toNearness(entry.member, area) < 2);
}

/** 0 on a post of the role · 1 on duty elsewhere · 2 and 3 the same of stand-by · 4 neither. */
type Rank = 0 | 1 | 2 | 3 | 4;

interface Ranked {
  readonly person: OnCall;
  readonly rank: Rank;
}

/** Who is on a post of the role is told for it, even where others who hold it are on duty elsewhere. */
function toTier(rank: Rank): number {
  return rank === 3 ? 2 : rank;
}

function rankMembers(
  assignee: string,
  staff: Staff,
  entries: readonly DutyEntry[],
  area: readonly LocationId[],
): readonly Ranked[] {
  const role = ROLE_NAMES.find((name) => name === assignee) ?? null;
  return toMembers(assignee, role, staff, entries)
    .filter(({ isDisabled }) => !isDisabled)
    .map((member) => toRanked(member, entries, role))
    .toSorted(
      (a, b) =>
        a.rank - b.rank ||
        toNearness(a.person, area) - toNearness(b.person, area) ||
        (a.person.username < b.person.username ? -1 : 1),
    );
}

function toMembers(
  assignee: string,
  role: Role | null,
  staff: Staff,
  entries: readonly DutyEntry[],
): readonly StaffMember[] {
  if (role !== null) {
    const onPost = new Set(
      entries.filter(({ post }) => post.role === role).map((entry) => entry.assignment.username),
    );
    return [...staff.values()].filter(({ username, roles }) => roles.includes(role) || onPost.has(username));
  }
  const user = staff.get(assignee);
  if (user !== undefined) return [user];
  return [...staff.values()].filter(({ groups }) => groups.includes(assignee));
}

/** The best standing that the person has at the instant of the entries. */
function toRanked(member: StaffMember, entries: readonly DutyEntry[], role: Role | null): Ranked {
  let rank: Rank = 4;
  let from: DutyEntry | null = null;
  for (const entry of entries) {
    if (entry.assignment.username !== member.username) continue;
    const found = toRank(entry.post, role);
    if (found < rank) [rank, from] = [found, entry];
  }
  const standing = from === null ? 'off' : from.post.isStandby ? 'standby' : 'duty';
  const post = from?.post.id ?? null;
  return { rank, person: { ...member, standing, post, untilMs: from?.toMs ?? null } };
}

function toRank({ isStandby, role }: Post, wanted: Role | null): Rank {
  if (isStandby) return role === wanted ? 2 : 3;
  return role === wanted ? 0 : 1;
}

/** 0 = responsible for the place, 1 = for no place in particular, 2 = for others. */
function toNearness(member: Pick<StaffMember, 'areas'> | null, area: readonly LocationId[]): number {
  if (member === null || member.areas.length === 0) return 1;
  return member.areas.some((one) => area.includes(one)) ? 0 : 2;
}
