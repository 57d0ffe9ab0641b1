/** Which rules are told to be blind: those without an occurrence that says it itself (alarms.md E, blind time). */
import { expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { createRig, KEY, type Rig, toRigModel } from './alarm-rig.ts';

const [NORMAL, BAD, SILENT] = [5, 15, 'comm-loss'] as const;
const sightsOf = (rig: Rig) =>
  rig.loop.sights.filter(({ key }) => key === KEY).map(({ blindSinceMs }) => blindSinceMs !== null);

test('a rule whose alarm is normal is told to be blind once it is, since when it was, and that it can be judged again', () => {
  const rig = createRig();
  rig.feed(NORMAL);
  const sinceMs = rig.loop.clock.now().wallMs;
  rig.feed(SILENT);
  rig.loop.advance(LIMITS.blindAfterMs - 250);
  expect(sightsOf(rig), 'a lost reply is not a blind point').toEqual([]);
  rig.loop.advance(10_000);
  expect(rig.loop.sights).toMatchObject([{ key: KEY, blindSinceMs: sinceMs }]);
  rig.feed(NORMAL);
  rig.feed(NORMAL);
  expect(sightsOf(rig)).toEqual([true, false]);
});

test('one with an open occurrence is not: its history says it', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.feed(SILENT);
  rig.loop.advance(10_000);
  expect(rig.said()).toContain('blind');
  expect(sightsOf(rig)).toEqual([]);
});

test('when its occurrence ends while it is blind, it is told from then on', () => {
  const rig = createRig();
  rig.feed(BAD);
  rig.feed(NORMAL);
  rig.feed(SILENT);
  rig.loop.advance(10_000);
  const atMs = rig.loop.clock.now().wallMs;
  rig.acknowledge();
  expect(rig.loop.sights).toMatchObject([{ key: KEY, atMs, blindSinceMs: atMs }]);
});

test('out of service it is nobody’s business, and afterwards again', () => {
  const rig = createRig();
  rig.feed(NORMAL);
  rig.feed(SILENT);
  rig.loop.advance(10_000);
  rig.outOfService(60);
  expect(sightsOf(rig)).toEqual([true, false]);
  const atMs = rig.loop.clock.now().wallMs;
  rig.inService();
  expect(rig.loop.sights.at(-1)).toMatchObject({ atMs, blindSinceMs: atMs });
});

test('what could not be stored is told with the round that was', () => {
  const rig = createRig();
  rig.feed(NORMAL);
  rig.feed(SILENT);
  rig.loop.failCommits(true);
  rig.loop.advance(10_000);
  const told = sightsOf(rig).length;
  rig.loop.failCommits(false);
  rig.loop.advance(2_000);
  expect([told <= 1, sightsOf(rig)]).toEqual([true, [true]]);
});

test('a rule that is switched off while it is blind is blind no more', () => {
  const rig = createRig();
  rig.feed(NORMAL);
  rig.feed(SILENT);
  rig.loop.advance(10_000);
  rig.loop.replaceModel(toRigModel(), [KEY]);
  expect(sightsOf(rig)).toEqual([true, false]);
});
