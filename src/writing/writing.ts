/**
 * Writing: a person's value from the request to the device, back, and, where the profile asks for it, away again.
 *
 *   check ─▶ row `sent` + audit stored ─▶ check again ─▶ wire, once ─▶ read back ─▶ outcome + audit stored
 *                                                                         └ revert due (a row, swept) ─▶ the same way
 *
 * The row is stored before the wire is touched: whatever ends the gateway in between, a write is shown as `unknown` at
 * the next start and is never sent again.
 *
 * Reverts: a revert writes what stood before the *first* of several writes, because only that was not a passing value;
 * the newest write carries it and the older row is `superseded`. A lock-out holds a revert up. Interlocks do not: they
 * guard the way into an unusual state, and a revert is the way out of it. So a profile asks for one only where going
 * back is always safe.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { PointDef, SiteModel, WriteDef } from '../config/model.ts';
import { assert, defined } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import { type EquipmentId, type PointId, toId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { isGood } from '../core/quality.ts';
import type { Role } from '../core/roles.ts';
import type { LockOutRow, PointWriteRow, Store } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { type Carried, type Field, pause, readOnce, within } from './carry-out.ts';
import { refusal } from './check.ts';
import { createTally, type WritingCounters } from './counters.ts';
import { WRITING_LIMITS } from './limits.ts';
import { LockOuts } from './lock-outs.ts';
import type { WriteCommand, WritesFilter, WritingPort } from './port.ts';
import { toTakenOver, WriteRecords } from './records.ts';
import { Refusals } from './refusals.ts';
import { beginDueReverts, countNotPutBack } from './reverts.ts';
import { step, toSent, type WriteState } from './step.ts';
import { toTarget } from './target.ts';
import { createUnderWay } from './under-way.ts';
import { toWriteDef, Wire } from './wire.ts';

export interface WritingOptions {
  readonly model: SiteModel;
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly field: Field;
  readonly latest: Pick<LatestView, 'get'>;
  /** Id of the next write. Default: a random UUID. */
  readonly newId?: () => string;
}

export interface Writing extends WritingPort {
  /** Reverts are made from now on. */
  start(): void;
  /** Looks once for reverts that are due and outcomes that are not stored; `start` calls it on a tick. */
  sweep(): void;
  /** Sends nothing more and waits, for a bounded time, until what is under way is stored. Idempotent. */
  stop(): Promise<void>;
  counters(): WritingCounters;
}

/** Reads what was open when the gateway ended. @throws RiserError `store-failed` */
export async function createWriting(options: WritingOptions): Promise<Writing> {
  const { model, store, clock } = options;
  const lockOuts = new LockOuts({ model, store, clock, hanging: await store.queries.lockOuts() });
  const revertAfterMs = (point: string): number => {
    const index = model.pointIndex.get(toId<PointId>(point));
    return (index === undefined ? null : model.points[index]?.write?.revertAfterMs) ?? 0;
  };
  const records = new WriteRecords({ ...options, revertAfterMs });
  await records.restore();
  return new WritingService(options, lockOuts, records);
}

class WritingService implements Writing {
  readonly #options: WritingOptions;
  readonly #lockOuts: LockOuts;
  readonly #records: WriteRecords;
  readonly #refusals: Refusals;
  readonly #tally = createTally();
  readonly #stopping = new AbortController();
  readonly #underWay = createUnderWay();
  readonly #wire: Wire;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: WritingOptions, lockOuts: LockOuts, records: WriteRecords) {
    this.#options = options;
    this.#lockOuts = lockOuts;
    this.#records = records;
    this.#refusals = new Refusals(options);
    this.#wire = new Wire({ ...options, signal: this.#stopping.signal });
  }

  start(): void {
    assert(this.#timer === null, 'writing starts once');
    this.#timer = setInterval(() => this.sweep(), LIMITS.sweepMs);
  }

  sweep(): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#records.unsaved > 0) {
      this.#underWay.own(this.#records.flush());
      return;
    }
    beginDueReverts({
      ...this.#options,
      records: this.#records,
      lockOuts: this.#lockOuts,
      wire: this.#wire,
      tally: this.#tally,
      own: (work) => this.#underWay.own(work),
    });
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stopping.abort();
    if (!(await this.#underWay.ended())) {
      this.#options.log.warn('a write is still under way; it will be shown as unknown');
    }
    await this.#records.flush({ isLast: true });
  }

  counters(): WritingCounters {
    return {
      ...this.#tally.counters(),
      pendingReverts: this.#records.pending().length,
      notPutBack: countNotPutBack({ ...this.#options, records: this.#records }),
      unsavedOutcomes: this.#records.unsaved,
      unauditedRefusals: this.#refusals.unaudited,
      lockOuts: this.#lockOuts.all().size,
    };
  }

  async write(command: WriteCommand): Promise<PointWriteRow> {
    const point = defined(this.#options.model.points[command.point], `point ${command.point}`);
    const refused = toReasonProblem(command.reason) ?? this.#refusalOf(point, command) ?? this.#toBusy(point);
    if (refused !== null) this.#refuse(point, command, refused);
    const asked = { ...command, reason: command.reason.trim() };
    const shown: { row: PointWriteRow | null } = { row: null };
    const work = this.#wire.hold(point, () => this.#perform(point, asked, shown));
    this.#underWay.follow(work);
    const ended = new AbortController();
    const late = pause(WRITING_LIMITS.answerMs, ended.signal).then(() => shown.row ?? work);
    return Promise.race([work, late]).finally(() => ended.abort());
  }

  noteUnread(point: number, by: string, refusal: RiserError): void {
    this.#noteRefusal(defined(this.#options.model.points[point], `point ${point}`), by, null, refusal);
  }

  async lockOut(equipment: EquipmentId, reason: string, by: string): Promise<LockOutRow> {
    const problem = toReasonProblem(reason);
    if (problem !== null) throw problem;
    const lockOut = await this.#lockOuts.hang(equipment, reason.trim(), by);
    const sending = this.#wire.sendingTo(this.#lockOuts.covered(equipment));
    await within(Promise.allSettled(sending), WRITING_LIMITS.answerMs).catch(() => {
      this.#options.log.warn({ equipment }, 'a value was on the wire when the tag was hung, and still is');
    });
    return lockOut;
  }

  unlock(equipment: EquipmentId, by: string, roles: readonly Role[]): Promise<void> {
    return this.#lockOuts.takeOff(equipment, by, roles);
  }

  lockOuts(): ReadonlyMap<string, LockOutRow> {
    return this.#lockOuts.all();
  }

  writes(filter: WritesFilter): Promise<readonly PointWriteRow[]> {
    return this.#options.store.queries.pointWrites({ state: 'all', ...filter });
  }

  /** Why the write may not be made as things are now; null = it may. */
  #refusalOf(point: PointDef, { value, roles }: WriteCommand): RiserError | null {
    if (this.#stopping.signal.aborted) return new RiserError('engine-busy');
    return refusal({
      point,
      kinds: this.#wire.kindsOf(point),
      value,
      roles,
      lockOut: this.#lockOuts.over(point.equipment),
      read: (index) => this.#options.latest.get(index),
    });
  }

  #toBusy(point: PointDef): RiserError | null {
    return this.#wire.isBusy(point) ? new RiserError('write-busy') : null;
  }

  /** Counts it and has it written down. @throws the refusal: whoever asked hears of it at once, however slow the disk is */
  #refuse(point: PointDef, command: WriteCommand, error: RiserError): never {
    this.#noteRefusal(point, command.by, command, error);
    throw error;
  }

  #noteRefusal(point: PointDef, by: string, asked: WriteCommand | null, error: RiserError): void {
    this.#tally.refused();
    this.#underWay.own(this.#refusals.note(point, by, asked, error));
  }

  /** @param shown what a caller is answered with who does not wait for the end */
  async #perform(
    point: PointDef,
    command: WriteCommand,
    shown: { row: PointWriteRow | null },
  ): Promise<PointWriteRow> {
    const def = toWriteDef(point);
    const older = this.#olderOf(point);
    const from = await this.#valueBefore(point, def, older !== null);
    const previous = def.revertAfterMs !== null && older !== null ? older.previous : from;
    if (def.revertAfterMs !== null && previous === null) this.#refuse(point, command, toNoWayBack());
    const sent = toSent(this.#toRow(point, command, previous), from);
    // Reading what stood before has taken time: what has changed meanwhile refuses it without a row.
    const changed = this.#refusalOf(point, command);
    if (changed !== null) this.#refuse(point, command, changed);
    await this.#records.announce(sent);
    shown.row = sent.state.row;
    // A tag or an interlock may come while the row is being stored, or the value waits for its turn.
    const carried = await this.#wire.carry(point, command.value, () => this.#refusalOf(point, command));
    return this.#finish(sent.state, carried);
  }

  #toRow(point: PointDef, { value, reason, by }: WriteCommand, previous: number | null): PointWriteRow {
    const { clock, newId = randomUUID } = this.#options;
    const { revertAfterMs } = toWriteDef(point);
    const atMs = clock.now().wallMs;
    return {
      id: newId(),
      point: point.id,
      value,
      previous,
      state: 'sent',
      by,
      reason,
      atMs,
      readBack: null,
      revertAtMs: revertAfterMs === null ? null : atMs + revertAfterMs,
      changedAtMs: atMs,
      detail: '',
      target: toTarget(point, this.#options.model),
    };
  }

  /** A write of the same place with a revert to come. */
  #olderOf(point: PointDef): PointWriteRow | null {
    const row = this.#records.pendingOf(point.id)?.state.row ?? null;
    return row?.target === toTarget(point, this.#options.model) ? row : null;
  }

  async #finish(state: WriteState, { outcome, error }: Carried): Promise<PointWriteRow> {
    const nowMs = this.#options.clock.now().wallMs;
    const ended = step(state, { type: 'outcome', outcome }, nowMs);
    const older = this.#records.pendingOf(state.row.point);
    const isTakenOver = outcome.state !== 'failed' && older !== null;
    // The older one first: the newer then stands in its place.
    await this.#records.settle(
      ...(isTakenOver ? [step(older.state, toTakenOver(older.state.row, state.row), nowMs)] : []),
      ended,
    );
    this.#tally.written(outcome.state);
    if (error !== null) throw error;
    return ended.state.row;
  }

  /**
   * What stands now. Where it will be written again it is read now, since the latest reading may be a poll old.
   * @param isKnown what a revert will write is known from an earlier write
   */
  async #valueBefore({ index }: PointDef, def: WriteDef, isKnown: boolean): Promise<number | null> {
    const { latest, field } = this.#options;
    const { value, quality } = latest.get(index);
    const usual = isGood(quality) ? value : null;
    if (usual !== null && (def.revertAfterMs === null || isKnown)) return usual;
    return (await readOnce(field, index, def.readBack.withinMs)) ?? usual;
  }
}

function toReasonProblem(reason: string): RiserError | null {
  const { length } = reason.trim();
  const { reasonChars: max } = WRITING_LIMITS;
  return length === 0 || length > max ? new RiserError('reason-required', { max }) : null;
}

function toNoWayBack(): RiserError {
  const why = {
    zh: '读不到原值，到时无法自动恢复',
    en: 'the value before cannot be read, so it could not be put back',
  };
  return new RiserError('interlocked', { why });
}
