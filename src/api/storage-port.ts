/** What the API asks of the stores of telemetry: how they stand, what was refused, what was lost. Types only; app.ts hands it in. */

export interface StoragePort {
  state(): StorageState;
  /** null where readings go nowhere that could refuse them. */
  readonly quarantine: QuarantinePort | null;
  /**
   * Somebody has seen these losses, as `state` told them; what was lost since is told anew. Resolves when `state` says so.
   */
  acknowledgeLosses(losses: readonly TelemetryLoss[], by: string): Promise<void>;
}

export interface StorageState {
  readonly journal: JournalState;
  readonly forwarder: ForwarderState;
  /** Sum of what nobody has seen yet; null = nothing. */
  readonly loss: LostTelemetry | null;
  /** All of them, newest first; old ones are joined by kind and day. Remembered over restarts. */
  readonly losses: readonly TelemetryLoss[];
  /** Who has seen which loss last; null = nobody yet. */
  readonly acknowledged: { readonly by: string; readonly atMs: number; readonly readings: number } | null;
}

export interface JournalState {
  /** `failing`: readings cannot be written; `dropping`: some found no room lately; `upkeep`: cleaning up fails. */
  readonly state: 'ok' | 'upkeep' | 'dropping' | 'failing';
  /** Of the log, English; empty while all is well. */
  readonly detail: string;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly maxAgeDays: number;
  /** Of a sealed reading on disk; null before the first. */
  readonly bytesPerReading: number | null;
  /** Oldest reading held, UTC ms; null = none, or not known. */
  readonly oldestMs: number | null;
  /** Hours that it holds at the rate of the last minutes, the age limit included; null = not known yet. */
  readonly fittingHours: number | null;
  /** Readings journalled in a second, over the last minute; null = just started. */
  readonly readingsPerS: number | null;
  /** Taken over, not durable yet, and how old the oldest of them is about. */
  readonly waitingReadings: number;
  readonly durableDelayMs: number | null;
  readonly lastSyncMs: number | null;
  /** Since start: damage found when reading, which cost only itself. */
  readonly damagedPlaces: number;
  readonly damagedReadings: number;
}

export interface ForwarderState {
  readonly state: 'off' | 'ok' | 'down' | 'rejecting';
  /** Of the log, English; empty while all is well. */
  readonly detail: string;
  /** Address and database, without anything secret; null = none is configured. */
  readonly target: string | null;
  readonly backlogReadings: number;
  readonly oldestUnconfirmedMs: number | null;
  /** Readings confirmed in a second, over the last minute; null = just started. */
  readonly confirmedPerS: number | null;
  /** Time until the backlog is worked off at the present rates; null = nothing waits, it grows, or is not known. */
  readonly catchUpMs: number | null;
  /** Share of the configured pace, 0–1: less than 1 while the server is slow. */
  readonly paceRatio: number;
  /** Since start. */
  readonly retries: number;
  readonly quarantinedReadings: number;
}

/** Readings that reached no store that keeps them. */
export interface LostTelemetry {
  readonly readings: number;
  /** false: there were so many at least. */
  readonly isExact: boolean;
  /** By cause: deleted before they were sent; no room when they came; pushed out of the quarantine; damaged. */
  readonly expired: number;
  readonly dropped: number;
  readonly pushedOut: number;
  readonly damaged: number;
  /** Damaged here, but in InfluxDB: not among `readings`. */
  readonly kept: number;
  /** Of those whose time is known, UTC ms; null = of none. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** One loss, or those of a kind that were noticed together. */
export interface TelemetryLoss {
  readonly id: number;
  readonly kind: 'expired' | 'dropped' | 'pushed-out' | 'damaged';
  readonly readings: number;
  /** false: there were so many at least. */
  readonly isExact: boolean;
  /** First and last stamp of the readings, UTC ms; null = unknown. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** When the first and the last was noticed, UTC ms. */
  readonly noticedMs: number;
  readonly noticedToMs: number;
  /** How many are joined here. */
  readonly joined: number;
  /** Whether InfluxDB has them all the same; null = unknown. */
  readonly isConfirmed: boolean | null;
  readonly isSeen: boolean;
}

/** Ids, or all that is there when the call begins. */
export type QuarantineSelection = 'all' | readonly number[];

/** As in the journal's thread. Rejects with the error of the file system. */
export interface QuarantinePort {
  /** @param beforeId only older ones; null = from the newest on */
  list(beforeId: number | null, limit: number): Promise<QuarantinedPage>;
  /** Most frequent first; `reason` null = all beyond those counted by themselves. */
  counts(): Promise<readonly { readonly reason: string | null; readonly readings: number }[]>;
  resend(selection: QuarantineSelection): Promise<{
    readonly sentReadings: number;
    readonly keptReadings: number;
    /** Why it was broken off, English; null = it was not. */
    readonly failure: string | null;
  }>;
  /** @returns how many are gone. */
  discard(selection: QuarantineSelection): Promise<number>;
}

export interface QuarantinedPage {
  /** Newest first. */
  readonly items: readonly QuarantinedReading[];
  /** null at the end. */
  readonly nextBeforeId: number | null;
}

export interface QuarantinedReading {
  readonly id: number;
  /** When the sink refused it last, ISO UTC. */
  readonly at: string;
  readonly reason: string;
  readonly point: { readonly equipment: string; readonly name: string } | null;
  readonly stampMs: number | null;
  readonly value: number | null;
  readonly quality: number;
}
