/** Drives a simulation from the monotonic clock, `speed` times faster than life. */
import type { Simulation } from './simulation.ts';

/** Real time between two rounds; at speed 1 one step of simulated time is two rounds. */
const ROUND_MS = 50;
/** Simulated time made up in one round at most; a machine that cannot keep up falls behind instead of freezing. */
const MAX_CATCH_UP_MS = 100_000;

export interface SimulationClock {
  stop(): void;
  /** Simulated time that was given up because the machine could not keep up, ms. */
  lostMs(): number;
}

/** @param speed above 0. @param nowMs monotonic milliseconds. */
export function startClock(
  simulation: Pick<Simulation, 'advance'>,
  speed: number,
  nowMs: () => number,
): SimulationClock {
  let lastMs = nowMs();
  let lostMs = 0;
  const timer = setInterval(() => {
    const at = nowMs();
    const wantedMs = (at - lastMs) * speed;
    lastMs = at;
    lostMs += Math.max(0, wantedMs - MAX_CATCH_UP_MS);
    simulation.advance(Math.min(wantedMs, MAX_CATCH_UP_MS));
  }, ROUND_MS);
  return { stop: () => clearInterval(timer), lostMs: () => lostMs };
}
