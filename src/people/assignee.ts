/**
 * Whose turn a ticket is, as a proposal with its reasons: skill, certificate, duty, place, open load (service-workflow.md
 * §4). The desk or the policy decides; nobody is dispatched here.
 *
 *   certificate (must) ▶ present or on stand-by ▶ speciality ▶ on duty before stand-by ▶ place ▶ open tickets ▶ name
 */
import { toRoute } from '../config/alarm-start.ts';
import { type NeededCertificate, toNeededCertificates } from '../config/certificates.ts';
import type { Policy } from '../config/policy.ts';
import type { LocationId } from '../core/ids.ts';
import { KINDS, type Kind, SYSTEMS, type System } from '../core/kinds.ts';
import { isOutsider, isRole } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import type { DutyView, OnCall } from './duty.ts';
import { toLocalDate } from './shift-time.ts';
import { holdsOn, type StaffBook, toAreaChain } from './staff-book.ts';

/** What a proposal depends on, of a ticket or of one that could come. */
export interface TicketFacts {
  /** Kind of the equipment and its system; null = no equipment. */
  readonly kind: string | null;
  readonly system: System | null;
  readonly location: LocationId | null;
  /** By the equipment or the policy's routing: user, group or role; null = the desk must decide. */
  readonly assignee: string | null;
  /** What rows of the policy are matched against. */
  readonly settings: Partial<ClockSettings>;
  readonly isLifeSafety: boolean;
}

/** What is known of the matter that looks for somebody. */
export interface Matter {
  readonly settings: ClockSettings;
  readonly kind: Kind | null;
  readonly location: LocationId | null;
  /** Named on the equipment itself. */
  readonly responsible: string | null;
  readonly isLifeSafety: boolean;
}

/** As the register and the policy's table have it, at this moment. */
export function toTicketFacts(
  { settings, kind, location, responsible, isLifeSafety }: Matter,
  policy: Pick<Policy, 'routing'>,
  { parents }: Pick<StaffBook, 'parents'>,
): TicketFacts {
  const locations = toAreaChain(parents, location);
  return {
    kind,
    system: kind === null ? null : KINDS[kind].system,
    location,
    assignee: toRoute({ class: settings.class, kind, responsible, locations }, policy),
    settings,
    isLifeSafety,
  };
}

export interface Candidate {
  readonly person: OnCall;
  readonly openTickets: number;
  /** false = a certificate is missing or has run out: not to be proposed. */
  readonly isFit: boolean;
  /** The ticket may not be given to the person at all: what is missing is more than a warning. */
  readonly isRefused: boolean;
  /** For people, the weightiest first. */
  readonly reasons: readonly Text[];
}

export interface Proposal {
  /** The first one that is fit; null = nobody is. */
  readonly best: Candidate | null;
  /** Best first; those that are not fit stand at the end, with the reason why. */
  readonly candidates: readonly Candidate[];
}

/**
 * @param openLoad open tickets by user name; who is not in it has none
 * @param timeZone of the site: certificates hold for local days
 */
export function proposeAssignee(
  facts: TicketFacts,
  duty: DutyView,
  openLoad: ReadonlyMap<string, number>,
  policy: Pick<Policy, 'certificates' | 'staff'>,
  at: { readonly atMs: number; readonly timeZone: string },
): Proposal {
  const needed = toNeededCertificates(facts, policy);
  const date = toLocalDate(at.timeZone, at.atMs);
  const area = toAreaChain(duty.book.parents, facts.location);
  const pool = toPool(facts, duty, policy, at.atMs);
  const isNamed = facts.assignee !== null && isPerson(duty, facts.assignee);
  const others = isNamed ? [] : toHolders(pool, needed, duty, date, at.atMs);
  const rated = [...pool, ...others].map((person) =>
    rate(person, { facts, needed, date, area, openTickets: openLoad.get(person.username) ?? 0 }),
  );
  const candidates = rated.toSorted(compare).map(({ candidate }) => candidate);
  return { best: candidates.find(({ isFit }) => isFit) ?? null, candidates };
}

/**
 * Whom the gateway gives it to: user, group or role; null = the desk has to decide. A person whom the register or the table
 * names has it, unless the account is disabled or a certificate is missing. Of a group or role it is the one who is proposed
 * and there; where nobody of them is on duty or stand-by, all of them as before. What no row names is the desk's.
 */
export function chooseAssignee(
  facts: TicketFacts,
  duty: DutyView,
  openLoad: ReadonlyMap<string, number>,
  policy: Pick<Policy, 'certificates' | 'staff'>,
  at: { readonly atMs: number; readonly timeZone: string },
): string | null {
  const { assignee } = facts;
  if (assignee === null) return null;
  const { candidates } = proposeAssignee(facts, duty, openLoad, policy, at);
  const isAllowed = candidates.length === 0 || candidates.some(mayHave);
  if (!isPerson(duty, assignee)) return toPresent(candidates) ?? (isAllowed ? assignee : null);
  const isThere = candidates.some(({ person }) => person.username === assignee);
  if (isThere && isAllowed) return assignee;
  const others = proposeAssignee({ ...facts, assignee: null }, duty, openLoad, policy, at);
  return toPresent(others.candidates);
}

/** As `DutyView.membersOf` reads names: the name of a role means the role, also where an account is named like it. */
function isPerson({ book }: DutyView, name: string): boolean {
  return book.staff.has(name) && !isRole(name);
}

/** The duty person of the moment (首接负责): at the desk, else whoever is on duty; the desk as such where nobody is named. */
export function toFirstReceiver(duty: DutyView, atMs: number): string {
  for (const role of ['desk', 'duty'] as const) {
    const onDuty = duty.usersWith(role, atMs).find(({ standing }) => standing === 'duty');
    if (onDuty !== undefined) return onDuty.username;
  }
  return 'desk';
}

/** The best who is there; with the certificate before without, where that is only warned of. */
function toPresent(candidates: readonly Candidate[]): string | null {
  const there = candidates.filter((one) => mayHave(one) && one.person.standing !== 'off');
  return (there.find(({ isFit }) => isFit) ?? there[0])?.person.username ?? null;
}

function mayHave({ isRefused }: Candidate): boolean {
  return !isRefused;
}

function toPool(
  { assignee, location }: TicketFacts,
  duty: DutyView,
  { staff }: Pick<Policy, 'staff'>,
  atMs: number,
): readonly OnCall[] {
  const named = assignee === null ? [] : duty.membersOf(assignee, atMs, location);
  if (named.length > 0) return named;
  const workers = staff.workers.flatMap((role) => duty.usersWith(role, atMs, location));
  return [...new Map(workers.map((person) => [person.username, person])).values()];
}

/**
 * Where a certificate is asked for, be it that its want is only warned of, and none of those whom the table names holds it:
 * colleagues of the house who do, whatever their post. A lift is then the lift safety manager's, not the desk's.
 */
function toHolders(
  pool: readonly OnCall[],
  needed: readonly NeededCertificate[],
  duty: DutyView,
  date: string,
  atMs: number,
): readonly OnCall[] {
  const holdsAll = (one: Pick<OnCall, 'certificates'>): boolean =>
    needed.every(({ certificate }) => holdsOn(one, certificate, date) === 'holds');
  if (needed.length === 0 || pool.some(holdsAll)) return [];
  return [...duty.book.staff.values()]
    .filter((one) => !one.isDisabled && holdsAll(one) && one.roles.some((role) => !isOutsider(role)))
    .flatMap(({ username }) => duty.person(username, atMs) ?? []);
}

interface Rating {
  readonly candidate: Candidate;
  /** Smaller is better, first entry first. */
  readonly key: readonly number[];
}

interface RateContext {
  readonly facts: TicketFacts;
  readonly needed: readonly NeededCertificate[];
  readonly date: string;
  readonly area: readonly LocationId[];
  readonly openTickets: number;
}

const STANDING_TEXT: Readonly<Record<OnCall['standing'], Text>> = {
  duty: { zh: '当值', en: 'on duty' },
  standby: { zh: '备勤', en: 'on stand-by' },
  off: { zh: '不当班', en: 'off duty' },
};

function rate(person: OnCall, { facts, needed, date, area, openTickets }: RateContext): Rating {
  const lacking = needed.filter(({ certificate }) => holdsOn(person, certificate, date) !== 'holds');
  const lacks = lacking.map(({ certificate }) => toLack(person, certificate, date));
  const skill = toSkill(person, facts.system);
  const isOfArea = person.areas.some((one) => area.includes(one));
  const reasons: Text[] = [
    ...lacks,
    ...(lacks.length === 0 ? needed.map(({ certificate }) => toHeld(certificate)) : []),
    STANDING_TEXT[person.standing],
    ...skill.reasons,
    ...(isOfArea ? [{ zh: '负责该区域', en: 'responsible for the area' }] : []),
    { zh: `在办工单 ${openTickets} 张`, en: `${openTickets} open tickets` },
  ];
  const isFit = lacks.length === 0;
  const isRefused = lacking.some(({ isWarning }) => !isWarning);
  const isThere = person.standing !== 'off';
  const key = [
    isFit ? 0 : 1,
    isThere ? 0 : 1,
    skill.rank,
    person.standing === 'duty' ? 0 : 1,
    isOfArea ? 0 : person.areas.length === 0 ? 1 : 2,
    openTickets,
  ];
  return { candidate: { person, openTickets, isFit, isRefused, reasons }, key };
}

function toLack(person: OnCall, kind: string, date: string): Text {
  return holdsOn(person, kind, date) === 'missing'
    ? { zh: `无证书 ${kind}`, en: `no certificate ${kind}` }
    : { zh: `证书 ${kind} 已过期`, en: `certificate ${kind} has run out` };
}

function toHeld(kind: string): Text {
  return { zh: `持证 ${kind}`, en: `holds certificate ${kind}` };
}

/** 0 = of this trade, 1 = no trade is known or asked for, 2 = of another. */
function toSkill(
  { specialities }: OnCall,
  system: System | null,
): { readonly rank: number; readonly reasons: readonly Text[] } {
  if (system === null || specialities.length === 0) return { rank: 1, reasons: [] };
  const { zh, en } = SYSTEMS[system];
  return specialities.includes(system)
    ? { rank: 0, reasons: [{ zh: `专业对口：${zh}`, en: `trade: ${en}` }] }
    : { rank: 2, reasons: [{ zh: `专业不对口（${zh}）`, en: `other trade than ${en}` }] };
}

function compare(a: Rating, b: Rating): number {
  for (const [index, value] of a.key.entries()) {
    const difference = value - (b.key[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.candidate.person.username < b.candidate.person.username ? -1 : 1;
}
