/** Rule tests of a running gateway: what is listed and run, one after the other, remembered until the files change. */
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { type EquipmentId, type RuleId, toId } from '../../src/core/ids.ts';
import { performRuleTest, type RuleTestAnswer, type RuleTestJob } from '../../src/rule-tests/job.ts';
import { RULE_TEST_LIMITS } from '../../src/rule-tests/limits.ts';
import { RuleTestRuns } from '../../src/rule-tests/runner.ts';
import { createThreadPlay, type PlayJob } from '../../src/rule-tests/thread.ts';
import { readShippedPolicy, toTests, writeProfile } from './files.ts';

const CASES = `  level-high:
    - { name: { zh: 高液位, en: high }, points: { level: { 0s: 2.05 } }, expect: { 8s: nothing, 12s: B hi } }
    - { name: wrong, points: { level: { 0s: 1 } }, expect: { 12s: B } }
  pump-{n}/fault: [{ name: fault, points: { fault: { 0s: 1 } }, expect: { 1s: B } }]`;
const TANK_ID = toId<EquipmentId>('tank-1');
const PUMP_ID = toId<EquipmentId>('tank-1-pump-2');
const LEVEL_HIGH = toId<RuleId>('level-high');
const FAULT = toId<RuleId>('fault');
const policy = readShippedPolicy();
const perform: PlayJob = async (job) => performRuleTest(job, CATALOG, policy);

interface Started {
  readonly runs: RuleTestRuns;
  readonly directory: string;
  /** Jobs that were played. */
  readonly played: RuleTestJob[];
}

const started: RuleTestRuns[] = [];
afterEach(async () => {
  for (const runs of started.splice(0)) await runs.stop();
});

function start(play: PlayJob = perform, tests: string | null = toTests(CASES)): Started {
  const directory = writeProfile(tests);
  const played: RuleTestJob[] = [];
  const unit = (id: EquipmentId, parent: EquipmentId | null) =>
    [id, { id, parent, profile: 'tank' }] as const;
  const equipment = new Map([unit(TANK_ID, null), unit(PUMP_ID, TANK_ID)]);
  const files = [join(directory, 'site.yaml'), join(directory, 'tank.yaml')];
  const model = { files, equipment } as unknown as SiteModel;
  let monoMs = 0;
  const runs = new RuleTestRuns({
    model: () => model,
    clock: { now: () => ({ wallMs: 1_000, monoMs: (monoMs += 10), bootId: 'b' }) },
    play: (job, signal) => {
      played.push(job);
      return play(job, signal);
    },
  });
  started.push(runs);
  return { runs, directory, played };
}

describe('the cases of a rule', () => {
  test('are listed without playing them', async () => {
    const { runs, played } = start();
    const report = await runs.list(TANK_ID, LEVEL_HIGH);
    expect(report?.file).toBe('tests/tank.yaml');
    expect(report?.lastRun).toBeNull();
    expect(report?.cases.map(({ name }) => name)).toEqual([
      { zh: '高液位', en: 'high' },
      { zh: 'wrong', en: 'wrong' },
    ]);
    expect(report?.cases[0]?.points).toEqual([
      {
        point: 'level',
        steps: [{ atMs: 0, signal: { type: 'held', value: 2.05, quality: null, lateMs: 0 } }],
      },
    ]);
    expect(played.map(({ isRun }) => isRun)).toEqual([false]);
  });

  test('of a part are its own', async () => {
    const { runs, played } = start();
    const report = await runs.list(PUMP_ID, FAULT);
    expect(report?.cases.map(({ points }) => points.map(({ point }) => point))).toEqual([['pump-2/fault']]);
    expect(played[0]?.rule).toBe('pump-2/fault');
  });

  test('that every profile gets are listed where it has no file', async () => {
    const { runs } = start(perform, null);
    const report = await runs.list(TANK_ID, toId<RuleId>('offline'));
    // Without a normal value nothing can be tried.
    expect(report).toEqual({ file: null, cases: [], lastRun: null });
    const full = await start().runs.list(TANK_ID, toId<RuleId>('offline'));
    expect(full?.cases.map(({ name }) => name.zh)).toEqual([
      '设备所有点位均无应答时报警，恢复应答后返回',
      '仍有一个点位应答时不报警',
    ]);
  });

  test('are none of a rule that is not the profile’s, and of equipment that there is not null', async () => {
    const { runs } = start();
    expect((await runs.list(TANK_ID, toId<RuleId>('made-here')))?.cases).toEqual([]);
    expect(await runs.list(toId<EquipmentId>('nowhere'), LEVEL_HIGH)).toBeNull();
    expect(await runs.run(toId<EquipmentId>('nowhere'), LEVEL_HIGH)).toBeNull();
  });
});

describe('a run', () => {
  test('says which case passed and what came out otherwise, and is remembered', async () => {
    const { runs, played } = start();
    const report = await runs.run(TANK_ID, LEVEL_HIGH);
    expect(report?.lastRun).toMatchObject({ atMs: 1_000, tookMs: 10 });
    const [passed, failed] = report?.lastRun?.outcomes ?? [];
    expect(passed?.failures).toEqual([]);
    expect(failed?.failures).toEqual([{ atMs: 12_000, expected: 'B', found: 'A' }]);
    expect(failed?.timeline.join()).toContain('level = 1');
    expect((await runs.list(TANK_ID, LEVEL_HIGH))?.lastRun).toEqual(report?.lastRun);
    expect(played).toHaveLength(1);
    expect(runs.counters()).toEqual({ runs: 1, failed: 0, refused: 0 });
  });

  test('is forgotten when the tests are changed', async () => {
    const { runs, directory } = start();
    await runs.run(TANK_ID, LEVEL_HIGH);
    const path = join(directory, 'tests/tank.yaml');
    writeFileSync(path, toTests(CASES.replace('name: wrong', 'name: other')));
    utimesSync(path, 5, 5);
    const report = await runs.list(TANK_ID, LEVEL_HIGH);
    expect(report?.lastRun).toBeNull();
    expect(report?.cases.map(({ name }) => name.en)).toEqual(['high', 'other']);
  });

  test('of files with mistakes fails, is counted, and the next one is not held up by it', async () => {
    const { runs, directory } = start();
    const path = join(directory, 'tests/tank.yaml');
    writeFileSync(path, toTests(CASES.replace('level: {', 'levle: {')));
    await expect(runs.run(TANK_ID, LEVEL_HIGH)).rejects.toThrow();
    writeFileSync(path, toTests(CASES));
    expect((await runs.run(TANK_ID, LEVEL_HIGH))?.cases).toHaveLength(2);
    expect(runs.counters()).toEqual({ runs: 2, failed: 1, refused: 0 });
  });

  test('waits for the one before; beyond the queue it is refused and counted', async () => {
    const waiting: (() => void)[] = [];
    let atOnce = 0;
    let most = 0;
    const answer: RuleTestAnswer = { file: null, cases: [], outcomes: [] };
    const { runs, played } = start(async () => {
      most = Math.max(most, ++atOnce);
      await new Promise<void>((resolve) => waiting.push(resolve));
      atOnce--;
      return answer;
    });
    const all = Array.from({ length: RULE_TEST_LIMITS.queued + 1 }, () => runs.run(TANK_ID, LEVEL_HIGH));
    await expect(runs.run(TANK_ID, LEVEL_HIGH)).rejects.toMatchObject({ code: 'rule-tests-busy' });
    for (const one of all) {
      await expect.poll(() => waiting.length).toBe(1);
      waiting.pop()?.();
      await one;
    }
    expect(most).toBe(1);
    expect(played).toHaveLength(RULE_TEST_LIMITS.queued + 1);
    expect(runs.counters().refused).toBe(1);
  });

  test('is ended when the gateway stops', async () => {
    const { runs } = start((_, signal) => {
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => reject(new Error('ended')));
      return promise;
    });
    const ended = expect(runs.run(TANK_ID, LEVEL_HIGH)).rejects.toThrow('ended');
    await Promise.resolve();
    await runs.stop();
    await ended;
  });
});

describe('the thread', () => {
  const entry = new URL('../../src/rule-tests-thread.ts', import.meta.url);

  test('plays a shipped rule', async () => {
    const profile = join(import.meta.dirname, '../../devices/generic-sump-2p.yaml');
    const job = { profile, rule: 'pump-1/fault', isRun: true };
    const { cases, outcomes } = await createThreadPlay(entry)(job, new AbortController().signal);
    expect(cases.length).toBeGreaterThan(0);
    expect(outcomes?.map(({ failures }) => failures)).toEqual(cases.map(() => []));
  });

  test('tells every mistake of the files', async () => {
    const directory = writeProfile(toTests(CASES.replace('level: {', 'levle: {')));
    const job = { profile: join(directory, 'tank.yaml'), rule: 'level-high', isRun: true };
    await expect(createThreadPlay(entry)(job, new AbortController().signal)).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });

  test('is ended when it takes too long, or is not wanted any more', async () => {
    const job = { profile: join(writeProfile(toTests(CASES)), 'tank.yaml'), rule: 'level-high', isRun: true };
    await expect(createThreadPlay(entry, 1)(job, new AbortController().signal)).rejects.toMatchObject({
      code: 'rule-tests-failed',
      params: { reason: { en: 'it took too long' } },
    });
    await expect(createThreadPlay(entry)(job, AbortSignal.abort())).rejects.toMatchObject({
      code: 'rule-tests-failed',
      params: { reason: { en: 'the gateway is stopping' } },
    });
  });
});
