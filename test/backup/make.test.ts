/** Making a backup: what is in it while everything goes on, and what stops it without leaving anything. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { parseManifest } from '../../src/backup/manifest.ts';
import { verifyChains } from '../../src/store/sqlite/chain.ts';
import { openTestStore, tamper } from '../store/support/open.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import {
  createData,
  createFiles,
  look,
  lookAtData,
  make,
  put,
  refusalOf,
  SCHEMA,
  SEALED,
  SEGMENT,
  SITE,
  type TestData,
} from './support.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const pathOf = (path: unknown): string => String(path);

function expectNothing({ to }: TestData): void {
  expect(readdirSync(to)).toEqual([]);
}

describe('a backup', () => {
  test('of a stopped gateway holds everything but locks and temporary files, with a manifest of it', async () => {
    const one = await createData();
    for (const name of [
      'riser.lock',
      'riser.pid',
      '.probe-7',
      'journal/confirmed.json.tmp',
      'tls/cert.pem.partial',
    ]) {
      put(one.data, name, 'x');
    }
    const { path, manifest } = await make(one);
    expect(readdirSync(one.to)).toEqual([path.split('/').at(-1)]);
    expect(readdirSync(path).toSorted()).toEqual(['backup.json', 'data']);
    expect(parseManifest(read(join(path, 'backup.json')))).toEqual(manifest);
    expect(manifest).toMatchObject({
      site: SITE,
      riser: '1.2.3',
      schema: SCHEMA,
      counts: { tickets: 1, openTickets: 1, openAlarms: 1, users: 0, audit: 3 },
    });
    const copied = Object.keys(lookAtData(join(path, 'data'))).toSorted();
    const wanted = Object.keys(lookAtData(one.data)).filter((name) => !/tmp$|partial$|^\.probe/.test(name));
    expect(copied).toEqual(wanted.toSorted());
    expect(manifest.skipped.map(({ path: name }) => name).toSorted()).toEqual([
      '.probe-7',
      'journal/confirmed.json.tmp',
      'riser.lock',
      'riser.pid',
      'tls/cert.pem.partial',
    ]);
  });

  test('keeps secrets readable for their owner only', async () => {
    const { path } = await make(await createData());
    const seen = look(path);
    for (const name of ['data/riser.db', 'data/tls/key.pem', 'backup.json'])
      expect(seen[name]).toMatch(/^600 /);
    expect(seen['data']).toMatch(/^700 /);
  });

  test('made while the gateway commits holds every row that was committed before it began, and its chains verify', async () => {
    const one = await createData(0);
    const { store } = await openTestStore(one.data);
    // Large enough for several steps of SQLite's own backup, with commits between them.
    const filler = 'x'.repeat(20_000);
    const entry = (n: number) => ({
      atMs: n,
      actor: 'test',
      action: 'fill',
      object: String(n),
      detail: { filler },
    });
    const commit = (n: number) => store.commit({ writes: [{ type: 'audit', entry: entry(n) }] });
    for (let n = 1; n <= 300; n++) await commit(n);
    const over = new AbortController();
    let [committed, slowestMs] = [300, 0];
    const going = (async () => {
      while (!over.signal.aborted) {
        using watch = startStopwatch();
        await commit(committed + 1);
        committed += 1;
        slowestMs = Math.max(slowestMs, watch.readMs());
      }
    })();
    const before = committed;
    const { path, manifest } = await make(one).finally(() => over.abort());
    await going;
    const copy = new DatabaseSync(join(path, 'data/riser.db'), { readOnly: true });
    const found = copy.prepare("select object from audit where action = 'fill' order by id").all();
    expect(verifyChains(copy)).toEqual([]);
    copy.close();
    expect(committed - before, 'commits during the backup').toBeGreaterThan(3);
    expect(found.length).toBeGreaterThanOrEqual(before);
    expect(manifest.counts.audit).toBe(found.length);
    expect(found.slice(0, before).map(({ object }) => object)).toEqual(
      Array.from({ length: before }, (_, n) => String(n + 1)),
    );
    expect(slowestMs, 'the slowest commit, ms').toBeLessThan(2_000);
  });

  test('copies what the sink has confirmed before all else, and the database before what its rows may name', async () => {
    const one = await createData();
    const opened: string[] = [];
    const files = createFiles({
      open: (path, ...rest) => {
        opened.push(pathOf(path));
        return promises.open(path, ...rest);
      },
    });
    const { path } = await make(one, { files });
    const at = (name: string) =>
      opened.findIndex((it) => it.startsWith(`${path}.partial/data/`) && it.endsWith(name));
    expect(at('confirmed.json')).toBeGreaterThan(-1);
    expect(at('confirmed.json')).toBeLessThan(at('riser.db'));
    expect(at('riser.db')).toBeLessThan(at('.seg'));
    expect(at('riser.db')).toBeLessThan(at('照片 1.jpg'));
    expect(opened.filter((it) => it === join(one.data, 'journal/confirmed.json'))).toHaveLength(1);
  });

  test('takes of a growing segment what there was when it was opened', async () => {
    const one = await createData();
    const segment = join(one.data, 'journal/0000000000000900.seg');
    const files = createFiles({
      async open(path, ...rest) {
        const handle = await promises.open(path, ...rest);
        return pathOf(path) === segment ? growing(handle, segment) : handle;
      },
    });
    const { path, manifest } = await make(one, { files });
    expect(read(join(path, 'data/journal/0000000000000900.seg'))).toBe('newest');
    expect(manifest.files.find((file) => file.path.includes('0900'))?.bytes).toBe(6);
    expect(read(segment)).toBe('newest and more');
  });

  test('has the successor of a segment that is sealed before it could be copied', async () => {
    const one = await createData();
    const files = sealing(one, (path) => path === join(one.data, SEGMENT));
    const { path, manifest } = await make(one, { files });
    expect(existsSync(join(path, 'data', SEGMENT))).toBe(false);
    expect(read(join(path, 'data', SEALED))).toBe('sealed');
    expect(manifest.files.map((file) => file.path)).toContain(SEALED);
  });

  test('does not hold a segment twice that is sealed after it was copied', async () => {
    const one = await createData();
    const files = sealing(one, (path) => path === join(one.data, 'tls/key.pem'));
    const { path, manifest } = await make(one, { files });
    expect(existsSync(join(path, 'data', SEGMENT))).toBe(false);
    expect(read(join(path, 'data', SEALED))).toBe('sealed');
    expect(manifest.files.filter((file) => /0001\.(seg|sealed)$/.test(file.path))).toHaveLength(1);
  });

  test('has the whole of a segment when another one was begun behind it meanwhile', async () => {
    const one = await createData();
    let isDone = false;
    const files = createFiles({
      open: (path, ...rest) => {
        if (!isDone && pathOf(path) === join(one.data, 'tls/key.pem')) {
          isDone = true;
          appendFileSync(join(one.data, 'journal/0000000000000900.seg'), ' and its end');
          put(one.data, 'journal/0000000000000950.seg', 'next');
        }
        return promises.open(path, ...rest);
      },
    });
    const { path } = await make(one, { files });
    expect(read(join(path, 'data/journal/0000000000000900.seg'))).toBe('newest and its end');
    expect(read(join(path, 'data/journal/0000000000000950.seg'))).toBe('next');
  });

  test('takes the site of the gateway that ran last when none is named', async () => {
    const one = await createData();
    expect((await make(one, {}, { site: null })).manifest.site).toBe('unnamed');
    const { store } = await openTestStore(one.data);
    const entry = { atMs: 1, actor: 'gateway', action: 'start', object: 'north-tower', detail: {} };
    await store.commit({ writes: [{ type: 'audit', entry }] });
    expect((await make(one, {}, { site: null })).manifest.site).toBe('north-tower');
  });

  test('of the same second as another gets a name of its own', async () => {
    const one = await createData();
    const wallMs = (): number => Date.UTC(2026, 10, 21, 2, 0, 0);
    const names = [await make(one, { wallMs }), await make(one, { wallMs })].map(({ path }) =>
      path.split('/').at(-1),
    );
    expect(names).toEqual(['riser-tower-20261121T020000Z', 'riser-tower-20261121T020000Z-2']);
  });

  test('tells how far it is, and ends at its total', async () => {
    const told: [number, number][] = [];
    await make(await createData(), { onProgress: (bytes, total) => told.push([bytes, total]) });
    expect(told.length).toBeGreaterThan(5);
    expect(told.every(([bytes], at) => bytes >= (told[at - 1]?.[0] ?? 0))).toBe(true);
    expect(told.at(-1)?.[0]).toBeGreaterThan(0.9 * (told.at(-1)?.[1] ?? 0));
  });

  test('is held to its speed', async () => {
    const one = await createData();
    put(one.data, 'attachments/large', Buffer.alloc(1_000_000));
    const fromMs = performance.now();
    await make(one, {}, { bytesPerS: 4_000_000 });
    expect(performance.now() - fromMs).toBeGreaterThan(250);
  });
});

describe('nothing is left and the place is named', () => {
  const full = (): Error => Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });

  test.each(['riser.db', '.seg', 'key.pem', 'backup.json', 'backup.begun.json', 'confirmed.json'])(
    'when the disk is full at %s',
    async (name) => {
      const one = await createData();
      const files = createFiles({
        async open(path, ...rest) {
          const isTarget = pathOf(path).startsWith(one.to) && pathOf(path).endsWith(name);
          if (isTarget && name === 'riser.db') throw full();
          const handle = await promises.open(path, ...rest);
          return isTarget ? refusing(handle, full()) : handle;
        },
      });
      expect(await refusalOf(make(one, { files }))).toMatchObject({
        code: 'backup-no-space',
        params: { path: expect.stringContaining(name) as string },
      });
      expectNothing(one);
    },
  );

  test('when the disk has too little room from the beginning', async () => {
    const one = await createData();
    const files = createFiles({
      statfs: (async () => ({ bavail: 10, bsize: 4_096 })) as unknown as typeof promises.statfs,
    });
    const { code, text } = await refusalOf(make(one, { files }));
    expect(code).toBe('backup-no-space');
    expect(text.en).toMatch(/6\d MB needed, 41 kB free/);
    expectNothing(one);
  });

  test('when a file cannot be read', async () => {
    const one = await createData();
    const files = createFiles({
      open: (path, ...rest) =>
        pathOf(path) === join(one.data, 'tls/key.pem')
          ? Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
          : promises.open(path, ...rest),
    });
    expect(await refusalOf(make(one, { files }))).toMatchObject({
      code: 'backup-failed',
      params: { path: join(one.data, 'tls/key.pem'), reason: 'EACCES' },
    });
    expectNothing(one);
  });

  test('when a symbolic link lies in the data directory', async () => {
    const one = await createData();
    symlinkSync('/etc/hostname', join(one.data, 'journal/link.seg'));
    expect(await refusalOf(make(one))).toMatchObject({
      code: 'backup-failed',
      params: {
        path: join(one.data, 'journal/link.seg'),
        reason: { en: 'symbolic links are not backed up' },
      },
    });
    expectNothing(one);
  });

  test('when a file becomes a symbolic link after it was listed', async () => {
    const one = await createData();
    const key = join(one.data, 'tls/key.pem');
    const files = createFiles({
      open: (path, ...rest) => {
        if (pathOf(path) === key) {
          rmSync(key);
          symlinkSync('/etc/hostname', key);
        }
        return promises.open(path, ...rest);
      },
    });
    expect(await refusalOf(make(one, { files }))).toMatchObject({
      code: 'backup-failed',
      params: { path: key },
    });
    expectNothing(one);
  });

  test('when the names never come to rest', async () => {
    const one = await createData();
    let n = 0;
    const files = createFiles({
      open: (path, ...rest) => {
        if (pathOf(path) === join(one.data, `journal/new-${n}`) || n === 0) {
          n += 1;
          put(one.data, `journal/new-${n}`, 'x');
        }
        return promises.open(path, ...rest);
      },
    });
    expect((await refusalOf(make(one, { files }))).text.en).toContain('still changed after 10 listings');
    expectNothing(one);
  });

  test('when the database is damaged', async () => {
    const one = await createData(500);
    const file = join(one.data, 'riser.db');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, bytes.length - 3 * 4_096);
    writeFileSync(file, bytes);
    expect((await refusalOf(make(one))).code).toBe('data-damaged');
    expectNothing(one);
  });

  test('when the database is no database', async () => {
    const one = await createData();
    writeFileSync(join(one.data, 'riser.db'), 'x'.repeat(10_000));
    expect((await refusalOf(make(one))).code).toBe('data-damaged');
    expectNothing(one);
  });

  test('when a chain of its histories does not match', async () => {
    const one = await createData();
    tamper(
      join(one.data, 'riser.db'),
      "drop trigger audit_no_update; update audit set actor = 'nobody' where id = 2",
    );
    const { code, text } = await refusalOf(make(one));
    expect(code).toBe('data-damaged');
    expect(text.en).toContain('audit 2');
    expectNothing(one);
  });

  test('when there is no database', async () => {
    const one = await createData();
    rmSync(join(one.data, 'riser.db'));
    expect(await refusalOf(make(one))).toMatchObject({
      code: 'backup-failed',
      params: { path: one.data, reason: { en: expect.stringContaining('riser.db is expected') as string } },
    });
    expectNothing(one);
  });

  test('when there is no such directory, saying which and what is expected there', async () => {
    const one = await createData();
    const data = join(one.data, 'nope');
    expect(await refusalOf(make({ ...one, data }))).toMatchObject({
      code: 'backup-failed',
      params: { path: data, reason: { en: expect.stringContaining('--data') as string } },
    });
    expectNothing(one);
  });
});

describe('a backup is not put', () => {
  test.each(['', '/journal', '/backups'])('into the data directory (%j)', async (below) => {
    const one = await createData();
    const before = look(one.data);
    const target = join(one.data, below);
    expect(await refusalOf(make(one, {}, { to: target }))).toMatchObject({
      code: 'backup-target',
      params: { path: target },
    });
    expect(look(one.data)).toEqual(before);
  });

  test('into it by way of a link either', async () => {
    const one = await createData();
    symlinkSync(join(one.data, 'journal'), join(one.to, 'link'));
    expect((await refusalOf(make(one, {}, { to: join(one.to, 'link') }))).code).toBe('backup-target');
    expect((await refusalOf(make(one, {}, { to: join(one.to, 'link/deeper') }))).code).toBe('backup-target');
  });

  test('below a folder that is not there: a share that is not mounted is no empty share', async () => {
    const one = await createData();
    const target = join(one.to, 'share/riser');
    expect((await refusalOf(make(one, {}, { to: target }))).code).toBe('backup-target');
    expectNothing(one);
    mkdirSync(join(one.to, 'share'));
    expect((await make(one, {}, { to: target })).path.startsWith(target)).toBe(true);
  });
});

test('a pipe in the data directory is left out and named, and does not hold the backup', async () => {
  const one = await createData();
  execFileSync('mkfifo', [join(one.data, 'pipe')]);
  const { manifest } = await make(one);
  expect(manifest.skipped).toEqual([{ path: 'pipe', reason: 'neither file nor folder' }]);
});

/** The segment grows as soon as its size has been asked. */
function growing(handle: FileHandle, path: string): FileHandle {
  let asked = 0;
  return replace(handle, 'stat', async () => {
    const stats = await handle.stat();
    asked += 1;
    if (asked === 2) appendFileSync(path, ' and more');
    return stats;
  });
}

/** The journal replaces a segment by its sealed form when a certain file is opened. */
function sealing({ data }: TestData, isMoment: (path: string) => boolean): ReturnType<typeof createFiles> {
  return createFiles({
    open: (path, ...rest) => {
      if (isMoment(pathOf(path)) && existsSync(join(data, SEGMENT))) {
        put(data, `${SEALED}.tmp`, 'sealed');
        renameSync(join(data, `${SEALED}.tmp`), join(data, SEALED));
        rmSync(join(data, SEGMENT));
      }
      return promises.open(path, ...rest);
    },
  });
}

function refusing(handle: FileHandle, error: Error): FileHandle {
  return replace(handle, 'write', () => Promise.reject(error));
}

/** The handle with one function of its own. */
function replace(handle: FileHandle, name: string, call: () => Promise<unknown>): FileHandle {
  return new Proxy(handle, {
    get(target, key) {
      if (key === name) return call;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
