/** Which starts make a new version of the configuration in the store. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import { expect, test } from 'vitest';
import { recordStart } from '../src/config-record.ts';
import { openStore } from '../src/store/sqlite/store.ts';
import { createTestModel } from './support/model.ts';
import { temporaryDirectory } from './support/temp.ts';

test('the first start and every changed configuration make a version; each start is in the audit', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'site.yaml');
  const store = await openStore({ directory, log: pino({ level: 'silent' }) });
  try {
    for (const [hash, text] of [
      ['a', 'one'],
      ['a', 'one'],
      ['b', 'two'],
      ['a', 'one'],
    ] as const) {
      writeFileSync(file, text);
      await recordStart(store, createTestModel({ overrides: { hash, files: [file] } }), '1.0.0', 1_000);
    }
    expect((await store.queries.audit({ limit: 10, offset: 0 })).items.map((entry) => entry.action)).toEqual(
      Array(4).fill('start'),
    );
  } finally {
    await store.close();
  }
  const database = new DatabaseSync(join(directory, 'riser.db'), { readOnly: true });
  const rows = database.prepare('select hash, files from config_version order by id').all();
  database.close();
  expect(rows.map((row) => row['hash'])).toEqual(['a', 'b', 'a']);
  expect(rows[1]?.['files']).toContain('two');
});
