/** What the cache of sessions forgets, and when. */
import { expect, test } from 'vitest';
import type { Person } from '../../src/people/people.ts';
import { createSessionCache, SESSION_LIMITS } from '../../src/people/session-cache.ts';

const NOW = { wallMs: 1_000, monoMs: 0 };

function makeEntry(username: string, expiresAtMs = 1e12) {
  const person: Person = {
    username,
    displayName: { zh: username, en: username },
    roles: [],
    permissions: new Set(),
  };
  return { person, expiresAtMs, checkedMonoMs: NOW.monoMs };
}

test('an entry is trusted for 30 s of monotonic time, and never past its end', () => {
  const cache = createSessionCache();
  cache.add('a', makeEntry('wang'), cache.generation());
  expect(cache.find('a', { ...NOW, monoMs: SESSION_LIMITS.recheckMs - 1 })).toMatchObject({
    username: 'wang',
  });
  expect(cache.find('a', { ...NOW, monoMs: SESSION_LIMITS.recheckMs })).toBeNull();
  cache.add('b', makeEntry('wang', 5_000), cache.generation());
  expect(cache.find('b', { wallMs: 5_000, monoMs: 1 })).toBeNull();
});

test('what was read before a removal is not added after it', () => {
  const cache = createSessionCache();
  const before = cache.generation();
  cache.remove('a');
  cache.add('a', makeEntry('wang'), before);
  expect(cache.find('a', NOW)).toBeNull();
});

test('removing a user removes all his sessions and no other', () => {
  const cache = createSessionCache();
  for (const [token, name] of [
    ['a', 'wang'],
    ['b', 'li'],
    ['c', 'wang'],
  ] as const) {
    cache.add(token, makeEntry(name), cache.generation());
  }
  cache.removeUser('wang');
  expect(['a', 'b', 'c'].map((token) => cache.find(token, NOW)?.username ?? null)).toEqual([
    null,
    'li',
    null,
  ]);
});

test('the oldest makes room', () => {
  const cache = createSessionCache();
  for (let n = 0; n <= SESSION_LIMITS.entries; n++)
    cache.add(String(n), makeEntry('wang'), cache.generation());
  expect(cache.size()).toBe(SESSION_LIMITS.entries);
  expect(cache.find('0', NOW)).toBeNull();
  expect(cache.find('1', NOW)).not.toBeNull();
});
