/** Writes an exported file under another name and gives it its own when it is whole: there is never half of one. */
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { RiserError } from '../core/errors.ts';

/** Readings tell when nobody is in a building. */
const FILE_MODE = 0o600;

/**
 * At the pace of the disk.
 * @param signal ends the work; what it had written is removed
 * @throws RiserError `stopped`, `file-not-writable`, and what `chunks` throws; then nothing new is there
 */
export async function writeExport(
  chunks: AsyncIterable<string | Uint8Array>,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  const part = `${out}.part`;
  try {
    await writeAll(chunks, part, signal);
    await rename(part, out);
  } catch (error) {
    rmSync(part, { force: true });
    throw toWriteError(error, out, signal);
  }
}

async function writeAll(
  chunks: AsyncIterable<string | Uint8Array>,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const file = createWriteStream(path, { mode: FILE_MODE });
  // An error is looked for at each step; one that comes between two of them, or after the end, must not end the process.
  file.on('error', () => undefined);
  try {
    await once(file, 'open', { signal });
    for await (const chunk of chunks) {
      if (signal.aborted) throw new RiserError('stopped');
      if (file.errored !== null) throw file.errored;
      if (!file.write(chunk)) await once(file, 'drain', { signal });
    }
    file.end();
    await finished(file);
  } finally {
    file.destroy();
  }
}

function toWriteError(error: unknown, out: string, signal: AbortSignal): unknown {
  if (signal.aborted) return new RiserError('stopped');
  const isDisk = error instanceof Error && 'syscall' in error && 'code' in error;
  if (!isDisk) return error;
  return new RiserError('file-not-writable', { path: out, reason: String(error.code) }, { cause: error });
}
