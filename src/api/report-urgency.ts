/**
 * What must get through: a report that the policy takes for an emergency is never refused for what others report from the same
 * address, and needs no way to ring back. How grave it is says the table of the policy; the engine judges it once more.
 */
import { toKindsAround } from '../config/kinds-around.ts';
import type { SiteModel } from '../config/model.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { toPriority } from '../tickets/routing.ts';
import type { NewTicket } from '../tickets/transitions.ts';

type Report = Pick<
  NewTicket,
  'class' | 'content' | 'equipment' | 'location' | 'place' | 'contactMethod' | 'priority'
>;

/** Whether its author, or the policy in force, makes an emergency of it, before anybody has asked back. */
export function isEmergencyReport(
  { class: ticketClass, content, equipment: id, location, priority }: Omit<Report, 'place' | 'contactMethod'>,
  model: Pick<SiteModel, 'equipment' | 'locations' | 'policy'>,
): boolean {
  if (priority === 'emergency') return true;
  const equipment = id === null ? undefined : model.equipment.get(id);
  const place = location ?? equipment?.location ?? null;
  const around = toKindsAround(model, equipment, place);
  const kinds = equipment === undefined ? around : [equipment.kind, ...around];
  return toPriority(null, ticketClass, kinds, model.policy, content) === 'emergency';
}

/** Place, time and content suffice where people are in danger (service-workflow.md §2, RECORDED). @throws RiserError `missing-fields` */
export function requireEnough(report: Report, isEmergency: boolean): void {
  const { equipment, location, place, contactMethod } = report;
  if (!isEmergency && contactMethod.trim() === '')
    throw new RiserError('missing-fields', { fields: 'contactMethod', rule: CONTACT_RULE });
  if (contactMethod.trim() === '' && equipment === null && location === null && place.trim() === '')
    throw new RiserError('missing-fields', { fields: 'place', rule: PLACE_RULE });
}

const CONTACT_RULE: Text = {
  zh: '除火情、有人被困等紧急情况外，须留联系电话以便前台回电；有人有危险的，请勾选“有人有危险”',
  en: 'the desk rings back, except in an emergency such as fire or trapped people; say so if somebody is in danger',
};
const PLACE_RULE: Text = {
  zh: '紧急情况可不留电话，但须写明位置',
  en: 'an emergency may leave out the number, not the place',
};
