/** Confirmations survive restarts and torn writes. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Confirmations, loadConfirmations } from '../../../src/telemetry/journal/confirm.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'riser-confirm-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('blocks confirmed in any order are exactly the ones that count as confirmed', () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), (ranges) => {
      const confirmations = new Confirmations('unused');
      const model = new Set<number>();
      for (const [from, length] of ranges) {
        confirmations.add(from, from + length);
        for (let seq = from; seq <= from + length; seq++) model.add(seq);
      }
      for (let seq = 1; seq <= 70; seq++) {
        expect(confirmations.covers(seq, seq)).toBe(model.has(seq));
        expect(confirmations.overlaps(seq, seq + 1)).toBe(model.has(seq) || model.has(seq + 1));
        let missing = seq;
        while (model.has(missing)) missing++;
        expect(confirmations.firstMissing(seq)).toBe(missing);
      }
    }),
  );
});

test('live blocks confirmed before an unconfirmed backlog stay confirmed after a restart', async () => {
  const confirmations = await loadConfirmations(directory);
  confirmations.add(1, 10);
  confirmations.add(500, 510);
  await confirmations.save();
  const loaded = await loadConfirmations(directory);
  expect(loaded.ranges).toEqual([
    [1, 10],
    [500, 510],
  ]);
  expect(loaded.firstMissing(1)).toBe(11);
});

test.each([
  '',
  '{"version":1,"ranges":[[1,',
  '{"version":2,"ranges":[[1,5]]}',
  '{"version":1,"ranges":[[5,1]]}',
  '{"version":1,"ranges":[[1,5],[3,9]]}',
  '[]',
])('a damaged file (%s) confirms nothing, so that everything is sent again', async (text) => {
  await writeFile(join(directory, 'confirmed.json'), text);
  expect((await loadConfirmations(directory)).ranges).toEqual([]);
});

test('nothing is written when nothing has changed, and no temporary file is left', async () => {
  const confirmations = await loadConfirmations(directory);
  await confirmations.save();
  expect(await readdir(directory)).toEqual([]);
  confirmations.add(1, 1);
  await confirmations.save();
  expect(await readdir(directory)).toEqual(['confirmed.json']);
});

test('a save that fails is made up for by the next one', async () => {
  const confirmations = new Confirmations(join(directory, 'missing'));
  confirmations.add(1, 3);
  await expect(confirmations.save()).rejects.toThrow('ENOENT');
  await expect(confirmations.save()).rejects.toThrow('ENOENT');
});
