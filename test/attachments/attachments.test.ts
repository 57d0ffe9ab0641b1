/** Attachments as the API uses them: received whole or not at all, bounded, read in parts, swept. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AttachmentOptions, createAttachments } from '../../src/attachments/attachments.ts';
import type { Attachments } from '../../src/attachments/port.ts';
import { toId } from '../../src/core/ids.ts';
import { until } from '../support/poll.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { HEADS, makePhoto, toSource } from './support/files.ts';

const DAY_MS = 86_400_000;
const WAIT = { timeoutMs: 10_000, what: 'the attachments' };
const LIMITS = { reserveBytes: 0 };

interface Opened {
  readonly attachments: Attachments;
  readonly folder: string;
}

async function open(options: Partial<AttachmentOptions> = {}): Promise<Opened> {
  const directory = options.directory ?? temporaryDirectory();
  const attachments = createAttachments({
    directory,
    known: (ids) => Promise.resolve(new Set(ids)),
    wallMs: () => 5_000,
    onSweepFailed: (error) => expect.unreachable(String(error)),
    ...options,
    limits: { ...LIMITS, ...options.limits },
  });
  await attachments.start();
  onTestFinished(() => attachments.stop());
  return { attachments, folder: join(directory, 'attachments') };
}

const file = (id: string, name = 'photo.jpg') => ({ id: toId<never>(id), name, by: 'wang' });

describe('a photo', () => {
  test('is kept as it came, for its owner only, with size, kind and checksum', async () => {
    const { attachments, folder } = await open();
    const photo = makePhoto(300_000);
    const kept = await attachments.receive(toSource(photo), file('a-1', '现场照片.jpg'));
    expect(kept).toEqual({
      id: 'a-1',
      name: '现场照片.jpg',
      mediaType: 'image/jpeg',
      bytes: 300_000,
      sha256: createHash('sha256').update(photo).digest('hex'),
      by: 'wang',
      atMs: 5_000,
    });
    expect(readFileSync(join(folder, 'a-1')).equals(photo)).toBe(true);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, 'a-1')).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    expect(attachments.counters()).toMatchObject({ files: 1, bytes: 300_000, received: 1, receiving: 0 });
  });

  test('may come byte by byte, and be as short as its mark', async () => {
    const { attachments } = await open();
    for (const [at, [type, head]] of Object.entries(HEADS).entries()) {
      const kept = await attachments.receive(toSource(Buffer.from(head), 1), file(`a-${at}`));
      expect([kept.mediaType, kept.bytes]).toEqual([type, head.length]);
    }
  });

  test('is called as its device calls it, without folders and what cannot be printed', async () => {
    const { attachments } = await open();
    const long = `${'图'.repeat(300)}.jpg`;
    const names = ['../../etc/passwd', 'C:\\Users\\w\\水泵.jpg', 'a\u202Egpj.exe\n', long, '/'];
    const kept = await Promise.all(
      names.map((name, at) => attachments.receive(toSource(makePhoto(100)), file(`a-${at}`, name))),
    );
    expect(kept.map(({ name }) => name)).toEqual(['passwd', '水泵.jpg', 'agpj.exe', '图'.repeat(200), '']);
  });
});

describe('refused, and nothing of it is left, is', () => {
  async function expectRefused(opened: Opened, source: Readable, id: string, code: string): Promise<void> {
    await expect(opened.attachments.receive(source, file(id))).rejects.toMatchObject({ code });
    expect(readdirSync(opened.folder)).toEqual([]);
    expect(opened.attachments.counters()).toMatchObject({ files: 0, bytes: 0, receiving: 0 });
  }

  test('a photo that is a byte too large, and not one that just fits', async () => {
    const opened = await open({ limits: { fileBytes: 50_000 } });
    await expectRefused(opened, toSource(makePhoto(50_001)), 'a-1', 'attachment-too-large');
    expect(opened.attachments.counters()).toMatchObject({ refused: 1, failed: 0 });
    expect((await opened.attachments.receive(toSource(makePhoto(50_000)), file('a-2'))).bytes).toBe(50_000);
  });

  test('what is too large before it is all there: the sender is cut off', async () => {
    const opened = await open({ limits: { fileBytes: 50_000 } });
    const source = new PassThrough();
    source.write(makePhoto(60_000));
    await expectRefused(opened, source, 'a-1', 'attachment-too-large');
    expect(source.destroyed).toBe(true);
  });

  test('another kind, whatever it is called, and before all of it is there', async () => {
    const opened = await open();
    const source = new PassThrough();
    source.write(Buffer.from('<html>'.repeat(20)));
    await expectRefused(opened, source, 'a-1', 'attachment-kind');
    expect(source.destroyed).toBe(true);
  });

  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['a short text', Buffer.from('ok')],
  ])('%s', async (_what, bytes) => {
    await expectRefused(await open(), toSource(bytes), 'a-1', 'attachment-kind');
  });

  test('a connection that ends in the middle', async () => {
    const opened = await open();
    const source = new PassThrough();
    source.write(makePhoto(30_000));
    const received = expectRefused(opened, source, 'a-1', 'attachment-failed');
    await until(() => existsSync(join(opened.folder, 'a-1.partial')), WAIT);
    source.destroy(new Error('the telephone is gone'));
    await received;
    expect(opened.attachments.counters()).toMatchObject({ failed: 1, refused: 0 });
  });

  test('a connection that says nothing any more', async () => {
    const opened = await open({ limits: { receiveMs: 50 } });
    const source = new PassThrough();
    source.write(makePhoto(30_000));
    await expectRefused(opened, source, 'a-1', 'attachment-failed');
    expect(source.destroyed).toBe(true);
  });

  test.each(['../riser.db', 'A', '', 'a/b', 'a.partial'])('an id that is a path: %j', async (id) => {
    await expectRefused(await open(), toSource(makePhoto(100)), id, 'not-found');
  });

  test('one more than may come at once, and the others go on', async () => {
    const opened = await open({ limits: { receiving: 2 } });
    const sources = [new PassThrough(), new PassThrough()];
    const pending = sources.map((source, at) => opened.attachments.receive(source, file(`a-${at}`)));
    const third = toSource(makePhoto(100));
    await expect(opened.attachments.receive(third, file('a-9'))).rejects.toMatchObject({
      code: 'attachments-busy',
    });
    expect(third.destroyed).toBe(true);
    for (const source of sources) source.end(makePhoto(500));
    expect((await Promise.all(pending)).map(({ bytes }) => bytes)).toEqual([500, 500]);
    expect(opened.attachments.counters()).toMatchObject({ receiving: 0, refused: 1, received: 2 });
  });

  test('what could go beyond the room for all, also after a restart', async () => {
    const directory = temporaryDirectory();
    const limits = { fileBytes: 1_000, totalBytes: 2_500 };
    const { attachments } = await open({ directory, limits });
    await attachments.receive(toSource(makePhoto(900)), file('a-1'));
    await attachments.receive(toSource(makePhoto(900)), file('a-2'));
    const { attachments: again } = await open({ directory, limits });
    for (const one of [attachments, again])
      await expect(one.receive(toSource(makePhoto(10)), file('a-3'))).rejects.toMatchObject({
        code: 'attachments-full',
      });
    expect(again.counters()).toMatchObject({ files: 2, bytes: 1_800 });
    await again.discard(toId('a-1'));
    expect((await again.receive(toSource(makePhoto(10)), file('a-3'))).bytes).toBe(10);
  });

  test('anything when the disk has no room left for the database', async () => {
    const opened = await open({ limits: { reserveBytes: Number.MAX_SAFE_INTEGER } });
    await expectRefused(opened, toSource(makePhoto(100)), 'a-1', 'attachments-full');
  });
});

describe('when the disk fails', () => {
  const fault = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));

  test.each(['open', 'rename', 'statfs'] as const)(
    'at %s, the person is told and nothing is left',
    async (name) => {
      const directory = temporaryDirectory();
      await open({ directory });
      const { attachments, folder } = await open({ directory, files: { ...promises, [name]: fault } });
      const failed = { code: 'attachment-failed', params: { reason: 'ENOSPC' } };
      await expect(attachments.receive(toSource(makePhoto(100)), file('a-1'))).rejects.toMatchObject(failed);
      expect(readdirSync(folder)).toEqual([]);
      expect(attachments.counters()).toMatchObject({ failed: 1, bytes: 0, receiving: 0 });
    },
  );

  test('a folder that cannot be made refuses the start', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'attachments'), '');
    await expect(open({ directory })).rejects.toMatchObject({ code: 'attachment-failed' });
  });
});

describe('reading', () => {
  const PHOTO = makePhoto(100_000);

  async function openWithPhoto(): Promise<Attachments> {
    const { attachments } = await open();
    await attachments.receive(toSource(PHOTO), file('a-1'));
    return attachments;
  }

  test.each([
    ['all of it', undefined, 0, 99_999],
    ['from somewhere on', { from: 99_000, to: null }, 99_000, 99_999],
    ['a part', { from: 10, to: 19 }, 10, 19],
    ['the first byte', { from: 0, to: 0 }, 0, 0],
    ['a part that goes beyond the end', { from: 99_990, to: 200_000 }, 99_990, 99_999],
  ])('%s', async (_what, part, from, to) => {
    const attachments = await openWithPhoto();
    const read = await attachments.read(toId('a-1'), part);
    expect(read).toMatchObject({ bytes: 100_000, from, to });
    expect((await buffer(read.stream)).equals(PHOTO.subarray(from, to + 1))).toBe(true);
  });

  test.each([
    [{ from: 100_000, to: null }],
    [{ from: 5, to: 4 }],
    [{ from: -1, to: 4 }],
    [{ from: 0.5, to: 4 }],
  ])('not a part that is not there: %j', async (part) => {
    const attachments = await openWithPhoto();
    const refused = { code: 'range-not-satisfiable', params: { bytes: 100_000 } };
    await expect(attachments.read(toId('a-1'), part)).rejects.toMatchObject(refused);
  });

  test.each(['a-2', '../riser.db', 'a-1.partial'])('not what is not there: %s', async (id) => {
    const attachments = await openWithPhoto();
    await expect(attachments.read(toId(id))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the sweep', () => {
  /** As if it had been received so long ago. */
  function age(path: string, byMs: number): void {
    const at = (Date.now() - byMs) / 1e3;
    utimesSync(path, at, at);
  }

  test('removes what is on no ticket after a day, and nothing else', async () => {
    const directory = temporaryDirectory();
    const folder = join(directory, 'attachments');
    mkdirSync(folder);
    const names = ['a-orphan', 'a-fresh', 'a-known', 'notes.txt', 'A-1'];
    for (const name of names) writeFileSync(join(folder, name), 'abc');
    for (const name of names) if (name !== 'a-fresh') age(join(folder, name), 2 * DAY_MS);
    const asked: (readonly string[])[] = [];
    const { attachments } = await open({
      directory,
      wallMs: Date.now,
      known: (ids) => {
        asked.push(ids);
        return Promise.resolve(new Set(['a-known']));
      },
    });
    await until(() => attachments.counters().swept === 1, WAIT);
    expect(readdirSync(folder).toSorted()).toEqual(['A-1', 'a-fresh', 'a-known', 'notes.txt']);
    expect(asked[0]?.toSorted()).toEqual(['a-known', 'a-orphan']);
    expect(attachments.counters()).toMatchObject({ files: 2, bytes: 6 });
  });

  test('removes nothing when the database does not answer, and says so', async () => {
    const directory = temporaryDirectory();
    const folder = join(directory, 'attachments');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a-1'), 'abc');
    age(join(folder, 'a-1'), 2 * DAY_MS);
    const faults: unknown[] = [];
    await open({
      directory,
      wallMs: Date.now,
      known: () => Promise.reject(new Error('locked')),
      onSweepFailed: (error) => faults.push(error),
    });
    await until(() => faults.length === 1, WAIT);
    expect(readdirSync(folder)).toEqual(['a-1']);
  });

  test('is made again and again until the end', async () => {
    let asked = 0;
    const { attachments } = await open({
      limits: { sweepMs: 5 },
      known: () => {
        asked++;
        return Promise.resolve(new Set());
      },
    });
    await until(() => asked >= 3, WAIT);
    await attachments.stop();
    const before = asked;
    await attachments.stop();
    expect(asked).toBe(before);
  });
});

test('discarding takes back what was received, and twice is as good as once', async () => {
  const { attachments, folder } = await open();
  await attachments.receive(toSource(makePhoto(100)), file('a-1'));
  await attachments.discard(toId('a-1'));
  await attachments.discard(toId('a-1'));
  expect(readdirSync(folder)).toEqual([]);
  expect(attachments.counters()).toMatchObject({ files: 0, bytes: 0, swept: 0 });
});
