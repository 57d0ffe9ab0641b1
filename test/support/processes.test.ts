/** Helpers that start and watch processes: what they promise when a child is slow, silent, deaf or orphaned. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { endSurvivors, teardown } from './global-setup.ts';
import { until } from './poll.ts';
import { freePorts, releasePorts } from './ports.ts';
import type { TestProcess } from './process.ts';
import { startProcess } from './process.ts';
import { findSurvivors, killSurvivors, MARK_VARIABLE } from './survivors.ts';

const DEADLINE_MS = 20_000;

function startScript(script: string, env: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
  return startProcess(process.execPath, ['--eval', script], { env });
}

const STAY = 'setInterval(() => {}, 1000);';
const START_CHILD = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
  console.log('child ' + child.pid);
  ${STAY}`;

describe('startProcess', () => {
  test('captures both streams and the exit code', async () => {
    await using child = await startScript(`console.log('out'); console.error('err'); process.exitCode = 3;`);
    expect(await child.waitForExit(DEADLINE_MS)).toEqual({ code: 3, signal: null });
    expect([child.stdout(), child.stderr()]).toEqual(['out\n', 'err\n']);
  });

  test('fails at once when the program does not exist', async () => {
    await expect(startProcess('./no-such-program', [])).rejects.toThrow('ENOENT');
  });

  test('hands over the input and closes it', async () => {
    await using child = await startProcess(
      process.execPath,
      ['--eval', 'process.stdin.pipe(process.stdout)'],
      { input: 'secret\n' },
    );
    await child.waitForExit(DEADLINE_MS);
    expect(child.stdout()).toBe('secret\n');
  });

  test('waits for a line and returns its match', async () => {
    await using child = await startScript(`setTimeout(() => console.log('ready on 1234'), 50); ${STAY}`);
    expect((await child.waitForLine(/ready on (\d+)/, DEADLINE_MS))[1]).toBe('1234');
  });

  test('a process that ends without the line fails at once, with its output', async () => {
    await using child = await startScript(`console.error('port in use'); process.exitCode = 1;`);
    await expect(child.waitForLine(/ready/, 60_000)).rejects.toThrow(/ended with 1; output:\nport in use/);
  });

  test('a process that never says the line fails at the deadline', async () => {
    await using child = await startScript(STAY);
    await expect(child.waitForLine(/ready/, 50)).rejects.toThrow('said nothing for 50 ms');
    await expect(child.waitForExit(20)).rejects.toThrow('still runs after 20 ms');
  });

  test('a process that ignores SIGTERM is killed after the grace', async () => {
    await using child = await startScript(`process.on('SIGTERM', () => {}); console.log('deaf'); ${STAY}`);
    await child.waitForLine(/deaf/, DEADLINE_MS);
    expect(await child.stop(100)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await child.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('leaving the block ends the process', async () => {
    const child = await startScript(STAY);
    {
      await using inner = child;
      expect(inner.survivors()).toHaveLength(1);
    }
    expect(child.survivors()).toEqual([]);
  });
});

describe('survivors', () => {
  test('a grandchild is found after its parent was killed', async () => {
    await using parent = await startScript(START_CHILD);
    const [, pid] = await parent.waitForLine(/child (\d+)/, DEADLINE_MS);
    await until(() => parent.survivors().length === 2, { timeoutMs: DEADLINE_MS, what: 'parent and child' });
    parent.kill('SIGKILL');
    expect(await parent.waitForExit(DEADLINE_MS)).toEqual({ code: null, signal: 'SIGKILL' });
    const left = parent.survivors();
    expect(left.map((survivor) => survivor.pid)).toEqual([Number(pid)]);
    expect(left[0]?.commandLine).toContain('setInterval');
    killSurvivors(left);
    await until(() => parent.survivors().length === 0, {
      timeoutMs: DEADLINE_MS,
      what: 'the end of the grandchild',
    });
  });

  test('the mark of another process that begins alike is not taken for its own', async () => {
    await using child = await startScript(STAY);
    const mark = process.env[MARK_VARIABLE] ?? '';
    expect(findSurvivors(mark).map(({ pid }) => pid)).toContain(child.pid);
    expect(findSurvivors(mark.slice(0, -1))).toEqual([]);
  });

  test('the end of the run fails over a forgotten child, names it and ends it', async () => {
    const [run, mark] = [process.env['RISER_TEST_RUN'], process.env[MARK_VARIABLE]];
    Object.assign(process.env, { RISER_TEST_RUN: `${run}x`, [MARK_VARIABLE]: `${run}x` });
    try {
      await using forgotten = await startScript(`/* forgotten */ ${STAY}`);
      await expect(endSurvivors(1_000)).rejects.toThrow(/1 child processes .*\n.*forgotten/);
      expect(await forgotten.waitForExit(DEADLINE_MS)).toEqual({ code: null, signal: 'SIGKILL' });
      await expect(teardown()).resolves.toBeUndefined();
    } finally {
      Object.assign(process.env, { RISER_TEST_RUN: run, [MARK_VARIABLE]: mark });
    }
  });
});

describe('until', () => {
  test('returns the first result that is something', async () => {
    const results = [null, undefined, false, 'found'];
    expect(
      await until(() => results.shift(), { timeoutMs: DEADLINE_MS, what: 'a result', intervalMs: 1 }),
    ).toBe('found');
  });

  test('zero and an empty string are results', async () => {
    expect(await until(() => 0, { timeoutMs: DEADLINE_MS, what: 'zero' })).toBe(0);
    expect(await until(() => '', { timeoutMs: DEADLINE_MS, what: 'nothing said' })).toBe('');
  });

  test('names what was missing and the last error', async () => {
    const waiting = until(() => Promise.reject(new Error('refused')), { timeoutMs: 30, what: 'the gateway' });
    await expect(waiting).rejects.toMatchObject({
      message: 'waited 30 ms in vain for the gateway',
      cause: { message: 'refused' },
    });
  });

  test('time in which this process stood still does not count', async () => {
    let isHere = false;
    const standStill = () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      setTimeout(() => (isHere = true), 30);
    };
    setTimeout(standStill, 10);
    await until(() => isHere, { timeoutMs: 1_000, what: 'what comes after the pause', intervalMs: 50 });
    const answer = () =>
      new Promise<boolean>((resolve) => {
        setTimeout(() => {
          standStill();
          setTimeout(() => resolve(true), 30);
        }, 10);
      });
    await until(answer, { timeoutMs: 1_000, what: 'an answer after the pause' });
  });

  test('a check that never answers does not outlast the deadline', async () => {
    await expect(until(() => new Promise(() => {}), { timeoutMs: 30, what: 'an answer' })).rejects.toThrow(
      'an answer',
    );
  });
});

describe('free ports', () => {
  test('are different from each other, and none of those that connections are given', async () => {
    const ports = [...(await freePorts(20)), ...(await freePorts(20))];
    expect(new Set(ports).size).toBe(40);
    expect(Math.max(...ports)).toBeLessThan(32_768);
  });

  test('are given away once, whichever process of the run asks', async () => {
    const module = JSON.stringify(new URL('ports.ts', import.meta.url).href);
    const script = `import(${module}).then(async ({ freePorts }) => console.log((await freePorts(500)).join()))`;
    const run = `${process.env['RISER_TEST_RUN']}-ports`;
    onTestFinished(() => releasePorts(run));
    const children = await Promise.all([1, 2].map(() => startScript(script, { RISER_TEST_RUN: run })));
    onTestFinished(async () => void (await Promise.all(children.map((child) => child.stop()))));
    const given: string[] = [];
    for (const child of children) {
      await child.waitForExit(DEADLINE_MS);
      given.push(...child.stdout().trim().split(',').filter(Boolean));
    }
    expect(given.length).toBe(1_000);
    expect(new Set(given).size).toBe(given.length);
  });
});
