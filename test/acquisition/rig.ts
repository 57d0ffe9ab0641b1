/** One acquisition on the fake driver and fake time for each test of a file, stopped and checked for leftovers after it. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createTestLink, createTestModel, type TestEquipment } from '../support/model.ts';
import { createFakeDriver, type FakeDriver } from './fake-driver.ts';
import { type Recorder, record } from './support.ts';

export interface Rig {
  readonly driver: FakeDriver;
  readonly recorder: Recorder;
  /** Equipment on as many links as it names. */
  start(...equipment: readonly TestEquipment[]): Recorder;
  pass(ms: number): Promise<unknown>;
  /** When requests whose label begins so were sent. */
  readsOf(label: string): readonly number[];
}

export function useRig(): Rig {
  let driver: FakeDriver;
  let recorder: Recorder | null = null;
  beforeEach(() => {
    vi.useFakeTimers();
    driver = createFakeDriver();
  });
  afterEach(async () => {
    await recorder?.acquisition.stop();
    expect(driver.openNow).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    recorder = null;
    vi.useRealTimers();
  });
  return {
    get driver() {
      return driver;
    },
    get recorder() {
      return recorder!;
    },
    start(...equipment) {
      const links = [...new Set(equipment.map(({ link }) => link ?? 'link'))].map((id) => createTestLink(id));
      recorder = record(createTestModel({ equipment, links }), driver);
      recorder.acquisition.start();
      return recorder;
    },
    pass: (ms) => vi.advanceTimersByTimeAsync(ms),
    readsOf: (label) => driver.reads.filter((read) => read.label.startsWith(label)).map(({ atMs }) => atMs),
  };
}

/** Equipment of one unit with points `p0`, `p1`, … of one interval. */
export function device(id: string, unit: number, points = 1, pollMs = 1_000): TestEquipment {
  const list = Array.from({ length: points }, (_, at) => ({
    name: `p${at}`,
    pollMs,
    staleMs: 3 * pollMs + 100,
    write: {
      min: 0,
      max: 100,
      values: null,
      role: 'engineer' as const,
      interlocks: [],
      readBack: { point: 0, tolerance: 0, withinMs: 1_000 },
      revertAfterMs: null,
      address: {},
    },
  }));
  return { id, device: { unit }, points: list };
}

export const gaps = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, at) => Math.round(time - times[at]!));
