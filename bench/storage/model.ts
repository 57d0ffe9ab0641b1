/** A site of plain points, for storage alone: nothing polls them and no rule reads them. */
import type { SiteModel } from '../../src/config/model.ts';
import { createTestModel } from '../../test/support/model.ts';

/** Points of one equipment. */
export const EQUIPMENT_POINTS = 100;
export const STORAGE_SITE = 'test-site';
/** Kind of every equipment: the measurement in InfluxDB. */
export const STORAGE_KIND = 'pump';

/** Points `unit-0/v0` … `unit-0/v99`, `unit-1/v0` …: the index of a point is its place in this order. */
export function toStorageModel(points: number): SiteModel {
  return createTestModel({
    equipment: Array.from({ length: Math.ceil(points / EQUIPMENT_POINTS) }, (_, unit) => ({
      id: `unit-${unit}`,
      kind: STORAGE_KIND,
      points: Array.from(
        { length: Math.min(EQUIPMENT_POINTS, points - unit * EQUIPMENT_POINTS) },
        (_point, at) => ({ name: `v${at}`, deadband: 0 }),
      ),
    })),
  });
}
