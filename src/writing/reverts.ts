/** Makes the reverts that are due: what stood before a write is written again, unless a tag hangs. */
import type { PointDef, SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import type { RiserError } from '../core/errors.ts';
import { type PointId, toId } from '../core/ids.ts';
import { isGood } from '../core/quality.ts';
import type { LockOutRow, PointWriteRow } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { isSame } from './carry-out.ts';
import { refusalForEver, toLockedOut } from './check.ts';
import type { Tally } from './counters.ts';
import { WRITING_LIMITS } from './limits.ts';
import type { LockOuts } from './lock-outs.ts';
import type { WriteRecords } from './records.ts';
import { step, type WriteInput, type WriteState } from './step.ts';
import { ELSEWHERE, toTarget } from './target.ts';
import type { Wire } from './wire.ts';

export interface RevertsOptions {
  readonly model: SiteModel;
  readonly clock: Clock;
  readonly records: WriteRecords;
  readonly lockOuts: LockOuts;
  readonly wire: Wire;
  readonly tally: Tally;
  /** Takes over what has begun. */
  readonly own: (work: Promise<void>) => void;
}

/** Begins every revert that is due and whose point is free. */
export function beginDueReverts(options: RevertsOptions): void {
  const { clock, records, own } = options;
  const { monoMs } = clock.now();
  for (const { state, dueMonoMs } of records.pending()) {
    if (monoMs < dueMonoMs) continue;
    const work = begin(options, state);
    if (work !== null) own(work);
  }
}

/** @returns null when there is nothing to do now */
function begin(options: RevertsOptions, state: WriteState): Promise<void> | null {
  const { model, wire } = options;
  const index = model.pointIndex.get(toId<PointId>(state.row.point));
  const point = index === undefined ? undefined : model.points[index];
  if (point === undefined) return note(options, state, { type: 'abandoned', why: 'the point is gone' });
  if (wire.isBusy(point)) return null;
  const obstacle = toObstacle(options, point, state);
  return wire.hold(point, () =>
    obstacle === null ? revert(options, point, state) : note(options, state, obstacle),
  );
}

function toObstacle(
  { wire, lockOuts, model }: RevertsOptions,
  point: PointDef,
  { row }: WriteState,
): WriteInput | null {
  const impossible = refusalForEver(point, wire.kindsOf(point));
  if (impossible !== null) return { type: 'abandoned', why: impossible.message };
  if (row.target !== toTarget(point, model)) return { type: 'abandoned', why: ELSEWHERE };
  if (row.previous === null) return { type: 'abandoned', why: 'nobody knows what stood before' };
  const tag = lockOuts.over(point.equipment);
  return tag === null ? null : { type: 'held', why: toWhy(tag) };
}

/** Failed, and tried again; or given up in the last day and not put back by hand since. */
export function countNotPutBack({ records, model, clock, latest }: CountOptions): number {
  const sinceMs = clock.now().wallMs - WRITING_LIMITS.givenUpShownMs;
  const failed = records.pending().filter(({ state }) => state.row.state === 'revert-failed');
  const givenUp = records.givenUp().filter((row) => row.changedAtMs > sinceMs && !isBack(row, model, latest));
  return failed.length + givenUp.length;
}

interface CountOptions extends Pick<RevertsOptions, 'records' | 'model' | 'clock'> {
  readonly latest: Pick<LatestView, 'get'>;
}

/** Whether the device shows again what stood before. */
function isBack(
  { point: id, previous, target }: PointWriteRow,
  model: SiteModel,
  latest: CountOptions['latest'],
): boolean {
  const point = model.points[model.pointIndex.get(toId<PointId>(id)) ?? -1];
  if (point === undefined || point.write === null || toTarget(point, model) !== target) return false;
  const { value, quality } = latest.get(point.index);
  return (
    value !== null &&
    previous !== null &&
    isGood(quality) &&
    isSame(previous, value, point.write.readBack.tolerance)
  );
}

async function revert(options: RevertsOptions, point: PointDef, state: WriteState): Promise<void> {
  const { records, lockOuts, wire, tally, clock } = options;
  const begun = step(state, { type: 'revert-begins' }, clock.now().wallMs);
  try {
    await records.announce(begun);
  } catch {
    // The store says by itself that it fails; the revert stays due.
    records.postpone(state.row.point);
    return;
  }
  // A tag may have been hung while the row was being stored, or is while the value waits for its turn.
  let tag: LockOutRow | null = null;
  const { outcome, error } = await wire.carry(point, state.row.previous ?? Number.NaN, () => {
    tag = lockOuts.over(point.equipment);
    return tag === null ? null : toLockedOut(tag);
  });
  const why = toHolding(tag, error);
  if (why !== null)
    return note(options, { ...state, row: { ...state.row, detail: '' } }, { type: 'held', why });
  await note(options, begun.state, { type: 'outcome', outcome });
  tally.reverted(outcome.state === 'confirmed');
}

/** @returns what the revert waits for; null when it has been tried */
function toHolding(tag: LockOutRow | null, error: RiserError | null): string | null {
  if (error?.code === 'locked-out' && tag !== null) return toWhy(tag);
  return error?.code === 'engine-busy' ? 'the gateway stops' : null;
}

async function note({ records, clock }: RevertsOptions, state: WriteState, input: WriteInput): Promise<void> {
  const stepped = step(state, input, clock.now().wallMs);
  if (stepped.effects.length > 0) await records.settle(stepped);
}

function toWhy({ by, reason }: LockOutRow): string {
  return `locked out by ${by}: ${reason}`;
}
