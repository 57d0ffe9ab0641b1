/** The real clock. Everything else receives a Clock and never asks the system itself. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

export function createSystemClock(): Clock {
  const bootId = randomUUID();
  return { now: () => ({ wallMs: Date.now(), monoMs: performance.now(), bootId }) };
}
