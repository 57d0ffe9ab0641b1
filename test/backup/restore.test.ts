/** Restoring: the same directory again, or nothing at all. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { parseManifest, toManifestText } from '../../src/backup/manifest.ts';
import { planRestore, type RestoreOptions, restore } from '../../src/backup/restore.ts';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import { verifyStore } from '../support/verify-store.ts';
import {
  createData,
  createFiles,
  look,
  lookAtData,
  make,
  put,
  refusalOf,
  SCHEMA,
  SEGMENT,
} from './support.ts';

/** Damaged backups that one test tries. */
const ROUNDS = 60;

async function createBackup() {
  const one = await createData();
  const { path } = await make(one);
  const options: RestoreOptions = { from: path, data: join(one.to, '../again/data'), schema: SCHEMA };
  return { ...one, path, options, bringBack: async () => restore(await planRestore(options), options) };
}

/** Changes what the manifest says; its digest fits again. */
function rewrite(path: string, changes: object): void {
  const file = join(path, 'backup.json');
  const manifest = parseManifest(readFileSync(file, 'utf8'));
  writeFileSync(file, toManifestText({ ...manifest, ...changes }));
}

function readTables(path: string): unknown {
  const database = new DatabaseSync(join(path, 'riser.db'), { readOnly: true });
  try {
    const tables = ['occurrence', 'alarm_event', 'ticket', 'ticket_event', 'ticket_alarm', 'audit', 'meta'];
    return tables.map((table) => database.prepare(`select * from ${table}`).all());
  } finally {
    database.close();
  }
}

describe('a restored directory', () => {
  test('has the same files with the same rights, and the same rows; its chains verify', async () => {
    const { data, options, bringBack } = await createBackup();
    chmodSync(join(data, 'opcua/rejected'), 0o700);
    await bringBack();
    expect(lookAtData(options.data)).toEqual(lookAtData(data));
    expect(look(options.data)['riser.db']).toMatch(/^600 /);
    expect(readTables(options.data)).toEqual(readTables(data));
    expect(await verifyStore(options.data)).toEqual([]);
  });

  test('may be the root of a new file system, and may hold what an interrupted restore has left', async () => {
    const { data, options, bringBack } = await createBackup();
    mkdirSync(join(options.data, 'lost+found'), { recursive: true });
    put(options.data, '.restoring/journal/half', 'half');
    await bringBack();
    const { 'lost+found': _, ...seen } = lookAtData(options.data);
    expect(seen).toEqual(lookAtData(data));
  });

  test('that was left half-way is not taken into the next backup', async () => {
    const one = await createData();
    put(one.data, '.restoring/journal/half', 'half');
    const { manifest } = await make(one);
    expect(manifest.files.filter(({ path }) => path.includes('half'))).toEqual([]);
    expect(manifest.skipped).toMatchObject([{ path: '.restoring' }]);
  });
});

describe('refused, with nothing written', () => {
  test('one changed byte anywhere in the backup', async () => {
    const { path, options } = await createBackup();
    const random = createRandom(testSeed());
    const files = Object.entries(look(path)).filter(([, seen]) => !seen.endsWith('folder'));
    for (let round = 0; round < ROUNDS; round++) {
      const name = files[randomInteger(random, 0, files.length - 1)]?.[0] ?? '';
      const bytes = readFileSync(join(path, name));
      const at = randomInteger(random, 0, bytes.length - 1);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ randomInteger(random, 1, 255);
      writeFileSync(join(path, name), changed);
      expect(await refusalOf(planRestore(options)), `${name} at ${at}`).toMatchObject({
        code: 'backup-damaged',
      });
      writeFileSync(join(path, name), bytes);
      expect(existsSync(options.data)).toBe(false);
    }
    await planRestore(options);
  });

  test.each([
    ['a missing file', (path: string) => rmSync(join(path, 'data', SEGMENT)), /missing/],
    [
      'a file cut short',
      (path: string) => writeFileSync(join(path, 'data', SEGMENT), 'x'),
      /1 bytes in place of/,
    ],
    ['a missing manifest', (path: string) => rmSync(join(path, 'backup.json')), /no backup\.json/],
  ])('%s', async (_what, spoil, message) => {
    const { path, options } = await createBackup();
    spoil(path);
    const { code, text } = await refusalOf(planRestore(options));
    expect(code).toBe('backup-damaged');
    expect(text.en).toMatch(message);
    expect(existsSync(options.data)).toBe(false);
  });

  test('a link in place of a file', async () => {
    const { path, options } = await createBackup();
    rmSync(join(path, 'data', SEGMENT));
    symlinkSync('/etc/hostname', join(path, 'data', SEGMENT));
    expect((await refusalOf(planRestore(options))).params['path']).toBe(join(path, 'data', SEGMENT));
  });

  test.each([
    ['a database of a newer program', { schema: SCHEMA + 1 }, { found: SCHEMA + 1, known: SCHEMA }],
    ['a backup of a newer form', { version: 2 }, { found: 2, known: 1 }],
  ])('%s', async (_what, changes, params) => {
    const { path, options } = await createBackup();
    rewrite(path, changes);
    expect(await refusalOf(planRestore(options))).toMatchObject({ code: 'data-too-new', params });
  });

  test('a directory in which something is', async () => {
    const { options } = await createBackup();
    put(options.data, 'journal/old.seg', 'old');
    const before = look(options.data);
    expect(await refusalOf(planRestore(options))).toMatchObject({
      code: 'restore-refused',
      params: { path: options.data, reason: { en: 'it is not empty: journal' } },
    });
    expect(look(options.data)).toEqual(before);
  });

  test('a directory that something has come into since it was looked at', async () => {
    const { options } = await createBackup();
    const plan = await planRestore(options);
    put(options.data, 'riser.db', 'of another gateway');
    expect((await refusalOf(restore(plan, options))).code).toBe('restore-refused');
    expect(readdirSync(options.data)).toEqual(['riser.db']);
    expect(readFileSync(join(options.data, 'riser.db'), 'utf8')).toBe('of another gateway');
  });

  test('the backup itself, or what lies in it, or around it', async () => {
    const { path, options, to } = await createBackup();
    for (const data of [path, join(path, 'data/again'), to]) {
      expect((await refusalOf(planRestore({ ...options, data }))).code).toBe('restore-refused');
    }
  });

  test('a disk with too little room', async () => {
    const { options } = await createBackup();
    const statfs = (async () => ({ bavail: 1, bsize: 4_096 })) as unknown as typeof promises.statfs;
    expect((await refusalOf(planRestore({ ...options, files: createFiles({ statfs }) }))).code).toBe(
      'backup-no-space',
    );
    expect(existsSync(options.data)).toBe(false);
  });
});

describe('a restore that fails on its way leaves an empty directory', () => {
  const full = (): Error => Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });

  test('when the disk is full', async () => {
    const { options } = await createBackup();
    const plan = await planRestore(options);
    const files = createFiles({
      open: (path, ...rest) =>
        String(path).endsWith('.restoring/tls/key.pem')
          ? Promise.reject(full())
          : promises.open(path, ...rest),
    });
    expect((await refusalOf(restore(plan, { ...options, files }))).code).toBe('backup-no-space');
    expect(readdirSync(options.data)).toEqual([]);
  });

  test('when a file reads differently the second time', async () => {
    const { path, options } = await createBackup();
    const plan = await planRestore(options);
    writeFileSync(join(path, 'data', SEGMENT), 'changed');
    expect((await refusalOf(restore(plan, options))).code).toBe('backup-damaged');
    expect(readdirSync(options.data)).toEqual([]);
  });

  test('when the database cannot take its place, which it does last', async () => {
    const { options } = await createBackup();
    const plan = await planRestore(options);
    const renamed: string[] = [];
    const files = createFiles({
      rename: (from, to) => {
        renamed.push(String(to));
        return String(to).endsWith('riser.db') ? Promise.reject(full()) : promises.rename(from, to);
      },
    });
    expect((await refusalOf(restore(plan, { ...options, files }))).code).toBe('backup-no-space');
    expect(renamed.length).toBeGreaterThan(3);
    expect(renamed.at(-1)).toBe(join(options.data, 'riser.db'));
    expect(readdirSync(options.data)).toEqual([]);
  });
});
