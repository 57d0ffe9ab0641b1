/**
 * Physics of a double-converting UPS: on line while its input has voltage, else on battery until that is empty.
 * Pure; variables are made in devices/ups.ts.
 */
import { createNoise, type Noise, stepNoise } from './noise.ts';

export const UPS = {
  ratedKw: 36,
  ownLoadKw: 12.4,
  /** At rated load; half an hour at a third of it, as such sets are laid out. */
  fullBatteryKwh: 6.2,
  /** A whole charge takes about six hours. */
  chargePercentPerHour: 16,
  chargeKw: 1.2,
  batteryC: 24,
  faultyBatteryC: 39,
} as const;

export type UpsMode = 'on-line' | 'on-battery' | 'bypass' | 'off';

export interface UpsState {
  readonly noise: Noise;
  readonly mode: UpsMode;
  readonly hasInput: boolean;
  readonly batteryPercent: number;
  readonly batteryC: number;
  readonly loadKw: number;
}

export interface UpsInputs {
  readonly hasInput: boolean;
  /** The battery gives nothing any more. */
  readonly isBatteryFaulty: boolean;
  readonly isBypassed: boolean;
  /** What is drawn behind it by equipment of its own, kW. */
  readonly loadKw: number;
}

export function createUps(seed: number): UpsState {
  return {
    noise: createNoise(seed),
    mode: 'on-line',
    hasInput: true,
    batteryPercent: 100,
    batteryC: UPS.batteryC,
    loadKw: UPS.ownLoadKw,
  };
}

export function isUpsLive({ mode, hasInput }: UpsState): boolean {
  return mode === 'bypass' ? hasInput : mode !== 'off';
}

/** Time that the battery lasts at the present load, min; 0 when it is faulty. */
export function toRuntimeMinutes(state: UpsState, isBatteryFaulty: boolean): number {
  if (isBatteryFaulty || state.loadKw <= 0) return 0;
  return ((UPS.fullBatteryKwh * state.batteryPercent) / 100 / state.loadKw) * 60;
}

/** The mode that follows from input, battery and switches, without time passing. */
export function protectUps(
  state: UpsState,
  inputs: Pick<UpsInputs, 'isBatteryFaulty' | 'isBypassed'>,
): UpsState {
  return { ...state, mode: toMode(state, inputs) };
}

/** @param dtS at most 1 s. */
export function stepUps(before: UpsState, inputs: UpsInputs, dtS: number): UpsState {
  const noise = stepNoise(before.noise, 60, dtS);
  const state = protectUps({ ...before, noise, hasInput: inputs.hasInput }, inputs);
  const loadKw = isUpsLive(state) ? UPS.ownLoadKw * (1 + 0.02 * noise.value) + inputs.loadKw : 0;
  const batteryPercent = Math.min(100, Math.max(0, state.batteryPercent + toChange(state, loadKw, dtS)));
  const targetC = inputs.isBatteryFaulty ? UPS.faultyBatteryC : UPS.batteryC;
  const batteryC = targetC + (before.batteryC - targetC) * Math.exp(-dtS / 30);
  return { ...state, loadKw, batteryPercent, batteryC };
}

function toMode(state: UpsState, inputs: Pick<UpsInputs, 'isBatteryFaulty' | 'isBypassed'>): UpsMode {
  if (inputs.isBypassed) return 'bypass';
  if (state.hasInput) return 'on-line';
  return inputs.isBatteryFaulty || state.batteryPercent <= 0 ? 'off' : 'on-battery';
}

/** Change of the battery's charge, %. */
function toChange(state: UpsState, loadKw: number, dtS: number): number {
  if (state.mode === 'on-battery') return -((loadKw / UPS.fullBatteryKwh) * 100 * dtS) / 3_600;
  return state.hasInput ? (UPS.chargePercentPerHour * dtS) / 3_600 : 0;
}
