/**
 * Which stages a ticket passes, and when it reached each in the round that runs. Its path where the gateway names it; else
 * those of the document, without the agreement that only owner-facing work has. Pure.
 */
import type { HistoryEntry, Ticket } from '../api/types.ts';

type Stage = Ticket['stage'];

export interface WayStage {
  readonly stage: Stage;
  /** null = not yet, or passed over. */
  readonly atMs: number | null;
  /** The policy lets it be passed over. */
  readonly isOptional: boolean;
}

const DOCUMENT: readonly Stage[] = [
  'recorded',
  'dispatched',
  'taken',
  'on-site',
  'diagnosed',
  'planned',
  'agreed',
  'handling',
  'done',
  'accepted',
  'visited',
  'closed',
  'archived',
];

/** Event that reaches each stage. */
const REACHED_BY: Readonly<Partial<Record<Stage, string>>> = {
  received: 'opened',
  recorded: 'recorded',
  dispatched: 'dispatched',
  taken: 'taken',
  'on-site': 'arrived',
  diagnosed: 'diagnosed',
  planned: 'planned',
  agreed: 'agreed',
  handling: 'started',
  done: 'done',
  accepted: 'accepted',
  visited: 'visited',
  closed: 'closed',
  archived: 'archived',
};

type WayTicket = Pick<Ticket, 'stage' | 'flow' | 'waiting' | 'receivedAtMs' | 'recordedAtMs'> & {
  /** Stages of the policy's path; an older gateway leaves them out. */
  readonly path?: readonly Stage[];
  readonly optionalStages?: readonly Stage[];
};

export function toWay(
  ticket: WayTicket,
  history: readonly HistoryEntry[],
): { readonly stages: readonly WayStage[]; readonly current: number } {
  const way = ticket.path ?? DOCUMENT.filter((stage) => stage !== 'agreed' || ticket.flow === 'daily');
  const round = currentRound(history);
  const isKnown = (stage: Stage) => stage === 'received' || stage === 'recorded';
  const reached = way.map((stage) => ({
    stage,
    atMs: toReachedMs(stage, ticket, isKnown(stage) ? history : round),
    isOptional: ticket.optionalStages?.includes(stage) ?? false,
  }));
  const current = toCurrent(way, ticket, round);
  return {
    stages: reached.map((it, index) => (index <= current ? it : { ...it, atMs: null })),
    current,
  };
}

/** Events since the ticket was last sent to rework: times of an earlier round say nothing about this one. */
function currentRound(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const ordered = history.toSorted((a, b) => a.atMs - b.atMs);
  const last = ordered.findLastIndex(({ type }) => type === 'reworked' || type === 'reopened');
  return ordered.slice(last + 1);
}

/** Rework goes back to dispatch: the step to be done again is marked. */
function toCurrent(way: readonly Stage[], ticket: WayTicket, round: readonly HistoryEntry[]): number {
  // After a change of its settings a ticket may stand where its path has no stage: the one before counts.
  const at = (stage: Stage) =>
    Math.max(
      0,
      way.findLastIndex((one) => DOCUMENT.indexOf(one) <= DOCUMENT.indexOf(stage)),
    );
  if (ticket.stage === 'waiting') return at(ticket.waiting?.from ?? 'handling');
  if (ticket.stage !== 'rework') return at(ticket.stage);
  return round.some(({ type }) => type === 'dispatched') ? at('taken') : at('dispatched');
}

function toReachedMs(stage: Stage, ticket: WayTicket, history: readonly HistoryEntry[]): number | null {
  if (stage === 'received') return ticket.receivedAtMs;
  if (stage === 'recorded') return ticket.recordedAtMs;
  return history.findLast(({ type }) => type === REACHED_BY[stage])?.atMs ?? null;
}
