/**
 * Commissioning over the state store: people's commands and the gateway's own notes as events, one after the other, each
 * stored before memory knows of it. The decision loop asks `isMute`; alarms that wait for a signature are looked at again by
 * its sweep. An audit line holds the digest of the events, so that the hash chain covers them.
 */
import { createHash } from 'node:crypto';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import type { CommissioningEvent, WaivableStep } from '../core/commissioning.ts';
import { RiserError } from '../core/errors.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { EquipmentId, PointId } from '../core/ids.ts';
import { createTurns } from '../core/in-turn.ts';
import { isGood, QUALITIES, toQualityReason } from '../core/quality.ts';
import type { Text } from '../core/text.ts';
import type { Attachment } from '../core/ticket.ts';
import { toSafeAgain } from '../core/ticket-sheets.ts';
import type { Store } from '../store/store.ts';
import type { LatestView } from '../telemetry/latest.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import { type NoteWorld, noteComplete, toTrial, toTrialMuted, toUnsigned } from './notes.ts';
import type {
  CommissionedEquipment,
  CommissionedPoint,
  CommissioningPort,
  CommissioningStatus,
  ValueInput,
} from './port.ts';
import { toShownText, toValueCheck } from './shown.ts';
import { type CommissioningState, isOpen, withEvents } from './state.ts';
import { type Events, type PointInput, stepBegin, stepEnd, stepExtend, stepPoint } from './step.ts';
import {
  type CommissioningScope,
  createSubjects,
  type Muted,
  type PointSubject,
  type SubjectIndex,
  toMuted,
  toScoped,
} from './subject.ts';
import { type CommissioningLook, toEquipmentView, toPointViews, toStatus } from './views.ts';

export interface CommissioningOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly latest: LatestView;
  /** What the numbers of points of type `text` mean. */
  readonly toText: (number: number) => string | undefined;
  /** As it runs now. */
  readonly model: () => SiteModel;
  /** Number of an open ticket of them, by which somebody could be hurt now; null = none. Left out = nobody knows of tickets. */
  readonly findDanger?: (equipment: readonly EquipmentId[]) => Promise<string | null>;
}

/** What is worked out of one model, as long as its rules are the same. */
interface Derived {
  readonly rules: readonly RuleDef[];
  readonly subjects: SubjectIndex;
  /** null = the state has changed since. */
  muted: Muted | null;
}

const SILENT: Text = { zh: '调试', en: 'commissioning' };

export class Commissioning implements CommissioningPort {
  readonly #options: CommissioningOptions;
  readonly #inTurn = createTurns();
  #state: CommissioningState;
  #derived: Derived | null = null;
  /** Set by the watch (watch.ts), which stores what the gateway notes. */
  counts: Pick<CommissioningStatus, 'dropped' | 'isHealthy'> = { dropped: 0, isHealthy: true };

  constructor(options: CommissioningOptions, state: CommissioningState) {
    this.#options = options;
    this.#state = state;
  }

  get model(): SiteModel {
    return this.#options.model();
  }

  get state(): CommissioningState {
    return this.#state;
  }

  /** For the decision loop: whether alarms of the rule are listed only. @param model the one that it decides on */
  isMute(model: SiteModel, rule: RuleDef): boolean {
    return this.#muted(model).keys.has(rule.key);
  }

  /** As it stands, on the model as it runs now. */
  muted(): Muted {
    return this.#muted(this.model);
  }

  status(): CommissioningStatus {
    return toStatus(this.#look(), this.counts);
  }

  list(state: 'open' | 'all'): readonly CommissionedEquipment[] {
    const look = this.#look();
    const views = [...this.#state.commissions.keys()].flatMap((id) => toEquipmentView(look, id) ?? []);
    const isLeft = ({ commission, tally }: CommissionedEquipment): boolean =>
      isOpen(commission) || tally.open > 0 || tally.changed > 0;
    return state === 'all' ? views : views.filter(isLeft);
  }

  isOpen(id: EquipmentId): boolean {
    return isOpen(this.#state.commissions.get(id));
  }

  equipment(id: EquipmentId): CommissionedEquipment | null {
    return toEquipmentView(this.#look(), id);
  }

  points(id: EquipmentId): readonly CommissionedPoint[] {
    return this.#state.commissions.has(id) ? toPointViews(this.#look(), id) : [];
  }

  history(
    id: EquipmentId,
    page: { readonly limit: number; readonly offset: number },
  ): ReturnType<CommissioningPort['history']> {
    return this.#options.store.queries.commissioningHistory(id, page);
  }

  preview(scope: CommissioningScope): ReturnType<CommissioningPort['preview']> {
    const ids = this.#fresh(scope);
    const world = this.world();
    const [now, then] = [this.#muted(world.model), toTrialMuted(this.#state, world, ids)];
    return {
      equipment: ids.length,
      points: then.points - now.points,
      lifeSafety: then.lifeSafety.length - now.lifeSafety.length,
    };
  }

  begin(
    scope: CommissioningScope,
    input: Parameters<CommissioningPort['begin']>[1],
    by: string,
  ): Promise<readonly EquipmentId[]> {
    return this.#inTurn(async () => {
      const world = this.world();
      const wanted = this.#fresh(scope).map((equipment) => ({
        equipment,
        ...toTrial(this.#state, world, equipment),
      }));
      const silent = wanted.filter(({ lifeSafety }) => lifeSafety > 0).map(({ equipment }) => equipment);
      const danger = silent.length === 0 ? null : await this.#options.findDanger?.(silent);
      if (danger) throw new RiserError('value-not-allowed', { value: SILENT, allowed: toSafeAgain(danger) });
      const events = stepBegin(this.#state, wanted, input, by, world.nowMs);
      await this.#commit(events, by);
      return events.map(({ equipment }) => equipment);
    });
  }

  extend(id: EquipmentId, input: Parameters<CommissioningPort['extend']>[1], by: string): Promise<void> {
    return this.#inTurn(() =>
      this.#commit(stepExtend(this.#state, this.#find(id), input, by, this.world().nowMs), by),
    );
  }

  end(id: EquipmentId, reason: string, by: string): Promise<void> {
    return this.#inTurn(() => {
      const world = this.world();
      const unsigned = toUnsigned(this.#state, world, this.#find(id));
      return this.#commit(stepEnd(this.#state, id, { reason, unsigned }, by, world.nowMs), by);
    });
  }

  checkValue(point: PointId, input: ValueInput, by: string): Promise<void> {
    return this.#inTurn(() => {
      const subject = this.#subject(point);
      const { value, quality } = this.#options.latest.get(subject.point.index);
      if (value === null || !isGood(quality))
        throw new RiserError('commissioning-value-not-good', {
          quality: QUALITIES[toQualityReason(quality)].text,
        });
      requireLength(input.explanation);
      const shown = toShownText(subject.point, value, this.#options.toText);
      return this.#step(
        subject,
        { type: 'value', check: toValueCheck(subject.point, value, shown, input) },
        by,
      );
    });
  }

  addPhoto(point: PointId, photo: Attachment, by: string): Promise<void> {
    return this.#inTurn(() => this.#step(this.#subject(point), { type: 'photo', photo }, by));
  }

  confirmTicket(point: PointId, note: string, by: string): Promise<void> {
    const input = { type: 'ticket', ticket: null, note } as const;
    return this.#inTurn(() => this.#step(this.#subject(point), input, by));
  }

  waive(point: PointId, step: WaivableStep, reason: string, by: string): Promise<void> {
    return this.#inTurn(() => this.#step(this.#subject(point), { type: 'waive', step, reason }, by));
  }

  sign(points: readonly PointId[], note: string, by: string): Promise<void> {
    return this.#inTurn(() => {
      requireLength(note);
      const world = this.world();
      const subjects = [...new Set(points)].map((point) => this.#subject(point));
      const signed = subjects.flatMap((subject) =>
        stepPoint(this.#state, subject, { type: 'sign', note }, by, world.nowMs),
      );
      const state = withEvents(this.#state, signed);
      const ids = new Set(subjects.map(({ point }) => point.equipment));
      return this.#commit([...signed, ...noteComplete(state, world, ids)], by);
    });
  }

  withdraw(point: PointId, reason: string, by: string): Promise<void> {
    return this.#inTurn(() => this.#step(this.#subject(point), { type: 'withdraw', reason }, by));
  }

  photo(id: EquipmentId, photo: string): Attachment | null {
    for (const { equipment, photos } of this.#state.points.values())
      if (equipment === id) for (const one of photos) if (one.id === photo) return one;
    return null;
  }

  /** What the gateway notes by itself, in its turn. @param toEvents of the state as it stands then */
  note(toEvents: (state: CommissioningState, world: NoteWorld) => Events): Promise<Events> {
    return this.#inTurn(async () => {
      const events = toEvents(this.#state, this.world());
      for (let at = 0; at < events.length; at += COMMISSIONING_LIMITS.eventsPerCommit)
        await this.#commit(events.slice(at, at + COMMISSIONING_LIMITS.eventsPerCommit), GATEWAY);
      return events;
    });
  }

  world(): NoteWorld {
    const model = this.model;
    return { model, subjects: this.#derive(model).subjects, nowMs: this.#options.clock.now().wallMs };
  }

  #look(): CommissioningLook {
    const world = this.world();
    return { ...world, state: this.#state, muted: this.#muted(world.model) };
  }

  #derive(model: SiteModel): Derived {
    if (this.#derived?.rules !== model.rules)
      this.#derived = { rules: model.rules, subjects: createSubjects(model), muted: null };
    return this.#derived;
  }

  #muted(model: SiteModel): Muted {
    const derived = this.#derive(model);
    derived.muted ??= toMuted(model, derived.subjects, this.#state);
    return derived.muted;
  }

  #fresh(scope: CommissioningScope): readonly EquipmentId[] {
    const found = toScoped(this.model, scope);
    if (found.length === 0) throw new RiserError('not-found', { what: EQUIPMENT });
    return found.filter((id) => !isOpen(this.#state.commissions.get(id)));
  }

  #find(id: EquipmentId): EquipmentId {
    if (!this.model.equipment.has(id)) throw new RiserError('not-found', { what: EQUIPMENT });
    return id;
  }

  #subject(id: PointId): PointSubject {
    const { model, subjects } = this.world();
    const point = model.points[model.pointIndex.get(id) ?? -1];
    if (point === undefined) throw new RiserError('not-found', { what: { zh: '点位', en: 'point' } });
    return subjects.of(point);
  }

  #step(subject: PointSubject, input: PointInput, by: string): Promise<void> {
    return this.#commit(stepPoint(this.#state, subject, input, by, this.world().nowMs), by);
  }

  /** @throws RiserError `store-failed`; then memory is as it was */
  async #commit(events: Events, by: string): Promise<void> {
    const [first] = events;
    if (first === undefined) return;
    await this.#options.store.commit({
      writes: [
        ...events.map((event) => ({ type: 'commissioning-event', event }) as const),
        { type: 'audit', entry: toAudit(first, events, by) },
      ],
    });
    this.#state = withEvents(this.#state, events);
    if (this.#derived !== null) this.#derived.muted = null;
  }
}

function toAudit(first: CommissioningEvent, events: Events, actor: string) {
  const main = events.find((event) => event.by === actor) ?? first;
  const digest = createHash('sha256').update(JSON.stringify(events)).digest('hex');
  const detail = { events: events.length, digest };
  const object = main.point ?? main.equipment;
  return { atMs: main.atMs, actor, action: `commissioning-${main.type}`, object, detail };
}

function requireLength(text: string): void {
  const max = COMMISSIONING_LIMITS.textChars;
  if (text.length > max) throw new RiserError('reason-required', { max });
}

const EQUIPMENT = { zh: '设备', en: 'equipment' };
