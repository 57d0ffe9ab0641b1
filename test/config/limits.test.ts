/** Files that are too large, too deep, too many or no text at all, and reports that would have no end. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_PROBLEMS } from '../../src/config/problems.ts';
import { MAX_INCLUDES } from '../../src/config/site-file.ts';
import { MAX_FILE_BYTES } from '../../src/config/source.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { problemsOf } from './support/load.ts';
import { HEAD, write } from './support/site.ts';

test('a missing site file is a problem, not a crash', () => {
  const path = join(temporaryDirectory(), 'none.yaml');
  expect(problemsOf(path)).toEqual([`${path}:1:1 (document): expected a readable file, found no such file`]);
});

test('a folder instead of a file is refused', () => {
  const path = temporaryDirectory();
  expect(problemsOf(path)).toEqual([expect.stringContaining('expected a readable file')]);
});

test('a file larger than the limit is not read', () => {
  const path = write(HEAD + '#'.repeat(MAX_FILE_BYTES));
  expect(problemsOf(path)).toEqual([expect.stringContaining(`expected at most ${MAX_FILE_BYTES} bytes`)]);
});

test('bytes that are no UTF-8 are refused', () => {
  const path = write(Buffer.from([...Buffer.from(HEAD), 0xd6, 0xd0, 0xce, 0xc4]));
  expect(problemsOf(path)).toEqual([expect.stringContaining('expected text in UTF-8')]);
});

test.each([
  ['flow lists', `${HEAD}x: ${'['.repeat(200)}${']'.repeat(200)}\n`],
  ['flow lists without an end', `${HEAD}x: ${'['.repeat(100_000)}\n`],
  ['mappings', `${HEAD}${Array.from({ length: 60 }, (_, depth) => `${' '.repeat(depth)}x:`).join('\n')}\n`],
])('%s nested too deeply are refused', (_what, text) => {
  expect(problemsOf(write(text)).length).toBeGreaterThan(0);
});

test('a document that unfolds without end through aliases is refused', () => {
  const levels = Array.from(
    { length: 12 },
    (_, at) => `  - &a${at + 1} [${Array(10).fill(`*a${at}`).join(', ')}]`,
  );
  const path = write(`${HEAD}x:\n  - &a0 [x, x]\n${levels.join('\n')}\n`);
  expect(problemsOf(path)).toEqual([expect.stringContaining('aliases')]);
});

test('a value that holds itself through an alias is refused', () => {
  expect(problemsOf(write(`${HEAD}x: &a [*a]\n`)).length).toBeGreaterThan(0);
});

test(`${MAX_INCLUDES} includes are read, one more is refused`, () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: MAX_INCLUDES + 1 }, (_, at) => `more-${at}.yaml`);
  for (const name of names) write('version: 1\n', directory, name);
  expect(problemsOf(write(`${HEAD}include: [${names.slice(1).join(', ')}]\n`, directory))).toEqual([]);
  expect(problemsOf(write(`${HEAD}include: [${names.join(', ')}]\n`, directory))).toEqual([
    expect.stringContaining(`include[${MAX_INCLUDES}]: expected at most ${MAX_INCLUDES} included files`),
  ]);
});

test('all of many problems of one mapping are reported', () => {
  const keys = Array.from({ length: 40 }, (_, at) => `unknown-${at}: 1`);
  expect(problemsOf(write(`${HEAD}${keys.join('\n')}\n`)).length).toBe(40);
});

test('a report ends after the limit and says how many problems it leaves out', () => {
  const links = Array.from({ length: MAX_PROBLEMS + 100 }, () => '  - 1');
  const lines = problemsOf(write(`${HEAD}links:\n${links.join('\n')}\n`));
  expect(lines.length).toBe(MAX_PROBLEMS);
  expect(lines.at(-1)).toContain('found 101 more');
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'the key %s is an unknown key like any other',
  (key) => {
    expect(problemsOf(write(`${HEAD}${key}: { a: 1 }\n`))).toEqual([
      expect.stringContaining(`unknown key "${key}"`),
    ]);
  },
);

test('line ends of Windows and a byte order mark do not move the places', () => {
  const path = write(`\uFEFF${`${HEAD}htp: {}\n`.replaceAll('\n', '\r\n')}`);
  expect(problemsOf(path)).toEqual([expect.stringMatching(/:6:1 htp: .*did you mean "http"\?$/)]);
});
