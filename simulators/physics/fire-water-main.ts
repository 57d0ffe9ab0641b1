/**
 * Physics of the fire water main: closed pipes with a small air vessel, some leakage, a relief valve back to the tank.
 * Pure. What pumps deliver into it is fire-water-pump.ts and fire-water-jockey.ts.
 *
 *   fire pump ─▶┐
 *               ├─▶ [ main, pressure ] ─▶ leakage · burst · relief valve       dp/dt = (in − out) / storage
 *   jockey    ─▶┘
 */
import { createNoise, deriveSeed, type Noise, stepNoise } from './noise.ts';

export const MAIN = {
  setPointMpa: 0.9,
  startMpa: 0.89,
  /** Water that pipes and air vessel give per MPa. */
  storageM3PerMpa: 0.5,
  /** At the set-point: pressure falls from 0.92 to 0.85 in about a quarter of an hour. */
  leakM3h: 0.14,
  /** The relief valve keeps a pump that runs against closed pipes from over-pressuring them. */
  reliefMpa: 1,
  reliefM3hPerMpa: 1_500,
  /** A broken pipe, at 1 MPa; more than the fire pump can make up for. */
  burstM3h: 300,
} as const;

export interface MainState {
  readonly pressureMpa: number;
  /** What the relief valve gives back to the tank. */
  readonly reliefM3h: number;
  readonly leakNoise: Noise;
}

export interface MainInputs {
  /** Both pumps; negative when more flows back through a check valve than is pumped. */
  readonly inflowM3h: number;
  readonly isBurst: boolean;
}

export function createMain(seed: number): MainState {
  return { pressureMpa: MAIN.startMpa, reliefM3h: 0, leakNoise: createNoise(deriveSeed(seed, 'leak')) };
}

/** @param dtS 0.02–0.5 s; integrated explicitly and stable in that range. */
export function stepMain(before: MainState, inputs: MainInputs, dtS: number): MainState {
  const leakNoise = stepNoise(before.leakNoise, 3_600, dtS);
  const root = Math.sqrt(before.pressureMpa);
  const leakM3h = (MAIN.leakM3h * (1 + 0.25 * leakNoise.value) * root) / Math.sqrt(MAIN.setPointMpa);
  const burstM3h = inputs.isBurst ? MAIN.burstM3h * root : 0;
  const reliefM3h = MAIN.reliefM3hPerMpa * Math.max(0, before.pressureMpa - MAIN.reliefMpa);
  const gainM3 = ((inputs.inflowM3h - leakM3h - burstM3h - reliefM3h) / 3600) * dtS;
  const pressureMpa = Math.max(0, before.pressureMpa + gainM3 / MAIN.storageM3PerMpa);
  return { pressureMpa, reliefM3h, leakNoise };
}
