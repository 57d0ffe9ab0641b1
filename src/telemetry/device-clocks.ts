/**
 * How far the clock of each device is from ours (alarms.md B8 no. 4), from readings that bring the device's own time. Delays
 * only make received - source larger, so the least of the last few is nearest to the truth. Judges nothing: delays and shelves
 * run on received time whatever stands here. A wrong clock is an alarm of the gateway (devices/riser-gateway.yaml).
 */
import type { SiteModel } from '../config/model.ts';
import type { EquipmentId, LinkId } from '../core/ids.ts';
import type { ClockOffset } from '../core/link.ts';
import { isBad, QUALITIES } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';

/** A clock farther off than this is wrong (B8 no. 4) … */
export const WRONG_MS = 60_000;
/** … until it is nearer than this. */
export const RIGHT_MS = 50_000;
/** Looks that an estimate is made of: one that was held up says nothing as long as one of the others was not. */
const LOOKS = 8;
/** With fewer there is no estimate: the first values after a connection may be hours old. */
const MIN_LOOKS = 3;
/** What comes closer together counts as one look, so that a burst that was held up is no majority. */
const LOOK_MS = 10_000;
/** Drivers leave out a time that is more than a minute ahead, or before 2015 (drivers/plausible-time.ts). */
const BEYOND_BELIEF = Number.NEGATIVE_INFINITY;

export interface DeviceClocks {
  apply(batch: ReadingBatch): void;
  /** Devices whose clock is wrong; NaN while no device has brought a time. */
  wrong(): number;
  /** Of the devices of a link that have been looked at often enough. */
  offsets(link: LinkId): readonly ClockOffset[];
}

interface Device {
  readonly equipment: EquipmentId;
  readonly link: LinkId;
  /** received - source of each look, oldest first. */
  readonly looks: number[];
  /** When the last look began, monotonic ms. */
  lookedAtMs: number;
  isWrong: boolean;
}

export function createDeviceClocks({ points, equipment }: SiteModel): DeviceClocks {
  const devices = new Map<EquipmentId, Device>();
  const deviceOf = points.map((point): Device | null => {
    if (point.link === null) return null;
    const id = equipment.get(point.equipment)?.parent ?? point.equipment;
    const device = devices.get(id) ?? {
      equipment: id,
      link: point.link,
      looks: [],
      lookedAtMs: Number.NEGATIVE_INFINITY,
      isWrong: false,
    };
    devices.set(id, device);
    return device;
  });
  /** By index of the point: source time of its last reading. NaN = none yet, or none of them had one. */
  const lastMs = new Float64Array(points.length).fill(Number.NaN);
  return {
    apply(batch) {
      for (let row = 0; row < batch.count; row++) {
        const point = batch.point[row] as number;
        const device = deviceOf[point];
        const offsetMs = device == null ? Number.NaN : toOffset(batch, row, lastMs);
        if (device != null && !Number.isNaN(offsetMs)) look(device, offsetMs, batch.monoMs);
      }
    },
    wrong() {
      const known = [...devices.values()].filter(isKnown);
      return known.length === 0 ? Number.NaN : known.filter(({ isWrong }) => isWrong).length;
    },
    offsets: (link) =>
      [...devices.values()]
        .filter((device) => device.link === link && isKnown(device))
        .map((device) => ({ equipment: device.equipment, ...toShown(device) })),
  };
}

/**
 * NaN = says nothing: a bad reading, one without a time, the first of its point (which tells when the value last changed), or
 * one that is not newer than the last.
 */
function toOffset(batch: ReadingBatch, row: number, lastMs: Float64Array): number {
  const quality = batch.quality[row] as number;
  if (quality === QUALITIES['source-time'].code) return BEYOND_BELIEF;
  const sourceMs = batch.sourceMs[row] as number;
  if (Number.isNaN(sourceMs) || isBad(quality)) return Number.NaN;
  const point = batch.point[row] as number;
  const beforeMs = lastMs[point] as number;
  lastMs[point] = sourceMs;
  return sourceMs > beforeMs ? (batch.receivedMs[row] as number) - sourceMs : Number.NaN;
}

function look(device: Device, offsetMs: number, monoMs: number): void {
  const { looks } = device;
  if (monoMs - device.lookedAtMs < LOOK_MS) {
    const last = looks.length - 1;
    looks[last] = nearest([looks[last] ?? offsetMs, offsetMs]);
  } else {
    looks.push(offsetMs);
    if (looks.length > LOOKS) looks.shift();
    device.lookedAtMs = monoMs;
  }
  if (!isKnown(device)) return;
  device.isWrong = Math.abs(toEstimate(looks)) > (device.isWrong ? RIGHT_MS : WRONG_MS);
}

/** Times beyond belief count only when nothing else has come lately: a device that starts up may give one. */
function toEstimate(looks: readonly number[]): number {
  return looks.slice(-MIN_LOOKS).some(Number.isFinite) ? nearest(looks) : BEYOND_BELIEF;
}

/** The least that can be believed. */
function nearest(looks: readonly number[]): number {
  const believed = looks.filter(Number.isFinite);
  return believed.length === 0 ? BEYOND_BELIEF : Math.min(...believed);
}

function isKnown({ looks }: Device): boolean {
  return looks.length >= MIN_LOOKS;
}

function toShown({ looks, isWrong }: Device): Pick<ClockOffset, 'behindMs' | 'isWrong'> {
  const behindMs = toEstimate(looks);
  return { behindMs: Number.isFinite(behindMs) ? Math.round(behindMs) : null, isWrong };
}
