/** The hash chains notice whatever is done to a history behind the store's back. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCanonicalJson } from '../../src/store/sqlite/chain.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { type OpenedStore, openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';

/** Whoever tampers first drops what would stop him. */
const FREE = ['audit', 'alarm_event', 'ticket_event']
  .map((table) => `drop trigger ${table}_no_update; drop trigger ${table}_no_delete;`)
  .join('');

async function openWithHistory(): Promise<OpenedStore> {
  const opened = await openTestStore();
  const base = [rows.occurrence('o-1'), rows.ticket('t-1')];
  const events = [1, 2, 3, 4, 5].flatMap((n) => [
    rows.audit(`a${n}`),
    rows.alarmEvent('o-1', `n${n}`),
    rows.ticketEvent('t-1', { n }),
  ]);
  await opened.store.commit({ writes: [...base, ...events] });
  expect(await opened.store.verify()).toEqual([]);
  tamper(opened.file, FREE);
  return opened;
}

describe('verify names', () => {
  test.each([
    ['a changed row', "update audit set actor = 'li' where id = 3", ['audit 3: it was changed']],
    [
      'a changed detail',
      "update ticket_event set detail = '{}' where id = 2",
      ['ticket_event 2: its text was changed'],
    ],
    [
      'a changed note',
      "update alarm_event set note = 'ok' where id = 4",
      ['alarm_event 4: its text was changed'],
    ],
    ['a removed row', 'delete from audit where id = 3', ['audit 4: row 3 is missing']],
    ['a removed first row', 'delete from audit where id = 1', ['audit 2: row 1 is missing']],
    ['removed last rows', 'delete from audit where id > 3', ['audit 3: the chain should end with row 5']],
    ['a removed chain', 'delete from audit', ['audit 0: the chain should end with row 5']],
    [
      'rows in another order',
      'update audit set id = 99 where id = 2; update audit set id = 2 where id = 3; update audit set id = 3 where id = 99',
      ['audit 2: does not follow', 'audit 3: does not follow', 'audit 4: does not follow'],
    ],
    [
      'a row with a digest made to fit',
      "update audit set action = 'x', hash = prev_hash where id = 5",
      ['audit 5: it was changed', 'audit 5: the chain should end'],
    ],
    [
      'an inserted row',
      'insert into audit select 6, at_ms, actor, action, object, detail, content_digest, hash, hash from audit where id = 5',
      ['audit 6: it was changed', 'audit 6: the chain should end with row 5'],
    ],
  ])('%s', async (_what, sql, expected) => {
    const { store, file } = await openWithHistory();
    tamper(file, sql);
    const found = await store.verify();
    expect(found).toHaveLength(expected.length);
    for (const [at, start] of expected.entries()) expect(found[at]).toContain(start);
  });
});

test('verify stops after twenty findings of one chain', async () => {
  const { store, file } = await openTestStore();
  await store.commit({ writes: Array.from({ length: 50 }, (_, n) => rows.audit(`a${n}`)) });
  tamper(file, `${FREE} update audit set actor = 'li'`);
  expect(await store.verify()).toHaveLength(20);
});

test('equal values have equal canonical text, whatever the order of their keys', () => {
  const seed = testSeed();
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(toCanonicalJson(turned)).toBe(toCanonicalJson(value));
      expect(JSON.parse(toCanonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed, numRuns: testRuns(60) },
  );
});
