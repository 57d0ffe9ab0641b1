/** A set with two points and a smoke panel with one, and their commissioning over a real store, on a fake clock. */
import type { Commissioning, CommissioningOptions } from '../../src/commissioning/commissioning.ts';
import { openCommissioning } from '../../src/commissioning/open.ts';
import { createSubjects, type PointSubject } from '../../src/commissioning/subject.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { type EquipmentId, type PointId, toId } from '../../src/core/ids.ts';
import { GOOD } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { Store } from '../../src/store/store.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createFakeClock } from '../support/clock.ts';
import { createTestModel, type TestEquipment, type TestRule } from '../support/model.ts';

export const SET = toId<EquipmentId>('set');
export const PANEL = toId<EquipmentId>('panel');
export const P = toId<PointId>('set/p');
export const Q = toId<PointId>('set/q');
export const SMOKE = toId<PointId>('panel/smoke');

const high = (point: string, changes: Partial<TestRule> = {}): TestRule => ({
  id: `${point}-high`,
  type: 'threshold',
  points: [point],
  params: { point, hi: { limit: 10 } },
  ...changes,
});

/** @param changes of the set */
export function toModel(changes: Partial<TestEquipment> = {}): SiteModel {
  return createTestModel({
    equipment: [
      {
        id: 'set',
        points: [{ name: 'p', decimals: 1 }, { name: 'q' }, { name: 'plain' }],
        rules: [high('p'), high('q'), { id: 'offline', type: 'offline', points: ['p', 'q', 'plain'] }],
        ...changes,
      },
      {
        id: 'panel',
        kind: 'fire-panel',
        points: [{ name: 'smoke', type: 'boolean' }],
        rules: [high('smoke', { id: 'fire', severity: 'life-safety' })],
      },
    ],
  });
}

export const subjectOf = (model: SiteModel, id: PointId): PointSubject => {
  const point = model.points[model.pointIndex.get(id) ?? -1];
  if (point === undefined) throw new Error(`no point ${id}`);
  return createSubjects(model).of(point);
};

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** @param model may be set while it runs */
export async function openBench(
  store: Store,
  initial: SiteModel = toModel(),
  extra: Pick<CommissioningOptions, 'findDanger'> = {},
) {
  const clock = createFakeClock();
  let model = initial;
  const latest = createLatest(model);
  const options = { store, clock, latest, toText: () => undefined, model: () => model, ...extra };
  let commissioning: Commissioning = await openCommissioning(options);
  return {
    clock,
    latest,
    get commissioning() {
      return commissioning;
    },
    setModel: (next: SiteModel) => {
      model = next;
    },
    /** As after a kill: memory is made anew of what was stored. */
    reopen: async () => {
      commissioning = await openCommissioning(options);
    },
    read: (id: PointId, value: number, quality: number = GOOD) => {
      const batch = new ReadingBatchBuilder(model.epoch, 1);
      batch.add(model.pointIndex.get(id) ?? -1, value, quality, clock.now().wallMs);
      latest.apply(batch.finish(clock.now().monoMs));
    },
  };
}
