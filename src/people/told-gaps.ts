/**
 * Gaps of those whom the policy tells (升级、超时、报告、派单): the roster's posts need not hold a leader or a manager, and the
 * ladder ends with them all the same. A role, group or person of whom nobody can be told, whom no way reaches, or who has no
 * shift at all, is a gap like an empty post (gaps.ts). Pure; whom an alarm tells, step by step, is who.ts.
 */
import type { Policy } from '../config/policy.ts';
import { isRole, ROLE_NAMES, ROLES } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import { type DutyView, type OnCall, toEntries } from './duty.ts';
import type { Gap } from './gaps.ts';
import { addDays, type Span, toLocalDate, toLocalText } from './shift-time.ts';

type Telling = Pick<
  Policy,
  'report' | 'escalation' | 'dayEnd' | 'routing' | 'deskDispatches' | 'actors' | 'clocks' | 'incidents'
>;
type State = Extract<Gap['kind'], 'nobody' | 'unreachable' | 'off-duty'>;
/** null = somebody is told who can be reached. */
type Judgement = { readonly kind: State; readonly who: string } | null;

/** Roles, groups and user names that the policy tells of a ticket, each once: report and ladder first. */
export function toToldNames(policy: Telling): readonly string[] {
  const { report, escalation, dayEnd, routing, deskDispatches, actors, clocks, incidents } = policy;
  const names = [
    ...report.recipients.map(({ role }) => role).filter((role) => role !== 'assignee'),
    ...escalation.ladder.map(({ role }) => role),
    escalation.breach,
    ...(dayEnd === null ? [] : [dayEnd.to]),
    ...routing.map(({ assignee }) => assignee),
    ...(deskDispatches.length === 0 ? [] : actors.dispatch.filter(isRole)),
    ...clocks.flatMap(({ responsible = [] }) => responsible.filter(isRole)),
    ...(incidents.responsible ?? []),
  ];
  return [...new Set<string>(names)];
}

/**
 * Gaps in [fromMs, toMs), by name in the given order, then time; what lasts is one. Nobody on duty is a gap only where nobody of
 * the name has a shift in all the stretch, and not without a roster: which hours a post covers the roster's own calendars say.
 */
export function findToldGaps(
  duty: DutyView,
  names: readonly string[],
  { fromMs, toMs }: Span,
  timeZone: string,
): readonly Gap[] {
  const turns = toTurns(duty, { fromMs, toMs });
  return names.flatMap((name) => {
    const judged = turns.map((span) => ({
      span,
      found: judge(duty.membersOf(name, span.fromMs), duty, name, span.fromMs),
    }));
    const isRostered = judged.some(({ found }) => found === null);
    return join(judged)
      .filter(({ found }) => found.kind !== 'off-duty' || !(isRostered || duty.book.roster === null))
      .map(({ span, found: { kind, who } }) => {
        const gap = { ...span, kind, post: name, username: who === '' ? null : who, detail: 'policy' };
        return { ...gap, text: toText(gap, duty, timeZone) };
      });
  });
}

/** Stretches in which the same people are on. */
function toTurns({ book: { roster, staff } }: DutyView, { fromMs, toMs }: Span): readonly Span[] {
  const first = roster === null ? '' : addDays(toLocalDate(roster.timeZone, fromMs), -1);
  const last = roster === null ? '' : addDays(toLocalDate(roster.timeZone, toMs), 1);
  const near = roster?.assignments.filter(({ date }) => first <= date && date <= last) ?? [];
  const entries = roster === null ? [] : toEntries(roster, staff, near);
  const edges = entries
    .flatMap((entry) => [entry.fromMs, entry.toMs])
    .filter((atMs) => fromMs < atMs && atMs < toMs);
  const starts = [...new Set([fromMs, ...edges])].toSorted((a, b) => a - b);
  return starts.map((atMs, index) => ({ fromMs: atMs, toMs: starts[index + 1] ?? toMs }));
}

function judge(members: readonly OnCall[], duty: DutyView, name: string, atMs: number): Judgement {
  const told = new Set(duty.recipientsOf(name, atMs));
  const people = members.filter(({ username }) => told.has(username));
  if (people.length === 0) return { kind: 'nobody', who: '' };
  const [only] = people;
  const who = people.length === 1 ? (only?.username ?? '') : '';
  if (people.every(({ ways }) => ways.length === 0)) return { kind: 'unreachable', who };
  return people.every(({ standing }) => standing === 'off') ? { kind: 'off-duty', who: '' } : null;
}

interface Judged<J = Judgement> {
  readonly span: Span;
  readonly found: J;
}

/** The same gap over several turns is one. */
function join(judged: readonly Judged[]): readonly Judged<NonNullable<Judgement>>[] {
  const joined: Judged<NonNullable<Judgement>>[] = [];
  for (const { span, found } of judged) {
    if (found === null) continue;
    const before = joined.at(-1);
    const isSame =
      before?.span.toMs === span.fromMs && before.found.kind === found.kind && before.found.who === found.who;
    if (before === undefined || !isSame) joined.push({ span, found });
    else joined[joined.length - 1] = { span: { fromMs: before.span.fromMs, toMs: span.toMs }, found };
  }
  return joined;
}

function toText(
  { fromMs, toMs, kind, post, username }: Omit<Gap, 'text'>,
  { book }: DutyView,
  timeZone: string,
): Text {
  const role = ROLE_NAMES.find((name) => name === post);
  const same = { zh: post, en: post };
  const name = role === undefined ? (book.staff.get(post)?.name ?? same) : ROLES[role];
  const times = `${toLocalText(timeZone, fromMs)} – ${toLocalText(timeZone, toMs)}`;
  const { zh, en } = toReason(kind as State, username);
  return {
    zh: `${name.zh} ${times} 服务标准要求通知，${zh}`,
    en: `${name.en} ${times} told by the policy, and ${en}`,
  };
}

function toReason(kind: State, username: string | null): Text {
  const reasons: Readonly<Record<State, Text>> = {
    nobody: { zh: '但无人可通知', en: 'there is nobody' },
    unreachable: {
      zh: `但${username ?? '全部人员'}未登记联系方式`,
      en: `${username ?? 'all of them'} cannot be reached`,
    },
    'off-duty': {
      zh: '但无人排班，只能通知不当班人员',
      en: 'none of them has a shift: they are told off duty',
    },
  };
  return reasons[kind];
}
