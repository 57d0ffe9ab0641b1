/** Alarm figures in a browser: against their targets with n, the alarms behind a number, periods and scopes in the address. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { control } from '../support/plant.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectEnglish, expectHandy, expectNamed } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { alarmRow, rowState } from './steps.ts';
import { openTab } from './tab.ts';

const FAULT = '2号潜污泵';
/** A fault goes through plant, gateway and page. */
const REACTION_MS = 90_000;

describeWithTools(['chromium'], 'the page of alarm figures', (chromium) => {
  const opened = new AsyncDisposableStack();
  let site: Site;
  let page: Page;

  beforeAll(async () => {
    site = opened.use(await startSite(chromium));
    const tab = opened.use(await openTab(site.browser, site.url, { as: 'engineer' }));
    page = tab.page;
    await control(site.plant, 'POST', '/faults', { equipment: 'sump-1-pump-2', fault: 'trip' });
    await page.getByTestId('nav-alarms').click();
    await rowState(alarmRow(page, FAULT), 'B').waitFor({ timeout: REACTION_MS });
    await page.getByTestId('alarm-reports').click();
    await page.getByTestId('report').waitFor();
  });
  afterAll(() => opened.disposeAsync());

  test('tells every measure with its target, its verdict and how many it is of', async () => {
    const rows = page.getByTestId('measures').locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(10);
    const peak = page.getByTestId('measure-peak');
    expect(await peak.innerText()).toMatch(/10 分钟峰值\s+1\s+≤ 10 条\s+达标/);
    // A site that runs for a minute misses no alarm rate; what is met is met all the same (reports/measures.ts).
    expect(['too-few', 'met']).toContain(await page.getByTestId('measure-rate').getAttribute('data-verdict'));
    await expect
      .poll(() => page.getByTestId('report-period').innerText())
      .toContain('演练和停用检修的告警不计入');
  });

  test('the bar of an alarm leads to the records behind it, of this time and no other', async () => {
    await page.getByTestId('top-sump-1-pump-2-fault').locator('a').click();
    await page.getByTestId('alarm-scope').getByText(FAULT).waitFor();
    expect(new URL(page.url()).searchParams.get('rule')).toBe('fault');
    await alarmRow(page, FAULT).waitFor();
    await expect.poll(() => page.locator('[data-testid^="alarm-row-"]').count()).toBe(1);
    await page.getByTestId('alarm-filter-clear').click();
    await page.getByTestId('alarm-scope').waitFor({ state: 'detached' });
    await page.goBack();
  });

  test('equipment and rule are chosen by their bars, and stand in the address', async () => {
    await page.goto(`${site.url}/reports`);
    await page.getByTestId('breakdown-sump-1-pump-2').getByTestId('breakdown-figures').click();
    await page.waitForURL(/equipment=sump-1-pump-2$/);
    await page.getByTestId('breakdown-sump-1-pump-2-fault').getByTestId('breakdown-figures').click();
    await page.getByTestId('report-rule').waitFor();
    await page.reload();
    await page.getByTestId('report-rule').getByText('故障').waitFor();
    await page.getByTestId('breakdown').waitFor({ state: 'detached' });
    await page.goBack();
    await page.waitForURL(/equipment=sump-1-pump-2$/);
  });

  test('days before the gateway was there have no figures, and own days are checked before they are asked for', async () => {
    await page.goto(`${site.url}/reports?from=2020-01-01&to=2020-01-31`);
    await page.getByText('这段时间没有统计数据').waitFor();
    await page.getByTestId('report-to').fill('2019-01-01');
    await expect.poll(() => page.getByTestId('report-show').isDisabled()).toBe(true);
    await page.getByText('起始日期不能晚于截止日期').waitFor();
    await page.getByTestId('report-periods').getByText('今天').click();
    await page.getByTestId('measures').waitFor();
  });

  test.each(['zh', 'en'] as const)('fits on a phone and has names for all (%s)', async (language) => {
    await using phone = await openTab(site.browser, site.url, {
      as: 'engineer',
      isPhone: true,
      language,
      theme: 'dark',
    });
    await phone.page.getByTestId('user-menu').click();
    await phone.page.getByTestId('nav-reports').click();
    await phone.page.getByTestId('breakdown').locator('table').waitFor();
    await expectHandy(phone.page, 'reports');
    await expectNamed(phone.page, 'reports');
    if (language === 'en') await expectEnglish(phone.page);
  });
});
