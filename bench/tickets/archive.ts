/**
 * The archive of a large site after years: tickets through all their stages, with the words, clocks and documents that real
 * ones have, a few hundred of them open. The same at every run.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { LocationId, SiteId, TicketId } from '../../src/core/ids.ts';
import type { Text } from '../../src/core/text.ts';
import { PRIORITY_NAMES, type Stage, TICKET_CLASS_NAMES, type Ticket } from '../../src/core/ticket.ts';
import type { TicketClock, TicketMark } from '../../src/core/ticket-clock.ts';
import { createCommitter } from '../../src/store/sqlite/commit.ts';
import type { Write } from '../../src/store/store.ts';
import { createTestTicket } from '../../test/support/ticket.ts';

/** About 270 tickets a day for two years. */
export const ARCHIVE_TICKETS = 200_000;
export const ARCHIVE_DAYS = 730;
export const ARCHIVE_END_MS = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const OPEN_TICKETS = 300;
const BATCH = 500;
const EQUIPMENT = 4_000;
const LOCATIONS = 800;
const PEOPLE = 60;

const THINGS: readonly Text[] = [
  { zh: '生活水泵', en: 'Domestic water pump' },
  { zh: '排污泵', en: 'Sump pump' },
  { zh: '客梯', en: 'Passenger lift' },
  { zh: '新风机组', en: 'Fresh air unit' },
  { zh: '烟感探头', en: 'Smoke detector' },
  { zh: '配电柜', en: 'Distribution board' },
  { zh: '走道照明', en: 'Corridor lighting' },
  { zh: '卫生间水龙头', en: 'Washroom tap' },
  { zh: '地下车库道闸', en: 'Car park barrier' },
  { zh: '消防水箱', en: 'Fire water tank' },
];
const FAULTS: readonly Text[] = [
  { zh: '漏水', en: 'leaks' },
  { zh: '异响', en: 'makes a noise' },
  { zh: '跳闸', en: 'has tripped' },
  { zh: '不启动', en: 'does not start' },
  { zh: '液位过高', en: 'level too high' },
  { zh: '通讯中断', en: 'does not answer' },
  { zh: '损坏', en: 'is broken' },
];
const CLOCKS: readonly (readonly [string, Text, number])[] = [
  ['record', { zh: '录入时限', en: 'Recording' }, 1],
  ['dispatch', { zh: '派单时限', en: 'Dispatch' }, 2],
  ['arrival', { zh: '到场时限', en: 'Arrival' }, 30],
  ['plan', { zh: '方案时限', en: 'Plan' }, 3],
  ['repair', { zh: '处理时限', en: 'Repair' }, 480],
  ['visit', { zh: '回访时限', en: 'Return visit' }, 2],
  ['file', { zh: '存档时限', en: 'Filing' }, 2_880],
];
const PASSED: readonly (readonly [TicketMark['type'], Stage])[] = [
  ['received', 'received'],
  ['recorded', 'recorded'],
  ['dispatched', 'dispatched'],
  ['taken', 'taken'],
  ['arrived', 'on-site'],
  ['diagnosed', 'diagnosed'],
  ['planned', 'planned'],
  ['started', 'handling'],
  ['done', 'done'],
  ['accepted', 'accepted'],
  ['visited', 'visited'],
  ['closed', 'closed'],
  ['archived', 'archived'],
];

/** Some seconds for each thousand. @param onProgress tickets so far */
export function fillArchive(
  database: DatabaseSync,
  tickets: number,
  onProgress: (done: number) => void,
): void {
  const committer = createCommitter(database);
  database.exec('pragma synchronous = off');
  for (let at = 0; at < tickets; at += BATCH) {
    const length = Math.min(BATCH, tickets - at);
    const writes = Array.from({ length }, (_, n): Write => {
      return { type: 'ticket', ticket: makeTicket(at + n, tickets), expectedVersion: null };
    });
    committer.commit({ writes });
    onProgress(at + length);
  }
}

/** Spreads neighbouring numbers over the whole range, the same way each time. */
function scatter(at: number, salt: number): number {
  const mixed = Math.imul((at + 1) ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

function pick<T>(from: readonly T[], at: number, salt: number): T {
  return from[Math.floor(scatter(at, salt) * from.length)] as T;
}

function makeTicket(at: number, tickets: number): Ticket {
  const receivedAtMs = Math.floor(ARCHIVE_END_MS - ((tickets - at) / tickets) * ARCHIVE_DAYS * DAY_MS);
  const isOpen = at >= tickets - OPEN_TICKETS;
  const [thing, fault] = [pick(THINGS, at, 1), pick(FAULTS, at, 2)];
  const equipment = Math.floor(scatter(at, 3) * EQUIPMENT);
  const place = {
    zh: `${equipment % 40}层${equipment % 7}号机房`,
    en: `Floor ${equipment % 40}, room ${equipment % 7}`,
  };
  const closedAtMs = isOpen ? null : receivedAtMs + Math.floor(scatter(at, 4) * 2 * DAY_MS);
  return createTestTicket({
    id: `t-${at}` as TicketId,
    number: `GC${new Date(receivedAtMs).toISOString().slice(0, 10).replaceAll('-', '')}-${String(at).padStart(6, '0')}`,
    site: 'tower' as SiteId,
    class: pick(TICKET_CLASS_NAMES, at, 5),
    priority: pick(PRIORITY_NAMES, at, 6),
    stage: isOpen ? 'handling' : 'archived',
    stageSinceMs: closedAtMs ?? receivedAtMs,
    receivedAtMs,
    recordedAtMs: receivedAtMs,
    closedAtMs,
    place,
    location: `place-${equipment % LOCATIONS}` as LocationId,
    equipment: `unit-${equipment}` as Ticket['equipment'],
    equipmentName: { zh: `${equipment}号${thing.zh}`, en: `${thing.en} ${equipment}` },
    faultKind: `fault-${FAULTS.indexOf(fault)}`,
    content: {
      zh: `${thing.zh}${fault.zh}，请派人处理`,
      en: `${thing.en} ${fault.en}, please send somebody`,
    },
    guidance: {
      zh: '到场后先断电挂牌，再检查机械部分，注意防滑',
      en: 'Isolate and tag first, then look at the machine; mind the wet floor',
    },
    assignee: `person-${Math.floor(scatter(at, 7) * PEOPLE)}`,
    takenBy: `person-${Math.floor(scatter(at, 7) * PEOPLE)}`,
    diagnosis: isOpen ? null : `现场检查为${fault.zh}，批次 ${at % 977}`,
    plan: '更换密封件并试运行三十分钟',
    result: isOpen ? null : '已更换密封件，试运行正常',
    reworkCount: scatter(at, 8) < 0.05 ? 1 : 0,
    marks: makeMarks(at, receivedAtMs),
    clocks: makeClocks(at, receivedAtMs),
    evidence: makeEvidence(receivedAtMs),
  });
}

function makeMarks(at: number, receivedAtMs: number): readonly TicketMark[] {
  return PASSED.map(([type, stage], step) => ({
    atMs: receivedAtMs + step * 10 * MINUTE_MS,
    type,
    stage,
    responsible: `person-${Math.floor(scatter(at, 7) * PEOPLE)}`,
  }));
}

function makeClocks(at: number, receivedAtMs: number): readonly TicketClock[] {
  return CLOCKS.map(([id, name, minutes], index) => {
    const limitMs = minutes * MINUTE_MS;
    const spentMs = Math.floor(scatter(at, 20 + index) * limitMs * 1.1);
    return {
      id,
      name,
      round: 1,
      startedAtMs: receivedAtMs,
      limitMs,
      warnAtMs: receivedAtMs + limitMs * 0.8,
      dueAtMs: receivedAtMs + limitMs,
      spentMs,
      isPaused: false,
      stoppedAtMs: receivedAtMs + spentMs,
      warnedAtMs: null,
      answeredAtMs: null,
      breachedAtMs: spentMs > limitMs ? receivedAtMs + limitMs : null,
      isBreachTold: spentMs > limitMs,
      responsible: null,
    };
  });
}

/** As it is frozen when an alarm opens a ticket: a minute of the point. */
function makeEvidence(receivedAtMs: number): Ticket['evidence'] {
  const samples = Array.from(
    { length: 30 },
    (_, n) => [receivedAtMs - 2_000 * n, 20 + (n % 7) / 10] as const,
  );
  return { atMs: receivedAtMs, points: [], trend: { point: 'unit/level', unit: 'm', samples } };
}
