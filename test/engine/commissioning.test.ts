/** Signed and unsigned points on one equipment in commissioning: which alarms open tickets, when, and what a drill does. */
import { describe, expect, test } from 'vitest';
import type { RuleDef } from '../../src/config/model.ts';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';

const rule = (point: string) => ({
  id: `${point}-high`,
  type: 'threshold',
  points: [point],
  params: { point, hi: { limit: 10 } },
});
const PUMP = {
  id: 'pump',
  points: [{ name: 'p' }, { name: 'q' }],
  rules: [rule('p'), rule('q')],
};

/** Of `p` the alarm is proven and signed, of `q` it is not, until `mute` is emptied. */
function createCommissioned() {
  const mute = new Set(['q-high']);
  const isMute = (_model: unknown, { id }: RuleDef): boolean => mute.has(id);
  const loop = createTestLoop(createTestModel({ equipment: [PUMP] }), undefined, { isMute });
  loop.feed({ p: 5, q: 5 });
  return { loop, mute };
}

test('a signed point opens its ticket at once beside an unproven one, which is listed and opens none', () => {
  const { loop } = createCommissioned();
  loop.feed({ p: 11, q: 11 });
  loop.advance(60_000);
  expect(loop.alarms().map(({ rule: id, ticket }) => [id, ticket !== null])).toEqual(
    expect.arrayContaining([
      ['p-high', true],
      ['q-high', false],
    ]),
  );
  expect(loop.tickets()).toHaveLength(1);
  expect(loop.explain('pump', 'q-high')?.layers.at(-1)).toMatchObject({
    layer: 'ticket',
    verdict: 'commissioning',
  });
});

test('an alarm that stands when its point is signed gets its ticket with the next sweep', () => {
  const { loop, mute } = createCommissioned();
  loop.feed({ q: 11 });
  loop.advance(60_000);
  expect(loop.tickets()).toEqual([]);
  mute.clear();
  loop.advance(1_000);
  expect(loop.alarm('test-site/pump/q-high')?.ticket).not.toBeNull();
  expect(loop.tickets()).toHaveLength(1);
});

describe('in a drill', () => {
  const drill = (loop: ReturnType<typeof createTestLoop>, minutes: number | null) =>
    loop.command({
      type: 'drill',
      equipment: toId<EquipmentId>('pump'),
      by: 'li',
      reason: 'trial of the path',
      untilMs: minutes === null ? null : loop.clock.now().wallMs + minutes * 60_000,
    });

  test('an unproven point opens a marked ticket: its path is being tried', () => {
    const { loop } = createCommissioned();
    drill(loop, 30);
    loop.feed({ q: 11 });
    loop.advance(1_000);
    expect(loop.tickets()).toMatchObject([{ isDrill: true, alarms: [{ key: 'test-site/pump/q-high' }] }]);
  });

  test('and none after it', () => {
    const { loop } = createCommissioned();
    drill(loop, 30);
    drill(loop, null);
    loop.feed({ q: 11 });
    loop.advance(1_000);
    expect(loop.tickets()).toEqual([]);
  });
});
