/** Words of feedback, incidents, handovers, alarms, drill records and the audit are redacted, held and destroyed through the engine. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toReportDetail } from '../../src/core/record-words.ts';
import { partAt, type TypedValue } from '../../src/core/typed-words.ts';
import type { Command } from '../../src/engine/commands.ts';
import { toIncidentWrite } from '../../src/engine/writes.ts';
import type { HistoryEntry, Write } from '../../src/store/store.ts';
import { ANALYSE, createFeedbackRig, HANDLE, TELL } from '../feedback/rig.ts';
import * as rows from '../store/support/rows.ts';
import { readBytes, wordsLeftAfterCommit } from '../store/support/words.ts';
import { testRuns } from '../support/effort.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { testSeed } from '../support/seed.ts';
import { SECRET, storeAll } from './records-rig.ts';

const SEED = testSeed();
const OPEN = 'feedback/FK20260923-0002';
const FILED = 'feedback/FK20260923-0001';
const RECORDS = [FILED, OPEN, 'incident/i-1', 'handover/h-1', 'alarm/o-1', 'drill/d-1', 'audit/1'] as const;
const ALL = { feedback: 9e15, incident: 9e15, handover: 9e15, alarm: 9e15, drill: 9e15, audit: 9e15 };

/** Each part with words of its own. */
async function createRig() {
  let count = 0;
  const words = (): string => `${SECRET}${++count}号`;
  const rig = createFeedbackRig(defaultPolicy, '09-23 16:30');
  const open = () => rig.open({ content: words(), place: words() });
  open();
  rig.act({ type: 'assign', handler: 'wang', note: words() });
  rig.act({ ...HANDLE, arranged: words(), arrangedBy: words() });
  rig.act({ ...TELL, result: words() });
  rig.act({ ...ANALYSE, cause: words(), measure: words(), opinion: words() });
  rig.act({ type: 'correct', field: 'content', value: words(), reason: words() });
  rig.act({ type: 'file' });
  open();
  const before = rig.loop.writes.length;
  const opened = await storeAll([
    { type: 'audit', entry: rows.makeAudit('lock-out', { actor: 'li', detail: { reason: words() } }) },
    ...rig.loop.writes,
    ...makeOthers(words),
  ]);
  let stored = before;
  /** Decides, and stores what was decided. */
  const command = async (it: Command): Promise<void> => {
    rig.loop.command(it);
    const writes = rig.loop.writes.slice(stored);
    stored = rig.loop.writes.length;
    await opened.store.commit({ writes });
  };
  return { ...opened, rig, command };
}

function makeOthers(words: () => string): readonly Write[] {
  const [note, handed, content, who, evaluation] = [words(), words(), words(), words(), words()];
  const report = {
    kind: 'final',
    by: 'boss',
    atMs: 1_000,
    type: words(),
    time: words(),
    place: words(),
    nature: 'facility-failure',
    scope: words(),
    casualties: words(),
    propertyLoss: words(),
    cause: { people: words(), equipment: words(), management: words(), environment: words() },
    process: words(),
    prevention: words(),
    sent: { atMs: 1_000, to: words(), how: words(), evidence: words() },
  } as const;
  const incident = rows.makeIncident('i-1', { endedAtMs: 2_000, verdict: 'confirmed', reports: [report] });
  const told = { atMs: 1_000, by: 'boss', incident };
  const { to, how, evidence } = report.sent;
  const alarm = rows.alarmEvent('o-1', note) as Extract<Write, { type: 'alarm-event' }>;
  const audit = (action: string, record: string, detail: Readonly<Record<string, unknown>>): Write => ({
    type: 'audit',
    entry: rows.makeAudit(action, { actor: 'li', record, detail }),
  });
  return [
    { type: 'incident', incident, expectedVersion: null },
    ...toIncidentWrite({ ...told, type: 'reported', detail: { kind: 'final' } }),
    ...toIncidentWrite({ ...told, type: 'report-sent', detail: { kind: 'final', to, how, evidence } }),
    ...toIncidentWrite({ ...told, type: 'ended', detail: { note: words() } }),
    rows.occurrence('o-1', { endedAtMs: 2_000, acknowledged: { by: 'li', atMs: 1_000, note } }),
    { ...alarm, event: { ...alarm.event, type: 'acknowledged', by: 'li' } },
    rows.handover('h-1', { note: handed, signedFromAtMs: 1_000, signedToAtMs: 1_000 }),
    audit('handover-sign', 'handover/h-1', { note: handed, digest: 'ab'.repeat(32) }),
    rows.drillRecord('d-1', { content, participants: [who], evaluation }),
    audit('drill-record-write', 'drill/d-1', { content, participants: [who], evaluation, flow: [] }),
  ];
}

const toRedaction = (
  record: string,
  { event, field, entry }: ReturnType<typeof toParts>[number],
  replacement = '某人',
): Command & { readonly type: 'redact-record' } => ({
  type: 'redact-record',
  record,
  event,
  field,
  words: toValue(entry, field),
  replacement,
  by: 'file-xu',
  reason: '住户要求',
});
const toDestruction = (records: readonly string[]): Command => ({
  type: 'destroy-words',
  records,
  by: 'file-xu',
  reason: '保存期满',
});

function toParts(history: readonly HistoryEntry[]) {
  return history.flatMap((entry) =>
    (entry.typed ?? []).map((field) => ({ event: entry.event ?? 0, field, entry })),
  );
}

/** What was done to its words is a line of the audit, not of the record. */
function toOwnParts(history: readonly HistoryEntry[]) {
  return toParts(history.filter(({ type }) => !type.startsWith('words-')));
}

function toText(words: TypedValue): string {
  return typeof words === 'string' ? words : JSON.stringify(words);
}

function toValue({ note, detail }: HistoryEntry, field: string): TypedValue {
  return partAt({ note, ...detail }, field) as TypedValue;
}

test('what a person says about an incident is a line of the audit, with its report; the gateway’s steps are not', () => {
  const incident = rows.makeIncident('i-1');
  const event = {
    type: 'phase',
    atMs: 5,
    incident,
    detail: { from: 'report', to: 'response', note: 'n' },
  } as const;
  expect(toIncidentWrite({ ...event, by: 'gateway' })).toEqual([]);
  const record = 'incident/i-1';
  const entry = { atMs: 5, actor: 'boss', action: 'incident-phase', object: incident.number, record };
  expect(toIncidentWrite({ ...event, by: 'boss' })).toEqual([
    { type: 'audit', entry: { ...entry, detail: event.detail } },
  ]);
  const report = makeOthers(() => 'x').flatMap((write) =>
    write.type === 'incident' ? [write.incident] : [],
  )[0]?.reports[0];
  expect(report && toReportDetail(report)).toMatchObject({ report: { scope: 'x', cause: { people: 'x' } } });
});

test('words of open feedback are redacted in memory too: what is decided next does not bring them back', async () => {
  const { rig, store, directory, command } = await createRig();
  const content = rig.feedback().content;
  const part = toParts(await store.queries.recordHistory(OPEN)).find(({ field }) => field === 'content');
  await command(toRedaction(OPEN, part as NonNullable<typeof part>));
  expect(rig.feedback().content).toBe('某人');
  await command({
    type: 'feedback',
    feedback: rig.feedback().id,
    version: rig.feedback().version,
    change: { type: 'assign', handler: 'wang', note: '' },
    actor: { username: 'desk-li', roles: ['desk'], groups: [] },
    canManage: true,
    personal: null,
  });
  expect((await store.queries.feedback(rig.feedback().id))?.content).toBe('某人');
  await expect.poll(async () => (await readBytes(directory)).includes(content)).toBe(false);
  expect(await store.verify()).toEqual([]);
});

test('a redaction needs a reason and other words in their place, a hold and a destruction a reason', async () => {
  const { rig, store } = await createRig();
  const [part] = toParts(await store.queries.recordHistory(OPEN));
  const command = toRedaction(OPEN, part as NonNullable<typeof part>);
  const refuse = (it: Command, code: string) =>
    expect(() => rig.loop.command(it)).toThrow(expect.objectContaining({ code }));
  refuse({ ...command, reason: ' ' }, 'reason-required');
  refuse({ ...command, replacement: `${toText(command.words)}。` }, 'value-not-allowed');
  refuse({ type: 'hold-record', record: FILED, isHeld: true, by: 'xu', reason: '' }, 'reason-required');
  refuse({ type: 'destroy-words', records: [FILED], by: 'xu', reason: ' ' }, 'reason-required');
});

test('whatever is redacted, held and destroyed in whatever order, the chains verify and only what is left stands in the files', async () => {
  const action = fc.record({
    kind: fc.constantFrom('redact', 'redact', 'redact', 'redact', 'destroy', 'hold', 'lift'),
    record: fc.constantFrom(...RECORDS),
    part: fc.nat(60),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 12 }), async (actions) => {
      const { store, directory, command } = await createRig();
      const gone = new Set<string>();
      const held = new Set<string>();
      // Whose acts have a reason that is kept with the record's own words; a line of the audit keeps its own alone.
      const acts = new Set<string>();
      for (const { kind, record, part } of actions) {
        const parts = toOwnParts(await store.queries.recordHistory(record));
        const chosen = parts[part % Math.max(1, parts.length)];
        if (kind === 'destroy') {
          const due = (await store.queries.dueWords(ALL, 100)).flatMap(({ items }) => items);
          const isDue = due.some((item) => item.record === record);
          const hasWords = parts.length > 0 || acts.has(record);
          expect([record, isDue]).toEqual([record, record !== OPEN && hasWords && !held.has(record)]);
          if (record === OPEN) continue;
          await command(toDestruction([record]));
          if (held.has(record)) continue;
          for (const { entry, field } of parts) gone.add(toText(toValue(entry, field)));
          acts.delete(record);
        } else if (kind === 'redact') {
          const words = chosen === undefined ? '' : toValue(chosen.entry, chosen.field);
          if (chosen === undefined || !toText(words).startsWith(SECRET)) continue;
          await command(toRedaction(record, chosen, part % 2 === 0 ? '' : '某人'));
          gone.add(toText(words));
          if (!record.startsWith('audit/')) acts.add(record);
        } else {
          const isHeld = kind === 'hold';
          await command({ type: 'hold-record', record, isHeld, by: 'xu', reason: '诉讼' });
          if (!record.startsWith('audit/')) acts.add(record);
          if (isHeld) held.add(record);
          else held.delete(record);
        }
      }
      const secrets = [...gone].filter((words) => words.startsWith(SECRET));
      await expect.poll(() => wordsLeftAfterCommit(store, directory, secrets)).toEqual([]);
      expect(await store.verify()).toEqual([]);
      await store.close();
    }),
    { seed: SEED, numRuns: testRuns(6) },
  );
}, 240_000);
