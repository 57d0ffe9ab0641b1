/** The system's Chromium under playwright-core, with a fresh profile and without traffic of its own. */

import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Software rendering on a small machine, no sandbox because CI runs as root, nothing that calls home. */
export const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** A cold start on two busy cores. */
const LAUNCH_TIMEOUT_MS = 150_000;

/**
 * Each launch has a profile of its own, removed on `close`, which the caller must call.
 * @param executablePath from `requireTool('chromium', context)`
 */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [...CHROMIUM_ARGS],
    headless: true,
    timeout: LAUNCH_TIMEOUT_MS,
  });
}
