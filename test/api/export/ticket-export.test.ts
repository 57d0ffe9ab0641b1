/** The file of tickets has what arrivals, repairs and visits are recounted from (service-workflow.md §1 Fields, §8). */
import { expect, test } from 'vitest';
import { createTicketExport } from '../../../src/api/export/ticket-export.ts';
import type { Ticket } from '../../../src/core/ticket.ts';
import { createTestModel } from '../../support/model.ts';
import { createTestTicket } from '../../support/ticket.ts';

const START_MS = Date.UTC(2026, 8, 22, 2);
const at = (minute: number): number => START_MS + minute * 60_000;

/** Key: title of the column. */
async function exportOne(ticket: Ticket): Promise<ReadonlyMap<string, string>> {
  const file = createTicketExport({
    queries: { tickets: async () => ({ items: [ticket], total: 1 }) },
    model: createTestModel(),
    filter: { state: 'all' },
    format: 'csv',
    language: 'en',
    nowMs: at(600),
    signal: new AbortController().signal,
  });
  let text = '';
  for await (const chunk of file.chunks)
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
  const [titles = [], cells = []] = text
    .replace(/^\uFEFF/, '')
    .split('\r\n')
    .map((line) => line.split(','));
  return new Map(titles.map((title, column) => [title, cells[column] ?? '']));
}

test('a row has the times of its steps, the first arrival beside the last, and what was agreed and found', async () => {
  const mark = (type: Ticket['marks'][number]['type'], minute: number) =>
    ({ type, atMs: at(minute), stage: 'handling' }) as const;
  const ticket = createTestTicket({
    attendance: 'urgent',
    marks: [
      mark('received', 0),
      mark('dispatched', 1),
      mark('taken', 2),
      mark('arrived', 20),
      mark('done', 30),
      mark('reworked', 40),
      mark('arrived', 50),
      mark('done', 60),
    ],
    readBack: 'lobby water',
    appointment: { fromMs: at(45), toMs: at(55) },
    estimatedAtMs: at(70),
    agreement: {
      by: 'Ms Chen',
      atMs: at(25),
      workingTime: 'ten to eleven',
      impact: 'no water',
      protection: 'floor cover',
      cooperation: 'somebody at home',
      feesYuan: 30,
    },
    testResult: '0.4 MPa',
    outsideControl: 'power cut',
    acceptance: { by: 'area-gu', opinion: 'good', atMs: at(65), manualReading: '0.4', override: null },
    visit: {
      by: 'desk-li',
      how: 'phone',
      isRepaired: true,
      isSatisfied: false,
      isChargeAgreed: true,
      note: 'slow',
      atMs: at(66),
    },
    contractor: { user: 'con', contact: null },
  });
  const row = await exportOne(ticket);
  const time = (minute: number): unknown =>
    expect.stringContaining(`:${String(minute % 60).padStart(2, '0')}`);
  expect(Object.fromEntries(row)).toMatchObject({
    attendance: 'Urgent',
    dispatched: time(1),
    'signed for': time(2),
    'first arrival': time(20),
    arrival: time(50),
    done: time(60),
    accepted: time(65),
    'visit at': time(66),
    'read back': 'lobby water',
    'appointment from': time(45),
    'estimated completion': time(70),
    'agreed at': time(25),
    'agreed working time': 'ten to eleven',
    'agreed fees (yuan)': '30',
    'test result': '0.4 MPa',
    'outside our control': 'power cut',
    'reading at acceptance': '0.4',
    'visited by': 'desk-li',
    'visit how': 'By phone',
    repaired: 'yes',
    'charge agreed': 'yes',
    'visit note': 'slow',
    contractor: 'con',
  });
  // Whoever agreed for the source is a name: personal, and not in the file.
  expect([...row.values()]).not.toContain('Ms Chen');
});

test('a cancelled ticket says why, and one that nobody has come to has no arrival', async () => {
  const cancellation = { by: 'desk-li', reason: 'withdrawn', note: 'called back', atMs: at(5) } as const;
  const row = await exportOne(createTestTicket({ stage: 'cancelled', cancellation }));
  expect(Object.fromEntries(row)).toMatchObject({
    arrival: '',
    done: '',
    cancelled: 'Withdrawn by the reporter',
    'cancellation note': 'called back',
  });
});
