/** Rate of one channel: so many messages a minute, a share of them kept for emergencies (alarms.md F6). Monotonic time. */

export interface Rate {
  /** On average. */
  readonly perMinute: number;
  /** At once, after a quiet time. */
  readonly burst: number;
  /** Of the burst, what only emergencies may take: 0–1. */
  readonly reservedRatio: number;
}

export interface TokenBucket {
  /** Takes one; false = none is left for this kind. */
  take(isEmergency: boolean, monoMs: number): boolean;
  /** When `take` can succeed next; the time itself when it can now. */
  nextMs(isEmergency: boolean, monoMs: number): number;
}

const MINUTE_MS = 60_000;

export function createTokenBucket({ perMinute, burst, reservedRatio }: Rate, monoMs: number): TokenBucket {
  let tokens = burst;
  let filledAtMs = monoMs;
  const fill = (nowMs: number): void => {
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * perMinute) / MINUTE_MS);
    filledAtMs = nowMs;
  };
  /** What has to be there before one is taken. */
  const toNeed = (isEmergency: boolean): number => {
    const reserved = isEmergency ? 0 : Math.min(Math.floor(burst * reservedRatio), burst - 1);
    return 1 + Math.max(0, reserved);
  };
  return {
    take(isEmergency, nowMs) {
      fill(nowMs);
      // A rounding error of the refill must not cost a message another wait.
      if (tokens + 1e-9 < toNeed(isEmergency)) return false;
      tokens -= 1;
      return true;
    },
    nextMs(isEmergency, nowMs) {
      fill(nowMs);
      const lacking = toNeed(isEmergency) - tokens;
      return lacking <= 0 ? nowMs : nowMs + Math.ceil((lacking * MINUTE_MS) / perMinute);
    },
  };
}
