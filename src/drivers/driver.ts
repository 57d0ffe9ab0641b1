/**
 * The contract of protocol drivers. A driver speaks one protocol over one link; it knows nothing of rules,
 * alarms or storage. Polling (when, how often, back-off, quality) is acquisition's business.
 *
 * Order of calls: `plan` any time; `open` → `connect` → `read`* → `close`. After `close` or `onLost` the
 * connection is used up; a new one is opened. `read` calls of one connection never overlap.
 */

import type { ProtocolSchema } from '../config/catalog.ts';
import type { Equipment, LinkDef, PointDef } from '../config/model.ts';

/** One request of the poll plan and the points that its answer carries. */
export interface PollRequest {
  /** Points answered by this request (indexes of the site model). */
  readonly points: readonly number[];
  /** Names the device that answers, unique on the link (`unit 1`); requests of one device fall silent together. */
  readonly device: string;
  /** For people: `unit 1 holding 0–19`. */
  readonly label: string;
  /** The driver's own description; acquisition hands it back unread. */
  readonly detail: unknown;
}

/** What one answer says of one point. Value NaN unless the quality is good or uncertain. */
export interface PointSample {
  readonly point: number;
  readonly value: number;
  readonly quality: number;
  /** The device's own time, UTC ms; NaN when it gives none. */
  readonly sourceMs: number;
}

export interface PollConnection {
  /** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`. */
  connect(signal: AbortSignal): Promise<void>;
  /**
   * Sends one request, waits for its answer, decodes it.
   * @throws DeviceError: `timeout` (connection stays usable), `exception` (device refused, connection usable),
   * `connection-lost`, `bad-frame` (connection is closed), `stopped`.
   */
  read(request: PollRequest, signal: AbortSignal): Promise<readonly PointSample[]>;
  /** Idempotent; frees the socket at once; pending reads end with `stopped`. */
  close(): void;
  /** Counters since opening; keys are stable names used in /metrics. */
  stats(): Readonly<Record<string, number>>;
}

export interface PollDriver {
  /** Fewest requests that read the given points (same link, same poll interval). */
  plan(
    link: LinkDef,
    points: readonly PointDef[],
    equipmentOf: (point: PointDef) => Equipment,
  ): readonly PollRequest[];
  /** @param onLost called once when the connection ends by itself (not after `close`). */
  open(link: LinkDef, onLost: (reason: string) => void): PollConnection;
  /** Longest wait for one answer, ms. */
  timeoutMs(link: LinkDef): number;
}

/** A row of drivers/index.ts. Schemas are cheap to import; the driver itself is loaded when a link needs it. */
export interface DriverEntry {
  readonly schema: ProtocolSchema;
  load(): Promise<PollDriver>;
}
