/** Topic filters as MQTT 3.1.1 §4.7 describes them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  FilterTree,
  MAX_TOPIC_BYTES,
  TopicFilter,
  toTopicProblem,
} from '../../../src/drivers/mqtt/topics.ts';
import { testSeed } from '../../support/seed.ts';

it.each([
  ['a/b', 'a/b', true],
  ['a/b', 'a/c', false],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
  ['a/+', 'a/b', true],
  ['a/+', 'a/', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b/c', false],
  ['+/+', '/x', true],
  ['a/#', 'a', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'ab', false],
  ['#', 'a/b', true],
  ['#', '$SYS/x', false],
  ['+/x', '$SYS/x', false],
  ['$SYS/#', '$SYS/x', true],
  ['a/#', 'a/+/b', true],
  ['a/#', 'a/#', true],
  ['a/#', '#', false],
  ['a/+', 'a/#', false],
  ['a/+', 'a/+', true],
  ['a/b', 'a/+', false],
  ['+/b', 'a/b', true],
])('%s holds all of %s: %s', (filter, other, expected) => {
  expect(new TopicFilter(filter).covers(other)).toBe(expected);
});

it('a tree of filters finds what each filter by itself covers', () => {
  const level = fc.constantFrom('a', 'b', '', '+');
  const filter = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));
  const topic = fc
    .array(fc.constantFrom('a', 'b', '', '$SYS'), { minLength: 1, maxLength: 5 })
    .map((levels) => levels.join('/'));
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 12 }), topic, (filters, name) => {
      const tree = new FilterTree<number>();
      filters.forEach((text, place) => tree.add(text, place));
      const expected = filters.flatMap((text, place) => (new TopicFilter(text).covers(name) ? [place] : []));
      expect([...tree.find(name)].toSorted((a, b) => a - b)).toEqual(expected);
    }),
    { seed: testSeed(), numRuns: 500 },
  );
});

it('a topic to publish to is text without wildcards, of a sensible length, and not of the broker', () => {
  expect(toTopicProblem('site/机房/1')).toBeNull();
  for (const topic of ['', 'a/+', 'a/#', 'a\0', 'a\uFFFD', '$SYS/x', 'x'.repeat(MAX_TOPIC_BYTES + 1)])
    expect(toTopicProblem(topic)).not.toBeNull();
});
