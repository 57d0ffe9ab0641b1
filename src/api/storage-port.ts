/** What the API asks of the stores of telemetry: how they stand, what was refused, what was lost. Types only; app.ts hands it in. */

export interface StoragePort {
  state(): StorageState;
  /** null where readings go nowhere that could refuse them. */
  readonly quarantine: QuarantinePort | null;
  /** Somebody has seen this loss, as `state` told it; what was lost since is told anew. */
  acknowledgeLoss(loss: LostTelemetry, by: string): void;
}

export interface StorageState {
  readonly journal: JournalState;
  readonly forwarder: ForwarderState;
  /** Not acknowledged yet; what was deleted is remembered over restarts, the rest since start. null = nothing. */
  readonly loss: LostTelemetry | null;
  /** Who has seen which loss last; null = nobody since start. */
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
  /** By cause: deleted before they were sent; no room when they came; pushed out of the quarantine. */
  readonly expired: number;
  readonly dropped: number;
  readonly pushedOut: number;
  /** Of those deleted before they were sent, UTC ms; null where there are none. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
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
