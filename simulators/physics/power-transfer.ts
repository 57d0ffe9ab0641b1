/**
 * The transfer switch of the essential section: mains, else generator. Sequence after docs/register-maps.md. Pure.
 *
 *            mains lost 2 s                 10 s since the loss, generator has voltage
 *   mains ────────────────────▶ none ─────────────────────────────────────────────▶ generator
 *     ▲                           │ mains stable 10 s                                    │
 *     └───────────────────────────┴──────────────────────────────────────────────────────┘
 *
 * Its voltage relay looks at phase 1 only. The change back is without a gap.
 */
import { bell, createNoise, type Noise, stepNoise } from './noise.ts';

export const TRANSFER = {
  /** The mains breaker opens when the voltage is away for so long, s. */
  confirmS: 2,
  /** The generator breaker closes so long after the loss at the earliest, s. */
  toGeneratorS: 10,
  /** The mains must have been there for so long before it changes back, s. */
  toMainsS: 10,
  phaseV: 229,
  breaker: { open: 0, closed: 1, tripped: 2 },
} as const;

export type Source = 'none' | 'mains' | 'generator';

export interface TransferState {
  readonly noise: Noise;
  /** Which breaker is closed; at most one ever is. */
  readonly position: Source;
  readonly isLive: boolean;
  /** Time since the mains went away while it was in use, s; 0 = in use. */
  readonly sinceLossS: number;
  readonly mainsStableS: number;
  readonly voltageV: number;
  readonly powerKw: number;
}

export interface TransferInputs {
  readonly hasMains: boolean;
  readonly hasGenerator: boolean;
  /** It stays in the position that it is in. */
  readonly isStuck: boolean;
  /** What is drawn behind it by equipment of its own, kW. */
  readonly loadKw: number;
  readonly hour: number;
}

export function createTransfer(seed: number): TransferState {
  return {
    noise: createNoise(seed),
    position: 'mains',
    isLive: true,
    sinceLossS: 0,
    mainsStableS: TRANSFER.toMainsS,
    voltageV: TRANSFER.phaseV,
    powerKw: 0,
  };
}

/** What it is fed from; none while the source it stands on is dead. */
export function toSource(state: TransferState): Source {
  return state.isLive ? state.position : 'none';
}

/** @param dtS at most 1 s. */
export function stepTransfer(before: TransferState, inputs: TransferInputs, dtS: number): TransferState {
  const noise = stepNoise(before.noise, 90, dtS);
  const mainsStableS = inputs.hasMains ? before.mainsStableS + dtS : 0;
  const isOnMains = before.position === 'mains' && inputs.hasMains;
  const timed = { ...before, noise, mainsStableS, sinceLossS: isOnMains ? 0 : before.sinceLossS + dtS };
  const position = toPosition(timed, inputs);
  const isLive =
    (position === 'mains' && inputs.hasMains) || (position === 'generator' && inputs.hasGenerator);
  return {
    ...timed,
    position,
    sinceLossS: position === 'mains' && inputs.hasMains ? 0 : timed.sinceLossS,
    isLive,
    voltageV: isLive ? TRANSFER.phaseV + 0.6 * noise.value : 0,
    powerKw: isLive ? toOwnKw(inputs.hour) * (1 + 0.05 * noise.value) + inputs.loadKw : 0,
  };
}

/** Floating sums of steps must not make it late by one step. */
const EPSILON_S = 1e-6;

function toPosition(state: TransferState, inputs: TransferInputs): Source {
  const { position } = state;
  if (position === 'mains') {
    return !inputs.hasMains && state.sinceLossS >= TRANSFER.confirmS - EPSILON_S ? 'none' : 'mains';
  }
  // An undervoltage release opens the breaker of a dead generator even when the change-over is stuck.
  const kept: Source = position === 'generator' && !inputs.hasGenerator ? 'none' : position;
  if (inputs.isStuck) return kept;
  if (state.mainsStableS >= TRANSFER.toMainsS - EPSILON_S) return 'mains';
  const isDue = state.sinceLossS >= TRANSFER.toGeneratorS - EPSILON_S;
  return inputs.hasGenerator && isDue ? 'generator' : kept;
}

/** Emergency lighting, fans, lifts and pumps in ordinary use, kW. */
function toOwnKw(hour: number): number {
  return 48 + 14 * bell(hour, 9, 1.5) + 14 * bell(hour, 18, 1.5);
}
