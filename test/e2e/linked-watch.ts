/**
 * What the tests of linked physics ask of the building: the open tickets, the alarms that are active, values that must
 * come together. What is done to the building is the test's business.
 */
import { expect } from 'vitest';
import type { AlarmView } from '../../src/api/schemas.ts';
import { until } from '../support/poll.ts';
import type { Building } from './building.ts';

/** Beside every figure: a machine that does other work. RISER_TEST_STRICT=1 = it is idle. */
export const SLACK_MS = process.env['RISER_TEST_STRICT'] === '1' ? 500 : 2_500;
/** Return of the last alarm after its cause is gone: off-delays, restart of pumps and lifts, MQTT devices that dial in. */
export const SETTLE_MS = 120_000;

export const MAINS = 'msb-1: Mains lost';

/**
 * How soon the silence of a server is noticed is another test's matter (cut.test.ts, quiet.test.ts); here a machine that
 * stands still for a moment would be a ticket of its own.
 */
const SILENT_AFTER_MS = 20_000;

/** Changes the demo's site file before it is used. */
export const toPatientSite = (text: string): string =>
  text.replaceAll('protocol: opcua\n', `protocol: opcua\n    silentAfterMs: ${SILENT_AFTER_MS}\n`);

/** Open tickets as `equipment: content`. */
export async function readTickets(building: Building): Promise<readonly string[]> {
  return (await building.tickets()).map(({ equipment, content }) => `${equipment}: ${content.en}`).toSorted();
}

/** Waits for a ticket, and says at once when there is another one than these. */
export async function untilTickets(
  building: Building,
  expected: readonly string[],
  timeoutMs = SETTLE_MS,
): Promise<void> {
  const wanted = JSON.stringify(expected.toSorted());
  let found: readonly string[] = [];
  const isSo = async (): Promise<boolean> => {
    found = await readTickets(building);
    return JSON.stringify(found) === wanted || found.some((ticket) => !expected.includes(ticket));
  };
  await until(isSo, { timeoutMs, what: `tickets ${wanted}` }).catch(() => null);
  expect(found).toEqual(expected.toSorted());
}

/** The last occurrence of `equipment/rule`. */
export async function readAlarm(building: Building, key: string): Promise<AlarmView | null> {
  return (await building.alarms()).findLast((alarm) => alarm.key === `demo/${key}`) ?? null;
}

/** Values of points that must come to be, all at the same time. */
export async function untilValues(
  building: Building,
  expected: Readonly<Record<string, number>>,
  timeoutMs: number,
): Promise<void> {
  let found: Readonly<Record<string, number | null>> = {};
  const ids = Object.keys(expected);
  const isSo = async (): Promise<boolean> => {
    const points = (await building.points()).filter(({ id }) => ids.includes(id));
    found = Object.fromEntries(points.map(({ id, value }) => [id, value]));
    return ids.every((id) => found[id] === expected[id]);
  };
  await until(isSo, { timeoutMs, what: JSON.stringify(expected) }).catch(() => null);
  expect(found).toEqual(expected);
}

/** Waits until nothing is active any more but these, `equipment/rule`. @param besides may be active or not */
export async function untilActive(
  building: Building,
  expected: readonly string[],
  timeoutMs = SETTLE_MS,
  besides: string | null = null,
): Promise<void> {
  let found: readonly string[] = [];
  const isSo = async (): Promise<boolean> => {
    const active = (await building.alarms()).filter(({ isActive }) => isActive);
    const keys = active.map(({ key }) => key.replace('demo/', ''));
    found = keys.filter((key) => key !== besides).toSorted();
    return JSON.stringify(found) === JSON.stringify(expected);
  };
  await until(isSo, { timeoutMs, what: 'the alarms to return' }).catch(() => null);
  expect(found).toEqual(expected);
}

/** Of an outage: less would be no outage. */
const MANY = 8;

/** Waits until many alarms have come since then that are none of these; not one of them has a ticket. */
export async function untilNoTicketBut(building: Building, fromMs: number, keys: RegExp): Promise<void> {
  const others = await until(
    async () => {
      const alarms = (await building.alarms()).filter(({ raisedAtMs }) => raisedAtMs >= fromMs);
      const found = alarms.filter(({ key }) => !keys.test(key));
      return found.length > MANY && found;
    },
    { timeoutMs: SETTLE_MS, what: `more than ${MANY} alarms that follow from it` },
  );
  expect(others.filter(({ ticket }) => ticket !== null).map(({ key }) => key)).toEqual([]);
}
