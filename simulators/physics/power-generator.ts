/**
 * Physics and controller of a diesel generator. Sequence after docs/register-maps.md. Pure; variables are made in
 * devices/generator.ts.
 *
 *              mains away 2 s          full speed (6 s)
 *   standby ──────────────▶ starting ─────────────────▶ running ──▶ standby, 180 s after the return of the mains
 *                              │ three attempts in vain
 *                              ▼
 *                            failed
 *
 * Running is shown as on load while anything is drawn, else as cooling down with mains and unloaded without.
 */
import { clamp, createNoise, deriveSeed, type Noise, stepNoise } from './noise.ts';
import { approach } from './power-mains.ts';

export const GENERATOR = {
  confirmS: 2,
  runUpS: 6,
  /** From the return of the mains to standstill of the controller, s, ± what the seed says. */
  stopS: 180,
  stopJitterS: 4,
  /** A start in vain: cranking and pause of one attempt, s, and how many there are. */
  crankS: 6,
  pauseS: 4,
  attempts: 3,
  crankRpm: 170,
  ratedRpm: 1_500,
  /** From rated speed to standstill, s. */
  runDownS: 12,
  /** Speed from which it gives voltage. */
  voltageRpm: 1_425,
  phaseV: 230,
  ratedKw: 400,
  /** Full load empties the tank in about ten hours. */
  fuelPercentPerHour: 10,
  /** What a leak leaves in the tank, %, and how fast, % a second. */
  leakedPercent: 12,
  leakPercentPerS: 5,
  fullPercent: 86,
  preheatC: 42,
  workingC: 82,
  floatV: 27.2,
  lowV: 21.6,
} as const;

export type GeneratorPhase = 'standby' | 'starting' | 'running' | 'failed' | 'shut-down';

export interface GeneratorState {
  readonly noise: Noise;
  readonly phase: GeneratorPhase;
  /** In `starting`: since its begin, s. */
  readonly phaseS: number;
  readonly mainsAwayS: number;
  readonly mainsBackS: number;
  /** Its own time from the return of the mains to the stop, s. */
  readonly stopAfterS: number;
  readonly hasMains: boolean;
  readonly isManual: boolean;
  readonly speedRpm: number;
  readonly loadKw: number;
  readonly fuelPercent: number;
  readonly batteryV: number;
  readonly coolantC: number;
  readonly runningHours: number;
  readonly starts: number;
}

export interface GeneratorInputs {
  /** As its controller senses it. */
  readonly hasMains: boolean;
  readonly loadKw: number;
  readonly isStartBlocked: boolean;
  readonly isRunningOn: boolean;
  readonly isFuelLost: boolean;
  readonly isBatteryLow: boolean;
  readonly isManual: boolean;
}

export function createGenerator(seed: number): GeneratorState {
  const draw = stepNoise(createNoise(deriveSeed(seed, 'stop')), 1, 10).value;
  return {
    noise: createNoise(deriveSeed(seed, 'noise')),
    phase: 'standby',
    phaseS: 0,
    mainsAwayS: 0,
    mainsBackS: 0,
    stopAfterS: GENERATOR.stopS + GENERATOR.stopJitterS * clamp(draw, -1, 1),
    hasMains: true,
    isManual: false,
    speedRpm: 0,
    loadKw: 0,
    fuelPercent: GENERATOR.fullPercent,
    batteryV: GENERATOR.floatV,
    coolantC: GENERATOR.preheatC,
    runningHours: 212.4,
    starts: 318,
  };
}

export function hasGeneratorVoltage({ phase, speedRpm }: GeneratorState): boolean {
  return phase === 'running' && speedRpm >= GENERATOR.voltageRpm;
}

/** What ends at once when its cause is gone: a failed start is reset, a leaking tank is mended and filled. */
export function protectGenerator(
  state: GeneratorState,
  inputs: Omit<GeneratorInputs, 'hasMains' | 'loadKw'>,
): GeneratorState {
  const isLeakMended = !inputs.isFuelLost && state.fuelPercent <= GENERATOR.leakedPercent;
  const isReset =
    (state.phase === 'failed' && !inputs.isStartBlocked) || (state.phase === 'shut-down' && isLeakMended);
  return {
    ...state,
    isManual: inputs.isManual,
    fuelPercent: isLeakMended ? GENERATOR.fullPercent : state.fuelPercent,
    ...(isReset && { phase: 'standby', phaseS: 0 }),
  };
}

/** @param dtS at most 1 s. */
export function stepGenerator(before: GeneratorState, inputs: GeneratorInputs, dtS: number): GeneratorState {
  const protectedState = protectGenerator(before, inputs);
  const controlled = stepController(
    {
      ...protectedState,
      noise: stepNoise(before.noise, 20, dtS),
      hasMains: inputs.hasMains,
      mainsAwayS: inputs.hasMains ? 0 : before.mainsAwayS + dtS,
      mainsBackS: inputs.hasMains ? before.mainsBackS + dtS : 0,
      phaseS: before.phaseS + dtS,
    },
    inputs,
  );
  return stepEngine(controlled, inputs, dtS);
}

/** Floating sums of steps must not make it late by one step. */
const EPSILON_S = 1e-6;

function stepController(state: GeneratorState, inputs: GeneratorInputs): GeneratorState {
  const { phase, phaseS } = state;
  if (phase === 'standby') {
    const isCalled = !state.isManual && state.mainsAwayS >= GENERATOR.confirmS - EPSILON_S;
    return isCalled ? { ...state, phase: 'starting', phaseS: 0, starts: state.starts + 1 } : state;
  }
  if (phase === 'starting') {
    const allS = GENERATOR.attempts * (GENERATOR.crankS + GENERATOR.pauseS);
    if (inputs.isStartBlocked) return phaseS >= allS - EPSILON_S ? { ...state, phase: 'failed' } : state;
    return state.speedRpm >= GENERATOR.ratedRpm - EPSILON_S ? { ...state, phase: 'running' } : state;
  }
  if (phase === 'running') {
    if (state.fuelPercent <= 0) return { ...state, phase: 'shut-down' };
    const mayStop = !state.isManual && !inputs.isRunningOn && inputs.hasMains;
    return mayStop && state.mainsBackS >= state.stopAfterS ? { ...state, phase: 'standby' } : state;
  }
  return state;
}

/** Speed, fuel, battery, coolant and hours. */
function stepEngine(state: GeneratorState, inputs: GeneratorInputs, dtS: number): GeneratorState {
  const isRunning = state.phase === 'running';
  const isCranking = state.phase === 'starting' && inputs.isStartBlocked && isInCrank(state.phaseS);
  const loadKw = isRunning ? inputs.loadKw : 0;
  const loadRatio = clamp(loadKw / GENERATOR.ratedKw, 0, 1.2);
  const burnt = isRunning ? (GENERATOR.fuelPercentPerHour * (0.15 + 0.85 * loadRatio) * dtS) / 3_600 : 0;
  const leaked =
    inputs.isFuelLost && state.fuelPercent > GENERATOR.leakedPercent ? GENERATOR.leakPercentPerS * dtS : 0;
  const coolantTarget = isRunning ? GENERATOR.workingC - 8 + 14 * loadRatio : GENERATOR.preheatC;
  const batteryV = (inputs.isBatteryLow ? GENERATOR.lowV : GENERATOR.floatV) - (isCranking ? 3.5 : 0);
  return {
    ...state,
    speedRpm: toSpeed(state, isCranking, inputs.isStartBlocked, dtS),
    loadKw,
    fuelPercent: Math.max(0, state.fuelPercent - burnt - leaked),
    batteryV,
    coolantC: approach(state.coolantC, coolantTarget, isRunning ? 120 : 900, dtS),
    runningHours: state.runningHours + (isRunning ? dtS / 3_600 : 0),
  };
}

function toSpeed(state: GeneratorState, isCranking: boolean, isStartBlocked: boolean, dtS: number): number {
  if (isCranking) return GENERATOR.crankRpm;
  const { ratedRpm } = GENERATOR;
  if (state.phase === 'running') return ratedRpm;
  if (state.phase === 'starting' && !isStartBlocked) {
    return Math.min(ratedRpm, state.speedRpm + (ratedRpm / GENERATOR.runUpS) * dtS);
  }
  return Math.max(0, state.speedRpm - (ratedRpm / GENERATOR.runDownS) * dtS);
}

function isInCrank(phaseS: number): boolean {
  return phaseS % (GENERATOR.crankS + GENERATOR.pauseS) < GENERATOR.crankS;
}
