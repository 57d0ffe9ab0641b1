/** Which rules can explain which, from the register's "depends on". */
import { describe, expect, test } from 'vitest';
import { AssertionFailure } from '../../src/core/assert.ts';
import type { EquipmentId } from '../../src/core/ids.ts';
import type { Upstream } from '../../src/core/upstream.ts';
import { createCauses } from '../../src/engine/causes.ts';
import { createTestModel, type TestEquipment, type TestRule } from '../support/model.ts';

const rule = (id: string, given: Partial<TestRule> = {}): TestRule => ({ id, points: ['p'], ...given });
const effect = (id: string, ...explainedBy: readonly Upstream[]) => rule(id, { explainedBy });
const cause = (id: string, explains: Upstream = 'power') => rule(id, { explains });

function unit(
  id: string,
  upstream: Readonly<Record<string, string>>,
  rules: readonly TestRule[] = [],
  parent?: string,
): TestEquipment {
  const above = upstream as Readonly<Partial<Record<Upstream, EquipmentId>>>;
  return { id, upstream: above, rules, points: [{ name: 'p' }], ...(parent !== undefined && { parent }) };
}

function read(equipment: readonly TestEquipment[]) {
  const model = createTestModel({ equipment });
  const causes = createCauses(model);
  const find = (id: string) => {
    const found = model.rules.find((it) => it.id === id);
    if (found === undefined) throw new Error(`no rule ${id}`);
    return found;
  };
  return {
    of: (id: string) =>
      causes.of(find(id)).map(({ upstream, rules }) => [upstream, ...rules.map((it) => it.id)]),
    effects: (id: string) => causes.effects(find(id)).map((it) => it.id),
    rank: (id: string) => causes.rank(find(id)),
    rule: (key: string) => causes.rule(key as never)?.id ?? null,
  };
}

describe('the walk upstream', () => {
  test('climbs over equipment that cannot explain to the first that can', () => {
    const graph = read([
      unit('mains', {}, [cause('mains-lost')]),
      unit('board', { power: 'mains' }, [rule('door-open')]),
      unit('pump', { power: 'board' }, [effect('off', 'power')]),
    ]);
    expect(graph.of('off')).toEqual([['power', 'mains-lost']]);
    expect(graph.effects('mains-lost')).toEqual(['off']);
  });

  test('stops at the first equipment that can, however well it is', () => {
    const graph = read([
      unit('mains', {}, [cause('mains-lost')]),
      unit('ups', { power: 'mains' }, [cause('ups-out'), cause('ups-bypass')]),
      unit('panel', { power: 'ups' }, [effect('off', 'power')]),
    ]);
    expect(graph.of('off')).toEqual([['power', 'ups-out', 'ups-bypass']]);
    expect(graph.effects('mains-lost')).toEqual([]);
  });

  test('keeps the media apart, in the order of the rule', () => {
    const graph = read([
      unit('mains', {}, [cause('mains-lost'), cause('burst', 'water')]),
      unit('tank', {}, [cause('empty', 'water')]),
      unit('pump', { power: 'mains', water: 'tank' }, [
        effect('dry', 'water', 'power'),
        effect('off', 'power'),
      ]),
    ]);
    expect(graph.of('dry')).toEqual([
      ['water', 'empty'],
      ['power', 'mains-lost'],
    ]);
    expect(graph.of('off')).toEqual([['power', 'mains-lost']]);
  });

  test('takes a part upwards with what its equipment depends on, and looks into the parts above', () => {
    const graph = read([
      unit('board', {}),
      unit('board-1', {}, [cause('feeder-tripped')], 'board'),
      unit('board-2', {}, [], 'board'),
      unit('set', { power: 'board' }),
      unit('set-1', {}, [effect('off', 'power')], 'set'),
      unit('fan', { power: 'board-2' }, [effect('fan-off', 'power')]),
    ]);
    expect(graph.of('off')).toEqual([['power', 'feeder-tripped']]);
    expect(graph.of('fan-off')).toEqual([['power', 'feeder-tripped']]);
  });

  test('never lets equipment explain itself, and ends where things are wired in a circle', () => {
    const graph = read([
      unit('a', { power: 'b' }, [effect('a-off', 'power')]),
      unit('b', { power: 'a' }, [rule('b-hot')]),
      unit('c', { power: 'c-1' }, [effect('c-off', 'power'), cause('c-lost')]),
      unit('c-1', {}, [], 'c'),
    ]);
    expect(graph.of('a-off')).toEqual([]);
    expect(graph.of('c-off')).toEqual([]);
  });

  test('finds nothing where the rule, or the register, names nothing', () => {
    const graph = read([
      unit('mains', {}, [cause('lost')]),
      unit('pump', { power: 'mains' }, [rule('hot'), effect('dry', 'water')]),
    ]);
    expect([graph.of('hot'), graph.of('dry'), graph.rank('hot')]).toEqual([[], [], 0]);
  });
});

test('a rule ranks above whatever can explain it', () => {
  const graph = read([
    unit('pump', { power: 'board' }, [effect('off', 'power')]),
    unit('board', { power: 'mains' }, [rule('dead', { explains: 'power', explainedBy: ['power'] })]),
    unit('mains', {}, [cause('lost')]),
  ]);
  expect([graph.rank('lost'), graph.rank('dead'), graph.rank('off')]).toEqual([0, 1, 2]);
});

test('a circle across media is cut and ranked', () => {
  const graph = read([
    unit('a', { power: 'b' }, [rule('a-off', { explains: 'water', explainedBy: ['power'] })]),
    unit('b', { water: 'a' }, [rule('b-dry', { explains: 'power', explainedBy: ['water'] })]),
  ]);
  expect(graph.of('a-off')).toEqual([['power', 'b-dry']]);
  expect(graph.of('b-dry')).toEqual([['water', 'a-off']]);
  expect(graph.rank('a-off')).toBeGreaterThan(0);
});

test('a rule of life safety that could be explained is our own mistake', () => {
  const rules = [rule('fire', { severity: 'life-safety', explainedBy: ['power'] })];
  expect(() => read([unit('panel', {}, rules)])).toThrow(AssertionFailure);
});

test('rules are found by their key', () => {
  const graph = read([unit('pump', {}, [rule('hot')])]);
  expect([graph.rule('test-site/pump/hot'), graph.rule('test-site/pump/gone')]).toEqual(['hot', null]);
});
