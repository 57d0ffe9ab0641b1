/** The command `check`: what it prints where, and its exit codes. */
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { check } from '../../src/cli/check.ts';
import { capture } from '../support/capture.ts';

const CONFIG = join(import.meta.dirname, '../../config');

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('a sound site gives a summary, the hours that its journal holds, and 0', async () => {
  const written = capture();
  vi.setSystemTime('2026-03-02');
  expect(await check(['--config', join(CONFIG, 'demo.yaml')])).toBe(0);
  const [summary, journal, ...rest] = written.out.split('\n');
  expect(summary).toMatch(/sound\. \d+ equipment .*, \d+ points, \d+ rules, 7 links\.$/);
  expect(journal).toMatch(/^Journal: 8\.0 GiB, 14 days at most; it holds 336 h \(.*\)\.$/);
  expect(rest).toEqual(['']);
  expect(written.err).toBe('');
});

test('a table of holidays that ends within 60 days is warned of, and is no problem', async () => {
  const written = capture();
  vi.setSystemTime('2026-11-03');
  expect(await check(['--config', join(CONFIG, 'demo.yaml')])).toBe(0);
  expect(written.out).toMatch(/^Warning: the table of holidays of calendar office ends on 2026-12-31; /m);
  expect(written.err).toBe('');
});

test('problems go to standard error, one on a line, and the exit code is 1', async () => {
  const written = capture();
  expect(await check(['--config', join(import.meta.dirname, 'cases/wrong-type.yaml')])).toBe(1);
  const lines = written.err.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/wrong-type\.yaml:\d+:\d+ \S+: expected .+, found .+$/);
  expect(written.out).toBe('');
});

test.each([['site'], ['profile'], ['policy']])('--schema %s prints a JSON Schema', async (what) => {
  const written = capture();
  expect(await check(['--schema', what])).toBe(0);
  expect(JSON.parse(written.out)).toMatchObject({ $schema: expect.stringContaining('json-schema.org') });
});

test('--help explains the options', async () => {
  const written = capture();
  expect(await check(['--help'])).toBe(0);
  expect(written.out).toContain('--config FILE');
});

test.each([[[]], [['--config']], [['--confg', 'x']], [['x']], [['--schema', 'nothing']]])(
  'wrong usage %j gives the help and 1',
  async (args) => {
    const written = capture();
    expect(await check(args)).toBe(1);
    expect(written.err).toContain('Usage:');
    expect(written.out).toBe('');
  },
);
