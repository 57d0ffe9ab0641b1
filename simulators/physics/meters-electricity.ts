/**
 * A three-phase electricity meter: single-phase consumers by the hour, spread unevenly over the phases. Pure. It is fed
 * from what it measures, so without power it says nothing; otherwise it sends a sample every ten seconds.
 */
import { bell, clamp, createNoise, deriveSeed, draw, type Noise, stepNoise } from './noise.ts';

export const ELECTRICITY_METER = {
  nominalV: 228,
  /** Slow swing of the supply for one standard deviation. */
  swingV: 1.5,
  powerFactor: 0.93,
  /** Mean of the phases under the fault `overload`, on a feeder for 100 A. */
  overloadA: 138,
  sampleS: 10,
} as const;

export type Phases = readonly [number, number, number];

export interface ElectricitySample {
  readonly energyKwh: number;
  readonly powerKw: number;
  readonly voltageV: Phases;
  readonly currentA: Phases;
  /** 0 while nothing flows. */
  readonly powerFactor: number;
}

export interface ElectricityMeterState {
  readonly loadNoise: Noise;
  readonly voltageNoise: Noise;
  /** Size of this feeder's load, 0.7–1.3. */
  readonly scale: number;
  readonly hasPower: boolean;
  readonly now: ElectricitySample;
  readonly sampleInS: number;
  /** What was sent last. */
  readonly sample: ElectricitySample;
}

export interface ElectricityMeterInputs {
  readonly hasPower: boolean;
  /** 0 ≤ hour < 24. */
  readonly hour: number;
  /** The fuse of L2 has blown. */
  readonly isPhaseLost: boolean;
  readonly isOverloaded: boolean;
}

export const NO_ELECTRICITY_METER_FAULT: ElectricityMeterInputs = {
  hasPower: true,
  hour: 9,
  isPhaseLost: false,
  isOverloaded: false,
};

/** Share of the load, and how the voltage differs from the mean, V. */
const PHASE_SHARES: Phases = [0.35, 0.31, 0.34];
const PHASE_OFFSETS_V: Phases = [0.6, -0.4, 1.1];
const LOST_PHASE = 1;

export function createElectricityMeter(seed: number, startHour: number): ElectricityMeterState {
  const past = draw(deriveSeed(seed, 'past'));
  const state = {
    loadNoise: createNoise(deriveSeed(seed, 'load')),
    voltageNoise: createNoise(deriveSeed(seed, 'voltage')),
    scale: 0.7 + 0.6 * draw(past.seed).value,
  };
  const energyKwh = Math.floor(60_000 + 90_000 * past.value);
  const now = measure(state, { ...NO_ELECTRICITY_METER_FAULT, hour: startHour }, energyKwh, 0);
  return { ...state, hasPower: true, now, sampleInS: ELECTRICITY_METER.sampleS, sample: now };
}

/** @param dtS at most 10 s. */
export function stepElectricityMeter(
  before: ElectricityMeterState,
  inputs: ElectricityMeterInputs,
  dtS: number,
): ElectricityMeterState {
  const loadNoise = stepNoise(before.loadNoise, 240, dtS);
  const voltageNoise = stepNoise(before.voltageNoise, 120, dtS);
  const now = measure({ ...before, loadNoise, voltageNoise }, inputs, before.now.energyKwh, dtS);
  const sampleInS = before.sampleInS - dtS;
  const state = { ...before, loadNoise, voltageNoise, hasPower: inputs.hasPower, now };
  // What comes and goes with the power is measured at once; half a step would be lost in binary fractions.
  const isDue = sampleInS <= dtS / 2 || before.hasPower !== inputs.hasPower;
  if (!isDue) return { ...state, sampleInS };
  return { ...state, sampleInS: ELECTRICITY_METER.sampleS, sample: now };
}

function measure(
  state: Pick<ElectricityMeterState, 'loadNoise' | 'voltageNoise' | 'scale'>,
  inputs: ElectricityMeterInputs,
  energyKwh: number,
  dtS: number,
): ElectricitySample {
  if (!inputs.hasPower) {
    return { energyKwh, powerKw: 0, voltageV: [0, 0, 0], currentA: [0, 0, 0], powerFactor: 0 };
  }
  const meanA = inputs.isOverloaded
    ? ELECTRICITY_METER.overloadA * (1 + 0.01 * state.loadNoise.value)
    : toMeanCurrent(inputs.hour, state);
  const isLive = (index: number): boolean => !(inputs.isPhaseLost && index === LOST_PHASE);
  const meanV = ELECTRICITY_METER.nominalV + ELECTRICITY_METER.swingV * state.voltageNoise.value;
  const voltageV = toPhases((index) => (isLive(index) ? meanV + (PHASE_OFFSETS_V[index] ?? 0) : 0));
  const currentA = toPhases((index) => (isLive(index) ? 3 * meanA * (PHASE_SHARES[index] ?? 0) : 0));
  const powerFactor = clamp(ELECTRICITY_METER.powerFactor + 0.008 * state.loadNoise.value, 0.85, 0.99);
  const apparentKva =
    (voltageV[0] * currentA[0] + voltageV[1] * currentA[1] + voltageV[2] * currentA[2]) / 1000;
  const powerKw = apparentKva * powerFactor;
  return { energyKwh: energyKwh + (powerKw / 3600) * dtS, powerKw, voltageV, currentA, powerFactor };
}

/** Lighting, ventilation and small motors, A per phase: 6 by night, 25–45 by day. */
function toMeanCurrent(
  hour: number,
  { scale, loadNoise }: Pick<ElectricityMeterState, 'scale' | 'loadNoise'>,
): number {
  const curve = 8 + 16 * bell(hour, 13, 4) + 7 * bell(hour, 19, 1.8);
  return curve * scale * (1 + 0.06 * loadNoise.value);
}

function toPhases(toValue: (index: number) => number): Phases {
  return [toValue(0), toValue(1), toValue(2)];
}
