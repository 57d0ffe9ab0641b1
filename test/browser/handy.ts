/** Whether a page can be used: on a phone with one hand, by ear, and in the language that was chosen. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { CHINESE_TEXTS, OVERFLOW_PX, SMALL_TARGETS } from './page-scripts.ts';

/** Roles of what can be operated, as Chromium tells them to a screen reader. */
const OPERATED: ReadonlySet<unknown> = new Set([
  'button',
  'checkbox',
  'combobox',
  'link',
  'radio',
  'searchbox',
  'tab',
  'textbox',
]);

/** What a thumb needs: nothing to the side, and targets that it hits. @param where for the failure. */
export async function expectHandy(page: Page, where: string): Promise<void> {
  expect(await page.evaluate(OVERFLOW_PX), `${where}: wider than the window`).toBe(0);
  expect(await page.evaluate(SMALL_TARGETS), `${where}: too small to tap`).toEqual([]);
}

/** Everything that can be operated says what it is, and so does every picture. @param where for the failure. */
export async function expectNamed(page: Page, where: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const operated = nodes.filter(({ ignored, role }) => !ignored && OPERATED.has(role?.value));
  expect(operated.length, `${where}: the question itself`).toBeGreaterThan(2);
  const nameless = operated.filter(({ name }) => String(name?.value ?? '').trim() === '');
  const what = nameless.map(({ role, properties }) => `${role?.value} ${JSON.stringify(properties)}`);
  expect(what, `${where}: without a name`).toEqual([]);
}

/** No Chinese character, neither in what is shown nor in what is spoken or hovered. */
export async function expectEnglish(page: Page): Promise<void> {
  expect(await page.evaluate(CHINESE_TEXTS), page.url()).toEqual([]);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
}
