/** What a file must not leave to those after it in the same process is seen, and what is put back is not. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { readProcessState } from './left-behind.ts';

const listener = (): void => {};

test.each<[string, () => void, () => void]>([
  ['fake timers', () => void vi.useFakeTimers(), () => void vi.useRealTimers()],
  ['the environment', () => void vi.stubEnv('RISER_LEFT', 'behind'), () => void vi.unstubAllEnvs()],
  ['a listener', () => void process.on('SIGTERM', listener), () => void process.off('SIGTERM', listener)],
])('%s', (_what, leave, putBack) => {
  onTestFinished(putBack);
  const found = readProcessState();
  expect(readProcessState()).toEqual(found);
  leave();
  expect(readProcessState()).not.toEqual(found);
  putBack();
  expect(readProcessState()).toEqual(found);
});
