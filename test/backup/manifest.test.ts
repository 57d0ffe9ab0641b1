/** The manifest: one text for one content, and no change of it that goes unnoticed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Manifest,
  parseBackupName,
  parseManifest,
  toBackupName,
  toManifestText,
} from '../../src/backup/manifest.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';

const MANIFEST: Manifest = {
  format: 'riser-backup',
  version: 1,
  riser: '1.2.3',
  schema: 2,
  site: 'tower',
  begunAt: '2026-11-21T02:00:00.000Z',
  durationMs: 12,
  counts: { tickets: 3, openTickets: 1, openAlarms: 1, users: 2, audit: 9 },
  directories: [{ path: 'journal', mode: 0o750 }],
  files: [{ path: 'journal/照片', bytes: 3, sha256: 'ab'.repeat(32), mode: 0o640 }],
  skipped: [],
};

test('a manifest is read as it was written, and is JSON', () => {
  const text = toManifestText(MANIFEST);
  expect(parseManifest(text)).toEqual(MANIFEST);
  expect(JSON.parse(text)).toMatchObject(MANIFEST);
});

test('whatever byte of it is changed or cut off, it is refused', () => {
  const bytes = Buffer.from(toManifestText(MANIFEST));
  const place = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(place, ([at, flip]) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ flip;
      expect(() => parseManifest(changed.toString('utf8'))).toThrow(/manifest|JSON/);
      expect(() => parseManifest(bytes.subarray(0, at).toString('utf8'))).toThrow(/manifest/);
    }),
    { seed: testSeed(), numRuns: testRuns(200) },
  );
});

test.each(['../etc/passwd', '/etc/passwd', 'journal/../../x', './x', 'a//b', 'a\0b'])(
  'a manifest that names %j is refused, whoever wrote it',
  (path) => {
    const file = { path, bytes: 1, sha256: 'ab'.repeat(32), mode: 0o600 };
    expect(() => parseManifest(toManifestText({ ...MANIFEST, files: [file] }))).toThrow('the manifest names');
  },
);

test('a manifest that names a file twice is refused', () => {
  const twice = [...MANIFEST.files, ...MANIFEST.files];
  expect(() => parseManifest(toManifestText({ ...MANIFEST, files: twice }))).toThrow('twice');
});

test('the name of a backup tells site and time, also of a site with digits and dashes', () => {
  const ms = Date.UTC(2026, 10, 21, 2, 3, 4);
  for (const site of ['tower', 'tower-2', 'a-20261121t020304z']) {
    const name = toBackupName(site, ms);
    expect(parseBackupName(name, site)).toBe(ms);
    expect(parseBackupName(`${name}-2.partial`, site)).toBe(ms);
    expect(parseBackupName(name, null)).toBe(ms);
    expect(parseBackupName(name, 'other')).toBeNull();
  }
});

test.each(['riser-tower', 'riser-tower-2026', 'tower-20261121T020304Z', 'riser-tower-20261121T020304Z.old'])(
  '%s is no name of a backup',
  (name) => {
    expect(parseBackupName(name, null)).toBeNull();
  },
);
