/** Golden lists: each `cases/<name>.yaml` gives exactly the lines of `cases/<name>.txt`. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { CASES, problemsOf } from './support/load.ts';

/** 65536 is one more than the largest port. */
const ENV = { TEST_PORT: '65536' };
const names = readdirSync(CASES)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'));

test.each(names)('case %s reports exactly its problems, in order, with their places', (name) => {
  const expected = readFileSync(join(CASES, `${name}.txt`), 'utf8')
    .split('\n')
    .slice(0, -1);
  expect(problemsOf(join(CASES, `${name}.yaml`), { env: ENV })).toEqual(expected);
});

test('only the sound case is without problems', () => {
  const sound = names.filter((name) => readFileSync(join(CASES, `${name}.txt`), 'utf8') === '');
  expect(sound).toEqual(['sound']);
});

test('no message repeats a password, whether written, referenced or in a syntax error', () => {
  const all = names.flatMap((name) => problemsOf(join(CASES, `${name}.yaml`), { env: ENV }));
  expect(all.filter((line) => line.includes('hunter2'))).toEqual([]);
  expect(all.filter((line) => line.includes('(secret)')).length).toBeGreaterThan(3);
});
