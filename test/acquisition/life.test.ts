/** One connection and what is under way on it: what is given up, and what is not. */
import { describe, expect, it } from 'vitest';
import { Bell } from '../../src/acquisition/bell.ts';
import type { Command } from '../../src/acquisition/commands.ts';
import { Life } from '../../src/acquisition/life.ts';
import { toColumns } from '../../src/acquisition/samples.ts';
import type { SampleColumns } from '../../src/drivers/driver.ts';

const TIMEOUT_MS = 1_000;
const FAR_TOO_LATE_MS = 60_000;

/** @returns what ends the exchange */
function ask(life: Life, sentMs: number): () => void {
  const answer = Promise.withResolvers<SampleColumns>();
  const command = {} as Command;
  life.begin({ task: null, command, sentMs, timeoutMs: TIMEOUT_MS }, answer.promise);
  return () => answer.resolve(toColumns([]));
}

describe('an exchange that should have ended long ago', () => {
  it('is noticed when it is still under way at the next look', () => {
    const life = new Life(new Bell());
    ask(life, 0);
    expect(life.noticesOverdue(TIMEOUT_MS)).toBe(false);
    expect(life.noticesOverdue(FAR_TOO_LATE_MS)).toBe(false);
    expect(life.noticesOverdue(FAR_TOO_LATE_MS + 250)).toBe(true);
  });

  it('is none when the whole process was held up and finds the answer before the next look', async () => {
    const life = new Life(new Bell());
    const end = ask(life, 0);
    expect(life.noticesOverdue(FAR_TOO_LATE_MS)).toBe(false);
    end();
    await Promise.resolve();
    ask(life, FAR_TOO_LATE_MS + 1);
    expect(life.noticesOverdue(FAR_TOO_LATE_MS + 250)).toBe(false);
  });
});
