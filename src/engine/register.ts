/** What the equipment register says for alarms and tickets: names, places, contacts. Pure look-ups. */

import type { AlarmLevel } from '../alarms/step.ts';
import { toKindsAround } from '../config/kinds-around.ts';
import type { EquipmentService, RuleDef, SiteModel } from '../config/model.ts';
import { toFullName } from '../config/names.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { EquipmentId, LocationId } from '../core/ids.ts';
import { renderText } from '../core/text.ts';
import type { RuleOutput } from '../rules/rule-state.ts';
import { toSiteDate } from '../tickets/number.ts';
import type { TicketSubject } from '../tickets/open.ts';
import type { DecisionContext } from './context.ts';
import { formatValue } from './format.ts';

const NO_CONTACT = { id: null, name: { zh: '工程部', en: 'Engineering department' }, method: '' };

/** A part answers with its own name; place and contact are those that the loader has given it. */
export function toSubject(
  model: SiteModel,
  id: EquipmentId | null,
  location: LocationId | null,
  nowMs: number,
): TicketSubject {
  const equipment = id === null ? undefined : model.equipment.get(id);
  const place = model.locations.get(location ?? equipment?.location ?? ('' as LocationId));
  const contact = equipment?.contact ? model.contacts.get(equipment.contact) : undefined;
  return {
    kind: equipment?.kind ?? null,
    partOf: toKindsAround(model, equipment, place?.id ?? null),
    location: place?.id ?? null,
    locations: place === undefined ? [] : toLocations(model, place.id),
    owner: equipment?.responsible ?? null,
    isUnderWarranty: isUnderWarranty(equipment?.service, model.site.timeZone, nowMs),
    contractor: toContractor(equipment?.service),
    sparePart: equipment?.service?.sparePart ?? null,
    place: place?.path ?? { zh: '', en: '' },
    equipmentName: equipment ? toFullName(model, equipment.id) : null,
    responsible: equipment?.responsible ?? null,
    contact: contact ? { id: contact.id, name: contact.name, method: contact.method } : NO_CONTACT,
  };
}

/** Through the last day of the warranty, by the site's calendar. */
function isUnderWarranty(service: EquipmentService | undefined, timeZone: string, nowMs: number): boolean {
  const until = service?.warrantyUntil ?? null;
  return until !== null && toSiteDate(nowMs, timeZone) <= until.replaceAll('-', '');
}

function toContractor(service: EquipmentService | undefined): TicketSubject['contractor'] {
  const contact = service?.contractor ?? null;
  return contact === null ? null : { user: null, contact };
}

/** The location and all above it. */
function toLocations(model: SiteModel, id: LocationId): readonly LocationId[] {
  const parent = model.locations.get(id)?.parent ?? null;
  return parent === null ? [id] : [id, ...toLocations(model, parent)];
}

/** Whether an alarm of the rule asks for work: not while its point is unproven (调试中), unless its path is being tried in a drill. */
export function opensTicket(
  { isMute }: Pick<DecisionContext, 'isMute'>,
  rule: RuleDef,
  { isDrill }: Pick<Occurrence, 'isDrill'>,
): boolean {
  return rule.opensTicket && (isDrill || !isMute(rule));
}

/** 调试中 by the register, where nobody keeps records by point: all alarms of its equipment are mute. */
export function isCommissioned({ equipment }: SiteModel, rule: RuleDef): boolean {
  return equipment.get(rule.equipment)?.service?.isCommissioning === true;
}

/** What only the rule says of an alarm; what people and its design say of it comes in level.ts. */
export type RuleLevel = Omit<AlarmLevel, 'shelf' | 'outOfService' | 'suppression' | 'isDrill'>;

export function toRuleLevel(model: SiteModel, output: RuleOutput, now: Now): RuleLevel {
  const { rule, delay, sample, lastFalseMs } = output;
  const point = defined(model.points[output.point], 'point of a rule');
  const equipment = defined(model.equipment.get(rule.equipment), 'equipment of a rule');
  const place = defined(model.locations.get(equipment.location), 'location of an equipment');
  const valueText = formatValue(point, sample.value, sample.quality);
  return {
    key: rule.key,
    site: model.site.id,
    equipment: rule.equipment,
    rule: rule.id,
    ruleVersion: rule.version,
    isActive: delay.isActive,
    isTrue: delay.condition === 'true',
    blindSinceMs: delay.blindSinceMs,
    severity: output.severity,
    level: output.level,
    onsetAtMs: delay.onsetAtMs,
    onsetAfterMs: lastFalseMs,
    isLatching: rule.isLatching,
    text: renderText(rule.text, { value: valueText, point: point.text }),
    equipmentName: toFullName(model, rule.equipment),
    place: place.path,
    evidence: {
      point: point.name,
      pointName: point.text,
      value: orNull(sample.value),
      valueText,
      quality: sample.quality,
      sourceMs: orNull(sample.sourceMs),
      receivedMs: Number.isNaN(sample.receivedMs) ? now.wallMs : sample.receivedMs,
    },
  };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
