/** Small pieces of the API's answers, for tests of what the page makes of them. */
import { NO_MARKS, toIsaState } from '../../src/core/alarm.ts';
import type { Alarm, Equipment, PointDefinition } from '../../src/web/api/types.ts';
import type { PointState } from '../../src/web/live/point-state.ts';

export const text = (word: string) => ({ zh: word, en: word });

export function toEquipment(id: string, given: Partial<Equipment> = {}): Equipment {
  return {
    id,
    parent: null,
    kind: 'pump',
    kindText: text('pump'),
    system: 'water',
    systemText: text(given.system ?? 'water'),
    name: text(id),
    place: text('room'),
    link: null,
    contact: null,
    upstream: { power: null, water: null, linkage: null, link: null },
    points: [],
    lockOut: null,
    isCommissioning: false,
    ...given,
  };
}

/** @param states names of 0, 1, …; none = a number. */
export function toPoint(name: string, states: readonly string[] = [], given: Partial<PointDefinition> = {}) {
  const point: PointDefinition = {
    id: `unit/${name}`,
    equipment: 'unit',
    name,
    text: text(name),
    unit: '',
    type: 'number',
    isKey: true,
    decimals: 1,
    states: states.map((word, value) => ({ value, text: text(word) })),
    write: null,
    ...given,
  };
  return point;
}

/** Its letter follows from the rest unless it is given. */
export function toAlarm(id: string, given: Partial<Alarm> = {}): Alarm {
  const alarm: Alarm = {
    id,
    key: `site/unit/${id}`,
    equipment: 'unit',
    equipmentName: text('unit'),
    rule: id,
    ruleVersion: '1',
    severity: 'medium',
    level: null,
    state: 'B',
    isActive: true,
    blindSinceMs: null,
    acknowledged: null,
    onsetAtMs: 0,
    raisedAtMs: 0,
    returnedAtMs: null,
    endedAtMs: null,
    endReason: null,
    count: 1,
    text: text(id),
    place: text('room'),
    evidence: {
      point: '',
      pointName: text(''),
      value: null,
      valueText: text(''),
      quality: 0,
      sourceMs: null,
      receivedMs: 0,
    },
    ticket: null,
    explainedBy: null,
    ticketDueAtMs: null,
    ...NO_MARKS,
    ...given,
  };
  return { ...alarm, state: given.state ?? toState(alarm) };
}

function toState(alarm: Alarm): Alarm['state'] {
  return toIsaState(alarm as unknown as Parameters<typeof toIsaState>[0]);
}

export function good(value: number, receivedMs = 0): PointState {
  return { value, text: null, qualityCode: 0, receivedMs, lastGood: { value, receivedMs }, epoch: 1 };
}

export function bad(qualityCode: number, lastGoodMs: number | null = null): PointState {
  const lastGood = lastGoodMs === null ? null : { value: 1, receivedMs: lastGoodMs };
  return { value: null, text: null, qualityCode, receivedMs: 9, lastGood, epoch: 1 };
}
