/** The data directory: made, locked, stamped; refused with a reason otherwise. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type DataDirectory, openDataDirectory } from '../../src/store/data-directory.ts';
import { startProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';

const HOLDER = fileURLToPath(new URL('./support/hold-directory.ts', import.meta.url));

function open(path: string, madeBy: 'demo' | 'run' = 'run', pid = 4711): DataDirectory {
  const directory = openDataDirectory(path, { madeBy, pid });
  onTestFinished(() => directory.close());
  return directory;
}

test('a directory is made for its owner only, with a journal and a stamp', () => {
  const path = join(temporaryDirectory(), 'deep', 'data');
  const directory = open(path);
  expect(directory).toMatchObject({ path, journal: join(path, 'journal') });
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(existsSync(directory.journal)).toBe(true);
  const stamp = JSON.parse(readFileSync(join(path, 'riser.json'), 'utf8')) as unknown;
  expect(stamp).toMatchObject({ version: 1, madeBy: 'run' });
});

test('a directory in use is refused with the process that holds it, and free again after close', () => {
  const path = temporaryDirectory();
  const first = open(path, 'run', 4711);
  expect(() => open(path)).toThrow(
    expect.objectContaining({ code: 'data-locked', params: { path, pid: '4711' } }),
  );
  first.close();
  first.close();
  expect(open(path).path).toBe(path);
});

test('the lock of another process holds while it lives and ends with kill -9', async () => {
  const path = temporaryDirectory();
  await using holder = await startProcess(process.execPath, [HOLDER, path]);
  await holder.waitForLine(/^held$/, 60_000);
  const locked = { code: 'data-locked', params: { path, pid: String(holder.pid) } };
  expect(() => open(path)).toThrow(expect.objectContaining(locked));
  holder.kill('SIGKILL');
  await holder.waitForExit(60_000);
  expect(open(path).path).toBe(path);
});

test('demo uses its directory again; run refuses it, and gives the lock back', () => {
  const path = temporaryDirectory();
  open(path, 'demo').close();
  expect(() => open(path, 'run')).toThrow(
    expect.objectContaining({ code: 'data-from-demo', params: { path } }),
  );
  expect(open(path, 'demo').path).toBe(path);
});

test('demo refuses a directory that run made: its accounts have a public password', () => {
  const path = temporaryDirectory();
  open(path, 'run').close();
  expect(() => open(path, 'demo')).toThrow(expect.objectContaining({ code: 'data-not-writable' }));
  expect(open(path, 'run').path).toBe(path);
});

test.each([
  ['of a newer version', '{"version":2,"madeBy":"somebody"}', 'data-too-new'],
  ['that is cut off', '{"version":1,"mad', 'data-damaged'],
  ['that says nothing', 'null', 'data-damaged'],
  ['of an unknown maker', '{"version":1,"madeBy":"somebody"}', 'data-damaged'],
])('a stamp %s is refused', (_what, text, code) => {
  const path = temporaryDirectory();
  writeFileSync(join(path, 'riser.json'), text);
  expect(() => open(path)).toThrow(expect.objectContaining({ code }));
  expect(readFileSync(join(path, 'riser.json'), 'utf8')).toBe(text);
});

test('a file in place of the directory, and a directory that takes no file, are refused with the reason', () => {
  const base = temporaryDirectory();
  writeFileSync(join(base, 'file'), '');
  const notDirectory = { code: 'data-not-writable', params: { path: join(base, 'file'), reason: 'ENOTDIR' } };
  expect(() => open(join(base, 'file'))).toThrow(expect.objectContaining(notDirectory));
  // Not even root can make a directory here.
  expect(() => open('/proc/none/data')).toThrow(expect.objectContaining({ code: 'data-not-writable' }));
  mkdirSync(join(base, 'data', 'riser.lock'), { recursive: true });
  expect(() => open(join(base, 'data'))).toThrow(expect.objectContaining({ code: 'data-not-writable' }));
});
