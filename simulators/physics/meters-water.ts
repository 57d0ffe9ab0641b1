/**
 * A water meter in a branch: flow by the hour, and the register that counts it. Pure. The meter is battery-fed and
 * sends a sample every ten seconds. Only water that runs backwards makes the register fall.
 */
import { bell, clamp, createNoise, deriveSeed, draw, type Noise, stepNoise } from './noise.ts';

export const WATER_METER = {
  /** Leaking cisterns and the like: what a building draws at three in the morning. */
  nightM3h: 0.25,
  /** Extra flow of a branch left open. */
  nightFlowM3h: 1.2,
  vacantM3h: 0.15,
  reverseM3h: -0.4,
  sampleS: 10,
  batteryV: 3.6,
  batteryVPerDay: 0.000_2,
  lowBatteryV: 2.9,
} as const;

export interface WaterSample {
  readonly totalM3: number;
  readonly flowM3h: number;
  readonly batteryV: number;
}

export interface WaterMeterState {
  readonly isVacant: boolean;
  readonly noise: Noise;
  readonly totalM3: number;
  /** Negative while water runs backwards. */
  readonly flowM3h: number;
  readonly batteryV: number;
  readonly sampleInS: number;
  /** What was sent last. */
  readonly sample: WaterSample;
}

export interface WaterMeterInputs {
  /** 0 ≤ hour < 24. */
  readonly hour: number;
  readonly isFlowInVacant: boolean;
  readonly isNightFlow: boolean;
  readonly isReverse: boolean;
  readonly isBatteryLow: boolean;
}

export const NO_WATER_METER_FAULT: WaterMeterInputs = {
  hour: 9,
  isFlowInVacant: false,
  isNightFlow: false,
  isReverse: false,
  isBatteryLow: false,
};

/** @param isVacant nobody lives or works behind this meter. */
export function createWaterMeter(seed: number, startHour: number, isVacant: boolean): WaterMeterState {
  const past = draw(deriveSeed(seed, 'past')).value;
  const totalM3 = Math.floor(isVacant ? 200_000 + 90_000 * past : 40_000_000 + 9_000_000 * past) / 1000;
  const { batteryV } = WATER_METER;
  const flowM3h = isVacant ? 0 : toFlow({ ...NO_WATER_METER_FAULT, hour: startHour }, 0);
  return {
    isVacant,
    noise: createNoise(deriveSeed(seed, 'flow')),
    totalM3,
    flowM3h,
    batteryV,
    sampleInS: WATER_METER.sampleS,
    sample: { totalM3, flowM3h, batteryV },
  };
}

/** @param dtS at most 10 s. */
export function stepWaterMeter(
  before: WaterMeterState,
  inputs: WaterMeterInputs,
  dtS: number,
): WaterMeterState {
  const noise = stepNoise(before.noise, 300, dtS);
  const flowM3h = before.isVacant ? toVacantFlow(inputs) : toFlow(inputs, noise.value);
  const totalM3 = before.totalM3 + (flowM3h / 3600) * dtS;
  const batteryV = before.batteryV - (WATER_METER.batteryVPerDay / 86_400) * dtS;
  const sampleInS = before.sampleInS - dtS;
  const state = { ...before, noise, flowM3h, totalM3, batteryV };
  // Half a step early or late would be lost in binary fractions of 0.1 s.
  if (sampleInS > dtS / 2) return { ...state, sampleInS };
  const shownV = inputs.isBatteryLow ? WATER_METER.lowBatteryV : batteryV;
  return {
    ...state,
    sampleInS: WATER_METER.sampleS,
    sample: { totalM3, flowM3h, batteryV: shownV },
  };
}

function toVacantFlow(inputs: WaterMeterInputs): number {
  return inputs.isFlowInVacant ? WATER_METER.vacantM3h : 0;
}

/** Flushing and kitchens of a tower: 0.2 m³/h by night, up to 9 in the rush hours. */
function toFlow(inputs: WaterMeterInputs, noise: number): number {
  if (inputs.isReverse) return WATER_METER.reverseM3h;
  const { hour } = inputs;
  const curve =
    2.5 * bell(hour, 13.5, 3.5) +
    3 * bell(hour, 8.5, 1) +
    2.5 * bell(hour, 12.5, 1) +
    2 * bell(hour, 18, 1.2);
  const flow = WATER_METER.nightM3h + clamp(curve * (1 + 0.15 * noise), 0, 9);
  return flow + (inputs.isNightFlow ? WATER_METER.nightFlowM3h : 0);
}
