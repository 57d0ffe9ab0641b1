/** One reading of the quarantine and its line in a file. Pure. */
import type { Rejection, SinkPoint } from '../../../sinks/sink.ts';

export interface QuarantinedReading {
  /** Ascending, never used again. */
  readonly id: number;
  /** When the sink refused it last, ISO UTC. */
  readonly at: string;
  /** The sink's own words. */
  readonly reason: string;
  /** null where nobody knows it: cannot be sent again. */
  readonly point: SinkPoint | null;
  /** UTC ms; null where it is no time: cannot be sent again. */
  readonly stampMs: number | null;
  /** null where the quality is bad. */
  readonly value: number | null;
  readonly quality: number;
  /** 1 where the quality is to be written beside the value. */
  readonly mark: 0 | 1;
}

/** A reading that a sink can be given again. */
export type Resendable = QuarantinedReading & { readonly point: SinkPoint; readonly stampMs: number };

export function toEntry(rejection: Rejection, id: number, at: string): QuarantinedReading {
  const { reason, point, stampMs, value, quality, mark } = rejection;
  return {
    id,
    at,
    reason: toCommonReason(reason),
    point: point === null ? null : toPlainPoint(point),
    stampMs: Number.isSafeInteger(stampMs) ? stampMs : null,
    value: Number.isFinite(value) ? value : null,
    quality,
    mark,
  };
}

/** Without the number of points that were refused with it: the same fault has the same words. */
export function toCommonReason(reason: string): string {
  return reason.replace(/ dropped=\d+$/, '');
}

export function isResendable(entry: QuarantinedReading): entry is Resendable {
  return entry.point !== null && entry.stampMs !== null;
}

export function toLine(entry: QuarantinedReading): string {
  return `${JSON.stringify(entry)}\n`;
}

/** null for a torn or foreign line. */
export function parseLine(line: string): QuarantinedReading | null {
  try {
    const entry = JSON.parse(line) as QuarantinedReading;
    const isOurs =
      Number.isSafeInteger(entry.id) && typeof entry.reason === 'string' && entry.point !== undefined;
    return isOurs ? entry : null;
  } catch {
    return null;
  }
}

/** The table's points have more than a sink needs. */
function toPlainPoint({ site, equipment, kind, name }: SinkPoint): SinkPoint {
  return { site, equipment, kind, name };
}
