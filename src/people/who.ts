/**
 * "Who would be told on Saturday at 03:00?": the ladder of an alarm with names, ways and gaps, as the policy, the roster
 * and the register have it, before the night in which it matters. Pure; nothing is sent. What is told in earnest is
 * notify/'s business and asks the same duty view.
 */
import { isDeskDispatched, toAlarmSettings, toQuietHours, toWorkMs } from '../config/alarm-start.ts';
import { toNeededCertificates } from '../config/certificates.ts';
import { firstMatch, matches } from '../config/match.ts';
import type { Contact } from '../config/model.ts';
import type { Actor, Policy, ReportRecipient } from '../config/policy.ts';
import { isWithinCalendar, nextChangeMs } from '../core/calendar.ts';
import type { ContactId, LocationId } from '../core/ids.ts';
import { KINDS, type Kind } from '../core/kinds.ts';
import { ROLE_NAMES, ROLES } from '../core/roles.ts';
import type { Severity } from '../core/severity.ts';
import { findTold } from '../core/stand-ins.ts';
import type { Text } from '../core/text.ts';
import type { TicketClass } from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import {
  chooseAssignee,
  type Proposal,
  proposeAssignee,
  type TicketFacts,
  toFirstReceiver,
  toTicketFacts,
} from './assignee.ts';
import type { DutyView, OnCall } from './duty.ts';
import { findGaps } from './gaps.ts';
import { findHeldSteps } from './held-steps.ts';
import { toLocalDate, toLocalText } from './shift-time.ts';
import { holdsOn } from './staff-book.ts';
import { findToldGaps, toToldNames } from './told-gaps.ts';

export interface WhoQuestion {
  readonly atMs: number;
  readonly severity: Severity;
  /** null = what the kind of the equipment belongs to. */
  readonly class: TicketClass | null;
  readonly equipment: {
    readonly kind: Kind;
    readonly location: LocationId;
    readonly responsible: string | null;
    readonly contact: ContactId | null;
    /** Left out or null = the register says nothing of it. */
    readonly service?: {
      readonly warrantyUntil: string | null;
      readonly contractor?: ContactId | null;
    } | null;
  } | null;
}

export interface WhoContext {
  readonly policy: Policy;
  readonly duty: DutyView;
  readonly contacts: ReadonlyMap<ContactId, Contact>;
  readonly timeZone: string;
  /** Open tickets by user name, as far as they are known of that moment; left out = nobody has any. */
  readonly openLoad?: ReadonlyMap<string, number>;
}

export type WhoStepId = 'dispatch' | 'assigned' | 'contractor' | 'report' | 'escalation' | 'breach';

export interface WhoStep {
  readonly id: WhoStepId;
  /** When these people are told. */
  readonly when: Text;
  /** Role, user or group that the policy, the register or the proposal names; what stands for it in words. */
  readonly assignee: string;
  readonly assigneeText: Text;
  /** Those who would be told: also in place of those of whom nobody can be. Their ways are personal data. */
  readonly people: readonly OnCall[];
  readonly gaps: readonly Text[];
}

export interface WhoAnswer {
  readonly atMs: number;
  readonly localTime: string;
  readonly settings: ClockSettings;
  /** It wakes nobody: told from this moment on; null = at once. Infinity = no working time within 400 days. */
  readonly heldUntilMs: number | null;
  readonly steps: readonly WhoStep[];
  readonly proposal: Proposal;
  /** Outside numbers: of the equipment, of its kind, and those of its class of emergency. */
  readonly contacts: readonly Contact[];
  /** What is wrong with the roster, with others whom the policy tells then, and steps that no account may take; beside the steps' gaps. */
  readonly gaps: readonly Text[];
}

const DESK = 'desk';

export function whoWouldBeTold(question: WhoQuestion, context: WhoContext): WhoAnswer {
  const { atMs } = question;
  const { policy, duty, timeZone } = context;
  const settings = toSettings(question, context);
  const { equipment, severity } = question;
  const matter = {
    settings,
    kind: equipment?.kind ?? null,
    location: equipment?.location ?? null,
    responsible: equipment?.responsible ?? null,
    isLifeSafety: severity === 'life-safety',
  };
  const routed = toTicketFacts(matter, policy, duty.book);
  const load = context.openLoad ?? new Map<string, number>();
  // What waits for its hours goes to, and is told to, whoever is on duty then.
  const workMs = toWorkMs(settings, policy, atMs);
  const at = { atMs: workMs, timeZone };
  const proposal = proposeAssignee(routed, duty, load, policy, at);
  const chosen = chooseAssignee(routed, duty, load, policy, at);
  const firm = toFirm(question, context);
  const facts = { ...routed, assignee: chosen, responsible: matter.responsible, firm };
  const steps = toSteps(facts, settings, workMs, context).map((step) => toStep(step, facts, workMs, context));
  return {
    atMs,
    localTime: toLocalText(timeZone, atMs),
    settings,
    heldUntilMs: toHeldUntil(settings, atMs, policy),
    steps,
    proposal,
    contacts: toContacts(question, settings.class, context.contacts, firm),
    gaps: [
      ...toRosterGaps(atMs, context),
      ...toPolicyGaps(atMs, steps, context),
      // Told in time, and still nobody to end it.
      ...findHeldSteps(policy, duty.book.staff, matter.responsible !== null).map(({ text }) => text),
    ],
  };
}

/** Class of a ticket by the system of the equipment, when neither rule nor person names one. */
export function toUsualClass(kind: Kind | null): TicketClass {
  const system = kind === null ? null : KINDS[kind].system;
  if (system === 'fire' || system === 'fire-water') return 'fire';
  return system === 'access' ? 'security' : 'engineering';
}

function toSettings(
  { severity, atMs, equipment, class: named }: WhoQuestion,
  { policy, timeZone }: WhoContext,
): ClockSettings {
  const ticketClass = named ?? toUsualClass(equipment?.kind ?? null);
  const isUnderWarranty = hasWarranty(equipment, timeZone, atMs);
  return toAlarmSettings({ severity, class: ticketClass, isUnderWarranty }, policy);
}

function hasWarranty(equipment: WhoQuestion['equipment'], timeZone: string, atMs: number): boolean {
  const until = equipment?.service?.warrantyUntil ?? null;
  return until !== null && toLocalDate(timeZone, atMs) <= until;
}

/** Of equipment under warranty: the firm that repairs it. */
function toFirm({ equipment, atMs }: WhoQuestion, { timeZone }: WhoContext): ContactId | null {
  return hasWarranty(equipment, timeZone, atMs) ? (equipment?.service?.contractor ?? null) : null;
}

/** Hours that never come again keep nothing back: better at night than never. */
function toHeldUntil(settings: ClockSettings, atMs: number, policy: Policy): number | null {
  const hours = toQuietHours(settings, policy);
  return hours === null || isWithinCalendar(hours, atMs) ? null : nextChangeMs(hours, atMs);
}

interface PlannedStep extends Pick<WhoStep, 'id' | 'when' | 'assignee'> {
  /** Told where nobody of the assignee can be, the first of them of whom anybody can. */
  readonly orElse?: readonly string[];
}

/** Facts with the person whom the gateway would take. */
interface SteppedFacts extends TicketFacts {
  /** Told with the dispatch; null = none. */
  readonly firm: ContactId | null;
  readonly responsible: string | null;
}

function toSteps(
  facts: SteppedFacts,
  settings: ClockSettings,
  atMs: number,
  context: WhoContext,
): readonly PlannedStep[] {
  const { assignee, firm } = facts;
  const { policy } = context;
  const { escalation, report } = policy;
  const isDesk = assignee === null || isDeskDispatched(settings, policy);
  const [first = DESK, ...orElse] = toDispatchers(settings, facts, atMs, context);
  const dispatch: PlannedStep = {
    id: 'dispatch',
    when: { zh: '立即（确认或改派）', en: 'at once (confirms or redirects)' },
    assignee: first,
    orElse,
  };
  const assigned: PlannedStep = {
    id: 'assigned',
    when: isDesk
      ? { zh: '前台派单后', en: 'when the desk has dispatched it' }
      : { zh: '立即（自动派单）', en: 'at once (dispatched by the gateway)' },
    assignee: assignee ?? DESK,
    orElse: [DESK],
  };
  return [
    ...(isDesk ? [dispatch] : []),
    ...(assignee === null ? [] : [assigned]),
    ...(firm === null ? [] : [{ id: 'contractor' as const, when: assigned.when, assignee: firm }]),
    ...(matches(report.match, settings) ? report.recipients.map((row) => toReport(row, assignee)) : []),
    ...escalation.ladder.map(
      ({ role, afterMs }, index): PlannedStep => ({
        id: 'escalation',
        when: toRung(index, index === 0 ? afterMs + escalation.unansweredMs : afterMs),
        assignee: role,
      }),
    ),
    { id: 'breach', when: { zh: '任一时限超时', en: 'a clock is breached' }, assignee: escalation.breach },
  ];
}

/** Whom the policy lets give it to somebody, in its order; or answer it, where its path gives it to nobody. */
function toDispatchers(
  settings: ClockSettings,
  { assignee, responsible }: SteppedFacts,
  atMs: number,
  { policy, duty }: WhoContext,
): readonly string[] {
  const isGiven = firstMatch(policy.paths, settings)?.stages.some(({ stage }) => stage === 'dispatched');
  const toName = (actor: Actor): string | null => {
    switch (actor) {
      case 'assignee':
        return assignee;
      case 'first-receiver':
        return toFirstReceiver(duty, atMs);
      case 'owner':
        return responsible;
      case 'taker':
      case 'its-contractor':
      case 'reporter':
        return null;
      default:
        return actor;
    }
  };
  const actors = policy.actors[isGiven ? 'dispatch' : 'done'];
  return actors.map(toName).filter((name) => name !== null);
}

function toRung(index: number, afterMs: number): Text {
  const { zh, en } = toSpan(afterMs);
  return index === 0
    ? { zh: `第 1 级升级：预警后 ${zh}无人应答`, en: `level 1: a warning is unanswered for ${en}` }
    : {
        zh: `第 ${index + 1} 级升级：再过 ${zh}无人处理`,
        en: `level ${index + 1}: nobody acts for another ${en}`,
      };
}

function toReport({ role, when }: ReportRecipient, assignee: string | null): PlannedStep {
  const whenText: Text =
    when === 'at-once'
      ? { zh: '立即报告', en: 'reported at once' }
      : when === 'confirmed'
        ? { zh: '前台核实后报告', en: 'reported when the desk has confirmed it' }
        : {
            zh: `${toSpan(when.unansweredMs).zh}无人应答后报告`,
            en: `reported when nobody answers for ${toSpan(when.unansweredMs).en}`,
          };
  const isNearest = role === 'assignee';
  const named = isNearest ? (assignee ?? DESK) : role;
  return { id: 'report', when: whenText, assignee: named, ...(isNearest && { orElse: [DESK] }) };
}

function toSpan(ms: number): Text {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return { zh: `${Math.round(ms / 1000)} 秒`, en: `${Math.round(ms / 1000)} s` };
  if (minutes % 60 === 0) return { zh: `${minutes / 60} 小时`, en: `${minutes / 60} h` };
  return { zh: `${minutes} 分钟`, en: `${minutes} min` };
}

function toStep(planned: PlannedStep, facts: TicketFacts, atMs: number, context: WhoContext): WhoStep {
  const { duty, policy, timeZone } = context;
  if (planned.id === 'contractor') return toFirmStep(planned, context, atMs);
  const { orElse = [], ...step } = planned;
  const told = findTold([step.assignee, ...orElse], (name) => duty.recipientsOf(name, atMs, facts.location));
  const people = told.people
    .map((username) => duty.person(username, atMs))
    .filter((person) => person !== null);
  const needed = step.id === 'assigned' ? toNeededCertificates(facts, policy) : [];
  const certificates = needed.map(({ certificate }) => certificate);
  const date = toLocalDate(timeZone, atMs);
  return {
    ...step,
    assigneeText: toAssigneeText(step.assignee, duty),
    people,
    gaps: [
      ...toStandInGaps(step.assignee, told.by, duty),
      ...toStepGaps(people),
      ...people.flatMap((person) => toLacks(person, certificates, date)),
    ],
  };
}

/** Its people with an account; its telephone is among the contacts of the answer. */
function toFirmStep(step: PlannedStep, { duty, contacts }: WhoContext, atMs: number): WhoStep {
  const firm = step.assignee as ContactId;
  const people = duty
    .accountsOf(firm)
    .map((username) => duty.person(username, atMs))
    .filter((person) => person !== null);
  const none = { zh: '承修单位没有账号，须电话联系', en: 'the firm has no account: ring it' };
  return {
    ...step,
    assigneeText: contacts.get(firm)?.name ?? { zh: firm, en: firm },
    people,
    gaps: people.length === 0 ? [none] : [],
  };
}

function toLacks(person: OnCall, needed: readonly string[], date: string): readonly Text[] {
  return needed
    .filter((kind) => holdsOn(person, kind, date) !== 'holds')
    .map((kind) => ({
      zh: `${person.name.zh} 无有效证书 ${kind}`,
      en: `${person.name.en} holds no valid certificate ${kind}`,
    }));
}

function toAssigneeText(assignee: string, { book }: DutyView): Text {
  const role = ROLE_NAMES.find((name) => name === assignee);
  return role === undefined
    ? (book.staff.get(assignee)?.name ?? { zh: assignee, en: assignee })
    : ROLES[role];
}

function toStandInGaps(assignee: string, by: string | null, duty: DutyView): readonly Text[] {
  if (by === assignee) return [];
  const nobody = { zh: `无人可通知：${assignee}`, en: `nobody can be told: ${assignee}` };
  if (by === null) return [nobody];
  const { zh, en } = toAssigneeText(by, duty);
  return [{ zh: `${nobody.zh}，改为通知${zh}`, en: `${nobody.en}; told instead: ${en}` }];
}

function toStepGaps(people: readonly OnCall[]): readonly Text[] {
  if (people.length === 0) return [];
  const isOff = people.every(({ standing }) => standing === 'off');
  return [
    ...(isOff ? [{ zh: '无人当值或备勤，只能通知不当班人员', en: 'nobody is on duty or stand-by' }] : []),
    ...people
      .filter(({ ways }) => ways.length === 0)
      .map(({ name }) => ({
        zh: `${name.zh} 未登记联系方式，只能在系统内收到`,
        en: `${name.en} has no way to be reached but the inbox`,
      })),
  ];
}

function toContacts(
  { equipment }: WhoQuestion,
  ticketClass: TicketClass,
  contacts: WhoContext['contacts'],
  firm: ContactId | null,
): readonly Contact[] {
  return [...contacts.values()].filter(
    ({ id, kind, for: kinds }) =>
      id === equipment?.contact ||
      id === firm ||
      (equipment !== null && kinds.includes(equipment.kind)) ||
      (kind === 'fire-brigade' && ticketClass === 'fire'),
  );
}

const DAY_MS = 86_400_000;

function toRosterGaps(atMs: number, { duty, timeZone }: WhoContext): readonly Text[] {
  const { book } = duty;
  if (book.staff.size === 0) return [{ zh: '没有任何账号', en: 'there are no accounts' }];
  if (book.roster === null)
    return [{ zh: '没有排班表：只能按角色通知', en: 'there is no roster: people are told by role only' }];
  const gaps = findGaps(book, atMs - DAY_MS, atMs + DAY_MS)
    .filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
    .map(({ text }) => text);
  const last = book.roster.assignments.reduce((latest, { date }) => (date > latest ? date : latest), '');
  const isOver = last < toLocalText(timeZone, atMs).slice(0, 10) && duty.on(atMs).length === 0;
  return isOver
    ? [{ zh: `排班只排到 ${last || '（无）'}`, en: `the roster ends on ${last || '(empty)'}` }, ...gaps]
    : gaps;
}

/** Of those whom the policy tells of other alarms: the steps say what is wrong with their own. */
function toPolicyGaps(
  atMs: number,
  steps: readonly WhoStep[],
  { policy, duty, timeZone }: WhoContext,
): readonly Text[] {
  if (duty.book.staff.size === 0) return [];
  const named = new Set(steps.map(({ assignee }) => assignee));
  const others = toToldNames(policy).filter((name) => !named.has(name));
  return findToldGaps(duty, others, { fromMs: atMs - DAY_MS, toMs: atMs + DAY_MS }, timeZone)
    .filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
    .map(({ text }) => text);
}
