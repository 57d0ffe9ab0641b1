/**
 * A drill record as it is made from the drill that has ended and its tickets. Pure. What people add is records.ts.
 */
import { isDownstreamOf, isPartOf } from '../config/dependence.ts';
import type { SiteModel } from '../config/model.ts';
import { DRILL_KIND_NAMES, type DrillKind, type DrillLine, type DrillRecord } from '../core/drill-record.ts';
import type { EquipmentId } from '../core/ids.ts';
import { KINDS, type System } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';
import { ENTRAPMENT_STEPS } from '../core/ticket-sheets.ts';
import type { DrillRow } from '../store/store.ts';
import { DRILL_RECORD_LIMITS } from './limits.ts';

export interface EndedDrill {
  readonly id: string;
  readonly equipment: EquipmentId;
  readonly drill: DrillRow;
  readonly endedAtMs: number;
  /** User who ended it, or `gateway` when its time was over. */
  readonly endedBy: string;
}

/** @param tickets of the site, of which those of this drill are taken */
export function toDrillRecord(
  { id, equipment, drill, endedAtMs, endedBy }: EndedDrill,
  tickets: Iterable<Ticket>,
  model: SiteModel,
): DrillRecord {
  const own = toOwnTickets(tickets, equipment, drill, model);
  const place = model.equipment.get(equipment)?.location;
  return {
    id,
    revision: 1,
    kind: toDrillKind(equipment, model),
    equipment,
    content: drill.reason,
    place: (place === undefined ? undefined : model.locations.get(place)?.path) ?? { zh: '', en: '' },
    // A wall clock that was set back in between must not turn the two round.
    beganAtMs: Math.min(drill.atMs, endedAtMs),
    endedAtMs,
    begunBy: drill.by,
    tickets: own.map(({ id: ticket, number }) => ({ id: ticket, number })),
    participants: toParticipants(drill.by, own),
    flow: toFlow(own),
    evaluation: null,
    writtenBy: endedBy,
    writtenAtMs: endedAtMs,
  };
}

export interface EndedDrillTicket {
  readonly id: string;
  /** Closed or cancelled. */
  readonly ticket: Ticket;
  readonly endedBy: string;
  readonly nowMs: number;
}

/** Of a drill that was one ticket, opened by a person: without equipment it was one of people and telephones. */
export function toTicketDrillRecord(
  { id, ticket, endedBy, nowMs }: EndedDrillTicket,
  model: SiteModel,
): DrillRecord {
  return {
    id,
    revision: 1,
    kind: ticket.equipment === null ? 'notification' : toDrillKind(ticket.equipment, model),
    equipment: ticket.equipment,
    content: ticket.content.zh,
    place: ticket.place,
    beganAtMs: Math.min(ticket.receivedAtMs, nowMs),
    endedAtMs: nowMs,
    begunBy: ticket.firstReceiver,
    tickets: [{ id: ticket.id, number: ticket.number }],
    participants: toParticipants(ticket.firstReceiver, [ticket]),
    flow: toFlow([ticket]),
    evaluation: null,
    writtenBy: endedBy,
    writtenAtMs: nowMs,
  };
}

/** What the equipment stands for; people may correct it. */
export function toDrillKind(equipment: EquipmentId, model: SiteModel): DrillKind {
  const kind = model.equipment.get(equipment)?.kind;
  const whole = model.equipment.get(equipment)?.parent ?? null;
  if (whole !== null) return toDrillKind(whole, model);
  return kind === undefined ? 'other' : (DRILL_OF[KINDS[kind].system] ?? 'other');
}

const DRILL_OF: Readonly<Partial<Record<System, DrillKind>>> = {
  lift: 'lift-fault',
  power: 'power-failure',
  fire: 'fire',
  'fire-water': 'fire',
  water: 'flood',
  drainage: 'flood',
};

/** Opened in the drill, of its equipment, a part of it, or what depends on it where the drill is of the whole; oldest first. */
function toOwnTickets(
  tickets: Iterable<Ticket>,
  equipment: EquipmentId,
  { atMs, isWhole }: DrillRow,
  model: SiteModel,
): readonly Ticket[] {
  const isOwn = (id: EquipmentId | null): boolean =>
    id !== null &&
    (isPartOf(model, id, equipment) || (isWhole === true && isDownstreamOf(model, id, equipment)));
  return [...tickets]
    .filter((ticket) => ticket.isDrill && ticket.receivedAtMs >= atMs && isOwn(ticket.equipment))
    .sort((a, b) => a.receivedAtMs - b.receivedAtMs)
    .slice(0, DRILL_RECORD_LIMITS.tickets);
}

/** Everybody who had to do with its tickets, whoever began it first. */
export function toParticipants(begunBy: string, tickets: readonly Ticket[]): readonly string[] {
  const names = [begunBy, ...tickets.flatMap(toActed)].filter((name) => name !== undefined && name !== null);
  const people = names.filter((name) => name !== 'gateway');
  return [...new Set(people)].slice(0, DRILL_RECORD_LIMITS.participants);
}

/** Who wrote its steps and its sheets; tickets of before marks named anybody say it by their fields. */
function toActed(ticket: Ticket): readonly (string | null | undefined)[] {
  const { firstReceiver, takenBy, handler, agreement, acceptance, visit, cancellation, fire } = ticket;
  const sheets = [fire?.steps, ticket.entrapment?.steps].flatMap((steps) => Object.values(steps ?? {}));
  return [
    firstReceiver,
    ...ticket.marks.map(({ by }) => by),
    takenBy,
    handler,
    ...[agreement, acceptance, visit, cancellation, fire].map((part) => part?.by),
    ...sheets.map(({ by }) => by),
    ...ticket.attachments.map(({ by }) => by),
  ];
}

/** From the marks of the tickets, each step with the number of its ticket. */
export function toFlow(tickets: readonly Ticket[]): readonly DrillLine[] {
  const lines = tickets.flatMap(({ number, marks, content }) =>
    marks.flatMap(({ type, atMs }): DrillLine[] => {
      const said = LINES[type];
      if (said === undefined) return [];
      const what =
        type === 'received' ? { zh: `：${content.zh}`, en: `: ${content.en}` } : { zh: '', en: '' };
      return [{ atMs, text: { zh: `${number} ${said.zh}${what.zh}`, en: `${number} ${said.en}${what.en}` } }];
    }),
  );
  return lines.sort((a, b) => a.atMs - b.atMs).slice(0, DRILL_RECORD_LIMITS.lines);
}

/** What a reader of the record wants to know; other marks are notes of the clocks. */
const LINES: Readonly<Partial<Record<TicketMark['type'], Text>>> = {
  received: { zh: '建单', en: 'opened' },
  dispatched: { zh: '派单', en: 'dispatched' },
  taken: { zh: '签收', en: 'taken' },
  arrived: { zh: '到场', en: 'on site' },
  started: { zh: '开始处理', en: 'work began' },
  escalated: { zh: '升级', en: 'escalated' },
  done: { zh: '处理完毕', en: 'done' },
  accepted: { zh: '验收', en: 'accepted' },
  visited: { zh: '回访', en: 'return visit' },
  closed: { zh: '关闭', en: 'closed' },
  reworked: { zh: '返工', en: 'rework' },
  cancelled: { zh: '撤销', en: 'cancelled' },
  entrapment: { zh: '启用困人记录', en: 'entrapment sheet begun' },
  ...ENTRAPMENT_STEPS,
};

/** Kinds that are due once a year: those that the site has equipment for; telephones it always has. */
export function toRequiredKinds(model: SiteModel): readonly DrillKind[] {
  const own = new Set([...model.equipment.keys()].map((id) => toDrillKind(id, model)));
  return DRILL_KIND_NAMES.filter((kind) => kind === 'notification' || (kind !== 'other' && own.has(kind)));
}
