/**
 * The self-check: what the rules of today raise over the readings of the journal, against what the alarm history says. Every
 * difference is told with where and why. Pure.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { AlarmKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { BACKTEST_LIMITS } from './limits.ts';
import type { Coverage, Difference, DifferenceReason, GapReason, SelfCheck, SideTally } from './port.ts';
import { toWhy } from './reasons.ts';
import type { Recorded } from './recorded.ts';
import { overlaps, type Stretch } from './stretches.ts';

export interface SelfCheckParts {
  readonly coverage: Coverage;
  readonly model: SiteModel;
  readonly tally: SideTally;
  readonly stretches: readonly Stretch[];
  readonly recorded: Recorded;
  readonly gapWithin: (key: AlarmKey, fromMs: number, toMs: number) => GapReason | null;
}

/** What sweeps, the way through the loop and the grid of a replay make of one moment. */
const SAME_MS = 2_000;
/** Alarms as close as this to an end of the range may belong to what is outside. */
const EDGE_MS = 60_000;
/** After a start: grace, first polls, and a minute until the journal has every point again. */
const START_MS = LIMITS.bootGraceMs + 120_000;
/** Types that look back further than any warm-up. */
const TOTALS: readonly string[] = ['running-hours', 'starts', 'drift'];

interface Pair {
  readonly history: Stretch | null;
  readonly replay: Stretch | null;
}

export function checkSelf(parts: SelfCheckParts): SelfCheck {
  const { coverage, tally } = parts;
  const pairs = toPairs(parts);
  const differences = pairs.flatMap((pair) => toDifference(pair, parts) ?? []);
  const hidden = differences.filter(({ type }) => type === 'hidden').length;
  const agreed = pairs.length - differences.length + hidden;
  const kept = differences.slice(0, BACKTEST_LIMITS.incidents);
  return {
    type: 'self-check',
    coverage,
    tally,
    compared: pairs.length,
    agreed,
    agreementPercent: pairs.length === 0 ? 100 : (100 * agreed) / pairs.length,
    differences: kept,
    differencesLeftOut: differences.length - kept.length,
  };
}

/** Each stretch in one pair: with the one that it overlaps and that begins nearest. */
function toPairs({ coverage, stretches, recorded }: SelfCheckParts): readonly Pair[] {
  const isWithin = (it: Stretch) => it.fromMs >= coverage.fromMs && it.fromMs < coverage.toMs;
  const open = new Map<AlarmKey, Stretch[]>(
    [...Map.groupBy(stretches, ({ key }) => key)].map(([key, all]) => [key, [...all]]),
  );
  const pairs: Pair[] = recorded.stretches.map((history) => {
    const candidates = (open.get(history.key) ?? []).filter((it) => overlaps(it, history, SAME_MS));
    const apartMs = (it: Stretch) => Math.abs(it.fromMs - history.fromMs);
    const replay = candidates.toSorted((one, other) => apartMs(one) - apartMs(other))[0] ?? null;
    if (replay !== null)
      open.set(
        history.key,
        (open.get(history.key) ?? []).filter((it) => it !== replay),
      );
    return { history, replay };
  });
  const only = [...open.values()].flat().map((replay) => ({ history: null, replay }));
  return [...pairs, ...only]
    .filter(({ history, replay }) => isWithin((history ?? replay) as Stretch))
    .toSorted((one, other) => toAtMs(one) - toAtMs(other));
}

/** null = they agree. */
function toDifference(pair: Pair, parts: SelfCheckParts): Difference | null {
  const type = toType(pair);
  if (type === null) return null;
  const { history, replay } = pair;
  const known = (history ?? replay) as Stretch;
  const reasons = type === 'hidden' ? toHidden(pair) : toReasons(pair, parts);
  return {
    type,
    key: known.key,
    equipment: known.equipment,
    rule: known.rule,
    text: known.text,
    occurrence: history?.occurrence ?? null,
    historyAtMs: history?.fromMs ?? null,
    replayAtMs: replay?.fromMs ?? null,
    historyEndMs: toEndMs(history),
    replayEndMs: toEndMs(replay),
    reasons,
    why: toWhy(reasons[0] ?? 'unknown', type, pair, parts.model),
  };
}

function toType({ history, replay }: Pair): Difference['type'] | null {
  if (history === null) return 'extra';
  if (replay === null) return 'missing';
  if (Math.abs(history.fromMs - replay.fromMs) > SAME_MS) return 'shifted';
  return replay.isTold && !history.isTold ? 'hidden' : null;
}

/** What people decided is not replayed. */
function toHidden({ history }: Pair): readonly DifferenceReason[] {
  return history?.isDrill === true ? ['drill'] : ['shelved', 'out-of-service', 'suppressed'];
}

function toReasons({ history, replay }: Pair, parts: SelfCheckParts): readonly DifferenceReason[] {
  const { coverage, model, recorded, gapWithin } = parts;
  const known = (history ?? replay) as Stretch;
  const rule = model.rules.find(({ key }) => key === known.key);
  if (rule === undefined) return ['rule-removed'];
  const atMs = Math.min(history?.fromMs ?? Infinity, replay?.fromMs ?? Infinity);
  const laterMs = Math.max(history?.fromMs ?? 0, replay?.fromMs ?? 0);
  const fromMs = atMs - rule.onDelayMs - SAME_MS;
  const reasons: DifferenceReason[] = [];
  if ((coverage.heldFromMs ?? Infinity) > fromMs) reasons.push('out-of-retention');
  if (isOtherRule(rule, history, recorded, atMs)) reasons.push('rule-changed');
  if (recorded.siteChangesMs.some((ms) => ms >= atMs)) reasons.push('site-changed');
  if (coverage.gaps.some((gap) => gap.fromMs <= laterMs && gap.toMs >= fromMs)) reasons.push('gateway-down');
  if (coverage.gaps.some((gap) => gap.toMs <= laterMs && laterMs - gap.toMs < START_MS))
    reasons.push('restart');
  const gap = gapWithin(known.key, fromMs, laterMs);
  if (gap === 'bad-quality' || gap === 'no-data') reasons.push('bad-quality');
  const isEdge = atMs - coverage.fromMs < EDGE_MS + rule.onDelayMs || coverage.toMs - laterMs < EDGE_MS;
  if (isEdge || TOTALS.includes(rule.type)) reasons.push('range-edge');
  if (rule.points.some((point) => model.points[point]?.deadband !== 0) || isThinned(rule))
    reasons.push('deadband');
  return reasons.length === 0 ? ['unknown'] : reasons;
}

/** The rule was another one when it raised, or has been changed since. */
function isOtherRule(
  rule: RuleDef,
  history: Stretch | null,
  { ruleChanges }: Recorded,
  atMs: number,
): boolean {
  if (history !== null && history.ruleVersion !== rule.version) return true;
  return ruleChanges.some(
    (it) => it.equipment === rule.equipment && it.rule === rule.id && (it.reviewedAtMs ?? 0) >= atMs,
  );
}

/** Judged by how readings follow one another, of which the journal holds fewer. */
function isThinned({ type }: RuleDef): boolean {
  return ['stale', 'stuck', 'count', 'rate-of-change', 'expression', 'deviation'].includes(type);
}

function toAtMs({ history, replay }: Pair): number {
  return history?.fromMs ?? replay?.fromMs ?? 0;
}

function toEndMs(stretch: Stretch | null): number | null {
  return stretch === null || stretch.toMs === Infinity ? null : stretch.toMs;
}
