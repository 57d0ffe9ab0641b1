/** The secret of the labels: made once, only for the owner, the same after every start; a damaged one is no secret. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLabelSecret } from '../../src/store/label-secret.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'riser-labels-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('it is made at the first start and is the same at the next', () => {
  const secret = openLabelSecret(directory);
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(readdirSync(directory)).toEqual(['labels.key']);
  expect(statSync(join(directory, 'labels.key')).mode & 0o777).toBe(0o600);
  expect(openLabelSecret(directory)).toBe(secret);
  expect(readFileSync(join(directory, 'labels.key'), 'utf8')).toBe(`${secret}\n`);
});

test('whoever removes it has another one at the next start', () => {
  const secret = openLabelSecret(directory);
  rmSync(join(directory, 'labels.key'));
  expect(openLabelSecret(directory)).not.toBe(secret);
});

test('what is none stops the start and says what to do', () => {
  writeFileSync(join(directory, 'labels.key'), 'half');
  expect(() => openLabelSecret(directory)).toThrow(expect.objectContaining({ code: 'data-damaged' }));
});

test('a directory that cannot be written is named', () => {
  expect(() => openLabelSecret(join(directory, 'gone'))).toThrow(
    expect.objectContaining({ code: 'data-not-writable' }),
  );
});
