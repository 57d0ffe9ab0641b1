/**
 * Seeded noise as plain data: the same seed gives the same plant on every machine. The state travels inside the
 * plant's state, so that the physics stays pure. What the noise is added to is each plant's business.
 */

export interface Noise {
  /** State of the generator, an unsigned 32-bit number. */
  readonly seed: number;
  /** Mean 0, standard deviation 1, clamped to ±MAX_DEVIATION. */
  readonly value: number;
}

/** Keeps a plant without faults inside its normal band: no draw can be extreme. */
export const MAX_DEVIATION = 2.5;

/** Increment and mixing constants of Mulberry32 (T. Ettinger, public domain). */
const INCREMENT = 0x6d2b79f5;
const TWO_POW_32 = 4_294_967_296;

export function createNoise(seed: number): Noise {
  return { seed: seed >>> 0, value: 0 };
}

/** A seed for part `salt` of something with seed `seed`; different salts give unrelated noise. */
export function deriveSeed(seed: number, salt: string): number {
  let hash = seed >>> 0;
  for (const character of salt) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}

/**
 * Noise with a memory (first-order autoregressive).
 * @param correlationS time over which it forgets, s, above 0
 */
export function stepNoise(noise: Noise, correlationS: number, dtS: number): Noise {
  const keep = Math.exp(-dtS / correlationS);
  const first = (noise.seed + INCREMENT) >>> 0;
  const second = (first + INCREMENT) >>> 0;
  const third = (second + INCREMENT) >>> 0;
  // Three uniform draws: variance 1 after scaling, and bounded, unlike a true normal distribution.
  const gauss = 2 * (toUniform(first) + toUniform(second) + toUniform(third) - 1.5);
  const value = keep * noise.value + Math.sqrt(1 - keep * keep) * gauss;
  return { seed: third, value: clamp(value, -MAX_DEVIATION, MAX_DEVIATION) };
}

/** One uniform draw and the generator's next state. */
export interface Draw {
  readonly seed: number;
  /** 0 ≤ value < 1. */
  readonly value: number;
}

export function draw(seed: number): Draw {
  const next = (seed + INCREMENT) >>> 0;
  return { seed: next, value: toUniform(next) };
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** A bell over the hour of the day, 0–1; wraps at midnight. */
export function bell(hour: number, centreHour: number, widthHours: number): number {
  const apart = Math.abs(hour - centreHour);
  const distance = Math.min(apart, 24 - apart) / widthHours;
  return Math.exp(-0.5 * distance * distance);
}

/** 0 ≤ result < 1. */
function toUniform(seed: number): number {
  let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / TWO_POW_32;
}
