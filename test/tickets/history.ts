/**
 * What the record of a ticket says, read without the ticket's own marks: events in their order, and the marks that a clock
 * would go by if it knew nothing else. A lost mark of the ticket shows as a difference.
 */
import type { Policy } from '../../src/config/policy.ts';
import type { TicketId } from '../../src/core/ids.ts';
import type { Stage, Ticket, TicketEvent } from '../../src/core/ticket.ts';
import type { ClockSettings, SheetMark, TicketMark } from '../../src/core/ticket-clock.ts';
import { settingsOf } from './policy-oracle.ts';

export interface TicketHistory {
  /** As its last event left it. */
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
  readonly marks: readonly TicketMark[];
  /** That it was in, one after the other. */
  readonly stages: readonly Stage[];
  /** Versions of the policy that its events name. */
  readonly versions: readonly string[];
  /** Of the last event. */
  readonly sweptMs: number;
}

/** Told by clocks and of clocks: no clock goes by them. */
const OF_CLOCKS: readonly TicketEvent['type'][] = ['clock-warned', 'clock-breached', 'clocks-moved'];

const LATER: readonly unknown[] = ['unanswered', 'confirmed'];

const ON_SHEET: readonly TicketMark['type'][] = [
  'entrapment',
  'passengers-calmed',
  'maintainer-called',
  'rescue-called',
  'maintainer-arrived',
  'released',
  'back-in-service',
];

/** @param policyOf the one of that version */
export function readHistories(
  events: readonly TicketEvent[],
  policyOf: (version: string) => Policy,
): readonly TicketHistory[] {
  const byTicket = Map.groupBy(events, ({ ticket }) => ticket.id);
  const eventsOf = (id: string): readonly TicketEvent[] => byTicket.get(id as TicketId) ?? [];
  const marksOf = (id: string): readonly TicketMark[] => toMarks(eventsOf(id), takeOver);
  const takeOver = (marks: TicketMark[], into: Ticket, from: string): void => {
    takeStart(marks, into.receivedAtMs);
    const last = eventsOf(from).findLast(({ ticket }) => ticket.stage !== 'merged')?.ticket;
    if (last !== undefined) takeStarts(marks, marksOf(from), last, policyOf(into.policyVersion));
    if (!marks.some(({ type }) => type === 'entrapment')) takeSheet(marks, marksOf(from));
  };
  return [...byTicket.values()].map((own): TicketHistory => {
    const last = own.at(-1) as TicketEvent;
    return {
      ticket: last.ticket,
      events: own,
      marks: marksOf(last.ticket.id),
      stages: toStages(own),
      versions: own.map(({ ticket }) => ticket.policyVersion),
      sweptMs: last.atMs,
    };
  });
}

function toStages(events: readonly TicketEvent[]): readonly Stage[] {
  const all: readonly Stage[] = ['received', ...events.map(({ ticket }) => ticket.stage)];
  return all.filter((stage, at) => stage !== all[at - 1]);
}

/** @param takeOver what another ticket leaves to this one, into which it was merged */
function toMarks(
  events: readonly TicketEvent[],
  takeOver: (marks: TicketMark[], into: Ticket, from: string) => void,
): readonly TicketMark[] {
  const [first] = events;
  if (first === undefined) return [];
  let settings = settingsOf(first.ticket);
  const marks: TicketMark[] = [
    { atMs: first.ticket.receivedAtMs, type: 'received', stage: 'received', settings },
  ];
  let hasSheet = false;
  for (const { type, atMs, by, ticket, detail } of events) {
    if (OF_CLOCKS.includes(type)) continue;
    // Whoever is told later, because nobody answered or it was confirmed, is told in the course of the same report.
    if (type === 'reporting' && LATER.includes(detail['when'])) continue;
    // The gateway's own remarks stop nobody's clock.
    if (type === 'noted' && by === 'gateway') continue;
    const now = settingsOf(ticket);
    const isNew = !isSame(settings, now);
    settings = now;
    const base = { atMs, stage: ticket.stage };
    if (detail['kind'] === 'merged-from') {
      takeOver(marks, ticket, String(detail['ticket']));
      hasSheet = ticket.entrapment !== null;
    }
    const appointed = type === 'appointed' && ticket.appointment !== null;
    place(marks, {
      ...base,
      type,
      ...(isNew && { settings }),
      ...(appointed && { appointmentMs: ticket.appointment?.fromMs ?? 0 }),
    });
    if (ticket.entrapment !== null && !hasSheet) {
      hasSheet = true;
      marks.push({ ...base, type: 'entrapment' });
    }
    if (type === 'sheet-filled' && typeof detail['step'] === 'string' && detail['sheet'] === 'entrapment')
      marks.push({ ...base, type: detail['step'] as SheetMark });
  }
  return marks;
}

/**
 * In the order of time: what was due while the gateway was off is written by its own time, behind what happened since. What was
 * noted meanwhile was noted in the stage that it had brought.
 */
function place(marks: TicketMark[], mark: TicketMark): void {
  const before = marks.findLastIndex(({ atMs }) => atMs <= mark.atMs);
  // Whoever came before the dispatch brought no stage, nor does he with a ticket that is merged into another one later.
  if (mark.type === 'arrived' && mark.stage !== 'on-site') {
    marks.splice(before + 1, 0, { ...mark, stage: marks[before]?.stage ?? mark.stage });
    return;
  }
  for (let at = before + 1; at < marks.length; at++)
    marks[at] = { ...(marks[at] as TicketMark), stage: mark.stage };
  marks.splice(before + 1, 0, mark);
}

/** A ticket that another one is merged into keeps the earlier start of the two. */
function takeStart(marks: TicketMark[], receivedAtMs: number): void {
  const [born] = marks;
  if (born !== undefined) marks[0] = { ...born, atMs: receivedAtMs };
}

/** What clocks may begin with on the way to the work. */
const ON_THE_WAY: readonly TicketMark['type'][] = [
  'recorded',
  'dispatched',
  'taken',
  'arrived',
  'diagnosed',
  'planned',
  'agreed',
  'started',
];

/**
 * … and of each stage of its first round, unless a clock that begins with it was kept on the other ticket or stood still. The
 * stage itself is reached no earlier than the one before it.
 */
function takeStarts(
  marks: TicketMark[],
  others: readonly TicketMark[],
  from: Ticket,
  { clocks }: Policy,
): void {
  if (others.some(({ type }) => type === 'waited')) return;
  const kept = from.clocks.filter(
    ({ round, stoppedAtMs, breachedAtMs }) => round === 1 && stoppedAtMs !== null && breachedAtMs === null,
  );
  for (const type of ON_THE_WAY) {
    const going = clocks.filter(({ start }) => (start as string[]).includes(type));
    if (going.length === 0 || going.some(({ id }) => kept.some((clock) => clock.id === id))) continue;
    const at = firstOf(marks, type);
    const otherMs = others[firstOf(others, type)]?.atMs ?? Number.POSITIVE_INFINITY;
    const mark = marks[at];
    if (mark === undefined || otherMs >= mark.atMs) continue;
    const stageMs = Math.max(otherMs, enteredMs(marks, at - 1) ?? otherMs);
    if (stageMs === otherMs) pullBack(marks, at, otherMs);
    else {
      marks[at] = { type: 'opened', atMs: stageMs, stage: mark.stage };
      const before = marks.findLastIndex(({ atMs }) => atMs <= otherMs);
      const stage = marks[before]?.stage ?? 'received';
      marks.splice(before + 1, 0, { ...mark, atMs: otherMs }, { type: 'opened', atMs: otherMs, stage });
    }
  }
}

/** Since when the ticket was in the stage that it was in then: remarks do not change it. */
function enteredMs(marks: readonly TicketMark[], at: number): number | undefined {
  const stage = marks[at]?.stage;
  const before = marks.findLastIndex((mark, index) => index < at && mark.stage !== stage);
  return marks[before + 1]?.atMs;
}

/** What was noted since then was noted in the stage that it brings. */
function pullBack(marks: TicketMark[], at: number, atMs: number): void {
  const [mark] = marks.splice(at, 1);
  if (mark === undefined) return;
  const before = marks.findLastIndex((other, index) => index < at && other.atMs <= atMs);
  for (let index = before + 1; index < at; index++)
    marks[index] = { ...(marks[index] as TicketMark), stage: mark.stage };
  marks.splice(before + 1, 0, { ...mark, atMs });
}

/** Before the first rework; −1 = none. */
function firstOf(marks: readonly TicketMark[], type: string): number {
  const at = marks.findIndex((mark) => mark.type === type);
  const end = marks.findIndex((mark) => mark.type === 'reworked' || mark.type === 'reopened');
  return end >= 0 && at > end ? -1 : at;
}

/** … and goes on with the sheet of people in a lift where it had none: each line at its own time. */
function takeSheet(marks: TicketMark[], others: readonly TicketMark[]): void {
  for (const { type, atMs } of others.filter((mark) => ON_SHEET.includes(mark.type))) {
    const before = marks.findLastIndex((mark) => mark.atMs <= atMs);
    marks.splice(before + 1, 0, { type, atMs, stage: marks[before]?.stage ?? 'received' });
  }
}

function isSame(a: ClockSettings, b: ClockSettings): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
