/** Who sees what and may do what: roles, wrong passwords, ended sessions, two people at once, a phone in one hand. */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TicketView } from '../../src/api/schemas.ts';
import type { ApiClient } from '../support/client.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectHandy } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { acknowledge, alarmRow, atStage, openTicket, rowState, takeStep, ticketRow } from './steps.ts';
import { openTab, tryLogin, visit } from './tab.ts';

/** From an injected fault to its ticket. */
const REACTION_MS = 90_000;
const TRIP = '水泵故障跳闸';
const SUMP_FAULT = '潜污泵故障';

describeWithTools(['chromium'], 'people on the page', (chromium) => {
  let site: Site;
  let engineer: ApiClient;
  let desk: ApiClient;
  let supervisor: ApiClient;

  beforeAll(async () => {
    site = await startSite(chromium);
    engineer = await site.gateway().login('engineer');
    desk = await site.gateway().login('desk');
    supervisor = await site.gateway().login('supervisor');
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  /** The ticket of a fault that is now injected. */
  async function injectFault(equipment: string): Promise<TicketView> {
    await control(site.plant, 'POST', '/faults', { equipment, fault: 'trip' });
    return until(() => findTicket(equipment), { timeoutMs: REACTION_MS, what: `a ticket of ${equipment}` });
  }

  async function findTicket(equipment: string): Promise<TicketView | null> {
    const path = `/api/v1/tickets?state=all&equipment=${equipment}`;
    return (await engineer.read<{ items: TicketView[] }>(path)).items[0] ?? null;
  }

  /** A step by somebody at another place. */
  async function step(
    api: ApiClient,
    ticket: TicketView,
    transition: string,
    fields = {},
  ): Promise<TicketView> {
    const { version } = await api.read<TicketView>(`/api/v1/tickets/${ticket.id}`);
    return api.send(`/api/v1/tickets/${ticket.id}/${transition}`, { version, ...fields });
  }

  describe('logging in', () => {
    test('a wrong password is refused with a message in both languages, and nothing of the site is shown', async () => {
      await using tab = await openTab(site.browser, site.url);
      const { page } = tab;
      for (const [password, pattern] of [
        ['wrong', /密码/],
        ['wrong again', /password/i],
      ] as const) {
        await tryLogin(page, 'engineer', password);
        const message = page.getByTestId('login-error');
        await message.waitFor();
        // The one of the attempt before may still be there, in the language of then.
        await expect.poll(() => message.innerText()).toMatch(pattern);
        await page.getByTestId('language-switch').click();
      }
      expect(await page.getByTestId('nav-overview').count()).toBe(0);
    });

    test('a session that was ended elsewhere leads to the login page, and the login back to where one was', async () => {
      // The page may still be asking for its lists when the session ends.
      await using tab = await openTab(site.browser, site.url, { allows: [/401 .*\/api\/v1\//] });
      const { page } = tab;
      await tab.login('engineer');
      await page.getByTestId('nav-tickets').click();
      await page.getByTestId('ticket-filter').waitFor();
      const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      const ended = await fetch(`${site.url}/api/v1/session`, { method: 'DELETE', headers: { cookie } });
      expect(ended.status).toBe(204);
      await page.getByTestId('login-username').waitFor();
      await page.getByText('请登录后继续').waitFor();
      await tab.login('engineer');
      await page.getByTestId('ticket-filter').waitFor();
      await expect.poll(() => new URL(page.url()).pathname).toBe('/tickets');
    });

    test('a session that has expired leads to the login page at the next click', async () => {
      await using tab = await openTab(site.browser, site.url, { allows: [/401 .*\/api\/v1\//] });
      const { page } = tab;
      await tab.login('engineer');
      await page.getByTestId('nav-tickets').click();
      // As the click asks; whatever else the page asks for by itself is held, so that it is the click that finds the session gone.
      let isExpired = false;
      await page.route('**/api/v1/**', async (route) => {
        const url = route.request().url();
        const isOfClick = /\/tickets\?state=closed/.test(url);
        if (isOfClick && !isExpired) {
          isExpired = true;
          await page.context().clearCookies();
        }
        if (!isExpired || isOfClick || url.endsWith('/session')) await route.continue();
      });
      await page.getByTestId('ticket-filter').getByText('已关闭').click();
      await page.getByTestId('login-username').waitFor();
      expect(isExpired, 'the click has asked').toBe(true);
    });
  });

  describe('the steps of a ticket', () => {
    test('are offered to those whose they are, at every stage', async () => {
      const ticket = await injectFault('dws-1-pump-1');
      await using atDesk = await openTab(site.browser, `${site.url}/tickets`, { as: 'desk' });
      await using atWork = await openTab(site.browser, `${site.url}/tickets`, { as: 'engineer' });
      for (const tab of [atDesk, atWork]) await openTicket(tab.page, TRIP);

      await expectSteps(atDesk.page, 'dispatched', ['dispatch']);
      await expectSteps(atWork.page, 'dispatched', ['take']);
      await step(engineer, ticket, 'take', { readBack: '1号水泵跳闸' });
      await expectSteps(atDesk.page, 'taken', ['dispatch']);
      await expectSteps(atWork.page, 'taken', ['arrive']);
      await step(engineer, ticket, 'arrive', { how: 'by-hand' });
      await expectSteps(atWork.page, 'on-site', ['form:repair', 'diagnose']);
      await step(engineer, ticket, 'diagnose', { diagnosis: '过电流' });
      await step(engineer, ticket, 'plan', { plan: '复位' });
      await step(engineer, ticket, 'start');
      await expectSteps(atDesk.page, 'handling', []);
      await expectSteps(atWork.page, 'handling', ['done']);
      await step(engineer, ticket, 'done', { result: '已复位', handler: 'engineer' });
      await control(site.plant, 'DELETE', '/faults/dws-1-pump-1/trip');
      await until(async () => (await findTicket('dws-1-pump-1'))?.alarms.every(({ isActive }) => !isActive), {
        timeoutMs: REACTION_MS,
        what: 'the alarm to return',
      });
      await step(supervisor, ticket, 'accept', { opinion: '同意' });
      await expectSteps(atDesk.page, 'accepted', ['visit', 'reject']);
      await expectSteps(atWork.page, 'accepted', []);
      await step(desk, ticket, 'visit', { how: 'phone', isRepaired: true, isSatisfied: true });
      await expectSteps(atDesk.page, 'visited', ['close', 'reject']);
      await expectSteps(atWork.page, 'visited', []);
    });

    test('two people who take one ticket at once: one has it, the other is told and sees it', async () => {
      // To whoever of the role is quicker, not to the person of the moment.
      await step(desk, await injectFault('sump-1-pump-1'), 'dispatch', { assignee: 'engineer' });
      await using first = await openTab(site.browser, site.url, { as: 'engineer' });
      await using second = await openTab(site.browser, site.url, {
        as: 'liu-qiang',
        expects: [/409 \(Conflict\) \S+\/take$/],
      });
      const [letFirst, letSecond] = [await holdRequest(first.page), await holdRequest(second.page)];
      for (const { page } of [first, second]) {
        await openTicket(page, SUMP_FAULT);
        await page.getByTestId('ticket-transition-take').click();
        await page.getByTestId('ticket-read-back').click();
        await page.getByTestId('ticket-form-submit').click();
      }
      // Both have sent it with the same version on show; now the gateway gets one after the other.
      await letFirst();
      await atStage(first.page, 'taken');
      await letSecond();
      const told = second.page.getByTestId('ticket-form-error');
      await told.waitFor();
      await until(async () => /专业责任人[\s\S]*签收/.test(await told.innerText()), {
        timeoutMs: 45_000,
        what: 'who was faster',
      });
      await atStage(second.page, 'taken');
      expect(await first.page.getByTestId('ticket-form-error').count()).toBe(0);
      expect((await findTicket('sump-1-pump-1'))?.takenBy).toBe('engineer');
    });
  });

  describe('on a phone', () => {
    test('an alarm is acknowledged and its ticket taken with a thumb, without scrolling sideways', async () => {
      await injectFault('sump-1-pump-2');
      await using tab = await openTab(site.browser, site.url, { isPhone: true });
      const { page } = tab;
      await expectHandy(page, 'login');
      await tab.login('engineer');
      await page.getByTestId('equipment-dws-1').waitFor();
      await expectHandy(page, 'overview');
      await page.getByTestId('nav-alarms').click();
      const row = alarmRow(page, '2号潜污泵');
      await rowState(row, 'B').waitFor();
      await expectHandy(page, 'alarms');
      await acknowledge(page, row, '收到');
      await rowState(row, 'C').waitFor();
      await row.getByText(SUMP_FAULT).click();
      await page.getByTestId('alarm-drawer').getByText('收到').first().waitFor();
      await expectHandy(page, 'alarm');
      await page.getByTestId('alarm-drawer').locator('[data-testid^="alarm-ticket-"]').click();
      await page.getByTestId('ticket-number').waitFor();
      await page.getByTestId('ticket-evidence').waitFor();
      await expectHandy(page, 'ticket');
      await takeStep(page, 'take', 'taken', { readBack: '2号潜污泵故障' });
      await expectHandy(page, 'ticket taken');
      await page.getByTestId('nav-tickets').click();
      await ticketRow(page, SUMP_FAULT).first().waitFor();
      await expectHandy(page, 'tickets');
    });

    test('every other page fits as well, in English too', async () => {
      await using tab = await openTab(site.browser, site.url, { as: 'desk', isPhone: true, language: 'en' });
      const { page } = tab;
      for (const [path, testId] of [
        ['/', 'equipment-dws-1'],
        ['/alarms', 'alarm-filter'],
        ['/tickets', 'ticket-filter'],
        ['/tickets/new', 'new-ticket-content'],
      ] as const) {
        await visit(page, path);
        await page.getByTestId(testId).waitFor();
        await expectHandy(page, path);
      }
    });
  });
});

/** The steps along the path on offer, once the page shows the ticket at `stage`. */
async function expectSteps(page: Page, stage: TicketView['stage'], steps: readonly string[]): Promise<void> {
  await atStage(page, stage);
  const read = async (): Promise<string> => {
    const ids = await page
      .locator('[role="tab"][data-testid^="ticket-transition-"]')
      .evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute('data-testid') ?? ''));
    return ids.map((id) => id.replace('ticket-transition-', '')).join(' ');
  };
  // The stage comes with the event, what this person may do with the answer after it.
  await until(async () => (await read()) === steps.join(' '), {
    timeoutMs: 45_000,
    what: `steps ${steps.join(' ')}`,
  }).catch(async () => expect(await read(), stage).toBe(steps.join(' ')));
}

/** Holds the next `take` of this page. @returns lets it go, once it has been sent. */
async function holdRequest(page: Page): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<Route>();
  await page.route('**/api/v1/tickets/*/take', (route) => resolve(route), { times: 1 });
  return async () => (await promise).continue();
}
