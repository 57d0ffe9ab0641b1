/** What the main thread and the journal's worker say to each other. Plain data, structured-cloneable. */
import type { InfluxSettings, JournalSettings } from '../config/model.ts';
import type { SinkStatus } from './forwarder/status.ts';
import type { FromHistory, ToHistory } from './history/remote/messages.ts';
import type { HoldingStatus } from './journal/keeper.ts';
import type { LossBook, NewLoss, ToldLoss } from './journal/losses.ts';
import type { ArrivedColumns } from './journal/stamps.ts';
import type { QuarantineAnswer, QuarantineCall } from './quarantine-calls.ts';
import type { RollupStatus } from './rollups/status.ts';

/** Given to the worker when it starts. */
export interface HostSettings {
  /** Of the journal itself, e.g. `<data>/journal`. */
  readonly directory: string;
  /** Text of the point table (journal/table.ts). */
  readonly tableText: string;
  readonly journal: JournalSettings;
  /** null = no sink: the journal is kept, nothing is forwarded. */
  readonly influx: InfluxSettings | null;
}

export type ToWorker =
  | { readonly type: 'readings'; readonly columns: ArrivedColumns }
  | { readonly type: 'history'; readonly message: ToHistory }
  | { readonly type: 'quarantine'; readonly id: number; readonly call: QuarantineCall }
  /** Readings found no room on the main thread; the next ones are told when these are noted. */
  | { readonly type: 'drops'; readonly loss: NewLoss }
  /** A person has taken note of what was lost. */
  | {
      readonly type: 'acknowledge-losses';
      readonly id: number;
      readonly told: readonly ToldLoss[];
      readonly by: string;
    }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'ready'; readonly status: HostStatus; readonly losses: LossBook }
  /** The journal cannot be opened; nothing was started. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'status'; readonly status: HostStatus }
  /** Whenever they have changed, before the status that says so. */
  | { readonly type: 'losses'; readonly losses: LossBook }
  | { readonly type: 'losses-acknowledged'; readonly id: number }
  | { readonly type: 'history'; readonly message: FromHistory }
  | QuarantineAnswer
  | { readonly type: 'closed'; readonly status: HostStatus };

/** The worker's part of the status. Counters run from the start of the process. */
export interface HostStatus extends HoldingStatus {
  /** Why nothing can be written now; null while all is well. */
  readonly writeFailure: string | null;
  /** Why confirmations or retention fail now; costs no reading. */
  readonly upkeepFailure: string | null;
  readonly durableReadings: number;
  /** Readings that the main thread had no room for, as far as they are in the log of losses. */
  readonly notedDrops: number;
  readonly confirmedReadings: number;
  /** Durable but not confirmed by the sink; 0 without a sink. */
  readonly backlogReadings: number;
  /** Stamp of about the oldest of them, UTC ms. */
  readonly oldestUnconfirmedMs: number | null;
  /** Size and number of the segments. */
  readonly bytes: number;
  readonly segments: number;
  /** Highest stamp that was found at the start, UTC ms: when the run before ended. null = there was none. */
  readonly foundUpToMs: number | null;
  /** Last successful sync, UTC ms. */
  readonly lastSyncMs: number | null;
  /** Stretches of damaged bytes found at start (a torn tail counts as one), and readings found unreadable later. */
  readonly damagedPlaces: number;
  readonly damagedReadings: number;
  readonly influx: SinkStatus;
  /** null or left out where none are computed. */
  readonly rollups?: RollupStatus | null;
}
