/**
 * Tickets on the page of a real gateway: one from a fault of the plant with a thumb, one from a telephone call at the desk,
 * two people at once, and what somebody without an account sees of his own matter.
 */
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TicketView } from '../../src/api/schemas.ts';
import type { ApiClient } from '../support/client.ts';
import { control } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectHandy } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { atStage, openTicket, READY_SUBMIT, submitStep, takeStep, ticketRow } from './steps.ts';
import { openTab, type TabOptions } from './tab.ts';

/** A fault goes through plant, gateway and page. */
const REACTION_MS = 90_000;
const PUMP = 'dws-1-pump-1';
const TRIP = '水泵故障跳闸';
const NUMBER = /[A-Z]{2}\d{8}-\d{4}/;

describeWithTools(['chromium'], 'tickets on the page', (chromium) => {
  let site: Site;
  let desk: ApiClient;

  beforeAll(async () => {
    site = await startSite(chromium);
    desk = await site.gateway().login('desk');
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  const open = (options: TabOptions, path = '/') => openTab(site.browser, site.url + path, options);
  const find = async (search: string): Promise<TicketView | null> =>
    (await desk.read<{ items: TicketView[] }>(`/api/v1/tickets?state=all&${search}`)).items[0] ?? null;

  /** A matter that somebody rang up for, by the desk's own program. */
  function ringUp(content: string, given = {}): Promise<TicketView> {
    return desk.send('/api/v1/tickets', {
      source: 'owner-call',
      channel: 'phone',
      class: 'engineering',
      content,
      place: '3层走廊',
      contactName: '李女士',
      contactMethod: '13800000000',
      ...given,
    });
  }

  test('a fault of a pump is taken, reached and repaired with three taps on a phone, and closed by those who must', async () => {
    await control(site.plant, 'POST', '/faults', { equipment: PUMP, fault: 'trip' });
    await using atWork = await open({ as: 'engineer', isPhone: true });
    const { page } = atWork;
    await page.getByTestId('nav-tickets').click();
    await ticketRow(page, TRIP).click({ timeout: REACTION_MS });
    await atStage(page, 'dispatched');
    await page.getByTestId('ticket-evidence').waitFor();
    await expectHandy(page, 'dispatched');

    // What opens by itself is the natural next step: only the confirmation is tapped.
    const confirm = page.locator(READY_SUBMIT);
    await expect.poll(() => confirm.innerText()).toMatch(/照单复述并/);
    await confirm.click();
    await atStage(page, 'taken');
    await confirm.click();
    await atStage(page, 'on-site');
    await page.getByTestId('ticket-field-diagnosis').fill('过电流，泵轴卡滞');
    for (const field of await page.locator('[data-testid="ticket-field-plan"]:visible').all())
      await field.fill('断电盘车，复位');
    await page.getByTestId('ticket-field-result').fill('已复位，试运行正常');
    await expectHandy(page, 'on site');
    await confirm.click();
    await atStage(page, 'done');
    const worked = await find(`equipment=${PUMP}`);
    expect(worked).toMatchObject({ takenBy: 'engineer', handler: 'engineer', readBack: TRIP });

    await control(site.plant, 'DELETE', `/faults/${PUMP}/trip`);
    await until(async () => (await find(`equipment=${PUMP}`))?.alarms.every(({ isActive }) => !isActive), {
      timeoutMs: REACTION_MS,
      what: 'the alarm to return',
    });
    await using accepting = await open({ as: 'supervisor', isPhone: true }, '/tickets');
    await openTicket(accepting.page, TRIP);
    await takeStep(accepting.page, 'accept', 'accepted', { opinion: '压力正常，同意验收' });
    await expectHandy(accepting.page, 'accepted');
    await using atDesk = await open({ as: 'desk', isPhone: true }, '/tickets');
    await openTicket(atDesk.page, TRIP);
    await takeStep(atDesk.page, 'visit', 'visited', { isRepaired: 'yes', isSatisfied: 'yes' });
    await takeStep(atDesk.page, 'close', 'closed');
    await expectHandy(atDesk.page, 'closed');
  });

  test('a call is taken down, dispatched and followed to its end at the desk; what is missing is told at its field', async () => {
    await using atDesk = await open({ as: 'desk' });
    const { page } = atDesk;
    await page.getByTestId('nav-tickets').click();
    await page.getByTestId('ticket-new').click();
    await page.getByTestId('ticket-form-submit').click();
    await page.getByText('请填写内容').waitFor();
    await page.getByText('请填写位置').waitFor();
    await page.getByTestId('new-ticket-content').fill('洗手间水龙头滴水');
    await page.getByTestId('new-ticket-place').fill('8层 803');
    await page.getByTestId('new-ticket-contact-name').fill('王先生');
    await page.getByTestId('new-ticket-contact-method').fill('13900000000');
    await page.getByTestId('ticket-form-submit').click();
    await page.getByTestId('ticket-number').waitFor();
    const number = await page.getByTestId('ticket-number').innerText();
    await takeStep(page, 'dispatch', 'dispatched', { assignee: 'engineer' });

    await using atWork = await open({ as: 'engineer' }, '/tickets');
    await openTicket(atWork.page, number);
    await takeStep(atWork.page, 'take', 'taken', { readBack: '803水龙头滴水' });
    await takeStep(atWork.page, 'arrive', 'on-site');
    await submitStep(atWork.page, 'diagnose', {});
    await atWork.page.getByText(/请填写.*诊断/).waitFor();
    await takeStep(atWork.page, 'diagnose', 'diagnosed', { diagnosis: '阀芯磨损' });
    await takeStep(atWork.page, 'plan', 'planned', { plan: '更换阀芯', workInstruction: 'WX-07' });
    await atStage(page, 'planned');
    await takeStep(page, 'agree', 'agreed', {
      agreedBy: '王先生',
      workingTime: '今天下午',
      impact: '停水十分钟',
      protection: '铺垫布',
      cooperation: '留人在家',
      feesYuan: '30',
    });
    await atStage(atWork.page, 'agreed');
    await takeStep(atWork.page, 'start', 'handling');
    await takeStep(atWork.page, 'done', 'done', { result: '已更换，不再滴水', amountYuan: '30' });
    const ticket = await find(`text=${number}`);
    // Who agreed is a person of the source: shown so that one knows him again.
    expect(ticket).toMatchObject({ stage: 'done', agreement: { by: '王**', feesYuan: 30 } });
    const supervisor = await site.gateway().login('supervisor');
    await supervisor.send(`/api/v1/tickets/${number}/accept`, { version: ticket?.version, opinion: '同意' });
    await atStage(page, 'accepted');
    const answers = { isRepaired: 'yes', isSatisfied: 'yes', isChargeAgreed: 'yes' };
    await takeStep(page, 'visit', 'visited', answers);
    await takeStep(page, 'close', 'closed');
  });

  test('who was slower is told who did what meanwhile, keeps what was typed, and can go on', async () => {
    const { id } = await ringUp('三层走廊灯不亮');
    const { version } = await desk.read<TicketView>(`/api/v1/tickets/${id}`);
    await desk.send(`/api/v1/tickets/${id}/dispatch`, { version, assignee: 'engineer' });
    const expects = [/409 \(Conflict\) \S+\/note$/];
    await using tab = await open({ as: 'engineer', expects }, `/tickets/${id}`);
    const { page } = tab;
    await page.getByTestId('ticket-transition-note').click();
    await page.getByTestId('ticket-field-note').fill('带人字梯');
    const release = await hold(page, 'note');
    await page.getByTestId('ticket-form-submit').click();
    const seen = await desk.read<TicketView>(`/api/v1/tickets/${id}`);
    await desk.send(`/api/v1/tickets/${id}/urge`, { version: seen.version, note: '业主已催两次' });
    await release();
    const told = page.getByTestId('ticket-form-error');
    await told.waitFor();
    await until(async () => /前台[\s\S]*督促/.test(await told.innerText()), {
      timeoutMs: 45_000,
      what: 'who was faster, and with what',
    });
    expect(await page.getByTestId('ticket-field-note').inputValue()).toBe('带人字梯');
    await page.getByTestId('ticket-form-submit').click();
    await told.waitFor({ state: 'detached' });
    await page.getByTestId('ticket-history').getByText('带人字梯').waitFor();
  });

  test('somebody without an account reports by the code on the pump and follows only his own matter', async () => {
    const expects = [/409 \(Conflict\) \S+\/confirm$/];
    await using tab = await open({ isPhone: true, expects }, `/r/${PUMP}`);
    const { page } = tab;
    await page.getByTestId('report-equipment').waitFor();
    await page.getByTestId('report-submit').click();
    await page.getByText('请填写').first().waitFor();
    await page.getByTestId('report-content').fill('水泵房有异响');
    await page.getByTestId('report-phone').fill('13700000000');
    await expectHandy(page, 'report');
    await page.getByTestId('report-submit').click();
    const state = page.getByTestId('report-state');
    await state.waitFor();
    await expectHandy(page, 'own matter');
    await expect.poll(() => state.innerText()).toMatch(NUMBER);
    const number = NUMBER.exec(await state.innerText())?.[0] ?? '';
    const ticket = await find(`text=${number}`);
    expect(ticket).toMatchObject({ channel: 'qr-code', equipment: PUMP, class: 'engineering' });
    await expect.poll(() => state.innerText()).toMatch(/水泵房有异响[\s\S]*已收到/);
    // Codes live in memory: after a restart, or where none was read out, the page says plainly whom to ask for one.
    await page.getByTestId('report-code-input').fill('123456');
    await page.getByTestId('report-code-send').click();
    await page.getByText('验证码已失效，请向前台重新获取').waitFor();
    expect(await page.getByTestId('report-code-input').isEditable(), 'the next one can be entered').toBe(
      true,
    );
    expect(await page.getByTestId('nav-overview').count(), 'nothing of the house').toBe(0);
    await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/report\/.{20,}/);
  });
});

/** Holds the next request of this step. @returns lets it go, once it has been sent. */
async function hold(page: Page, transition: string): Promise<() => Promise<void>> {
  const { promise, resolve } = Promise.withResolvers<Route>();
  await page.route(`**/api/v1/tickets/*/${transition}`, (route) => resolve(route), { times: 1 });
  return async () => (await promise).continue();
}
