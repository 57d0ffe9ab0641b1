/**
 * Tickets as they were stored before they had marks (version 0.1 of the data): the same ticket in the shape of today. What
 * was not recorded then stays empty; when the stages were passed is taken from the clocks of that time.
 */
import { assert } from '../core/assert.ts';
import type { Text } from '../core/text.ts';
import type { Attendance, Material, Priority, Stage, Ticket } from '../core/ticket.ts';
import type { TicketClock, TicketMark } from '../core/ticket-clock.ts';
import { NO_ESCALATION } from './escalation.ts';
import { toSettings } from './match.ts';
import { NOTHING_YET } from './new-ticket.ts';

type OldClockId = 'record' | 'dispatch' | 'arrival' | 'repair' | 'visit';

interface OldClock {
  readonly id: OldClockId;
  readonly startedAtMs: number;
  readonly warnAtMs: number;
  readonly dueAtMs: number;
  readonly stoppedAtMs: number | null;
  readonly warnedAtMs: number | null;
  readonly breachedAtMs: number | null;
}

type Same = Pick<
  Ticket,
  | 'id'
  | 'number'
  | 'version'
  | 'site'
  | 'source'
  | 'class'
  | 'priority'
  | 'stageSinceMs'
  | 'policyVersion'
  | 'isDrill'
  | 'receivedAtMs'
  | 'closedAtMs'
  | 'firstReceiver'
  | 'place'
  | 'location'
  | 'equipment'
  | 'equipmentName'
  | 'faultKind'
  | 'content'
  | 'guidance'
  | 'assignee'
  | 'takenBy'
  | 'diagnosis'
  | 'plan'
  | 'result'
  | 'amountYuan'
  | 'cancellation'
  | 'reworkCount'
  | 'alarms'
  | 'evidence'
>;

/** The shape of that time, as far as it differs. */
interface OldTicket extends Same {
  readonly channel: 'alarm' | 'counter' | 'phone' | 'page';
  readonly stage: Exclude<
    Stage,
    'received' | 'diagnosed' | 'planned' | 'agreed' | 'waiting' | 'archived' | 'merged'
  >;
  readonly recordedAtMs: number;
  readonly contact: Pick<Ticket['contact'], 'id' | 'name' | 'method'>;
  readonly materials: string | null;
  readonly acceptance: { readonly by: string; readonly opinion: string; readonly atMs: number } | null;
  readonly visit: {
    readonly by: string;
    readonly how: 'phone' | 'in-person';
    readonly isSatisfied: boolean;
    readonly note: string;
    readonly atMs: number;
  } | null;
  readonly clocks: readonly OldClock[];
}

/**
 * A stored ticket of any version. Rows of today come back as they are, with what they may lack.
 * @throws AssertionFailure when it is no ticket: the store holds nothing else
 */
export function toTicket(doc: unknown): Ticket {
  assert(typeof doc === 'object' && doc !== null && 'id' in doc && 'stage' in doc, 'a stored ticket');
  if ('marks' in doc) return { ...NOTHING_YET, ...(doc as Ticket) };
  return upgrade(doc as OldTicket);
}

function upgrade(old: OldTicket): Ticket {
  const { contact, materials, acceptance, visit, clocks, ...same } = old;
  const ticket: Ticket = {
    ...NOTHING_YET,
    ...same,
    flow: old.source === 'equipment-alarm' ? 'public-area' : 'daily',
    attendance: ATTENDANCES_OF[old.priority],
    round: 1 + old.reworkCount,
    contact: { ...contact, personal: null, isConfirmed: null },
    materials: toMaterials(materials),
    handler: old.result === null ? null : old.takenBy,
    acceptance: acceptance && { ...acceptance, manualReading: null, override: null },
    visit: visit && { ...visit, isRepaired: visit.isSatisfied, isChargeAgreed: null },
    isFirstFix: old.reworkCount > 0 ? false : null,
    escalation: { ...NO_ESCALATION, sinceMs: old.stageSinceMs },
    clocks: toClocks(clocks),
  };
  return { ...ticket, marks: toMarks(ticket, clocks) };
}

/** Only a priority decided when somebody had to be there. */
const ATTENDANCES_OF: Readonly<Record<Priority, Attendance>> = {
  emergency: 'emergency',
  urgent: 'urgent',
  normal: 'appointment',
};

function toMaterials(words: string | null): readonly Material[] {
  return words === null || words.trim() === '' ? [] : [{ name: words, quantity: 1, unit: '' }];
}

/** Which stage the end of a clock led to, and the event that ended it. */
const ENDS: Readonly<Partial<Record<OldClockId, Pick<TicketMark, 'type' | 'stage'>>>> = {
  dispatch: { type: 'taken', stage: 'taken' },
  arrival: { type: 'arrived', stage: 'on-site' },
  repair: { type: 'done', stage: 'done' },
  visit: { type: 'visited', stage: 'visited' },
};

/** How each stage was entered. */
const EVENT_OF: Readonly<Record<OldTicket['stage'], TicketMark['type']>> = {
  recorded: 'recorded',
  dispatched: 'dispatched',
  taken: 'taken',
  'on-site': 'arrived',
  handling: 'started',
  done: 'done',
  rework: 'reworked',
  accepted: 'accepted',
  visited: 'visited',
  closed: 'closed',
  cancelled: 'cancelled',
};

/** What is known for certain: receipt, record, the ends of clocks, reworks, and how the present stage began. */
function toMarks(ticket: Ticket, clocks: readonly OldClock[]): readonly TicketMark[] {
  const { receivedAtMs, recordedAtMs, stageSinceMs, stage } = ticket;
  const type = EVENT_OF[stage as OldTicket['stage']];
  const marks: TicketMark[] = [{ atMs: recordedAtMs ?? receivedAtMs, type: 'recorded', stage: 'recorded' }];
  const repairs = clocks.filter(({ id }) => id === 'repair');
  // Each further repair clock began with a rework.
  for (const { startedAtMs } of repairs.slice(1)) {
    if (startedAtMs < stageSinceMs) marks.push({ atMs: startedAtMs, type: 'reworked', stage: 'rework' });
  }
  for (const { id, stoppedAtMs, startedAtMs } of clocks) {
    const end = ENDS[id];
    if (id === 'visit' && startedAtMs < stageSinceMs)
      marks.push({ atMs: startedAtMs, type: 'accepted', stage: 'accepted' });
    if (end === undefined || stoppedAtMs === null || stoppedAtMs >= stageSinceMs) continue;
    // A rework or the end of the ticket stopped every clock: that says nothing of the stage.
    const isCut = marks.some((mark) => mark.type === 'reworked' && mark.atMs === stoppedAtMs);
    if (!isCut) marks.push({ atMs: stoppedAtMs, ...end });
  }
  marks.sort((a, b) => a.atMs - b.atMs);
  const first: TicketMark = {
    atMs: receivedAtMs,
    type: 'received',
    stage: 'received',
    settings: toSettings(ticket),
  };
  const isOpening = stage === 'recorded';
  return [first, ...marks, ...(isOpening ? [] : [{ atMs: stageSinceMs, type, stage }])];
}

/** As they were then; they are computed anew with the next event. */
function toClocks(clocks: readonly OldClock[]): readonly TicketClock[] {
  const rounds = new Map<OldClockId, number>();
  return clocks.map((clock): TicketClock => {
    const { id, startedAtMs, warnAtMs, dueAtMs, stoppedAtMs, warnedAtMs, breachedAtMs } = clock;
    const round = (rounds.get(id) ?? 0) + 1;
    rounds.set(id, round);
    return {
      id,
      name: NAMES[id],
      round,
      startedAtMs,
      limitMs: dueAtMs - startedAtMs,
      warnAtMs,
      dueAtMs,
      spentMs: Math.max(0, (stoppedAtMs ?? startedAtMs) - startedAtMs),
      isPaused: false,
      stoppedAtMs,
      warnedAtMs,
      answeredAtMs: null,
      breachedAtMs,
      isBreachTold: breachedAtMs !== null,
      responsible: null,
    };
  });
}

const NAMES: Readonly<Record<OldClockId, Text>> = {
  record: { zh: '录入时限', en: 'Recording' },
  dispatch: { zh: '派单时限', en: 'Dispatch' },
  arrival: { zh: '到场时限', en: 'Arrival' },
  repair: { zh: '处理时限', en: 'Repair' },
  visit: { zh: '回访时限', en: 'Return visit' },
};
