/** Versions of the policy: what the file brings in, who may propose and decide, what is in force, what a restart leaves. */
import { describe, expect, test } from 'vitest';
import { PolicyError, RiserError } from '../../src/core/errors.ts';
import { POLICY_LIMITS } from '../../src/policies/limits.ts';
import type { Policies } from '../../src/policies/policies.ts';
import { createRig, TEXT, toFile, withLimit } from './rig.ts';

const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof RiserError ? error.code : Promise.reject(error)),
  );
const propose = (policies: Policies, limit: string, by = 'manager') =>
  policies.propose({ text: withLimit(limit), reason: 'the desk is two floors away', by });
const approval = (policies: Policies, by = 'leader') => ({
  by,
  note: 'agreed',
  comparedWith: policies.inForce().version,
});
const statesOf = (rig: ReturnType<typeof createRig>) =>
  [...rig.rows.values()].map(({ state, origin }) => `${origin}:${state}`);

describe('the file', () => {
  test('is the first version, in force without a review, with its text', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const row = policies.inForce();
    expect(row).toMatchObject({ state: 'in-force', origin: 'file', text: TEXT, reviewedBy: null });
    expect(row.version).toBe(toFile(TEXT).version);
    expect(rig.audit.map(({ action }) => action)).toEqual(['policy-file']);
  });

  test('that has not changed writes nothing at the next start', async () => {
    const rig = createRig();
    await rig.open();
    await rig.open();
    expect([rig.rows.size, rig.audit.length]).toEqual([1, 1]);
  });

  test('that has changed takes the place of the file before, also back again', async () => {
    const rig = createRig();
    const first = (await rig.open()).inForce().version;
    const changed = await rig.open(toFile(withLimit('80s')));
    expect(changed.inForce().version).toBe(toFile(withLimit('80s')).version);
    expect(statesOf(rig)).toEqual(['file:superseded', 'file:in-force']);
    expect((await rig.open()).inForce().version).toBe(first);
    expect(statesOf(rig)).toEqual(['file:in-force', 'file:superseded']);
  });

  test('that is as before does not undo what people have decided', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const { version } = await propose(policies, '80s');
    await policies.approve(version, approval(policies));
    expect((await rig.open()).inForce().version).toBe(version);
    expect(rig.audit.at(-1)?.action).toBe('policy-approve');
  });

  test('changed beside what people have decided waits for a review, and says so once', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const { version } = await propose(policies, '80s');
    await policies.approve(version, approval(policies));
    const file = toFile(withLimit('70s'));
    const again = await rig.open(file);
    expect(again.inForce().version).toBe(version);
    expect(rig.rows.get(file.version)).toMatchObject({ state: 'proposed', origin: 'file' });
    expect(rig.logged.join()).toContain('waits for a review');
    await rig.open(file);
    expect(rig.logged).toHaveLength(1);
    await again.approve(file.version, approval(again));
    expect((await rig.open(file)).inForce().version).toBe(file.version);
  });

  test('that cannot be stored stops the start', async () => {
    const rig = createRig();
    rig.failCommits(true);
    expect(await codeOf(rig.open())).toBe('store-failed');
  });
});

describe('a proposal', () => {
  test('is stored with author and reason, and changes nothing yet', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const before = policies.inForce().version;
    const row = await propose(policies, '80s');
    expect(row).toMatchObject({ state: 'proposed', origin: 'api', by: 'manager', text: withLimit('80s') });
    expect(policies.inForce().version).toBe(before);
    expect(rig.applied).toEqual([]);
    expect(rig.audit.at(-1)).toMatchObject({ action: 'policy-propose', actor: 'manager' });
    expect(rig.announced).toEqual([row]);
  });

  test('with mistakes is refused with every place', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const text = withLimit('soon').replace('close: [desk]', 'close: []');
    const error: unknown = await policies
      .propose({ text, reason: 'typing', by: 'manager' })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PolicyError);
    const { problems } = error as PolicyError;
    expect(problems.map(({ path }) => path)).toEqual(['actors.close', 'clocks[2].limits[0].limit']);
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(['policy']));
    expect(rig.rows.size).toBe(1);
  });

  test.each([
    ['what is no YAML', 'a: [', 'policy-invalid'],
    ['nothing', '', 'policy-invalid'],
    ['a policy of version 1', 'version: 1\n', 'policy-invalid'],
    ['the policy in force', TEXT, 'policy-unchanged'],
    ['the policy in force with another remark', `# ${TEXT}`, 'policy-unchanged'],
  ])('of %s is refused', async (_what, text, code) => {
    const policies = await createRig().open();
    expect(await codeOf(policies.propose({ text, reason: 'why not', by: 'manager' }))).toBe(code);
  });

  test('needs a reason, and comes once', async () => {
    const policies = await createRig().open();
    const text = withLimit('80s');
    expect(await codeOf(policies.propose({ text, reason: ' ', by: 'manager' }))).toBe('reason-required');
    await propose(policies, '80s');
    expect(await codeOf(propose(policies, '80s', 'another'))).toBe('policy-unchanged');
  });

  test('is refused when too many wait, and counted', async () => {
    const rig = createRig();
    const policies = await rig.open();
    for (let at = 0; at < POLICY_LIMITS.proposed; at++) await propose(policies, `${at + 1}s`);
    expect(await codeOf(propose(policies, '85s'))).toBe('policies-full');
    expect(policies.counters()).toEqual({ proposed: POLICY_LIMITS.proposed, refused: 1 });
  });

  test('that cannot be stored is not there', async () => {
    const rig = createRig();
    const policies = await rig.open();
    rig.failCommits(true);
    expect(await codeOf(propose(policies, '80s'))).toBe('store-failed');
    expect(policies.counters().proposed).toBe(0);
    rig.failCommits(false);
    await propose(policies, '80s');
  });
});

describe('a review', () => {
  test('by another person puts the version in force at once, and the one before is superseded', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const before = policies.inForce().version;
    const { version } = await propose(policies, '80s');
    const row = await policies.approve(version, approval(policies));
    expect(row).toMatchObject({ state: 'in-force', reviewedBy: 'leader', by: 'manager' });
    expect(policies.inForce().version).toBe(version);
    expect(rig.applied).toEqual([version]);
    expect(rig.rows.get(before)?.state).toBe('superseded');
    expect(rig.audit.at(-1)).toMatchObject({ action: 'policy-approve', detail: { supersedes: before } });
  });

  test('by its author is refused; only its author withdraws it', async () => {
    const policies = await createRig().open();
    const { version } = await propose(policies, '80s');
    expect(await codeOf(policies.approve(version, approval(policies, 'manager')))).toBe(
      'another-approver-required',
    );
    const own = { by: 'manager', note: 'no' };
    expect(await codeOf(policies.refuse(version, own))).toBe('another-approver-required');
    expect(await codeOf(policies.withdraw(version, { by: 'leader', note: '' }))).toBe('change-of-another');
    expect((await policies.withdraw(version, own)).state).toBe('withdrawn');
  });

  test('of what was compared with a version that is not in force any more has to compare again', async () => {
    const policies = await createRig().open();
    const [one, other] = [await propose(policies, '80s'), await propose(policies, '70s')];
    const stale = approval(policies);
    await policies.approve(one.version, stale);
    expect(await codeOf(policies.approve(other.version, stale))).toBe('policy-changed');
    await policies.approve(other.version, approval(policies));
    expect(policies.inForce().version).toBe(other.version);
  });

  test('comes once: what is decided stays, and what never was is not found', async () => {
    const policies = await createRig().open();
    const { version } = await propose(policies, '80s');
    expect(await codeOf(policies.refuse(version, { by: 'leader', note: '' }))).toBe('reason-required');
    await policies.refuse(version, { by: 'leader', note: 'too short' });
    expect(await codeOf(policies.approve(version, approval(policies)))).toBe('policy-decided');
    expect(await codeOf(policies.approve('000000000000', approval(policies)))).toBe('not-found');
    const inForce = policies.inForce().version;
    expect(await codeOf(policies.withdraw(inForce, { by: 'gateway', note: '' }))).toBe('policy-decided');
  });

  test('by two at once: one wins, the other is told', async () => {
    const policies = await createRig().open();
    const { version } = await propose(policies, '80s');
    const both = await Promise.all([
      codeOf(policies.approve(version, approval(policies))),
      codeOf(policies.refuse(version, { by: 'supervisor', note: 'no' })),
    ]);
    expect(both).toEqual([null, 'policy-decided']);
  });

  test('whose decision cannot be stored changes nothing', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const before = policies.inForce().version;
    const { version } = await propose(policies, '80s');
    rig.failCommits(true);
    expect(await codeOf(policies.approve(version, approval(policies)))).toBe('store-failed');
    expect([policies.inForce().version, rig.applied]).toEqual([before, []]);
    rig.failCommits(false);
    await policies.approve(version, approval(policies));
  });

  test('while the engine stops is stored, and in force after the start', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const { version } = await propose(policies, '80s');
    rig.stopEngine();
    await policies.approve(version, approval(policies));
    expect(rig.logged.join()).toContain('takes effect with the next start');
    expect((await rig.open()).inForce().version).toBe(version);
  });
});

describe('versions', () => {
  test('that were superseded are still there for the tickets that were opened under them', async () => {
    const rig = createRig();
    const policies = await rig.open();
    const before = policies.inForce();
    const { version } = await propose(policies, '80s');
    await policies.approve(version, approval(policies));
    expect((await policies.policy(before.version)).version).toBe(before.version);
    expect((await (await rig.open()).policy(before.version)).clocks).toEqual(before.policy.clocks);
    expect(await codeOf(policies.policy('nothing'))).toBe('not-found');
  });

  test('that wait survive a restart, and so does the way back to an older one', async () => {
    const rig = createRig();
    const first = await rig.open();
    const old = first.inForce().version;
    const { version } = await propose(first, '80s');
    const policies = await rig.open();
    await policies.approve(version, approval(policies));
    const back = await policies.propose({ text: TEXT, reason: 'it was better before', by: 'manager' });
    expect(back.version).toBe(old);
    await policies.approve(old, approval(policies));
    expect((await rig.open()).inForce()).toMatchObject({ version: old, origin: 'api', reviewedBy: 'leader' });
  });

  test('are listed newest first and compared by path', async () => {
    const policies = await createRig().open();
    const before = policies.inForce().version;
    const { version } = await propose(policies, '80s');
    const { items, total } = await policies.list({ limit: 1, offset: 0 });
    expect([items.map((row) => row.version), total]).toEqual([[version], 2]);
    const { from, to, differences, isTruncated } = await policies.compare(before, version);
    expect([from.version, to.version, isTruncated]).toEqual([before, version, false]);
    const path = 'clocks[report].limits[0].limitMs';
    expect(differences).toEqual([{ path, before: 90_000, after: 80_000, isSafety: true }]);
    expect(policies.check(withLimit('70s')).differences).toEqual([
      { path, before: 90_000, after: 70_000, isSafety: true },
    ]);
    expect(() => policies.check('version: 1\n')).toThrow(PolicyError);
  });
});
