/** Freezes the readings around a raise for its ticket: what the equipment, its parent and its parts said. */
import type { PointDef, RuleDef, SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Texts } from '../core/texts.ts';
import type { TicketEvidence } from '../core/ticket.ts';
import { UNITS } from '../core/units.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { formatValue } from './format.ts';

/** Recent samples of a point, oldest first: [received UTC ms, value or null when bad]. */
export type RecentSamples = (point: number) => readonly (readonly [number, number | null])[];

export type TakeEvidence = (rule: RuleDef, occurrence: Occurrence, nowMs: number) => TicketEvidence;

/**
 * @param texts what the number of a text means; without it a text is left empty
 * @returns makes what one round uses: tickets of one round and one equipment share the rows, also in memory
 */
export function createEvidence(
  model: SiteModel,
  latest: LatestView,
  recent: RecentSamples,
  texts?: Pick<Texts, 'toText'>,
): () => TakeEvidence {
  /** Key: equipment that is no part; value: its points and those of its parts, in the order of the model. */
  const families = Map.groupBy(model.points, (point) => toRoot(model, point.equipment));
  return () => {
    /** Key: equipment that is no part. */
    const taken = new Map<EquipmentId, TicketEvidence['points']>();
    return (rule, occurrence, nowMs) => {
      const root = toRoot(model, rule.equipment);
      const rows =
        taken.get(root) ?? families.get(root)?.map((point) => toRow(point, latest, nowMs, texts)) ?? [];
      taken.set(root, rows);
      const raised = toRaisedPoint(model, rule, occurrence);
      const trend = { point: raised.id, unit: UNITS[raised.unit], samples: recent(raised.index) };
      return { atMs: nowMs, points: rows, trend };
    };
  };
}

function toRoot(model: SiteModel, id: EquipmentId): EquipmentId {
  const parent = model.equipment.get(id)?.parent ?? null;
  return parent === null ? id : toRoot(model, parent);
}

/** A rule may read points of parts, whose names can be those of the equipment's own points. */
function toRaisedPoint(model: SiteModel, rule: RuleDef, { evidence }: Occurrence): PointDef {
  const read = rule.points.map((index) => defined(model.points[index], 'point of a rule'));
  return read.find(({ name }) => name === evidence.point) ?? defined(read[0], 'a point');
}

function toRow(
  point: PointDef,
  latest: LatestView,
  nowMs: number,
  texts: Pick<Texts, 'toText'> | undefined,
): TicketEvidence['points'][number] {
  const { value, quality, receivedMs } = latest.get(point.index);
  const isText = point.type === 'text' && value !== null;
  return {
    point: point.id,
    name: point.text,
    value: isText ? null : value,
    valueText: isText ? toSame(texts?.toText(value) ?? '') : formatValue(point, value ?? Number.NaN, quality),
    quality,
    receivedMs: receivedMs ?? nowMs,
  };
}

/** A device's own words, in whatever language. */
function toSame(words: string): Text {
  return { zh: words, en: words };
}
