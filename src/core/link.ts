/** State and figures of one link, as acquisition sees it. */
import type { EquipmentId, LinkId } from './ids.ts';

/** `degraded`: connected, but some device on it does not answer. */
export type LinkState = 'connecting' | 'online' | 'degraded' | 'offline' | 'stopped';

export interface LinkStatus {
  readonly link: LinkId;
  readonly state: LinkState;
  /** Since when it is in this state, UTC ms. */
  readonly sinceMs: number;
  /** Why, in plain English, when it is not online: `connect refused by 127.0.0.1:502`. */
  readonly reason: string | null;
  /** Counters since start; keys are stable names used in /metrics. */
  readonly counters: Readonly<Record<string, number>>;
  /** How busy it is; null where nobody is polled. */
  readonly load: LinkLoad | null;
}

/** How far the clock of a device is from ours, as far as its readings tell. */
export interface ClockOffset {
  readonly equipment: EquipmentId;
  /** Its clock is behind ours by so much, at the most; negative = ahead. null = its times cannot be believed: more than a minute ahead, or years behind. */
  readonly behindMs: number | null;
  /** By more than a minute. */
  readonly isWrong: boolean;
}

/** How a link is connected and to where, as its configuration says it; never a credential. */
export interface LinkWay {
  /** The protocol's own word: `tcp`, `serial`, `dial-in`. */
  readonly transport: string;
  /** `mbap`, `rtu`; null where the protocol has only one. */
  readonly framing: string | null;
  /** `10.0.0.5:502`, then that of a backup; `/dev/ttyS1`; where devices connect to us, our own `0.0.0.0:9000`. */
  readonly ends: readonly string[];
  /** Setting of a serial bus: `9600 8N1`; null where there is none. */
  readonly line: string | null;
  /** By which a device that connects to us says who it is: `DTU0001`; null where none does. */
  readonly registration: string | null;
}

/** A port of ours at which devices connect, whichever link they then turn out to belong to. */
export interface ListenerStatus {
  /** As in `LinkWay.ends`. */
  readonly place: string;
  /** Since start; keys are stable names used in /metrics. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Of the last `LIMITS.linkLoadMs`. */
export interface LinkLoad {
  /** Share of the time in which the link was waiting for an answer or kept a prescribed pause, 0–1. */
  readonly busyRatio: number;
  /** From request to answer; null while there is none. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
  /** Share of the due polls that were made, 0–1. */
  readonly reachedRatio: number;
}

/** One request of a link's poll plan as it stands now: the plan of the driver, split where the device has refused. */
export interface RequestStatus {
  /** `unit 1 holding 0–19`. */
  readonly label: string;
  /** `unit 1`. */
  readonly device: string;
  readonly pollMs: number;
  /** Indexes of the site model. */
  readonly points: readonly number[];
  /** What is asked for on an address map; null where the protocol has none. */
  readonly block: RequestBlock | null;
  /** What it was reckoned to take on the wire. */
  readonly costMs: number;
  /** Reads that may be under way at once while this one is, itself included. */
  readonly maxInFlight: number;
  /** Of the last answer; null = none yet. */
  readonly latencyMs: number | null;
  /** UTC ms of the last answer; null = none yet. */
  readonly answeredMs: number | null;
  /** Time-outs in a row. */
  readonly failures: number;
  /** Exception of the last answer; null = it was accepted. */
  readonly exceptionCode: number | null;
  /** It was split out of a larger request that the device had refused. */
  readonly isSplit: boolean;
}

export interface RequestBlock {
  readonly table: string;
  /** As on the wire, from 0. */
  readonly first: number;
  readonly count: number;
  /** Addresses in it that points use; the rest is read along. */
  readonly used: number;
  /** Who uses which of them, in address order; they may overlap. Left out where the driver does not say. */
  readonly places?: readonly RequestPlace[];
}

export interface RequestPlace {
  /** Index of the site model; null = serves other points (a scale factor). */
  readonly point: number | null;
  /** As on the wire, from 0. */
  readonly first: number;
  readonly count: number;
}
