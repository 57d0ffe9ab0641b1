/**
 * Judges what comes out of the gateway: every good value against the ledger of the endpoint that it was read from, that
 * nothing turns bad which nothing strikes, and how long each unit's points take to be good once nothing strikes it any more.
 */
import type { SiteModel } from '../../../src/config/model.ts';
import { isBad, isGood, type QualityReason, toQualityReason } from '../../../src/core/quality.ts';
import type { ReadingBatch } from '../../../src/core/reading.ts';
import type { PollRequest } from '../../../src/drivers/driver.ts';
import { type Damage, type Episode, isOfLink, toDamage } from './fault-plan.ts';
import { toWrong } from './ledger-check.ts';
import { POLL_MS, type Running, type SoakPoint } from './plant.ts';
import { isBack, type Judged, toJudged, toUnits, type UnitState, worse } from './units.ts';

/** What is wrong, with the last frames of the endpoint. */
export interface Violation {
  readonly atMs: number;
  readonly what: string;
  /** What has struck the endpoint lately: `12.30 s begins unit 2 {"kind":"late",…}`. */
  readonly episodes: readonly string[];
  readonly frames: readonly string[];
}

export interface Return {
  readonly unit: string;
  readonly damage: Damage;
  /** How long something had struck it. */
  readonly outMs: number;
  /** From the end of that to the last point that was good again. */
  readonly tookMs: number;
  /** The same from when nothing struck anybody on its wire any more. */
  readonly aloneMs: number;
}

export interface RefereeOptions {
  readonly model: SiteModel;
  readonly running: readonly Running[];
  readonly nowMs: () => number;
  /** Longest wait for the return of a unit, from when nothing strikes anybody on its wire, and from when nothing strikes it. */
  readonly boundMs: (damage: Damage, outMs: number) => Bounds;
}

export interface Bounds {
  readonly aloneMs: number;
  readonly crowdedMs: number;
}

/** More would say no more. */
const MAX_VIOLATIONS = 8;
const SHOWN_FRAMES = 25;
/** So long after others on its wire were struck, their time-outs may still leave it no room: two cycles. */
const CROWD_MS = 2 * POLL_MS;
const SHOWN_EPISODES = 10;

export class Referee {
  readonly violations: Violation[] = [];
  readonly returns: Return[] = [];
  /** Good readings that were looked up in a ledger. */
  checked = 0;
  /** Values that came too late because others on their bus cost too much time. */
  crowded = 0;
  /** Units lost with the connection of a line that was given up, since another unit's late answer could not be told. */
  swept = 0;
  readonly #options: RefereeOptions;
  readonly #units: readonly UnitState[];
  /** In the order of the model. */
  readonly #points: readonly Judged[];
  /** Key: endpoint. */
  readonly #recent: ReadonlyMap<string, string[]>;

  constructor(options: RefereeOptions) {
    this.#options = options;
    this.#units = options.running.flatMap(toUnits);
    this.#points = toJudged(options.model, this.#units);
    this.#recent = new Map(options.running.map(({ endpoint: { id } }) => [id, []]));
  }

  /** A request has gone out. */
  asked(request: PollRequest): void {
    for (const at of request.points) (this.#points[at] as Judged).askedMs = Date.now();
  }

  judge(batch: ReadingBatch): void {
    for (let at = 0; at < batch.count; at++) {
      const judged = this.#points[batch.point[at] as number] as Judged;
      const quality = batch.quality[at] as number;
      judged.isGood = isGood(quality);
      judged.toldMs = this.#options.nowMs();
      if (isBad(quality)) this.#onBad(judged.unit, judged.point, toQualityReason(quality));
      else this.#onValue(judged, batch.value[at] as number, batch.receivedMs[at] as number);
      if (judged.isGood) this.#noteReturn(judged.unit);
    }
  }

  began(where: Running, episode: Episode): void {
    this.#note(where, episode, 'begins');
    const { endpoint } = where;
    for (const unit of this.#units) {
      const isStruck = isOfLink(endpoint, episode) || unit.unit === episode.unit;
      if (unit.running !== where || !isStruck) continue;
      if (!unit.isOut) this.#out(unit);
      unit.damage = worse(unit.damage, toDamage(endpoint, episode, unit.unit));
      unit.struck.add(episode);
    }
  }

  ended(where: Running, episode: Episode): void {
    this.#note(where, episode, 'ends');
    for (const unit of this.#units) {
      if (!unit.struck.delete(episode)) continue;
      unit.clearMs = this.#options.nowMs();
      this.#noteReturn(unit);
    }
  }

  /** Looks once for units that are late. */
  look(): void {
    for (const unit of this.#units) {
      const { id, damage, clearMs, struckMs } = unit;
      const nowMs = this.#options.nowMs();
      if (this.#othersOf(unit).length > 0) unit.crowdedMs = nowMs;
      if (!unit.isOut || unit.struck.size > 0 || unit.isReported) continue;
      const outMs = clearMs - struckMs;
      const { aloneMs, crowdedMs } = this.#options.boundMs(damage, outMs);
      const roomMs = Math.max(clearMs, unit.crowdedMs);
      if (nowMs - roomMs <= aloneMs && nowMs - clearMs <= crowdedMs) continue;
      unit.isReported = true;
      const names = unit.points.filter((each) => !isBack(each, unit)).map(({ point }) => point.name);
      const why = `${damage} for ${outMs} ms`;
      this.#violate(
        unit,
        `${id} is not good ${nowMs - clearMs} ms after its return (${why}): ${names.join(', ')}`,
      );
    }
  }

  /** Points that are not good now. */
  bad(): readonly string[] {
    const bad = this.#points.filter((judged) => !judged.isGood);
    return bad.map(({ unit, point }) => `${unit.id}/${point.name}`);
  }

  #onValue({ unit, point, askedMs }: Judged, value: number, receivedMs: number): void {
    this.checked++;
    const { running } = unit;
    const wrong = toWrong({ running, unit: unit.unit, point, askedMs, receivedMs, value });
    if (wrong !== null) this.#violate(unit, `${unit.id}/${point.name} = ${value}: ${wrong}`);
  }

  /** Where nothing strikes it, others on its bus may cost so much time that its turn comes too late, or their line. */
  #onBad(unit: UnitState, { name }: SoakPoint, reason: QualityReason): void {
    if (unit.isOut) return;
    const others = this.#othersOf(unit);
    const isLate = reason === 'stale' || reason === 'missing';
    const isBeside = others.length > 0 || this.#options.nowMs() - unit.crowdedMs <= CROWD_MS;
    const isCrowded = isLate && isBeside;
    const isSwept = reason === 'comm-loss' && isBeside && unit.running.endpoint.isLine;
    if (!isCrowded && !isSwept) {
      this.#violate(unit, `${unit.id}/${name} is ${reason}, and nothing strikes it`);
      return;
    }
    if (isCrowded) this.crowded++;
    else this.swept++;
    this.#out(unit);
    if (isSwept) unit.damage = 'link';
    unit.clearMs = this.#options.nowMs();
    for (const { struck } of others) for (const episode of struck) unit.struck.add(episode);
  }

  /** Units on the same wire that are struck. */
  #othersOf(unit: UnitState): readonly UnitState[] {
    return this.#units.filter(
      (each) => each !== unit && each.running === unit.running && each.struck.size > 0,
    );
  }

  #out(unit: UnitState): void {
    unit.isOut = true;
    unit.isReported = false;
    unit.damage = 'answer';
    unit.struckMs = this.#options.nowMs();
  }

  #noteReturn(unit: UnitState): void {
    if (!unit.isOut || unit.struck.size > 0 || !unit.points.every((each) => isBack(each, unit))) return;
    unit.isOut = false;
    const { id, damage, clearMs, struckMs } = unit;
    const tookMs = this.#options.nowMs() - clearMs;
    const isAlone = this.#othersOf(unit).length === 0;
    const aloneMs = isAlone ? this.#options.nowMs() - Math.max(clearMs, unit.crowdedMs) : 0;
    this.returns.push({ unit: id, damage, outMs: clearMs - struckMs, tookMs, aloneMs });
  }

  #note({ endpoint: { id } }: Running, { unit, fault }: Episode, word: string): void {
    const recent = this.#recent.get(id) ?? [];
    const who = unit === null ? 'all' : `unit ${unit}`;
    recent.push(`${(this.#options.nowMs() / 1_000).toFixed(2)} s ${word} ${who} ${JSON.stringify(fault)}`);
    if (recent.length > SHOWN_EPISODES) recent.shift();
  }

  #violate({ running: { rig, endpoint } }: UnitState, what: string): void {
    const atMs = this.#options.nowMs();
    // What comes of the same frame is one matter.
    if (this.violations.length >= MAX_VIOLATIONS || this.violations.at(-1)?.atMs === atMs) return;
    const frames = rig.log().slice(-SHOWN_FRAMES);
    this.violations.push({
      atMs,
      what,
      episodes: [...(this.#recent.get(endpoint.id) ?? [])],
      frames: frames.map(
        (frame) =>
          `${frame.atMs - Date.now()} ms ${frame.request} → ${frame.response ?? '–'} ${frame.fault ?? ''}`,
      ),
    });
  }
}
