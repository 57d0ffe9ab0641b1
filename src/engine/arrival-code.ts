/**
 * Arrival by QR code (service-workflow.md §1, "QR code = on site"): the code must be that of the label on the equipment that the
 * ticket is about, or on any equipment of its place where it names none. What a scanner reads of a label (paper/ of the page) is
 * `https://<gateway>/r/<equipment>?k=<key>`; whether the key is right, and so whether it was scanned, the API has said (slips/labels.ts).
 * Pure look-ups; arrival by hand asks for none of it.
 */
import type { SiteModel } from '../config/model.ts';
import { toFullName } from '../config/names.ts';
import { RiserError } from '../core/errors.ts';
import { type EquipmentId, isId, type LocationId, toId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { isBlank, requireFields } from '../tickets/fields.ts';
import type { Transition } from '../tickets/transitions.ts';

/** `…/r/pump-1`, or the page that it leads to, `…/report?equipment=pump-1`; what follows the id is a scanner's. */
const LABEL = /(?:^|\/)(?:r\/|report\?equipment=)([a-z][a-z0-9-]*)\/?(?:[?#&].*)?$/;

type Place = Pick<Ticket, 'equipment' | 'location' | 'alarms'>;

/** Of steps that would be taken. @throws RiserError `missing-fields`, `arrival-code-wrong` */
export function requireAtCode(
  model: Pick<SiteModel, 'equipment' | 'locations'>,
  ticket: Place,
  transitions: readonly Transition[],
): void {
  for (const transition of transitions) {
    if (transition.type !== 'arrive') continue;
    const { how, code = '' } = transition;
    // A code that is given proves something or is refused, also beside "by hand".
    if (how === 'by-hand' && isBlank(code)) continue;
    requireFields({ code }, CODE_RULE);
    const scanned = parseLabel(code);
    if (scanned === null || !isOf(model, ticket, scanned))
      throw new RiserError('arrival-code-wrong', { expected: toExpected(model, ticket) });
  }
}

/** The equipment that a label names; null = the code is none of a label. */
export function parseLabel(code: string): EquipmentId | null {
  const words = code.trim();
  const id = isId(words) ? words : (LABEL.exec(words)?.[1] ?? '');
  return isId(id) ? toId(id) : null;
}

function isOf(
  model: Pick<SiteModel, 'equipment' | 'locations'>,
  ticket: Place,
  scanned: EquipmentId,
): boolean {
  if (!model.equipment.has(scanned)) return false;
  const own = toOwn(ticket);
  if (own.length > 0) return own.some((id) => isPartOf(model, scanned, id) || isPartOf(model, id, scanned));
  const { location } = ticket;
  return location !== null && isWithin(model, model.equipment.get(scanned)?.location ?? null, location);
}

/** Its equipment, and that of alarms that have come to it. */
function toOwn({ equipment, alarms }: Place): readonly EquipmentId[] {
  const ofAlarms = alarms.map(({ key }) => toId<EquipmentId>(key.split('/')[1] ?? ''));
  return equipment === null ? ofAlarms : [equipment, ...ofAlarms];
}

function isPartOf({ equipment }: Pick<SiteModel, 'equipment'>, id: EquipmentId, whole: EquipmentId): boolean {
  for (let at: EquipmentId | null = id; at !== null; at = equipment.get(at)?.parent ?? null)
    if (at === whole) return true;
  return false;
}

function isWithin(
  { locations }: Pick<SiteModel, 'locations'>,
  id: LocationId | null,
  whole: LocationId,
): boolean {
  for (let at = id; at !== null; at = locations.get(at)?.parent ?? null) if (at === whole) return true;
  return false;
}

/** Whose label would do. */
function toExpected(model: Pick<SiteModel, 'equipment' | 'locations'>, { equipment, location }: Place): Text {
  const name = equipment === null || !model.equipment.has(equipment) ? null : toFullName(model, equipment);
  if (name !== null) return { zh: `应扫描${name.zh}`, en: `scan that of ${name.en}` };
  const path = location === null ? undefined : model.locations.get(location)?.path;
  if (path === undefined) return { zh: '该工单未指明设备或位置', en: 'it names neither' };
  return { zh: `应扫描${path.zh}内任一设备`, en: `scan any equipment of ${path.en}` };
}

const CODE_RULE: Text = {
  zh: '扫码到场须扫描工单所属设备或位置的二维码，无码可扫的改选“手动确认”',
  en: 'an arrival by QR code carries the code of the ticket’s equipment or place; where there is none, by hand',
};
