/** Randomness that can be repeated: the seed is printed, and RISER_TEST_SEED sets it. */

const SEED_VARIABLE = 'RISER_TEST_SEED';
let seed: number | null = null;

/**
 * The seed of this test file: RISER_TEST_SEED, else `fixed`, else random; printed at the first call.
 * Fits fast-check (`{ seed: testSeed() }`). @throws Error when the variable is not a whole number.
 */
export function testSeed(fixed?: number): number {
  if (seed === null) {
    seed = parseSeed(process.env[SEED_VARIABLE]) ?? fixed ?? Math.floor(Math.random() * 2 ** 31);
    console.log(`${SEED_VARIABLE}=${seed}`);
  }
  return seed;
}

/** The next file of tests of this process has a seed of its own, and prints it. */
export function forgetSeed(): void {
  seed = null;
}

/** null when there is none. Range: 0 to 2³²−1. */
export function parseSeed(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new Error(`${SEED_VARIABLE} must be a whole number from 0 to 4294967295, found "${text}"`);
  }
  return value;
}

/** Numbers from 0 (included) to 1 (excluded), the same for the same seed. Algorithm: mulberry32. */
export function createRandom(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `min` to `max`, both included. */
export function randomInteger(random: () => number, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}
