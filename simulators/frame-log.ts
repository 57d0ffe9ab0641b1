/** The last frames served, for people who ask what was really on the wire. Kept in memory only. */

/** Frames kept; at one request a second and endpoint about a quarter of an hour. */
export const FRAME_LOG_SIZE = 2_000;

export interface LoggedFrame {
  /** UTC milliseconds. */
  readonly atMs: number;
  readonly endpoint: string;
  /** Whole frame with its MBAP header, hex. */
  readonly request: string;
  /** null = no answer was given. */
  readonly response: string | null;
}

export interface FrameLog {
  add(endpoint: string, request: Uint8Array, response: Uint8Array | null): void;
  /** Oldest first. */
  list(): readonly LoggedFrame[];
}

export function createFrameLog(nowMs: () => number, size: number = FRAME_LOG_SIZE): FrameLog {
  const ring: LoggedFrame[] = [];
  let next = 0;
  return {
    add(endpoint, request, response) {
      ring[next] = {
        atMs: nowMs(),
        endpoint,
        request: toHex(request),
        response: response === null ? null : toHex(response),
      };
      next = (next + 1) % size;
    },
    list: () => (ring.length < size ? [...ring] : [...ring.slice(next), ...ring.slice(0, next)]),
  };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
