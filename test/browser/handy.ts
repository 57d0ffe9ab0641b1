/** Whether a page can be used: on a phone with one hand, by ear, and in the language that was chosen. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { until } from '../support/poll.ts';
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

/** A page is drawn in several steps: what was asked for comes in between. */
const SETTLE_MS = 10_000;

/** What a thumb needs: nothing to the side, and targets that it hits. @param where for the failure. */
export async function expectHandy(page: Page, where: string): Promise<void> {
  let overflowPx = 0;
  let small: readonly string[] = [];
  await untilSettled(async () => {
    overflowPx = await page.evaluate<number>(OVERFLOW_PX);
    small = await page.evaluate<readonly string[]>(SMALL_TARGETS);
    return overflowPx === 0 && small.length === 0;
  });
  expect(overflowPx, `${where}: wider than the window`).toBe(0);
  expect(small, `${where}: too small to tap`).toEqual([]);
}

/** Everything that can be operated says what it is, and so does every picture. @param where for the failure. */
export async function expectNamed(page: Page, where: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  let count = 0;
  let nameless: readonly string[] = [];
  await untilSettled(async () => {
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const operated = nodes.filter(({ ignored, role }) => !ignored && OPERATED.has(role?.value));
    count = operated.length;
    nameless = operated
      .filter(({ name }) => String(name?.value ?? '').trim() === '')
      .map(({ role, properties }) => `${role?.value} ${JSON.stringify(properties)}`);
    return count > 2 && nameless.length === 0;
  });
  await session.detach();
  expect(count, `${where}: the question itself`).toBeGreaterThan(2);
  expect(nameless, `${where}: without a name`).toEqual([]);
}

/** No Chinese character, neither in what is shown nor in what is spoken or hovered. */
export async function expectEnglish(page: Page): Promise<void> {
  let found: readonly string[] = [];
  let language: string | null = null;
  await untilSettled(async () => {
    found = await page.evaluate<readonly string[]>(CHINESE_TEXTS);
    language = await page.locator('html').getAttribute('lang');
    return found.length === 0 && language === 'en';
  });
  expect(found, page.url()).toEqual([]);
  expect(language).toBe('en');
}

/** What is asked for is on the page before all that stands around it; what it comes to is judged. */
async function untilSettled(isMet: () => Promise<boolean>): Promise<void> {
  await until(isMet, { timeoutMs: SETTLE_MS, what: 'a page that has settled' }).catch(() => null);
}
