/**
 * The last frames served and the last changes shown or published, for people who ask what was really on the wire.
 * Kept in memory only.
 */

/** Frames kept; at one request a second and endpoint about a quarter of an hour. */
export const FRAME_LOG_SIZE = 2_000;
/** Changes kept beside the frames, so that busy variables do not push frames out. */
export const CHANGE_LOG_SIZE = 2_000;
/** Longest payload kept of a message, characters. */
export const LOGGED_CHARS = 500;

export interface LoggedFrame {
  /** UTC milliseconds. */
  readonly atMs: number;
  readonly endpoint: string;
  /** Whole frame as it came, with header or checksum, hex; empty for a connection, and for what nobody asked for. */
  readonly request: string;
  /** Everything that is sent because of it, as it goes over the wire, hex; null = no answer is given. */
  readonly response: string | null;
  /** Faults of the wire that struck, joined by `+`: `late`, `slow+crc`. */
  readonly fault?: string;
  /** UTC milliseconds when the last byte of the response had gone; only where a fault struck. */
  readonly sentAtMs?: number;
}

/** OPC UA: value by variable; MQTT: payload by topic. */
export interface LoggedChange {
  /** UTC milliseconds. */
  readonly atMs: number;
  readonly endpoint: string;
  readonly equipment: string;
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface FrameLog {
  /** @param faults that strike. @returns the entry, for `answered` and `sent`. */
  add(
    endpoint: string,
    request: Uint8Array,
    response: Uint8Array | null,
    faults?: readonly string[],
  ): LoggedFrame;
  /** The answer is known now. */
  answered(entry: LoggedFrame, response: Uint8Array): void;
  /** The answer has gone. */
  sent(entry: LoggedFrame): void;
  addChange(endpoint: string, equipment: string, changes: Readonly<Record<string, unknown>>): void;
  /** Oldest first; the last ones where there are more than wanted. */
  list(wanted?: LogQuery): readonly (LoggedFrame | LoggedChange)[];
}

export interface LogQuery {
  readonly endpoint?: string | undefined;
  readonly limit?: number | undefined;
}

export function createFrameLog(
  nowMs: () => number,
  size: number = FRAME_LOG_SIZE,
  changeSize: number = CHANGE_LOG_SIZE,
): FrameLog {
  const frames = createRing<WritableFrame>(size);
  const changed = createRing<LoggedChange>(changeSize);
  return {
    add(endpoint, request, response, faults = []) {
      const entry: WritableFrame = {
        atMs: nowMs(),
        endpoint,
        request: toHex(request),
        response: response === null ? null : toHex(response),
      };
      if (faults.length > 0) entry.fault = faults.join('+');
      frames.add(entry);
      return entry;
    },
    answered(entry: WritableFrame, response) {
      entry.response = toHex(response);
    },
    sent(entry: WritableFrame) {
      if (entry.fault !== undefined) entry.sentAtMs = nowMs();
    },
    addChange: (endpoint, equipment, changes) => changed.add({ atMs: nowMs(), endpoint, equipment, changes }),
    list({ endpoint, limit = Infinity } = {}) {
      const all = [...frames.list(), ...changed.list()].toSorted((left, right) => left.atMs - right.atMs);
      const wanted = endpoint === undefined ? all : all.filter((each) => each.endpoint === endpoint);
      return wanted.slice(Math.max(0, wanted.length - limit));
    },
  };
}

type WritableFrame = { -readonly [Field in keyof LoggedFrame]: LoggedFrame[Field] };

interface Ring<T> {
  add(item: T): void;
  list(): readonly T[];
}

function createRing<T>(size: number): Ring<T> {
  const items: T[] = [];
  let next = 0;
  return {
    add(item) {
      items[next] = item;
      next = (next + 1) % size;
    },
    list: () => (items.length < size ? [...items] : [...items.slice(next), ...items.slice(0, next)]),
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
