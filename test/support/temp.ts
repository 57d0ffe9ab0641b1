/** Temporary directories that are gone when the test is over, whether it passed or not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface TemporaryDirectory {
  readonly path: string;
  /** Idempotent. */
  remove(): void;
}

/** The caller removes it; for hooks, where no test runs. */
export function createTemporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), 'riser-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Path of a directory that is removed when the running test ends. Only inside a test. */
export function temporaryDirectory(): string {
  const directory = createTemporaryDirectory();
  onTestFinished(() => directory.remove());
  return directory.path;
}
