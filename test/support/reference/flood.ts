/**
 * Reference of the flood governor of one site (alarms.md B1 flood, B7): when many annunciations are one storm, and which of
 * them people are told one by one. Who raises what is model.ts.
 *
 * Choices where the text leaves one:
 * - reading of the text: the interval slides and is half open: an annunciation counts until it is windowMs old. A storm ends
 *   at the moment at which fewer than `leave` are in it.
 * - reading of the text: every annunciation counts, re-alarms and releases as well, life safety too.
 * - reading of the text: those in the window when the storm begins are members, however they were told; life safety never is.
 * - reading of the text: high (and life safety) is told one by one and has its own ticket; medium and low go to the digest
 *   and share the storm's ticket. A digest that has nothing to say is not sent.
 * - reading of the text: a storm that is maxMs old ends; while the flood goes on the next annunciation begins another one.
 *   Earlier members stay with the earlier storm. A flood of life safety alone is no storm, and what is hidden by the time it
 *   begins is no member.
 * - reading of the text: windows and ages go on during downtime.
 */
import type { AlarmTimes } from '../../../src/config/policy.ts';

export interface Annunciated {
  readonly alarm: number;
  readonly occurrence: number;
  ageMs: number;
}

export interface FloodState {
  recent: Annunciated[];
  isOn: boolean;
  storm: { ageMs: number } | null;
  digest: { sinceMs: number; raised: number; returned: number };
}

export function createFlood(): FloodState {
  return { recent: [], isOn: false, storm: null, digest: { sinceMs: 0, raised: 0, returned: 0 } };
}

export function passFlood(state: FloodState, ms: number): void {
  for (const each of state.recent) each.ageMs += ms;
  if (state.isOn) state.digest.sinceMs += ms;
  if (state.storm !== null) state.storm.ageMs += ms;
}

/** Time until the storm ends or a digest is due. */
export function floodDueIn({ recent, isOn, storm, digest }: FloodState, flood: AlarmTimes['flood']): number {
  if (!isOn) return Infinity;
  const decisive = recent.filter(({ ageMs }) => ageMs < flood.windowMs).at(-flood.leave);
  const endMs = decisive === undefined ? 0 : flood.windowMs - decisive.ageMs;
  const stormMs = storm === null ? Infinity : flood.maxMs - storm.ageMs;
  return Math.max(0, Math.min(endMs, stormMs, flood.digestMs - digest.sinceMs));
}

export function isInWindow(flood: AlarmTimes['flood']): (each: Annunciated) => boolean {
  return ({ ageMs }) => ageMs < flood.windowMs;
}
