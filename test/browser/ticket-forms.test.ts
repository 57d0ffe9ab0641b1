/**
 * What is done to a ticket beside its way (merge, split, wait and resume, correct, open again), worked on the page of a real
 * gateway as people do it, the refusals at their fields included. The way itself is tickets.test.ts.
 */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TicketView } from '../../src/api/schemas.ts';
import type { ApiClient } from '../support/client.ts';
import type { DemoUser } from '../support/gateway.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectHandy } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { atStage } from './steps.ts';
import { openTab, type Tab } from './tab.ts';

const DAY_MS = 86_400_000;
const GARAGE = '地下一层车库A区';

describeWithTools(['chromium'], 'forms beside the way of a ticket', (chromium) => {
  let site: Site;
  let tab: Tab;
  let page: Page;
  /** Key: user. */
  const clients = new Map<DemoUser, ApiClient>();
  let calls = 0;

  beforeAll(async () => {
    site = await startSite(chromium);
    for (const user of ['desk', 'engineer', 'supervisor'] as const)
      clients.set(user, await site.gateway().login(user));
    // Whom the policy lets do all of it: one visitor serves every test.
    tab = await openTab(site.browser, site.url, {
      as: 'supervisor',
      isPhone: true,
      expects: [/422 .*\/wait$/, /409 .*\/merge$/],
    });
    page = tab.page;
  });
  afterAll(async () => {
    try {
      await tab?.[Symbol.asyncDispose]();
    } finally {
      await site?.[Symbol.asyncDispose]();
    }
  });

  const clientOf = (user: DemoUser): ApiClient => clients.get(user) as ApiClient;

  /** A matter that somebody rang up for; each caller has a number of his own. */
  function ringUp(content: string, given = {}): Promise<TicketView> {
    return clientOf('desk').send('/api/v1/tickets', {
      source: 'owner-call',
      channel: 'phone',
      class: 'engineering',
      content,
      place: GARAGE,
      contactName: '李女士',
      contactMethod: `1380000000${calls++}`,
      ...given,
    });
  }

  async function step(user: DemoUser, id: string, transition: string, fields = {}): Promise<TicketView> {
    const { version } = await clientOf(user).read<TicketView>(`/api/v1/tickets/${id}`);
    return clientOf(user).send(`/api/v1/tickets/${id}/${transition}`, { version, ...fields });
  }

  async function open(id: string): Promise<void> {
    await page.goto(`${site.url}/tickets/${id}`);
    await page.getByTestId('ticket-number').getByText(id).waitFor();
  }

  /** On a phone the steps beside the way are folded away. */
  async function choose(transition: string): Promise<void> {
    await page.getByTestId('ticket-more-steps').click();
    await page.getByTestId(`ticket-transition-${transition}`).click();
  }

  const field = (name: string): Locator => page.getByTestId(`ticket-field-${name}`);
  const submit = (): Promise<void> => page.getByTestId('ticket-form-submit').click();
  const option = (text: string): Locator =>
    page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option', {
      hasText: text,
    });
  /** What stands below the input of a field: why it was refused. */
  const problemAt = (name: string): Locator =>
    page.locator('.ant-form-item', { has: field(name) }).locator('.ant-form-item-explain-error');
  const history = (text: string | RegExp): Promise<void> =>
    page.getByTestId('ticket-history').getByText(text).first().waitFor();

  test('two calls about one matter are merged: the one alike is offered first, and each leads to the other', async () => {
    const other = await ringUp('大堂灯不亮', { place: '首层大堂' });
    const first = await ringUp('车库地面积水');
    const second = await ringUp('车库地面有积水');
    await open(second.id);
    await choose('merge');
    await submit();
    await problemAt('into').getByText('请选择并入工单').waitFor();
    await problemAt('note').getByText('请填写说明').waitFor();
    await expectHandy(page, 'merge');
    await field('into').click();
    await option(other.number).waitFor();
    await expect.poll(() => option('').first().innerText()).toContain(first.number);
    // Somebody cancels it in between: the refusal stands at the field.
    await step('desk', other.id, 'cancel', {
      reason: 'withdrawn',
      note: '业主撤回',
      agreedWith: 'source',
      how: 'phone',
      agreedAtMs: Date.now(),
    });
    await option(other.number).click();
    await field('note').fill('同一处积水');
    await submit();
    await problemAt('into').getByText('不能合并').waitFor();
    await field('into').click();
    await option(first.number).click();
    await submit();
    await atStage(page, 'merged');
    await page.getByTestId('ticket-ended').getByText(first.number).click();
    await page.getByTestId('ticket-number').getByText(first.number).waitFor();
    await page.getByTestId('ticket-facts').getByText(second.number).waitFor();
  });

  test('a second matter is split off and stands on the page, linked to the first', async () => {
    const { id } = await ringUp('车库道闸不落杆，岗亭玻璃破损', { place: '车库出口' });
    await open(id);
    await page.getByTestId('ticket-more-steps').click();
    await page.getByTestId('ticket-split').click();
    await page.getByTestId('split-submit').click();
    await page.getByText('请填写拆分原因').waitFor();
    await page.getByTestId('split-content').fill('岗亭玻璃破损');
    await page.getByTestId('split-reason').fill('与道闸无关，另行处理');
    await page.getByTestId('split-submit').click();
    await page.getByRole('heading', { name: '岗亭玻璃破损', exact: true }).waitFor();
    await page.getByTestId('ticket-facts').getByText(id).waitFor();
    await open(id);
    await history(/拆出工单/);
  });

  test('work waits with somebody’s approval, which nobody gives himself, its clocks stand still, and it goes on', async () => {
    const { id } = await ringUp('水泵房阀门渗漏', { place: '地下二层水泵房' });
    await step('desk', id, 'dispatch', { assignee: 'engineer' });
    await step('engineer', id, 'take', { readBack: '阀门渗漏' });
    await open(id);
    await choose('wait');
    await field('reason').click();
    await option('等配件').click();
    await field('note').fill('DN50 闸阀缺货');
    await field('approver').fill('supervisor');
    await submit();
    await problemAt('estimatedAtMs').getByText('请填写预计完成时间').waitFor();
    await field('estimatedAtMs').fill(new Date(Date.now() + 3 * DAY_MS).toISOString().slice(0, 16));
    await submit();
    await problemAt('approver').getByText('批准人不能是本人').waitFor();
    await field('approver').fill('');
    await option('(manager)').waitFor();
    await expect.poll(() => option('(supervisor)').count(), { message: 'oneself' }).toBe(0);
    await expect.poll(() => option('(desk)').count(), { message: 'nobody who may not approve' }).toBe(0);
    await option('(manager)').click();
    await submit();
    await atStage(page, 'waiting');
    await page.getByTestId('ticket-waiting').getByText('DN50 闸阀缺货').waitFor();
    await page.getByTestId('ticket-clocks').getByText('暂停').first().waitFor();
    // The form of the wait goes, and that of its end comes.
    await field('approver').waitFor({ state: 'detached' });
    await submit();
    await atStage(page, 'taken');
    await page.getByTestId('ticket-waiting').waitFor({ state: 'detached' });
  });

  test('a correction begins with what stands there, and the record keeps both with the reason', async () => {
    const { id } = await ringUp('消火栓箱门变形', { place: '5层东走廊' });
    await open(id);
    await choose('correct');
    await field('field').click();
    await option('地点').waitFor();
    expect(await option('处理结果').count(), 'not written yet').toBe(0);
    await option('地点').click();
    await expect.poll(() => field('value').inputValue()).toBe('5层东走廊');
    await field('reason').fill('听错楼层');
    await submit();
    await problemAt('value').getByText('与原内容相同').waitFor();
    await field('value').fill('6层东走廊');
    await submit();
    await history('原为：5层东走廊');
    await history('项目：位置');
    await history('改为：6层东走廊');
    await history('原因：听错楼层');
  });

  test('a closed ticket is opened again with a reason, and a new round begins', async () => {
    const { id } = await ringUp('咨询停车月卡办理', { class: 'enquiry' });
    await step('desk', id, 'dispatch', { assignee: 'engineer' });
    await step('engineer', id, 'take', { readBack: '月卡' });
    await step('engineer', id, 'done', { result: '已答复' });
    await step('desk', id, 'visit', {
      how: 'phone',
      isRepaired: true,
      isSatisfied: true,
      isChargeAgreed: true,
    });
    await step('desk', id, 'close');
    await open(id);
    await page.getByTestId('ticket-transition-reopen').click();
    await submit();
    await problemAt('reason').getByText('请填写原因').waitFor();
    await field('reason').fill('业主称收费标准答复有误');
    await submit();
    await history('业主称收费标准答复有误');
    await atStage(page, 'rework');
    const { round, stage } = await clientOf('desk').read<TicketView>(`/api/v1/tickets/${id}`);
    expect({ round, stage }).toEqual({ round: 2, stage: 'rework' });
    await expectHandy(page, 'open again');
  });

  test('people in a lift: numbers can be rung, each step is one tap, and the maintainer signs where what is missing is told', async () => {
    const { id } = await ringUp('2号梯有人被困', { class: 'help' });
    await using desk = await openTab(site.browser, `${site.url}/tickets/${id}`, {
      as: 'desk',
      isPhone: true,
      expects: [/422 .*\/entrapment$/],
    });
    // What was said tells of people in a lift: their sheet is there without being asked for.
    const sheet = desk.page.getByTestId('ticket-entrapment-sheet');
    await sheet.getByTestId('ticket-field-rescueLine').fill('96333');
    await sheet.getByTestId('ticket-field-people').fill('2');
    await sheet.getByTestId('ticket-form-submit').click();
    await sheet.locator('[data-testid="sheet-step-rescue-called"] a[href="tel:96333"]').waitFor();
    for (const step of ['maintainer-called', 'maintainer-arrived', 'released']) {
      await sheet.getByTestId(`sheet-step-${step}`).locator('button').click();
      await sheet.locator(`[data-testid="sheet-step-${step}"][data-done="true"]`).waitFor();
    }
    await sheet.getByTestId('sheet-step-back-in-service').locator('button').click();
    const entry = sheet.getByTestId('sheet-entry-back-in-service');
    await entry.getByTestId('ticket-field-who').fill('王工');
    await entry.getByTestId('ticket-form-submit').click();
    await entry.getByTestId('ticket-form-error').waitFor();
    expect(await entry.getByTestId('ticket-form-error').innerText()).toMatch(/维保单位|签字/);
    await entry.getByTestId('ticket-field-firm').fill('快达电梯');
    await entry.getByTestId('ticket-field-phone').fill('010-55550100');
    await entry.getByTestId('ticket-field-signedSlip').fill('WB-0815');
    await entry.getByTestId('ticket-form-submit').click();
    const signed = sheet.locator('[data-testid="sheet-step-back-in-service"][data-done="true"]');
    await signed.waitFor();
    expect(await signed.innerText()).toMatch(/王工.*快达电梯.*WB-0815/);
    await expect.poll(() => entry.count(), { message: 'its form closes' }).toBe(0);
  });
});
