/**
 * Due times that are not what the records of their tickets say: planted in the store, in the ticket and in what the sweep goes
 * by, each is found, put right and counted, and what it would have kept silent is told.
 */
import pino from 'pino';
import { describe, expect, test } from 'vitest';
import { isTicketOpen, type Ticket } from '../../src/core/ticket.ts';
import { toEngineState } from '../../src/engine/boot.ts';
import { DueAudit } from '../../src/engine/due-audit.ts';
import { Tentative } from '../../src/engine/tentative.ts';
import type { BootState, TicketDueRow } from '../../src/store/store.ts';
import { toDues } from '../../src/tickets/dues.ts';
import { toSweepDueMs } from '../../src/tickets/sweep.ts';
import { EMPTY_BOOT } from '../support/memory-store.ts';
import { createTestPolicy } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, HOUR_MS, MINUTE_MS } from './alarm-rig.ts';

const SECOND_MS = 1_000;
const DAY_MS = 24 * HOUR_MS;

/** A pump alarm with its ticket. */
function open() {
  const rig = createRig();
  rig.feed(15);
  rig.loop.advance(SECOND_MS);
  const ticket = (): Ticket => {
    const [found] = rig.loop.tickets();
    if (found === undefined) throw new Error('no ticket');
    return found;
  };
  /** As stored last. */
  const rows = (): readonly TicketDueRow[] => {
    const write = rig.loop.writes.findLast((one) => one.type === 'ticket-dues');
    return write?.type === 'ticket-dues' ? write.dues : [];
  };
  return { loop: rig.loop, feed: (value: number) => rig.feed(value), ticket, rows };
}

/** Every clock that runs is due so much later than its marks say. */
function postpone(boot: BootState, byMs: number): BootState {
  const later = (ms: number | null): number | null => (ms === null ? null : ms + byMs);
  const tickets = boot.tickets.map((ticket) => ({
    ...ticket,
    clocks: ticket.clocks.map((clock) =>
      clock.stoppedAtMs === null
        ? { ...clock, dueAtMs: later(clock.dueAtMs), warnAtMs: later(clock.warnAtMs) }
        : clock,
    ),
  }));
  return { ...boot, tickets };
}

const alterRows = (boot: BootState, alter: (rows: NonNullable<BootState['dues']>) => BootState['dues']) => ({
  ...boot,
  dues: alter(boot.dues ?? []),
});

describe('a row in the store', () => {
  test.each<[string, (rows: NonNullable<BootState['dues']>) => BootState['dues']]>([
    ['that is a day late', (rows) => rows.map((row) => ({ ...row, dueAtMs: row.dueAtMs + DAY_MS }))],
    ['that is missing', (rows) => rows.slice(1)],
    ['that is one too many', (rows) => rows.flatMap((row) => [row, { ...row, clock: 'no-such-clock' }])],
  ])('%s is found at the start and written anew, once', (_what, alter) => {
    const { loop, ticket, rows } = open();
    const { version } = ticket();
    expect(rows().length).toBeGreaterThan(0);
    const stored = rows();
    loop.restart(SECOND_MS, undefined, (boot) => alterRows(boot, alter));
    const before = loop.writes.length;
    loop.advance(SECOND_MS);
    expect(loop.counters().dueCorrections).toBe(1);
    expect(loop.writes.slice(before).filter(({ type }) => type === 'ticket-dues')).toHaveLength(1);
    expect(rows()).toEqual(stored);
    // The ticket itself was right: nobody who looks at it is told of a newer version.
    expect(ticket().version).toBe(version);
    loop.advance(3 * MINUTE_MS);
    expect(loop.counters().dueCorrections).toBe(1);
  });

  test('is not looked at when the ticket has changed before its turn: then it was written anew anyway', () => {
    const { loop, ticket } = open();
    loop.restart(SECOND_MS, undefined, (boot) => alterRows(boot, () => []));
    loop.command(toTicketCommand(ticket(), { type: 'note', note: 'looked at it' }));
    loop.advance(SECOND_MS);
    expect(loop.counters().dueCorrections).toBe(0);
  });

  test('of a store that keeps none is not missed', () => {
    const { loop } = open();
    loop.restart(SECOND_MS, undefined, (boot) => ({ ...boot, dues: null }));
    loop.advance(SECOND_MS);
    expect(loop.counters().dueCorrections).toBe(0);
  });
});

describe('a clock of a ticket', () => {
  test('that is due later than its marks say is put right, on the record, and its breach is told in time', () => {
    const right = open();
    const { loop, ticket } = open();
    const due = () => ticket().clocks.map(({ id, dueAtMs }) => [id, dueAtMs]);
    const before = due();
    loop.restart(SECOND_MS, undefined, (boot) => postpone(boot, DAY_MS));
    expect(due()).not.toEqual(before);
    loop.advance(SECOND_MS);
    expect(due()).toEqual(before);
    expect(loop.counters().dueCorrections).toBe(1);
    const said = loop.announced().filter((line) => line.endsWith('clocks-moved'));
    expect(said).toHaveLength(1);
    const moved = loop.writes.find(
      (write) => write.type === 'ticket-event' && write.event.type === 'clocks-moved',
    );
    expect(moved).toMatchObject({ event: { by: 'gateway', detail: { reason: 'audit' } } });
    const told = (it: typeof loop): string[] =>
      it.announced().filter((line) => line.includes('clock-breached'));
    const running = ticket().clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null);
    const firstMs = Math.min(...running.map(({ dueAtMs }) => dueAtMs ?? Number.POSITIVE_INFINITY));
    const leftMs = firstMs - loop.clock.now().wallMs;
    right.loop.restart(SECOND_MS);
    right.loop.announced();
    right.loop.advance(leftMs + MINUTE_MS);
    loop.advance(leftMs + MINUTE_MS);
    const breached = told(right.loop);
    expect(breached).toHaveLength(1);
    expect(told(loop)).toEqual(breached);
    expect(right.loop.counters().dueCorrections).toBe(0);
  });

  test('is left alone where the version of the policy is not known', () => {
    const { loop } = open();
    const foreign = (boot: BootState): BootState => ({
      ...postpone(boot, DAY_MS),
      tickets: postpone(boot, DAY_MS).tickets.map((one) => ({ ...one, policyVersion: 'long-gone' })),
    });
    loop.restart(SECOND_MS, undefined, foreign);
    loop.advance(2 * MINUTE_MS);
    expect(loop.counters().dueCorrections).toBe(0);
  });
});

test('a correction that cannot be stored is not counted, and comes again', () => {
  const { loop, rows } = open();
  const stored = rows();
  loop.restart(SECOND_MS, undefined, (boot) => alterRows(boot, () => []));
  loop.failCommits(true);
  loop.advance(5 * SECOND_MS);
  expect(loop.counters().dueCorrections).toBe(0);
  loop.failCommits(false);
  loop.advance(SECOND_MS);
  expect(loop.counters().dueCorrections).toBe(1);
  expect(rows()).toEqual(stored);
});

test('a day of warnings, breaches, work and a step of the wall clock leaves the audit nothing to say', () => {
  const { loop, ticket, feed } = open();
  loop.advance(40 * MINUTE_MS);
  loop.command(toTicketCommand(ticket(), { type: 'take', readBack: 'pump' }));
  loop.clock.stepWall(HOUR_MS);
  loop.advance(10 * MINUTE_MS);
  feed(1);
  loop.restart(90 * MINUTE_MS);
  loop.advance(5 * MINUTE_MS);
  loop.clock.stepWall(-2 * HOUR_MS);
  loop.advance(5 * MINUTE_MS);
  expect(isTicketOpen(ticket())).toBe(true);
  expect(loop.counters().dueCorrections).toBe(0);
});

describe('a pass', () => {
  const policy = createTestPolicy();
  const now = { wallMs: 10 * DAY_MS, monoMs: 1_000, bootId: 'boot' };

  function start(count: number) {
    const { loop } = open();
    const [given] = loop.tickets();
    if (given === undefined) throw new Error('no ticket');
    const wallMs = given.receivedAtMs + SECOND_MS;
    const tickets = Array.from({ length: count }, (_, at): Ticket => {
      const id = `GC-${at}` as Ticket['id'];
      return { ...given, id, number: id };
    });
    const dues = tickets.flatMap((ticket) =>
      toDues(ticket, policy).map((row) => ({ ...row, ticket: ticket.id })),
    );
    const boot: BootState = { ...EMPTY_BOOT, tickets, dues };
    const state = toEngineState(boot, given.site, () => policy, { ...now, wallMs });
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const audit = new DueAudit(boot, log);
    const sweep = (monoMs: number): Tentative => {
      const tx = new Tentative(state);
      const part = audit.take(tx, () => policy, { ...now, wallMs, monoMs });
      tx.merge();
      part.settle();
      return tx;
    };
    return { state, audit, sweep, tickets, lines };
  }

  test('takes a bounded number of tickets in one sweep, reaches all of them, and begins anew after a minute', () => {
    const { state, audit, sweep, tickets, lines } = start(60);
    // What the sweep goes by, as a slip of ours would leave it: it would never look at these again.
    for (const { id } of tickets) state.dueAtMs.set(id, Number.POSITIVE_INFINITY);
    const seen = [0, 250, 500, 750].map((monoMs) => {
      sweep(monoMs);
      return audit.corrections;
    });
    expect(seen).toEqual([25, 50, 60, 60]);
    for (const ticket of tickets) expect(state.dueAtMs.get(ticket.id)).toBe(toSweepDueMs(ticket, policy));
    expect(lines.map((line) => (JSON.parse(line) as { corrected: number }).corrected)).toEqual([25, 25, 10]);
    const [first] = tickets;
    if (first === undefined) throw new Error('no ticket');
    state.dueAtMs.delete(first.id);
    sweep(59_999);
    expect(audit.corrections).toBe(60);
    // Of the last pass: a minute after that began.
    sweep(60_750);
    expect(audit.corrections).toBe(61);
    expect(lines.at(-1)).toContain('GC-0 moment');
  });

  test('over tickets that are right writes nothing', () => {
    const { audit, sweep } = start(30);
    for (const monoMs of [0, 250, 500, 60_750]) expect(sweep(monoMs).toBatch()).toBeNull();
    expect(audit.corrections).toBe(0);
  });
});
