/** A long-running command puts itself in its own place with settings that save memory: once, and without taking anything away. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toProjectPath } from '../../src/cli/paths.ts';
import { type Started, toRelaunch } from '../../src/cli/relaunch.ts';
import { startProcess, type TestProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';

/** Against a process that hangs: a cold start on a machine that does other work takes its time, and is no promise here. */
const DEADLINE_MS = 55_000;
const CACHE = '/cache';
const PLAIN: Started = {
  execArgv: [],
  args: ['main.ts', 'run', '--config', 'site.yaml'],
  env: { HOME: '/home/a' },
};
const relaunch = (change: Partial<Started> = {}) => toRelaunch({ ...PLAIN, ...change }, () => CACHE);

describe('what is set', () => {
  test('flags go before the program, its arguments and the environment stay', () => {
    const { args, env } = relaunch() ?? { args: [], env: {} };
    expect(args.slice(-4)).toEqual(PLAIN.args);
    expect(args.slice(0, -4)).toEqual([
      expect.stringMatching(/^--max-semi-space-size=\d+$/),
      expect.stringMatching(/^--heap-growing-percent=\d+$/),
    ]);
    expect(env).toEqual({
      HOME: '/home/a',
      NODE_COMPILE_CACHE: CACHE,
      MALLOC_ARENA_MAX: expect.stringMatching(/^\d+$/),
      RISER_RELAUNCH: 'done',
    });
  });

  test('flags of the user are handed on, those of a debugger too', () => {
    const args = relaunch({ execArgv: ['--inspect=0', '--cpu-prof'] })?.args ?? [];
    expect(args.slice(0, 2)).toEqual(['--inspect=0', '--cpu-prof']);
  });

  test('a variable without a value is not handed on as the word undefined', () => {
    expect(relaunch({ env: { GONE: undefined } })?.env).not.toHaveProperty('GONE');
  });
});

describe('what the user has set stays', () => {
  test.each<[Partial<Started>, string]>([
    [{ execArgv: ['--max-semi-space-size=64'] }, '--max-semi-space-size'],
    [{ execArgv: ['--max_semi_space_size=64'] }, '--max-semi-space-size'],
    [{ execArgv: ['--max-semi-space-size', '64'] }, '--max-semi-space-size'],
    [{ env: { NODE_OPTIONS: '--trace-gc --heap-growing-percent=50' } }, '--heap-growing-percent'],
  ])('%o', (change, name) => {
    const { args } = relaunch(change) ?? { args: [] };
    const own = args.slice((change.execArgv ?? []).length);
    expect(own.filter((flag) => flag.startsWith(name))).toEqual([]);
    expect(own.filter((flag) => flag.startsWith('--'))).not.toEqual([]);
  });

  test.each([
    [{ NODE_COMPILE_CACHE: '/mine' }, 'NODE_COMPILE_CACHE', '/mine'],
    [{ NODE_DISABLE_COMPILE_CACHE: '1' }, 'NODE_COMPILE_CACHE', undefined],
    [{ MALLOC_ARENA_MAX: '8' }, 'MALLOC_ARENA_MAX', '8'],
  ])('%o', (env, name, value) => {
    expect(relaunch({ env })?.env[name]).toBe(value);
  });

  test('without a place for the cache the rest is set', () => {
    const made = toRelaunch(PLAIN, () => null);
    expect(made?.env).not.toHaveProperty('NODE_COMPILE_CACHE');
    expect(made?.env).toHaveProperty('MALLOC_ARENA_MAX');
  });
});

describe('the process stays as it is', () => {
  test.each([
    ['when it has the settings', { env: { RISER_RELAUNCH: 'done' } }],
    ['when the user says so', { env: { RISER_RELAUNCH: '0' } }],
    ['when a debugger waits at the first line', { execArgv: ['--inspect-brk'] }],
    ['when a debugger is waited for', { execArgv: ['--inspect-wait=127.0.0.1:0'] }],
    [
      'when everything is set already',
      {
        execArgv: ['--max-semi-space-size=8', '--heap-growing-percent=25'],
        env: { NODE_COMPILE_CACHE: '/mine', MALLOC_ARENA_MAX: '2' },
      },
    ],
  ])('%s', (_why, change) => {
    expect(relaunch(change)).toBeNull();
  });
});

/** A program that says what it is, then relaunches, then says it again and reads its input. */
function startProbe(env: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
  const script = `
    const { relaunchOnce } = await import(${JSON.stringify(toProjectPath('src/cli/relaunch.ts'))});
    const isSecond = process.env.RISER_RELAUNCH === 'done';
    relaunchOnce();
    console.log(JSON.stringify({ isSecond, pid: process.pid, guard: process.env.RISER_RELAUNCH ?? null,
      execArgv: process.execArgv, arena: process.env.MALLOC_ARENA_MAX ?? null }));
    process.on('SIGTERM', () => process.exit(7));
    for await (const chunk of process.stdin) console.log('input ' + chunk);
    setInterval(() => {}, 1000);`;
  return startProcess(process.execPath, ['--input-type=module', '--eval', script], { env, input: 'hello' });
}

async function saidBy(probe: TestProcess): Promise<Record<string, unknown>> {
  const [line] = await probe.waitForLine(/^\{.*\}$/, DEADLINE_MS);
  return JSON.parse(line) as Record<string, unknown>;
}

const canReplace = typeof process.execve === 'function' && process.platform !== 'win32';

describe('a real process', () => {
  test('has the settings under the same process id, keeps its input, hears signals and keeps its exit code', async () => {
    await using probe = await startProbe();
    const said = await saidBy(probe);
    // `--eval` stands in execArgv, so that the second process runs the same script.
    expect(said).toMatchObject({ isSecond: canReplace, pid: probe.pid, guard: null });
    if (canReplace) expect(said['execArgv']).toContain('--heap-growing-percent=25');
    await probe.waitForLine(/^input hello$/, DEADLINE_MS);
    probe.kill('SIGTERM');
    expect(await probe.waitForExit(DEADLINE_MS)).toEqual({ code: 7, signal: null });
    expect(probe.stdout().match(/"isSecond"/g)).toHaveLength(1);
  });

  test('stays as it is where the user says so', async () => {
    await using probe = await startProbe({ RISER_RELAUNCH: '0' });
    expect(await saidBy(probe)).toMatchObject({ isSecond: false, pid: probe.pid, arena: null });
  });

  test('the command run has them, and refuses a faulty start with the same words and exit code as ever', async () => {
    const args = [toProjectPath('src/main.ts'), 'run', '--config', join(temporaryDirectory(), 'none.yaml')];
    await using plain = await startProcess(process.execPath, args, { env: { RISER_RELAUNCH: '0' } });
    await using relaunched = await startProcess(process.execPath, args);
    const exits = [await plain.waitForExit(DEADLINE_MS), await relaunched.waitForExit(DEADLINE_MS)];
    expect(exits).toEqual([
      { code: 1, signal: null },
      { code: 1, signal: null },
    ]);
    expect(relaunched.stderr()).toBe(plain.stderr());
    expect(relaunched.stderr()).toContain('none.yaml');
  });
});

test('both long-running commands do it before they load anything of their own', () => {
  const main = readFileSync(toProjectPath('src/main.ts'), 'utf8');
  expect(main).toMatch(/await relaunch\(\);\s+return \(await import\('\.\/cli\/demo\.ts'\)\)/);
  expect(main).toMatch(/await relaunch\(\);\s+return \(await import\('\.\/cli\/run\.ts'\)\)/);
});
