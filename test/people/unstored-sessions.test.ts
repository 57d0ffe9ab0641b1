/** Sessions in memory: few, and the oldest makes room. */
import { expect, test } from 'vitest';
import { createUnstoredSessions, UNSTORED_SESSIONS } from '../../src/people/unstored-sessions.ts';

const session = (name: string) => ({ tokenHash: name, username: name, createdAtMs: 0, expiresAtMs: 1 });

test('one session too many drops the oldest, never the newest', () => {
  const sessions = createUnstoredSessions();
  for (let count = 0; count <= UNSTORED_SESSIONS; count++) sessions.add(session(`s${count}`));
  expect(sessions.size()).toBe(UNSTORED_SESSIONS);
  expect([sessions.find('s0'), sessions.find('s1')?.username]).toEqual([null, 's1']);
  expect(sessions.find(`s${UNSTORED_SESSIONS}`)).not.toBeNull();
});

test('a change of the user ends all sessions of that user and no other', () => {
  const sessions = createUnstoredSessions();
  sessions.add({ ...session('wang'), tokenHash: 'a' });
  sessions.add({ ...session('wang'), tokenHash: 'b' });
  sessions.add(session('li'));
  sessions.removeUser('wang');
  expect([sessions.find('a'), sessions.find('b'), sessions.find('li')?.username]).toEqual([null, null, 'li']);
});
