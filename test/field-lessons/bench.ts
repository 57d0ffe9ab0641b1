/**
 * What the tests of this folder share: a simulated endpoint and the gateway's acquisition with its real Modbus driver on
 * real sockets, and how both sides are looked at. What came out are the recorder's readings; what was really sent is
 * in the simulator's frame log (frames.ts); what the registers really held is in its ledger.
 */

import type { Table } from '../../simulators/devices/device.ts';
import type { LinkDef } from '../../src/config/model.ts';
import { defined } from '../../src/core/assert.ts';
import { createModbusDriver } from '../../src/drivers/modbus/driver.ts';
import { type Recorder, record, type Seen } from '../acquisition/support.ts';
import { type ModbusRig, type RigOptions, startModbusRig } from '../support/modbus-rig.ts';
import { createTestLink, createTestModel, type TestEquipment, type TestPoint } from '../support/model.ts';
import { until } from '../support/poll.ts';
import { watchStalls } from '../support/stalls.ts';
import { createWire, type Wire } from '../support/wire.ts';

/** Takes what ends a thing: `onTestFinished`, of the test itself where tests run at once; runs last in, first out. */
export type Defer = (end: () => void | Promise<void>) => void;

/** Beside every bound: the interval of asking, and a machine that does other work. RISER_TEST_STRICT=1 = it is idle. */
export const SLACK_MS = process.env['RISER_TEST_STRICT'] === '1' ? 250 : 1_500;
/** Longest pause before an attempt to connect while an outage is young and the cycle is no longer (back-off.ts). */
export const BACK_OFF_MS = 500;
/** Age of a value where a test is about something else: longer than any stall of the machine. */
const STALE_MS = 10_000;
const TIMEOUT_MS = 8_000;
/** Longest way from a register to the reading where a machine lets both run. */
const WAY_MS = 2_000;
/** Gateway and simulators are this process: what holds it up holds up all of them. */
export const stalls = watchStalls();
/** Longest wait for a span in which nothing holds it up. */
const QUIET_SPAN_MS = 60_000;
/** Held up for longer at once, a span tells more of the machine than of the gateway. */
const DISTURBED_MS = 250;
/** The patterns live so much faster than life: every value is another one after 100 ms. */
const SPEED = 10;

/** `SLACK_MS`, and what this process stood still since then. @param fromMs UTC ms */
export function slackSince(fromMs: number): number {
  return SLACK_MS + stalls.within(fromMs);
}

/**
 * Waits for a span in which nothing has held up this process, so that what it did in it can be counted. On a machine that never
 * lets it run for so long it is the last one.
 * @returns its beginning, UTC ms
 */
export async function quietSpan(ms: number): Promise<number> {
  let fromMs = Date.now();
  const giveUpMs = fromMs + QUIET_SPAN_MS;
  const isOver = (): boolean => {
    const nowMs = Date.now();
    if (nowMs < giveUpMs && stalls.isNear(nowMs, nowMs - fromMs, DISTURBED_MS)) fromMs = nowMs;
    return nowMs >= fromMs + ms;
  };
  await until(isOver, { timeoutMs: 2 * QUIET_SPAN_MS, what: `${ms} ms without a stall` });
  return fromMs;
}

/** An endpoint whose values change ten times a second. */
export async function startRig(defer: Defer, options: RigOptions): Promise<ModbusRig> {
  const rig = await startModbusRig({ speed: SPEED, ...options });
  defer(() => rig.close());
  return rig;
}

/** A wire to the rig that can be cut. */
export async function layWire(defer: Defer, rig: Pick<ModbusRig, 'port'>): Promise<Wire> {
  const wire = await createWire(rig.port);
  defer(async () => {
    await wire[Symbol.asyncDispose]();
  });
  return wire;
}

/** Acquisition on these links, running. */
export function startAcquisition(
  defer: Defer,
  links: readonly LinkDef[],
  equipment: readonly TestEquipment[],
): Recorder {
  const driver = createModbusDriver();
  const recorder = record(createTestModel({ links, equipment }), driver);
  recorder.acquisition.start();
  defer(async () => {
    await recorder.acquisition.stop();
    await driver.close?.();
  });
  return recorder;
}

/** A Modbus link to a port of this machine. Time-outs that no test names are longer than any stall. */
export function toLink(port: number, options: Readonly<Record<string, unknown>> = {}, id = 'link'): LinkDef {
  return createTestLink(id, { port, timeoutMs: TIMEOUT_MS, connectTimeoutMs: TIMEOUT_MS, ...options });
}

export interface DeviceOptions {
  readonly unit?: number;
  readonly link?: string;
  readonly table?: Table;
  /** Addresses with a point each; default 0 and 1. */
  readonly addresses?: readonly number[];
  readonly pollMs?: number;
  /** Default 10000. */
  readonly staleMs?: number;
  /** The profile's habits; everything else has the schema's default. */
  readonly habits?: Readonly<Record<string, unknown>>;
}

/** Equipment with a plain point for each address: `pump/p7`. */
export function toDevice(id: string, options: DeviceOptions = {}): TestEquipment {
  const { unit = 1, link = 'link', table = 'holding', addresses = [0, 1], pollMs = 250, habits } = options;
  const staleMs = options.staleMs ?? STALE_MS;
  const points = addresses.map((address): TestPoint => {
    return { name: `p${address}`, pollMs, staleMs, address: { table, address } };
  });
  return { id, link, device: { unit, ...habits }, points };
}

export function range(count: number, from = 0): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}

/** Ids of the points of an equipment. */
export function pointsOf({ model }: Recorder, equipment: string): readonly string[] {
  return model.points.filter((point) => point.equipment === equipment).map(({ id }) => id);
}

export interface UntilGood {
  /** Readings up to this wall clock do not count; default: any. */
  readonly afterMs?: number;
  readonly timeoutMs?: number;
}

/** @returns wall clock at which the last of the points had its first good reading after `afterMs` */
export async function untilGood(
  recorder: Recorder,
  points: readonly string[],
  { afterMs = 0, timeoutMs = 30_000 }: UntilGood = {},
): Promise<number> {
  /** Key: index of the point; value: when it was good first. */
  const firstMs = new Map<number, number>();
  const wanted = new Set(
    recorder.model.points.filter(({ id }) => points.includes(id)).map(({ index }) => index),
  );
  // Only what is new is looked at: many wait at once, and looking is work that the loops under test would feel.
  let lookedAt = 0;
  const areAll = () => {
    for (; lookedAt < recorder.seen.length; lookedAt++) {
      const seen = recorder.seen[lookedAt];
      const isFirst = seen !== undefined && wanted.has(seen.point) && !firstMs.has(seen.point);
      if (isFirst && isGoodAfter(seen, afterMs)) firstMs.set(seen.point, seen.receivedMs);
    }
    return firstMs.size === wanted.size;
  };
  const what = `good readings of ${points.length} points`;
  await until(areAll, { timeoutMs, what, intervalMs: 20 }).catch((error: Error) => {
    throw new Error(`${error.message}; now ${summary(recorder, points)}`);
  });
  return Math.max(...firstMs.values());
}

function isGoodAfter({ quality, receivedMs }: Seen, afterMs: number): boolean {
  return quality === 'good' && receivedMs > afterMs;
}

function summary(recorder: Recorder, points: readonly string[]): string {
  const qualities = recorder.qualities();
  const counts = Map.groupBy(points, (id) => qualities[id] ?? 'unknown');
  const links = recorder.acquisition
    .links()
    .map(({ link, state, reason }) => `${link} ${state} ${reason ?? ''}`);
  return `${[...counts].map(([quality, ids]) => `${ids.length} ${quality}`).join(', ')}; ${links.slice(0, 3).join('; ')}`;
}

/**
 * Good readings that the registers have not held between question and answer; the list must be empty.
 * @param windowMs longest way from the register to the reading, ms; a process that stands still in between makes it longer
 */
export function findFalseReadings(
  { model, seen }: Recorder,
  rig: ModbusRig,
  { link = 'link', windowMs = WAY_MS } = {},
): readonly string[] {
  return seen.flatMap((reading) => {
    const point = defined(model.points[reading.point], 'point of the reading');
    if (point.link !== link || reading.quality !== 'good') return [];
    const { table, address } = point.address as { table: Table; address: number };
    const unit = Number(model.equipment.get(point.equipment)?.device['unit']);
    const { value, receivedMs } = reading;
    const isHeldWithin = (ms: number): boolean =>
      rig.held(unit, table, address, value, receivedMs - ms, receivedMs);
    const isTrue =
      isHeldWithin(windowMs) || isHeldWithin(windowMs + stalls.within(receivedMs - windowMs, receivedMs));
    return isTrue ? [] : [`${point.id} = ${value} at ${receivedMs}`];
  });
}
