/** What the equipment register says for alarms and tickets: names, places, contacts. Pure look-ups. */

import type { AlarmLevel } from '../alarms/step.ts';
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { EquipmentId, LocationId } from '../core/ids.ts';
import { renderText, type Text } from '../core/text.ts';
import type { RuleOutput } from '../rules/rule-state.ts';
import type { TicketSubject } from '../tickets/open.ts';
import { formatValue } from './format.ts';

const NO_CONTACT = { id: null, name: { zh: '工程部', en: 'Engineering department' }, method: '' };

/** A part answers with its own name; place and contact are those that the loader has given it. */
export function toSubject(
  model: SiteModel,
  id: EquipmentId | null,
  location: LocationId | null = null,
): TicketSubject {
  const equipment = id === null ? undefined : model.equipment.get(id);
  const place = model.locations.get(location ?? equipment?.location ?? ('' as LocationId));
  const contact = equipment?.contact ? model.contacts.get(equipment.contact) : undefined;
  return {
    kind: equipment?.kind ?? null,
    location: place?.id ?? null,
    place: place?.path ?? { zh: '', en: '' },
    equipmentName: equipment ? toFullName(model, equipment.id) : null,
    responsible: equipment?.responsible ?? null,
    contact: contact ? { id: contact.id, name: contact.name, method: contact.method } : NO_CONTACT,
  };
}

/** Name with that of the equipment it is part of: `生活水泵组 1号水泵`. */
export function toFullName(model: SiteModel, id: EquipmentId): Text {
  const equipment = defined(model.equipment.get(id), `equipment ${id}`);
  if (equipment.parent === null) return equipment.name;
  const parent = toFullName(model, equipment.parent);
  return { zh: `${parent.zh} ${equipment.name.zh}`, en: `${parent.en}, ${equipment.name.en}` };
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
