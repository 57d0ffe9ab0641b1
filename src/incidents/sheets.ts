/**
 * The sheet of a lift entrapment as it begins: what the equipment register knows, so that nobody looks for a number while
 * people wait (service-workflow.md §3). Filling it is tickets/step-sheets.ts.
 */

import { toWhole } from '../config/dependence.ts';
import { liftsAt } from '../config/lift-places.ts';
import type { Contact, SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import type { EquipmentId, LocationId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import { type EntrapmentSheet, NO_SHEET } from '../core/ticket-sheets.ts';
import { toContactsFor } from '../plans/plans.ts';
import { byGateway, type TicketStep, toStep } from '../tickets/change.ts';

/** @returns null where it is no lift */
export function toEntrapmentSheet(model: SiteModel, equipment: EquipmentId): EntrapmentSheet | null {
  const lift = toWhole(model, equipment);
  if (lift?.kind !== 'lift') return null;
  const [rescue] = toContactsFor('rescue-line', model, lift.id);
  const own = lift.contact === null ? undefined : model.contacts.get(lift.contact);
  const maintainer =
    own?.kind === 'maintainer' ? own : toContactsFor('maintainer', model, lift.id).find(isNamed);
  return {
    liftCode: lift.name.zh,
    rescueLine: rescue === undefined ? '' : toPhone(rescue),
    ...(maintainer !== undefined && { maintainer: `${maintainer.name.zh} ${toPhone(maintainer)}`.trim() }),
    floor: '',
    people: null,
    steps: {},
  };
}

/**
 * Of people who ask for help where only lifts are and name none: which one it is stays to be asked where there are several.
 * @returns null where it is no such place
 */
export function toEntrapmentSheetAt(model: SiteModel, location: LocationId | null): EntrapmentSheet | null {
  const lifts = liftsAt(model, location);
  const [first] = lifts;
  const sheet = first === undefined ? null : toEntrapmentSheet(model, first.id);
  return sheet === null || lifts.length === 1 ? sheet : { ...sheet, liftCode: '' };
}

/** Of people in a lift of whom nobody has said where: with the rescue line of the site, if the register has one. */
export function toUnknownLiftSheet(model: SiteModel): EntrapmentSheet {
  const rescue = [...model.contacts.values()].find(({ kind }) => kind === 'rescue-line');
  return { ...NO_SHEET, rescueLine: rescue === undefined ? '' : toPhone(rescue) };
}

/** Begins the sheet on a ticket that is there already: its clocks run from now. null where it has one. */
export function beginEntrapment(
  ticket: Ticket,
  sheet: EntrapmentSheet | null,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  if (sheet === null || ticket.entrapment !== null) return null;
  const { liftCode, rescueLine } = sheet;
  const detail = { sheet: 'entrapment', liftCode, rescueLine };
  const happening = { type: 'sheet-filled' as const, detail, sheet: ['entrapment' as const] };
  return toStep(ticket, { entrapment: sheet }, [happening], byGateway(nowMs), policy);
}

function isNamed({ for: kinds }: Contact): boolean {
  return kinds.length > 0;
}

/** The first number in the order in which they are tried. */
function toPhone({ phones, method }: Contact): string {
  return phones[0] ?? method;
}
