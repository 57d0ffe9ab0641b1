/**
 * One visitor of the page: a browser context of its own, whose script errors and console errors fail the test that
 * opened it. What the visitor does is the test's business.
 */
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { findWebDirectory } from '../../src/cli/paths.ts';
import { DEMO_PASSWORD, type DemoUser } from '../support/gateway.ts';

export interface TabOptions {
  /** Who is logged in from the first look on, without the form; default nobody, as in a browser that has not been here. */
  readonly as?: DemoUser;
  /** Default zh, as in a browser that has not been here before. */
  readonly language?: 'zh' | 'en';
  readonly theme?: 'light' | 'dark';
  /** A narrow telephone with a touch screen instead of a desk's screen. */
  readonly isPhone?: boolean;
  /** Console errors that belong to the test, as `message address`; each must occur. */
  readonly expects?: readonly RegExp[];
  /** Console errors that may occur, in the same words: of questions that were on their way when their ground was taken away. */
  readonly allows?: readonly RegExp[];
}

export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** Logs in on the page itself and waits for the frame around the pages. */
  login(user: DemoUser): Promise<void>;
}

/** Longest wait for one thing on the page where the test does not say otherwise. */
const PAGE_TIMEOUT_MS = 45_000;
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** Asking who is logged in, and a refused login: the browser reports every refusal. */
const NOT_LOGGED_IN = /401 \(Unauthorized\) \S+\/api\/v1\/session$/;

/**
 * Opens the page at `url`. Use `await using`: its end closes the context.
 * @throws at its end: Error with every script error, every console error that `expects` and `allows` do not name, and every
 *   expectation that was not met.
 */
export async function openTab(browser: Browser, url: string, options: TabOptions = {}): Promise<Tab> {
  const context = await browser.newContext(toContextOptions(options));
  context.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const { language, theme, as } = options;
  const settings = { isMuted: true, ...(language && { language }), ...(theme && { theme }) };
  // Only for the first visit: what the visitor chooses later must survive a reload.
  await context.addInitScript((values) => {
    const key = 'riser.settings';
    if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(values));
  }, settings);
  const page = await context.newPage();
  const problems = watch(page, options.expects ?? [], options.allows ?? []);
  try {
    if (as !== undefined) await beginSession(context, url, as);
    await page.goto(url);
    await page.locator('#root > *').first().waitFor();
    if (as !== undefined) await page.getByTestId('nav-overview').waitFor();
  } catch (error) {
    await context.close();
    throw new Error(`the page shows nothing:\n${problems().join('\n')}`, { cause: error });
  }
  return {
    page,
    login: (user) => login(page, user, DEMO_PASSWORD),
    async [Symbol.asyncDispose]() {
      await context.close();
      const found = problems();
      if (found.length > 0) throw new Error(`the page has problems:\n${found.join('\n')}`);
    },
  };
}

/** Fills the form and sends it; whether it is accepted is not waited for. */
export async function tryLogin(page: Page, user: string, password: string): Promise<void> {
  await page.getByTestId('login-username').fill(user);
  await page.getByTestId('login-password').fill(password);
  await page.getByTestId('login-submit').click();
}

/**
 * Goes to another place of the page that is on show, as one of its links does: it is not loaded again.
 * @param path with its question, from the root
 */
export async function visit(page: Page, path: string): Promise<void> {
  const at = JSON.stringify(path);
  await page.evaluate(`history.pushState(null, '', ${at}); dispatchEvent(new PopStateEvent('popstate'))`);
}

/** Where the built page is. @throws Error when it has not been built. */
export function requireWebDirectory(): string {
  const directory = findWebDirectory();
  if (directory === null) throw new Error('the page is not built: npm run build');
  return directory;
}

async function login(page: Page, user: DemoUser, password: string): Promise<void> {
  await tryLogin(page, user, password);
  await page.getByTestId('nav-overview').waitFor();
}

/** The cookie of a session, by the API: the form is a page of its own, and its answer a second one. */
async function beginSession(context: BrowserContext, url: string, username: DemoUser): Promise<void> {
  const data = { username, password: DEMO_PASSWORD };
  const answer = await context.request.post(new URL('/api/v1/session', url).href, { data });
  if (!answer.ok()) throw new Error(`login of ${username}: ${answer.status()} ${await answer.text()}`);
}

function toContextOptions({ isPhone = false }: TabOptions): BrowserContextOptions {
  return isPhone
    ? { viewport: PHONE, isMobile: true, hasTouch: true, reducedMotion: 'reduce' }
    : { viewport: DESK, reducedMotion: 'reduce' };
}

/** @returns what went wrong so far, one line each; what the console says is printed when it says it first. */
function watch(page: Page, expects: readonly RegExp[], allows: readonly RegExp[]): () => readonly string[] {
  const problems: string[] = [];
  const met = new Set<RegExp>();
  const said = new Set<string>();
  page.on('pageerror', (error) => problems.push(`script error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const line = toLine(message);
    if (NOT_LOGGED_IN.test(line)) return;
    if (!said.has(line)) console.log(`console of the page: ${line}`);
    said.add(line);
    const expected = expects.filter((pattern) => pattern.test(line));
    for (const pattern of expected) met.add(pattern);
    const isNamed = expected.length > 0 || allows.some((pattern) => pattern.test(line));
    if (!isNamed) problems.push(`console error: ${line}`);
  });
  return () => [
    ...problems,
    ...expects.filter((pattern) => !met.has(pattern)).map((pattern) => `did not occur: ${pattern}`),
  ];
}

function toLine(message: ConsoleMessage): string {
  return `${message.text()} ${message.location().url}`;
}
