/**
 * What time alone does to a ticket: warnings and breaches, the ladder, reports that nobody answers, the end of a wait, of a
 * repair proof, of the grace after an acceptance over a standing alarm. A machine never closes a ticket: nothing here does.
 */

import { toBarred } from '../config/own-acceptance.ts';
import type { Policy } from '../config/policy.ts';
import { type OfflineTime, toMoveMs } from '../core/clock-step.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { TicketId } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import { isOverridden, toStanding } from './acceptance.ts';
import { withBanner } from './banners.ts';
import { byGateway, type Happening, joinSteps, type TicketStep, toStep } from './change.ts';
import { nextDueMs, sweepClocks } from './clocks.ts';
import { sweepDayEnd, toDayEndDueMs } from './day-end.ts';
import { sweepEscalation, toEscalationDueMs } from './escalation.ts';
import { type Holders, NO_HOLDERS, toAnswerable, toHolder, toPersonOf } from './holder.ts';
import { withMark } from './mark.ts';
import { moveProof, sweepProof, toProofDueMs } from './proof.ts';
import { sweepProposal, toProposalDueMs } from './proposal.ts';
import { sweepReports, toReportDueMs } from './reporting.ts';
import { toRework } from './rework.ts';
import { toAcceptedSinceMs } from './since.ts';
import { toResumed } from './step-side.ts';
import { markMoved } from './ticket-alarms.ts';
import { moveUnheard, sweepUnheard, toUnheardDueMs } from './unheard.ts';
import { MAX_NAMED_ALARMS } from './work.ts';

/** What a ticket does not say by itself, at the moment of the question. */
export interface Surroundings extends Holders {
  /** The other open ticket that carries the alarm; null = none. Left out = there is none. */
  readonly elsewhere?: (key: string, ticket: Ticket) => TicketId | null;
}

type Sweep = (ticket: Ticket, policy: Policy, nowMs: number, around: Surroundings) => TicketStep | null;

/** In this order: what a step changes, those behind it see. */
const SWEEPS: readonly Sweep[] = [
  sweepEndless,
  sweepWait,
  sweepLimits,
  sweepEscalation,
  sweepReports,
  sweepUnheard,
  sweepProof,
  sweepOverride,
  sweepProposal,
  sweepDayEnd,
];

/**
 * Everything that is due; null = nothing.
 * @param around who stands for the roles that the clocks of the policy name, and what other tickets have; left out = the roles
 *   themselves, and nothing
 */
export function sweepTicket(
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  around: Surroundings = NO_HOLDERS,
): TicketStep | null {
  if (toSweepDueMs(ticket, policy) > nowMs) return null;
  return SWEEPS.reduce<TicketStep | null>((done, sweep) => {
    const step = sweep(done?.ticket ?? ticket, policy, nowMs, around);
    if (step === null) return done;
    return done === null ? step : joinSteps(done, step);
  }, null);
}

/** When `sweepTicket` has something to say next; Infinity = never, unless something happens before. */
export function toSweepDueMs(ticket: Ticket, policy: Policy): number {
  if (isTicketOpen(ticket)) {
    return Math.min(
      toWaitDueMs(ticket),
      nextDueMs(ticket.clocks),
      toEscalationDueMs(ticket, policy),
      toReportDueMs(ticket, policy),
      toUnheardDueMs(ticket),
      toProofDueMs(ticket, policy),
      toOverrideDueMs(ticket, policy),
      toProposalDueMs(ticket, policy),
      toDayEndDueMs(ticket, policy),
    );
  }
  const isClosed = ticket.stage === 'closed';
  return isClosed
    ? Math.min(nextDueMs(ticket.clocks), toProofDueMs(ticket, policy), toOverrideDueMs(ticket, policy))
    : Number.POSITIVE_INFINITY;
}

/**
 * The wall clock was set: whatever runs keeps its time left.
 * @param offline what the step says of time that the gateway was off: that time counts for what ran before
 */
export function moveTicketClocks(
  ticket: Ticket,
  stepMs: number,
  policy: Policy,
  nowMs: number,
  offline: OfflineTime | null = null,
): TicketStep {
  const { earlyArrival, escalation, proof, reports } = ticket;
  const move = (ms: number, sinceMs = ms): number => ms + toMoveMs({ stepMs, offline }, sinceMs);
  const { nextAtMs, sinceMs } = escalation;
  const moved: Ticket = {
    ...ticket,
    version: ticket.version + 1,
    stageSinceMs: move(ticket.stageSinceMs),
    ...moveUnheard(ticket, move),
    ...(earlyArrival && { earlyArrival: { ...earlyArrival, atMs: move(earlyArrival.atMs) } }),
    escalation: {
      ...escalation,
      sinceMs: move(sinceMs),
      nextAtMs: nextAtMs === null ? null : move(nextAtMs, sinceMs),
    },
    proof: proof && moveProof(proof, stepMs),
    reports: reports.map((report) => ({ ...report, atMs: move(report.atMs) })),
    clocks: ticket.clocks.map((clock) => moveTold(clock, move)),
    marks: countOffline(ticket.marks, offline),
  };
  // Over the start itself, and nobody has seen it before: its mark says both.
  const isStart = offline?.markMs === null;
  const markMs = isStart ? stepMs - offline.offlineMs : stepMs;
  const next = withMark(moved, { atMs: nowMs, type: 'clock-step', stepMs: markMs }, policy, nowMs);
  const { by } = byGateway(nowMs);
  const detail = { stepMs, ...(offline && { offlineMs: offline.offlineMs }) };
  return {
    ticket: next,
    events: [{ type: 'clocks-moved', atMs: nowMs, by, ticket: next, detail }],
  };
}

/** The ladder counts from when a warning was told, as long as nobody has answered it. */
function moveTold(clock: TicketClock, move: (ms: number) => number): TicketClock {
  const { warnedAtMs, answeredAtMs, stoppedAtMs } = clock;
  if (warnedAtMs === null || answeredAtMs !== null || stoppedAtMs !== null) return clock;
  return { ...clock, warnedAtMs: move(warnedAtMs) };
}

/** The step over the start was longer than could be known then. */
function countOffline(marks: Ticket['marks'], offline: OfflineTime | null): Ticket['marks'] {
  if (offline === null || offline.markMs === null) return marks;
  const { markMs, offlineMs } = offline;
  const index = marks.findLastIndex(({ type, atMs }) => type === 'clock-step' && atMs === markMs);
  const mark = marks[index];
  return mark === undefined ? marks : marks.with(index, { ...mark, stepMs: (mark.stepMs ?? 0) - offlineMs });
}

/** A wait without an end is given one at once (`sweepEndless`). */
function toWaitDueMs({ stage, waiting }: Ticket): number {
  if (waiting === null || (waiting.untilMs === null && stage !== 'waiting')) return Number.POSITIVE_INFINITY;
  return waiting.untilMs ?? 0;
}

/** Of a wait of which nobody ever said how long: a week, as for what is difficult (source 004). */
const LONGEST_WAIT_MS = 7 * 24 * 3_600_000;

/**
 * Rows of earlier versions wait without an end. They get the one that a wait has today: when the work was said to be done, else the
 * longest; not before now, because until now nobody could know of it. The record says so.
 */
function sweepEndless(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  const { waiting, stage, estimatedAtMs } = ticket;
  if (stage !== 'waiting' || waiting === null || waiting.untilMs !== null) return null;
  const untilMs = Math.max(nowMs, estimatedAtMs ?? waiting.sinceMs + LONGEST_WAIT_MS);
  const happening: Happening = { type: 'noted', detail: { reason: 'wait-without-end', untilMs } };
  return toStep(ticket, { waiting: { ...waiting, untilMs } }, [happening], byGateway(nowMs), policy);
}

/**
 * The time that the approver gave is over: the work goes on, and its clocks with it, from that moment on however much later this
 * gateway is there to say so.
 */
function sweepWait(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  const { waiting, stage } = ticket;
  const untilMs = waiting?.untilMs ?? null;
  if (stage !== 'waiting' || untilMs === null || untilMs > nowMs) return null;
  // By then it was to be done: whoever approved that is told.
  const isPromiseOver = ticket.estimatedAtMs !== null && ticket.estimatedAtMs <= untilMs;
  const approver = isPromiseOver ? { approver: waiting?.approver } : {};
  const happening: Happening = { type: 'resumed', detail: { reason: 'wait-over', untilMs, ...approver } };
  const atMs = Math.min(nowMs, Math.max(untilMs, ticket.stageSinceMs, toLastStepMs(ticket)));
  return toStep(ticket, toResumed(ticket, atMs), [happening], { ...byGateway(nowMs), atMs }, policy);
}

/** Before the wall clock was set it did not show the time that the approver gave. */
function toLastStepMs({ marks }: Ticket): number {
  return marks.findLast(({ type }) => type === 'clock-step')?.atMs ?? Number.NEGATIVE_INFINITY;
}

/** A breach is told to whom the policy says, and recorded with who had to act. Each of those by a line of their own. */
function sweepLimits(ticket: Ticket, policy: Policy, nowMs: number, holders: Holders): TicketStep | null {
  if (nextDueMs(ticket.clocks) > nowMs) return null;
  const { clocks, warned, breached } = sweepClocks(ticket.clocks, nowMs);
  if (warned.length === 0 && breached.length === 0) return null;
  const withHolder = (clock: TicketClock, choose: typeof toHolder): HeldClock => {
    const own = policy.clocks.find(({ id }) => id === clock.id);
    // Whoever has done the work cannot be late with its acceptance.
    const barred = own?.stop.includes('accepted') ? toBarred(ticket, policy) : [];
    return { ...clock, responsible: choose(ticket, own?.responsible, holders, barred) };
  };
  // No person is late with what the gateway does, nor can hurry it.
  const isMachine = (clock: TicketClock): boolean =>
    policy.clocks.some(({ id, isHuman }) => id === clock.id && !isHuman);
  const late = breached.map((clock): HeldClock => {
    const { responsible } = clock;
    if (isMachine(clock)) return { ...clock, responsible: GATEWAY };
    return responsible === null
      ? withHolder(clock, toAnswerable)
      : { ...clock, responsible: toPersonOf(responsible, ticket, holders) };
  });
  const near = warned.map(
    (clock): HeldClock =>
      isMachine(clock) ? { ...clock, responsible: GATEWAY } : withHolder(clock, toHolder),
  );
  const to = policy.escalation.breach;
  const happenings: Happening[] = [
    ...toDetails(near).map((detail): Happening => ({ type: 'clock-warned', detail })),
    ...toDetails(late).map((detail): Happening => ({ type: 'clock-breached', detail: { ...detail, to } })),
  ];
  const named = clocks.map(
    (clock) => late.find(({ id, round }) => id === clock.id && round === clock.round) ?? clock,
  );
  return toStep(ticket, { clocks: named }, happenings, byGateway(nowMs), policy);
}

type HeldClock = TicketClock & { readonly responsible: string };

function toDetails(told: readonly HeldClock[]): readonly Readonly<Record<string, unknown>>[] {
  return [...Map.groupBy(told, ({ responsible }) => responsible)].map(([responsible, clocks]) => ({
    clocks: clocks.map(({ id }) => id),
    rounds: clocks.map(({ round }) => round),
    responsible,
  }));
}

/**
 * Accepted over a standing alarm by name, which still stands after the grace: closed while active (alarms.md B9). What another
 * open ticket has taken over meanwhile is that one's, and opens this one no more.
 */
function sweepOverride(
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  { elsewhere }: Surroundings,
): TicketStep | null {
  if (toOverrideDueMs(ticket, policy) > nowMs) return null;
  const alarms = elsewhere ? markMoved(ticket.alarms, (key) => elsewhere(key, ticket)) : ticket.alarms;
  const left: Ticket = { ...ticket, alarms };
  const moved = alarms === ticket.alarms ? [] : [toMoved(left)];
  if (toStanding(left, nowMs).length === 0)
    return moved.length === 0 ? null : toStep(ticket, { alarms }, moved, byGateway(nowMs), policy);
  const rework = toRework(ticket, nowMs);
  const change: Partial<Ticket> = {
    ...rework,
    alarms,
    banners: withBanner({ banners: rework.banners ?? ticket.banners }, 'closed-while-active', nowMs),
  };
  const detail = { from: ticket.stage, reason: 'closed-while-active', override: ticket.acceptance?.override };
  const type = ticket.stage === 'closed' ? 'reopened' : 'reworked';
  return toStep(ticket, change, [...moved, { type, detail }], byGateway(nowMs), policy);
}

function toMoved({ alarms }: Ticket): Happening {
  const moved = alarms.filter(({ movedTo }) => movedTo !== undefined);
  const occurrences = moved.slice(0, MAX_NAMED_ALARMS).map(({ occurrence }) => occurrence);
  const tickets = [...new Set(moved.map(({ movedTo }) => movedTo))];
  return { type: 'noted', detail: { reason: 'carried-elsewhere', occurrences, tickets } };
}

function toOverrideDueMs(ticket: Ticket, { overrideGraceMs }: Policy): number {
  const { acceptance, alarms } = ticket;
  const isStanding = alarms.some(({ isActive, movedTo }) => isActive && movedTo === undefined);
  if (!isOverridden(ticket) || acceptance === null || !isStanding) return Number.POSITIVE_INFINITY;
  return (toAcceptedSinceMs(ticket) ?? acceptance.atMs) + overrideGraceMs;
}
