/** Staff and roster over a real store: versions, imports, swaps, what is audited and what the audit must not hold. */
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StaffProfile } from '../../src/core/duty.ts';
import { openDutyBoard, type SwapChange } from '../../src/people/duty-board.ts';
import { createPeople, ensureDemoDuty, ensureDemoUsers } from '../../src/people/service.ts';
import { NO_PROFILE } from '../../src/people/staff-book.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { createFakeClock, TEST_START_MS } from '../support/clock.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { ZONE } from './fixtures.ts';

/** The smallest that Argon2 allows: these tests are not about cost. */
const CHEAP = { memoryKiB: 8, passes: 1, parallelism: 1 };
const FILE = `version: 1
shifts:
  - { id: day, name: { zh: 白班, en: Day }, from: "08:00", to: "20:00" }
posts:
  - { id: desk, name: { zh: 前台, en: Desk }, role: desk }
patterns:
  - { post: desk, from: 2026-11-21, to: 2026-11-30, cycle: [白], people: [li] }
staff:
  - { username: li, groups: [desk], ways: [{ way: phone, address: "13800000000" }] }
`;

async function open(users: readonly string[] = ['li', 'chen', 'manager']) {
  const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const clock = createFakeClock();
  const people = createPeople({ store, clock, cost: CHEAP });
  for (const username of users) {
    const displayName = { zh: username, en: username };
    await people.createUser(
      { username, displayName, roles: ['desk'], password: 'correct horse battery' },
      'test',
    );
  }
  let made = 0;
  const site = () => ({ timeZone: ZONE, calendars: new Map(), parents: new Map() });
  const options = { store, clock, site, createId: () => `id-${++made}` };
  const board = await openDutyBoard(options);
  const audit = async () => (await store.queries.audit({ limit: 100, offset: 0 })).items;
  const importFile = (version: number, text = FILE, format: 'yaml' | 'csv' = 'yaml') =>
    board.importRoster({
      bytes: new TextEncoder().encode(text),
      format,
      name: 'roster.yaml',
      version,
      by: 'manager',
    });
  return { store, clock, people, board, options, audit, importFile };
}

const PROFILE: StaffProfile = {
  ...NO_PROFILE,
  groups: ['desk'],
  ways: [{ way: 'phone', address: '13900000000' }],
  certificates: [{ kind: 'fire-control', number: 'NUMBER-4711', validTo: '2026-12-01' }],
};

describe('a roster', () => {
  test('that is imported is in force at once, is version 1, and is there after the next start', async () => {
    const { board, importFile, options } = await open();
    expect(board.roster()).toBeNull();
    await importFile(0);
    expect(board.view().recipientsOf('desk', TEST_START_MS)).toEqual(['li']);
    expect(board.view().person('li', TEST_START_MS)?.ways).toEqual([
      { way: 'phone', address: '13800000000' },
    ]);
    const again = await openDutyBoard(options);
    expect(again.roster()).toEqual(board.roster());
    expect(again.roster()?.version).toBe(1);
  });

  test('is not replaced by somebody who saw another version', async () => {
    const { importFile } = await open();
    await importFile(0);
    await expect(importFile(0)).rejects.toMatchObject({ code: 'roster-changed', params: { current: 1 } });
    expect((await importFile(1)).version).toBe(2);
  });

  test('with mistakes changes nothing', async () => {
    const { board, importFile, audit } = await open();
    await importFile(0);
    const before = (await audit()).length;
    await expect(importFile(1, FILE.replace('people: [li]', 'people: [lo]'))).rejects.toMatchObject({
      code: 'roster-invalid',
    });
    expect(board.roster()?.version).toBe(1);
    expect((await audit()).length).toBe(before);
  });

  test('takes a table for its dates, and there is none to take it without a roster', async () => {
    const { board, importFile } = await open();
    const table = 'post,username,2026-11-21\ndesk,chen,白\n';
    await expect(importFile(0, table, 'csv')).rejects.toMatchObject({ code: 'not-found' });
    await importFile(0);
    await importFile(1, table, 'csv');
    expect(board.view().recipientsOf('desk', TEST_START_MS)).toEqual(['chen']);
    expect(board.exportRoster('csv')).toContain('2026-11-22,desk,day,li,,');
  });

  test('forgets what is older than a year and a month', async () => {
    const { board, importFile } = await open();
    const old = FILE.replace('from: 2026-11-21, to: 2026-11-30', 'from: 2025-10-01, to: 2025-10-31');
    await importFile(0, old);
    expect(board.roster()?.assignments[0]?.date).toBe('2025-10-17');
  });
});

describe('a swap', () => {
  const input = {
    date: '2026-11-22',
    post: 'desk',
    shift: 'day',
    from: 'li',
    to: 'chen',
    inReturn: null,
    reason: '家中有事',
    by: 'li',
  };

  test('is in force when it is approved, with both steps audited', async () => {
    const { board, importFile, audit } = await open();
    await importFile(0);
    const { id } = await board.requestSwap(input);
    await expect(board.approveSwap(id, 'chen')).rejects.toMatchObject({ code: 'swap-approver' });
    await board.agreeSwap(id, 'chen');
    await board.approveSwap(id, 'manager');
    expect(board.view().recipientsOf('desk', TEST_START_MS + 86_400_000)).toEqual(['chen']);
    expect(board.roster()?.version).toBe(4);
    const actions = (await audit()).map(({ action, actor }) => `${action} ${actor}`);
    expect(actions.slice(0, 4)).toEqual([
      'swap-approve manager',
      'swap-agree chen',
      'swap-request li',
      'roster-import manager',
    ]);
  });

  test('is handed on to be told when it is asked for and when it is decided, once it is stored', async () => {
    const told: string[] = [];
    const { options, importFile } = await open();
    await importFile(0);
    const onSwap = ({ swap, outcome, by }: SwapChange) => told.push(`${swap.id} ${outcome} ${by}`);
    const board = await openDutyBoard({ ...options, onSwap });
    const { id } = await board.requestSwap(input);
    await board.agreeSwap(id, 'chen');
    await board.approveSwap(id, 'manager');
    const second = await board.requestSwap({ ...input, date: '2026-11-23' });
    await board.dropSwap(second.id, 'manager', '人手不足');
    const third = await board.requestSwap({ ...input, date: '2026-11-23' });
    await board.dropSwap(third.id, 'chen', '');
    expect(told).toEqual([
      `${id} asked li`,
      `${id} agreed chen`,
      `${id} approved manager`,
      `${second.id} asked li`,
      `${second.id} refused manager`,
      `${third.id} asked li`,
      `${third.id} withdrawn chen`,
    ]);
    await expect(board.requestSwap({ ...input, reason: ' ' })).rejects.toThrow();
    expect(told).toHaveLength(7);
  });

  test('waits through an import of the roster, and asks for a reason', async () => {
    const { board, importFile } = await open();
    await importFile(0);
    await expect(board.requestSwap({ ...input, reason: ' ' })).rejects.toMatchObject({
      code: 'reason-required',
    });
    await board.requestSwap(input);
    await importFile(2);
    expect(board.roster()?.swaps).toHaveLength(1);
  });

  test('that the new roster has no shift for is void with it, with the reason in the audit', async () => {
    const { board, importFile, audit } = await open();
    await importFile(0);
    const { id } = await board.requestSwap(input);
    await importFile(2, FILE.replace('from: 2026-11-21,', 'from: 2026-11-23,'));
    expect(board.roster()?.swaps).toBeUndefined();
    const [entry] = await audit();
    expect(entry).toMatchObject({
      action: 'roster-import',
      detail: { voidSwaps: [{ id, reason: expect.any(String) }] },
    });
    await expect(board.requestSwap(input)).rejects.toMatchObject({ code: 'swap-not-possible' });
    await importFile(3);
    expect((await board.requestSwap({ ...input, reason: '再次申请' })).from).toBe('li');
  });

  test('that is dropped by its own people is withdrawn, by others refused', async () => {
    const { board, importFile, audit } = await open();
    await importFile(0);
    const first = await board.requestSwap(input);
    await board.dropSwap(first.id, 'chen', '不用换了');
    const second = await board.requestSwap(input);
    await board.dropSwap(second.id, 'manager', '当天有演练');
    const actions = (await audit()).map(({ action }) => action);
    expect(actions.filter((action) => /refuse|withdraw/.test(action))).toEqual([
      'swap-refuse',
      'swap-withdraw',
    ]);
  });
});

describe('a profile', () => {
  test('is shown in full only to be audited, and without ways and numbers otherwise', async () => {
    const { board, audit } = await open();
    await board.setProfile('li', PROFILE, 'manager');
    expect(await board.profile('li', 'desk')).toEqual(PROFILE);
    expect((await audit())[0]).toMatchObject({ actor: 'desk', action: 'staff-read', object: 'li' });
    const shown = JSON.stringify(board.profiles().get('li'));
    expect(shown).toContain('fire-control');
    expect(shown).not.toMatch(/13900000000|NUMBER-4711/);
  });

  test('that changes is audited with what changed, never with numbers and addresses', async () => {
    const { board, audit } = await open();
    await board.setProfile('li', PROFILE, 'manager');
    const [entry] = await audit();
    expect(entry).toMatchObject({
      actor: 'manager',
      action: 'staff-change',
      detail: { groups: { from: [], to: ['desk'] }, personalChanged: true },
    });
    expect(JSON.stringify(entry)).not.toMatch(/13900000000|NUMBER-4711/);
  });

  test('of nobody is refused', async () => {
    const { board } = await open();
    await expect(board.setProfile('nobody', PROFILE, 'manager')).rejects.toMatchObject({
      code: 'user-unknown',
    });
    await expect(board.profile('nobody', 'manager')).rejects.toMatchObject({ code: 'user-unknown' });
  });

  test('with a certificate about to run out is listed', async () => {
    const { board } = await open();
    await board.setProfile('li', PROFILE, 'manager');
    expect(board.certificates(TEST_START_MS)).toEqual([
      { username: 'li', kind: 'fire-control', validTo: '2026-12-01', daysLeft: 10 },
    ]);
    expect(board.certificates(TEST_START_MS, 5)).toEqual([]);
  });
});

test('an account that another process has made or disabled is seen after a reload', async () => {
  const { board, people, importFile } = await open();
  await importFile(0);
  await people.setDisabled('li', true, 'admin');
  expect(board.view().recipientsOf('desk', TEST_START_MS)).toEqual(['li']);
  await board.reload();
  expect(board.view().recipientsOf('desk', TEST_START_MS)).toEqual(['chen', 'manager']);
});

test('the demo has somebody on every post for two weeks, renews its roster, and leaves what people changed', async () => {
  const { store, clock, people, options } = await open([]);
  await ensureDemoUsers(people, store);
  await ensureDemoDuty(store, clock, ZONE);
  const board = await openDutyBoard(options);
  const DAY_MS = 86_400_000;
  expect(board.gaps(TEST_START_MS, TEST_START_MS + 14 * DAY_MS).map(({ text }) => text.en)).toEqual([]);
  expect(board.view().recipientsOf('engineer', TEST_START_MS)).toEqual(['engineer']);
  expect(board.certificates(TEST_START_MS)).toMatchObject([
    { username: 'liu-qiang', kind: 'electrician-hv' },
  ]);
  await board.setProfile('engineer', PROFILE, 'admin');
  await ensureDemoDuty(store, clock, ZONE);
  expect((await store.queries.roster())?.version).toBe(1);
  clock.advance(50 * DAY_MS);
  await ensureDemoDuty(store, clock, ZONE);
  await board.reload();
  expect(board.roster()?.version).toBe(2);
  const later = clock.now().wallMs;
  expect(board.gaps(later, later + 14 * DAY_MS).filter(({ kind }) => kind === 'nobody')).toEqual([]);
  expect((await store.queries.staff()).get('engineer')).toEqual(PROFILE);
});
