/** Changed rules against today's over a journal and an alarm history that a live gateway has written. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Comparison, SelfCheck } from '../../src/backtest/port.ts';
import { type BacktestParts, runBacktest } from '../../src/backtest/run.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { createTestModel, type TestRule } from '../support/model.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { type Recording, record } from './recording.ts';

const FROM_MS = Date.UTC(2026, 10, 21, 2, 0, 0);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** All readings and delays here are of whole seconds. */
const SWEEP_MS = 1_000;
const TODAY = toModel({});

let data: TemporaryDirectory;
let live: Recording;
beforeEach(() => {
  data = createTemporaryDirectory();
  live = record(TODAY, FROM_MS - HOUR_MS, SWEEP_MS);
});
afterEach(() => data.remove());

function toModel(change: Partial<TestRule>): SiteModel {
  const rule: TestRule = {
    id: 'high',
    type: 'threshold',
    points: ['p'],
    onDelayMs: 5_000,
    severity: 'high',
    params: { point: 'p', hi: { limit: 60, deadband: 2 } },
    ...change,
  };
  const points = [{ name: 'p', staleMs: 30_000, pollMs: 10_000 }];
  return createTestModel({ equipment: [{ id: 'pump', points, rules: [rule] }] });
}

/** A reading each 10 s: 20, and 75 within the stretches (minutes after FROM_MS). */
function feed(fromMin: number, toMin: number, high: readonly (readonly [number, number])[]): void {
  for (let ms = FROM_MS + fromMin * MINUTE_MS; ms < FROM_MS + toMin * MINUTE_MS; ms += 10_000) {
    const isHigh = high.some(
      ([from, to]) => ms >= FROM_MS + from * MINUTE_MS && ms < FROM_MS + to * MINUTE_MS,
    );
    live.feed(ms, [[0, (isHigh ? 75 : 20) + ((ms / 10_000) % 7) / 10, 0]]);
  }
}

function run<T extends Comparison | SelfCheck>(
  changed: SiteModel | null,
  parts: Partial<BacktestParts> = {},
): T {
  const range = { fromMs: FROM_MS, toMs: FROM_MS + 2 * HOUR_MS };
  const whole = { model: TODAY, changed, range, dataDirectory: data.path, onProgress: () => undefined };
  return runBacktest({ ...whole, ...parts }) as T;
}

function close(stage: 'closed' | 'false-alarm'): void {
  const [ticket] = live.tickets();
  if (ticket === undefined) throw new Error('a ticket was opened');
  const cancellation = { by: 'desk', reason: 'false-alarm', note: '', atMs: FROM_MS } as const;
  live.putTicket(stage === 'closed' ? { ...ticket, stage } : { ...ticket, stage: 'cancelled', cancellation });
}

describe('a changed rule', () => {
  test('that misses a confirmed incident is named loudly and needs a second approver', async () => {
    feed(-30, 120, [[20, 25]]);
    close('closed');
    await live.write(data.path);
    const result = run<Comparison>(toModel({ params: { point: 'p', hi: { limit: 90 } }, version: 'v2' }));
    expect(result.needsSecondApprover).toBe(true);
    expect(result.missed).toHaveLength(1);
    expect(result.missed[0]).toMatchObject({ verdict: 'confirmed', outcome: 'missed', afterAtMs: null });
    expect(result.missed[0]?.ticketNumber).toMatch(/^GC/);
    expect(result.disturbance).toEqual({ tickets: -1, nightRaises: 0, raises: -1 });
    expect(result.rules[0]).toMatchObject({ isChanged: true, versionBefore: 'v1', versionAfter: 'v2' });
  });

  test('that only avoids a false alarm needs nobody else', async () => {
    feed(-30, 120, [[20, 25]]);
    close('false-alarm');
    await live.write(data.path);
    const result = run<Comparison>(toModel({ params: { point: 'p', hi: { limit: 90 } }, version: 'v2' }));
    expect(result.needsSecondApprover).toBe(false);
    expect(result.outcomes).toMatchObject({ avoided: 1, missed: 0 });
  });

  test('with a longer delay is later by that, not missed', async () => {
    feed(-30, 120, [[20, 25]]);
    close('closed');
    await live.write(data.path);
    const result = run<Comparison>(toModel({ onDelayMs: 35_000, version: 'v2' }));
    expect(result.incidents).toMatchObject([{ outcome: 'later', verdict: 'confirmed', deltaMs: 30_000 }]);
    expect(result.needsSecondApprover).toBe(false);
  });

  test('that raises more is told with each extra alarm and ticket', async () => {
    feed(-30, 120, [[20, 25]]);
    await live.write(data.path);
    const result = run<Comparison>(
      toModel({ params: { point: 'p', hi: { limit: 20.55, deadband: 0.1 } }, version: 'v2' }),
    );
    expect(result.after.raises).toBeGreaterThan(result.before.raises);
    expect(result.outcomes.extra + result.outcomes.earlier).toBeGreaterThan(0);
  });

  test('whose alarm stands all the time does not look quiet', async () => {
    feed(-30, 120, []);
    await live.write(data.path);
    const result = run<Comparison>(toModel({ params: { point: 'p', hi: { limit: 10 } }, version: 'v2' }));
    expect(result.after).toMatchObject({ raises: 1, tickets: 1, activeMs: 2 * HOUR_MS });
    expect(result.incidents).toMatchObject([{ outcome: 'extra', afterAtMs: FROM_MS }]);
  });

  test('that does not exist any more misses what the old one raised', async () => {
    feed(-30, 120, [[20, 25]]);
    close('closed');
    await live.write(data.path);
    const without = createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'p' }] }] });
    const result = run<Comparison>(without);
    expect(result.missed).toHaveLength(1);
    expect(result.rules).toMatchObject([{ versionAfter: null, after: null }]);
  });
});

describe('a gap', () => {
  test('counts as not evaluable, never as quiet, and is listed', async () => {
    feed(-30, 30, []);
    live.restart(FROM_MS + 30 * MINUTE_MS, FROM_MS + 90 * MINUTE_MS);
    feed(90, 120, []);
    await live.write(data.path);
    const { before, coverage } = run<Comparison>(toModel({ version: 'v2' }));
    expect(coverage.gaps).toHaveLength(1);
    expect(coverage.gaps[0]).toMatchObject({ reason: 'gateway-down' });
    const downMs = before.notEvaluableBy['gateway-down'] ?? 0;
    expect(downMs).toBeGreaterThan(59 * MINUTE_MS);
    expect(downMs).toBeLessThan(61 * MINUTE_MS);
    expect(before.notEvaluableRatio).toBeCloseTo(0.5, 1);
  });

  test('of bad readings is told as such', async () => {
    feed(-30, 30, []);
    live.feed(FROM_MS + 30 * MINUTE_MS, [[0, Number.NaN, 130]]);
    for (let at = 31; at < 60; at++) live.feed(FROM_MS + at * MINUTE_MS, [[0, Number.NaN, 130]]);
    feed(60, 120, []);
    await live.write(data.path);
    const { before } = run<Comparison>(toModel({ version: 'v2' }));
    expect(before.notEvaluableBy).toEqual({ 'bad-quality': 30 * MINUTE_MS });
  });

  test('before the oldest reading is out of retention', async () => {
    feed(60, 120, []);
    await live.write(data.path);
    const { before, coverage } = run<Comparison>(toModel({ version: 'v2' }));
    expect(coverage.heldFromMs).toBe(FROM_MS + HOUR_MS);
    expect(before.notEvaluableBy['out-of-retention']).toBe(HOUR_MS);
  });

  test('of the whole range leaves nothing evaluable', () => {
    const { before, coverage } = run<Comparison>(toModel({ version: 'v2' }));
    expect(coverage).toMatchObject({ heldFromMs: null, readings: 0 });
    expect(before.notEvaluableRatio).toBe(1);
  });
});

describe('the self-check', () => {
  test('agrees wholly where nothing has changed', async () => {
    feed(-30, 120, [
      [20, 25],
      [40, 41],
    ]);
    await live.write(data.path);
    expect(run<SelfCheck>(null)).toMatchObject({
      compared: 2,
      agreed: 2,
      agreementPercent: 100,
      differences: [],
    });
  });

  test('says that the rule was another one when the alarm raised', async () => {
    feed(-30, 120, [[20, 25]]);
    await live.write(data.path);
    const model = toModel({ params: { point: 'p', hi: { limit: 90 } }, version: 'v2' });
    const result = run<SelfCheck>(null, { model });
    expect(result.differences).toMatchObject([{ type: 'missing', reasons: ['rule-changed'] }]);
    expect(result.agreementPercent).toBe(0);
  });

  test('says that the readings of an alarm are missing', async () => {
    feed(-30, 20, []);
    await live.write(data.path);
    feed(20, 120, [[60, 65]]);
    const empty = createTemporaryDirectory();
    const elsewhere = record(TODAY, FROM_MS - HOUR_MS, SWEEP_MS);
    elsewhere.feed(FROM_MS - 20 * MINUTE_MS, [[0, 20, 0]]);
    await elsewhere.write(empty.path);
    await rewriteDatabase(empty.path);
    const result = run<SelfCheck>(null, { dataDirectory: empty.path });
    expect(result.differences[0]).toMatchObject({ type: 'missing', reasons: ['gateway-down'] });
    empty.remove();
  });
});

/** The history of the live gateway beside the journal of another. */
async function rewriteDatabase(into: string): Promise<void> {
  const whole = createTemporaryDirectory();
  await live.write(whole.path);
  for (const name of ['riser.db', 'riser.db-wal', 'riser.db-shm']) rmSync(join(into, name), { force: true });
  cpSync(join(whole.path, 'riser.db'), join(into, 'riser.db'));
  whole.remove();
}
