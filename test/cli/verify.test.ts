/** The command `verify`: intact histories, and every place that was touched behind the store's back. */
import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { verify } from '../../src/cli/verify.ts';
import { type OpenedStore, openTestStore, tamper } from '../store/support/open.ts';
import * as rows from '../store/support/rows.ts';
import { capture } from '../support/capture.ts';
import { temporaryDirectory } from '../support/temp.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

async function run(...args: readonly string[]) {
  const written = capture();
  const code = await verify(args);
  vi.restoreAllMocks();
  return { code, ...written };
}

/** Five rows of each history; the store stays open, as a gateway's would. */
async function openWithHistory(): Promise<OpenedStore> {
  const opened = await openTestStore();
  const events = [1, 2, 3, 4].flatMap((n) => [
    rows.audit(`a${n}`),
    rows.alarmEvent('o-1', `n${n}`),
    rows.ticketEvent('t-1', { n }),
  ]);
  const last = [rows.audit('a5'), rows.decision(), rows.ticketEvent('t-1')];
  await opened.store.commit({
    writes: [rows.occurrence('o-1'), rows.ticket('t-1'), ...events, ...last],
  });
  return opened;
}

const FREE = ['audit', 'alarm_event', 'ticket_event']
  .map((table) => `drop trigger ${table}_no_update; drop trigger ${table}_no_delete;`)
  .join('');

function toHeads(out: string): readonly string[] {
  return [...out.matchAll(/^ {2}head (\S+)$/gm)].map(([, head = '']) => head);
}

describe('intact histories', () => {
  test('are counted with their first and last time beside a store that is open, and pass', async () => {
    const { directory, store } = await openWithHistory();
    const { code, out, err } = await run('--data', directory);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('(alarm_event): 5 rows, 1970-01-01T00:00:01.000Z … 1970-01-01T00:00:02.000Z');
    expect(out).toContain('(ticket_event): 5 rows');
    expect(out).toContain('(audit): 5 rows');
    expect(out).toContain('intact / 完整无改动\n');
    await store.commit({ writes: [rows.audit('after')] });
  });

  test('pass after the gateway has ended, and the check writes nothing to the database', async () => {
    const { directory, store, file } = await openWithHistory();
    await store.close();
    const before = statSync(file);
    expect(await run('--data', directory)).toMatchObject({ code: 0, err: '' });
    expect(statSync(file)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs });
  });

  test('that are empty pass, and have no head', async () => {
    const { directory } = await openTestStore();
    const { code, out } = await run('--data', directory);
    expect([code, toHeads(out)]).toEqual([0, []]);
    expect(out).toContain('(audit): 0 rows\n');
  });
});

describe('named with table and row, and the exit code 1', () => {
  test.each([
    ['a changed row', "update alarm_event set actor = 'li' where id = 3", 'alarm_event 3: it was changed'],
    ['a changed text', "update ticket_event set detail = '{}' where id = 2", 'ticket_event 2: its text'],
    [
      'a decision that got an occurrence',
      "update alarm_event set occurrence = 'o-1' where id = 5",
      'alarm_event 5',
    ],
    ['a removed row', 'delete from audit where id = 3', 'audit 4: row 3 is missing'],
    [
      'removed last rows',
      'delete from alarm_event where id > 3',
      'alarm_event 3: the chain should end with row 5',
    ],
    ['a removed history', 'delete from audit', 'audit 0: the chain should end with row 5'],
  ])('%s', async (_what, sql, expected) => {
    const { directory, file } = await openWithHistory();
    tamper(file, FREE + sql);
    const { code, err, out } = await run('--data', directory);
    expect(code).toBe(1);
    expect(err).toContain(expected);
    expect(err).toContain('1 places do not match / 1 处不一致');
    expect(out).not.toContain('intact');
  });

  test('every place, beyond the first twenty too', async () => {
    const { directory, file, store } = await openTestStore();
    await store.commit({ writes: Array.from({ length: 60 }, (_, n) => rows.audit(`a${n}`)) });
    tamper(file, `${FREE} update audit set actor = 'li'`);
    const { err } = await run('--data', directory);
    expect(err.match(/^audit \d+: it was changed$/gm)).toHaveLength(60);
  });
});

describe('a head that was noted elsewhere', () => {
  test('is found again when the history has only grown', async () => {
    const { directory, store } = await openWithHistory();
    const heads = toHeads((await run('--data', directory)).out);
    expect(heads).toHaveLength(3);
    await store.commit({ writes: [rows.audit('later'), rows.decision()] });
    const { code, out } = await run('--data', directory, ...heads.flatMap((head) => ['--noted', head]));
    expect([code, out.includes('3 noted heads found')]).toEqual([0, true]);
  });

  test('shows an end that was cut off together with the record of its length', async () => {
    const { directory, file } = await openWithHistory();
    const [, , audit = ''] = toHeads((await run('--data', directory)).out);
    tamper(
      file,
      `${FREE} delete from audit where id > 3;
       update meta set value = (select json_object('length', id, 'hash', hash) from audit where id = 3)
       where name = 'chain/audit'`,
    );
    expect(await run('--data', directory)).toMatchObject({ code: 0 });
    const { code, err } = await run('--data', directory, '--noted', audit);
    expect(code).toBe(1);
    expect(err).toContain('audit 5: is not the row that was noted');
  });

  test('is refused when it is none', async () => {
    const { directory } = await openWithHistory();
    const { code, err } = await run('--data', directory, '--noted', 'audit:5');
    expect([code, err.includes('--noted')]).toEqual([1, true]);
  });
});

describe('refused', () => {
  test('a directory without a database, which is not made', async () => {
    const data = join(temporaryDirectory(), 'nowhere');
    const { code, err } = await run('--data', data);
    expect([code, err.includes('--data')]).toEqual([1, true]);
    expect(() => statSync(data)).toThrow();
  });

  test('what is no database, or not one of the gateway', async () => {
    const data = temporaryDirectory();
    const file = join(data, 'riser.db');
    writeFileSync(file, 'this is not a database, whatever its name says. '.repeat(100));
    expect((await run('--data', data)).err).toMatch(/^data-damaged/);
    writeFileSync(file, '');
    expect((await run('--data', data)).err).toMatch(/^data-damaged/);
  });

  test('a database of a newer version', async () => {
    const { directory, file } = await openWithHistory();
    tamper(file, "update meta set value = '99' where name = 'schema_version'");
    expect(await run('--data', directory)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^data-too-new/),
    });
  });

  test('an option that it does not know, and help is help', async () => {
    expect(await run('--dat', 'x')).toMatchObject({ code: 1 });
    expect((await run('--help')).out).toContain('--noted');
  });
});

test('a copy of the file alone is checked as well', async () => {
  const { store, file } = await openWithHistory();
  await store.close();
  const data = temporaryDirectory();
  copyFileSync(file, join(data, 'riser.db'));
  expect(await run('--data', data)).toMatchObject({ code: 0 });
});
