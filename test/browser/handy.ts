/** Whether a page on a phone can be used with one hand. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { OVERFLOW_PX, SMALL_TARGETS } from './page-scripts.ts';

/** What a thumb needs: nothing to the side, and targets that it hits. @param where for the failure. */
export async function expectHandy(page: Page, where: string): Promise<void> {
  expect(await page.evaluate(OVERFLOW_PX), `${where}: wider than the window`).toBe(0);
  expect(await page.evaluate(SMALL_TARGETS), `${where}: too small to tap`).toEqual([]);
}
