/** Windows of visitors who hear, and what they have heard. Whether a browser may sound at all is asked in service.test.ts. */
import type { Page } from 'playwright-core';
import { until } from '../support/poll.ts';
import { COUNT_TONES, TONES } from './page-scripts.ts';

/** Tones of one round of the siren, and of one chime; src/web/sound.ts `SIGNALS`. */
export const ROUND_TONES = 5;
export const CHIME_TONES = 2;
/** What happens goes through engine, outbox and stream. */
const HEARD_MS = 45_000;

/**
 * A second window beside a tab that is logged in, which nobody has muted; closed with the tab.
 * @param prepare what is done to it before it is opened, such as taking its clock
 */
export async function openWindow(
  tab: Page,
  url: string,
  prepare: (page: Page) => Promise<void> = async () => undefined,
): Promise<Page> {
  const page = await tab.context().newPage();
  await page.addInitScript(`localStorage.setItem('riser.settings', '{"isMuted":false}')`);
  await page.addInitScript(COUNT_TONES);
  await prepare(page);
  await page.goto(url);
  return page;
}

/** The same, touched once, so that the browser lets it sound. */
export async function openAudible(tab: Page, url: string): Promise<Page> {
  const page = await openWindow(tab, url);
  await page.getByTestId('nav-overview').click();
  await page.getByTestId('sound-enable').waitFor({ state: 'detached' });
  return page;
}

/** Since the window was opened. */
export function tones(page: Page): Promise<number> {
  return page.evaluate<number>(TONES);
}

export async function untilTones(page: Page, count: number, timeoutMs = HEARD_MS): Promise<void> {
  await until(async () => (await tones(page)) >= count, { timeoutMs, what: `${count} tones` });
}
