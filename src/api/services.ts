/** What the API needs of the gateway: queries, commands, feeds. app.ts hands it in; tests hand in their own. */
import type { Logger } from 'pino';
import type { BacktestPort } from '../backtest/port.ts';
import type { BackupPort } from '../backup/port.ts';
import type { SiteModel } from '../config/model.ts';
import type { AlarmControlEvent, AlarmEvent, StormEvent } from '../core/alarm.ts';
import type { Clock } from '../core/clock.ts';
import type { Feed } from '../core/feed.ts';
import type { LinkId } from '../core/ids.ts';
import type { ClockOffset, LinkStatus, ListenerStatus, RequestStatus } from '../core/link.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import type { TicketEvent } from '../core/ticket.ts';
import type { AlarmFiguresPort, ExplainPort } from '../engine/alarm-view.ts';
import type { CommandPort } from '../engine/commands.ts';
import type { People } from '../people/people.ts';
import type { RuleChangesPort } from '../rule-changes/port.ts';
import type { RuleTestsPort } from '../rule-tests/port.ts';
import type { AuditRow, RuleChangeRow, StoreQueries } from '../store/store.ts';
import type { HistoryPort } from '../telemetry/history-view.ts';
import type { LatestView } from '../telemetry/latest.ts';
import type { PointQualityView } from '../telemetry/point-quality-view.ts';
import type { WritingPort } from '../writing/port.ts';
import type { StoragePort } from './storage-port.ts';

export interface ApiServices {
  /** As it runs now: its rules change when a change of a rule is approved, its points do not. Not to be kept. */
  readonly model: SiteModel;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly latest: LatestView;
  /** What the numbers of points of type `text` mean. */
  readonly texts: Pick<Texts, 'toText'>;
  readonly pointQuality: PointQualityView;
  readonly history: HistoryPort;
  readonly queries: StoreQueries;
  readonly commands: CommandPort;
  readonly explain: ExplainPort;
  readonly alarmFigures: AlarmFiguresPort;
  readonly ruleChanges: RuleChangesPort;
  readonly ruleTests: RuleTestsPort;
  readonly backtests: BacktestPort;
  readonly writing: WritingPort;
  readonly backups: BackupPort;
  readonly storage: StoragePort;
  readonly people: People;
  links(): readonly LinkStatus[];
  /** Clocks of the devices of a link that give times of their own. */
  clocks(link: LinkId): readonly ClockOffset[];
  /** The poll plan as it stands; empty for a pushed or unknown link. */
  requests(link: LinkId): readonly RequestStatus[];
  /** Ports of ours at which devices connect. */
  listeners(): readonly ListenerStatus[];
  /** Parts with their state; `isAlive` false makes /health answer 503. */
  health(): HealthReport;
  /** Whether polling has begun and the stores answer; /ready answers 503 until then. */
  isReady(): boolean;
  readonly feeds: {
    readonly readings: Feed<ReadingBatch>;
    readonly links: Feed<LinkStatus>;
    readonly alarms: Feed<AlarmEvent>;
    /** Shelves and services of alarms, also of those that have no open occurrence. */
    readonly controls: Feed<AlarmControlEvent>;
    readonly storms: Feed<StormEvent>;
    /** Proposals and decisions about rules. */
    readonly ruleChanges: Feed<RuleChangeRow>;
    readonly tickets: Feed<TicketEvent>;
  };
  /** null unless the gateway runs with simulators. */
  readonly simulation: SimulationPort | null;
  /** Writes down who did what where no other record of it is made. @throws RiserError `store-failed`. */
  audit(entry: Omit<AuditRow, 'atMs'>): Promise<void>;
  /** Counters and gauges beside the process's own, e.g. `riser_engine_commits_total`; read at each scrape. */
  figures(): readonly Figure[];
}

export interface HealthReport {
  readonly isAlive: boolean;
  /** `ok`, or `degraded` when a part is not; the gateway goes on without it. */
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly parts: readonly { readonly name: string; readonly isHealthy: boolean; readonly detail: string }[];
}

export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Faults that the running simulators know, and how to inject them. */
export interface SimulationPort {
  /** @throws RiserError `simulator-unreachable`. */
  faults(): Promise<readonly SimulatedFault[]>;
  /** @throws RiserError `unknown-fault`, `simulator-unreachable`. */
  inject(equipment: string, fault: string): Promise<void>;
  /** Ends the fault. Same errors. */
  clear(equipment: string, fault: string): Promise<void>;
}

export interface SimulatedFault {
  readonly equipment: string;
  readonly fault: string;
  readonly text: { readonly zh: string; readonly en: string };
  readonly isActive: boolean;
}
