/** The system's Chromium under playwright-core, with a fresh profile and without traffic of its own. */

import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/**
 * What the browser has around a page, which nobody sees here: each window would load two pages of the address bar, which
 * take more processor time than an empty context does otherwise.
 */
const NOT_SEEN = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'] as const;
/** What playwright-core turns off, named again: Chromium knows the last list alone. */
const OFF_BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
] as const;

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
  `--disable-features=${[...OFF_BY_PLAYWRIGHT, ...NOT_SEEN].join(',')}`,
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
