/** Feedback on the page of a real gateway: taken down, handled, told, analysed, made a complaint, found again; also on a phone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeedbackView } from '../../src/api/feedback-schemas.ts';
import type { ApiClient } from '../support/client.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { expectHandy } from './handy.ts';
import { type Site, startSite } from './site.ts';
import { openTab } from './tab.ts';

describeWithTools(['chromium'], 'feedback', (chromium) => {
  let site: Site;
  let desk: ApiClient;

  beforeAll(async () => {
    site = await startSite(chromium);
    desk = await site.gateway().login('desk');
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  const find = async (text: string): Promise<readonly FeedbackView[]> => {
    const search = new URLSearchParams({ state: 'all', text });
    return (await desk.read<{ items: readonly FeedbackView[] }>(`/api/v1/feedback?${search.toString()}`))
      .items;
  };

  test('goes from the desk to the file, and is a complaint on the way', async () => {
    await using tab = await openTab(site.browser, `${site.url}/duty/feedback`, { as: 'desk' });
    const { page } = tab;
    await page.getByTestId('feedback-new').click();
    await page.getByTestId('feedback-content').fill('大堂地面湿滑，未放警示牌');
    await page.getByTestId('feedback-place').fill('3 号楼大堂');
    await page.getByTestId('feedback-contact-name').fill('王女士');
    await page.getByTestId('feedback-contact-method').fill('13812340000');
    await page.getByTestId('feedback-submit').click();
    await page.getByTestId('feedback-number').waitFor();
    expect(await page.getByTestId('feedback-contact').textContent()).toBe('王**　138****0000');
    await page.getByTestId('feedback-contact-show').click();
    await page.getByTestId('feedback-contact').filter({ hasText: '13812340000' }).waitFor();
    const stage = (name: string) =>
      page.locator(`[data-testid="feedback-stage"][data-stage="${name}"]`).first().waitFor();
    const send = (): Promise<void> => page.getByTestId('feedback-change-submit').click();

    await page.getByTestId('feedback-change-complaint').click();
    await send();
    await page.getByTestId('feedback-tickets').waitFor();
    await page.getByTestId('feedback-change-handle').click();
    await page.getByTestId('feedback-arranged').fill('补放警示牌');
    await send();
    await stage('handled');
    await page.getByTestId('feedback-result').fill('已电话告知');
    await send();
    await stage('told');
    for (const name of ['cause', 'measure', 'opinion']) await page.getByTestId(`feedback-${name}`).fill(name);
    await send();
    await stage('analysed');
    await send();
    await stage('filed');
    const [stored] = await find('警示牌');
    expect(stored).toMatchObject({ stage: 'filed', handler: 'desk', analysis: { opinion: 'opinion' } });
    await page.getByTestId('feedback-tickets').getByRole('link').click();
    await page
      .getByTestId('ticket-feedback')
      .getByText(stored?.number ?? 'none')
      .waitFor();
  });

  test('is found by words and corrected on a phone, without anything out of reach', async () => {
    const body = { source: 'letter', channel: 'paper', subject: 'parking', content: '车位被占' };
    const { number } = await desk.send<FeedbackView>('/api/v1/feedback', body);
    await using tab = await openTab(site.browser, `${site.url}/duty/feedback`, { as: 'desk', isPhone: true });
    const { page } = tab;
    await page.getByTestId('feedback-search').fill('车位');
    await page.getByTestId(`feedback-${number}`).click();
    await page.getByTestId('feedback-change-correct').click();
    await page.getByTestId('feedback-new-value').fill('固定车位被占');
    await page.getByTestId('feedback-reason').fill('听错');
    await page.getByTestId('feedback-change-submit').click();
    const isStored = async () => (await find('固定车位')).length === 1;
    await until(isStored, { timeoutMs: 15_000, what: 'the correction' });
    await page.getByTestId('feedback-history').getByText('听错').waitFor();
    await expectHandy(page, 'one entry of feedback');
  });
});
