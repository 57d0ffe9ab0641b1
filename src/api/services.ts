/** What the API needs of the gateway: queries, commands, feeds. app.ts hands it in; tests hand in their own. */
import type { Logger } from 'pino';
import type { Attachments } from '../attachments/port.ts';
import type { BacktestPort } from '../backtest/port.ts';
import type { BackupPort } from '../backup/port.ts';
import type { CommissioningPort } from '../commissioning/port.ts';
import type { SiteModel } from '../config/model.ts';
import type { AlarmControlEvent, AlarmEvent, StormEvent } from '../core/alarm.ts';
import type { Clock } from '../core/clock.ts';
import type { Feed } from '../core/feed.ts';
import type { LinkId } from '../core/ids.ts';
import type { ClockOffset, LinkStatus, ListenerStatus, RequestStatus } from '../core/link.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import type { TicketEvent } from '../core/ticket.ts';
import type { DrillRecordPort } from '../drill-records/port.ts';
import type { AlarmFiguresPort, ExplainPort } from '../engine/alarm-view.ts';
import type { CommandPort } from '../engine/commands.ts';
import type { HandoverPort } from '../handover/port.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { InboxAnnouncement } from '../notify/inbox.ts';
import type { People } from '../people/people.ts';
import type { RosterPort, StaffPort } from '../people/port.ts';
import type { PoliciesPort } from '../policies/port.ts';
import type { RuleChangesPort } from '../rule-changes/port.ts';
import type { RuleTestsPort } from '../rule-tests/port.ts';
import type { LabelPort, SlipPort } from '../slips/port.ts';
import type { AuditRow, PolicyVersionRow, RuleChangeRow, StoreQueries } from '../store/store.ts';
import type { HistoryPort } from '../telemetry/history-view.ts';
import type { LatestView } from '../telemetry/latest.ts';
import type { PointQualityView } from '../telemetry/point-quality-view.ts';
import type { WritingPort } from '../writing/port.ts';
import type { ContactCodes } from './contact-codes.ts';
import type { PublicReports } from './public-reports.ts';
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
  readonly staff: StaffPort;
  readonly roster: RosterPort;
  /** Open tickets by whoever has them, or is to. Key: user name, group or role. */
  readonly openLoad: () => ReadonlyMap<string, number>;
  readonly handovers: HandoverPort;
  readonly commissioning: CommissioningPort;
  /** Versions of the service policy. */
  readonly policies: PoliciesPort;
  readonly attachments: Attachments;
  readonly drillRecords: DrillRecordPort;
  readonly slips: SlipPort;
  readonly labels: LabelPort;
  /** Codes that wait for a reporter to enter them. */
  readonly contactCodes: ContactCodes;
  /** What is remembered of reports without an account. */
  readonly publicReports: PublicReports;
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
    /** Messages that have arrived in somebody's inbox. */
    readonly inbox: Feed<InboxAnnouncement>;
    /** User name of whoever has just opened a page: published by the API. */
    readonly pages: Feed<string>;
    readonly incidents: Feed<IncidentEvent>;
    /** Proposals and decisions about the service policy. */
    readonly policies: Feed<PolicyVersionRow>;
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
