/**
 * One device on the wire and whether it is there. A broker hands out what it retains whether the device that said it
 * is alive or not, so retained state counts only while the device is known to be there.
 *
 *            will, retained "offline"
 *   unknown ───────────────▶ offline          | retained state while | unknown | is held until more is known |
 *      │                      │  ▲            |                      | offline | is not applied              |
 *      │ "online", or a live  │  │ will       |                      | online  | is applied                  |
 *      └──▶ online ◀──────────┘  │
 *             └──────────────────┘
 *
 * A device whose profile names no availability is taken to be online.
 */
import type { PointDef } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import type { Reader } from './feeds.ts';
import { type JsonPath, parseJsonPath, readPath } from './json-path.ts';
import type { Payload } from './payload.ts';
import type { MqttDevice, PlainValue, TimeFormat } from './schema.ts';

export type Presence = 'unknown' | 'online' | 'offline';

/** Retained state that waits for its device. */
export interface Held {
  readonly reader: Reader;
  readonly payload: Payload;
}

/** A broker retains one message per topic; more than these come only by a wildcard. */
const MAX_HELD = 256;
const MAX_HELD_BYTES = 1024 * 1024;

export class MqttEquipment {
  readonly id: string;
  readonly device: MqttDevice;
  /** Indexes of its points and of those of its parts. */
  readonly points: readonly number[];
  /** Where its messages have their time; null = they have none. */
  readonly timing: { readonly path: JsonPath; readonly format: TimeFormat } | null;
  readonly #statusPath: JsonPath | null;
  presence: Presence;
  #held: Held[] = [];
  #heldBytes = 0;

  constructor(id: string, device: MqttDevice, points: readonly PointDef[]) {
    this.id = id;
    this.device = device;
    this.points = points.map(({ index }) => index);
    const { time, availability } = device;
    this.timing = time === undefined ? null : { path: toPath(time.path), format: time.format };
    this.#statusPath = availability?.path === undefined ? null : toPath(availability.path);
    this.presence = device.availability === undefined ? 'online' : 'unknown';
  }

  /** @returns whether there was room. */
  hold(held: Held): boolean {
    const bytes = this.#heldBytes + held.payload.byteCount;
    if (this.#held.length >= MAX_HELD || bytes > MAX_HELD_BYTES) return false;
    this.#held.push(held);
    this.#heldBytes = bytes;
    return true;
  }

  /** What was held, in the order in which it came; it is held no more. */
  release(): readonly Held[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  /** What a message of the availability topic says; null = nothing that the profile knows. */
  readPresence(payload: Payload): 'online' | 'offline' | null {
    const { availability } = this.device;
    if (availability === undefined || payload.byteCount > this.device.maxPayloadBytes) return null;
    const says = (values: readonly PlainValue[]): boolean => {
      if (this.#statusPath !== null) return includes(values, readMember(payload, this.#statusPath));
      return includes(values.map(String), payload.text()?.trim());
    };
    if (says(availability.offline)) return 'offline';
    return says(availability.online) ? 'online' : null;
  }
}

function toPath(text: string): JsonPath {
  return defined(parseJsonPath(text), `checked JSON path ${text}`);
}

function readMember(payload: Payload, path: JsonPath): unknown {
  const document = payload.json();
  return document === null ? undefined : readPath(document.root, path);
}

function includes(values: readonly PlainValue[], raw: unknown): boolean {
  return values.some((value) => value === raw);
}
