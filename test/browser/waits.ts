/** Waiting for what the page shows: texts of several elements at once, the curve of a trend. */
import type { Locator, Page } from 'playwright-core';
import { until } from '../support/poll.ts';
import { type Ink, TREND_INK } from './page-scripts.ts';

/** A fault has to go through plant, gateway and page. */
const TEXTS_MS = 60_000;
/** The history is asked for, then the curve grows by a few pixels. */
const INK_MS = 60_000;

/** Texts of numbered tiles: `1 关闭`. */
export function toTiles(count: number, words: string): readonly RegExp[] {
  return Array.from({ length: count }, (_, at) => new RegExp(`^${at + 1}\\s*${words}$`));
}

/** Waits until there are exactly these elements, with texts that match in the same order. */
export async function untilTexts(elements: Locator, patterns: readonly RegExp[]): Promise<void> {
  let texts: readonly string[] = [];
  const isMet = async (): Promise<boolean> => {
    texts = (await elements.allInnerTexts()).map((text) => text.trim());
    return texts.length === patterns.length && patterns.every((pattern, at) => pattern.test(texts[at] ?? ''));
  };
  await until(isMet, { timeoutMs: TEXTS_MS, what: patterns.join(' ') }).catch((error: Error) => {
    throw new Error(`${error.message}; found ${JSON.stringify(texts)}`);
  });
}

/** Waits until the curve of the trend on show is so. */
export async function untilInk(page: Page, isMet: (ink: Ink) => boolean): Promise<Ink> {
  const look = async (): Promise<Ink | null> => {
    const ink = await page.evaluate<Ink | null>(TREND_INK);
    return ink !== null && isMet(ink) ? ink : null;
  };
  return until(look, { timeoutMs: INK_MS, what: 'the curve', intervalMs: 200 });
}
