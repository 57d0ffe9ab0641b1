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
  /** Whole frame with its MBAP header, hex. */
  readonly request: string;
  /** null = no answer was given. */
  readonly response: string | null;
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
  add(endpoint: string, request: Uint8Array, response: Uint8Array | null): void;
  addChange(endpoint: string, equipment: string, changes: Readonly<Record<string, unknown>>): void;
  /** Oldest first. */
  list(): readonly (LoggedFrame | LoggedChange)[];
}

export function createFrameLog(
  nowMs: () => number,
  size: number = FRAME_LOG_SIZE,
  changeSize: number = CHANGE_LOG_SIZE,
): FrameLog {
  const frames = createRing<LoggedFrame>(size);
  const changed = createRing<LoggedChange>(changeSize);
  return {
    add: (endpoint, request, response) =>
      frames.add({
        atMs: nowMs(),
        endpoint,
        request: toHex(request),
        response: response === null ? null : toHex(response),
      }),
    addChange: (endpoint, equipment, changes) => changed.add({ atMs: nowMs(), endpoint, equipment, changes }),
    list: () => [...frames.list(), ...changed.list()].toSorted((left, right) => left.atMs - right.atMs),
  };
}

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
