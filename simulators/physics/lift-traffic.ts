/**
 * Who calls a lift: passengers by the hour of an office tower, seeded. In the morning from the basements and floor 1
 * up, in the evening down, at noon both. Pure; serving them is lift-control.ts.
 */
import { HOME_INDEX, TOP_INDEX } from './lift-motion.ts';
import { bell, draw } from './noise.ts';

/** Who finds this many waiting takes the other lift or the stairs. */
export const MAX_CALLS = 6;
/** One person is 75 kg of 1050 kg rated load. */
const PERSON_PERCENT = 7;
const MAX_PERSONS = 6;

export interface Call {
  readonly from: number;
  readonly to: number;
  readonly loadPercent: number;
}

export interface Traffic {
  readonly seed: number;
  /** Oldest first, at most MAX_CALLS. */
  readonly calls: readonly Call[];
  /** Calls that were not taken because too many waited or the lift served nobody. */
  readonly refused: number;
}

export function createTraffic(seed: number): Traffic {
  return { seed, calls: [], refused: 0 };
}

/** @param isServing false = the lift takes nobody; whoever waits is sent away. */
export function stepTraffic(before: Traffic, hour: number, isServing: boolean, dtS: number): Traffic {
  const traffic = isServing || before.calls.length === 0 ? before : sendAway(before);
  const chance = draw(traffic.seed);
  if (chance.value >= (toCallsPerHour(hour) / 3600) * dtS) return { ...traffic, seed: chance.seed };
  const { seed, call } = createCall(chance.seed, hour);
  if (!isServing || traffic.calls.length >= MAX_CALLS)
    return { ...traffic, seed, refused: traffic.refused + 1 };
  return { ...traffic, seed, calls: [...traffic.calls, call] };
}

function sendAway(traffic: Traffic): Traffic {
  return { ...traffic, calls: [], refused: traffic.refused + traffic.calls.length };
}

/** 1.5 by night, about 35 in the rush hours. */
function toCallsPerHour(hour: number): number {
  return (
    1.5 +
    10 * bell(hour, 13.5, 3.5) +
    28 * bell(hour, 8.5, 0.8) +
    14 * bell(hour, 12.3, 0.7) +
    26 * bell(hour, 18, 0.9)
  );
}

function createCall(seed: number, hour: number): { readonly seed: number; readonly call: Call } {
  const low = draw(seed);
  const high = draw(low.seed);
  const direction = draw(high.seed);
  const persons = draw(direction.seed);
  // Two thirds start or end at floor 1, the others in a basement.
  const below = low.value < 0.67 ? HOME_INDEX : low.value < 0.87 ? 1 : 0;
  const above = HOME_INDEX + 1 + Math.floor(high.value * (TOP_INDEX - HOME_INDEX));
  const isUp = direction.value < 0.5 + 0.4 * bell(hour, 8.5, 1.5) - 0.4 * bell(hour, 18, 1.5);
  const loadPercent = PERSON_PERCENT * (1 + Math.floor(persons.value ** 2 * MAX_PERSONS));
  return {
    seed: persons.seed,
    call: { from: isUp ? below : above, to: isUp ? above : below, loadPercent },
  };
}
