/** Paper slips: numbers never come twice, each is used once. Using one up is test/engine/slips.test.ts. */
import { expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { createSlips, type SlipsOptions } from '../../src/slips/slips.ts';
import type { SlipRow, Store } from '../../src/store/store.ts';

function start() {
  const rows = new Map<string, SlipRow>();
  const audit: string[] = [];
  const submitted: object[] = [];
  const store = {
    commit: async ({ writes }: Parameters<Store['commit']>[0]) => {
      for (const write of writes) {
        if (write.type === 'slip') rows.set(write.slip.number, write.slip);
        if (write.type === 'audit') audit.push(write.entry.action);
      }
    },
    queries: {
      slip: async (number: string) => rows.get(number) ?? null,
      slips: async ({ limit, offset }: { limit: number; offset: number }) => ({
        items: [...rows.values()].slice(offset, offset + limit),
        total: rows.size,
      }),
    },
  } as unknown as SlipsOptions['store'];
  const clock = { now: () => ({ wallMs: 5, monoMs: 0, bootId: 'boot' }) };
  const commands: SlipsOptions['commands'] = { submit: async (command) => void submitted.push(command) };
  return { slips: createSlips({ store, clock, commands }), rows, audit, submitted };
}

test('blocks that are printed at once go on counting, and none has a number twice', async () => {
  const { slips, rows, audit } = start();
  const blocks = await Promise.all([slips.print(2, 'desk'), slips.print(3, 'desk')]);
  const numbers = blocks.flat().map(({ number }) => number);
  expect(numbers).toEqual(['ZD-000001', 'ZD-000002', 'ZD-000003', 'ZD-000004', 'ZD-000005']);
  expect(rows.size).toBe(5);
  expect(audit).toEqual(['slips-print', 'slips-print']);
  await expect(slips.print(0, 'desk')).rejects.toMatchObject({ code: 'bad-request' });
  await expect(slips.print(101, 'desk')).rejects.toMatchObject({ code: 'bad-request' });
});

test('one that is used, voided or was never printed is not found unused', async () => {
  const { slips, rows } = start();
  const [used, voided, free] = await slips.print(3, 'desk');
  if (used === undefined || voided === undefined || free === undefined) throw new Error('three slips');
  rows.set(used.number, { ...used, ticket: toId('GC-1') });
  rows.set(voided.number, { ...voided, voided: 'wet' });
  await expect(slips.requireUnused(used.number)).rejects.toMatchObject({ code: 'slip-used' });
  await expect(slips.requireUnused(voided.number)).rejects.toMatchObject({ code: 'slip-used' });
  await expect(slips.requireUnused('ZD-000009')).rejects.toMatchObject({ code: 'not-found' });
  expect(await slips.requireUnused(free.number)).toEqual(free);
});

test('voiding is a command of the engine, which alone changes slips; it asks for a reason', async () => {
  const { slips, rows, submitted } = start();
  const [slip] = await slips.print(1, 'desk');
  await expect(slips.void('ZD-000001', ' ', 'desk')).rejects.toMatchObject({ code: 'reason-required' });
  await expect(slips.void('ZD-000009', 'wet', 'desk')).rejects.toMatchObject({ code: 'not-found' });
  expect(submitted).toEqual([]);
  expect(await slips.void('ZD-000001', 'wet', 'desk')).toMatchObject({ voided: 'wet' });
  expect(submitted).toEqual([{ type: 'void-slip', slip, by: 'desk', reason: 'wet' }]);
  expect(rows.get('ZD-000001')?.voided).toBeNull();
});
