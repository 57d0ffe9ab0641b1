/**
 * The contracts of protocol drivers. A driver speaks one protocol over one link; it knows nothing of rules,
 * alarms or storage. There are two kinds: one is asked (poll), the other is told (push). When to connect again after
 * a loss, what a loss means for the points, and when a value is too old is acquisition's business for both.
 *
 * Poll: `plan`, `split`, `toWrite` any time (pure); `open` → `connect` → (`read` | `write`)* → `close`. Reads overlap only as
 * far as every request concerned allows (`maxInFlight`); a write overlaps nothing.
 * Push: `open` → `connect` → (sink calls)* → `close`.
 * After `close` or the loss a connection is used up; a new one is opened.
 */
import type { Logger } from 'pino';
import type { ProtocolSchema } from '../config/catalog.ts';
import type { Equipment, LinkDef, PointDef } from '../config/model.ts';
import type { ListenerStatus, RequestBlock } from '../core/link.ts';
import type { QualityReason } from '../core/quality.ts';

/** One request of the poll plan and the points that its answer carries. */
export interface PollRequest {
  /** Points answered by this request (indexes of the site model). */
  readonly points: readonly number[];
  /** Names the device that answers, unique on the link (`unit 1`); requests of one device fall silent together. */
  readonly device: string;
  /** For people: `unit 1 holding 0–19`. */
  readonly label: string;
  /** What it asks for on an address map; null where the protocol has none. */
  readonly block: RequestBlock | null;
  /** Reckoned time on the wire, request to answer, ms. */
  readonly costMs: number;
  /** Longest wait for its answer, ms. */
  readonly timeoutMs: number;
  /** How often it is asked again at once before its silence counts, as long as its device is alive. */
  readonly retries: number;
  /** Reads that may be under way at once while this one is, itself included. */
  readonly maxInFlight: number;
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
  /** Of a point of type `text`, in place of the value, when the quality is good or uncertain. */
  readonly text?: string;
}

/**
 * What one answer says of its points, by row, as `PointSample` has it. It belongs to the driver, which may keep one set for
 * each request so that thousands of values a second make no objects: it holds until the same request is read again,
 * and whoever needs it longer copies it.
 */
export interface SampleColumns {
  readonly count: number;
  readonly point: Uint32Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** null = the device gives no times. */
  readonly sourceMs: Float64Array | null;
  /** null = no point of it is a text. */
  readonly text: readonly (string | undefined)[] | null;
}

/** One value on its way to a device. */
export interface WriteRequest {
  readonly point: number;
  readonly device: string;
  /** For people: `unit 1 holding 20 = 450`. */
  readonly label: string;
  /** Longest wait for each answer, ms. */
  readonly timeoutMs: number;
  /** The driver's own description. */
  readonly detail: unknown;
}

export interface PollConnection {
  /** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`. */
  connect(signal: AbortSignal): Promise<void>;
  /**
   * Sends one request, waits for its answer, decodes it.
   * @returns what holds until the same request is read again, on this connection or another
   * @throws DeviceError: `timeout` (connection stays usable), `exception` (device refused, connection usable),
   * `connection-lost`, `bad-frame` (connection is closed), `stopped`.
   */
  read(request: PollRequest, signal: AbortSignal): Promise<SampleColumns>;
  /**
   * Writes one value; resolves when the device has confirmed it. What it then holds is for a read to say. Never sent
   * twice: after a time-out nobody knows whether it was carried out.
   * @throws DeviceError as `read`
   */
  write?(request: WriteRequest, signal: AbortSignal): Promise<void>;
  /** Idempotent; frees the socket at once; pending reads end with `stopped`. */
  close(): void;
  /** Counters since opening; keys are stable names used in /metrics. */
  stats(): Readonly<Record<string, number>>;
}

export interface PollDriver {
  readonly mode: 'poll';
  /** Fewest requests that read the given points (same link, same poll interval). */
  plan(
    link: LinkDef,
    points: readonly PointDef[],
    equipmentOf: (point: PointDef) => Equipment,
  ): readonly PollRequest[];
  /**
   * What to ask in place of a request that the device has refused (Modbus exceptions 2 and 3): smaller requests for the
   * same points. Empty = it cannot be made smaller, so that its point is to blame, or the code says nothing of its size.
   */
  split?(request: PollRequest, exceptionCode: number): readonly PollRequest[];
  /**
   * Fewest requests for points of refused requests once the points to blame are known: as `plan`, without reading over
   * an address that was refused, and none larger than a piece that was accepted.
   * @param pieces requests that `split` gave and the device has accepted, of one device
   */
  merge?(pieces: readonly PollRequest[]): readonly PollRequest[];
  /** How a value is written. Called only with a value that passed the point's checks. @throws AssertionFailure for a point without `write` */
  toWrite?(link: LinkDef, point: PointDef, equipment: Equipment, value: number): WriteRequest;
  /**
   * After so long with nothing due the connection is given back, for devices that serve one master at a time; null =
   * it is held.
   */
  releaseAfterMs?(link: LinkDef): number | null;
  /** @param onLost called once when the connection ends by itself (not after `close`). */
  open(link: LinkDef, onLost: (reason: string) => void): PollConnection;
  /** Where devices connect to us, with what was met there before any link was known; left out where they never do. */
  listeners?(): readonly ListenerStatus[];
  /** Frees what it holds beside connections (servers that modems dial in to). Once, after their close; it is used up. */
  close?(): Promise<void>;
}

/** Where a push connection reports. Calls after `close` or `lost` are ignored. */
export interface PushSink {
  /** What arrived together, as one batch. A point that is named twice keeps the last sample. */
  samples(samples: readonly PointSample[]): void;
  /** What is older than a sample of its point that was told already: for the record, never the present value. Each with its time. */
  late(samples: readonly PointSample[]): void;
  /** These points have no usable value until their next sample. */
  bad(points: readonly number[], reason: QualityReason): void;
  /** Connected, but not whole (a node is missing, a device is off): why, in plain English; null = whole again. */
  degraded(reason: string | null): void;
  /** The connection has ended by itself, or says nothing any more and must not be trusted. Once; not after `close`. */
  lost(reason: string): void;
}

export interface PushConnection {
  /**
   * Connects and subscribes to everything. Samples may come before it resolves.
   * @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`; what it had opened is closed by `close`.
   */
  connect(signal: AbortSignal): Promise<void>;
  /** Idempotent; resolves when sockets and timers are freed, within a bounded time, and never rejects. */
  close(): Promise<void>;
  /** Counters since opening; keys are stable names used in /metrics. */
  stats(): Readonly<Record<string, number>>;
}

export interface PushDriver {
  readonly mode: 'push';
  /** @param points all points of the link */
  open(
    link: LinkDef,
    points: readonly PointDef[],
    equipmentOf: (point: PointDef) => Equipment,
    sink: PushSink,
  ): PushConnection;
}

export type Driver = PollDriver | PushDriver;

export interface DriverContext {
  /** Folder for what the protocol keeps (certificates); `<data>/<protocol>`, made by the driver that needs it. */
  readonly directory: string;
  readonly log: Logger;
}

/**
 * A row of drivers/index.ts. Schemas are cheap to import; the driver itself is loaded when a link needs it, and a
 * heavy library only in its first `connect`, so that it does not hold up the first poll of the others.
 */
export interface DriverEntry {
  readonly schema: ProtocolSchema;
  load(context: DriverContext): Promise<Driver>;
}
