/**
 * Programs in C that the bench builds for itself with the system's compiler, into a folder of the run. Where the
 * compiler or a library is missing, the reason takes the place of the program.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Native = { readonly path: string } | { readonly missing: string };

const COMPILER = 'cc';
/** One file of a hundred lines. */
const COMPILE_MS = 60_000;
/** Of the compiler's complaint, characters. */
const REASON_CHARS = 200;

/** @param name a file of bench/children without its ending @param directory of the run */
export function buildNative(name: string, directory: string, libraries: readonly string[] = []): Native {
  const source = fileURLToPath(new URL(`children/${name}.c`, import.meta.url));
  const path = join(directory, name);
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-pthread', '-I/usr/include/modbus'];
  const args = [...flags, '-o', path, source, ...libraries.map((library) => `-l${library}`)];
  const { status, error, stderr } = spawnSync(COMPILER, args, { encoding: 'utf8', timeout: COMPILE_MS });
  if (error !== undefined) return { missing: `no C compiler (${COMPILER}): ${error.message}` };
  if (status === 0) return { path };
  const reason = /(?:fatal )?error: .*|cannot find .*/.exec(stderr)?.[0] ?? stderr;
  return { missing: `${name}.c does not compile: ${reason.slice(0, REASON_CHARS)}` };
}
