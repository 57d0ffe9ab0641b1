/**
 * Runs before every test file: marks this worker's future children, so that leftovers are found after the run. A file that
 * shares its process with others begins without their seed.
 */
import { forgetSeed } from './seed.ts';
import { MARK_VARIABLE } from './survivors.ts';

process.env[MARK_VARIABLE] = process.env['RISER_TEST_RUN'] ?? `unnamed-${process.pid}`;
forgetSeed();
