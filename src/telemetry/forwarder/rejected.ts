/**
 * Readings that the sink refuses for good, with its reason: `rejected.log` in the journal directory, one JSON object a
 * line. Bounded: at its limit it becomes `rejected.log.1` and the older one goes. A crash may leave a line twice.
 */
import { open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rejection } from '../../sinks/sink.ts';
import { REJECTED_FILE } from '../journal/files.ts';
import { JOURNAL_LIMITS } from '../journal/limits.ts';

/** Durable when it resolves. @throws the error of the file system. */
export async function setAside(
  directory: string,
  rejected: readonly Rejection[],
  nowMs: number,
  maxBytes: number = JOURNAL_LIMITS.rejectedBytes,
): Promise<void> {
  if (rejected.length === 0) return;
  const path = join(directory, REJECTED_FILE);
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size >= maxBytes) await rename(path, `${path}.1`);
  const at = new Date(nowMs).toISOString();
  const text = rejected.map(({ line, reason }) => `${JSON.stringify({ at, reason, line })}\n`).join('');
  const handle = await open(path, 'a', 0o640);
  try {
    await handle.appendFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
