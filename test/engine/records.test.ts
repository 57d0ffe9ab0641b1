/** Words of tickets are redacted, kept and destroyed: in the record, on the ticket, and wherever else they are repeated. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import { partAt, type TypedValue } from '../../src/core/typed-words.ts';
import type { Command } from '../../src/engine/commands.ts';
import type { HistoryEntry } from '../../src/store/store.ts';
import { readBytes, wordsLeftAfterCommit } from '../store/support/words.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { createRecordsRig, type RecordsRig, SECRET, storeAll, toTypedList } from './records-rig.ts';

const SEED = testSeed();

function find({ loop }: RecordsRig, { id }: Pick<Ticket, 'id'>): Ticket {
  return loop.tickets().find((ticket) => ticket.id === id) as Ticket;
}

function toRedaction(
  ticket: Ticket,
  { event, field, detail }: { event: number; field: string; detail: HistoryEntry['detail'] },
  replacement = '某人',
): Command & { readonly type: 'redact-words' } {
  const words = partAt(detail, field) as TypedValue;
  const { id, version } = ticket;
  return {
    type: 'redact-words',
    ticket: id,
    version,
    event,
    field,
    words,
    replacement,
    reason: '住户要求',
    by: 'file-xu',
  };
}

const toDestruction = (tickets: readonly Ticket[], words = true, files = true): Command => ({
  type: 'destroy-records',
  records: tickets.map(({ id }) => ({ ticket: id, words, files })),
  reason: '保存期满',
  by: 'file-xu',
});

describe('redaction', () => {
  test('takes the words out of the ticket, whatever its stage, and says so in the record', () => {
    const rig = createRecordsRig();
    const ticket = rig.live();
    const words = ticket.diagnosis as string;
    rig.loop.command(
      toRedaction(ticket, { event: 7, field: 'diagnosis', detail: { diagnosis: words } }, '住户家中漏水'),
    );
    const next = find(rig, ticket);
    expect(next).toMatchObject({ stage: 'archived', diagnosis: '住户家中漏水', version: ticket.version + 1 });
    expect(JSON.stringify(next)).not.toContain(words);
    expect(rig.loop.ticketEvents.at(-1)).toMatchObject({
      type: 'redacted',
      by: 'file-xu',
      detail: { event: 7, field: 'diagnosis', reason: '住户要求', replacement: '住户家中漏水' },
    });
    expect(rig.loop.writes.findLast(({ type }) => type === 'audit')).toMatchObject({
      entry: { action: 'ticket-redact', actor: 'file-xu', object: ticket.number },
    });
  });

  test('follows the words to a later ticket of the equipment, which shows them as a past repair', () => {
    const rig = createRecordsRig();
    const first = rig.live();
    const second = rig.open();
    const words = first.result as string;
    expect(second.history[0]?.result).toBe(words);
    rig.loop.command(toRedaction(first, { event: 1, field: 'result', detail: { result: words } }));
    expect(find(rig, second).history[0]?.result).toBe('某人');
    expect(rig.open().history[0]?.result).toBe('某人');
  });

  test('needs a reason, other words in their place, and the version that the person saw', () => {
    const rig = createRecordsRig();
    const ticket = rig.open();
    const command = toRedaction(ticket, {
      event: 1,
      field: 'content',
      detail: { content: ticket.content.zh },
    });
    const refuse = (change: object, code: string) =>
      expect(() => rig.loop.command({ ...command, ...change })).toThrow(expect.objectContaining({ code }));
    refuse({ reason: ' ' }, 'reason-required');
    refuse({ replacement: `${ticket.content.zh}。` }, 'value-not-allowed');
    refuse({ replacement: ticket.content.zh }, 'value-not-allowed');
    refuse({ version: ticket.version + 1 }, 'version-conflict');
    refuse({ ticket: 'GC20200101-0001' }, 'not-found');
    expect(find(rig, ticket)).toEqual(ticket);
  });
});

describe('destruction', () => {
  test('leaves the skeleton: times, class, equipment, clocks and amounts', () => {
    const rig = createRecordsRig();
    const ticket = rig.live();
    rig.loop.command(toDestruction([ticket]));
    const next = find(rig, ticket);
    expect(JSON.stringify(next)).not.toContain(SECRET);
    const { number, stage, clocks, marks, closedAtMs, equipment, faultKind, priority } = ticket;
    expect(next).toMatchObject({ number, stage, clocks, marks, closedAtMs, equipment, faultKind, priority });
    expect(next.attachments).toMatchObject([{ id: 'photo-1', name: '', sha256: '00' }]);
    expect([next.wordsGoneAtMs, next.attachments[0]?.destroyedAtMs]).toEqual([
      rig.loop.clock.now().wallMs,
      rig.loop.clock.now().wallMs,
    ]);
  });

  test('never takes those that are open, closed for now, part of an incident, or held', () => {
    const rig = createRecordsRig();
    const archived = rig.live();
    const refuse = (ticket: Ticket) => {
      const before = rig.loop.writes.length;
      expect(() => rig.loop.command(toDestruction([archived, ticket]))).toThrow(
        expect.objectContaining({ code: 'record-kept' }),
      );
      expect(rig.loop.writes.length).toBe(before);
    };
    refuse(rig.open());
    const held = rig.live();
    const { id, version } = held;
    rig.loop.command({
      type: 'hold-ticket',
      ticket: id,
      version,
      isHeld: true,
      reason: '诉讼保全',
      by: 'xu',
    });
    expect(find(rig, held).hold).toMatchObject({ by: 'xu', reason: '诉讼保全' });
    refuse(held);
    const again = find(rig, held);
    rig.loop.command({
      type: 'hold-ticket',
      ticket: id,
      version: again.version,
      isHeld: false,
      reason: '已结案',
      by: 'xu',
    });
    rig.loop.command(toDestruction([archived, held]));
    expect(find(rig, held).wordsGoneAtMs).toBeDefined();
  });

  test('leaves no word of the tickets in the files of the store, and the chains verify', async () => {
    const rig = createRecordsRig();
    const tickets = [rig.live(), rig.live()];
    const { store, directory } = await storeAll(rig.loop.writes);
    expect((await readBytes(directory)).includes(SECRET)).toBe(true);
    const typed = toTypedList(await store.queries.ticketHistory(tickets[0]?.id ?? ''));
    // Who agreed and who called are names: they have rows of their own, and are in no event.
    expect(typed.length).toBeGreaterThan(35);
    const before = rig.loop.writes.length;
    rig.loop.command(toDestruction(tickets));
    await store.commit({ writes: rig.loop.writes.slice(before) });
    await expect.poll(async () => (await readBytes(directory)).includes(SECRET)).toBe(false);
    expect((await store.verify()).filter((finding) => !finding.startsWith('attachment'))).toEqual([]);
    const history = await store.queries.ticketHistory(tickets[0]?.id ?? '');
    expect(toTypedList(history)).toEqual([]);
    expect(history.at(-1)).toMatchObject({
      type: 'destroyed',
      by: 'file-xu',
      detail: { words: true, files: true },
    });
    const figures = await store.queries.ticketFigures(0, 8.64e15);
    expect(figures).toMatchObject({ opened: 2, closed: 2 });
  });
});

test('whatever is redacted and destroyed in whatever order, the chain verifies and only what is left stands in the files', async () => {
  const action = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('redact' as const), ticket: fc.nat(2), part: fc.nat(60) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('destroy' as const), ticket: fc.nat(2), part: fc.nat(1) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 12 }), async (actions) => {
      const rig = createRecordsRig();
      const tickets = [rig.live(), rig.live(), rig.open()];
      const { store, directory } = await storeAll(rig.loop.writes);
      const gone = new Set<string>();
      for (const { kind, ticket: index, part } of actions) {
        const ticket = find(rig, tickets[index] as Ticket);
        const typed = toTypedList(await store.queries.ticketHistory(ticket.id));
        const chosen = typed[part % Math.max(1, typed.length)];
        const before = rig.loop.writes.length;
        if (kind === 'destroy') {
          if (ticket.stage !== 'archived' || ticket.wordsGoneAtMs !== undefined) continue;
          rig.loop.command(toDestruction([ticket], true, part === 1));
          for (const { field, detail } of typed) gone.add(toText(partAt(detail, field)));
        } else {
          const words = toText(chosen === undefined ? '' : partAt(chosen.detail, chosen.field));
          if (chosen === undefined || !words.includes(SECRET)) continue;
          rig.loop.command(toRedaction(ticket, chosen, part % 2 === 0 ? '' : '某人'));
          gone.add(words);
        }
        await store.commit({ writes: rig.loop.writes.slice(before) });
      }
      const secrets = [...gone].filter((words) => words.includes(SECRET));
      await expect.poll(() => wordsLeftAfterCommit(store, directory, secrets)).toEqual([]);
      expect((await store.verify()).filter((finding) => !finding.startsWith('attachment'))).toEqual([]);
      for (const { id } of tickets) expect((await store.queries.ticketHistory(id)).length).toBeGreaterThan(0);
      await store.close();
    }),
    { seed: SEED, numRuns: testRuns(6) },
  );
}, 120_000);

/** Of one in both languages the first: they are the same. */
function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'zh' in value ? String(value.zh) : '';
}
