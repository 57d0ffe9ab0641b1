/** What the equipment register says for alarms and tickets: names, places, contacts, evidence. Pure look-ups. */

import type { AlarmLevel } from '../alarms/step.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { EquipmentId, LocationId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { renderText, type Text } from '../core/text.ts';
import type { TicketEvidence } from '../core/ticket.ts';
import { UNITS } from '../core/units.ts';
import type { RuleOutput } from '../rules/evaluator.ts';
import type { LatestView } from '../telemetry/latest.ts';
import type { TicketSubject } from '../tickets/open.ts';
import { formatValue } from './format.ts';

/** Recent samples of a point, oldest first: [received UTC ms, value or null when bad]. */
export type RecentSamples = (point: number) => readonly (readonly [number, number | null])[];

const NO_CONTACT = { id: null, name: { zh: '工程部', en: 'Engineering department' }, method: '' };

/** A part answers with its own name and, where it has none of its own, its parent's place and contact. */
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

export function toAlarmLevel(model: SiteModel, output: RuleOutput, now: Now): AlarmLevel {
  const { rule, delay, sample } = output;
  const point = defined(model.points[output.point], 'point of a rule');
  const equipment = defined(model.equipment.get(rule.equipment), 'equipment of a rule');
  const place = defined(model.locations.get(equipment.location), 'location of an equipment');
  const valueText = formatValue(point, sample.value, sample.quality);
  const blindForMs = delay.unknownSinceMonoMs === null ? 0 : now.monoMs - delay.unknownSinceMonoMs;
  return {
    key: rule.key,
    site: model.site.id,
    equipment: rule.equipment,
    rule: rule.id,
    ruleVersion: rule.version,
    isActive: delay.isActive,
    blindSinceMs: blindForMs >= LIMITS.blindAfterMs ? delay.unknownSinceMs : null,
    severity: output.severity,
    level: output.level,
    onsetAtMs: delay.onsetAtMs,
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

/** All points of the equipment (with its parent and its parts) as they are now, and the trend of the point that raised. */
export function toEvidence(
  model: SiteModel,
  latest: LatestView,
  recent: RecentSamples,
  rule: RuleDef,
  occurrence: Occurrence,
  nowMs: number,
): TicketEvidence {
  const family = toFamily(model, rule.equipment);
  const points = model.points.filter((point) => family.has(point.equipment));
  const raised = model.points.find(
    (point) => point.equipment === rule.equipment && point.name === occurrence.evidence.point,
  );
  return {
    atMs: nowMs,
    points: points.map((point) => {
      const { value, quality, receivedMs } = latest.get(point.index);
      return {
        point: point.id,
        name: point.text,
        value,
        valueText: formatValue(point, value ?? Number.NaN, quality),
        quality,
        receivedMs: receivedMs ?? nowMs,
      };
    }),
    trend: raised ? { point: raised.id, unit: UNITS[raised.unit], samples: recent(raised.index) } : null,
  };
}

function toFamily(model: SiteModel, id: EquipmentId): ReadonlySet<EquipmentId> {
  const root = model.equipment.get(id)?.parent ?? id;
  const parts = [...model.equipment.values()].filter((equipment) => equipment.parent === root);
  return new Set([root, ...parts.map((equipment) => equipment.id)]);
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
