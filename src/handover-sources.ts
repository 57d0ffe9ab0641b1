/** What a handover lists, read from the store and the live view at the moment it is begun. */
import type { Commissioning } from './commissioning/commissioning.ts';
import type { SiteModel } from './config/model.ts';
import { toFullName } from './config/names.ts';
import type { Occurrence } from './core/alarm.ts';
import type { EquipmentId } from './core/ids.ts';
import { isReportDue } from './core/incident.ts';
import { LIMITS } from './core/limits.ts';
import { QUALITIES, toQualityLevel, toQualityReason } from './core/quality.ts';
import type { BlindPoint, HandoverSources, SilentEquipment } from './handover/port.ts';
import type { StoreQueries } from './store/store.ts';
import type { LatestView } from './telemetry/latest.ts';
import type { PointQualityView } from './telemetry/point-quality-view.ts';

export interface HandoverSourceOptions {
  readonly model: SiteModel;
  readonly queries: Pick<
    StoreQueries,
    'alarms' | 'alarmControls' | 'lockOuts' | 'tickets' | 'drills' | 'incidents'
  >;
  readonly latest: LatestView;
  readonly pointQuality: PointQualityView;
  readonly commissioning: Pick<Commissioning, 'list' | 'muted' | 'model'>;
}

export async function toHandoverSources(options: HandoverSourceOptions): Promise<HandoverSources> {
  const { model, queries } = options;
  const page = { limit: LIMITS.pageRows, offset: 0 };
  const [alarms, controls, lockOuts, tickets, drills, incidents] = await Promise.all([
    queries.alarms({ state: 'open', ...page }),
    queries.alarmControls(),
    queries.lockOuts(),
    queries.tickets({ state: 'open', ...page }),
    queries.drills(),
    queries.incidents({ state: 'open', ...page }),
  ]);
  const rules = new Map(model.rules.map((rule) => [rule.key as string, rule.text]));
  return {
    alarms: alarms.items,
    controls,
    lockOuts,
    tickets: tickets.items,
    drills,
    incidents: incidents.items.filter(isReportDue),
    commissioning: toSilent(alarms.items, options.commissioning),
    blind: toBlind(options),
    equipmentName: (id) =>
      model.equipment.has(id as EquipmentId) ? toFullName(model, id as EquipmentId) : { zh: id, en: id },
    alarmText: (key) => rules.get(key) ?? { zh: key, en: key },
    timeZone: model.site.timeZone,
  };
}

function toBlind({ model, latest, pointQuality }: HandoverSourceOptions): readonly BlindPoint[] {
  return model.points.flatMap((point) => {
    const { quality } = latest.get(point.index);
    if (toQualityLevel(quality) !== 'bad') return [];
    const reason = QUALITIES[toQualityReason(quality)].text;
    const { id, equipment, text: name } = point;
    return [{ point: id, equipment, name, sinceMs: pointQuality.get(point.index).lastGoodMs, reason }];
  });
}

function toSilent(
  alarms: readonly Occurrence[],
  commissioning: HandoverSourceOptions['commissioning'],
): readonly SilentEquipment[] {
  const { keys, lifeSafety } = commissioning.muted();
  const rules = commissioning.model.rules.filter(({ key }) => keys.has(key));
  return commissioning.list('open').flatMap(({ commission }): readonly SilentEquipment[] => {
    const { equipment, endedAtMs, origin, begunBy, approver, reason, untilMs } = commission;
    const isHere = (one: { readonly equipment: EquipmentId }): boolean => one.equipment === equipment;
    if (endedAtMs !== null || !rules.some(isHere)) return [];
    const standing = alarms.filter((one) => isHere(one) && one.isActive && keys.has(one.key));
    const by = origin === 'person' ? begunBy : '';
    const count = lifeSafety.filter(isHere).length;
    return [{ id: equipment, by, approver: approver ?? '', reason, untilMs, lifeSafety: count, standing }];
  });
}
