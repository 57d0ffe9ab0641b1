/** Password hashes: form, comparison, and the limit on how many are computed at once. */
import { describe, expect, test } from 'vitest';
import { createPasswords, OWASP_COST, PASSWORD_LIMITS } from '../../src/people/passwords.ts';

const CHEAP = { memoryKiB: 8, passes: 1, parallelism: 1 };

describe('a hash', () => {
  test('is argon2id with the figures of OWASP, in PHC form', async () => {
    const hash = await createPasswords().hash('correct horse');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(OWASP_COST).toEqual({ memoryKiB: 19_456, passes: 2, parallelism: 1 });
  });

  test('equals what the reference implementation computes', async () => {
    // From test.c of github.com/P-H-C/phc-winner-argon2: password, somesalt, 256 KiB, 2 passes, 1 lane.
    const reference = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';
    const passwords = createPasswords(CHEAP);
    expect(await passwords.verify('password', reference)).toBe(true);
    expect(await passwords.verify('Password', reference)).toBe(false);
  });

  test('differs each time, and is verified with the figures that it names itself', async () => {
    const passwords = createPasswords(CHEAP);
    const hashes = [await passwords.hash('correct horse'), await passwords.hash('correct horse')];
    expect(new Set(hashes).size).toBe(2);
    for (const hash of hashes) expect(await createPasswords().verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('correct horsf', hashes[0] as string)).toBe(false);
    expect(await passwords.verify('', hashes[0] as string)).toBe(false);
  });

  test('that this gateway did not write is an error, not a wrong password', async () => {
    const verified = createPasswords(CHEAP).verify('x', '$2b$10$abcdefghijklmnopqrstuv');
    await expect(verified).rejects.toMatchObject({ code: 'data-damaged' });
  });

  test('of nobody matches nothing', async () => {
    expect(await createPasswords(CHEAP).verify('', null)).toBe(false);
  });
});

test('a flood of hashes fills the queue; the rest is refused and counted, and later ones go on', async () => {
  const passwords = createPasswords(CHEAP);
  const room = PASSWORD_LIMITS.running + PASSWORD_LIMITS.waiting;
  const results = await Promise.allSettled(
    Array.from({ length: room + 5 }, () => passwords.hash('correct horse')),
  );
  const refused = results.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(5);
  for (const one of refused) expect(one).toMatchObject({ reason: { code: 'too-many-requests' } });
  expect(passwords.counters()).toEqual({ hashes: room, refused: 5 });
  await passwords.hash('correct horse');
});
