/** Commissioning over a real store: stored before it is known, there after a kill, told to whom it concerns. */
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { COMMISSIONING_LIMITS } from '../../src/commissioning/limits.ts';
import { type CommissioningNotice, CommissioningWatch } from '../../src/commissioning/watch.ts';
import { toTelling } from '../../src/commissioning-parts.ts';
import type { AlarmEvent } from '../../src/core/alarm.ts';
import { createFeed } from '../../src/core/feed.ts';
import { toId } from '../../src/core/ids.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import type { TicketEvent } from '../../src/core/ticket.ts';
import { openTestStore } from '../store/support/open.ts';
import { makeAttachment, makeOccurrence } from '../store/support/rows.ts';
import { createTestPolicy } from '../support/model.ts';
import { createTestTicket } from '../support/ticket.ts';
import { type Bench, openBench, P, PANEL, Q, SET, SMOKE, toModel } from './support.ts';

const BEGIN = { reason: 'new set', untilMs: null, isLifeSafetyConfirmed: true, approver: 'boss' } as const;
const SAME = { panel: 5, tolerance: null, explanation: '' } as const;

async function openWatched(model = toModel()) {
  const { store } = await openTestStore();
  const bench = await openBench(store, model);
  const feeds = { alarms: createFeed<AlarmEvent>(), tickets: createFeed<TicketEvent>() };
  const told: CommissioningNotice[] = [];
  const create = () =>
    new CommissioningWatch({
      commissioning: bench.commissioning,
      queries: store.queries,
      latest: bench.latest,
      toText: () => undefined,
      clock: bench.clock,
      feeds,
      tell: async (notice) => void told.push(notice),
      log: pino({ level: 'silent' }),
    });
  const watch = create();
  await watch.start();
  await watch.stop();
  feeds.alarms.subscribe(() => undefined);
  return { store, bench, watch, feeds, told, create };
}

const comeAndGo = (bench: Bench, rule: string): AlarmEvent => {
  const { wallMs } = bench.clock.now();
  const [equipment = '', id = ''] = rule.split('/');
  const occurrence = makeOccurrence('o-7', {
    key: toId(`test-site/${rule}`),
    equipment: toId(equipment),
    rule: toId(id),
    isActive: false,
    raisedAtMs: wallMs,
    returnedAtMs: wallMs + 1,
  });
  return { type: 'returned', atMs: wallMs, occurrence };
};

test('the gateway notes by itself what it sees: first good reading, alarm, ticket that somebody took', async () => {
  const { bench, create, feeds } = await openWatched();
  await bench.commissioning.begin({ equipment: SET }, BEGIN, 'li');
  const watch = create();
  await watch.start();
  bench.read(P, 5, QUALITIES['comm-loss'].code);
  await watch.turn();
  expect(bench.commissioning.points(SET)[0]?.record).toBeNull();
  bench.clock.advance(1_000);
  bench.read(P, 5);
  feeds.alarms.publish(comeAndGo(bench, 'set/p-high'));
  const { wallMs } = bench.clock.now();
  const ticket = {
    ...createTestTicket(),
    isDrill: true,
    receivedAtMs: wallMs,
    alarms: [{ key: 'test-site/set/p-high' }],
    marks: [{ type: 'taken', atMs: wallMs, stage: 'taken', by: 'wang' }],
  } as unknown as TicketEvent['ticket'];
  feeds.tickets.publish({ type: 'taken', atMs: wallMs, ticket, by: 'wang' } as TicketEvent);
  await watch.turn();
  await watch.stop();
  expect(bench.commissioning.points(SET)[0]).toMatchObject({
    missing: ['value'],
    record: {
      seen: { by: 'gateway', valueText: { zh: '5.0' } },
      proofs: [{ occurrence: 'o-7', key: 'test-site/set/p-high' }],
      ticket: { by: 'wang', ticket: { number: ticket.number } },
    },
  });
});

test('what was proven and signed is there after a kill, with an audit line for each', async () => {
  const { store, bench } = await openWatched();
  const { commissioning } = bench;
  await commissioning.begin({ equipment: SET }, BEGIN, 'li');
  bench.read(P, 5);
  await commissioning.checkValue(P, SAME, 'wang');
  await commissioning.addPhoto(P, makeAttachment('file-1'), 'wang');
  await commissioning.confirmTicket(P, 'seen at the desk', 'desk');
  await commissioning.waive(P, 'alarm', 'cannot be provoked', 'li');
  await expect(commissioning.sign([P], '', 'li')).rejects.toMatchObject({
    code: 'commissioning-steps-missing',
    params: { steps: { en: 'Device seen' } },
  });
  await bench.reopen();
  expect(bench.commissioning.points(SET)[0]).toMatchObject({
    missing: ['seen'],
    record: { photos: [{ id: 'file-1' }], value: { by: 'wang', isWithin: true } },
  });
  expect(await store.queries.commissioningPhotos(['file-1', 'file-2'])).toEqual(new Set(['file-1']));
  const { items } = await store.queries.audit({ limit: 10, offset: 0 });
  expect(items.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
    'commissioning-waived li',
    'commissioning-ticket-received desk',
    'commissioning-photo-added wang',
    'commissioning-value-checked wang',
    'commissioning-begun li',
  ]);
  expect(await store.verify()).toEqual([]);
});

test('a value cannot be compared while the gateway has no good one', async () => {
  const { bench } = await openWatched();
  await bench.commissioning.begin({ equipment: SET }, BEGIN, 'li');
  await expect(bench.commissioning.checkValue(P, SAME, 'wang')).rejects.toMatchObject({
    code: 'commissioning-value-not-good',
  });
});

describe('life safety', () => {
  test('that is silent is counted, named, and told to the supervisor once', async () => {
    const { bench, watch, told } = await openWatched();
    expect(bench.commissioning.preview({ equipment: PANEL })).toEqual({
      equipment: 1,
      points: 1,
      lifeSafety: 1,
    });
    await bench.commissioning.begin({ equipment: PANEL }, BEGIN, 'li');
    expect(bench.commissioning.status()).toMatchObject({
      silentTotal: 1,
      silent: [{ key: 'test-site/panel/fire' }],
    });
    await watch.turn();
    await watch.turn();
    expect(told).toMatchObject([
      { what: 'life-safety', equipment: [PANEL], silent: 1, by: ['li'], approvers: ['boss'] },
    ]);
  });

  test('that is raised meanwhile is told once, also after a kill in between, and rings again after a day', async () => {
    const { bench, watch, feeds, told, create } = await openWatched();
    const { commissioning } = bench;
    await commissioning.begin({ equipment: PANEL }, BEGIN, 'li');
    const running = create();
    await running.start();
    const { occurrence } = comeAndGo(bench, 'panel/fire');
    const fire = { ...occurrence, severity: 'life-safety', isActive: true, ticket: null } as const;
    feeds.alarms.publish({ type: 'raised', atMs: fire.raisedAtMs, occurrence: fire });
    await running.turn();
    await running.turn();
    await running.stop();
    expect(told.filter(({ what }) => what === 'alarm')).toMatchObject([{ occurrence: { id: 'o-7' } }]);
    bench.clock.advance(COMMISSIONING_LIMITS.lifeSafetyMs);
    await watch.turn();
    expect(commissioning.status()).toMatchObject({ open: 0, silentTotal: 0 });
    expect(commissioning.list('open')[0]?.commission).toMatchObject({
      endWhy: 'time-over',
      endedBy: 'gateway',
    });
  });

  test('is told to the supervisor, fire duty, the desk and the approver; a raised alarm to fire duty, as a test', () => {
    const model = toModel();
    const routing = [{ class: 'fire', kind: null, location: null, assignee: 'security' }] as const;
    const policy = createTestPolicy({ routing });
    const common = { equipment: [PANEL], sinceMs: 0, untilMs: 86_400_000, silent: 1, atMs: 0 };
    const begun = toTelling(
      { what: 'life-safety', by: ['li'], approvers: ['boss'], ...common },
      model,
      policy,
    );
    expect(begun.to.map((one) => ('anyOf' in one ? one.anyOf[0] : null))).toEqual([
      'supervisor',
      'security',
      'desk',
      'boss',
    ]);
    expect(begun.fact?.zh).toContain('发起 li，批准 boss');
    const occurrence = makeOccurrence('o-7', { equipment: PANEL, text: { zh: '火警', en: 'Fire' } });
    const raised = toTelling({ what: 'alarm', occurrence }, model, policy);
    expect(raised).toMatchObject({ kind: 'information', to: [{ anyOf: ['security', 'desk'] }] });
    expect(raised.about.what.zh).toBe('【调试】火警');
  });

  test('speaks as soon as it is signed', async () => {
    const { bench, create, feeds } = await openWatched();
    const { commissioning } = bench;
    await commissioning.begin({ equipment: PANEL }, BEGIN, 'li');
    const watch = create();
    await watch.start();
    bench.read(SMOKE, 0);
    feeds.alarms.publish(comeAndGo(bench, 'panel/fire'));
    await watch.turn();
    await watch.stop();
    await commissioning.checkValue(SMOKE, { ...SAME, panel: 0 }, 'wang');
    await commissioning.confirmTicket(SMOKE, 'came by message', 'desk');
    await commissioning.sign([SMOKE], 'tested with smoke', 'li');
    expect(commissioning.status()).toMatchObject({ silentTotal: 0, open: 0, mute: 0 });
    expect(commissioning.equipment(PANEL)?.tally.signed).toBe(1);
  });
});

test('one that is open for too long is told, and again a week later, and no more when it is put off', async () => {
  const { bench, watch, told } = await openWatched();
  await bench.commissioning.begin({ equipment: SET }, BEGIN, 'li');
  bench.clock.advance(COMMISSIONING_LIMITS.openMs);
  await watch.turn();
  await watch.turn();
  expect(told.map(({ what }) => what)).toEqual(['overdue']);
  expect(bench.commissioning.equipment(SET)?.isOverdue).toBe(true);
  bench.clock.advance(COMMISSIONING_LIMITS.tellAgainMs);
  await watch.turn();
  expect(told).toHaveLength(2);
  const untilMs = bench.clock.now().wallMs + 86_400_000;
  await bench.commissioning.extend(SET, { reason: 'parts are late', untilMs }, 'li');
  bench.clock.advance(1_000);
  await watch.turn();
  expect(told).toHaveLength(2);
});

test('the register begins it at the start, and ends what it began when the mark goes', async () => {
  const service = {
    serves: [],
    isolation: null,
    sparePart: null,
    warrantyUntil: null,
    contractor: null,
    isCommissioning: true,
  };
  const { bench } = await openWatched(toModel({ service }));
  expect(bench.commissioning.status()).toMatchObject({ open: 1, unsigned: 3 });
  await bench.reopen();
  expect(bench.commissioning.list('open')).toHaveLength(1);
  bench.setModel(toModel());
  await bench.reopen();
  expect(bench.commissioning.status()).toMatchObject({ open: 0, mute: 0 });
  expect(bench.commissioning.list('open')[0]?.tally.open).toBe(3);
});

test('a changed rule makes its signed point unproven at once, and the reason is stored', async () => {
  const { bench, watch } = await openWatched();
  const { commissioning } = bench;
  await commissioning.begin({ equipment: SET }, BEGIN, 'li');
  bench.read(Q, 5);
  await watch.turn();
  await commissioning.checkValue(Q, SAME, 'wang');
  await commissioning.waive(Q, 'alarm', 'x', 'li');
  await commissioning.waive(Q, 'ticket', 'x', 'li');
  await commissioning.sign([Q], '', 'li');
  const rules = [{ id: 'q-high', type: 'threshold', points: ['q'], version: 'v2' }];
  bench.setModel(toModel({ rules }));
  const changed = toModel({ rules });
  const rule = changed.rules[0];
  if (rule === undefined) throw new Error('no rule');
  expect(commissioning.isMute(changed, rule)).toBe(true);
  await watch.turn();
  const point = commissioning.points(SET).find(({ point: id }) => id === Q);
  expect(point).toMatchObject({
    state: 'unsigned',
    missing: ['alarm', 'ticket'],
    record: { changed: { what: ['alarms'], isVoid: true } },
  });
});

test('a store that refuses leaves memory as it was, and notes wait until it takes them', async () => {
  const { store, bench, create } = await openWatched();
  await bench.commissioning.begin({ equipment: SET }, BEGIN, 'li');
  const stored = store.commit.bind(store);
  let isFailing = true;
  Object.assign(store, {
    commit: (batch: Parameters<typeof stored>[0]) =>
      isFailing ? Promise.reject(new Error('disk full')) : stored(batch),
  });
  bench.read(P, 5);
  const watch = create();
  await watch.turn();
  expect(bench.commissioning.status().isHealthy).toBe(false);
  expect(bench.commissioning.points(SET)[0]?.record).toBeNull();
  isFailing = false;
  bench.clock.advance(COMMISSIONING_LIMITS.retryMs);
  await watch.turn();
  expect(bench.commissioning.status().isHealthy).toBe(true);
  expect(bench.commissioning.points(SET)[0]?.record?.seen).not.toBeNull();
});
