/** Versions of what is known of a person: the same for the same, another for every field. */
import { expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { NO_PROFILE } from '../../src/people/staff-book.ts';
import { requireSeen, toAccountVersion, toProfileVersion } from '../../src/people/versions.ts';

const ACCOUNT = {
  displayName: { zh: '王工', en: 'Wang' },
  roles: ['engineer'],
  isDisabled: false,
  changedAtMs: 1,
} as const;

test('every field of a profile is part of its version, the order in which it was stored is not', () => {
  const changes = [
    {},
    { groups: ['night'] },
    { specialities: ['night'] },
    { certificates: [{ kind: 'lift', number: '1', validTo: '2028-01-01' }] },
    { certificates: [{ kind: 'lift', number: '2', validTo: '2028-01-01' }] },
    { ways: [{ way: 'phone', address: '1' }] },
    { ways: [{ way: 'sms', address: '1' }] },
    { areas: [toId<never>('roof')] },
    { language: 'en' },
    { firm: toId<never>('roof') },
  ] as const;
  const versions = changes.map((change) => toProfileVersion({ ...NO_PROFILE, ...change }));
  expect(new Set(versions).size).toBe(changes.length);
  const turned = Object.fromEntries(Object.entries(NO_PROFILE).toReversed()) as unknown as typeof NO_PROFILE;
  expect(toProfileVersion(turned)).toBe(versions[0]);
});

test('a new password alone is another version of the account', () => {
  const { version, ...others } = {
    version: toAccountVersion(ACCOUNT),
    password: toAccountVersion({ ...ACCOUNT, changedAtMs: 2 }),
    roles: toAccountVersion({ ...ACCOUNT, roles: ['engineer', 'duty'] }),
    closed: toAccountVersion({ ...ACCOUNT, isDisabled: true }),
    name: toAccountVersion({ ...ACCOUNT, displayName: { zh: '王工', en: 'Wang Li' } }),
  };
  expect(Object.values(others)).not.toContain(version);
  expect(toAccountVersion({ ...ACCOUNT })).toBe(version);
});

test('who has read something else is told; who names nothing writes over what is there', () => {
  expect(() => requireSeen('wang', 'a', 'b')).toThrow(expect.objectContaining({ code: 'staff-changed' }));
  expect(() => requireSeen('wang', 'a', 'a')).not.toThrow();
  expect(() => requireSeen('wang', 'a', undefined)).not.toThrow();
});
