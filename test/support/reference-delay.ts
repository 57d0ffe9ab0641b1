/**
 * A second, independent reading of alarms.md B3 for one threshold rule with one limit: condition, dead-band, delays.
 * Written from the text alone and shares no code with src/rules/; it walks through time in small steps and adds up
 * milliseconds, where the gateway compares instants. Levels, blindness and tickets are left to other tests.
 */

export interface ReferenceRule {
  readonly side: 'hi' | 'lo';
  readonly limit: number;
  readonly deadband: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly minGoodSamples: number;
  readonly uncertain: 'use' | 'unknown';
  readonly unknownHoldMs: number;
}

export interface ReferenceDelay {
  /** A sample arrives after `afterMs` of silence. */
  sample(afterMs: number, value: number, quality: 'good' | 'uncertain' | 'bad'): void;
  /** Time passes and nothing arrives. */
  wait(ms: number): void;
  /** Nothing is known of the point until its next sample; what was added up so far is kept. */
  restart(): void;
  readonly isActive: boolean;
  /** Added-up time of the delay that is under way, null when none is. */
  readonly elapsedMs: number | null;
}

export function createReferenceDelay(rule: ReferenceRule): ReferenceDelay {
  let isActive = false;
  /** What the value said last: the memory of the dead-band. */
  let isBeyond = false;
  let isKnown = false;
  let unknownMs = 0;
  /** Time spent on the way to the other state: TRUE while inactive, FALSE while active. */
  let elapsedMs: number | null = null;
  let goodSamples = 0;

  const forget = (): void => {
    elapsedMs = null;
    goodSamples = 0;
  };
  const settle = (): void => {
    if (!isKnown || elapsedMs === null) return;
    const isDue = isActive
      ? elapsedMs >= rule.offDelayMs
      : elapsedMs >= rule.onDelayMs && goodSamples >= rule.minGoodSamples;
    if (!isDue) return;
    isActive = !isActive;
    forget();
  };
  const wait = (ms: number): void => {
    for (let left = ms; left > 0; left--) {
      if (isKnown) elapsedMs = elapsedMs === null ? null : elapsedMs + 1;
      else unknownMs += 1;
      // Both ways are forgotten (README, Decisions): B3 asks it of the way to an alarm only.
      if (!isKnown && unknownMs > rule.unknownHoldMs) forget();
      settle();
    }
  };
  const judge = (value: number): boolean => {
    const over = rule.side === 'hi' ? value - rule.limit : rule.limit - value;
    if (over > 0) return true;
    return over >= -rule.deadband ? isBeyond : false;
  };

  return {
    wait,
    sample(afterMs, value, quality) {
      wait(afterMs);
      const isUsable = quality === 'good' || (quality === 'uncertain' && rule.uncertain === 'use');
      if (!isUsable || !Number.isFinite(value)) {
        if (isKnown) unknownMs = 0;
        isKnown = false;
        return;
      }
      isKnown = true;
      isBeyond = judge(value);
      if (isBeyond === isActive) return forget();
      elapsedMs ??= 0;
      goodSamples += 1;
      settle();
    },
    restart() {
      isKnown = false;
      unknownMs = 0;
      isBeyond = elapsedMs === null ? isActive : !isActive;
    },
    get isActive() {
      return isActive;
    },
    get elapsedMs() {
      return elapsedMs;
    },
  };
}
