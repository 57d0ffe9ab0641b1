/** Makes the reverts that are due: what stood before a write is written again, unless a tag hangs. */
import type { PointDef, SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { type PointId, toId } from '../core/ids.ts';
import type { LockOutRow } from '../store/store.ts';
import type { Carried } from './carry-out.ts';
import { refusalForEver } from './check.ts';
import type { Tally } from './counters.ts';
import type { LockOuts } from './lock-outs.ts';
import type { WriteRecords } from './records.ts';
import { step, type WriteInput, type WriteState } from './step.ts';
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
  { wire, lockOuts }: RevertsOptions,
  point: PointDef,
  { row }: WriteState,
): WriteInput | null {
  const impossible = refusalForEver(point, wire.kindsOf(point));
  if (impossible !== null) return { type: 'abandoned', why: impossible.message };
  if (row.previous === null) return { type: 'abandoned', why: 'nobody knows what stood before' };
  const tag = lockOuts.over(point.equipment);
  return tag === null ? null : { type: 'held', why: toWhy(tag) };
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
  // A tag may have been hung while the row was being stored.
  const tag = lockOuts.over(point.equipment);
  const { outcome } = tag === null ? await wire.carry(point, state.row.previous ?? Number.NaN) : toHeld(tag);
  await note(options, begun.state, { type: 'outcome', outcome });
  tally.reverted(outcome.state === 'confirmed');
}

function toHeld(tag: LockOutRow): Pick<Carried, 'outcome'> {
  return { outcome: { state: 'failed', readBack: null, detail: toWhy(tag) } };
}

async function note({ records, clock }: RevertsOptions, state: WriteState, input: WriteInput): Promise<void> {
  const stepped = step(state, input, clock.now().wallMs);
  if (stepped.effects.length > 0) await records.settle(stepped);
}

function toWhy({ by, reason }: LockOutRow): string {
  return `locked out by ${by}: ${reason}`;
}
