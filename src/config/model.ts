/**
 * The site model: what the gateway runs on after the site file, its includes, the profiles and the policy
 * have been read, checked and joined. Frozen; one epoch per loaded configuration. Points and rules have dense
 * indexes (their place in the array), fixed for the epoch; batches and typed columns use them.
 */
import type { Calendar } from '../core/calendar.ts';
import type { ContactKind } from '../core/duty.ts';
import type {
  AlarmKey,
  CalendarId,
  ContactId,
  EquipmentId,
  LinkId,
  LocationId,
  PointId,
  ProfileId,
  RuleId,
  SiteId,
} from '../core/ids.ts';
import type { Plan } from '../core/incident.ts';
import type { Kind } from '../core/kinds.ts';
import type { LinkWay } from '../core/link.ts';
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import type { TicketClass } from '../core/ticket.ts';
import type { Unit } from '../core/units.ts';
import type { Upstream } from '../core/upstream.ts';
import type { NotifySettings } from './notify.ts';
import type { Policy } from './policy.ts';

export interface SiteModel {
  /** Counts loaded configurations of this process, from 1. */
  readonly epoch: number;
  /** SHA-256 over all files that it was read from, hex. */
  readonly hash: string;
  /** Files that it was read from, site file first. */
  readonly files: readonly string[];
  readonly site: {
    readonly id: SiteId;
    readonly name: Text;
    /** IANA zone. */
    readonly timeZone: string;
    /** Telephone of the desk, day and night: for whoever reports from outside. */
    readonly deskPhone?: string;
  };
  readonly locations: ReadonlyMap<LocationId, Location>;
  readonly contacts: ReadonlyMap<ContactId, Contact>;
  readonly links: ReadonlyMap<LinkId, LinkDef>;
  /** Key: equipment or part id. Parents stand before their parts. */
  readonly equipment: ReadonlyMap<EquipmentId, Equipment>;
  readonly points: readonly PointDef[];
  /** Key: point id `equipment/point`; value: index into `points`. */
  readonly pointIndex: ReadonlyMap<PointId, number>;
  readonly rules: readonly RuleDef[];
  readonly policy: Policy;
  /** 应急预案. */
  readonly plans: readonly Plan[];
  readonly http: HttpSettings;
  /** Hours that rules and clocks go by. */
  readonly calendars: ReadonlyMap<CalendarId, Calendar>;
  readonly influx: InfluxSettings | null;
  readonly journal: JournalSettings;
  /** null = no scheduled backups. */
  readonly backup: BackupSettings | null;
  /** Channels beside the page's inbox. */
  readonly notify: NotifySettings;
}

export interface Location {
  readonly id: LocationId;
  readonly parent: LocationId | null;
  readonly name: Text;
  /** Names from the top down, joined by spaces: `地下二层 生活水泵房`. */
  readonly path: Text;
}

export interface Contact {
  readonly id: ContactId;
  readonly name: Text;
  /** How to reach: telephone number, radio channel. */
  readonly method: string;
  readonly kind: ContactKind;
  /** Telephone numbers in the order in which they are tried; empty = `method` says all. */
  readonly phones: readonly string[];
  /** Kinds of equipment that it is responsible for; empty = none in particular. */
  readonly for: readonly Kind[];
}

export interface LinkDef {
  readonly id: LinkId;
  readonly name: Text;
  /** Key into drivers/index.ts. */
  readonly protocol: string;
  /** Checked against the driver's link schema; the driver alone knows its shape. */
  readonly options: Readonly<Record<string, unknown>>;
  /** For people; left out where the protocol does not say. */
  readonly way?: LinkWay;
}

export interface Equipment {
  readonly id: EquipmentId;
  /** The equipment that this is a part of. */
  readonly parent: EquipmentId | null;
  readonly kind: Kind;
  /** A part's own name; with its equipment's before it where it stands alone (names.ts). */
  readonly name: Text;
  readonly profile: ProfileId;
  /** null only for the gateway's own equipment. */
  readonly link: LinkId | null;
  /** Where on the link (Modbus: `{unit}`) and the profile's limits; checked by the driver's schema. */
  readonly device: Readonly<Record<string, unknown>>;
  readonly location: LocationId;
  readonly contact: ContactId | null;
  /** User or role that tickets of this equipment go to; null = by the policy's routing. */
  readonly responsible: string | null;
  /** What its tickets are born with; left out where the register says nothing. Parts have that of their equipment. */
  readonly service?: EquipmentService;
  /** What it depends on; parts have that of their equipment. Without circles. */
  readonly upstream: Readonly<Partial<Record<Upstream, EquipmentId>>>;
}

/** Of the equipment register, for tickets. */
export interface EquipmentService {
  /** Locations that lose water, power or lift with it. */
  readonly serves: readonly LocationId[];
  /** Valve or breaker that isolates it. */
  readonly isolation: Text | null;
  readonly sparePart: Text | null;
  /** Last local day of the warranty, `YYYY-MM-DD`. */
  readonly warrantyUntil: string | null;
  /** Who repairs it under warranty. */
  readonly contractor: ContactId | null;
  /** 调试中: alarms are listed, but open no ticket and wake nobody. */
  readonly isCommissioning: boolean;
}

export interface PointDef {
  readonly index: number;
  readonly id: PointId;
  readonly equipment: EquipmentId;
  /** Part of the id after the slash. */
  readonly name: string;
  readonly text: Text;
  readonly unit: Unit;
  /** A text is shown and kept as the latest value; it is not journalled, and no rule reads it. */
  readonly type: 'number' | 'boolean' | 'text';
  /** Staff look at it first: it stands on the overview, the others one tap away. */
  readonly isKey: boolean;
  /** Digits shown after the decimal point. */
  readonly decimals: number;
  /** Meaning of discrete values, e.g. 0 → 停止, 1 → 运行. Key: value. */
  readonly states: ReadonlyMap<number, Text>;
  /** Physically possible values; outside is bad quality `out-of-range`. */
  readonly range: { readonly min: number; readonly max: number } | null;
  /**
   * Largest believable change from one reading to the next, in the point's unit: a larger one is uncertain (`step`) until
   * a second reading confirms it. null = any.
   */
  readonly maxStep: number | null;
  /** A value that has not changed at all for so long is uncertain (`stuck`): a frozen sensor. null = it may rest for ever. */
  readonly stuckMs: number | null;
  /** null = read only. Never on life-safety kinds (core/kinds.ts). */
  readonly write: WriteDef | null;
  /** Smallest change worth journalling, in the point's unit; 0 = every change. */
  readonly deadband: number;
  /** Poll interval. */
  readonly pollMs: number;
  /**
   * Age at which a good value turns bad (`stale`); default 3 × pollMs + time-out where values are polled. null = it
   * has no age: the driver says when its source is gone.
   */
  readonly staleMs: number | null;
  readonly link: LinkId | null;
  /** Checked against the driver's address schema; the driver alone knows its shape. */
  readonly address: Readonly<Record<string, unknown>>;
}

/** How a point may be written (writing/). */
export interface WriteDef {
  /** Least and greatest value, in the point's unit. */
  readonly min: number;
  readonly max: number;
  /** The only values; null = all between `min` and `max`. */
  readonly values: readonly number[] | null;
  /** Least role: `engineer` = engineer, supervisor and admin; `supervisor` = the last two. */
  readonly role: 'engineer' | 'supervisor';
  /** All must be known to hold. */
  readonly interlocks: readonly Interlock[];
  readonly readBack: ReadBack;
  /** After this time what stood before is written again; null = it stays. */
  readonly revertAfterMs: number | null;
  /** Where it is written, when that is not where it is read. The driver alone knows its shape. */
  readonly address: Readonly<Record<string, unknown>>;
}

/** A condition for writing: exactly one of `in`, `notIn`, or one or both of `min` and `max`. UNKNOWN refuses. */
export interface Interlock {
  /** Index into `points`. */
  readonly point: number;
  readonly in: readonly number[] | null;
  readonly notIn: readonly number[] | null;
  readonly min: number | null;
  readonly max: number | null;
  /** What is wrong when it does not hold: `水泵未在远程位`. */
  readonly text: Text;
}

export interface ReadBack {
  /** Index into `points` of the point that shows the effect; the written point itself unless the profile names another. */
  readonly point: number;
  /** Largest difference that still counts as the same, in its unit. */
  readonly tolerance: number;
  /** Time within which it must show the written value. */
  readonly withinMs: number;
}

/** TRUE when the value is one of `in`, or none of `notIn`; exactly one of the two is given. */
export interface Guard {
  readonly point: string;
  readonly in: readonly number[] | null;
  readonly notIn: readonly number[] | null;
}

/** The samples are those of the last of the rule's points, behind those of `when`. */
export interface ExpectedEffect {
  readonly guards: readonly Guard[];
  /** For people: `双池清洗中`. */
  readonly text: Text;
}

export interface RuleDef {
  readonly index: number;
  readonly id: RuleId;
  readonly key: AlarmKey;
  readonly equipment: EquipmentId;
  /** Key into rules/index.ts. */
  readonly type: string;
  /** Checked against the rule type's schema; the rule type alone knows its shape. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Points it reads, in the order that the rule type names them, then those of `when` (indexes into `points`). */
  readonly points: readonly number[];
  /** Conditions beside the rule's own; all must hold (three-valued AND). Each reads one of the last of `points`. */
  readonly when: readonly Guard[];
  /** An active alarm of this rule explains alarms of equipment downstream of this one. */
  readonly explains: Upstream | null;
  /** Kinds of upstream trouble that explain this alarm: no ticket of its own while such trouble is on. */
  readonly explainedBy: readonly Upstream[];
  readonly severity: Severity;
  /** Time that the condition must hold before the alarm is raised; 0 means 0. */
  readonly onDelayMs: number;
  /** Time that the condition must be gone before the alarm returns; 0 means 0. */
  readonly offDelayMs: number;
  /** Good samples that must say TRUE before it raises (alarms.md B3). */
  readonly minGoodSamples: number;
  /** What an uncertain reading is to this rule. */
  readonly uncertain: 'use' | 'unknown';
  /** UNKNOWN for longer than this resets a running delay. */
  readonly unknownHoldMs: number;
  readonly text: Text;
  readonly guidance: Text | null;
  readonly class: TicketClass;
  /** Faults of one kind on one equipment share a ticket. */
  readonly faultKind: string;
  /** What people call that kind of fault. */
  readonly faultKindText: Text;
  readonly opensTicket: boolean;
  /** Outside these hours the alarm is suppressed by design; judged all the same. null = always. */
  readonly calendar: CalendarId | null;
  /** Effects that are to be expected (cleaning, changeover): while all of these hold the alarm is suppressed by design. */
  readonly expectedWhen: ExpectedEffect | null;
  /** Stays annunciated after its return until somebody has reset it. */
  readonly isLatching: boolean;
  /** Time after which a still active alarm becomes unacknowledged again; null = the policy's for its severity. */
  readonly reAlarmMs: number | null;
  /** Hash of the definition: changes when anything that decides changes. */
  readonly version: string;
}

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** PEM files; null = self-signed certificate made in the data directory when bound off loopback. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
}

export interface InfluxSettings {
  readonly url: string;
  readonly database: string;
  readonly username: string | null;
  readonly password: string | null;
  /** InfluxDB 2 and 3, in place of user name and password. */
  readonly token: string | null;
  /** Where raw readings go; null = the database's default one. */
  readonly retentionPolicy: string | null;
  readonly timeoutMs: number;
  /** null = on, unless the server is on this machine. */
  readonly gzip: boolean | null;
  /** Backlog sent in a second at most, readings. */
  readonly catchUpPerS: number;
  /** How long each resolution is kept; null = only raw readings are written, and no retention policy is made. */
  readonly rollups: RollupSettings | null;
}

/** Hours that the sink keeps each resolution; 0 = for ever. */
export interface RollupSettings {
  readonly rawHours: number;
  readonly minuteHours: number;
  readonly quarterHours: number;
  readonly hourHours: number;
}

export interface BackupSettings {
  readonly directory: string;
  /** `HH:MM`, local time of the site. */
  readonly at: string;
  /** Backups kept; older ones are removed. */
  readonly keep: number;
}

export interface JournalSettings {
  readonly maxAgeDays: number;
  readonly maxBytes: number;
}
