/** Life safety is not silenced on equipment with people in it, or while a fire of it burns or has not been looked at. */
import { expect, test } from 'vitest';
import { findInDanger } from '../../src/commissioning-parts.ts';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { NO_SHEET } from '../../src/core/ticket-sheets.ts';
import { openTestStore } from '../store/support/open.ts';
import { createTestTicket } from '../support/ticket.ts';
import { openBench, PANEL, SET, toModel } from './support.ts';

const STEP = { atMs: 1, by: 'guard', who: 'guard', note: '' };
const REAL = { verdict: 'real', by: 'guard', atMs: 1, how: 'on-site', cause: null, steps: {} } as const;
const EMERGENCY = {
  number: 'XF-1',
  priority: 'emergency',
  equipment: PANEL,
  class: 'fire',
  fire: REAL,
} as const;

const find = (ticket: Partial<Ticket>, silent: readonly EquipmentId[]) => {
  const items = [createTestTicket({ ...EMERGENCY, ...ticket })];
  const queries = { tickets: async () => ({ items, total: items.length }) };
  return findInDanger(queries, toModel(), silent);
};

test.each([
  ['a fire burns', {}, [PANEL], 'XF-1'],
  ['a fire that nobody has looked at', { fire: null }, [SET, PANEL], 'XF-1'],
  ['people in it', { class: 'help', fire: null, entrapment: { ...NO_SHEET, people: 2 } }, [PANEL], 'XF-1'],
  ['another equipment', {}, [SET], null],
  ['the fire is out', { fire: { ...REAL, steps: { extinguished: STEP } } }, [PANEL], null],
  ['a false alarm', { fire: { ...REAL, verdict: 'false-alarm' } }, [PANEL], null],
  ['in a drill', { isDrill: true }, [PANEL], null],
] as const)('%s', async (_name, ticket, silent, expected) => {
  expect(await find(ticket, silent)).toBe(expected);
});

test('a commissioning of it is refused, and names the ticket', async () => {
  const { store } = await openTestStore();
  const asked: (readonly EquipmentId[])[] = [];
  const findDanger = async (equipment: readonly EquipmentId[]) => {
    asked.push(equipment);
    return 'XF-1';
  };
  const bench = await openBench(store, toModel(), { findDanger });
  const begin = { reason: 'new set', untilMs: null, isLifeSafetyConfirmed: true, approver: 'boss' } as const;
  await expect(bench.commissioning.begin({ equipment: PANEL }, begin, 'li')).rejects.toMatchObject({
    code: 'value-not-allowed',
    params: { allowed: { en: expect.stringContaining('XF-1') } },
  });
  expect(bench.commissioning.isOpen(PANEL)).toBe(false);
  // What silences no life safety asks nobody.
  await bench.commissioning.begin({ equipment: SET }, begin, 'li');
  expect(asked).toEqual([[toId<EquipmentId>('panel')]]);
});
