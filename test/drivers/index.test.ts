/** The table of drivers is complete, and every row keeps the contract. */
import { readdirSync, readFileSync } from 'node:fs';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { DRIVERS } from '../../src/drivers/index.ts';

const folder = new URL('../../src/drivers/', import.meta.url);
const folders = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

it('every driver folder is in the table', () => {
  const table = readFileSync(new URL('index.ts', folder), 'utf8');
  expect(folders).not.toEqual([]);
  for (const name of folders) expect(table).toContain(`import('./${name}/driver.ts')`);
  expect(Object.keys(DRIVERS)).toHaveLength(folders.length);
});

const context = { directory: '/nowhere', log: pino({ level: 'silent' }) };

it.each(Object.entries(DRIVERS))('%s loads and has what the contract asks for', async (_protocol, entry) => {
  const driver = await entry.load(context);
  expect(driver.open).toBeTypeOf('function');
  expect('plan' in driver).toBe(driver.mode === 'poll');
  expect(entry.schema.isPolled).toBe(driver.mode === 'poll');
  for (const name of ['link', 'device', 'profile', 'address'] as const)
    expect(entry.schema[name]).toBeTypeOf('object');
});
