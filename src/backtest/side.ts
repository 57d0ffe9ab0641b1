/** One set of rules in a backtest: its replay, and what it comes to. */
import { isSetAside } from '../alarms/annunciation.ts';
import type { SiteModel } from '../config/model.ts';
import type { AlarmEvent } from '../core/alarm.ts';
import type { AlarmKey } from '../core/ids.ts';
import type { TicketEvent } from '../core/ticket.ts';
import { toOffsetMs } from '../core/zone.ts';
import { toFloods } from './floods.ts';
import type { GapReason, SideTally, Tally } from './port.ts';
import { isStanding, toStretchBase } from './recorded.ts';
import { Replay } from './replay.ts';
import type { StaffTimes } from './staff.ts';
import { type Stretch, Stretches, toClipped } from './stretches.ts';

export interface SideOptions {
  /** As it is replayed. */
  readonly model: SiteModel;
  readonly startMs: number;
  readonly range: { readonly fromMs: number; readonly toMs: number };
  readonly staff: StaffTimes | null;
}

interface OpenedTicket {
  readonly key: AlarmKey | null;
  readonly atMs: number;
}

const HOUR_MS = 3_600_000;
const NIGHT_FROM = 22;
const NIGHT_TO = 6;

export class Side {
  readonly model: SiteModel;
  readonly replay: Replay;
  readonly #range: SideOptions['range'];
  readonly #stretches = new Stretches();
  readonly #tickets: OpenedTicket[] = [];
  readonly #index: ReadonlyMap<AlarmKey, number>;

  constructor({ model, range, ...options }: SideOptions) {
    this.model = model;
    this.#range = range;
    this.#index = new Map(model.rules.map(({ key, index }) => [key, index]));
    this.replay = new Replay({
      ...options,
      model,
      range,
      onAlarm: (event) => this.#stretches.add(toStretchEvent(event)),
      onTicket: (event) => this.#noteTicket(event),
    });
  }

  indexOf(key: AlarmKey): number | undefined {
    return this.#index.get(key);
  }

  /** Those that stood at some time of the range, as they were. */
  stretches(): readonly Stretch[] {
    const { fromMs, toMs } = this.#range;
    return this.#stretches.all().filter((it) => it.toMs >= fromMs && it.fromMs < toMs);
  }

  /** The same from the beginning of the range on: an alarm that stands all the time must not look like quiet. */
  clipped(): readonly Stretch[] {
    return this.stretches().map((it) => toClipped(it, this.#range.fromMs));
  }

  gapWithin(key: AlarmKey, fromMs: number, toMs: number): GapReason | null {
    const index = this.#index.get(key);
    return index === undefined ? null : this.replay.tally.gapWithin(index, fromMs, toMs);
  }

  /** Key: alarm key; every rule of the model. */
  tallies(): ReadonlyMap<AlarmKey, Tally> {
    const { fromMs, toMs } = this.#range;
    const raises = Map.groupBy(this.#raises(), ({ key }) => key);
    const tickets = Map.groupBy(this.#opened(), ({ key }) => key);
    return new Map(
      this.model.rules.map(({ key, index }) => {
        const counts = this.#count(raises.get(key) ?? [], tickets.get(key) ?? []);
        return [key, { ...counts, ...toTimes(this.replay.tally.times(index), toMs - fromMs) }];
      }),
    );
  }

  total(): SideTally {
    const { fromMs, toMs } = this.#range;
    const times = this.model.rules.map(({ index }) => this.replay.tally.times(index));
    const by: Partial<Record<GapReason, number>> = {};
    for (const { notEvaluableBy } of times)
      for (const [reason, ms] of Object.entries(notEvaluableBy) as [GapReason, number][])
        by[reason] = (by[reason] ?? 0) + ms;
    const activeMs = times.reduce((sum, one) => sum + one.activeMs, 0);
    const raises = this.#raises();
    const spanMs = (toMs - fromMs) * times.length;
    return {
      ...this.#count(raises, this.#opened()),
      ...toTimes({ activeMs, notEvaluableBy: by }, spanMs),
      ...toFloods(
        raises.map((it) => it.fromMs),
        this.model.policy.alarms.flood,
        toMs,
      ),
    };
  }

  #raises(): readonly Stretch[] {
    return this.clipped().filter((it) => it.isTold);
  }

  #opened(): readonly OpenedTicket[] {
    const { fromMs, toMs } = this.#range;
    const standing = new Set(this.stretches().flatMap((it) => (it.fromMs < fromMs ? [it.key] : [])));
    return this.#tickets
      .filter(({ key, atMs }) => atMs < toMs && (atMs >= fromMs || (key !== null && standing.has(key))))
      .map((it) => ({ ...it, atMs: Math.max(it.atMs, fromMs) }));
  }

  #count(raises: readonly Stretch[], tickets: readonly OpenedTicket[]) {
    const { timeZone } = this.model.site;
    return {
      raises: raises.length,
      nightRaises: raises.filter((it) => isNight(timeZone, it.fromMs)).length,
      tickets: tickets.length,
      nightTickets: tickets.filter((it) => isNight(timeZone, it.atMs)).length,
    };
  }

  #noteTicket({ type, atMs, ticket }: TicketEvent): void {
    if (type !== 'opened') return;
    this.#tickets.push({ key: (ticket.alarms[0]?.key as AlarmKey | undefined) ?? null, atMs });
  }
}

function toStretchEvent({ type, atMs, occurrence }: AlarmEvent) {
  const isTold = !isSetAside(occurrence);
  return { ...toStretchBase(occurrence), type, atMs, isActive: isStanding(type), isTold };
}

function toTimes(
  { activeMs, notEvaluableBy }: Pick<Tally, 'activeMs' | 'notEvaluableBy'>,
  spanMs: number,
): Pick<Tally, 'activeMs' | 'notEvaluableMs' | 'notEvaluableRatio' | 'notEvaluableBy'> {
  const notEvaluableMs = Object.values(notEvaluableBy).reduce((sum, ms) => sum + ms, 0);
  const notEvaluableRatio = spanMs === 0 ? 0 : Math.min(1, notEvaluableMs / spanMs);
  return { activeMs, notEvaluableMs, notEvaluableRatio, notEvaluableBy };
}

function isNight(timeZone: string, ms: number): boolean {
  const hour = Math.floor((ms + toOffsetMs(timeZone, ms)) / HOUR_MS) % 24;
  return hour >= NIGHT_FROM || hour < NIGHT_TO;
}
