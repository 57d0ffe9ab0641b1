/** The `who` command as people run it: with a roster from a file, with a data directory, and used wrongly. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { who as command } from '../../src/cli/who.ts';
import { createPeople, ensureDemoDuty, ensureDemoUsers } from '../../src/people/service.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { capture } from '../support/capture.ts';
import { createFakeClock } from '../support/clock.ts';
import { startProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../config/demo.yaml', import.meta.url));
const ROSTER = fileURLToPath(new URL('../../config/roster-example.yaml', import.meta.url));
/** The smallest that Argon2 allows: these tests are not about cost. */
const CHEAP = { memoryKiB: 8, passes: 1, parallelism: 1 };
const AT = ['--at', '2026-11-28T03:00'];

afterEach(() => {
  vi.restoreAllMocks();
});

async function who(...args: readonly string[]) {
  const written = capture();
  const code = await command(['--config', CONFIG, ...args]);
  vi.restoreAllMocks();
  return { code, stdout: written.out, stderr: written.err };
}

async function startWho(...args: readonly string[]) {
  await using child = await startProcess(process.execPath, [MAIN, 'who', '--config', CONFIG, ...args]);
  const { code } = await child.waitForExit(60_000);
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

describe('who', () => {
  test('answers for the example roster: who has the night of Friday, and what is missing', async () => {
    const { code, stdout, stderr } = await startWho('--roster', ROSTER, ...AT, '--equipment', 'dws-1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('2026-11-28 03:00 Asia/Shanghai');
    expect(stdout).toContain('zhou-bin (zhou-bin) · 当值 / on duty → 2026-11-28 08:00 · phone 8813');
    expect(stdout).toContain(
      '! 无人可通知：leader，改为通知前台 / nobody can be told: leader; told instead: Desk',
    );
    expect(stdout).toContain('liu-qiang electrician-lv: 剩 17 天 / 17 days left (2026-12-15)');
  });

  test('sends a ticket that nobody holds the certificate for to the desk, and says whose it is missing', async () => {
    const { stdout } = await who('--roster', ROSTER, ...AT, '--equipment', 'transformer-1');
    expect(stdout).toContain('1. 立即（确认或改派） / at once (confirms or redirects): 前台 / Desk');
    expect(stdout).toContain('! liu-qiang (liu-qiang): 无证书 electrician-hv');
  });

  test('reads accounts and roster of a data directory', async () => {
    const directory = temporaryDirectory();
    const store = await openStore({ directory, log: pino({ level: 'silent' }) });
    const clock = createFakeClock();
    await ensureDemoUsers(createPeople({ store, clock, cost: CHEAP }), store);
    await ensureDemoDuty(store, clock, 'Asia/Shanghai');
    await store.close();
    const { code, stdout } = await who(
      '--data',
      directory,
      ...AT,
      '--equipment',
      'lift-1',
      '--severity',
      'life-safety',
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      '陈静（前台夜班） / Chen Jing (night desk) (desk-chen) · 当值 / on duty → 2026-11-28 08:00',
    );
    expect(stdout).toContain('电梯应急救援 / Lift rescue line · 应急救援电话 / Rescue line · 96333');
    expect(stdout).not.toContain('没有排班表');
    expect(stdout).toContain(`数据目录 / Data directory\n  ${directory}\n`);
  });

  test('says that it has read no accounts where the directory of the gateway is not named', async () => {
    const cwd = temporaryDirectory();
    const args = [MAIN, 'who', '--config', CONFIG, ...AT];
    await using child = await startProcess(process.execPath, args, { cwd });
    expect((await child.waitForExit(60_000)).code).toBe(0);
    expect(child.stdout()).toContain(
      `! ${join(cwd, 'data')} 中没有数据，未读取账号和排班：请用 --data 指明网关的数据目录`,
    );
  });

  test.each([
    ['no time', [], '--at'],
    ['a day that is none', ['--at', '2026-02-30T03:00'], '--at'],
    ['an hour that is none', ['--at', '2026-11-28T24:00'], '--at'],
    ['unknown equipment', [...AT, '--equipment', 'pump-99'], '--equipment'],
    ['an unknown severity', [...AT, '--severity', 'dire'], '--severity'],
    ['a directory without data', [...AT, '--data', 'none'], '--data'],
    ['a roster that is not there', [...AT, '--roster', 'none.yaml'], 'none.yaml'],
  ])('refuses %s and says why', async (_what, args, reason) => {
    const { code, stdout, stderr } = await who(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
  });

  test('ends the process with 1 when it refuses', async () => {
    const { code, stderr } = await startWho();
    expect([code, stderr]).toEqual([1, expect.stringContaining('--at')]);
  });
});
