/**
 * The manifest of a backup, `backup.json`: what it holds, with size and SHA-256 of every file. It is written last, so
 * that a directory without it is no backup, and carries a digest of its own, so that a changed one is found out.
 *
 *   riser-<site>-<UTC>/backup.json   this
 *   riser-<site>-<UTC>/data/…        the data directory
 */
import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import Value from 'typebox/value';

export const MANIFEST_FILE = 'backup.json';
/** Whose a directory is while it has no manifest yet. */
export const BEGUN_FILE = 'backup.begun.json';
/** The copy of the data directory inside a backup. */
export const CONTENT = 'data';
export const PARTIAL_SUFFIX = '.partial';
/** Version of the form of backups. */
export const BACKUP_VERSION = 1;

const Count = Type.Integer({ minimum: 0 });
const Mode = Type.Integer({ minimum: 0, maximum: 0o777 });

const ManifestSchema = Type.Object(
  {
    format: Type.Literal('riser-backup'),
    version: Type.Integer({ minimum: 1 }),
    /** Version of the program. */
    riser: Type.String(),
    /** Version of the database's schema. */
    schema: Type.Integer({ minimum: 0 }),
    site: Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
    /** ISO 8601, UTC. What was durable then is in it. */
    begunAt: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' }),
    durationMs: Count,
    counts: Type.Object({
      tickets: Count,
      openTickets: Count,
      openAlarms: Count,
      users: Count,
      audit: Count,
    }),
    /** With the modes that they get again. Parents come before their children. */
    directories: Type.Array(Type.Object({ path: Type.String({ minLength: 1 }), mode: Mode })),
    files: Type.Array(
      Type.Object({
        /** Within the data directory. */
        path: Type.String({ minLength: 1 }),
        bytes: Count,
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        mode: Mode,
      }),
    ),
    /** What of the data directory is not in it, and why. */
    skipped: Type.Array(Type.Object({ path: Type.String(), reason: Type.String() })),
  },
  { additionalProperties: false },
);

/** How an indented object ends. */
const END = '\n}';

export type Manifest = Static<typeof ManifestSchema>;
export type ManifestFile = Manifest['files'][number];
export type Skipped = Manifest['skipped'][number];

/** One text for one manifest: its last member is the digest of the text without it. */
export function toManifestText(manifest: Manifest): string {
  const body = JSON.stringify(manifest, null, 1);
  return `${body.slice(0, -END.length)},\n "digest": "${sha256(body)}"${END}\n`;
}

/** @throws Error that says what is wrong with it. */
export function parseManifest(text: string): Manifest {
  const [, begin, digest] = /^([\s\S]*),\n "digest": "([0-9a-f]{64})"\n\}\n$/.exec(text) ?? [];
  if (begin === undefined) throw new Error('the manifest is cut off or not a manifest');
  const body = begin + END;
  if (sha256(body) !== digest) throw new Error('the manifest was changed');
  const manifest: unknown = JSON.parse(body);
  if (!Value.Check(ManifestSchema, manifest)) throw new Error('not a manifest of this form');
  const paths = [...manifest.files, ...manifest.directories].map(({ path }) => path);
  const unsafe = paths.find((path) => !isInside(path));
  if (unsafe !== undefined) throw new Error(`the manifest names ${JSON.stringify(unsafe)}`);
  if (new Set(paths).size !== paths.length) throw new Error('the manifest names a file twice');
  return manifest;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Bytes of all files. */
export function sizeOf(manifest: Pick<Manifest, 'files'>): number {
  return manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** `riser-tower-20261122T033000Z`: names of one site sort by time. */
export function toBackupName(site: string, begunMs: number): string {
  return `riser-${site}-${toStamp(begunMs)}`;
}

/**
 * Beginning of the backup that a directory is named after, UTC ms; null when it is not named like one.
 * @param site null = any
 */
export function parseBackupName(name: string, site: string | null): number | null {
  const [, named, ...digits] =
    /^riser-([a-z][a-z0-9-]*)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d)?(?:\.partial)?$/.exec(name) ??
    [];
  if (named === undefined || (site !== null && named !== site)) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = digits.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function toStamp(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
}

/** Relative, and never up. */
function isInside(path: string): boolean {
  return (
    !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}
