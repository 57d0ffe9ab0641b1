/** Many fans that can trip, one after the other or at once: what tests of floods and storms need over and over. */
import type { Policy } from '../../src/config/policy.ts';
import type { Occurrence, Storm } from '../../src/core/alarm.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Write } from '../../src/store/store.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, type TestEquipment, type TestRule } from '../support/model.ts';

export const MINUTE_MS = 60_000;
/** The fan that is upstream of nothing. */
const PLAIN: Partial<TestRule> = { severity: 'medium' };

export function toFan(id: string, rule: Partial<TestRule> = PLAIN, given: Partial<TestEquipment> = {}) {
  return {
    id,
    points: [{ name: id, staleMs: null }],
    rules: [{ id: 'trip', points: [id], params: { mask: 1 }, ...rule }],
    ...given,
  } satisfies TestEquipment;
}

export const fans = (count: number, rule?: Partial<TestRule>): readonly TestEquipment[] =>
  Array.from({ length: count }, (_, at) => toFan(`fan-${at + 1}`, rule));

export function createStormLoop(equipment: readonly TestEquipment[], policy: Partial<Policy> = {}): TestLoop {
  return createTestLoop(createTestModel({ equipment, policy }));
}

export const names = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `fan-${from + at}`);

export function set(loop: TestLoop, value: number, ids: readonly string[]): void {
  loop.feed(Object.fromEntries(ids.map((id) => [id, value])));
}

/** One after the other, a second apart. */
export function trip(loop: TestLoop, ids: readonly string[]): void {
  for (const id of ids) {
    set(loop, 1, [id]);
    loop.advance(1_000);
  }
}

export const alarmOf = (loop: TestLoop, id: string): Occurrence => {
  const found = loop.alarms().find(({ equipment }) => equipment === id);
  if (found === undefined) throw new Error(`no alarm of ${id}`);
  return found;
};
export const ticketOf = (loop: TestLoop, id: string): Ticket => {
  const { ticket } = alarmOf(loop, id);
  const found = loop.tickets().find((it) => it.id === ticket);
  if (found === undefined) throw new Error(`no ticket of ${id}`);
  return found;
};
/** Last row of each storm. */
export const stormsOf = (loop: TestLoop): readonly Storm[] => {
  const rows = loop.writes.flatMap((write: Write) => (write.type === 'storm' ? [write.storm] : []));
  return [...new Map(rows.map((storm) => [storm.id, storm])).values()];
};
