/**
 * The air of a plant room and the sensor in it: a daily course, heat from the machines, ventilation that carries it
 * away while it has power. Pure. The sensor is battery-fed and sends a sample every ten seconds.
 */
import { bell, clamp, createNoise, deriveSeed, draw, type Noise, stepNoise } from './noise.ts';

export const CLIMATE = {
  nightC: 23,
  afternoonK: 3,
  /** Rooms differ by up to this much. */
  roomK: 1.5,
  timeConstantS: 900,
  /** Without power nobody ventilates, but the machines are off as well: a slow drift. */
  unventilatedK: 9,
  driftTimeConstantS: 1800,
  /** The fault `overheat`: machines at full load without ventilation, fast enough to pass 40 °C in a minute. */
  overheatK: 27,
  overheatTimeConstantS: 50,
  coolTimeConstantS: 90,
  /** Relative humidity at the usual temperature, and how it falls as the same air gets warmer. */
  humidityPercent: 52,
  percentPerK: -1.6,
  sampleS: 10,
  /** Lithium cell: the voltage is nearly flat until it ends. */
  batteryV: 3.61,
  batteryVPerDay: 0.000_2,
} as const;

export interface ClimateSample {
  /** null = the sensor element has failed. */
  readonly temperatureC: number | null;
  readonly humidityPercent: number | null;
  readonly batteryV: number;
}

export interface ClimateState {
  readonly noise: Noise;
  readonly fastNoise: Noise;
  /** What this room differs from the usual one by. */
  readonly offsetK: number;
  readonly temperatureC: number;
  readonly humidityPercent: number;
  readonly batteryV: number;
  /** Until the next sample. */
  readonly sampleInS: number;
  /** What was sent last. */
  readonly sample: ClimateSample;
}

export interface ClimateInputs {
  readonly hasPower: boolean;
  /** 0 ≤ hour < 24. */
  readonly hour: number;
  readonly isOverheating: boolean;
  readonly isSensorLost: boolean;
  /** The electronics repeat the last sample for ever. */
  readonly isFrozen: boolean;
}

export const NO_CLIMATE_FAULT: ClimateInputs = {
  hasPower: true,
  hour: 9,
  isOverheating: false,
  isSensorLost: false,
  isFrozen: false,
};

export function createClimate(seed: number, startHour: number): ClimateState {
  const offsetK = (2 * draw(deriveSeed(seed, 'room')).value - 1) * CLIMATE.roomK;
  const temperatureC = toUsual(startHour, offsetK);
  const air = { temperatureC, humidityPercent: CLIMATE.humidityPercent, batteryV: CLIMATE.batteryV };
  return {
    noise: createNoise(deriveSeed(seed, 'air')),
    fastNoise: createNoise(deriveSeed(seed, 'sensor')),
    offsetK,
    ...air,
    sampleInS: CLIMATE.sampleS,
    sample: air,
  };
}

/** @param dtS at most 10 s. */
export function stepClimate(before: ClimateState, inputs: ClimateInputs, dtS: number): ClimateState {
  const usualC = toUsual(inputs.hour, before.offsetK);
  const noise = stepNoise(before.noise, 1_800, dtS);
  const fastNoise = stepNoise(before.fastNoise, 30, dtS);
  const restC = usualC + 0.5 * noise.value + toHeatK(inputs);
  const keep = Math.exp(-dtS / toTimeConstant(before, inputs, usualC));
  const temperatureC = restC + (before.temperatureC - restC) * keep;
  const humidityPercent = clamp(
    CLIMATE.humidityPercent + CLIMATE.percentPerK * (temperatureC - usualC) + 1.5 * noise.value,
    15,
    90,
  );
  const batteryV = before.batteryV - (CLIMATE.batteryVPerDay / 86_400) * dtS;
  return stepSample({ ...before, noise, fastNoise, temperatureC, humidityPercent, batteryV }, inputs, dtS);
}

function stepSample(state: ClimateState, inputs: ClimateInputs, dtS: number): ClimateState {
  const sampleInS = state.sampleInS - dtS;
  // Half a step early or late would be lost in binary fractions of 0.1 s.
  if (sampleInS > dtS / 2) return { ...state, sampleInS };
  if (inputs.isFrozen) return { ...state, sampleInS: CLIMATE.sampleS };
  const sample: ClimateSample = {
    temperatureC: inputs.isSensorLost ? null : state.temperatureC + 0.05 * state.fastNoise.value,
    humidityPercent: inputs.isSensorLost ? null : state.humidityPercent + 0.3 * state.fastNoise.value,
    batteryV: state.batteryV,
  };
  return { ...state, sampleInS: CLIMATE.sampleS, sample };
}

function toUsual(hour: number, offsetK: number): number {
  return CLIMATE.nightC + offsetK + CLIMATE.afternoonK * bell(hour, 15, 4);
}

function toHeatK(inputs: ClimateInputs): number {
  if (inputs.isOverheating) return CLIMATE.overheatK;
  return inputs.hasPower ? 0 : CLIMATE.unventilatedK;
}

function toTimeConstant(state: ClimateState, inputs: ClimateInputs, usualC: number): number {
  if (inputs.isOverheating) return CLIMATE.overheatTimeConstantS;
  if (!inputs.hasPower) return CLIMATE.driftTimeConstantS;
  return state.temperatureC > usualC + 4 ? CLIMATE.coolTimeConstantS : CLIMATE.timeConstantS;
}
