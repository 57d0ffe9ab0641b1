/**
 * Repair proof (复核观察; service-workflow.md §5, alarms.md B9): after DONE the points are watched for the policy's time. It
 * begins when the condition is normal, stands still while nobody can see it (also while the gateway is off,
 * engine/repair-watch.ts), and ends proven, or failed by a recurrence. A ticket is filed only when its proof has ended, so that a
 * recurrence always counts against the repair; after the close a proof that nobody can watch is given up as unproven.
 *
 *   DONE ──all normal──▶ watching ──time over──▶ proven
 *     │                   │  ▲   └──raised──▶ failed (rework, no first fix)
 *     └──blind──▶ paused ◀┘──┘ blind / sighted
 *                   └──closed, unseen for as long as the proof takes──▶ unproven
 */
import type { Policy } from '../config/policy.ts';
import type { RepairProof, Stage, Ticket } from '../core/ticket.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { firstMatch, toSettings } from './match.ts';
import { toClosedSinceMs } from './since.ts';

interface ProofChange {
  readonly proof: RepairProof;
  readonly happenings: readonly Happening[];
}

/** Stages in which a repair is being proven. */
const WATCHED: readonly Stage[] = ['done', 'accepted', 'visited', 'closed'];

export function isWatched({ stage }: Pick<Ticket, 'stage'>): boolean {
  return WATCHED.includes(stage);
}

/** Begins the watch of a ticket that is DONE; null = there is nothing to watch, or its alarm still stands. */
export function startProof(ticket: Ticket, policy: Policy, atMs: number): ProofChange | null {
  const { alarms } = ticket;
  const ms = toProofMs(ticket, policy);
  if (ms === 0 || alarms.length === 0 || alarms.some(({ isActive }) => isActive)) return null;
  const isBlind = alarms.some(({ blindSinceMs }) => blindSinceMs !== null);
  const state = isBlind ? 'paused' : 'watching';
  const proof: RepairProof = {
    state,
    startedAtMs: atMs,
    leftMs: ms,
    endsAtMs: isBlind ? null : atMs + ms,
    ...(isBlind && { pausedSinceMs: atMs }),
  };
  return { proof, happenings: [{ type: 'proof-started', detail: { ...proof } }] };
}

/** What a change of its alarms means to the watch; null = nothing. @param ticket with the alarms as they are now */
export function followAlarms(ticket: Ticket, policy: Policy, nowMs: number): ProofChange | null {
  const { alarms, proof } = ticket;
  if (!isWatched(ticket)) return null;
  if (proof === null) return startProof(ticket, policy, nowMs);
  const isHindered = alarms.some(({ isActive, blindSinceMs }) => isActive || blindSinceMs !== null);
  if (proof.state === 'watching' && isHindered)
    return { proof: toPaused(proof, nowMs, nowMs), happenings: [] };
  if (proof.state === 'paused' && !isHindered) {
    const { pausedSinceMs: _over, ...rest } = proof;
    const endsAtMs = nowMs + proof.leftMs;
    return { proof: { ...rest, state: 'watching', endsAtMs }, happenings: [] };
  }
  return null;
}

/**
 * Nobody has watched since `unseenSinceMs`: what is left from then on is left still. null = it is not being watched.
 * @param unseenSinceMs UTC ms; null = nobody knows: what has been watched since the last pause counts for nothing
 */
export function pauseUnseen(
  ticket: Ticket,
  unseenSinceMs: number | null,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const { proof } = ticket;
  if (proof?.state !== 'watching' || !isWatched(ticket)) return null;
  const paused = toPaused(proof, unseenSinceMs, nowMs);
  const detail = { proof: 'paused', unseenSinceMs, leftMs: paused.leftMs };
  return toStep(ticket, { proof: paused }, [{ type: 'noted', detail }], byGateway(nowMs), policy);
}

/** All its points have been seen again, and none of its alarms hinders it. null = something does, or it is not paused. */
export function resumeSeen(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (ticket.proof?.state !== 'paused') return null;
  const followed = followAlarms(ticket, policy, nowMs);
  if (followed === null) return null;
  const { proof } = followed;
  const detail = { proof: proof.state, endsAtMs: proof.endsAtMs };
  return toStep(ticket, { proof }, [{ type: 'noted', detail }], byGateway(nowMs), policy);
}

/** Whether the outcome of the repair is still open. */
export function isProving({ proof }: Pick<Ticket, 'proof'>): boolean {
  return proof?.state === 'watching' || proof?.state === 'paused';
}

/**
 * When the proof ends by itself: proven, or given up where it stands still on a closed ticket. Infinity = it is not being
 * watched, or an open ticket waits for somebody to see its points.
 */
export function toProofDueMs(ticket: Ticket, policy: Policy): number {
  const { proof, stage } = ticket;
  const closedAtMs = toClosedSinceMs(ticket);
  if (proof === null || !isProving(ticket) || !isWatched(ticket)) return Number.POSITIVE_INFINITY;
  if (proof.state === 'watching') return proof.endsAtMs ?? Number.POSITIVE_INFINITY;
  if (stage !== 'closed' || closedAtMs === null) return Number.POSITIVE_INFINITY;
  const sinceMs = Math.max(closedAtMs, proof.pausedSinceMs ?? proof.startedAtMs);
  return sinceMs + Math.max(toProofMs(ticket, policy), policy.reopenMs);
}

/** The wall clock was set: what is left stays. */
export function moveProof(proof: RepairProof, stepMs: number): RepairProof {
  const { endsAtMs, pausedSinceMs } = proof;
  return {
    ...proof,
    endsAtMs: endsAtMs === null ? null : endsAtMs + stepMs,
    ...(pausedSinceMs !== undefined && { pausedSinceMs: pausedSinceMs + stepMs }),
  };
}

/** The time is over and nothing has come back; or nobody could see it for too long. */
export function sweepProof(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  const { proof, reworkCount } = ticket;
  if (proof === null || toProofDueMs(ticket, policy) > nowMs) return null;
  if (proof.state === 'paused') {
    const unproven: RepairProof = { ...proof, state: 'unproven' };
    const happening: Happening = { type: 'proof-ended', detail: { state: 'unproven' } };
    return toStep(ticket, { proof: unproven }, [happening], byGateway(nowMs), policy);
  }
  const isFirstFix = reworkCount === 0;
  const proven: RepairProof = { ...proof, state: 'proven', leftMs: 0 };
  const happening: Happening = { type: 'proof-ended', detail: { state: 'proven', isFirstFix } };
  return toStep(ticket, { proof: proven, isFirstFix }, [happening], byGateway(nowMs), policy);
}

/**
 * The same fault has come back after the reopen window: it has a ticket of its own, and this repair was none. null = its
 * watch is over, or there was none.
 */
export function failProof(
  ticket: Ticket,
  cause: Readonly<Record<string, unknown>>,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const { proof, stage } = ticket;
  if (stage !== 'closed' || proof === null || !isProving(ticket)) return null;
  const failed: RepairProof = { ...proof, state: 'failed', endsAtMs: null };
  const happening: Happening = { type: 'proof-ended', detail: { state: 'failed', ...cause } };
  return toStep(ticket, { proof: failed, isFirstFix: false }, [happening], byGateway(nowMs), policy);
}

/** At the close: known at once where nothing is watched. */
export function toFirstFix({ proof, isFirstFix, reworkCount }: Ticket): Pick<Ticket, 'isFirstFix'> {
  return { isFirstFix: proof === null ? reworkCount === 0 : isFirstFix };
}

function toPaused(proof: RepairProof, unseenSinceMs: number | null, nowMs: number): RepairProof {
  const { endsAtMs, leftMs } = proof;
  const restMs = unseenSinceMs === null ? leftMs : Math.max(0, (endsAtMs ?? unseenSinceMs) - unseenSinceMs);
  return {
    ...proof,
    state: 'paused',
    leftMs: Math.min(leftMs, restMs),
    endsAtMs: null,
    pausedSinceMs: nowMs,
  };
}

function toProofMs(ticket: Ticket, { proof }: Policy): number {
  return firstMatch(proof, toSettings(ticket))?.ms ?? 0;
}
