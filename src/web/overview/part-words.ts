/**
 * What the tile of a part says: what is wrong with it, else what it is doing, else its state of rest. Pure.
 * Works on key points with named states, the first of which is the state of rest: 关闭 of a door, 停止 of a pump.
 */
import type { Alarm, PointDefinition, Severity, Text } from '../api/types.ts';
import { isBadCode, type PointState } from '../live/point-state.ts';

/** `bad`: nothing is known; the quality code says why. */
export type PartTone = Severity | 'bad' | 'moved' | 'rest';

export interface PartWords {
  readonly tone: PartTone;
  readonly words: readonly Text[];
  /** Of the first bad point; 0 when `tone` is not `bad`. */
  readonly qualityCode: number;
  /** Measured key points that have a value now. */
  readonly values: readonly { readonly point: PointDefinition; readonly value: number }[];
}

/** More do not fit. */
const MAX_WORDS = 2;

/**
 * @param points key points of the part
 * @param states what each of them shows, in the same order
 * @param alarms open alarms of the part, worst first; one that has returned says nothing of what the part is doing
 */
export function toPartWords(
  points: readonly PointDefinition[],
  states: readonly (PointState | undefined)[],
  alarms: readonly Alarm[],
): PartWords {
  const shown = points.map((point, at) => ({ point, state: states[at] }));
  const good = shown.flatMap(({ point, state }) =>
    state === undefined || state.value === null || isBadCode(state.qualityCode)
      ? []
      : [{ point, value: state.value }],
  );
  const values = good.filter(({ point }) => point.states.length === 0);
  const moved = good.filter(
    ({ point, value }) => point.states.length > 0 && point.states[0]?.value !== value,
  );
  const active = alarms.filter((alarm) => alarm.isActive);
  const worst = active[0];
  const base = { values, qualityCode: 0 };
  if (worst !== undefined) return { ...base, tone: worst.severity, words: toAlarmWords(active, good) };
  if (moved.length > 0) return { ...base, tone: 'moved', words: moved.map(toStateText).slice(0, MAX_WORDS) };
  const bad = shown.find(({ state }) => state === undefined || isBadCode(state.qualityCode));
  if (bad !== undefined) {
    return { ...base, tone: 'bad', words: [], qualityCode: bad.state?.qualityCode ?? 128 };
  }
  return { ...base, tone: 'rest', words: good.map(toStateText).slice(0, 1) };
}

interface GoodPoint {
  readonly point: PointDefinition;
  readonly value: number;
}

/** The state that the alarm is about where it is a key point, else the alarm's own text. */
function toAlarmWords(alarms: readonly Alarm[], good: readonly GoodPoint[]): readonly Text[] {
  const words = alarms.slice(0, MAX_WORDS).map((alarm) => {
    const raiser = good.find(({ point }) => point.name === alarm.evidence.point && point.states.length > 0);
    return raiser === undefined ? alarm.text : toStateText(raiser);
  });
  const seen = new Set<string>();
  return words.filter(({ zh }) => !seen.has(zh) && seen.add(zh));
}

function toStateText({ point, value }: GoodPoint): Text {
  const state = point.states.find((candidate) => candidate.value === value);
  return state?.text ?? { zh: String(value), en: String(value) };
}
