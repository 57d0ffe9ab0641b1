/**
 * How long each rule was active, and how long it could not be judged and why. Follows the rules' own three-valued
 * conditions: what is UNKNOWN is not evaluable, never quiet. Columns by index of the rule.
 */
import type { SiteModel } from '../config/model.ts';
import { isBad, QUALITIES } from '../core/quality.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import type { RuleState } from '../rules/rule-state.ts';
import { GAP_REASONS, type Gap, type GapReason } from './port.ts';

export interface RuleTimes {
  readonly activeMs: number;
  readonly notEvaluableBy: Readonly<Partial<Record<GapReason, number>>>;
}

/** Stretches kept of one rule, to tell what lay in a gap; of more only the time is kept. */
const KEPT_GAPS = 1000;
const NO_DATA = QUALITIES['no-data'].code;

export class RuleTally {
  readonly #range: { readonly fromMs: number; readonly toMs: number };
  readonly #activeMs: Float64Array;
  readonly #gapMs: readonly Float64Array[] = [];
  /** NaN = it is not. */
  readonly #activeFrom: Float64Array;
  readonly #unknownFrom: Float64Array;
  /** Place in GAP_REASONS. */
  readonly #reason: Uint8Array;
  /** Key: index of the rule. */
  readonly #gaps = new Map<number, Gap[]>();

  /** @param range what counts, UTC ms @param startMs no rule can be judged before */
  constructor(model: SiteModel, range: { readonly fromMs: number; readonly toMs: number }, startMs: number) {
    const { length } = model.rules;
    this.#range = range;
    this.#activeMs = new Float64Array(length);
    this.#gapMs = GAP_REASONS.map(() => new Float64Array(length));
    this.#activeFrom = new Float64Array(length).fill(Number.NaN);
    this.#unknownFrom = new Float64Array(length).fill(startMs);
    this.#reason = new Uint8Array(length).fill(GAP_REASONS.indexOf('no-data'));
  }

  /** Looks at the rules that have changed. */
  follow(rules: Evaluator, nowMs: number): void {
    for (const index of rules.changed) this.#note(index, rules.state(index), nowMs);
  }

  /** Nothing was judged from then to now, and after that everything has to be read again. */
  interrupt(fromMs: number, nowMs: number, reason: GapReason): void {
    for (let index = 0; index < this.#activeMs.length; index++) {
      this.#end(index, fromMs);
      this.#addGap(index, fromMs, nowMs, reason);
      this.#unknownFrom[index] = nowMs;
      this.#reason[index] = GAP_REASONS.indexOf('no-data');
    }
  }

  end(nowMs: number): void {
    for (let index = 0; index < this.#activeMs.length; index++) this.#end(index, nowMs);
  }

  times(rule: number): RuleTimes {
    const by = GAP_REASONS.map((reason, at) => [reason, this.#gapMs[at]?.[rule] ?? 0] as const);
    return {
      activeMs: this.#activeMs[rule] ?? 0,
      notEvaluableBy: Object.fromEntries(by.filter(([, ms]) => ms > 0)),
    };
  }

  /** The first reason for which the rule could not be judged within a stretch; null = it could all the time. */
  gapWithin(rule: number, fromMs: number, toMs: number): GapReason | null {
    const gap = this.#gaps.get(rule)?.find((it) => it.fromMs <= toMs && it.toMs >= fromMs);
    return gap?.reason ?? null;
  }

  #note(index: number, state: Readonly<RuleState>, nowMs: number): void {
    const { isActive, condition } = state.delay;
    const wasActive = !Number.isNaN(this.#activeFrom[index]);
    if (isActive && !wasActive) this.#activeFrom[index] = nowMs;
    if (!isActive && wasActive) this.#endActive(index, nowMs);
    const wasUnknown = !Number.isNaN(this.#unknownFrom[index]);
    if (condition === 'unknown' && !wasUnknown) {
      this.#unknownFrom[index] = nowMs;
      this.#reason[index] = GAP_REASONS.indexOf(toReason(state));
    }
    if (condition !== 'unknown' && wasUnknown) this.#endUnknown(index, nowMs);
  }

  #end(index: number, nowMs: number): void {
    if (!Number.isNaN(this.#activeFrom[index])) this.#endActive(index, nowMs);
    if (!Number.isNaN(this.#unknownFrom[index])) this.#endUnknown(index, nowMs);
  }

  #endActive(index: number, nowMs: number): void {
    const ms = this.#clip(this.#activeFrom[index] as number, nowMs);
    this.#activeMs[index] = (this.#activeMs[index] as number) + ms;
    this.#activeFrom[index] = Number.NaN;
  }

  #endUnknown(index: number, nowMs: number): void {
    const reason = GAP_REASONS[this.#reason[index] as number] ?? 'no-data';
    this.#addGap(index, this.#unknownFrom[index] as number, nowMs, reason);
    this.#unknownFrom[index] = Number.NaN;
  }

  #addGap(index: number, fromMs: number, toMs: number, reason: GapReason): void {
    const ms = this.#clip(fromMs, toMs);
    if (ms <= 0) return;
    const sums = this.#gapMs[GAP_REASONS.indexOf(reason)] as Float64Array;
    sums[index] = (sums[index] as number) + ms;
    const gaps = this.#gaps.get(index) ?? [];
    if (gaps.length < KEPT_GAPS) gaps.push({ fromMs, toMs, reason });
    this.#gaps.set(index, gaps);
  }

  #clip(fromMs: number, toMs: number): number {
    return Math.max(0, Math.min(toMs, this.#range.toMs) - Math.max(fromMs, this.#range.fromMs));
  }
}

function toReason({ failures, inputs }: Readonly<RuleState>): GapReason {
  if (failures > 0) return 'failed';
  const bad = inputs.filter(({ quality }) => isBad(quality));
  return bad.length > 0 && bad.every(({ quality }) => quality === NO_DATA) ? 'no-data' : 'bad-quality';
}
