/**
 * Before the tests (before.ts): brings the system's tools that they need. As root on Debian or Ubuntu it
 * installs what is missing; elsewhere it says what is missing and how to get it. Under CI=true a missing tool
 * ends with exit code 1. What each tool is stands in tools.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { ToolName } from './tools.ts';
import { findTool, isCi, TOOL_NAMES, TOOLS, toMissingLine } from './tools.ts';

/** What the decision depends on; tests hand in their own. */
export interface Machine {
  readonly canInstall: boolean;
  readonly isCi: boolean;
  isMissing(tool: ToolName): boolean;
  /** Runs apt-get. @returns null when it went well, else its last output. */
  aptGet(args: readonly string[]): string | null;
  /** Runs `install` while no package may start a service. */
  withoutServices(install: () => void): void;
  print(line: string): void;
}

/** All downloads together; a mirror that hangs must not hang the tests. */
const APT_BUDGET_MS = 10 * 60_000;
const APT_OPTIONS = [
  '-qq',
  '-o',
  'Acquire::http::Timeout=30',
  '-o',
  'Acquire::Retries=2',
  '-o',
  'DPkg::Lock::Timeout=120',
];
const MAX_QUOTED_LINES = 15;

/** @returns the exit code: 1 when something is missing in the end and CI=true, else 0. */
export function pretest(machine: Machine): number {
  const missing = TOOL_NAMES.filter((tool) => machine.isMissing(tool));
  if (missing.length === 0) return 0;
  if (machine.canInstall) install(machine, missing);
  const still = missing.filter((tool) => machine.isMissing(tool));
  for (const tool of still) machine.print(toMissingLine(tool));
  if (still.length > 0 && !machine.isCi) machine.print('tests that need them will be skipped');
  return still.length > 0 && machine.isCi ? 1 : 0;
}

function install(machine: Machine, tools: readonly ToolName[]): void {
  const packages = tools.map((tool) => TOOLS[tool].debianPackage);
  machine.print(`installing ${packages.join(' ')}`);
  report(machine, machine.aptGet(['update']));
  machine.withoutServices(() => {
    // One by one: a package that this distribution lacks must not keep the others away.
    for (const name of packages)
      report(machine, machine.aptGet(['install', '-y', '--no-install-recommends', name]));
  });
}

function report(machine: Machine, failure: string | null): void {
  if (failure !== null) machine.print(failure);
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const deadline = performance.now() + APT_BUDGET_MS;
  return {
    canInstall: process.getuid?.() === 0 && existsSync('/usr/bin/apt-get') && isDebianLike(),
    isCi: isCi(),
    isMissing: (tool) => findTool(TOOLS[tool]) === null,
    aptGet: (args) => aptGet(args, deadline - performance.now()),
    withoutServices: (run) => withoutServices(run, POLICY_FILE),
    print: (line) => console.log(`pretest: ${line}`),
  };
}

function isDebianLike(): boolean {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

function aptGet(args: readonly string[], remainingMs: number): string | null {
  const what = `apt-get ${args.join(' ')}`;
  if (remainingMs <= 0)
    return `${what}: not tried, the ${APT_BUDGET_MS / 60_000} minutes for downloads are over`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('/usr/bin/apt-get', [...APT_OPTIONS, ...args], {
    env,
    encoding: 'utf8',
    // Whole milliseconds, or spawnSync throws.
    timeout: Math.ceil(remainingMs),
  });
  if (result.status === 0) return null;
  const output = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-MAX_QUOTED_LINES).join('\n');
  return `${what} failed (${result.error?.message ?? `exit ${result.status}`}):\n${output}`;
}

/** Asked by Debian's packages before they start a service; 101 = not allowed. */
const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY = '#!/bin/sh\nexit 101\n';

/**
 * The policy stands only for the time of `run`; one that was there before is put back, also when an earlier run
 * was killed in between.
 */
export function withoutServices(run: () => void, policyFile: string): void {
  const saved = `${policyFile}.before-riser`;
  if (existsSync(policyFile) && !existsSync(saved)) renameSync(policyFile, saved);
  writeFileSync(policyFile, POLICY, { mode: 0o755 });
  try {
    run();
  } finally {
    rmSync(policyFile, { force: true });
    if (existsSync(saved)) renameSync(saved, policyFile);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = pretest(thisMachine());
