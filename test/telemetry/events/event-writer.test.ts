/** Events and states of links on their way to the sink: each once, whatever dies in between. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SiteModel } from '../../../src/config/model.ts';
import type { FigureLine, FigureResult, FigureSink } from '../../../src/sinks/sink.ts';
import type { AlarmLogRow, TicketLogRow } from '../../../src/store/store.ts';
import {
  createEventWriter,
  EVENT_LIMITS,
  type EventLimits,
  type EventWriter,
} from '../../../src/telemetry/events/event-writer.ts';
import { openTestStore } from '../../store/support/open.ts';
import * as rows from '../../store/support/rows.ts';
import { ALARM_ROW, EVENT_MS, LINK_STATUS, TICKET_ROW } from '../../support/event-rows.ts';
import { temporaryDirectory, until } from '../hosting.ts';

const QUICK: EventLimits = { ...EVENT_LIMITS, lookMs: 5, gatherMs: 1, retryMs: 2, retryMaxMs: 5 };
const MODEL = {
  site: { id: 'tower' },
  links: new Map([['bus', { id: 'bus', protocol: 'modbus' }]]),
} as unknown as SiteModel;

let directory = '';
let monoMs = 0;
let alarms: AlarmLogRow[] = [];
let tickets: TicketLogRow[] = [];
let sink = createSink();
const opened: EventWriter[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
  monoMs = 0;
  alarms = [];
  tickets = [];
  sink = createSink();
});
afterEach(async () => {
  for (const writer of opened.splice(0)) await writer.stop();
  await rm(directory, { recursive: true, force: true });
});

interface TestSink extends FigureSink {
  answer: (lines: readonly FigureLine[]) => FigureResult | Promise<FigureResult>;
  readonly accepted: FigureLine[];
}

function createSink(): TestSink {
  const made: TestSink = {
    answer: () => ({ outcome: 'accepted', refused: null }),
    accepted: [],
    openStatements: [],
    close: () => undefined,
    async write(lines) {
      const result = await made.answer(lines);
      if (result.outcome === 'accepted') made.accepted.push(...lines);
      return result;
    },
  };
  return made;
}

const DOWN: FigureResult = { outcome: 'retry', state: 'down', reason: 'connection refused', waitMs: null };

function open(limits = QUICK): EventWriter {
  const writer = createEventWriter({
    model: MODEL,
    sink,
    queries: {
      alarmLog: async (fromId, limit) => alarms.filter(({ id }) => id >= fromId).slice(0, limit),
      ticketLog: async (fromId, limit) => tickets.filter(({ id }) => id >= fromId).slice(0, limit),
    },
    links: () => [LINK_STATUS],
    cursorPath: join(directory, 'events.json'),
    clock: { now: () => ({ monoMs, wallMs: EVENT_MS + monoMs, bootId: 'boot' }) },
    log: pino({ level: 'silent' }),
    limits,
  });
  opened.push(writer);
  writer.start();
  return writer;
}

function alarm(id: number, changes: Partial<AlarmLogRow> = {}): AlarmLogRow {
  return { ...ALARM_ROW, id, hash: `a${id}`, atMs: EVENT_MS + id, ...changes };
}

function ticket(id: number, changes: Partial<TicketLogRow> = {}): TicketLogRow {
  return { ...TICKET_ROW, id, hash: `t${id}`, atMs: EVENT_MS + id, ...changes };
}

const identity = ({ measurement, tags, stampUs }: FigureLine): string =>
  `${measurement} ${JSON.stringify(tags)} ${stampUs}`;
const of = (measurement: string): readonly FigureLine[] =>
  sink.accepted.filter((line) => line.measurement === measurement);

async function cursor(): Promise<string> {
  return await readFile(join(directory, 'events.json'), 'utf8').catch(() => '');
}

test('every event of the histories is written once, with its time', async () => {
  alarms = [alarm(1), alarm(2, { type: 'acknowledged' }), alarm(3, { type: 'ended' })];
  tickets = [ticket(1), ticket(2, { type: 'closed', stage: 'closed' })];
  const writer = open();
  await until(
    () => of('alarm').length === 3 && of('ticket').length === 2,
    () => JSON.stringify(sink.accepted),
  );
  alarms.push(alarm(4, { type: 're-raised' }));
  writer.notify();
  await until(
    () => of('alarm').length === 4,
    () => JSON.stringify(of('alarm')),
  );
  expect(of('alarm')[0]).toEqual({
    measurement: 'alarm',
    tags: { site: 'tower', equipment: 'pump-1', rule: 'tripped', severity: 'high' },
    fields: {
      event: 1,
      change: 1,
      active: 1,
      value: 1,
      count: 1,
      event_text: 'raised',
      occurrence_text: 'occurrence-1',
    },
    stampUs: (EVENT_MS + 1) * 1_000 + 1,
  });
  expect(of('alarm').map(({ fields }) => fields['change'])).toEqual([1, 0, -1, 0]);
  expect(of('ticket').map(({ fields }) => fields['change'])).toEqual([1, -1]);
  expect(writer.counters()).toMatchObject({ events: 6, refused: 0, failures: 0 });
});

test('two events of one alarm in one ms do not overwrite each other', async () => {
  alarms = [alarm(1, { atMs: EVENT_MS }), alarm(2, { atMs: EVENT_MS, type: 'severity-changed' })];
  open();
  await until(
    () => of('alarm').length === 2,
    () => JSON.stringify(sink.accepted),
  );
  expect(new Set(of('alarm').map(identity)).size).toBe(2);
  expect(of('alarm').map(({ stampUs }) => Math.floor(stampUs / 1_000))).toEqual([EVENT_MS, EVENT_MS]);
});

test('what is sent again after a crash before the cursor was saved is the same event', async () => {
  alarms = [alarm(1), alarm(2)];
  const first = open();
  await until(
    async () => (await cursor()).includes('"a2"'),
    () => JSON.stringify(sink.accepted),
  );
  await first.stop();
  await rm(join(directory, 'events.json'));
  open();
  await until(
    () => of('alarm').length === 4,
    () => JSON.stringify(sink.accepted),
  );
  expect(new Set(of('alarm').map(identity)).size).toBe(2);
});

test('a restart goes on behind what was confirmed', async () => {
  alarms = [alarm(1), alarm(2)];
  const first = open();
  await until(
    async () => (await cursor()).includes('"a2"'),
    () => JSON.stringify(sink.accepted),
  );
  await first.stop();
  alarms.push(alarm(3));
  open();
  await until(
    () => of('alarm').length >= 3,
    () => JSON.stringify(sink.accepted),
  );
  expect(of('alarm').map(({ stampUs }) => stampUs % 1_000)).toEqual([1, 2, 3]);
});

test('while the sink is away events wait in their history, and come in order afterwards', async () => {
  sink.answer = () => DOWN;
  const writer = open();
  alarms = Array.from({ length: 1_200 }, (_, at) => alarm(at + 1));
  await until(
    () => writer.counters().failures > 2,
    () => JSON.stringify(writer.counters()),
  );
  expect(await cursor()).toBe('');
  sink.answer = () => ({ outcome: 'accepted', refused: null });
  await until(
    () => of('alarm').length === 1_200,
    () => String(of('alarm').length),
  );
  const stamps = of('alarm').map(({ stampUs }) => stampUs);
  expect(stamps).toEqual(stamps.toSorted((one, other) => one - other));
});

test('a history that is not the one of the cursor is told from its beginning', async () => {
  const place = { id: 7, hash: 'of another database' };
  await writeFile(
    join(directory, 'events.json'),
    JSON.stringify({ version: 1, alarm: place, ticket: { id: 0, hash: '' } }),
  );
  alarms = [alarm(1), alarm(2)];
  open();
  await until(
    () => of('alarm').length === 2,
    () => JSON.stringify(sink.accepted),
  );
});

test('a damaged cursor means that everything is told again', async () => {
  await writeFile(join(directory, 'events.json'), '{"version":1,"alarm":{"id":');
  alarms = [alarm(1)];
  open();
  await until(
    () => of('alarm').length === 1,
    () => JSON.stringify(sink.accepted),
  );
});

test('lines that the sink refuses for good are counted and hold up nothing', async () => {
  sink.answer = () => ({ outcome: 'accepted', refused: { lines: 1, reason: 'field type conflict' } });
  alarms = [alarm(1)];
  tickets = [ticket(1)];
  const writer = open();
  await until(
    () => of('ticket').length === 1,
    () => JSON.stringify(sink.accepted),
  );
  expect(writer.counters().refused).toBe(3);
});

test('links are written once a minute, with their figures', async () => {
  const writer = open();
  await until(
    () => of('link').length === 1,
    () => JSON.stringify(sink.accepted),
  );
  monoMs += 59_000;
  alarms = [alarm(1)];
  writer.notify();
  await until(
    () => of('alarm').length === 1,
    () => JSON.stringify(sink.accepted),
  );
  expect(of('link')).toHaveLength(1);
  monoMs += 1_000;
  await until(
    () => of('link').length === 2,
    () => JSON.stringify(sink.accepted),
  );
  expect(of('link')[1]).toEqual({
    measurement: 'link',
    tags: { site: 'tower', link: 'bus', protocol: 'modbus' },
    fields: {
      state: 4,
      state_text: 'online',
      requests: 100,
      replies: 98,
      timeouts: 1,
      exceptions: 1,
      reconnects: 0,
      readings: 500,
      'stale-readings': 2,
      'busy-ratio': 0.25,
      'reached-ratio': 1,
      'latency-p50': 12,
      'latency-p99': 40,
    },
    stampUs: (EVENT_MS + 60_000) * 1_000,
  });
});

test('of the states of links that wait the oldest are dropped and counted', async () => {
  sink.answer = () => DOWN;
  const writer = open({ ...QUICK, linkMs: 1, waitingLines: 3 });
  await until(
    () => {
      monoMs += 1;
      return writer.counters().dropped_link_lines > 5;
    },
    () => JSON.stringify(writer.counters()),
  );
  sink.answer = () => ({ outcome: 'accepted', refused: null });
  await until(
    () => of('link').length >= 3,
    () => JSON.stringify(sink.accepted),
  );
});

test('a write that hangs does not keep it from stopping', async () => {
  const written = Promise.withResolvers<void>();
  const writer = open();
  await until(
    () => of('link').length === 1,
    () => JSON.stringify(sink.accepted),
  );
  sink.write = (_lines, _resolution, signal) => {
    written.resolve();
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(DOWN), { once: true });
    });
  };
  alarms = [alarm(1)];
  await written.promise;
  await writer.stop();
  expect(await cursor()).toBe('');
});

test('the store tells its histories row by row, with what a line needs', async () => {
  const { store } = await openTestStore();
  await store.commit({
    writes: [
      rows.occurrence('o-1'),
      rows.alarmEvent('o-1'),
      rows.alarmEvent('o-1'),
      rows.ticket('t-1'),
      rows.ticketEvent('t-1'),
    ],
  });
  const log = await store.queries.alarmLog(0, 10);
  expect(log.map(({ id }) => id)).toEqual([1, 2]);
  expect(await store.queries.alarmLog(2, 10)).toEqual(log.slice(1));
  expect(await store.queries.alarmLog(0, 1)).toEqual(log.slice(0, 1));
  expect(new Set(log.map(({ hash }) => hash)).size).toBe(2);
  const [ticketRow] = await store.queries.ticketLog(0, 10);
  const kept = await store.queries.ticket('t-1');
  expect(ticketRow).toMatchObject({
    ticket: 't-1',
    number: kept?.number,
    site: kept?.site,
    class: kept?.class,
    equipment: kept?.equipment,
  });
});
