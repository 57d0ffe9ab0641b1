/** Changes of rules by people: who may, what is checked, what is in force, and what a restart leaves of it. */
import { afterAll, describe, expect, test } from 'vitest';
import { RiserError, RuleChangeError } from '../../src/core/errors.ts';
import { toId } from '../../src/core/ids.ts';
import { RULE_CHANGE_LIMITS } from '../../src/rule-changes/limits.ts';
import type { RuleChanges } from '../../src/rule-changes/rule-changes.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { approval, createRig, KEY, loadHouse, PRESSURE, propose, SET, toDone } from './rig.ts';

const home = createTemporaryDirectory();
afterAll(() => home.remove());
const house = loadHouse(home.path);

const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof RiserError ? error.code : Promise.reject(error)),
  );
const pressureOf = (changes: RuleChanges) => changes.rule(SET, PRESSURE);

describe('a proposal', () => {
  test('is stored with author, reason and the version it was written against, and changes nothing yet', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change, rule } = await changes.propose(propose());
    expect(change).toMatchObject({
      state: 'proposed',
      by: 'engineer',
      baseVersion: pressureOf(changes)?.rule.version,
    });
    expect(rule?.params).toMatchObject({ lo: { limit: 3 } });
    expect(rig.rows.get(change.id)).toEqual(change);
    expect(rig.audit).toMatchObject([
      { action: 'rule-change-propose', actor: 'engineer', object: 'set-1/pressure-low' },
    ]);
    expect(pressureOf(changes)).toMatchObject({ change: null, rule: { params: { lo: { limit: 2 } } } });
    expect(rig.applied).toEqual([]);
    expect(rig.announced).toEqual([change]);
  });

  test.each([
    ['an unknown property', { override: { limit: 3 } }, 'limit'],
    ['a rule that is not there and has no type', { rule: toId('pressure-lo') }, 'id'],
    ['an equipment that is not there', { equipment: toId('set-9') }, ''],
    [
      'a delay of life safety',
      { equipment: toId('tank'), rule: toId('level-low'), override: { onDelayMs: 5_000 } },
      'onDelayMs',
    ],
    [
      'life safety switched off',
      { equipment: toId('tank'), rule: toId('level-low'), override: { enabled: false } },
      'enabled',
    ],
    [
      'life safety lowered',
      { equipment: toId('tank'), rule: toId('level-low'), override: { severity: 'low' } },
      'severity',
    ],
  ] as const)('of %s is refused with the place', async (_what, change, path) => {
    const rig = createRig();
    const changes = await rig.open(house);
    const error: unknown = await changes
      .propose(propose(change as object))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RuleChangeError);
    expect((error as RuleChangeError).problems.map((problem) => problem.path).join()).toContain(path);
    expect([rig.rows.size, rig.audit]).toEqual([0, []]);
  });

  test('needs a reason, and a rule to go back to the files of', async () => {
    const changes = await createRig().open(house);
    expect(await codeOf(changes.propose(propose({ reason: ' ' })))).toBe('reason-required');
    expect(await codeOf(changes.propose(propose({ rule: toId('never'), override: null })))).toBe('not-found');
  });

  test('is refused when too many wait, and counted', async () => {
    const rig = createRig();
    for (let at = 0; at < RULE_CHANGE_LIMITS.proposed; at++) {
      const id = `old-${at}`;
      rig.rows.set(id, { ...(await (await createRig().open(house)).propose(propose())).change, id });
    }
    const changes = await rig.open(house);
    expect(await codeOf(changes.propose(propose()))).toBe('rule-changes-full');
    expect(changes.counters()).toMatchObject({ proposed: RULE_CHANGE_LIMITS.proposed, refused: 1 });
  }, 60_000);

  test('that cannot be stored is none', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    rig.failCommits(true);
    expect(await codeOf(changes.propose(propose()))).toBe('store-failed');
    expect([changes.counters().proposed, rig.announced]).toEqual([0, []]);
  });
});

describe('an approval', () => {
  test('by another person puts the change in force at once, at the index the rule had', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change } = await changes.propose(propose());
    const before = pressureOf(changes)?.rule;
    expect(await changes.approve(change.id, approval())).toMatchObject({
      state: 'approved',
      reviewedBy: 'supervisor',
      approvals: [{ by: 'supervisor', isUntested: true }],
    });
    const after = pressureOf(changes);
    expect(after).toMatchObject({
      isEnabled: true,
      change: { id: change.id },
      rule: { params: { lo: { limit: 3 } } },
    });
    expect(after?.rule.index).toBe(before?.index);
    expect(after?.rule.version).not.toBe(before?.version);
    expect(rig.applied.map(({ model, disabled }) => [model === changes.model(), disabled.size])).toEqual([
      [true, 0],
    ]);
    expect(rig.audit.at(-1)).toMatchObject({ action: 'rule-change-approve', actor: 'supervisor' });
  });

  test('by the author is refused, whatever he may', async () => {
    const changes = await createRig().open(house);
    const { change } = await changes.propose(propose({ by: 'admin' }));
    expect(await codeOf(changes.approve(change.id, approval('admin')))).toBe('another-approver-required');
    expect(await codeOf(changes.refuse(change.id, { by: 'admin', note: 'no' }))).toBe(
      'another-approver-required',
    );
  });

  test('without a backtest has to be said', async () => {
    const changes = await createRig().open(house);
    const { change } = await changes.propose(propose());
    expect(await codeOf(changes.approve(change.id, approval('supervisor', false)))).toBe('backtest-required');
  });

  test('of a change whose backtest misses a confirmed incident takes two different persons', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change } = await changes.propose(propose());
    await changes.tested(change.id, 'backtest-1');
    rig.backtests.set('backtest-1', toDone('backtest-1', 1));
    // Approving as untested does not get around what is known.
    const first = await changes.approve(change.id, approval('supervisor', true));
    expect(first).toMatchObject({ state: 'proposed', approvals: [{ by: 'supervisor', isUntested: false }] });
    expect(rig.applied).toEqual([]);
    expect(await codeOf(changes.approve(change.id, approval('supervisor', false)))).toBe(
      'another-approver-required',
    );
    expect(await codeOf(changes.approve(change.id, approval('engineer', false)))).toBe(
      'another-approver-required',
    );
    expect(await changes.approve(change.id, approval('admin', false))).toMatchObject({ state: 'approved' });
    expect(rig.applied).toHaveLength(1);
  });

  test('keeps the verdict of the backtest after the result itself is gone', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change } = await changes.propose(propose());
    await changes.tested(change.id, 'backtest-1');
    rig.backtests.set('backtest-1', toDone('backtest-1', 0));
    await changes.noteResult('backtest-1');
    rig.backtests.clear();
    const again = await rig.open(house);
    expect(await again.approve(change.id, approval('supervisor', false))).toMatchObject({
      state: 'approved',
      backtest: { verdict: { missed: 0, needsSecondApprover: false } },
    });
  });

  test('of a rule that has changed since is refused', async () => {
    const changes = await createRig().open(house);
    const { change: older } = await changes.propose(propose());
    const { change: newer } = await changes.propose(propose({ override: { lo: { limit: 1 } } }));
    await changes.approve(newer.id, approval());
    expect(await codeOf(changes.approve(older.id, approval()))).toBe('rule-changed');
    expect(pressureOf(changes)?.rule.params).toMatchObject({ lo: { limit: 1 } });
  });

  test('takes the place of the change before, which is superseded', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change: first } = await changes.propose(propose());
    await changes.approve(first.id, approval());
    const { change: second } = await changes.propose(propose({ override: { onDelayMs: 9_000 } }));
    await changes.approve(second.id, approval());
    expect([first, second].map(({ id }) => rig.rows.get(id)?.state)).toEqual(['superseded', 'approved']);
    // Each is written against the files: what the second does not name is as they say.
    expect(pressureOf(changes)?.rule).toMatchObject({ onDelayMs: 9_000, params: { lo: { limit: 2 } } });
  });

  test('of what is not there, or is decided already, is refused', async () => {
    const changes = await createRig().open(house);
    const { change } = await changes.propose(propose());
    await changes.approve(change.id, approval());
    expect(await codeOf(changes.approve(change.id, approval('admin')))).toBe('rule-change-decided');
    expect(await codeOf(changes.approve('never', approval()))).toBe('not-found');
  });

  test('that cannot be stored leaves everything as it was', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change } = await changes.propose(propose());
    rig.failCommits(true);
    expect(await codeOf(changes.approve(change.id, approval()))).toBe('store-failed');
    expect([rig.applied, pressureOf(changes)?.change]).toEqual([[], null]);
    rig.failCommits(false);
    expect(await changes.approve(change.id, approval())).toMatchObject({ state: 'approved' });
  });

  test('while the gateway stops is in force after the next start', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change } = await changes.propose(propose());
    rig.stopEngine();
    expect(await changes.approve(change.id, approval())).toMatchObject({ state: 'approved' });
    expect(changes.model()).toBe(house);
    expect(rig.logged.join()).toContain('takes effect with the next start');
    expect(pressureOf(await rig.open(house))?.rule.params).toMatchObject({ lo: { limit: 3 } });
  });
});

describe('a refusal and a withdrawal', () => {
  test('end a change for good: another person refuses with a reason, the author withdraws', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change } = await changes.propose(propose());
    expect(await codeOf(changes.refuse(change.id, { by: 'supervisor', note: '' }))).toBe('reason-required');
    expect(await codeOf(changes.withdraw(change.id, { by: 'supervisor', note: '' }))).toBe(
      'change-of-another',
    );
    expect(await changes.withdraw(change.id, { by: 'engineer', note: '' })).toMatchObject({
      state: 'withdrawn',
    });
    const { change: other } = await changes.propose(propose());
    expect(await changes.refuse(other.id, { by: 'supervisor', note: 'too slow' })).toMatchObject({
      state: 'refused',
      reviewNote: 'too slow',
    });
    expect([rig.applied, changes.counters().proposed]).toEqual([[], 0]);
  });
});

describe('a rule', () => {
  test('that is switched off keeps its index, is judged no more, and can be switched on again, also after a restart', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change, rule } = await changes.propose(propose({ override: { enabled: false } }));
    expect(rule).toBeNull();
    await changes.approve(change.id, approval());
    expect([...(rig.applied[0]?.disabled ?? [])]).toEqual([KEY, 'house/set-1/pressure-bad-data']);
    expect(changes.model().rules.map(({ key }) => key)).toEqual(house.rules.map(({ key }) => key));
    expect(pressureOf(changes)).toMatchObject({ isEnabled: false });

    const again = await rig.open(house);
    expect(again.model().rules.some(({ key }) => key === KEY)).toBe(false);
    expect(pressureOf(again)).toMatchObject({ isEnabled: false, change: { id: change.id } });
    expect([...again.rules()].filter(({ rule: one }) => one.key === KEY)).toHaveLength(1);
    const { change: back } = await again.propose(propose({ override: null }));
    await again.approve(back.id, approval());
    expect(pressureOf(again)).toMatchObject({
      isEnabled: true,
      change: null,
      rule: { params: { lo: { limit: 2 } } },
    });
    expect(rig.applied.at(-1)?.disabled.size).toBe(0);
  });

  test('that is new stands behind all others, and is gone when it is taken back', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const override = {
      type: 'threshold',
      severity: 'low',
      text: { zh: '压力偏高', en: 'Pressure rather high' },
      point: 'pressure',
      hi: { limit: 8 },
    };
    const { change } = await changes.propose(propose({ rule: toId('pressure-high'), override }));
    expect(change.baseVersion).toBe('');
    await changes.approve(change.id, approval());
    const made = changes.rule(SET, toId('pressure-high'));
    expect(made).toMatchObject({ isEnabled: true, change: { id: change.id } });
    expect(changes.model().rules[made?.rule.index ?? -1]?.key).toBe('house/set-1/pressure-high');
    for (const [index, rule] of house.rules.entries())
      expect(changes.model().rules[index]?.key).toBe(rule.key);
    const { change: back } = await changes.propose(propose({ rule: toId('pressure-high'), override: null }));
    await changes.approve(back.id, approval());
    expect([...(rig.applied.at(-1)?.disabled ?? [])]).toContain('house/set-1/pressure-high');
  });
});

describe('after a restart', () => {
  test('approved changes hold and proposed ones wait, in the order in which they were decided', async () => {
    const rig = createRig();
    const changes = await rig.open(house);
    const { change: first } = await changes.propose(propose());
    const { change: second } = await changes.propose(
      propose({ rule: toId('level-low'), override: { onDelayMs: 1_000 } }),
    );
    rig.clock.advance(1_000);
    await changes.approve(second.id, approval());
    rig.clock.advance(1_000);
    await changes.approve(first.id, approval());
    const { change: third } = await changes.propose(propose({ override: { onDelayMs: 7_000 } }));
    const again = await rig.open(house);
    expect(again.overrides().map(({ rule }) => rule)).toEqual(['level-low', 'pressure-low']);
    expect(again.counters()).toMatchObject({ proposed: 1, inForce: 2, unfit: 0 });
    expect(await again.proposed(third.id)).toEqual(third);
    expect(pressureOf(again)?.rule.version).toBe(pressureOf(changes)?.rule.version);
  });

  test('one that the files no longer know is named, left out, and does not keep the others', async () => {
    const rig = createRig();
    const changes = await rig.open(
      loadHouse(
        home.path,
        '{ id: odd, type: state, severity: low, text: { zh: 异, en: Odd }, point: pump-1/running, in: [1] }',
      ),
    );
    for (const rule of ['odd', 'pressure-low']) {
      const override = { onDelayMs: 4_000 };
      const { change } = await changes.propose(propose({ rule: toId(rule), override }));
      await changes.approve(change.id, approval());
    }
    const again = await rig.open(loadHouse(home.path));
    expect([...again.unfit().keys()]).toHaveLength(1);
    expect(again.counters()).toMatchObject({ inForce: 1, unfit: 1 });
    expect(again.rule(SET, toId('odd'))).toBeNull();
    expect(pressureOf(again)?.rule.onDelayMs).toBe(4_000);
    expect(rig.logged.join()).toContain('does not fit the files any more');
  });
});

test('decisions come one after the other: two approvals at once make one', async () => {
  const rig = createRig();
  const changes = await rig.open(house);
  const { change } = await changes.propose(propose());
  const both = await Promise.all(
    ['supervisor', 'admin'].map((by) => codeOf(changes.approve(change.id, approval(by)))),
  );
  expect(both).toEqual([null, 'rule-change-decided']);
  expect(rig.applied).toHaveLength(1);
});
