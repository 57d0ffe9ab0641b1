/**
 * Who passes the doors of an access controller: seeded, by the hour of an office tower. Pure; what the doors do with
 * it is access.ts.
 */
import { bell, clamp, draw } from './noise.ts';

/** Why a reader refuses a card; the words of docs/register-maps.md. */
export type Reason = 'none' | 'unknown-card' | 'expired' | 'anti-passback';

export interface Visit {
  /** Index of the door. */
  readonly door: number;
  readonly event: 'granted' | 'denied' | 'exit';
  /** Number on the card; empty for the exit button. */
  readonly card: string;
  readonly reason: Reason;
  /** How long the door stays open when it opens: 3–8 s. */
  readonly openS: number;
}

/** Share of all visits that each door has: the lobby most, plant rooms least. */
const DOOR_SHARES = [0.4, 0.24, 0.14, 0.1, 0.08, 0.04] as const;
const GRANTED_SHARE = 0.68;
const DENIED_SHARE = 0.06;
const REASONS: readonly Reason[] = ['unknown-card', 'expired', 'anti-passback'];
const FIRST_CARD = 100_200;
const CARD_COUNT = 180;

/** @returns the generator's next state and whoever comes in this step, mostly nobody. */
export function drawVisit(
  seed: number,
  hour: number,
  dtS: number,
): { readonly seed: number; readonly visit: Visit | null } {
  const chance = draw(seed);
  if (chance.value >= (toVisitsPerHour(hour) / 3600) * dtS) return { seed: chance.seed, visit: null };
  const door = draw(chance.seed);
  const kind = draw(door.seed);
  const detail = draw(kind.seed);
  const open = draw(detail.seed);
  return {
    seed: open.seed,
    visit: { door: toDoor(door.value), openS: 3 + 5 * open.value, ...toEvent(kind.value, detail.value) },
  };
}

/** 4 by night, about 140 in the rush hours, for all doors together. */
function toVisitsPerHour(hour: number): number {
  return (
    4 +
    50 * bell(hour, 13.5, 3.5) +
    95 * bell(hour, 8.6, 0.8) +
    40 * bell(hour, 12.3, 0.7) +
    80 * bell(hour, 18, 0.9)
  );
}

function toDoor(value: number): number {
  let rest = value;
  for (const [index, share] of DOOR_SHARES.entries()) {
    if (rest < share) return index;
    rest -= share;
  }
  return DOOR_SHARES.length - 1;
}

function toEvent(kind: number, detail: number): Pick<Visit, 'event' | 'card' | 'reason'> {
  if (kind >= GRANTED_SHARE + DENIED_SHARE) return { event: 'exit', card: '', reason: 'none' };
  const card = String(FIRST_CARD + Math.floor(detail * CARD_COUNT));
  if (kind < GRANTED_SHARE) return { event: 'granted', card, reason: 'none' };
  const part = (kind - GRANTED_SHARE) / DENIED_SHARE;
  const reason = REASONS[clamp(Math.floor(part * REASONS.length), 0, REASONS.length - 1)] ?? 'unknown-card';
  // A card that the controller does not know has a number outside the building's own.
  return { event: 'denied', card: reason === 'unknown-card' ? `9${card}` : card, reason };
}
