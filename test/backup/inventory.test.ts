/** Which backups there are and which go: told from manifests; nothing that is not ours is touched. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listBackups, removeOld, removeStale } from '../../src/backup/inventory.ts';
import { createData, look, make, put, SITE, type TestData } from './support.ts';

const FIRST_MS = Date.UTC(2026, 10, 1, 19, 30);
const DAY_MS = 86_400_000;

/** Backups of so many days, oldest first. @returns their names */
async function makeDays(one: TestData, days: number, site = SITE): Promise<readonly string[]> {
  const names: string[] = [];
  for (let day = 0; day < days; day++) {
    const { path } = await make(one, { wallMs: () => FIRST_MS + day * DAY_MS }, { site });
    names.push(path.split('/').at(-1) ?? '');
  }
  return names;
}

describe('the list', () => {
  test('names complete backups of the site, newest first, with size and duration', async () => {
    const one = await createData();
    const names = await makeDays(one, 3);
    await makeDays(one, 1, 'tower-2');
    const found = await listBackups(one.to, SITE);
    expect(found.map(({ name }) => name)).toEqual(names.toReversed());
    expect(found[0]).toMatchObject({ begunMs: FIRST_MS + 2 * DAY_MS, site: SITE, riser: '1.2.3' });
    expect(found[0]?.bytes).toBeGreaterThan(30_000);
    expect(await listBackups(one.to, null)).toHaveLength(4);
  });

  test('leaves out what is not complete: without manifest, with a changed one, unfinished, only named so', async () => {
    const one = await createData();
    const [first = '', second = '', third = ''] = await makeDays(one, 3);
    rmSync(join(one.to, first, 'backup.json'));
    const manifest = join(one.to, second, 'backup.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('1.2.3', '1.2.4'));
    renameSync(join(one.to, third), join(one.to, `${third}.partial`));
    writeFileSync(join(one.to, 'riser-tower-20261101T000000Z'), 'a file');
    expect(await listBackups(one.to, SITE)).toEqual([]);
  });

  test('of a directory that is not there is empty', async () => {
    expect(await listBackups(join((await createData()).to, 'none'), SITE)).toEqual([]);
  });
});

describe('of old backups', () => {
  test('the newest stay, and nothing of another site or another hand is touched', async () => {
    const one = await createData();
    const names = await makeDays(one, 5);
    await makeDays(one, 2, 'tower-2');
    const newest = names.at(-1) ?? '';
    const stranger = join(one.to, 'riser-tower-20200101T000000Z');
    mkdirSync(stranger);
    put(one.to, 'riser-tower-20200102T000000Z/notes.txt', 'keep me');
    symlinkSync(join(one.to, newest), join(one.to, 'riser-tower-20200103T000000Z'));
    const before = Object.keys(look(one.to)).filter(
      (path) => !names.slice(0, 3).some((name) => path.startsWith(name)),
    );
    expect((await removeOld(one.to, SITE, 2)).toSorted()).toEqual(names.slice(0, 3));
    expect(Object.keys(look(one.to)).toSorted()).toEqual(before.toSorted());
  });

  test('a renamed one of another site stays, whatever its name says', async () => {
    const one = await createData();
    const [other = ''] = await makeDays(one, 1, 'tower-2');
    renameSync(join(one.to, other), join(one.to, 'riser-tower-20200101T000000Z'));
    await makeDays(one, 1);
    expect(await removeOld(one.to, SITE, 1)).toEqual([]);
    expect(readdirSync(one.to)).toContain('riser-tower-20200101T000000Z');
  });

  test('none goes while there are no more than are kept', async () => {
    const one = await createData();
    await makeDays(one, 2);
    expect(await removeOld(one.to, SITE, 2)).toEqual([]);
  });
});

describe('what a killed run has left', () => {
  const OLD = 'riser-tower-20261101T193000Z.partial';
  const nowMs = FIRST_MS + 13 * 3_600_000;

  test('goes when no run can be at it any more, and not before', async () => {
    const one = await createData();
    put(one.to, `${OLD}/backup.begun.json`, '{"site":"tower"}');
    await removeStale(one.to, SITE, FIRST_MS + 11 * 3_600_000);
    expect(readdirSync(one.to)).toEqual([OLD]);
    await removeStale(one.to, SITE, nowMs);
    expect(readdirSync(one.to)).toEqual([]);
  });

  test.each([
    ['of another site', '{"site":"tower-2"}'],
    ['damaged', '{"sit'],
  ])('stays when its mark is %s', async (_what, text) => {
    const one = await createData();
    put(one.to, `${OLD}/backup.begun.json`, text);
    await removeStale(one.to, SITE, nowMs);
    expect(readdirSync(one.to)).toEqual([OLD]);
  });

  test('is gone after the next backup', async () => {
    const one = await createData();
    put(one.to, `${OLD}/backup.begun.json`, '{"site":"tower"}');
    const { path } = await make(one, { wallMs: () => nowMs });
    expect(readdirSync(one.to)).toEqual([path.split('/').at(-1)]);
  });
});
