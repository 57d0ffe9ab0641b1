/** A gateway that decides live on a fake clock and journals what it read to a real journal, for replays to be held against. */
import { join } from 'node:path';
import pino from 'pino';
import type { SiteModel } from '../../src/config/model.ts';
import type { AlarmEvent } from '../../src/core/alarm.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { ReadingBatch } from '../../src/core/reading.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import { Decisions, type Round } from '../../src/engine/decisions.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import type { WriteBatch } from '../../src/store/store.ts';
import { toDownTime } from '../../src/telemetry/down-time.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createStoreState } from '../support/store-state.ts';
import { openHost } from '../telemetry/hosting.ts';

/** Point, value (NaN where bad), quality. */
export type Row = readonly [point: number, value: number, quality: number];

export interface Recording {
  /** Readings of one instant; what time brought before is decided first. */
  feed(atMs: number, rows: readonly Row[]): void;
  passTo(ms: number): void;
  /** Ended at `fromMs`, up again at `toMs`. */
  restart(fromMs: number, toMs: number): void;
  /** What was journalled, into `<data>/journal`, and what was stored, into its database. */
  write(data: string): Promise<void>;
  /** Tickets as they are stored. */
  tickets(): readonly Ticket[];
  /** As if a person had done it. */
  putTicket(ticket: Ticket): void;
  /** Announced so far, in order: what identical replays have the same of. */
  readonly said: string[];
}

/** @param sweepMs how often time is looked at; a live gateway does so each 250 ms */
export function record(model: SiteModel, startMs: number, sweepMs: number = LIMITS.sweepMs): Recording {
  const store = createStoreState();
  const batches: ReadingBatch[] = [];
  const stored: WriteBatch[] = [];
  const said: string[] = [];
  let nowMs = startMs;
  let griddedMs = startMs;
  let decisions = begin();

  function begin(): Decisions {
    const options = { model, latest: createLatest(model), recent: () => [], log: pino({ level: 'silent' }) };
    return new Decisions(options, store.boot(nowMs - model.policy.reopenMs), now());
  }
  function now() {
    return { wallMs: nowMs, monoMs: nowMs, bootId: 'live' };
  }
  const commit = (batch: WriteBatch): void => {
    store.commit(batch);
    stored.push(batch);
  };
  const settle = (round: Round): void => {
    const { batch, alarmEvents, ticketEvents } = round;
    if (batch !== null) commit(batch);
    round.settle();
    said.push(...alarmEvents.map(toAlarmLine), ...ticketEvents.flatMap(toTicketLine));
  };
  const passTo = (ms: number): void => {
    for (; griddedMs + sweepMs <= ms; ) {
      griddedMs += sweepMs;
      nowMs = griddedMs;
      settle(decisions.decide([], now(), () => undefined, true));
    }
    nowMs = ms;
  };
  return {
    said,
    passTo,
    feed(atMs, rows) {
      passTo(atMs);
      const builder = new ReadingBatchBuilder(model.epoch, rows.length);
      for (const [point, value, quality] of rows) builder.add(point, value, quality, atMs);
      const batch = builder.finish(atMs);
      batches.push(batch);
      if (decisions.accept(batch, now())) settle(decisions.decide([], now(), () => undefined, false));
    },
    restart(fromMs, toMs) {
      passTo(fromMs);
      settle(decisions.conclude(now()));
      batches.push(toDownTime(model, fromMs, fromMs));
      nowMs = toMs;
      griddedMs = Math.floor(toMs / sweepMs) * sweepMs;
      decisions = begin();
    },
    async write(data) {
      const host = await openHost({ directory: join(data, 'journal'), model, wallMs: () => nowMs });
      for (const batch of batches) host.append(batch);
      await host.close();
      const database = await openStore({ directory: data, log: pino({ level: 'silent' }) });
      for (const batch of stored) await database.commit(batch);
      await database.close();
    },
    tickets: () => store.boot(0).tickets,
    putTicket(ticket) {
      const expectedVersion = ticket.version;
      commit({
        writes: [{ type: 'ticket', ticket: { ...ticket, version: ticket.version + 1 }, expectedVersion }],
      });
    },
  };
}

export function toAlarmLine({ type, atMs, occurrence, note = '' }: AlarmEvent): string {
  const { id, key, severity, onsetAtMs, onsetAfterMs, count, level } = occurrence;
  return `${atMs} ${key} ${type} ${id} ${severity} ${level} ${onsetAfterMs}-${onsetAtMs} ×${count} ${note}`;
}

/** Clocks of tickets are the business of people, whom a replay does not have. */
export function toTicketLine({ type, atMs, ticket }: TicketEvent): readonly string[] {
  return type.startsWith('clock') ? [] : [`${atMs} ${ticket.number} ${type} ${ticket.priority}`];
}
