/** What staff do on the page, by test ids only, so that the same steps serve both languages. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TicketView } from '../../src/api/schemas.ts';
import { until } from '../support/poll.ts';
import type { PanelFault } from './words.ts';

/** Values by field name; a choice is given by its option. */
export type FieldValues = Readonly<Record<string, string>>;

/** The live stream may show the next step before the one before is answered: until then its button takes no tap. */
export const READY_SUBMIT = '[data-testid="ticket-form-submit"]:not(.ant-btn-loading)';

/** A list is filtered while somebody types. */
const FOUND_MS = 30_000;

/** Fields that are chosen, not written. */
const CHOICES: ReadonlySet<string> = new Set([
  'how',
  'isRepaired',
  'isSatisfied',
  'isChargeAgreed',
  'verdict',
]);
/** Steps whose `reason` is one of a list. */
const REASON_LISTS: ReadonlySet<string> = new Set(['cancel', 'wait']);

export function alarmRow(page: Page, text: string): Locator {
  return page.locator('[data-testid^="alarm-row-"]', { hasText: text });
}

export function ticketRow(page: Page, text: string): Locator {
  return page.locator('[data-testid^="ticket-row-"]', { hasText: text });
}

/** State letter on the row of an alarm (ISA-18.2: A to D). */
export function rowState(row: Locator, state: 'B' | 'C' | 'D'): Locator {
  return row.locator(`[data-state="${state}"]`);
}

/** From the list of open alarms. */
export async function acknowledge(page: Page, row: Locator, note: string): Promise<void> {
  await row.locator('button[data-testid^="alarm-ack-"]').click();
  await page.getByTestId('alarm-ack-note').fill(note);
  await page.getByTestId('alarm-ack-submit').click();
  await page.getByTestId('alarm-ack-submit').waitFor({ state: 'hidden' });
}

/** From any page: the list, then the ticket whose row has this text. */
export async function openTicket(page: Page, text: string): Promise<void> {
  await page.getByTestId('nav-tickets').click();
  await ticketRow(page, text).click();
  await page.getByTestId('ticket-number').waitFor();
}

/** Chooses the step, fills its form and sends it; the answer is not waited for. */
export async function submitStep(page: Page, transition: string, values: FieldValues = {}): Promise<void> {
  await page.getByTestId(`ticket-transition-${transition}`).click();
  for (const [name, value] of Object.entries(values)) {
    if (CHOICES.has(name) || (name === 'reason' && REASON_LISTS.has(transition)))
      await page.getByTestId(`ticket-field-${name}-${value}`).click();
    else await page.getByTestId(`ticket-field-${name}`).fill(value);
  }
  await page.locator(READY_SUBMIT).click();
}

/** The step must lead to `stage`. */
export async function takeStep(
  page: Page,
  transition: string,
  stage: TicketView['stage'],
  values: FieldValues = {},
): Promise<void> {
  await submitStep(page, transition, values);
  await atStage(page, stage);
}

/** Waits until the ticket on show is at this stage. */
export async function atStage(page: Page, stage: TicketView['stage']): Promise<void> {
  await page.locator(`[data-testid="ticket-stage"][data-stage="${stage}"]`).waitFor();
}

/** On the panel of simulated faults. @param fault `equipment-fault`, as in the test id. */
export async function setFault(page: Page, fault: string, isActive: boolean): Promise<void> {
  await page.getByTestId('nav-faults').click();
  await page.locator(`[data-testid="fault-${fault}"][data-active="${!isActive}"]`).click();
  await page.locator(`[data-testid="fault-${fault}"][data-active="${isActive}"]`).waitFor();
}

/** On the panel of simulated faults, which is on show: finds each by the search, injects it and sees it listed. */
export async function injectFaults(page: Page, faults: readonly PanelFault[]): Promise<void> {
  const rows = page.locator('[data-testid^="fault-row-"]');
  for (const { search, found, fault } of faults) {
    await page.getByTestId('fault-search').fill(search);
    const button = page.getByTestId(`fault-${fault}`);
    await button.waitFor();
    if (found !== null) {
      // The one that is looked for was there before the others went.
      let shown: readonly string[] = [];
      const isFound = async (): Promise<boolean> => {
        const ids: readonly string[] = await rows.evaluateAll((all) =>
          all.map((row) => row.getAttribute('data-testid') ?? ''),
        );
        shown = [...new Set(ids.map((id) => id.replace('fault-row-', '')))].toSorted();
        return String(shown) === String(found.toSorted());
      };
      await until(isFound, { timeoutMs: FOUND_MS, what: `the faults of ${search}` }).catch(() => null);
      expect(shown).toEqual(found.toSorted());
    }
    await button.click();
    await page.locator(`[data-testid="fault-${fault}"][data-active="true"]`).waitFor();
  }
  const listed = page.getByTestId('faults-active').locator('li');
  // Others may be injected too.
  await listed.nth(faults.length - 1).waitFor();
}

/** On the page of the equipment: opens the dialog of a writable point, fills it and stops before it is confirmed. */
export async function askToWrite(page: Page, wish: WriteWish): Promise<void> {
  await page.getByTestId(`write-${wish.equipment}-${wish.point}`).click();
  await page.getByTestId('write-value').fill(wish.value);
  await page.getByTestId('write-reason').fill(wish.reason);
  await page.getByTestId('write-next').click();
  await page.locator('[data-testid="write-dialog"][data-step="check"]').waitFor();
}

/** What is to be written, as somebody types it. */
export interface WriteWish {
  readonly equipment: string;
  readonly point: string;
  readonly value: string;
  readonly reason: string;
}

/** Waits for what came of a write. @param state of its record, `refused` or `lost` */
export async function endOfWrite(page: Page, state: string): Promise<Locator> {
  const result = page.locator(`[data-testid="write-result"][data-state="${state}"]`);
  await result.waitFor();
  return result;
}
