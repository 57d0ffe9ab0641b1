/** A small site model for telemetry tests: pumps with a pressure and a running signal each. */
import type { SiteModel } from '../../src/config/model.ts';
import type { EquipmentId, LinkId, LocationId, PointId, ProfileId, SiteId } from '../../src/core/ids.ts';
import { toId } from '../../src/core/ids.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../../src/core/reading.ts';

const NOBODY = { zh: '无', en: 'none' };

export interface TestPoint {
  readonly equipment: string;
  readonly name: string;
  readonly deadband?: number;
}

/** `pump-1/p0`, `pump-1/p1`, `pump-2/p0` … */
export function pumpPoints(pumps: number, pointsEach: number): readonly TestPoint[] {
  return Array.from({ length: pumps * pointsEach }, (_, at) => ({
    equipment: `pump-${Math.floor(at / pointsEach) + 1}`,
    name: `p${at % pointsEach}`,
  }));
}

export function createTestModel(points: readonly TestPoint[], epoch = 1): SiteModel {
  const equipmentIds = [...new Set(points.map((point) => point.equipment))].map((id) =>
    toId<EquipmentId>(id),
  );
  const defs = points.map((point, index) => ({
    index,
    id: toId<PointId>(`${point.equipment}/${point.name}`),
    equipment: toId<EquipmentId>(point.equipment),
    name: point.name,
    text: NOBODY,
    unit: 'none' as const,
    type: 'number' as const,
    isKey: false,
    decimals: 1,
    states: new Map(),
    range: null,
    maxStep: null,
    stuckMs: null,
    write: null,
    deadband: point.deadband ?? 0,
    pollMs: 1000,
    staleMs: 4000,
    link: toId<LinkId>('bus'),
    address: {},
  }));
  const equipment = equipmentIds.map((id) => ({
    id,
    parent: null,
    kind: 'pump' as const,
    name: NOBODY,
    profile: toId<ProfileId>('test-pump'),
    link: toId<LinkId>('bus'),
    device: {},
    location: toId<LocationId>('room'),
    contact: null,
    responsible: null,
    upstream: {},
  }));
  return {
    epoch,
    hash: 'test',
    files: [],
    site: { id: toId<SiteId>('tower'), name: NOBODY, timeZone: 'Asia/Shanghai' },
    locations: new Map(),
    contacts: new Map(),
    links: new Map(),
    equipment: new Map(equipment.map((one) => [one.id, one])),
    points: defs,
    pointIndex: new Map(defs.map((point) => [point.id, point.index])),
    rules: [],
    // Telemetry reads no policy.
    policy: {} as SiteModel['policy'],
    plans: [],
    http: { host: '127.0.0.1', port: 0, tls: null },
    calendars: new Map(),
    influx: null,
    journal: { maxAgeDays: 30, maxBytes: 1e9 },
    backup: null,
    notify: { webhook: null },
  };
}

/** `[point, value, quality, receivedMs, sourceMs]`; quality 0 and no source time unless given. */
export type TestReading = readonly [
  point: number,
  value: number,
  receivedMs: number,
  quality?: number,
  sourceMs?: number,
];

export function toBatch(readings: readonly TestReading[], epoch = 1): ReadingBatch {
  const builder = new ReadingBatchBuilder(epoch, readings.length);
  for (const [point, value, receivedMs, quality, sourceMs] of readings) {
    builder.add(point, value, quality ?? 0, receivedMs, sourceMs);
  }
  return builder.finish(0);
}
