/** What people type into feedback, alarms, incidents, handovers, drill records and the audit lies beside the chains, and can go. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { type IncidentReport, NATURE_NAMES } from '../../src/core/incident.ts';
import { toReportDetail } from '../../src/core/record-words.ts';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import type { AuditRow, Write } from '../../src/store/store.ts';
import { feedback, feedbackEvent, makeFeedback } from './support/feedback-rows.ts';
import { openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';
import { readBytes, wordsLeftAfterCommit } from './support/words.ts';

const WORDS = '住户陈晓岚，电话13766661234';
const OTHER = '3 号楼 1204 室';

const makeEntry = (action: string, changes: Partial<AuditRow> = {}): AuditRow =>
  rows.makeAudit(action, { actor: 'xu', atMs: 9_000, ...changes });
const toRedaction = (record: string, event: number, field: string, replacement = '某住户'): Write => {
  const detail = { event, field, reason: '住户要求', replacement };
  const entry = makeEntry('words-redact', { detail, object: record, record });
  return { type: 'words-redaction', record, event, field, replacement, entry };
};
const toDestruction = (...records: readonly string[]): Write => ({
  type: 'words-destruction',
  records,
  entry: makeEntry('words-destroy', { detail: { reason: '保存期满' } }),
});

const REPORT: IncidentReport = {
  kind: 'first',
  by: 'boss',
  atMs: 1_000,
  sent: null,
  type: '电梯困人',
  time: '当日 09:10',
  place: OTHER,
  nature: NATURE_NAMES[0] as IncidentReport['nature'],
  scope: WORDS,
  casualties: '无',
  propertyLoss: '无',
  cause: { people: '', equipment: WORDS, management: '', environment: '' },
  process: '',
  prevention: '',
};

function toCorrected(number: string, detail: Readonly<Record<string, unknown>>): Write {
  const write = feedbackEvent(number, detail) as Extract<Write, { type: 'feedback-event' }>;
  return { ...write, event: { ...write.event, type: 'corrected' } };
}

/** One record of each kind, over and with words of people. */
async function openWithRecords() {
  const opened = await openTestStore();
  const filed = { stage: 'filed', filed: { by: 'li', atMs: 2_000 }, content: WORDS, place: OTHER } as const;
  const message = rows.message('m-1', { key: 'FK-1/assigned/1/li/inbox', body: { zh: WORDS, en: WORDS } });
  const audited = (action: string, record: string, detail: AuditRow['detail']): Write => ({
    type: 'audit',
    entry: makeEntry(action, { record, object: record, detail, atMs: 1_000 }),
  });
  const occurrence = rows.occurrence('o-1', {
    endedAtMs: 2_000,
    acknowledged: { by: 'li', atMs: 1_000, note: WORDS },
  });
  const acknowledged = rows.alarmEvent('o-1', WORDS) as Extract<Write, { type: 'alarm-event' }>;
  await opened.store.commit({
    writes: [
      feedback('FK-1', filed),
      feedbackEvent('FK-1', { content: WORDS, place: OTHER, source: 'letter' }),
      toCorrected('FK-1', { field: 'content', from: WORDS, to: OTHER, reason: '更正' }),
      message,
      occurrence,
      { ...acknowledged, event: { ...acknowledged.event, type: 'acknowledged', by: 'li' } },
      rows.incident('i-1', {
        endedAtMs: 2_000,
        verdict: 'false-alarm',
        reports: [{ ...REPORT, sent: { atMs: 1_500, to: WORDS, how: '电话', evidence: WORDS } }],
      }),
      audited('incident-reported', 'incident/i-1', toReportDetail(REPORT)),
      audited('incident-report-sent', 'incident/i-1', {
        kind: 'first',
        to: WORDS,
        how: '电话',
        evidence: WORDS,
      }),
      rows.handover('h-1', { note: WORDS, signedFromAtMs: 1_500, signedToAtMs: 2_000 }),
      audited('handover-sign', 'handover/h-1', { from: 'li', note: WORDS, digest: 'ab'.repeat(32) }),
      rows.drillRecord('d-1', { content: WORDS, participants: [WORDS], evaluation: OTHER }),
      audited('drill-record-write', 'drill/d-1', {
        kind: 'fire',
        content: WORDS,
        participants: [WORDS],
        evaluation: OTHER,
        flow: [{ zh: OTHER, en: OTHER }],
      }),
      { type: 'audit', entry: makeEntry('lock-out', { detail: { reason: WORDS }, atMs: 1_000 }) },
    ],
  });
  expect(await opened.store.verify()).toEqual([]);
  return opened;
}

const KINDS = ['feedback', 'incident', 'handover', 'alarm', 'drill', 'audit'] as const;
const ALL = Object.fromEntries(KINDS.map((kind) => [kind, 8.64e15]));

function readChains(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const read = (table: string, column: string) =>
      database
        .prepare(`select ${column} as text from ${table}`)
        .all()
        .map(({ text }) => String(text));
    return [
      ...read('feedback_event', 'detail'),
      ...read('alarm_event', 'note || detail'),
      ...read('audit', 'detail'),
    ].join('\n');
  } finally {
    database.close();
  }
}

test('the chains hold digests of what was typed, and the histories show the words', async () => {
  const { store, file } = await openWithRecords();
  const chains = readChains(file);
  for (const words of [WORDS, OTHER, '更正', '电话', 'ab'.repeat(32)])
    expect([words, chains.includes(words)]).toEqual([words, false]);
  for (const skeleton of ['letter', 'fire', '"li"', 'first']) expect(chains).toContain(skeleton);
  const [received, corrected] = await store.queries.feedbackHistory('FK-1');
  expect(received).toMatchObject({
    event: 1,
    detail: { content: WORDS, place: OTHER, source: 'letter' },
    typed: ['content', 'place'],
  });
  expect(corrected?.detail).toEqual({ field: 'content', from: WORDS, to: OTHER, reason: '更正' });
  expect(await store.queries.alarmHistory('o-1')).toMatchObject([
    { note: WORDS, detail: { level: null }, typed: ['note'] },
  ]);
  expect(await store.queries.alarmLog(1, 10)).toMatchObject([{ note: WORDS, detail: { level: null } }]);
  const { items } = await store.queries.audit({ limit: 1, offset: 0 });
  expect(items).toEqual([makeEntry('lock-out', { detail: { reason: WORDS }, atMs: 1_000 })]);
  const [reported] = await store.queries.recordHistory('incident/i-1');
  expect(reported?.detail).toMatchObject({ report: { scope: WORDS, cause: { equipment: WORDS } } });
});

test('what the gateway notes by itself stays in the chain, but for the reason of a shelf that it repeats', async () => {
  const { store, file } = await openTestStore();
  const write = rows.alarmEvent('o-1', 'retroactive') as Extract<Write, { type: 'alarm-event' }>;
  const shelf = { by: 'li', atMs: 1, reason: WORDS, untilMs: 2, isOneShot: false };
  const detail = { level: null, shelf };
  await store.commit({
    writes: [rows.occurrence('o-1'), { ...write, event: { ...write.event, detail } }],
  });
  expect(readChains(file)).toContain('retroactive');
  expect(readChains(file)).not.toContain(WORDS);
  expect(await store.queries.alarmHistory('o-1')).toMatchObject([{ note: 'retroactive', detail }]);
});

test('a redacted part goes wherever its record repeats it, and says by whom, when and why', async () => {
  const { store, directory } = await openWithRecords();
  await store.commit({ writes: [toRedaction('feedback/FK-1', 1, 'content')] });
  const [received, corrected] = await store.queries.feedbackHistory('FK-1');
  expect(received?.detail).toMatchObject({ content: '某住户', place: OTHER });
  expect(received?.gone).toEqual([
    { field: 'content', how: 'redacted', atMs: 9_000, by: 'xu', reason: '住户要求' },
  ]);
  expect(corrected?.detail).toMatchObject({ from: '某住户', to: OTHER });
  expect((await store.queries.feedback('FK-1'))?.content).toBe('某住户');
  expect((await store.queries.feedbacks({ state: 'all', text: '晓岚', limit: 5, offset: 0 })).total).toBe(0);
  const { items } = await store.queries.messages({ id: 'm-1', limit: 1, offset: 0 });
  expect(items[0]?.body.zh).toBe('某住户');
  expect(await store.verify()).toEqual([]);
  expect(inspectStore(directory, []).outside?.words).toMatchObject({ redacted: 2, destroyed: 0 });
  // Gone meanwhile: nothing more to take.
  await store.commit({ writes: [toRedaction('feedback/FK-1', 1, 'content')] });
  expect(await store.verify()).toEqual([]);
});

test('due is what is over, has words and is not held, each kind with its number and the first', async () => {
  const { store } = await openWithRecords();
  await store.commit({ writes: [feedback('FK-2'), feedbackEvent('FK-2', { content: WORDS })] });
  const due = await store.queries.dueWords(ALL, 10);
  expect(due.map(({ kind, total, items }) => [kind, total, items[0]?.record, items[0]?.overAtMs])).toEqual([
    ['feedback', 1, 'feedback/FK-1', 2_000],
    ['incident', 1, 'incident/i-1', 2_000],
    ['handover', 1, 'handover/h-1', 1_000],
    ['alarm', 1, 'alarm/o-1', 2_000],
    ['drill', 1, 'drill/d-1', 2_000],
    ['audit', 1, 'audit/5', 1_000],
  ]);
  expect(await store.queries.dueWords({ feedback: 2_000 }, 10)).toEqual([
    { kind: 'feedback', total: 0, items: [] },
  ]);
  const hold = { by: 'xu', atMs: 1 };
  await store.commit({ writes: [{ type: 'record-hold', record: 'feedback/FK-1', hold }] });
  expect(await store.queries.recordHold('feedback/FK-1')).toEqual(hold);
  expect((await store.queries.dueWords({ feedback: 9_000 }, 10))[0]?.total).toBe(0);
  await store.commit({ writes: [toDestruction('feedback/FK-1')] });
  expect((await store.queries.feedback('FK-1'))?.content).toBe(WORDS);
  await store.commit({ writes: [{ type: 'record-hold', record: 'feedback/FK-1', hold: null }] });
  expect((await store.queries.dueWords({ feedback: 9_000 }, 10))[0]?.total).toBe(1);
});

test('reasons about an alarm that is normal belong to its key: due once nothing hides it any more', async () => {
  const { store, directory } = await openTestStore();
  const write = rows.alarmEvent('o-1') as Extract<Write, { type: 'alarm-event' }>;
  const shelf = { by: 'li', atMs: 1, reason: WORDS, untilMs: 2, isOneShot: false };
  const event = {
    ...write.event,
    occurrence: null,
    type: 'shelved',
    by: 'li',
    note: WORDS,
    detail: { shelf },
  } as const;
  const control = { ...rows.makeControl(rows.KEY), shelf };
  await store.commit({
    writes: [
      { type: 'alarm-control', control },
      { type: 'alarm-event', event },
    ],
  });
  const due = async () => (await store.queries.dueWords({ alarm: 9_000 }, 10))[0];
  expect((await due())?.total).toBe(0);
  await store.commit({
    writes: [{ type: 'alarm-control', control: { ...control, shelf: null, outOfService: null } }],
  });
  const record = `alarm/${rows.KEY}`;
  expect(await due()).toEqual({
    kind: 'alarm',
    total: 1,
    items: [{ record, name: rows.KEY, overAtMs: 1_000 }],
  });
  await store.commit({ writes: [toDestruction(record)] });
  expect((await store.queries.alarmKeyHistory(rows.KEY, 5))[0]).toMatchObject({
    note: '',
    detail: { shelf: { reason: '', untilMs: 2 } },
  });
  await expect.poll(async () => (await readBytes(directory)).includes(WORDS)).toBe(false);
  expect(await store.verify()).toEqual([]);
});

test('destruction leaves no word of the records in the files, and the chains verify', async () => {
  const { store, directory } = await openWithRecords();
  const due = await store.queries.dueWords(ALL, 10);
  await store.commit({
    writes: [toDestruction(...due.flatMap(({ items }) => items.map(({ record }) => record)))],
  });
  const parts = [WORDS, OTHER, '13766661234', '晓岚', 'ab'.repeat(32)];
  await expect.poll(() => wordsLeftAfterCommit(store, directory, parts)).toEqual([]);
  expect(await store.verify()).toEqual([]);
  expect(inspectStore(directory, []).outside?.words).toMatchObject({ redacted: 0 });
  const [received] = await store.queries.feedbackHistory('FK-1');
  expect(received).toMatchObject({
    detail: { content: '', source: 'letter' },
    gone: [
      { field: 'content', how: 'destroyed', by: 'xu', reason: '保存期满' },
      { field: 'place', how: 'destroyed' },
    ],
  });
  expect(await store.queries.feedback('FK-1')).toMatchObject({ ...makeFeedbackSkeleton(), content: '' });
  // The line that says so has a reason of its own.
  expect((await store.queries.dueWords(ALL, 10)).map(({ kind, total }) => [kind, total])).toEqual([
    ...KINDS.slice(0, -1).map((kind) => [kind, 0]),
    ['audit', 1],
  ]);
});

const makeFeedbackSkeleton = () => {
  const { id, number, source, channel, subject, clocks, receivedAtMs } = makeFeedback('FK-1');
  return { id, number, source, channel, subject, clocks, receivedAtMs };
};

describe('verify names', () => {
  const FREE = 'drop trigger record_words_no_update; drop trigger record_words_no_delete;';
  const FIRST = "where chain = 'feedback_event' and event = 1 and field = 'content'";
  test.each([
    [
      'other words',
      `update record_words set text = '"x"' ${FIRST}`,
      'feedback_event 1 content: its words were changed',
    ],
    [
      'words that are gone without a reason',
      `update record_words set text = null, salt = null ${FIRST}`,
      'feedback_event 1 content: its words are gone, and nothing says why',
    ],
    [
      'words that are missing',
      `delete from record_words ${FIRST}`,
      'feedback_event 1 content: its words are missing',
    ],
    [
      'words that a redaction did not take',
      `update record_words set text = null, salt = null, act = 6 ${FIRST}`,
      'audit 6: other words are gone by it than it names',
    ],
    [
      'words that a line which takes nothing took',
      `update record_words set text = null, salt = null, act = 1 ${FIRST}`,
      'audit 1: words are gone by it, and it takes none',
    ],
    [
      'words that a destruction did not take',
      `update record_words set text = null, salt = null, act = 7 ${FIRST}`,
      'audit 7: other words are gone by it than it names',
    ],
  ])('%s', async (_what, sql, expected) => {
    const { store, file } = await openWithRecords();
    await store.commit({ writes: [toRedaction('alarm/o-1', 1, 'note'), toDestruction('drill/d-1')] });
    expect(await store.verify()).toEqual([]);
    tamper(file, `${FREE} ${sql}`);
    expect(await store.verify()).toContain(expected);
  });

  test('words are not changed in passing', async () => {
    const { file } = await openWithRecords();
    expect(() => tamper(file, `update record_words set text = '"x"' ${FIRST}`)).toThrow('words only go');
    expect(() => tamper(file, 'delete from record_words')).toThrow('not deleted');
  });
});
