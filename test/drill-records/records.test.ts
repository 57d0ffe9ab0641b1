/** Drill records over a real store: what the gateway has seen, what people add, revisions, and which drills are due. */
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DrillRecord } from '../../src/core/drill-record.ts';
import { toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { DRILL_RECORD_LIMITS } from '../../src/drill-records/limits.ts';
import type { DrillInput } from '../../src/drill-records/port.ts';
import { toDrillKind, toDrillRecord, toFlow, toRequiredKinds } from '../../src/drill-records/record.ts';
import { DrillRecords } from '../../src/drill-records/records.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { BEGAN_MS, HOUR_MS, MINUTE_MS, MODEL, makeModel, makeTicket } from '../incidents/fixtures.ts';
import { createFakeClock } from '../support/clock.ts';
import { temporaryDirectory } from '../support/temp.ts';

const DRILL = { by: 'li', atMs: BEGAN_MS, reason: '电梯困人演练', untilMs: BEGAN_MS + HOUR_MS };
const DAY_MS = 24 * HOUR_MS;

/** Opened in the drill, taken and arrived. */
function makeDrilled(equipment: string, given: Partial<Ticket> = {}): Ticket {
  const ticket = makeTicket(equipment, {
    isDrill: true,
    takenBy: 'zhang',
    firstReceiver: 'gateway',
    ...given,
  });
  return {
    ...ticket,
    marks: [
      ...ticket.marks,
      { atMs: BEGAN_MS + 2 * MINUTE_MS, type: 'taken', stage: 'taken' },
      { atMs: BEGAN_MS + 5 * MINUTE_MS, type: 'arrived', stage: 'on-site' },
      { atMs: BEGAN_MS + 6 * MINUTE_MS, type: 'noted', stage: 'on-site' },
    ],
  };
}

function makeRecord(given: Partial<DrillRecord> = {}): DrillRecord {
  const ended = {
    id: 'drill-1',
    equipment: toId<never>('lift-1'),
    drill: DRILL,
    endedAtMs: BEGAN_MS + HOUR_MS,
    endedBy: 'li',
  };
  return { ...toDrillRecord(ended, [], MODEL), ...given };
}

describe('the record of a drill that has ended', () => {
  const ended = {
    id: 'drill-1',
    equipment: toId<never>('lift-1'),
    drill: DRILL,
    endedAtMs: BEGAN_MS + HOUR_MS,
    endedBy: 'gateway',
  };

  test('has what was practised, where, by whom, its tickets and how it went', () => {
    const own = makeDrilled('lift-1-door', { location: toId('a-shaft') });
    const record = toDrillRecord(ended, [own], MODEL);
    expect(record).toMatchObject({
      revision: 1,
      kind: 'lift-fault',
      content: '电梯困人演练',
      place: { zh: 'a-shaft' },
      beganAtMs: BEGAN_MS,
      endedAtMs: BEGAN_MS + HOUR_MS,
      begunBy: 'li',
      tickets: [{ id: own.id, number: own.number }],
      participants: ['li', 'zhang'],
      evaluation: null,
      writtenBy: 'gateway',
    });
    expect(record.flow.map(({ atMs, text }) => [(atMs - BEGAN_MS) / MINUTE_MS, text.zh])).toEqual([
      [0, `${own.number} 建单：内容`],
      [2, `${own.number} 签收`],
      [5, `${own.number} 到场`],
    ]);
  });

  test('names everybody who took a step, whoever has it now, and not the gateway', () => {
    const drilled = makeDrilled('lift-1-door', { location: toId('a-shaft') });
    const at = { atMs: BEGAN_MS + 3 * MINUTE_MS } as const;
    const own: Ticket = {
      ...drilled,
      fire: { ...at, verdict: 'test', by: 'watch', how: 'on-site', cause: null, steps: {} },
      marks: [
        ...drilled.marks,
        { ...at, type: 'dispatched', stage: 'dispatched', by: 'chen' },
        { ...at, type: 'arrived', stage: 'on-site', by: 'guard' },
      ],
    };
    expect(toDrillRecord(ended, [own], MODEL).participants).toEqual([
      'li',
      'chen',
      'guard',
      'zhang',
      'watch',
    ]);
  });

  test('leaves out tickets of other equipment, of before, and real ones', () => {
    const others = [
      makeDrilled('lift-2'),
      makeDrilled('lift-1', { receivedAtMs: BEGAN_MS - 1 }),
      makeDrilled('lift-1', { isDrill: false }),
      makeDrilled('lift-1', { equipment: null }),
    ];
    expect(toDrillRecord(ended, others, MODEL).tickets).toEqual([]);
  });

  test('never ends before it began, whatever the wall clock did', () => {
    const record = toDrillRecord({ ...ended, endedAtMs: BEGAN_MS - HOUR_MS }, [], MODEL);
    expect(record.beganAtMs).toBeLessThanOrEqual(record.endedAtMs);
  });

  test('keeps its lists within their limits', () => {
    const many = Array.from({ length: 300 }, () => makeDrilled('lift-1'));
    const record = toDrillRecord(ended, many, MODEL);
    expect(record.tickets).toHaveLength(DRILL_RECORD_LIMITS.tickets);
    expect(toFlow(many)).toHaveLength(DRILL_RECORD_LIMITS.lines);
  });

  test.each([
    ['lift-1', 'lift-fault'],
    ['lift-1-door', 'lift-fault'],
    ['board-1', 'power-failure'],
    ['panel-a', 'fire'],
    ['pump-1', 'flood'],
    ['nothing', 'other'],
  ])('of %s is one of %s', (equipment, kind) => {
    expect(toDrillKind(toId(equipment), MODEL)).toBe(kind);
  });
});

test('a site owes the drills of what it has, and that people are reached', () => {
  expect(toRequiredKinds(MODEL)).toEqual(['lift-fault', 'power-failure', 'fire', 'flood', 'notification']);
  expect(toRequiredKinds(makeModel({ equipment: new Map() }))).toEqual(['notification']);
});

async function open(model = MODEL) {
  const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const clock = createFakeClock({ wallMs: BEGAN_MS + 2 * HOUR_MS });
  let made = 0;
  const records = new DrillRecords({ store, clock, createId: () => `own-${++made}`, model: () => model });
  const commit = (...some: readonly DrillRecord[]) =>
    store.commit({ writes: some.map((record) => ({ type: 'drill-record', record })) });
  const audited = async () =>
    (await store.queries.audit({ limit: 9, offset: 0 })).items.map(
      ({ action, actor }) => `${action} ${actor}`,
    );
  return { store, clock, records, commit, audited };
}

const ALL = { state: 'all', limit: 10, offset: 0 } as const;
const INPUT: DrillInput = {
  kind: 'notification',
  equipment: null,
  content: '夜间通讯联络',
  place: { zh: '中控室', en: 'Control room' },
  beganAtMs: BEGAN_MS,
  endedAtMs: BEGAN_MS + MINUTE_MS,
  participants: ['li', '维保单位值班'],
  flow: [{ atMs: BEGAN_MS, text: { zh: '开始呼叫', en: 'calls began' } }],
  evaluation: '两分钟内全部接通',
  by: 'li',
};

describe('people', () => {
  test('complete a record as a further revision, with the tickets as they are by now', async () => {
    const { store, records, commit, audited } = await open();
    const ticket = makeDrilled('lift-1');
    await store.commit({ writes: [{ type: 'ticket', ticket, expectedVersion: null }] });
    await commit(makeRecord({ tickets: [{ id: ticket.id, number: ticket.number }], participants: ['li'] }));
    const line = { atMs: BEGAN_MS + MINUTE_MS, text: { zh: '对讲安抚', en: 'calming call' } };
    const evaluation = '到场 5 分钟，符合要求';
    const written = await records.evaluate('drill-1', { revision: 1, evaluation, by: 'chen', flow: [line] });
    expect(written).toMatchObject({ revision: 2, evaluation, writtenBy: 'chen', begunBy: 'li' });
    expect(written.participants).toEqual(['li', 'zhang']);
    expect(written.flow.map(({ text }) => text.zh)).toEqual([
      `${ticket.number} 建单：内容`,
      '对讲安抚',
      `${ticket.number} 签收`,
      `${ticket.number} 到场`,
    ]);
    expect(await records.revisions('drill-1')).toEqual([
      expect.objectContaining({ revision: 1, evaluation: null }),
      written,
    ]);
    expect(await audited()).toEqual(['drill-record-evaluate chen']);
  });

  test('who write at once: one does, the other is told', async () => {
    const { records, commit } = await open();
    await commit(makeRecord());
    const write = (by: string) => records.evaluate('drill-1', { revision: 1, evaluation: '好', by });
    const [first, second] = await Promise.allSettled([write('li'), write('chen')]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { code: 'version-conflict', params: { current: 2 } } });
    expect(await records.revisions('drill-1')).toHaveLength(2);
  });

  test('write down a drill that the gateway has seen nothing of', async () => {
    const { records, audited } = await open();
    const record = await records.write(INPUT);
    expect(await records.list(ALL)).toEqual({ items: [record], total: 1 });
    expect(record).toMatchObject({ id: 'own-1', revision: 1, begunBy: 'li', evaluation: INPUT.evaluation });
    expect(await audited()).toEqual(['drill-record-write li']);
  });

  test.each([
    ['without an evaluation', { evaluation: ' ' }, 'missing-fields'],
    ['that ends before it begins', { endedAtMs: BEGAN_MS - 1 }, 'bad-request'],
    ['that lies ahead', { endedAtMs: BEGAN_MS + DAY_MS }, 'bad-request'],
    ['of equipment that is not there', { equipment: toId<never>('gone') }, 'not-found'],
    ['with a novel', { evaluation: 'x'.repeat(DRILL_RECORD_LIMITS.textChars + 1) }, 'bad-request'],
    ['with a whole town', { participants: Array.from({ length: 501 }, () => 'li') }, 'bad-request'],
  ])('cannot write down one %s', async (_name, given, code) => {
    const { records, audited } = await open();
    await expect(records.write({ ...INPUT, ...given })).rejects.toMatchObject({ code });
    expect((await records.list(ALL)).total).toBe(0);
    expect(await audited()).toEqual([]);
  });

  test('cannot complete what is not there, nor without words', async () => {
    const { records, commit } = await open();
    await commit(makeRecord());
    const evaluate = (id: string, evaluation: string) =>
      records.evaluate(id, { revision: 1, evaluation, by: 'li' });
    await expect(evaluate('gone', '好')).rejects.toMatchObject({ code: 'not-found' });
    await expect(evaluate('drill-1', '')).rejects.toMatchObject({ code: 'missing-fields' });
    await expect(records.revisions('gone')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the list', () => {
  test('shows the last revision of each, the last drill first, and those that lack an evaluation apart', async () => {
    const { records, commit } = await open();
    await commit(
      makeRecord({ id: 'a', endedAtMs: 3_000 }),
      makeRecord({ id: 'b', endedAtMs: 5_000 }),
      makeRecord({ id: 'a', endedAtMs: 3_000, revision: 2, evaluation: '好' }),
    );
    const { items, total } = await records.list(ALL);
    expect([items.map(({ id, revision }) => `${id}/${revision}`), total]).toEqual([['b/1', 'a/2'], 2]);
    const open1 = await records.list({ ...ALL, state: 'open' });
    expect([open1.items.map(({ id }) => id), open1.total]).toEqual([['b'], 1]);
    expect((await records.list({ ...ALL, limit: 1, offset: 1 })).items[0]?.id).toBe('a');
  });

  test('takes no revision twice, and changes none', async () => {
    const { commit, records } = await open();
    await commit(makeRecord());
    await expect(commit(makeRecord({ evaluation: '另写' }))).rejects.toMatchObject({ code: 'store-failed' });
    expect(await records.revisions('drill-1')).toEqual([makeRecord()]);
  });
});

describe('a drill is due', () => {
  test('a year after the last one of its kind whose record is complete', async () => {
    const { records, commit, clock } = await open();
    const { wallMs } = clock.now();
    const year = DRILL_RECORD_LIMITS.everyMs;
    await commit(
      makeRecord({ id: 'fire', kind: 'fire', endedAtMs: wallMs - year, evaluation: '好' }),
      makeRecord({ id: 'flood', kind: 'flood', endedAtMs: wallMs - year - 1, evaluation: '好' }),
      makeRecord({ id: 'lift', kind: 'lift-fault', endedAtMs: wallMs }),
    );
    expect(await records.due()).toEqual([
      { kind: 'lift-fault', lastAtMs: null },
      { kind: 'power-failure', lastAtMs: null },
      { kind: 'flood', lastAtMs: wallMs - year - 1 },
      { kind: 'notification', lastAtMs: null },
    ]);
    await records.evaluate('lift', { revision: 1, evaluation: '好', by: 'li' });
    expect((await records.due()).map(({ kind }) => kind)).not.toContain('lift-fault');
  });

  test('by the kind that its last revision says', async () => {
    const { records, commit } = await open(makeModel({ equipment: new Map() }));
    await commit(makeRecord({ endedAtMs: BEGAN_MS, evaluation: '好' }));
    expect((await records.due()).map(({ kind }) => kind)).toEqual(['notification']);
    await records.evaluate('drill-1', { revision: 1, kind: 'notification', evaluation: '好', by: 'li' });
    expect(await records.due()).toEqual([]);
  });
});
