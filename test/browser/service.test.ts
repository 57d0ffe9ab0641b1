/**
 * What stands around the tickets, on the page of a real gateway: the siren and other sounds, paper slips and codes, the form
 * of a colleague, drill records.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TicketView } from '../../src/api/schemas.ts';
import { type ApiClient, request } from '../support/client.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectHandy, expectNamed } from './handy.ts';
import { COUNT_TONES, HOLD_SOUND } from './page-scripts.ts';
import { type Site, startSite } from './site.ts';
import { CHIME_TONES, openAudible, openWindow, ROUND_TONES, tones, untilTones } from './sound.ts';
import { openTab } from './tab.ts';

/** The siren sounds again after this long; src/web/shell/siren.tsx `SIREN_MS`. */
const ROUND_MS = 4_000;
/** An emergency goes through engine, outbox and stream. */
const REACTION_MS = 60_000;
/** The site's zone is Asia/Shanghai. */
const ZONE_MS = 8 * 3_600_000;

/** This minute as a field of date and time takes it: a slip that is printed in it may have been filled in since. */
const thisMinute = (): string => new Date(Date.now() + ZONE_MS).toISOString().slice(0, 16);

describeWithTools(['chromium'], 'around the tickets', (chromium) => {
  let site: Site;
  let desk: ApiClient;

  beforeAll(async () => {
    site = await startSite(chromium);
    desk = await site.gateway().login('desk');
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  const ringUp = (given = {}): Promise<TicketView> =>
    desk.send('/api/v1/tickets', {
      source: 'owner-call',
      channel: 'phone',
      class: 'engineering',
      content: '三层走廊冒烟',
      place: '3层走廊',
      contactName: '李女士',
      contactMethod: '13800000000',
      ...given,
    });

  test('a message that is no emergency chimes once where it arrives, and is no siren', async () => {
    await using tab = await openTab(site.browser, site.url, { as: 'engineer' });
    const page = await openAudible(tab.page, site.url);
    const before = await tones(page);
    const { id, version } = await ringUp({ content: '四层灯不亮', place: '四层', priority: 'urgent' });
    await desk.send(`/api/v1/tickets/${id}/dispatch`, { version, assignee: 'engineer' });
    await page
      .locator('.notification-message', { hasText: '四层灯不亮' })
      .first()
      .waitFor({ timeout: REACTION_MS });
    await untilTones(page, before + CHIME_TONES);
    expect(await page.getByTestId('siren').count()).toBe(0);
    await page.getByTestId('nav-inbox').click();
    await page.locator('[data-kind="assigned"]', { hasText: '四层灯不亮' }).first().waitFor();
  });

  test('an emergency is heard again and again until it is read, once the browser has been allowed to sound', async () => {
    await using tab = await openTab(site.browser, site.url, { as: 'supervisor' });
    const page = await openWindow(tab.page, site.url, async (untouched) => {
      await untouched.addInitScript(HOLD_SOUND);
      await untouched.clock.install();
    });
    const note = page.getByTestId('sound-enable');
    await note.waitFor();
    await note.click();
    await note.waitFor({ state: 'detached' });
    expect(await tones(page), 'nothing has happened yet').toBe(0);

    const { id } = await ringUp({ priority: 'emergency' });
    const siren = page.getByTestId('siren');
    await siren.waitFor({ timeout: REACTION_MS });
    await expect.poll(() => siren.innerText()).toMatch(/三层走廊冒烟|突发紧急/);
    await untilTones(page, ROUND_TONES);
    await page.clock.runFor(ROUND_MS);
    await untilTones(page, 2 * ROUND_TONES);

    await page.getByTestId('nav-inbox').click();
    await page.locator('[data-kind="emergency"] [data-testid^="message-read-"]').first().click();
    await siren.waitFor({ state: 'detached' });
    const heard = await tones(page);
    await page.clock.runFor(3 * ROUND_MS);
    expect(await tones(page), 'silence after it was read').toBe(heard);
    expect((await desk.read<TicketView>(`/api/v1/tickets/${id}`)).priority).toBe('emergency');
  });

  test('a muted page names the emergency without a sound, and opening its ticket counts as having read it', async () => {
    await using tab = await openTab(site.browser, site.url, { isPhone: true, language: 'en', theme: 'dark' });
    const { page } = tab;
    await page.addInitScript(COUNT_TONES);
    await page.reload();
    await tab.login('supervisor');
    await ringUp({ priority: 'emergency', content: '地下二层水泵房进水', place: '地下二层' });
    const siren = page.getByTestId('siren');
    await siren.waitFor({ timeout: REACTION_MS });
    await expectHandy(page, 'siren');
    await page.getByTestId('siren-open').click();
    await page.getByTestId('ticket-number').waitFor();
    await siren.waitFor({ state: 'detached' });
    expect(await tones(page)).toBe(0);
    const unread = page.locator('[data-testid="nav-inbox"][data-unread="0"]');
    await unread.waitFor();
  });

  test('slips are numbered and printed with their codes; the code opens the late entry, a spoiled one is void', async () => {
    await using tab = await openTab(site.browser, `${site.url}/duty/paper`, { as: 'desk' });
    const { page } = tab;
    await page.getByTestId('paper-count').fill('2');
    await page.getByTestId('paper-make').click();
    const sheets = page.locator('[data-testid^="blank-slip-"]');
    await sheets.nth(1).waitFor();
    expect(await sheets.count()).toBe(2);
    await expect.poll(() => sheets.locator('svg').count(), { message: 'a code on each' }).toBe(2);
    const number = /ZD-\d+/.exec(await sheets.first().innerText())?.[0] ?? '';
    const second = /ZD-\d+/.exec(await sheets.nth(1).innerText())?.[0] ?? '';

    await page.goto(`${site.url}/tickets/new?slip=${number}`);
    await page.getByTestId('new-ticket-content').fill('停电期间电梯停运');
    await page.getByTestId('new-ticket-place').fill('1号楼');
    await expect.poll(() => page.getByTestId('new-ticket-slip').inputValue()).toBe(number);
    await page.getByTestId('new-ticket-received-at').fill(thisMinute());
    await page.getByTestId('ticket-form-submit').click();
    await page.getByTestId('ticket-number').waitFor();
    await page.getByTestId('ticket-facts').getByText(number).waitFor();

    await page.goto(`${site.url}/duty/paper`);
    await page.getByTestId(`slip-void-${second}`).click();
    await page.getByTestId('slip-void-note').fill('被水浸湿');
    await page.getByTestId('slip-void-submit').click();
    await page.getByTestId(`slip-${second}`).waitFor({ state: 'detached' });
    await page.getByText('没有信息处理单').waitFor();
    await page.goto(`${site.url}/duty/paper/labels?equipment=dws-1`);
    await page.getByTestId('label-dws-1').locator('svg').waitFor();
  });

  test('slips of an outage are entered together; one that is refused keeps its words and says why at its field', async () => {
    const { items } = await desk.send<{ items: { number: string }[] }>('/api/v1/slips', { count: 2 });
    const [first = '', second = ''] = items.map(({ number }) => number).toSorted();
    await using tab = await openTab(site.browser, `${site.url}/duty/paper`, { as: 'desk', isPhone: true });
    const { page } = tab;
    await page.getByTestId('late-unused').click();
    await page.getByTestId('late-submit').click();
    await page.getByText('请填写实际接报时间').first().waitFor();
    for (const [row, at] of [thisMinute(), '2099-01-05T08:30'].entries()) {
      await page.getByTestId(`late-received-${row}`).fill(at);
      await page.getByTestId(`late-place-${row}`).fill('1号楼');
      await page.getByTestId(`late-content-${row}`).fill(`停电期间照明故障 ${row + 1}`);
    }
    await expectHandy(page, 'late entries');
    await page.getByTestId('late-submit').click();
    await page.getByTestId('late-entered').getByText(first).waitFor();
    await page.getByTestId('late-refused').waitFor();
    await expect.poll(() => page.getByTestId('late-slip-0').inputValue()).toBe(second);
    await expect.poll(() => page.getByTestId('late-content-0').inputValue()).toBe('停电期间照明故障 2');
    await page.locator('.ant-form-item-has-error', { has: page.getByTestId('late-received-0') }).waitFor();
    expect(await page.getByTestId('late-1').count(), 'what is entered has left the form').toBe(0);

    await page.getByTestId('late-received-0').fill(thisMinute());
    await page.getByTestId('late-submit').click();
    await page.getByTestId('late-entered').getByText(second).waitFor();
    await page.getByTestId('late-0').waitFor({ state: 'detached' });
    const { items: found } = await desk.read<{ items: TicketView[] }>(
      '/api/v1/tickets?state=all&text=停电期间照明故障',
    );
    expect(new Set(found.map(({ slip }) => slip))).toEqual(new Set([first, second]));
  });

  test('a supervisor gives a colleague a certificate and a telephone; the account stays with the administrator', async () => {
    await using tab = await openTab(site.browser, `${site.url}/duty/staff`, { as: 'supervisor' });
    const { page } = tab;
    await page.getByTestId('staff-edit-engineer').click();
    await page.getByTestId('staff-submit').waitFor();
    expect(await page.getByTestId('staff-roles').count()).toBe(0);
    const before = await page.locator('[data-testid^="staff-ways-"]').count();
    await page.getByTestId('staff-add-ways').click();
    await page.getByTestId('staff-submit').click();
    await page.getByText('请填写号码').waitFor();
    await page.getByTestId(`staff-address-${before}`).fill('13611112222');
    await page.getByTestId('staff-submit').click();
    await page.getByTestId('staff-dialog').waitFor({ state: 'detached' });
    const supervisor = await site.gateway().login('supervisor');
    const profile = await supervisor.read<{ ways: { way: string; address: string }[] }>(
      '/api/v1/staff/engineer',
    );
    expect(profile.ways.at(-1)).toEqual({ way: 'phone', address: '13611112222' });
  });

  test('areas are given to a colleague; of two who edit him at once the slower is told and can go on from what is there', async () => {
    await using tab = await openTab(site.browser, `${site.url}/duty/staff`, {
      as: 'supervisor',
      language: 'en',
      expects: [/409 \(Conflict\) \S+\/staff\/engineer$/],
    });
    const { page } = tab;
    await page.getByTestId('staff-edit-engineer').click();
    const addArea = async (search: string): Promise<void> => {
      await page.getByTestId('staff-areas').click();
      await page.keyboard.type(search);
      await page.locator('.ant-select-item-option', { hasText: search }).first().click();
      await page.keyboard.press('Escape');
    };
    await addArea('Sewage lifting room');
    const other = await site.gateway().login('admin');
    const profile = await other.read<Record<string, unknown>>('/api/v1/staff/engineer');
    const groups = ['engineering', 'night'];
    const { token } = other;
    const body = { ...profile, groups };
    await request(site.url, 'PUT', '/api/v1/staff/engineer', { token, body });
    await page.getByTestId('staff-submit').click();
    await page.getByTestId('staff-error').waitFor();
    await page.getByTestId('staff-areas').getByText('Sewage lifting room').waitFor();

    await page.getByTestId('staff-reload').click();
    await page.getByTestId('staff-groups').getByText('night').waitFor();
    await addArea('Sewage lifting room');
    await page.getByTestId('staff-submit').click();
    await page.getByTestId('staff-dialog').waitFor({ state: 'detached' });
    const saved = await other.read<Record<string, unknown>>('/api/v1/staff/engineer');
    expect(saved).toMatchObject({ groups, areas: ['sump-room'] });
  });

  test('a drill that the gateway has seen nothing of is written down, and its evaluation is a further revision', async () => {
    await using tab = await openTab(site.browser, `${site.url}/duty/drills`, {
      as: 'supervisor',
      isPhone: true,
    });
    const { page } = tab;
    await page.getByTestId('drill-record-write').click();
    await page.getByTestId('drill-record-place').fill('一层大堂');
    await page.getByTestId('drill-record-content').fill('疏散演练，全员到集合点');
    await page.getByTestId('drill-record-flow').fill('拉响警铃\n清点人数');
    await expectHandy(page, 'drill record');
    await page.getByTestId('drill-record-submit').click();
    await page.getByText('请填写演练评估').waitFor();
    await page.getByTestId('drill-record-evaluation').fill('四分钟完成，东侧门未及时打开');
    await page.getByTestId('drill-record-submit').click();
    const record = page.locator('.ant-card', { hasText: '疏散演练' });
    await record.getByText('第 1 版').waitFor();
    await record.locator('[data-testid^="drill-evaluate-"]').click();
    await page.getByTestId('drill-record-evaluation').fill('三分钟完成，东侧门未及时打开，已整改');
    await page.getByTestId('drill-record-submit').click();
    await record.getByText('第 2 版').waitFor();
    await record.getByText('已整改').waitFor();
  });

  test('every page of duty and service fits a phone, and speaks English with a name for all that is operated', async () => {
    await using tab = await openTab(site.browser, site.url, {
      as: 'supervisor',
      isPhone: true,
      language: 'en',
    });
    const { page } = tab;
    for (const path of ['/duty', '/duty/who', '/duty/handover', '/duty/paper', '/incidents', '/inbox']) {
      await page.goto(site.url + path);
      await page.locator('.content h1').first().waitFor();
      await expectHandy(page, path);
      await expectNamed(page, path);
    }
    await page.goto(`${site.url}/duty/drills`);
    await page.getByTestId('drill-record-write').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });
});
