/**
 * 应急预案: which plan is shown for an emergency, whom it says to call, and which plans are to be reviewed. Pure look-ups;
 * the plans are data of the site (config/plans.ts).
 */
import { toWhole } from '../config/dependence.ts';
import type { Contact, SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import { CONTACT_KIND_NAMES } from '../core/duty.ts';
import { type ContactId, type EquipmentId, toId } from '../core/ids.ts';
import type { Incident, Plan } from '../core/incident.ts';
import { toOffsetMs } from '../core/zone.ts';
import { type EventSubject, toEventKind, toSystemOf } from './event-kind.ts';

/**
 * The plan for an emergency of this equipment and class: of its kind, rather one that names its system than one for all.
 * @returns null where the site has none
 */
export function planFor(subject: EventSubject, model: SiteModel): Plan | null {
  const system = toSystemOf(subject, model);
  const kind = toEventKind(subject, model);
  const plans = model.plans.filter((plan) => plan.kind === kind);
  const own = plans.find(({ systems }) => system !== null && systems.includes(system));
  return own ?? plans.find(({ systems }) => systems.length === 0) ?? null;
}

/** The plan that an incident was opened with; null also when the site has it no more. */
export function planOf({ plan }: Pick<Incident, 'plan'>, { plans }: SiteModel): Plan | null {
  return plans.find(({ id }) => id === plan) ?? null;
}

/**
 * Whom the plan says to call, in its order. A kind of contact stands for those of the register who are responsible for that
 * kind of equipment, and where none is, for those who are for none in particular.
 */
export function toPlanContacts(
  { contacts }: Plan,
  model: SiteModel,
  equipment: EquipmentId | null,
): readonly Contact[] {
  const found = contacts.flatMap((word) => {
    const named = model.contacts.get(toId<ContactId>(word));
    return named === undefined ? ofKind(word, model, equipment) : [named];
  });
  return [...new Set(found)];
}

function ofKind(word: string, model: SiteModel, equipment: EquipmentId | null): readonly Contact[] {
  const kind = CONTACT_KIND_NAMES.find((name) => name === word);
  if (kind === undefined) return [];
  return toContactsFor(kind, model, equipment);
}

/** Contacts of that kind for this equipment, in the order of the site file. */
export function toContactsFor(
  kind: Contact['kind'],
  model: SiteModel,
  equipment: EquipmentId | null,
): readonly Contact[] {
  const all = [...model.contacts.values()].filter((contact) => contact.kind === kind);
  const whole = equipment === null ? null : toWhole(model, equipment);
  const own = all.filter((contact) => whole !== null && contact.for.includes(whole.kind));
  return own.length > 0 ? own : all.filter((contact) => contact.for.length === 0);
}

/** A plan that has to be looked at again. */
export interface OverduePlan {
  readonly plan: Plan;
  readonly reason: 'three-years' | 'major-incident';
  /** Local date since when it is due, `YYYY-MM-DD`. */
  readonly since: string;
  /** Number of the incident after which it has to be reviewed; null = its time is over. */
  readonly incident: string | null;
}

/** @param incidents those that may have shown a plan; newest or oldest first */
export function toOverduePlans(
  { plans, site }: Pick<SiteModel, 'plans' | 'site'>,
  incidents: readonly Incident[],
  policy: Policy,
  nowMs: number,
): readonly OverduePlan[] {
  const toDate = (atMs: number): string => toLocalDate(atMs, site.timeZone);
  const today = toDate(nowMs);
  return plans.flatMap((plan): OverduePlan[] => {
    const [first] = incidents
      .filter((incident) => incident.plan === plan.id && isMajor(incident, policy))
      .flatMap(({ number, endedAtMs }) => (endedAtMs === null ? [] : [{ number, date: toDate(endedAtMs) }]))
      .filter(({ date }) => date > plan.reviewedOn)
      .sort((a, b) => (a.date < b.date ? -1 : 1));
    if (first !== undefined)
      return [{ plan, reason: 'major-incident', since: first.date, incident: first.number }];
    return today > plan.reviewBy
      ? [{ plan, reason: 'three-years', since: plan.reviewBy, incident: null }]
      : [];
  });
}

/** A drill or a false alarm teaches too, but sets no date. */
function isMajor({ verdict, isDrill, grade }: Incident, { incidents }: Policy): boolean {
  return verdict === 'confirmed' && !isDrill && incidents.majorGrades.includes(grade);
}

function toLocalDate(atMs: number, timeZone: string): string {
  return new Date(atMs + toOffsetMs(timeZone, atMs)).toISOString().slice(0, 10);
}
