/**
 * From messages to samples: whose message it is, whether its device is there, whether it comes too late, and what it
 * says of each point. A message is applied as a whole, in one batch: each of its points gets a value or turns bad.
 * How messages get here is the transports' business (broker.ts, client.ts).
 *
 * | source time of a message, against the last one applied from its topic | what happens                      |
 * | newer, or none given                                                  | applied                           |
 * | the same                                                              | applied once more (redelivery)    |
 * | older, within LATE_WINDOW_MS of applying the last one                 | told as late, never as present    |
 * | older, later than that                                                | the clock was set back: uncertain |
 * | retained, and older than a point of it may be                         | says nothing of that point        |
 */
import type { Equipment, PointDef } from '../../config/model.ts';
import { GOOD, QUALITIES } from '../../core/quality.ts';
import type { PointSample, PushSink } from '../driver.ts';
import type { MqttEquipment } from './equipment.ts';
import { Feeds, type Reader } from './feeds.ts';
import { readPath } from './json-path.ts';
import { Payload } from './payload.ts';
import { type SourceTime, toSourceTime } from './source-time.ts';
import { decode } from './value.ts';

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker had kept it and hands it out to a new subscriber; false = it was published just now. */
  readonly isRetained: boolean;
}

/** UTC ms for source times, monotonic ms for durations. */
export interface IntakeClock {
  wallMs(): number;
  monoMs(): number;
}

/**
 * How long older messages are taken for late ones: a device that repeats itself or sends what it has stored is done
 * within it. When nothing newer has come for longer, its clock was set back, and silence would keep an old value good.
 */
export const LATE_WINDOW_MS = 60_000;
/** Devices named in the reason of a degraded link. */
const MAX_NAMED = 3;
const SOURCE_TIME = QUALITIES['source-time'].code;
const DECODE = QUALITIES.decode.code;

export class Intake {
  readonly #feeds: Feeds;
  readonly #sink: PushSink;
  readonly #clock: IntakeClock;
  readonly #counters = {
    messages: 0,
    values: 0,
    bad_payloads: 0,
    late_messages: 0,
    redelivered: 0,
    stale_retained: 0,
    unknown_topics: 0,
    dropped: 0,
  };
  /** Filters that the broker did not grant. */
  #refused: readonly string[] = [];

  constructor(
    points: readonly PointDef[],
    equipmentOf: (point: PointDef) => Equipment,
    sink: PushSink,
    clock: IntakeClock,
  ) {
    this.#feeds = new Feeds(points, equipmentOf);
    this.#sink = sink;
    this.#clock = clock;
  }

  /** To subscribe to, in this order. */
  get filters(): readonly string[] {
    return this.#feeds.filters;
  }

  stats(): Readonly<Record<string, number>> {
    return { ...this.#counters, forgotten_topics: this.#feeds.forgotten };
  }

  /** The broker does not let us read these. */
  refuse(filters: readonly string[]): void {
    this.#refused = filters;
    this.#report();
  }

  /** Never throws, whatever the message holds. */
  take({ topic: name, payload: bytes, isRetained }: Message): void {
    this.#counters.messages++;
    const topic = this.#feeds.find(name);
    if (topic === null) {
      this.#counters.unknown_topics++;
      return;
    }
    const payload = new Payload(bytes);
    const samples: PointSample[] = [];
    for (const reader of topic.readers) {
      if (reader.feed.isAvailability) this.#learn(reader.feed.equipment, payload, samples);
      if (reader.feed.plans.length > 0) this.#read(reader, payload, isRetained, samples);
    }
    if (samples.length === 0) return;
    this.#counters.values += samples.length;
    this.#sink.samples(samples);
  }

  #learn(equipment: MqttEquipment, payload: Payload, samples: PointSample[]): void {
    const presence = equipment.readPresence(payload);
    if (presence === null) this.#counters.bad_payloads++;
    else if (presence === 'online') this.#setOnline(equipment, samples);
    else this.#setOffline(equipment);
  }

  #setOnline(equipment: MqttEquipment, samples: PointSample[]): void {
    if (equipment.presence === 'online') return;
    const wasOffline = equipment.presence === 'offline';
    equipment.presence = 'online';
    for (const { reader, payload } of equipment.release()) this.#apply(reader, payload, true, samples);
    if (wasOffline) this.#report();
  }

  #setOffline(equipment: MqttEquipment): void {
    if (equipment.presence === 'offline') return;
    equipment.presence = 'offline';
    equipment.release();
    this.#sink.bad(equipment.points, 'comm-loss');
    this.#report();
  }

  #read(reader: Reader, payload: Payload, isRetained: boolean, samples: PointSample[]): void {
    const { equipment, isAvailability } = reader.feed;
    if (equipment.presence !== 'online') {
      if (isRetained) {
        const isLost = equipment.presence === 'unknown' && !equipment.hold({ reader, payload });
        if (isLost) this.#counters.dropped++;
        return;
      }
      // What has just said that it is off is off, even if its message has more to say.
      if (isAvailability && equipment.presence === 'offline') return;
      this.#setOnline(equipment, samples);
    }
    this.#apply(reader, payload, isRetained, samples);
  }

  #apply(reader: Reader, payload: Payload, isRetained: boolean, samples: PointSample[]): void {
    const { equipment, plans } = reader.feed;
    if (payload.byteCount > equipment.device.maxPayloadBytes) {
      this.#counters.bad_payloads++;
      for (const { point } of plans) samples.push(toUnreadable(point));
      return;
    }
    const time = this.#toTime(reader, payload);
    if (time.isLate) this.#tellLate(reader, payload, time);
    else this.#applyInTime(reader, payload, isRetained, time, samples);
  }

  #tellLate({ feed }: Reader, payload: Payload, { ms: sourceMs }: SourceTime): void {
    const late = feed.plans.flatMap((plan): readonly PointSample[] => {
      const decoded = decode(plan, payload);
      return decoded === null ? [] : [{ point: plan.point, ...decoded, sourceMs }];
    });
    if (late.length > 0) this.#sink.late(late);
  }

  #applyInTime(
    { feed: { plans } }: Reader,
    payload: Payload,
    isRetained: boolean,
    time: SourceTime,
    samples: PointSample[],
  ): void {
    const { ms: sourceMs } = time;
    // What the broker had kept may be hours old: it begins no new life. NaN, a message without a time, has no age.
    const ageMs = isRetained ? this.#clock.wallMs() - sourceMs : 0;
    let isReadable = true;
    for (const plan of plans) {
      if (plan.staleMs !== null && ageMs > plan.staleMs) {
        this.#counters.stale_retained++;
        continue;
      }
      const decoded = decode(plan, payload);
      if (decoded === null) continue;
      const isUnsure = decoded.quality === GOOD && !time.isPlausible;
      samples.push({
        point: plan.point,
        value: decoded.value,
        quality: isUnsure ? SOURCE_TIME : decoded.quality,
        sourceMs,
      });
      isReadable &&= plan.path === null ? payload.text() !== null : payload.json() !== null;
    }
    if (!isReadable) this.#counters.bad_payloads++;
  }

  /** Notes the time of the message, unless it comes late. */
  #toTime(reader: Reader, payload: Payload): SourceTime & { readonly isLate?: true } {
    const { timing } = reader.feed.equipment;
    const document = timing && payload.json();
    if (timing === null || document === null) return { ms: Number.NaN, isPlausible: true };
    const raw = readPath(document.root, timing.path);
    const time = toSourceTime(raw, timing.format, this.#clock.wallMs());
    if (Number.isNaN(time.ms)) return time;
    const nowMs = this.#clock.monoMs();
    if (time.ms < reader.lastMs) {
      if (nowMs - reader.appliedMonoMs > LATE_WINDOW_MS) return { ms: Number.NaN, isPlausible: false };
      this.#counters.late_messages++;
      return { ...time, isLate: true };
    }
    if (time.ms === reader.lastMs) this.#counters.redelivered++;
    reader.lastMs = time.ms;
    reader.appliedMonoMs = nowMs;
    return time;
  }

  #report(): void {
    const off = this.#feeds.equipment.filter(({ presence }) => presence === 'offline').map(({ id }) => id);
    const reasons = [
      ...(off.length === 0 ? [] : [`offline: ${toShortList(off)}`]),
      ...(this.#refused.length === 0 ? [] : [`subscription refused: ${toShortList(this.#refused)}`]),
    ];
    this.#sink.degraded(reasons.length === 0 ? null : reasons.join('; '));
  }
}

function toUnreadable(point: number): PointSample {
  return { point, value: Number.NaN, quality: DECODE, sourceMs: Number.NaN };
}

function toShortList(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return names.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
