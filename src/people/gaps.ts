/**
 * Holes in the roster, found ahead: hours of a post without a person, a person twice at once, a certificate that is
 * missing or has run out on that day, somebody who cannot be reached. Pure; when people are told of them is not decided here.
 */
import { type Calendar, isWithinCalendar, nextChangeMs } from '../core/calendar.ts';
import type { Post, Roster } from '../core/duty.ts';
import { isRole } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import { type DutyEntry, toEntries } from './duty.ts';
import { ROSTER_LIMITS } from './roster-limits.ts';
import { addDays, type Span, toLocalDate, toLocalText } from './shift-time.ts';
import { holdsOn, type StaffBook, type StaffMember } from './staff-book.ts';

export type GapKind =
  /** Nobody with an account that works. */
  | 'nobody'
  | 'twice'
  | 'certificate-missing'
  | 'certificate-expired'
  | 'unreachable'
  /** On duty for more hours in a row than the roster allows; stand-by does not count. */
  | 'too-long'
  /** The account does not hold the role of the post: it is told, and may not do what it is told to. */
  | 'role-missing'
  /** The name belongs to no account, or to a disabled one; the hours count as `nobody` as well. */
  | 'unknown-person'
  /** Told by the policy, with a way to be reached, and without any shift (told-gaps.ts). */
  | 'off-duty'
  /** A step that the policy demands and no account may take (held-steps.ts). */
  | 'step-held';

export interface Gap extends Span {
  readonly kind: GapKind;
  /** Of the roster; or the role, group or person that the policy tells (told-gaps.ts) or lets take a step (held-steps.ts). */
  readonly post: string;
  /** null for `nobody`, and where it is several. */
  readonly username: string | null;
  /** Certificate, role, or the other post; `policy` of those whom it tells; the step that is held; empty for the rest. */
  readonly detail: string;
  /** For people, with the local times. */
  readonly text: Text;
}

/** Longest stretch that is looked through at once: a quarter. */
export const MAX_GAP_DAYS = 92;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Gaps in [fromMs, toMs), by post in the order of the roster, then time. Without a roster there is none to find.
 * @throws RangeError when the stretch is longer than `MAX_GAP_DAYS` or ends before it begins
 */
export function findGaps(book: StaffBook, fromMs: number, toMs: number): readonly Gap[] {
  if (!(toMs >= fromMs) || toMs - fromMs > MAX_GAP_DAYS * DAY_MS)
    throw new RangeError(`gaps are looked for in at most ${MAX_GAP_DAYS} days`);
  const { roster } = book;
  if (roster === null) return [];
  const within: Span = { fromMs, toMs };
  const entries = toEntriesWithin(book, roster, within);
  const long = toLong(book, roster, within);
  return roster.posts.flatMap((post) => {
    const own = entries.filter((entry) => entry.post.id === post.id);
    const gaps = [
      ...toNobody(post, own, within, book.calendars),
      ...own.flatMap((entry) => toEntryGaps(entry, entries, roster)),
      ...long.filter((gap) => gap.post === post.id),
    ];
    return gaps
      .map((gap) => ({ ...gap, text: toText(gap, post, roster.timeZone) }))
      .sort((a, b) => a.fromMs - b.fromMs || (a.kind < b.kind ? -1 : 1));
  });
}

type Found = Omit<Gap, 'text' | 'kind'> & { readonly kind: Exclude<GapKind, 'off-duty' | 'step-held'> };

/** Their hours cut to the stretch; empty ones are left out. */
function toEntriesWithin({ staff }: StaffBook, roster: Roster, within: Span): readonly DutyEntry[] {
  const first = addDays(toLocalDate(roster.timeZone, within.fromMs), -1);
  const last = addDays(toLocalDate(roster.timeZone, within.toMs), 1);
  const near = roster.assignments.filter(({ date }) => first <= date && date <= last);
  return toEntries(roster, staff, near)
    .map((entry) => ({ ...entry, ...cut(entry, within) }))
    .filter((entry) => entry.fromMs < entry.toMs)
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** Days before a stretch in which hours in a row may have begun: a week, as long as the roster can allow. */
const LONG_DAYS = 8;

/**
 * Hours in a row beyond what the roster allows, from the moment on at which they become too many, on the post that the person
 * has then. Counted over all posts but stand-by, with the hours before the stretch; an account that is named
 * like a role is whoever sits there, and no one person.
 */
function toLong({ staff }: StaffBook, roster: Roster, within: Span): readonly Found[] {
  const { longestHours = ROSTER_LIMITS.longestHours } = roster;
  const first = addDays(toLocalDate(roster.timeZone, within.fromMs), -LONG_DAYS);
  const last = addDays(toLocalDate(roster.timeZone, within.toMs), 1);
  const near = roster.assignments.filter(({ date }) => first <= date && date <= last);
  const working = toEntries(roster, staff, near).filter(
    ({ post, assignment }) => !post.isStandby && !isRole(assignment.username),
  );
  const byPerson = Map.groupBy(working, ({ assignment }) => assignment.username);
  return [...byPerson].flatMap(([username, own]) =>
    toRuns(own).flatMap((run): readonly Found[] => {
      const [begin] = run;
      const end = run.at(-1);
      if (begin === undefined || end === undefined) return [];
      const toMs = Math.max(...run.map((entry) => entry.toMs));
      const limitMs = begin.fromMs + longestHours * HOUR_MS;
      const span = cut({ fromMs: limitMs, toMs }, within);
      if (span.fromMs >= span.toMs) return [];
      const at = run.find((entry) => entry.toMs > limitMs) ?? end;
      const hours = String(Math.round((toMs - begin.fromMs) / HOUR_MS));
      return [{ ...span, kind: 'too-long', post: at.post.id, username, detail: hours }];
    }),
  );
}

/** Hours of one person that follow on each other without a break. */
function toRuns(own: readonly DutyEntry[]): readonly (readonly DutyEntry[])[] {
  const runs: DutyEntry[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const entry of own.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const run = runs.at(-1);
    if (run !== undefined && entry.fromMs <= endMs) run.push(entry);
    else runs.push([entry]);
    endMs = Math.max(endMs, entry.toMs);
  }
  return runs;
}

function cut({ fromMs, toMs }: Span, within: Span): Span {
  return { fromMs: Math.max(fromMs, within.fromMs), toMs: Math.min(toMs, within.toMs) };
}

function toNobody(
  post: Post,
  entries: readonly DutyEntry[],
  within: Span,
  calendars: StaffBook['calendars'],
): readonly Found[] {
  const calendar = post.calendar === null ? null : (calendars.get(post.calendar) ?? null);
  const needed = calendar === null ? [within] : toOpen(calendar, within);
  const covered = entries.filter(({ member }) => member !== null && !member.isDisabled);
  return needed
    .flatMap((span) => subtract(span, covered))
    .map((span) => ({ ...span, kind: 'nobody', post: post.id, username: null, detail: '' }));
}

/** Open hours of the calendar within the stretch. */
function toOpen(calendar: Calendar, { fromMs, toMs }: Span): readonly Span[] {
  const open: Span[] = [];
  let atMs = fromMs;
  while (atMs < toMs) {
    const changeMs = Math.min(nextChangeMs(calendar, atMs) ?? toMs, toMs);
    if (isWithinCalendar(calendar, atMs)) open.push({ fromMs: atMs, toMs: changeMs });
    atMs = changeMs;
  }
  return open;
}

/** @param covered in the order of their beginning */
function subtract({ fromMs, toMs }: Span, covered: readonly Span[]): readonly Span[] {
  const left: Span[] = [];
  let atMs = fromMs;
  for (const span of covered) {
    if (span.toMs <= atMs) continue;
    if (span.fromMs >= toMs) break;
    if (span.fromMs > atMs) left.push({ fromMs: atMs, toMs: span.fromMs });
    atMs = span.toMs;
  }
  if (atMs < toMs) left.push({ fromMs: atMs, toMs });
  return left;
}

function toEntryGaps(entry: DutyEntry, all: readonly DutyEntry[], roster: Roster): readonly Found[] {
  const { member, assignment, post, fromMs, toMs } = entry;
  const base = { fromMs, toMs, post: post.id, username: assignment.username };
  if (member === null || member.isDisabled) return [{ ...base, kind: 'unknown-person', detail: '' }];
  return [
    ...toTwice(entry, all),
    ...toCertificateGaps(entry, member, roster).map((gap) => ({ ...base, ...gap })),
    ...(member.ways.length === 0 ? [{ ...base, kind: 'unreachable' as const, detail: '' }] : []),
    ...(member.roles.includes(post.role)
      ? []
      : [{ ...base, kind: 'role-missing' as const, detail: post.role as string }]),
  ];
}

/** Told once, at the later one of the two. */
function toTwice(entry: DutyEntry, all: readonly DutyEntry[]): readonly Found[] {
  const { username } = entry.assignment;
  return all
    .slice(0, all.indexOf(entry))
    .filter((other) => other.assignment.username === username && other.toMs > entry.fromMs)
    .map((other) => ({
      fromMs: entry.fromMs,
      toMs: Math.min(entry.toMs, other.toMs),
      kind: 'twice',
      post: entry.post.id,
      username,
      detail: other.post.id,
    }));
}

/** A certificate holds for the days of the calendar: a night shift needs it on the day on which it ends, too. */
export function toCertificateGaps(
  { post, fromMs, toMs }: DutyEntry,
  member: StaffMember,
  { timeZone }: Roster,
): readonly Pick<Found, 'kind' | 'detail'>[] {
  const days = [toLocalDate(timeZone, fromMs), toLocalDate(timeZone, toMs - 1)];
  return (post.certificates ?? []).flatMap((detail): Pick<Found, 'kind' | 'detail'>[] => {
    const states = days.map((date) => holdsOn(member, detail, date));
    if (states.includes('missing')) return [{ kind: 'certificate-missing', detail }];
    return states.includes('expired') ? [{ kind: 'certificate-expired', detail }] : [];
  });
}

function toText(gap: Found, { name }: Post, timeZone: string): Text {
  const who = gap.username ?? '';
  const times = `${toLocalText(timeZone, gap.fromMs)} – ${toLocalText(timeZone, gap.toMs)}`;
  const { zh, en } = toReason(gap.kind, who, gap.detail);
  return { zh: `${name.zh} ${times} ${zh}`, en: `${name.en} ${times} ${en}` };
}

function toReason(kind: Exclude<GapKind, 'off-duty' | 'step-held'>, who: string, detail: string): Text {
  const reasons: Readonly<Record<Exclude<GapKind, 'off-duty' | 'step-held'>, Text>> = {
    nobody: { zh: '无人值班', en: 'nobody is on duty' },
    twice: { zh: `${who} 与“${detail}”岗位时间重叠`, en: `${who} is on ${detail} at the same time` },
    'certificate-missing': { zh: `${who} 无证书 ${detail}`, en: `${who} has no certificate ${detail}` },
    'certificate-expired': {
      zh: `${who} 的证书 ${detail} 已过期`,
      en: `the certificate ${detail} of ${who} has run out`,
    },
    'too-long': {
      zh: `${who} 连续值班 ${detail} 小时`,
      en: `${who} is on duty for ${detail} hours in a row`,
    },
    unreachable: { zh: `${who} 未登记联系方式`, en: `${who} has no way to be reached` },
    'role-missing': {
      zh: `${who} 的账号没有角色 ${detail}`,
      en: `the account of ${who} lacks role ${detail}`,
    },
    'unknown-person': { zh: `${who} 无账号或已停用`, en: `${who} has no account, or a disabled one` },
  };
  return reasons[kind];
}
