/** Where the list of tickets begins: by its address, or as the live list of what is open. */
import { describe, expect, test } from 'vitest';
import { isNarrowed, NO_FILTER, toFirstFilters } from '../../../src/web/tickets/filter-values.ts';

const from = (search: string) => toFirstFilters(new URLSearchParams(search));

describe('the address of the list', () => {
  test('without anything is what is open, live', () => {
    expect(from('')).toEqual(NO_FILTER);
    expect(isNarrowed(from(''))).toBe(false);
  });

  test('of all repairs of an equipment asks the gateway for its ended tickets', () => {
    const filters = from('state=closed&equipment=dws-1-pump-1');
    expect(filters).toEqual({ ...NO_FILTER, state: 'closed', equipment: 'dws-1-pump-1' });
    expect(isNarrowed(filters)).toBe(true);
  });

  test('with a state that there is not begins with what is open', () => {
    expect(from('state=lost').state).toBe('open');
  });
});
