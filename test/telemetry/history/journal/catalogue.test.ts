/** What the journal's directory holds, as history lists it: the span of a log segment, from an index that can be believed. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Catalogue, type Span } from '../../../../src/telemetry/history/journal/catalogue.ts';
import { createTurns } from '../../../../src/telemetry/history/journal/turns.ts';
import { indexPath } from '../../../../src/telemetry/journal/files.ts';
import { recoverJournal } from '../../../../src/telemetry/journal/recovery.ts';
import { createRig, type Rig, T0 } from './rig.ts';

const SPAN: Span = { minStampMs: T0 + 1_000, maxStampMs: T0 + 5_000 };

/** One closed segment with its index. */
async function closedSegment(): Promise<Rig> {
  const rig = await createRig();
  rig.write([['pump-1/p', 1_000, 1]]);
  rig.write([['pump-2/p', 5_000, 2]]);
  rig.closeSegment();
  await recoverJournal(rig.directory, rig.table());
  return rig;
}

function readStored(rig: Rig): Record<string, unknown> {
  return JSON.parse(readFileSync(indexPath(rig.directory, 1), 'utf8')) as Record<string, unknown>;
}

async function spanOfFirst(rig: Rig): Promise<Span | null> {
  const catalogue = new Catalogue(rig.directory);
  onTestFinished(() => catalogue.close());
  const turn = await createTurns().begin(new AbortController().signal);
  await catalogue.refresh(turn);
  turn.end();
  const unit = catalogue.after(0);
  if (unit === undefined) throw new Error('no unit was found');
  return catalogue.span(unit);
}

test('the span of a closed log segment is known from its index, without reading the segment', async () => {
  const rig = await closedSegment();
  const stored = readStored(rig);
  // Whoever reads a directory fails; the index is about a file of its size.
  rmSync(rig.path(1));
  mkdirSync(rig.path(1));
  const bytes = statSync(rig.path(1)).size;
  writeFileSync(indexPath(rig.directory, 1), JSON.stringify({ ...stored, bytes }));
  expect(await spanOfFirst(rig)).toEqual(SPAN);
});

test('an index of another version or size is not believed: the span is that of the blocks', async () => {
  const rig = await closedSegment();
  const stored = readStored(rig);
  for (const wrong of [{ version: 1 }, { bytes: 10 }]) {
    const index = { ...stored, minStampMs: T0 - 9e9, ...wrong };
    writeFileSync(indexPath(rig.directory, 1), JSON.stringify(index));
    expect(await spanOfFirst(rig), JSON.stringify(wrong)).toEqual(SPAN);
  }
});
