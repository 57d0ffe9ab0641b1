/**
 * What maintenance by use has in common (hours run, starts): use since the last maintenance, from the device's own
 * counter or watched by the gateway, and when it begins anew. A helper of running-hours.ts and starts.ts; in what use is
 * measured, and when it is due, is theirs.
 *
 * Use that was seen stays: a gap, a restart, a roll-over, another counter or another way of measuring takes nothing away
 * and adds nothing. It begins anew when `resetBy` is entered, and with another `doneAt`, `doneOn` or `already`, which is how
 * people say that the work is done. Without a memory, what was announced as due stays due until then.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import type { Now } from '../core/clock.ts';
import {
  checkInner,
  hasInner,
  type InnerOfPoint,
  InnerOfPointSchema,
  innerProperties,
  judgeInner,
  toInnerKey,
} from './inner.ts';
import type { Condition, JsonValue, Judging, Past, Sample } from './rule.ts';
import { type CounterBase, type CounterLimits, takeReading } from './windows/counter.ts';
import { type Saved, toBoolean, toDownMs, toKey, toNumber } from './windows/saved.ts';

export interface ServiceParams extends InnerOfPoint {
  readonly counter?: boolean;
  readonly rollsOverAt?: number;
  readonly doneAt?: number;
  readonly already?: number;
  readonly doneOn?: string;
  readonly resetBy?: InnerOfPoint;
}

/** @param unit in what use is measured, for the schema's descriptions */
export function toServiceProperties(unit: string) {
  const Amount = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }));
  return {
    point: Type.String(),
    ...innerProperties,
    counter: Type.Optional(Type.Boolean({ default: false, description: `The point counts ${unit} itself` })),
    rollsOverAt: Amount('First value that the counter cannot show: 10000 for four digits'),
    doneAt: Amount(`With counter: its reading at the last maintenance, in ${unit}`),
    already: Amount(`Without counter: ${unit} since the last maintenance when the rule begins`),
    doneOn: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}$',
        description: 'Date of the last maintenance; a new one begins anew',
      }),
    ),
    resetBy: Type.Optional(InnerOfPointSchema),
  };
}

export function toServicePoints(params: Readonly<Record<string, unknown>>): readonly string[] {
  const { point, resetBy } = params as unknown as ServiceParams;
  return resetBy === undefined ? [point] : [point, resetBy.point];
}

export function checkService(params: ServiceParams, points: readonly RulePoint[]): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const { counter = false, resetBy, rollsOverAt, doneAt = 0 } = params;
  if (!counter) issues.push(...checkInner(params, points[0]));
  else if (hasInner(params))
    issues.push({ path: 'counter', expected: 'either counter or a condition', found: 'both' });
  for (const key of counter ? (['already'] as const) : (['rollsOverAt', 'doneAt'] as const)) {
    const expected = `none ${counter ? 'with' : 'without'} counter`;
    if (params[key] !== undefined) issues.push({ path: key, expected, found: String(params[key]) });
  }
  if (rollsOverAt !== undefined && doneAt >= rollsOverAt)
    issues.push({
      path: 'doneAt',
      expected: `less than rollsOverAt (${rollsOverAt})`,
      found: String(doneAt),
    });
  if (resetBy !== undefined) issues.push(...checkInner(resetBy, points[1], 'resetBy.'));
  return issues;
}

export interface Service {
  /** Use since the last maintenance. */
  used: number;
  readonly base: CounterBase;
  /** Last known inner condition, and that of `resetBy`; null before the first. */
  isIn: boolean | null;
  isReset: boolean | null;
  /** The first reading of a counter says how much was used before; not where that is known already. */
  readonly isCarriedOn: boolean;
  /** Since which maintenance, and how it is measured. */
  readonly since: string;
  readonly by: string;
}

/** @param dueAt use at which the maintenance is due: what was announced, when nothing else is known */
export function createService(params: ServiceParams, past: Past, dueAt: number): Service {
  const { already = 0, doneAt, doneOn, counter, rollsOverAt, resetBy } = params;
  return {
    used: past === 'lost' ? Math.max(already, dueAt) : already,
    base: { value: Number.NaN, monoMs: 0 },
    isIn: null,
    isReset: null,
    isCarriedOn: false,
    since: JSON.stringify(toKey([already, doneAt, doneOn])),
    by: JSON.stringify([toInnerKey(params), toKey([counter, rollsOverAt]), resetBy && toInnerKey(resetBy)]),
  };
}

/**
 * Takes the sample of a counter.
 * @returns growth; 0 for the first reading, which says how much was used before
 */
export function takeCounter(
  service: Service,
  params: ServiceParams,
  value: number,
  now: Now,
  limits: Omit<CounterLimits, 'rollsOverAt'>,
): number {
  const isFirst = Number.isNaN(service.base.value);
  const growth = takeReading(service.base, value, now.monoMs, {
    ...limits,
    rollsOverAt: params.rollsOverAt ?? null,
  });
  if (!isFirst) service.used += growth;
  else if (!service.isCarriedOn) service.used = Math.max(service.used, toUsedBefore(params, value));
  return growth;
}

/** A reading below that of the last maintenance is past the roll-over, or of another counter: then nothing is known of before. */
function toUsedBefore({ doneAt = 0, rollsOverAt }: ServiceParams, value: number): number {
  return value >= doneAt ? value - doneAt : rollsOverAt === undefined ? 0 : value + rollsOverAt - doneAt;
}

/** @returns the inner condition of the rule's own point, remembered where it is known */
export function takeInner(
  service: Service,
  params: ServiceParams,
  sample: Sample,
  judging: Judging,
): Condition {
  const inner = judgeInner(params, sample, judging.isUsable(0), service.isIn === true);
  if (inner !== 'unknown') service.isIn = inner === 'true';
  return inner;
}

/** Whether somebody has reset the use at the device just now: `resetBy` was entered. */
export function takeReset(
  service: Service,
  params: ServiceParams,
  samples: readonly Sample[],
  judging: Judging,
): boolean {
  if (params.resetBy === undefined) return false;
  const reset = judgeInner(
    params.resetBy,
    samples[1] as Sample,
    judging.isUsable(1),
    service.isReset === true,
  );
  if (reset === 'unknown') return false;
  const isEntry = reset === 'true' && service.isReset === false;
  service.isReset = reset === 'true';
  return isEntry;
}

export function saveService(
  { used, base, isIn, isReset, isCarriedOn, since, by }: Service,
  now: Now,
): Readonly<Record<string, JsonValue>> {
  const counter = Number.isNaN(base.value) ? null : base.value;
  return {
    atMs: now.wallMs,
    used,
    counter,
    ageMs: counter === null ? 0 : now.monoMs - base.monoMs,
    isIn,
    isReset,
    isCarriedOn,
    since,
    by,
  };
}

/** Rows of earlier versions do not say since when, nor how: as now. */
export function restoreService(
  saved: Saved | null,
  params: ServiceParams,
  start: Now,
  past: Past,
  dueAt: number,
): Service {
  const service = createService(params, past, dueAt);
  const [atMs, used, ageMs] = [
    toNumber(saved?.['atMs']),
    toNumber(saved?.['used'], 0),
    toNumber(saved?.['ageMs'], 0),
  ];
  if (saved === null || atMs === null || used === null || ageMs === null) return service;
  const { since, by } = service;
  if ((saved['since'] ?? since) !== since) return createService(params, 'whole', dueAt);
  const carried = { ...service, used, isCarriedOn: true };
  if ((saved['by'] ?? by) !== by) return carried;
  const value = toNumber(saved['counter']) ?? Number.NaN;
  return {
    ...service,
    isCarriedOn: saved['isCarriedOn'] === true,
    used,
    base: { value, monoMs: start.monoMs - toDownMs(atMs, start) - ageMs },
    isIn: toBoolean(saved['isIn']),
    isReset: toBoolean(saved['isReset']),
  };
}
