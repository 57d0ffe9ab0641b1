/** The index file beside a closed segment: believed when it is whole, of this version and about this file; else as if missing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { JOURNAL_DISK } from '../../../src/telemetry/journal/disk.ts';
import { indexPath } from '../../../src/telemetry/journal/files.ts';
import { loadIndex, parseIndex, writeIndex } from '../../../src/telemetry/journal/index-file.ts';
import { emptyFigures, type SegmentFigures } from '../../../src/telemetry/journal/segments.ts';
import { temporaryDirectory } from '../../support/temp.ts';

const FIGURES: SegmentFigures = {
  firstSeq: 7,
  lastSeq: 9,
  bytes: 1_234,
  blocks: 3,
  readings: 40,
  minStampMs: 1_800_000_000_000,
  maxStampMs: 1_800_000_060_000,
  highStampMs: 1_800_000_060_000,
  tables: ['0123456789abcdef'],
};

async function written(figures: SegmentFigures): Promise<{ directory: string; text: string }> {
  const directory = temporaryDirectory();
  await writeIndex(JOURNAL_DISK, directory, figures);
  return { directory, text: readFileSync(indexPath(directory, figures.firstSeq), 'utf8') };
}

test('what was written is read again, of a segment without a block too', async () => {
  for (const figures of [FIGURES, { ...emptyFigures(7), bytes: 1_234 }]) {
    const { directory, text } = await written(figures);
    expect(parseIndex(text)).toMatchObject(figures);
    expect(await loadIndex(directory, 7, 1_234)).toMatchObject(figures);
  }
});

test('an index of another segment, or of a file of another size, is none', async () => {
  const { directory, text } = await written(FIGURES);
  expect(await loadIndex(directory, 7, 1_235)).toBeNull();
  writeFileSync(indexPath(directory, 8), text);
  expect(await loadIndex(directory, 8, 1_234)).toBeNull();
  expect(await loadIndex(directory, 9, 1_234)).toBeNull();
});

test('an index of another version is none', async () => {
  const { text } = await written(FIGURES);
  const stored = JSON.parse(text) as Record<string, unknown>;
  for (const version of [1, 3, '2', null, undefined]) {
    expect(parseIndex(JSON.stringify({ ...stored, version })), String(version)).toBeNull();
  }
});

test('an index in which a figure is missing or nonsense is none, and so is half an index', async () => {
  const { text } = await written(FIGURES);
  const stored = JSON.parse(text) as Record<string, unknown>;
  for (const name of Object.keys(FIGURES)) {
    const { [name]: _, ...rest } = stored;
    expect(parseIndex(JSON.stringify(rest)), `without ${name}`).toBeNull();
    expect(parseIndex(JSON.stringify({ ...stored, [name]: 'x' })), name).toBeNull();
  }
  for (let length = 0; length < text.length; length++) {
    expect(parseIndex(text.slice(0, length)), String(length)).toBeNull();
  }
  for (const garbage of ['null', '[]', '2', '\u0000\u0000']) expect(parseIndex(garbage), garbage).toBeNull();
});
