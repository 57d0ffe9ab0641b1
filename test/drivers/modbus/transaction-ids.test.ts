/** Ids of requests that timed out are not used again while their answer may still come. */
import { expect, it } from 'vitest';
import { TransactionIds } from '../../../src/drivers/modbus/transaction-ids.ts';

/** The next 65,536 ids: more than a whole round when some are set aside. */
const round = (ids: TransactionIds) => new Set(Array.from({ length: 0x1_0000 }, () => ids.take()));

it('uses all 16 bits before it repeats', () => {
  expect(round(new TransactionIds()).size).toBe(0x1_0000);
});

it('leaves out an id that is set aside, until its late answer has come', () => {
  const ids = new TransactionIds();
  const id = ids.take();
  ids.setAside(id);
  expect(round(ids)).not.toContain(id);
  expect(ids.release(id)).toBe(true);
  expect(round(ids)).toContain(id);
  expect(ids.release(id)).toBe(false);
});

it('keeps no more than 1,024 aside and gives the oldest back first', () => {
  const ids = new TransactionIds();
  const aside = Array.from({ length: 1_025 }, () => ids.take());
  for (const id of aside) ids.setAside(id);
  const used = round(ids);
  expect(used).toContain(aside[0]);
  expect(used).not.toContain(aside[1]);
});
