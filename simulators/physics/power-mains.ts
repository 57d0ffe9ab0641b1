/**
 * Physics of the mains side: a transformer of 1000 kVA whose temperatures follow its load, and the main switchboard
 * behind it. Pure; variables are made in devices/.
 */
import { bell, createNoise, deriveSeed, type Noise, stepNoise } from './noise.ts';

export const TRANSFORMER = {
  ratedKva: 1_000,
  ambientC: 28,
  /** Rise of the oil over the room and of the winding over the oil at rated load, K (after IEC 60076-7). */
  oilRiseK: 50,
  windingRiseK: 18,
  /** Loss grows with the load to this power. */
  lossExponent: 1.6,
  oilTimeS: 7_200,
  windingTimeS: 300,
  /** Fans start and stop at these temperatures of the winding. */
  fanOnC: 80,
  fanOffC: 65,
  /** With the cooling blocked: more rise, and so fast that a demonstration shows it within a minute. */
  blockedRiseK: 60,
  blockedTimeS: 40,
  tap: 3,
} as const;

export const SWITCHBOARD = {
  phaseV: 231,
  /** Drop from no load to 600 kW, V. */
  dropV: 5,
  /** What motors feed back into a phase that is lost, V. */
  lostPhaseV: 18,
  powerFactor: 0.93,
  incomer: { open: 0, closed: 1, tripped: 2, drawnOut: 3 },
} as const;

export interface TransformerState {
  readonly loadPercent: number;
  readonly oilC: number;
  readonly windingC: number;
  readonly isFanRunning: boolean;
  readonly isLive: boolean;
}

export interface TransformerInputs {
  readonly isMainsLost: boolean;
  readonly isCoolingBlocked: boolean;
  /** What the switchboard draws, kW. */
  readonly loadKw: number;
}

export function createTransformer(): TransformerState {
  const loadPercent = 42;
  const oilC = TRANSFORMER.ambientC + toRise(loadPercent, TRANSFORMER.oilRiseK);
  const windingC = oilC + toRise(loadPercent, TRANSFORMER.windingRiseK);
  return { loadPercent, oilC, windingC, isFanRunning: false, isLive: true };
}

/** @param dtS at most 1 s. */
export function stepTransformer(
  before: TransformerState,
  inputs: TransformerInputs,
  dtS: number,
): TransformerState {
  const { isMainsLost, isCoolingBlocked, loadKw } = inputs;
  const loadKva = isMainsLost ? 0 : loadKw / SWITCHBOARD.powerFactor;
  const loadPercent = (loadKva / TRANSFORMER.ratedKva) * 100;
  const blockedK = isCoolingBlocked ? TRANSFORMER.blockedRiseK : 0;
  const oilTarget = TRANSFORMER.ambientC + toRise(loadPercent, TRANSFORMER.oilRiseK) + blockedK;
  // Once the cooling works again the heat of the blocked time goes as fast as it came.
  const isFast = isCoolingBlocked || before.oilC > TRANSFORMER.ambientC + TRANSFORMER.oilRiseK;
  const oilTimeS = isFast ? TRANSFORMER.blockedTimeS : TRANSFORMER.oilTimeS;
  const oilC = approach(before.oilC, oilTarget, oilTimeS, dtS);
  const overOilK = approach(
    before.windingC - before.oilC,
    toRise(loadPercent, TRANSFORMER.windingRiseK),
    TRANSFORMER.windingTimeS,
    dtS,
  );
  const windingC = oilC + overOilK;
  const isFanWanted = windingC >= (before.isFanRunning ? TRANSFORMER.fanOffC : TRANSFORMER.fanOnC);
  return { loadPercent, oilC, windingC, isFanRunning: isFanWanted && !isMainsLost, isLive: !isMainsLost };
}

export interface SwitchboardState {
  readonly noises: readonly [Noise, Noise, Noise, Noise];
  readonly hasMains: boolean;
  readonly incomer: number;
  readonly phasesV: readonly [number, number, number];
  readonly phasesA: readonly [number, number, number];
  /** What the whole building draws, kW. */
  readonly powerKw: number;
  readonly powerFactor: number;
  readonly energyKwh: number;
}

export interface SwitchboardInputs {
  /** Voltage in front of the incomer. */
  readonly hasMains: boolean;
  readonly isIncomerTripped: boolean;
  readonly isPhaseLost: boolean;
  /** What is drawn behind it by equipment of its own, kW. */
  readonly loadKw: number;
  readonly hour: number;
}

export function createSwitchboard(seed: number): SwitchboardState {
  const noise = (salt: string): Noise => createNoise(deriveSeed(seed, salt));
  return {
    noises: [noise('power'), noise('l1'), noise('l2'), noise('l3')],
    hasMains: true,
    incomer: SWITCHBOARD.incomer.closed,
    phasesV: [SWITCHBOARD.phaseV, SWITCHBOARD.phaseV, SWITCHBOARD.phaseV],
    phasesA: [0, 0, 0],
    powerKw: 0,
    powerFactor: SWITCHBOARD.powerFactor,
    energyKwh: 1_284_350,
  };
}

/** Voltage behind the incomer. */
export function isSwitchboardLive({ hasMains, incomer }: SwitchboardState): boolean {
  return hasMains && incomer === SWITCHBOARD.incomer.closed;
}

/** The trip of the incomer, without time passing; resets when its cause is gone. */
export function protectSwitchboard(state: SwitchboardState, isIncomerTripped: boolean): SwitchboardState {
  const { tripped, closed } = SWITCHBOARD.incomer;
  return { ...state, incomer: isIncomerTripped ? tripped : closed };
}

/** @param dtS at most 1 s. */
export function stepSwitchboard(
  before: SwitchboardState,
  inputs: SwitchboardInputs,
  dtS: number,
): SwitchboardState {
  const [power, l1, l2, l3] = before.noises;
  const noises = [
    stepNoise(power, 120, dtS),
    stepNoise(l1, 60, dtS),
    stepNoise(l2, 60, dtS),
    stepNoise(l3, 60, dtS),
  ] as const;
  const state = protectSwitchboard({ ...before, noises, hasMains: inputs.hasMains }, inputs.isIncomerTripped);
  if (!isSwitchboardLive(state)) return { ...state, phasesV: [0, 0, 0], phasesA: [0, 0, 0], powerKw: 0 };
  const wholeKw = toTenantsKw(inputs.hour) * (1 + 0.03 * noises[0].value) + inputs.loadKw;
  const powerKw = inputs.isPhaseLost ? wholeKw * (2 / 3) : wholeKw;
  const powerFactor = SWITCHBOARD.powerFactor + 0.004 * noises[0].value;
  return {
    ...state,
    ...toPhases(noises, powerKw, powerFactor, inputs.isPhaseLost),
    powerKw,
    powerFactor,
    energyKwh: before.energyKwh + (powerKw * dtS) / 3_600,
  };
}

/** Voltage and current of the three phases; the second one is the one that gets lost. */
function toPhases(
  noises: SwitchboardState['noises'],
  powerKw: number,
  powerFactor: number,
  isPhaseLost: boolean,
): Pick<SwitchboardState, 'phasesV' | 'phasesA'> {
  const sharesKw = isPhaseLost ? powerKw / 2 : powerKw / 3;
  const toV = (index: 1 | 2 | 3): number =>
    isPhaseLost && index === 2
      ? SWITCHBOARD.lostPhaseV
      : SWITCHBOARD.phaseV - (SWITCHBOARD.dropV * powerKw) / 600 + 0.5 * noises[index].value;
  const toA = (index: 1 | 2 | 3): number =>
    isPhaseLost && index === 2
      ? 0
      : ((sharesKw * 1_000) / (toV(index) * powerFactor)) * (1 + 0.02 * noises[index].value);
  return { phasesV: [toV(1), toV(2), toV(3)], phasesA: [toA(1), toA(2), toA(3)] };
}

/** Tenants, lighting and cooling of an office building over the day, kW. */
function toTenantsKw(hour: number): number {
  return 150 + 190 * bell(hour, 11, 2.5) + 180 * bell(hour, 15.5, 2.5) + 60 * bell(hour, 20, 2);
}

/** Rise over the medium outside at a load, K. */
function toRise(loadPercent: number, ratedK: number): number {
  return ratedK * (loadPercent / 100) ** TRANSFORMER.lossExponent;
}

/** First-order approach to a target. */
export function approach(value: number, target: number, timeS: number, dtS: number): number {
  return target + (value - target) * Math.exp(-dtS / timeS);
}
