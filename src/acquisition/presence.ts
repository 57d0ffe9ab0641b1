/**
 * Who of a push link has been heard. Nobody is asked there, so silence has to be noticed: a device that never says
 * anything, values that stop coming, a single value that never comes from a device that speaks. Pure; times are
 * monotonic milliseconds.
 *
 *              ┌────────────── any sample of the point ──────────────┐
 *   awaited ───┴──▶ heard ──older than staleMs──▶ overdue ──device speaks, not of this──▶ missed
 *      └──not within its first wait──────────────────▶┘
 *   gone: the driver has said that nobody answers (or nothing is connected). When others of the device are heard all the
 *   same after a while, it is `missed`: the offline alarm, which would speak for a silent device, does not.
 *
 * What an overdue value is called says who is to blame, because two different alarms follow:
 * `missing` (data alarm of the point) needs proof that the device lives: another of its values is awaited by nobody
 * (`staleMs` null: the driver vouches for its source), has come since, or is there while this one never was. Without
 * proof it is `stale`, or `timeout` where nothing of the device was ever heard on this connection (offline alarm).
 *
 * A device that speaks after a silence is given time to say the rest: its other points are awaited anew, so that a
 * return does not look like missing values, and none of them is forgotten.
 */
import type { PointDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { EquipmentId } from '../core/ids.ts';
import { isCommLoss, isUnanswered } from '../core/quality.ts';
import type { AgeWatch, Expired, Noted } from './freshness.ts';

/** Time that a device has for its first word after connecting: brokers hand out retained values in a second or two. */
export const FIRST_VALUE_MS = 15_000;

interface Place {
  readonly index: number;
  readonly staleMs: number | null;
  readonly device: Device;
  state: 'gone' | 'awaited' | 'heard' | 'overdue' | 'missed';
  /** When it becomes overdue, or became; Infinity where nothing is due. */
  deadlineMs: number;
}

interface Device {
  readonly places: Place[];
  /** Places in state `heard`; with none the device is silent. */
  heardPlaces: number;
  /** Those of them that the driver vouches for (`staleMs` null). */
  vouchedPlaces: number;
  /** Last sign of life on this connection; −Infinity before the first. */
  heardMs: number;
}

export class Presence implements AgeWatch {
  readonly #places: readonly Place[];
  /** Key: index of the point in the site model. */
  readonly #placeOf: ReadonlyMap<number, Place>;
  readonly #devices: readonly Device[];

  /** @param deviceOf the equipment that answers for the point: of a part, the equipment that it is a part of */
  constructor(points: readonly PointDef[], deviceOf: (point: PointDef) => EquipmentId) {
    const byDevice = [...Map.groupBy(points, deviceOf).values()];
    this.#devices = byDevice.map(createDevice);
    this.#places = this.#devices.flatMap(({ places }) => places);
    this.#placeOf = new Map(this.#places.map((place) => [place.index, place]));
  }

  /** A new connection: nothing has been heard on it. Samples may come from now on, none is due yet. */
  begin(): void {
    for (const device of this.#devices) {
      device.heardMs = Number.NEGATIVE_INFINITY;
      for (const place of device.places) enter(place, 'awaited', Number.POSITIVE_INFINITY);
    }
  }

  /** Everything is subscribed: what has not come yet is due from now on. */
  connected(monoMs: number): void {
    for (const place of this.#places) {
      if (place.state === 'awaited') expect(place, monoMs);
    }
  }

  /** The connection is lost; its points are known to be without data. */
  end(): void {
    for (const place of this.#places) enter(place, 'gone', Number.POSITIVE_INFINITY);
  }

  note({ count, point, quality, monoMs }: Noted): void {
    for (let row = 0; row < count; row++) this.#note(point[row] as number, quality[row] as number, monoMs);
  }

  expire(monoMs: number): readonly Expired[] {
    const due: Place[] = [];
    for (const place of this.#places) {
      const { state, deadlineMs, device } = place;
      if (state === 'overdue' ? device.heardMs >= deadlineMs : monoMs >= deadlineMs) due.push(place);
    }
    return due.length === 0 ? [] : conclude(due);
  }

  /** A driver's word. A value that cannot be used is a sign of life as well, and ages like a good one. */
  #note(point: number, quality: number, monoMs: number): void {
    const place = defined(this.#placeOf.get(point), 'point of this link');
    if (isCommLoss(quality)) return enter(place, 'gone', monoMs + FIRST_VALUE_MS);
    if (isUnanswered(quality)) return enter(place, 'gone', Number.POSITIVE_INFINITY);
    const { device, staleMs } = place;
    const wasSilent = device.heardPlaces === 0;
    device.heardMs = monoMs;
    enter(place, 'heard', staleMs === null ? Number.POSITIVE_INFINITY : monoMs + staleMs);
    if (wasSilent) awaitTheRest(device, monoMs);
  }
}

function createDevice(points: readonly PointDef[]): Device {
  const device: Device = {
    places: [],
    heardPlaces: 0,
    vouchedPlaces: 0,
    heardMs: Number.NEGATIVE_INFINITY,
  };
  for (const { index, staleMs } of points) {
    device.places.push({ index, staleMs, device, state: 'gone', deadlineMs: Number.POSITIVE_INFINITY });
  }
  return device;
}

function enter(place: Place, state: Place['state'], deadlineMs: number): void {
  const { device, staleMs } = place;
  const change = Number(state === 'heard') - Number(place.state === 'heard');
  device.heardPlaces += change;
  if (staleMs === null) device.vouchedPlaces += change;
  place.state = state;
  place.deadlineMs = deadlineMs;
}

/** From now on the point has its first wait. */
function expect(place: Place, monoMs: number): void {
  enter(place, 'awaited', monoMs + Math.max(FIRST_VALUE_MS, place.staleMs ?? 0));
}

/** The device has broken its silence. While the connection is being made nothing is due. */
function awaitTheRest({ places }: Device, monoMs: number): void {
  for (const place of places) {
    const isNotDueYet = place.state === 'awaited' && place.deadlineMs === Number.POSITIVE_INFINITY;
    if (place.state !== 'heard' && !isNotDueYet) expect(place, monoMs);
  }
}

/** @param due past their deadline, or overdue and of a device that has spoken since */
function conclude(due: readonly Place[]): readonly Expired[] {
  const before = new Map(due.map((place) => [place, place.state]));
  // All at once: values that end together do not prove each other's device alive.
  for (const place of due) enter(place, 'overdue', place.deadlineMs);
  const told = { missing: [] as number[], stale: [] as number[], timeout: [] as number[] };
  for (const [place, state] of before) {
    const reason = toReason(place, state === 'awaited' || state === 'gone');
    if (reason === 'missing') enter(place, 'missed', Number.POSITIVE_INFINITY);
    // The driver has said it already.
    else if (state === 'gone') enter(place, 'gone', Number.POSITIVE_INFINITY);
    if (place.state !== 'gone') told[reason].push(place.index);
  }
  return (['missing', 'stale', 'timeout'] as const)
    .map((reason) => ({ points: told[reason], reason }))
    .filter(({ points }) => points.length > 0);
}

/** @param isHeardEnough any value of the device proves it alive; else one that the driver vouches for */
function toReason({ device, deadlineMs }: Place, isHeardEnough: boolean): 'missing' | 'stale' | 'timeout' {
  const isAlive =
    device.heardMs >= deadlineMs || (isHeardEnough ? device.heardPlaces : device.vouchedPlaces) > 0;
  if (isAlive) return 'missing';
  return device.heardMs === Number.NEGATIVE_INFINITY ? 'timeout' : 'stale';
}
