/** The gateway's own figures: each that the profile names is there, and shows what its part counts. */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createSelfWatch, type SelfWatchOptions } from '../src/self-watch.ts';

const PROFILE = new URL('../devices/riser-gateway.yaml', import.meta.url);

function create(notPutBack: number) {
  const unused = {} as Pick<SelfWatchOptions, 'engine' | 'store' | 'acquisition' | 'journal'>;
  const counters = () => ({ notPutBack }) as ReturnType<SelfWatchOptions['writing']['counters']>;
  const backups = { ageHours: () => 3, failed: () => 1 };
  const watch = createSelfWatch({ ...unused, directory: '/', writing: { counters }, backups });
  onTestFinished(() => watch.stop());
  return watch;
}

test('every figure of the profile is supplied, and no other', () => {
  const named = [...readFileSync(PROFILE, 'utf8').matchAll(/figure: ([\w-]+)/g)].map(([, figure]) => figure);
  expect(Object.keys(create(0).points).toSorted((a, b) => a.localeCompare(b))).toEqual(
    named.toSorted((a = '', b = '') => a.localeCompare(b)),
  );
});

test.each([0, 2])('%i points that were not put back are that many', (count) => {
  expect(create(count).points['reverts-failed']?.()).toBe(count);
});
