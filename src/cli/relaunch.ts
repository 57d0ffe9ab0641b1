/**
 * Settings that V8, the module loader and malloc take only at the beginning of a process: a long-running command puts
 * itself in its own place once (execve: same process id, input, output, parent) and has them. Together they are worth
 * more than half of the resident memory (docs/benchmarks.md). Where that is not possible the command goes on without.
 *
 * | setting                 | what it saves                                                          |
 * | --max-semi-space-size   | young memory that is kept once a burst has filled it                   |
 * | --heap-growing-percent  | room that the heap leaves itself to grow before it collects: up to 300 % |
 * | NODE_COMPILE_CACHE      | the type stripper (WebAssembly), once for each thread; and time        |
 * | MALLOC_ARENA_MAX        | an arena of glibc for each thread, never given back                    |
 *
 * What the user has set himself stays. RISER_RELAUNCH=0 in the environment keeps the process as it is.
 */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { toProjectPath } from './paths.ts';

/** What the process was started with. */
export interface Started {
  /** Flags of node itself. */
  readonly execArgv: readonly string[];
  /** Program and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Relaunch {
  /** All but the executable's own name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** `0` = as it is; `done` in the process that has the settings, so that it does not begin again. */
const GUARD = 'RISER_RELAUNCH';
/**
 * V8's own 16 MB and growth, at 20,000 points × 10 Hz: 600–700 MB, 226 µs CPU for 100 readings. With these about 300 MB
 * and 225–250 µs. `--optimize-for-size` saves another 50 MB and doubles the CPU: it keeps young memory at 1 MB.
 */
const SEMI_SPACE_MB = 8;
const GROWING_PERCENT = 25;
/** Two arenas: one thread waits for another's malloc now and then, which cannot be measured here. */
const ARENAS = 2;
/** Cache of compiled modules: goes with the installation, and unlike a temporary directory outlives a restart of the machine. */
const CACHE = 'node_modules/.cache/riser';
/** A debugger that stops at the first line would have to be attached twice. */
const STOPPING = /^--inspect-(?:brk|wait)/;

/** Does not return where it succeeds. To be called before anything is printed, opened or listened to. */
export function relaunchOnce(): void {
  const started = { execArgv: process.execArgv, args: process.argv.slice(1), env: process.env };
  const relaunch = toRelaunch(started, findCacheDirectory);
  // In this process and not in its children, who may have reasons of their own.
  delete process.env[GUARD];
  // The channel of a fork is known to this process only.
  if (relaunch === null || process.channel || !canExecute(process.execPath)) return;
  try {
    process.execve?.(process.execPath, [process.execPath, ...relaunch.args], { ...relaunch.env });
  } catch {
    // Not on this platform.
  }
}

/** @param findCache a directory for compiled modules; null = none can be had @returns null = there is nothing to set */
export function toRelaunch(
  { execArgv, args, env }: Started,
  findCache: () => string | null,
): Relaunch | null {
  if (env[GUARD] !== undefined || execArgv.some((flag) => STOPPING.test(flag))) return null;
  const given = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(/\s+/)].map((flag) =>
    flag.replaceAll('_', '-'),
  );
  const isGiven = (name: string): boolean =>
    given.some((flag) => flag === name || flag.startsWith(`${name}=`));
  const flags = [
    ...(isGiven('--max-semi-space-size') ? [] : [`--max-semi-space-size=${SEMI_SPACE_MB}`]),
    ...(isGiven('--heap-growing-percent') ? [] : [`--heap-growing-percent=${GROWING_PERCENT}`]),
  ];
  const variables = { ...toCacheVariable(env, findCache), ...toArenaVariable(env) };
  if (flags.length === 0 && Object.keys(variables).length === 0) return null;
  const own = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    args: [...execArgv, ...flags, ...args],
    env: { ...Object.fromEntries(own), ...variables, [GUARD]: 'done' },
  };
}

function toCacheVariable(
  env: Started['env'],
  findCache: () => string | null,
): Readonly<Record<string, string>> {
  if (env['NODE_COMPILE_CACHE'] !== undefined || env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return {};
  const directory = findCache();
  return directory === null ? {} : { NODE_COMPILE_CACHE: directory };
}

function toArenaVariable(env: Started['env']): Readonly<Record<string, string>> {
  return env['MALLOC_ARENA_MAX'] === undefined ? { MALLOC_ARENA_MAX: String(ARENAS) } : {};
}

/** That of the installation, else that of node, which lies in the temporary directory; null = neither can be written. */
function findCacheDirectory(): string | null {
  const own = toProjectPath(CACHE);
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    const versioned = getCompileCacheDir();
    return versioned === undefined ? null : dirname(versioned);
  }
}

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
