/**
 * Which fault strikes whom and for how long: a random course from a seed. Two courses run on each endpoint, so that faults
 * overlap. Also what each kind may do to whom, from the point of view of somebody who knows the wire and not the gateway.
 */

import { toMisplacement, WIRE_FAULT_KINDS } from '../../../simulators/modbus/wire-fault-parse.ts';
import {
  EXCEPTION_CODES,
  type WireFault,
  type WireFaultKind,
} from '../../../simulators/modbus/wire-faults.ts';
import { randomInteger } from '../../support/seed.ts';
import { type SoakEndpoint, TIMEOUT_MS } from './plant.ts';

export interface Episode {
  /** null = all units of the endpoint. */
  readonly unit: number | null;
  readonly fault: WireFault;
  readonly forMs: number;
}

/** Longest time from a request to its late answer. With transactions anything goes. */
const LATEST_MS = 2_500;
/**
 * Frames of a line carry no transaction: what comes later than one time-out after its time-out cannot be told from the answer
 * to another request of the same shape (src/drivers/modbus/line/owed-answers.ts), on any bus and by any master.
 */
export const LATEST_ON_LINE_MS = TIMEOUT_MS + 250;
/** One in so many lasts for minutes. */
const LONG_ONES = 25;

/**
 * What of a device is to be expected after it has been struck; of several the last one counts.
 * `answer`: it has always answered. `link`: the connection was lost, or nobody answered. `silence`: it alone was silent.
 * `address`: it has refused addresses. `cut`: each question to it has ended the connection of all.
 */
export const DAMAGES = ['answer', 'link', 'silence', 'address', 'cut'] as const;
export type Damage = (typeof DAMAGES)[number];

/** Whoever it strikes, the connection suffers, and with it everybody. */
const OF_THE_LINK: ReadonlySet<WireFaultKind> = new Set(['reset', 'refuse', 'half-open', 'connection-limit']);
/** A stream of frames without a checksum is out of step after them. */
const OUT_OF_STEP: ReadonlySet<WireFaultKind> = new Set(['truncated', 'oversized', 'bad-protocol']);
/** Frames of one endpoint go out one after another: who is slow keeps the others waiting. */
const BLOCKING: ReadonlySet<WireFaultKind> = new Set(['slow', 'split']);
const HARMLESS: ReadonlySet<WireFaultKind> = new Set(['duplicate', 'unsolicited']);

export function isOfLink({ framing }: SoakEndpoint, { unit, fault: { kind } }: Episode): boolean {
  return (
    unit === null ||
    OF_THE_LINK.has(kind) ||
    BLOCKING.has(kind) ||
    (framing === 'mbap' && OUT_OF_STEP.has(kind))
  );
}

/**
 * What it does to one unit. Whose answers cost the connection again and again is set aside by the gateway, so that the others
 * may live, and asked ever more rarely, gap or not.
 */
export function toDamage(endpoint: SoakEndpoint, episode: Episode, unit: number): Damage {
  const { fault } = episode;
  const isOwn = episode.unit === null || episode.unit === unit;
  // What comes next in the stream is lost with it, and that may be another unit's answer.
  if (!isOwn) return BLOCKING.has(fault.kind) || OUT_OF_STEP.has(fault.kind) ? 'silence' : 'link';
  if (fault.kind === 'holes' || fault.kind === 'max-registers') return 'address';
  if (fault.kind === 'exception') {
    if (fault.code === 2 || fault.code === 3) return 'address';
    return fault.code >= 0x0a ? 'silence' : 'answer';
  }
  if (isCutting(endpoint, fault)) return 'cut';
  const isDead = episode.unit === null && fault.kind === 'silent' && (fault.every ?? 1) === 1;
  if (OF_THE_LINK.has(fault.kind) || isDead) return 'link';
  // With a checksum over a length that is none, the frame is none.
  if (fault.kind === 'wrong-address-count') return endpoint.isLine ? 'silence' : 'answer';
  return HARMLESS.has(fault.kind) ? 'answer' : 'silence';
}

function isCutting({ framing }: SoakEndpoint, { kind }: WireFault): boolean {
  return kind === 'reset' || (framing === 'mbap' && OUT_OF_STEP.has(kind));
}

/** @param random 0 ≤ r < 1 */
export function nextEpisode(endpoint: SoakEndpoint, random: () => number): Episode {
  const unit = random() < 0.3 ? null : pick(endpoint.units, random);
  const { framing, transport } = endpoint;
  const fits = WIRE_FAULT_KINDS.filter(
    (kind) => toMisplacement(kind, { framing, transport, unit }) === null && !endpoint.without.includes(kind),
  );
  const fault = toFault(pick(fits, random), endpoint, random);
  const isLong = randomInteger(random, 1, LONG_ONES) === 1;
  const forMs = isLong ? randomInteger(random, 60_000, 300_000) : randomInteger(random, 500, 15_000);
  return { unit, fault, forMs };
}

const DELAYING: readonly WireFaultKind[] = ['split', 'slow', 'late'];
/** An answer that says to be another one. */
const FORGED: readonly WireFaultKind[] = ['wrong-unit', 'wrong-function', 'wrong-address-count'];

/**
 * Whether the two cannot be under way together: the same twice (one end would end both), or what makes a false answer that
 * is whole, which no master can tell. On a line that is whatever comes after its time and looks like the answer to the next
 * request: the second copy of an answer, one under another unit or function, one that is late by both. With several
 * requests under way: an answer without its end, and the head of the next one that comes later and is taken for that.
 */
export function clashes(
  { isLine }: SoakEndpoint,
  one: Pick<Episode, 'unit' | 'fault'>,
  other: Pick<Episode, 'unit' | 'fault'>,
): boolean {
  const kinds = [one.fault.kind, other.fault.kind];
  if (one.unit === other.unit && kinds[0] === kinds[1]) return true;
  if (isLine && kinds.includes('slow') && kinds.includes('late')) return true;
  const isConfusing = isLine
    ? (kind: WireFaultKind) => kind === 'duplicate' || FORGED.includes(kind)
    : isTruncated;
  return kinds.some(isConfusing) && kinds.some((kind) => DELAYING.includes(kind));
}

function isTruncated(kind: WireFaultKind): boolean {
  return kind === 'truncated';
}

export function nextPauseMs(random: () => number): number {
  return randomInteger(random, 2_000, 25_000);
}

function toFault(kind: WireFaultKind, { isLine }: SoakEndpoint, random: () => number): WireFault {
  const every = random() < 0.5 ? randomInteger(random, 2, 6) : 1;
  const whole = (min: number, max: number): number => randomInteger(random, min, max);
  switch (kind) {
    case 'slow':
      return { kind, every, ms: whole(20, 800) };
    case 'late':
      // On a line all of them, since there a unit answers in the order of its requests.
      return isLine ? { kind, ms: whole(50, LATEST_ON_LINE_MS) } : { kind, every, ms: whole(50, LATEST_MS) };
    case 'exception':
      return { kind, every, code: pick(EXCEPTION_CODES, random) };
    case 'unsolicited':
      return { kind, every, position: pick(['before', 'after', 'both'] as const, random) };
    case 'split':
      return { kind, every, bytes: whole(1, 8), ms: whole(0, 20) };
    case 'connection-limit':
      return { kind, n: whole(0, 1) };
    case 'max-registers':
      return { kind, n: whole(1, 4) };
    case 'holes':
      return {
        kind,
        table: pick(['holding', 'input', 'coil'] as const, random),
        from: whole(0, 3),
        to: whole(3, 62),
      };
    case 'refuse':
    case 'half-open':
      return { kind };
    default:
      return { kind, every };
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}
